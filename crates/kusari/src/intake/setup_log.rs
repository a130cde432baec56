//! `setupapi.dev.log` and `setupapi.log`: when Windows installed a disk.
//!
//! One event a section: `installed` where plug and play set up a disk that it had found,
//! `uninstalled` where its installation was deleted, by a person or by Windows' own clean-up. A
//! section is no connection: drivers are also set up anew by updates of Windows.
//!
//! A stick gives up to four sections (its `USB`, `USBSTOR`, `STORAGE` and `SWD\WPDBUSENUM`
//! devices); its disk under `USBSTOR` speaks for it. Windows 8 and later install that one without
//! a section when its driver is already there: then the portable device or volume that lies on
//! the stick speaks for it.

use std::collections::BTreeSet;

use kusari_artifacts::Locator;
use kusari_artifacts::device_path::{DeviceInstance, DeviceKind};
use kusari_artifacts::setup_log::{
    ExitStatus, SectionFilter, SectionKind, SetupLogKind, SetupSection, read as read_log,
};
use kusari_artifacts::text::Text;
use kusari_evidence::time::RecordedTime;

use super::{
    ArtifactFile, ArtifactKind, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::event::{Action, Confidence, NewEvent, Whose};
use crate::harvest::Harvest;
use crate::identity::{Identifier, PropertyKind};

/// Setup logs of every Windows. `setupapi.setup.log` and `setupapi.offline.log` are not among
/// them: they are written while Windows is being set up or an image is being changed, by a clock
/// and in a zone that need not be the machine's.
pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "setup-log",
    title: Title {
        en: "USB driver installation log",
        ja: "USBドライバーインストールログ",
    },
    page: "docs/artifacts/setupapi-dev-log.md",
    places: &[
        "Windows/INF/setupapi.dev*.log",
        "Windows/INF/setupapi.upgrade*.log",
        "Windows.old/Windows/INF/setupapi.dev*.log",
        "Windows/setupapi.log*",
        "WINNT/setupapi.log*",
    ],
    recognise,
    on_devices: false,
    companions: no_companions,
    read,
    in_place: None,
};

/// What the time of a section is.
const SECTION_START: &str = "setup log section start";

fn recognise(file: &LooseFile<'_>) -> bool {
    match SetupLogKind::of(file.name) {
        Some(SetupLogKind::Setup | SetupLogKind::Offline) => return false,
        Some(_) => return true,
        None => {}
    }
    // Collected under another name: known by its first line, unless the name says otherwise.
    let name = file.name.to_ascii_lowercase();
    if ["setupapi.setup", "setupapi.offline", "setupapi.app"]
        .iter()
        .any(|other| name.contains(other))
    {
        return false;
    }
    let first = Text::new(file.head)
        .lines()
        .map(|line| line.decode().text.trim().to_owned())
        .find(|line| !line.is_empty());
    first.is_some_and(|line| line == "[Device Install Log]" || line == "[SetupAPI Log]")
}

fn read(
    file: ArtifactFile,
    _around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let mut sections = Vec::new();
    let log = read_log(&file.bytes, SectionFilter::UsbAndStorage, &mut |section| {
        sections.push(section);
    });
    let disks: BTreeSet<String> = sections
        .iter()
        .filter(|section| section.kind == SectionKind::DeviceInstall)
        .filter_map(|section| section.device.as_ref())
        .filter(|device| is_disk(device))
        .map(DeviceInstance::key)
        .collect();
    for section in &sections {
        match section.kind {
            SectionKind::DeviceInstall => installed(section, &disks, harvest),
            SectionKind::DeviceRemoval => {
                if let Some(device) = &section.device {
                    uninstalled(section, device, "its installation was deleted", harvest);
                }
            }
            SectionKind::CleanUp => {
                for device in &section.removed {
                    let why = "Windows cleaned it up because it had long not been connected";
                    uninstalled(section, device, why, harvest);
                }
            }
            SectionKind::DriverChange | SectionKind::Other => {}
        }
    }
    for step in &log.steps_back {
        harvest.note(format!(
            "time runs backwards at {}, from {} to {}: the clock or the time zone was set, or \
             summer time ended; local times before it may belong to another zone",
            step.locator, step.from, step.to
        ));
    }
    harvest.outcome(log.outcome);
}

fn is_disk(device: &DeviceInstance) -> bool {
    matches!(
        device.kind(),
        DeviceKind::Disk | DeviceKind::Optical | DeviceKind::Floppy
    ) && !device.is_virtual_disk()
}

