//! Microsoft-Windows-Kernel-PnP: what the plug and play manager did with a device.
//!
//! The `Configuration` log keeps 400 to 442, mostly written when a device is set up for the
//! first time on a machine: a device that is known already may come back without a record there,
//! so absence says nothing and a count of 410 is no count of connections. 420 says that the
//! device's node was deleted (by a person, an uninstaller or a cleanup), not that it was pulled
//! out. 440 to 442 tell of settings carried over from an earlier installation by an upgrade, not
//! of the device being there. The `Device Management` log keeps 1010 and 1011.
//!
//! Sources: the provider's own message table as printed in public lists (400 "was configured",
//! 410 "was started", 420 "was deleted", 430 "requires further installation", 441 settings not
//! migrated, 1010 surprise removed as missing on the bus); EvtxECmd maps of 400, 410 and 430;
//! 382 records of the corpus (400, 403, 410, 420, 430).

use super::super::EventRecord;
use super::fields::{guid, status, text};
use crate::device_path::DeviceInstance;

/// What the plug and play manager did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PnpEvent {
    /// 400, 403: a driver was chosen and set up for the device.
    Configured,
    /// 401: setting up the device failed.
    ConfigurationFailed,
    /// 410: the device was started with its driver, so it was attached.
    Started,
    /// 411: starting the device failed; it was attached.
    StartFailed,
    /// 420: the device's node was deleted.
    Deleted,
    /// 430: the device needs further installation; it was attached.
    FurtherInstallation,
    /// 440: its settings were carried over from an earlier installation of Windows.
    SettingsMigrated,
    /// 441: its settings could not be carried over from an earlier installation of Windows.
    SettingsMigrationFailed,
    /// 442: its settings were not carried over, as the match was partial or ambiguous.
    SettingsNotMigrated,
    /// 1010: it was missing on its bus without having been stopped before.
    SurpriseRemoved,
    /// 1011: it was taken as removed since its driver reported that it fails.
    RemovedAsFailing,
}

impl PnpEvent {
    const fn from_id(id: u16) -> Option<Self> {
        Some(match id {
            400 | 403 => Self::Configured,
            401 => Self::ConfigurationFailed,
            410 => Self::Started,
            411 => Self::StartFailed,
            420 => Self::Deleted,
            430 => Self::FurtherInstallation,
            440 => Self::SettingsMigrated,
            441 => Self::SettingsMigrationFailed,
            442 => Self::SettingsNotMigrated,
            1010 => Self::SurpriseRemoved,
            1011 => Self::RemovedAsFailing,
            _ => return None,
        })
    }
}

/// The ids that are read.
pub(super) const IDS: &[u16] = &[400, 401, 403, 410, 411, 420, 430, 440, 441, 442, 1010, 1011];

/// One step of the plug and play manager with one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelPnp {
    /// What it did.
    pub event: PnpEvent,
    /// The device's instance path as written.
    pub path: String,
    /// The same in its parts.
    pub device: Option<DeviceInstance>,
    /// The device above it (400, 403).
    pub parent: Option<DeviceInstance>,
    /// The class of the device, `{…}` in upper case.
    pub class: Option<String>,
    /// The driver's INF file.
    pub driver: Option<String>,
    /// The problem code of the device (`CM_PROB_…`), zero for none.
    pub problem: Option<u32>,
    /// The status (NTSTATUS), zero for success.
    pub status: Option<u32>,
    /// The device's path in the earlier installation (440 to 442).
    pub earlier_path: Option<String>,
}

pub(super) fn read(record: &EventRecord) -> Option<KernelPnp> {
    let path = text(record, "DeviceInstanceId")?;
    let parent = text(record, "ParentDeviceInstanceId");
    Some(KernelPnp {
        event: PnpEvent::from_id(record.event_id)?,
        device: DeviceInstance::parse(&path),
        path,
        parent: parent.as_deref().and_then(DeviceInstance::parse),
        class: guid(record, "ClassGuid"),
        driver: text(record, "DriverName"),
        problem: status(record, "Problem"),
        status: status(record, "Status"),
        earlier_path: text(record, "LastDeviceInstanceId"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::EventValue::Unsigned;
    use super::super::testing::{RATHBUN, corpus, record, text};
    use super::super::{TypedEvent, typed};
    use super::*;
    use crate::device_path::DeviceKind;

    #[test]
    fn started_stick_gives_its_serial() {
        let made = record(
            "Microsoft-Windows-Kernel-PnP",
            410,
            &[
                (
                    "DeviceInstanceId",
                    text(r"USBSTOR\Disk&Ven_HP&Prod_v100w&Rev_1024\AA951D0000007252&0"),
                ),
                ("DriverName", text("disk.inf")),
                ("ClassGuid", text("{4D36E967-E325-11CE-BFC1-08002BE10318}")),
                ("Problem", Unsigned(0)),
                ("Status", Unsigned(0)),
            ],
        );
        let Some(TypedEvent::KernelPnp(event)) = typed(&made) else {
            panic!();
        };
        assert_eq!(event.event, PnpEvent::Started);
        assert_eq!(event.device.unwrap().serial(), Some("AA951D0000007252"));
        assert_eq!(event.problem, Some(0));
    }

    #[test]
    fn record_without_a_device_is_no_event() {
        assert_eq!(
            typed(&record("Microsoft-Windows-Kernel-PnP", 410, &[])),
            None
        );
        let path = [("DeviceInstanceId", text(r"USB\A\B"))];
        assert_eq!(
            typed(&record("Microsoft-Windows-Kernel-PnP", 219, &path)),
            None
        );
    }

    #[test]
    fn corpus_log_has_the_records_that_pyevtx_counts() {
        let file = format!("{RATHBUN}Microsoft-Windows-Kernel-PnP%4Configuration.evtx");
        let Some(events) = corpus(&file) else { return };
        let count = |wanted: PnpEvent| {
            events
                .iter()
                .filter(
                    |(_, event)| matches!(event, TypedEvent::KernelPnp(pnp) if pnp.event == wanted),
                )
                .count()
        };
        assert_eq!(count(PnpEvent::Started), 186);
        assert_eq!(count(PnpEvent::Configured), 185 + 2);
        assert_eq!(count(PnpEvent::FurtherInstallation), 8);
        assert_eq!(count(PnpEvent::Deleted), 1);
        for (record, event) in &events {
            let TypedEvent::KernelPnp(pnp) = event else {
                panic!("{record:?}");
            };
            let device = pnp.device.as_ref().unwrap_or_else(|| panic!("{pnp:?}"));
            assert!(!device.is_usb_storage());
            if pnp.event == PnpEvent::Deleted {
                assert_eq!(device.kind(), DeviceKind::Printer);
            }
        }
    }
}
