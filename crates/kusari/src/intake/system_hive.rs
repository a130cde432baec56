//! The SYSTEM hive: devices with their dates, names that belong together, the machine.
//!
//! Each disk gives its own dates. The dates of the USB device that it is a function of lie within
//! a second of them and say the same, so they are given only where the disk has none. A
//! registry key's write time is never a connection: it is given as what it is, and only where the
//! hive has no date for the last arrival.

use kusari_artifacts::registry::Hive;
use kusari_artifacts::system_hive::{
    Attachment, DeviceInterface, DeviceRecord, InterfaceClass, MachineFacts, MigratedDevice,
    PropertyDate, SystemHive,
};
use kusari_artifacts::{Locator, SourceState};
use kusari_evidence::time::{RecordedTime, Timestamp};

use super::{
    ArtifactFile, ArtifactKind, ReadOptions, Surroundings, Title, hive,
    system_hive_identity as identity,
};
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::harvest::{Harvest, MachineFact};
use crate::identity::Identifier;

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "system-hive",
    title: Title {
        en: "Windows registry, SYSTEM",
        ja: "Windowsレジストリ（SYSTEM）",
    },
    page: "docs/artifacts/system-hive-usb.md",
    places: &[
        "Windows/System32/config/SYSTEM",
        "WINNT/system32/config/system",
    ],
    on_devices: false,
    recognise: |file| hive::is_hive_named(file, "SYSTEM"),
    companions: hive::logs,
    read,
    in_place: None,
};

fn read(
    file: ArtifactFile,
    _around: &Surroundings<'_>,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let Some(hive) = hive::open(file, harvest) else {
        return;
    };
    // Of each device's arrivals and removals only the last is kept.
    harvest.outcome.coverage.note(SourceState::LastTimeOnly);
    let system = read_hive(&hive, options);
    machine(&system.machine, harvest);
    if system.current_control_set.is_none() {
        harvest.note("Select names no control set that is there: all are read");
    }
    for device in &system.devices {
        if is_wanted(device, options) {
            dates(&system, device, options, harvest);
        }
    }
    for interface in &system.interfaces {
        interface_key(&system, interface, harvest);
    }
    for migrated in &system.migrated {
        present(migrated, harvest);
    }
    identity::state(&system, harvest);
}

fn read_hive(hive: &Hive, options: &ReadOptions) -> SystemHive {
    let mut system = if options.all {
        SystemHive::read_all_control_sets(hive)
    } else {
        SystemHive::read(hive)
    };
    // Always: "this machine does not know the stick" may not be said while a deleted key of it
    // still stands in the hive.
    system.add_recovered(hive);
    system
}

/// Storage that hangs on the USB, and phones and cameras; with `all`, every USB device.
fn is_wanted(device: &DeviceRecord, options: &ReadOptions) -> bool {
    match device.attachment {
        Attachment::UsbStorage | Attachment::Uasp => identity::is_disk(device) || options.all,
        Attachment::Usb => {
            options.all
                || device.is_mass_storage_device()
                || identity::is_portable_usb_device(device)
        }
        _ => false,
    }
}

fn dates(system: &SystemHive, device: &DeviceRecord, options: &ReadOptions, harvest: &mut Harvest) {
    // What the disks of a USB device say, the device need not say again.
    let disks: Vec<&DeviceRecord> = if options.all || !device.device.is_enumerated_by("USB") {
        Vec::new()
    } else {
        system
            .usb_disks()
            .filter(|disk| {
                system
                    .usb_device_of(disk)
                    .is_some_and(|usb| usb.locator == device.locator)
            })
            .collect()
    };
    let name = shown_name(device);
    let of = &device.dates;
    let mut date = |date: &Option<PropertyDate>,
                    of_disk: fn(&DeviceRecord) -> bool,
                    meaning: &'static str,
                    action: Action,
                    what: &str| {
        let Some(date) = date
            .as_ref()
            .filter(|_| !disks.iter().any(|&disk| of_disk(disk)))
        else {
            return;
        };
        let message = format!("{name}: {what}");
        harvest.event(&NewEvent {
            message: &message,
            ..event(device, date.at, meaning, action, &date.locator)
        });
    };
    date(
        &of.first_installed,
        |disk| disk.dates.first_installed.is_some(),
        meaning::FIRST_INSTALL_DATE,
        Action::Installed,
        "installed for the first time on this Windows",
    );
    date(
        &of.installed,
        |disk| disk.dates.installed.is_some(),
        meaning::INSTALL_DATE,
        Action::Installed,
        "driver last installed",
    );
    date(
        &of.last_arrival,
        |disk| disk.dates.last_arrival.is_some(),
        meaning::LAST_ARRIVAL_DATE,
        Action::Connected,
        "last arrival: plugged in, or there when Windows started",
    );
    date(
        &of.last_removal,
        |disk| disk.dates.last_removal.is_some(),
        meaning::LAST_REMOVAL_DATE,
        Action::Removed,
        "last removal",
    );
    let disk_tells = disks.iter().any(|disk| disk.dates.last_arrival.is_some());
    if of.last_arrival.is_none() && !disk_tells {
        keys(device, &name, harvest);
    }
}