fn installed(section: &SetupSection, disks: &BTreeSet<String>, harvest: &mut Harvest) {
    let (Some(subject), Some(time)) = (&section.device, section.start) else {
        return;
    };
    let (disk, as_what) = if is_disk(subject) {
        (subject.clone(), "")
    } else {
        match subject.contained() {
            Some(disk) if is_disk(&disk) && !disks.contains(&disk.key()) => {
                (disk, " (its volume or portable device)")
            }
            _ => return,
        }
    };
    // A failed installation sets nothing up; one without an end may not have come so far.
    let confidence = match &section.exit {
        Some(exit) if exit.is_success() => Confidence::Recorded,
        Some(ExitStatus::Failure(_)) => return,
        Some(_) | None => Confidence::Inferred,
    };
    let driver = section.driver.as_ref().map_or_else(String::new, |driver| {
        format!(", driver {}", inf(&driver.inf))
    });
    let message = format!(
        "Windows installed the device{as_what}{driver}: {}",
        section.title
    );
    let identifier = describe(&disk, &section.locator, harvest);
    push(
        harvest,
        time,
        Action::Installed,
        identifier,
        &message,
        confidence,
        &section.locator,
    );
}

fn uninstalled(section: &SetupSection, device: &DeviceInstance, why: &str, harvest: &mut Harvest) {
    let Some(time) = section.start.filter(|_| is_disk(device)) else {
        return;
    };
    if matches!(section.exit, Some(ExitStatus::Failure(_))) {
        return;
    }
    let message = format!("Windows took the device out of its registry: {why}");
    let identifier = describe(device, &section.locator, harvest);
    let recorded = Confidence::Recorded;
    push(
        harvest,
        time,
        Action::Uninstalled,
        identifier,
        &message,
        recorded,
        &section.locator,
    );
}

fn push(
    harvest: &mut Harvest,
    time: RecordedTime,
    action: Action,
    device: Identifier,
    message: &str,
    confidence: Confidence,
    locator: &Locator,
) {
    harvest.event(&NewEvent {
        time,
        meaning: SECTION_START,
        action,
        whose: Whose::ThisMachine,
        device: Some(device),
        volume: None,
        user: None,
        file: None,
        message,
        locator,
        number: None,
        confidence,
    });
}

/// States what the device's path says of it. Under `SCSI` stand disks behind UASP and internal
/// ones alike, so nothing is said of their bus.
fn describe(device: &DeviceInstance, locator: &Locator, harvest: &mut Harvest) -> Identifier {
    let instance = Identifier::instance(&device.to_string());
    if !device.is_usb_storage() {
        return instance;
    }
    let bus = if device.is_enumerated_by("UASPSTOR") {
        "uasp"
    } else {
        "usb"
    };
    let kind = match device.kind() {
        DeviceKind::Optical => "optical",
        DeviceKind::Floppy => "floppy",
        _ => "storage",
    };
    harvest.property(&instance, PropertyKind::Bus, bus, locator);
    harvest.property(&instance, PropertyKind::Kind, kind, locator);
    for (property, value) in [
        (PropertyKind::Vendor, device.vendor()),
        (PropertyKind::Product, device.product()),
        (PropertyKind::Revision, device.revision()),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            harvest.property(&instance, property, value, locator);
        }
    }
    if let Some(serial) = device.device_serial() {
        let why = "serial number in the instance path";
        harvest.claim(
            instance.clone(),
            Identifier::usb_serial(serial),
            why,
            locator,
        );
    } else if device.serial_made_by_windows() {
        let made = PropertyKind::SerialMadeByWindows;
        harvest.property(&instance, made, &device.instance, locator);
    }
    instance
}

