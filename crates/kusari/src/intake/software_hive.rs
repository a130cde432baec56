//! The SOFTWARE hive: the Windows, its users, and which volume had which label or serial number.

use kusari_artifacts::device_path::DeviceInstance;
use kusari_artifacts::software_hive::{
    PortableDevice, Profile, ReadyBoostVolume, SoftwareHive, WindowsVersion,
};

use super::{ArtifactFile, ArtifactKind, ReadOptions, Surroundings, Title, hive};
use crate::harvest::{Harvest, MachineFact};
use crate::identity::{Identifier, IdentifierKind, PropertyKind};

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "software-hive",
    title: Title {
        en: "Windows registry, SOFTWARE",
        ja: "Windowsレジストリ（SOFTWARE）",
    },
    page: "docs/artifacts/windows-version.md",
    places: &[
        "Windows/System32/config/SOFTWARE",
        "WINNT/system32/config/software",
    ],
    on_devices: false,
    recognise: |file| hive::is_hive_named(file, "SOFTWARE"),
    companions: hive::logs,
    read,
    in_place: None,
};

fn read(
    file: ArtifactFile,
    _around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let Some(hive) = hive::open(file, harvest) else {
        return;
    };
    let software = SoftwareHive::read(&hive);
    version(&software.version, harvest);
    for profile in &software.profiles {
        user(profile, harvest);
    }
    for zone in software.zone_years {
        let locator = zone.locator.clone();
        let fact = MachineFact::TimeZoneYears {
            key_name: zone.key_name,
            years: zone.years,
        };
        harvest.fact(fact, &locator);
    }
    for device in &software.portable_devices {
        portable_device(device, harvest);
    }
    for volume in &software.ready_boost {
        ready_boost(volume, harvest);
    }
}

/// `Windows 10 Pro 21H2 (19044.1766)`
fn version(version: &WindowsVersion, harvest: &mut Harvest) {
    if let (Some(name), Some(place)) = (version.name(), &version.product_name) {
        let mut text = name;
        if let Some(extra) = version.release.as_ref().or(version.service_pack.as_ref()) {
            text = format!("{text} {extra}");
        }
        match (version.build, version.update_build) {
            (Some(build), Some(update)) => text = format!("{text} ({build}.{update})"),
            (Some(build), None) => text = format!("{text} ({build})"),
            _ => {}
        }
        harvest.fact(MachineFact::WindowsVersion(text), &place.locator);
        if let Some(build) = version.build {
            harvest.fact(MachineFact::WindowsBuild(build), &place.locator);
        }
    }
    if let Some(installed) = version.install_time.as_ref().or(version.installed.as_ref()) {
        harvest.fact(
            MachineFact::InstallDate(installed.value),
            &installed.locator,
        );
    }
}

fn user(profile: &Profile, harvest: &mut Harvest) {
    if let Some(name) = profile.folder_name().filter(|_| profile.is_of_account()) {
        let fact = MachineFact::User {
            sid: profile.sid.clone(),
            name: name.to_owned(),
        };
        harvest.fact(fact, &profile.locator);
    }
}

fn instance(device: &DeviceInstance) -> Identifier {
    Identifier::instance(&device.to_string())
}

/// A USB storage device that a name holds: its serial number and what it is.
fn stick(device: &DeviceInstance, locator: &kusari_artifacts::Locator, harvest: &mut Harvest) {
    if !device.is_usb_storage() {
        return;
    }
    let own = instance(device);
    harvest.property(&own, PropertyKind::Bus, "usb", locator);
    harvest.property(&own, PropertyKind::Kind, "storage", locator);
    if let Some(serial) = device.device_serial() {
        harvest.claim(
            own,
            Identifier::usb_serial(serial),
            "the device instance carries the serial number",
            locator,
        );
    }
}

fn portable_device(portable: &PortableDevice, harvest: &mut Harvest) {
    let own = instance(&portable.device);
    if let Some(inner) = portable.device.contained() {
        harvest.claim(
            own.clone(),
            instance(&inner),
            "the portable device's path names the device",
            &portable.locator,
        );
        stick(&inner, &portable.locator, harvest);
    }
    let named = match (portable.letter(), portable.label()) {
        (Some(letter), _) => Identifier::drive_letter(letter),
        (None, Some(label)) => Identifier::new(IdentifierKind::VolumeLabel, label),
        (None, None) => return,
    };
    harvest.claim(
        own,
        named,
        "FriendlyName of the portable device",
        &portable.locator,
    );
}

fn ready_boost(volume: &ReadyBoostVolume, harvest: &mut Harvest) {
    let serial = Identifier::volume_serial(volume.volume_serial);
    if let Some(device) = &volume.device {
        harvest.claim(
            instance(device),
            serial.clone(),
            "the EMDMgmt key's name joins the device and the volume serial number",
            &volume.locator,
        );
        stick(device, &volume.locator, harvest);
    }
    if let Some(label) = &volume.label {
        harvest.claim(
            serial,
            Identifier::new(IdentifierKind::VolumeLabel, label),
            "the EMDMgmt key's name joins the label and the volume serial number",
            &volume.locator,
        );
    }
}