/// The write times of a device's keys, where no date says when it came.
fn keys(device: &DeviceRecord, name: &str, harvest: &mut Harvest) {
    let mut key = |at: Option<Timestamp>, meaning: &'static str| {
        let Some(at) = at else { return };
        let message = format!("{name}: {meaning}");
        harvest.event(&NewEvent {
            message: &message,
            ..event(
                device,
                at,
                meaning,
                Action::RegistryKeyWritten,
                &device.locator,
            )
        });
    };
    key(device.key_written, "device instance key last written");
    key(
        device.log_conf_written,
        "LogConf key of the device instance last written",
    );
}

fn interface_key(system: &SystemHive, interface: &DeviceInterface, harvest: &mut Harvest) {
    let (InterfaceClass::Disk, Some(at)) = (interface.class, interface.key_written) else {
        return;
    };
    let wanted = interface.device.key();
    let disk = system
        .usb_disks()
        .find(|disk| disk.device.key() == wanted && disk.control_set == interface.control_set);
    let Some(disk) = disk.filter(|disk| disk.dates.last_arrival.is_none()) else {
        return;
    };
    let message = format!("{}: disk interface key last written", shown_name(disk));
    harvest.event(&NewEvent {
        message: &message,
        ..event(
            disk,
            at,
            "DeviceClasses disk interface key last written",
            Action::RegistryKeyWritten,
            &interface.locator,
        )
    });
}

fn event<'a>(
    device: &DeviceRecord,
    at: Timestamp,
    meaning: &'a str,
    action: Action,
    locator: &'a Locator,
) -> NewEvent<'a> {
    NewEvent {
        time: RecordedTime::utc(at),
        meaning,
        action,
        whose: Whose::ThisMachine,
        device: Some(Identifier::instance(&device.device.to_string())),
        volume: None,
        user: None,
        file: None,
        message: "",
        locator,
        number: None,
        confidence: confidence(device.recovered),
    }
}

const fn confidence(recovered: bool) -> Confidence {
    if recovered {
        Confidence::Recovered
    } else {
        Confidence::Recorded
    }
}

fn shown_name(device: &DeviceRecord) -> String {
    device
        .friendly_name
        .clone()
        .or_else(|| device.bus_description.clone())
        .or_else(|| device.description.clone())
        .unwrap_or_else(|| device.device.to_string())
}

/// A device that an upgrade carried over was there at its last-present date.
fn present(migrated: &MigratedDevice, harvest: &mut Harvest) {
    let is_storage =
        migrated.device.is_usb_storage() || identity::is_mass_storage_path(&migrated.device);
    let Some(at) = migrated.last_present.filter(|_| is_storage) else {
        return;
    };
    let name = migrated
        .friendly_name
        .clone()
        .unwrap_or_else(|| migrated.device.to_string());
    let message = format!("{name}: last present before an upgrade of Windows");
    harvest.event(&NewEvent {
        time: RecordedTime::utc(at),
        meaning: "DeviceMigration LastPresentDate",
        action: Action::Present,
        whose: Whose::ThisMachine,
        device: Some(Identifier::instance(&migrated.device.to_string())),
        volume: None,
        user: None,
        file: None,
        message: &message,
        locator: &migrated.locator,
        number: None,
        confidence: confidence(migrated.recovered),
    });
}

fn machine(facts: &MachineFacts, harvest: &mut Harvest) {
    if let Some(name) = &facts.computer_name {
        harvest.fact(MachineFact::ComputerName(name.value.clone()), &name.locator);
    }
    if let Some(zone) = &facts.time_zone {
        harvest.fact(MachineFact::TimeZone(zone.value.clone()), &zone.locator);
    }
    if let Some(shutdown) = &facts.last_shutdown {
        harvest.event(&NewEvent {
            time: RecordedTime::utc(shutdown.value),
            meaning: "Control\\Windows ShutdownTime",
            action: Action::ShutDown,
            whose: Whose::ThisMachine,
            device: None,
            volume: None,
            user: None,
            file: None,
            message: "Windows last shut down in order",
            locator: &shutdown.locator,
            number: None,
            confidence: Confidence::Recorded,
        });
    }
}

#[cfg(test)]
mod tests;