/// The INF's name without its path.
fn inf(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STICK: &str = r"USBSTOR\Disk&Ven_A&Prod_B&Rev_1.00\0123456789&0";

    fn harvest(log: &str) -> Harvest {
        let file = ArtifactFile {
            path: "Windows/INF/setupapi.dev.log".into(),
            bytes: log.as_bytes().to_vec(),
            companions: Vec::new(),
        };
        let mut harvest = Harvest::default();
        let around = Surroundings::of_path("setupapi.dev.log");
        read(file, &around, &ReadOptions::default(), &mut harvest);
        harvest
    }

    fn section(title: &str, time: &str, status: &str) -> String {
        format!(
            ">>>  [{title}]\r\n>>>  Section start 2022/06/21 {time}\r\n\
             <<<  Section end 2022/06/21 {time}\r\n<<<  [Exit status: {status}]\r\n\r\n"
        )
    }

    fn events(harvest: &Harvest) -> Vec<(String, Action, Confidence, String)> {
        harvest
            .events
            .rows()
            .map(|row| {
                let device = row
                    .device
                    .and_then(|device| harvest.strings.get(device.value));
                let device = device.unwrap_or_default().to_owned();
                (row.time.to_string(), row.action, row.confidence, device)
            })
            .collect()
    }

    #[test]
    fn a_stick_is_installed_once_though_it_gives_several_sections() {
        let wpd = STICK.replace('\\', "#");
        let log = [
            section(r"Device Install (Hardware initiated) - USB\VID_0781&PID_5581\0123456789", "17:39:02.900", "SUCCESS"),
            section(&format!("Device Install (Hardware initiated) - {STICK}"), "17:39:03.100", "SUCCESS"),
            section(&format!(r"Device Install (Hardware initiated) - SWD\WPDBUSENUM\_??_{wpd}#{{53f56307-b6bf-11d0-94f2-00a0c91efb8b}}"), "17:39:03.400", "SUCCESS"),
        ]
        .concat();
        let harvest = harvest(&log);
        assert_eq!(
            events(&harvest),
            [(
                "2022-06-21T17:39:03.100".into(),
                Action::Installed,
                Confidence::Recorded,
                STICK.to_uppercase()
            )]
        );
        assert_eq!(harvest.claims.len(), 1);
        assert_eq!(harvest.claims[0].b, Identifier::usb_serial("0123456789"));
        assert_eq!(harvest.outcome.coverage.records, 3);
    }

    #[test]
    fn driver_changes_failures_and_virtual_disks_are_no_installation() {
        let log = [
            section(&format!("Device Install (DiInstallDevice) - {STICK}"), "10:00:00.000", "SUCCESS"),
            section(&format!("Device Install (Hardware initiated) - {STICK}"), "10:00:01.000", "FAILURE(0xe000020b)"),
            section(r"Device Install (Hardware initiated) - SCSI\Disk&Ven_Msft&Prod_Virtual_Disk\2&1f4adffe&0&000001", "10:00:02.000", "SUCCESS"),
        ]
        .concat();
        assert_eq!(events(&harvest(&log)), []);
    }

    #[test]
    fn deleted_and_cleaned_up_devices_are_uninstalled() {
        let clean_up = format!(
            ">>>  [Device and Driver Disk Cleanup Handler]\r\n\
             >>>  Section start 2022/06/22 08:00:00.000\r\n\
             \x20    set: Device {STICK} will be removed.\r\n\
             \x20    set: Device {STICK} was removed.\r\n\
             <<<  Section end 2022/06/22 08:00:01.000\r\n<<<  [Exit status: SUCCESS]\r\n"
        );
        let log = section(
            &format!("Delete Device - {STICK}"),
            "10:00:00.000",
            "SUCCESS",
        ) + &clean_up;
        let actions: Vec<Action> = events(&harvest(&log)).iter().map(|event| event.1).collect();
        assert_eq!(actions, [Action::Uninstalled, Action::Uninstalled]);
    }

    #[test]
    fn setup_logs_are_known_by_name_or_first_line() {
        let file = |name, head: &'static [u8]| {
            recognise(&LooseFile {
                path: name,
                name,
                head,
            })
        };
        assert!(file("setupapi.dev.log", b""));
        assert!(file(
            "desk-01.log",
            b"[Device Install Log]\r\n     OS Version = 10.0"
        ));
        assert!(file("xp.txt", b"[SetupAPI Log]\r\n"));
        assert!(!file("setupapi.setup.log", b"[Device Install Log]\r\n"));
        assert!(!file(
            "desk-01_setupapi.offline.log",
            b"[Device Install Log]\r\n"
        ));
        assert!(!file("other.log", b"[BeginLog]"));
    }

    #[test]
    fn the_corpus_stick_is_installed_by_its_portable_device() {
        let Some(bytes) = kusari_fixtures::corpus::bytes("setupapi-win10-plaso/setupapi.dev.log")
        else {
            return;
        };
        let harvest = harvest(std::str::from_utf8(&bytes).unwrap());
        let events = events(&harvest);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].0, "2016-11-22T23:50:30.938");
        assert!(events[0].3.ends_with(r"\99E2116A&0"), "{}", events[0].3);
        assert_eq!(harvest.notes.len(), 1);
    }
}
