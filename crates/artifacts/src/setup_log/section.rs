//! One section of a setup log.

use kusari_evidence::time::RecordedTime;

use crate::Locator;
use crate::device_path::DeviceInstance;

/// One section: one operation of plug and play or of a driver installer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupSection {
    /// The title as written, without what it was done to: `Device Install (Hardware initiated)`.
    /// In XP what stands behind the process and thread numbers; empty where nothing does.
    pub title: String,
    /// What the title means.
    pub kind: SectionKind,
    /// What it was done to, as written: a device instance, a hardware id, or a file. In XP the
    /// device that the section's messages name.
    pub subject: Option<String>,
    /// The subject as a device, where it is one. A hardware id names no single device.
    pub device: Option<DeviceInstance>,
    /// When it began, local time: three decimals, none in XP.
    pub start: Option<RecordedTime>,
    /// When it ended, local time. XP doesn't write it.
    pub end: Option<RecordedTime>,
    /// How it ended. `None` where the footer is missing: interrupted, or cut off.
    pub exit: Option<ExitStatus>,
    /// The driver that was chosen, where the section says so.
    pub driver: Option<SelectedDriver>,
    /// The devices that Windows' clean-up took out of the registry because they had long not been
    /// connected ([`SectionKind::CleanUp`]); empty in other sections.
    pub removed: Vec<DeviceInstance>,
    /// All lines of the section.
    pub locator: Locator,
}

/// What a section's title means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// Plug and play found a device without a driver and installed one: the device is new to this
    /// Windows, or its installation was reset. Titles: `Device Install (Hardware initiated)`, the
    /// same behind `Setup online` while Windows was being installed, plain `Device Install`, and
    /// `Driver Install` in XP.
    DeviceInstall,
    /// A program, an update or a person gave devices another driver. The other
    /// `Device Install (...)`, such as `UpdateDriverForPlugAndPlayDevices`, `DiInstallDriver`,
    /// `Install Windows Update driver`. Says nothing about a connection.
    DriverChange,
    /// A device was taken out of the registry: `Delete Device`, `Device Uninstall (...)`.
    DeviceRemoval,
    /// Windows took devices out of the registry by itself because they had not been connected for
    /// long: `Device and Driver Disk Cleanup Handler`. So a device that is missing in the registry
    /// need not have been removed by a person.
    CleanUp,
    /// Anything else: driver packages, policy checks.
    Other,
}

impl SectionKind {
    /// By the title of Windows Vista and later.
    pub(super) fn of_title(title: &str) -> Self {
        let title = title.strip_prefix("Setup online ").unwrap_or(title);
        if title == "Device Install" || title.starts_with("Device Install (Hardware initiated") {
            Self::DeviceInstall
        } else if title.starts_with("Device Install (") {
            Self::DriverChange
        } else if title == "Delete Device" || title.starts_with("Device Uninstall") {
            Self::DeviceRemoval
        } else if title == "Device and Driver Disk Cleanup Handler" {
            Self::CleanUp
        } else {
            Self::Other
        }
    }
}

/// How a section ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done; with `reboot_required` only after a restart.
    Success {
        /// `SUCCESS (REBOOT_REQUIRED)`.
        reboot_required: bool,
    },
    /// Failed, with the error code where one is written.
    Failure(Option<u32>),
    /// Something else, as written.
    Other(String),
}

impl ExitStatus {
    /// `SUCCESS`, `SUCCESS (REBOOT_REQUIRED)`, `FAILURE(0xe000020b)`, `0x00000000`.
    pub(super) fn parse(text: &str) -> Self {
        let code = |text: &str| {
            let digits = text.strip_prefix("0x")?;
            u32::from_str_radix(digits, 16).ok()
        };
        if text == "SUCCESS" {
            return Self::Success {
                reboot_required: false,
            };
        }
        if text == "SUCCESS (REBOOT_REQUIRED)" {
            return Self::Success {
                reboot_required: true,
            };
        }
        if let Some(failure) = text.strip_prefix("FAILURE") {
            let failure = failure.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
            return Self::Failure(failure.and_then(code));
        }
        match code(text) {
            Some(0) => Self::Success {
                reboot_required: false,
            },
            Some(code) => Self::Failure(Some(code)),
            None => Self::Other(text.to_owned()),
        }
    }

    /// Whether the operation was done.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Success { .. })
    }
}

/// The driver that a section chose for its device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SelectedDriver {
    /// Its INF file as written, with or without a path.
    pub inf: String,
    /// The name that the driver gives the device (`WPD FileSystem Volume Driver`), where written.
    pub description: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_the_corpus_have_their_kind() {
        for (title, kind) in [
            (
                "Device Install (Hardware initiated)",
                SectionKind::DeviceInstall,
            ),
            (
                "Setup online Device Install (Hardware initiated)",
                SectionKind::DeviceInstall,
            ),
            ("Device Install", SectionKind::DeviceInstall),
            (
                "Device Install (UpdateDriverForPlugAndPlayDevices)",
                SectionKind::DriverChange,
            ),
            (
                "Device Install (Install Windows Update driver)",
                SectionKind::DriverChange,
            ),
            (
                "Device Installation Restrictions Policy Check",
                SectionKind::Other,
            ),
            ("Delete Device", SectionKind::DeviceRemoval),
            ("Setup Import Driver Package", SectionKind::Other),
            ("Enable Device Install", SectionKind::Other),
            (
                "Device and Driver Disk Cleanup Handler",
                SectionKind::CleanUp,
            ),
        ] {
            assert_eq!(SectionKind::of_title(title), kind, "{title}");
        }
    }

    #[test]
    fn exit_statuses_of_both_forms_are_read() {
        for (text, status) in [
            (
                "SUCCESS",
                ExitStatus::Success {
                    reboot_required: false,
                },
            ),
            (
                "SUCCESS (REBOOT_REQUIRED)",
                ExitStatus::Success {
                    reboot_required: true,
                },
            ),
            (
                "FAILURE(0xe000020b)",
                ExitStatus::Failure(Some(0xe000_020b)),
            ),
            (
                "0x00000000",
                ExitStatus::Success {
                    reboot_required: false,
                },
            ),
            ("0xe0000228", ExitStatus::Failure(Some(0xe000_0228))),
            ("CANCELLED", ExitStatus::Other("CANCELLED".into())),
        ] {
            assert_eq!(ExitStatus::parse(text), status, "{text}");
        }
    }
}
