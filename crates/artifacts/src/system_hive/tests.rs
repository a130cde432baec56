//! The hives of the corpus. What is expected here was read with regipy, hivex and reglookup; the
//! comparison stands in `docs/validation/usb-registry.md`.

use kusari_fixtures::corpus;

use super::*;

fn system(file: &str) -> Option<SystemHive> {
    let hive = Hive::open(corpus::bytes(file)?, &[]).unwrap();
    Some(SystemHive::read(&hive))
}

fn date(date: &Option<PropertyDate>) -> String {
    date.as_ref()
        .map(|date| date.at.to_string())
        .unwrap_or_default()
}

fn letters(system: &SystemHive, disk: &DeviceRecord) -> Vec<char> {
    system
        .mounts_of(disk)
        .filter_map(|(mounted, _)| match mounted.name {
            MountName::Letter(letter) => Some(letter),
            _ => None,
        })
        .collect()
}

#[test]
fn xp_gives_its_five_devices_and_leads_from_prefix_to_volume() {
    let Some(system) = system("m57-pat-winxp/SYSTEM") else {
        return;
    };
    let mut serials: Vec<&str> = system
        .usb_disks()
        .map(|disk| disk.device.device_serial().unwrap())
        .collect();
    serials.sort_unstable();
    assert_eq!(
        serials,
        [
            "00D04B881007C255",
            "00D04B881A01BF8E",
            "152D203380B6",
            "43175107A4C24AD4",
            "51491E64"
        ]
    );
    let stick = system
        .usb_disks()
        .find(|disk| disk.device.serial() == Some("43175107A4C24AD4"))
        .unwrap();
    assert_eq!(stick.parent_id_prefix.as_deref(), Some("7&71229d7&0"));
    let mounts: Vec<_> = system.mounts_of(stick).collect();
    assert_eq!(mounts.len(), 1);
    assert_eq!(
        mounts[0].0.name,
        MountName::Volume("{B005E6D6-D0B3-11DE-89E2-000BDB635BD4}".into())
    );
    assert_eq!(mounts[0].1, MountJoin::ParentIdPrefix);
    assert!(stick.dates.is_empty());
    let usb = system.usb_device_of(stick).unwrap();
    assert_eq!(
        (usb.device.vid(), usb.device.pid()),
        (Some(0x0781), Some(0x5406))
    );
    assert_eq!(usb.location.as_deref(), Some("U3 Cruzer Micro"));

    let other = system
        .usb_disks()
        .find(|disk| disk.device.serial() == Some("51491E64"))
        .unwrap();
    assert_eq!(letters(&system, other), ['E']);

    let machine = &system.machine;
    assert_eq!(machine.computer_name.as_ref().unwrap().value, "M57-PAT");
    let zone = &machine.time_zone.as_ref().unwrap().value;
    assert_eq!((zone.rules.standard(), zone.rules.daylight()), (480, 420));
    assert_eq!(zone.rules.daylight_start.unwrap().month, 3);
    assert_eq!(
        machine.last_shutdown.as_ref().unwrap().value.to_text(0),
        "2009-12-09T00:17:32"
    );
}

#[test]
fn seven_gives_its_stick_as_e_with_its_dates() {
    let Some(system) = system("srl2012-WKS-WIN732BITA-win7/SYSTEM") else {
        return;
    };
    let disks: Vec<_> = system.usb_disks().collect();
    assert_eq!(disks.len(), 1);
    let stick = disks[0];
    assert_eq!(stick.device.device_serial(), Some("AA951D0000007252"));
    assert_eq!(stick.friendly_name.as_deref(), Some("HP v100w USB Device"));
    assert_eq!(date(&stick.dates.installed), "2011-04-01T04:52:38.6860000Z");
    assert_eq!(
        date(&stick.dates.first_installed),
        date(&stick.dates.installed)
    );
    // Windows 7 keeps neither of these.
    assert_eq!(stick.dates.last_arrival, None);
    assert_eq!(stick.dates.last_removal, None);
    assert_eq!(letters(&system, stick), ['E']);
    assert_eq!(system.mounts_of(stick).count(), 2);
    assert_eq!(
        system.usb_device_of(stick).unwrap().device.vid(),
        Some(0x03F0)
    );
    let portable: Vec<_> = system
        .devices
        .iter()
        .filter(|record| record.device.kind() == DeviceKind::PortableDevice)
        .collect();
    assert_eq!(portable.len(), 1);
    assert_eq!(portable[0].friendly_name.as_deref(), Some("SECRETPLANS"));
    assert_eq!(portable[0].attachment, Attachment::UsbStorage);
    assert_eq!(
        system.machine.computer_name.as_ref().unwrap().value,
        "WKS-WIN732BITA"
    );
}

#[test]
fn ten_gives_one_stick_and_two_uasp_disks_and_no_virtual_disk() {
    let Some(system) = system("win10-DESKTOP-2KGM189/SYSTEM") else {
        return;
    };
    assert_eq!(system.current_control_set, Some(1));
    let disks: Vec<_> = system
        .usb_disks()
        .map(|disk| (disk.device.product().unwrap(), disk.attachment))
        .collect();
    assert_eq!(
        disks,
        [
            ("Cruzer", Attachment::UsbStorage),
            ("Silicon-Power", Attachment::Uasp),
            ("Extreme_SSD", Attachment::Uasp),
        ]
    );
    let virtual_disks = system
        .devices
        .iter()
        .filter(|record| record.device.is_virtual_disk());
    assert!(virtual_disks.clone().count() >= 8);
    assert!(
        virtual_disks
            .clone()
            .all(|disk| disk.attachment == Attachment::Other)
    );

    let stick = system.usb_disks().next().unwrap();
    assert_eq!(stick.device.device_serial(), Some("200608767007B7C08A6A"));
    assert_eq!(date(&stick.dates.installed), "2020-03-17T14:02:38.9554894Z");
    assert_eq!(
        date(&stick.dates.last_arrival),
        "2020-03-17T14:02:38.9466272Z"
    );
    assert_eq!(
        date(&stick.dates.last_removal),
        "2020-03-17T14:23:45.5046900Z"
    );

    let ssd = system
        .usb_disks()
        .find(|disk| disk.device.product() == Some("Extreme_SSD"))
        .unwrap();
    let parent = system.usb_device_of(ssd).unwrap();
    assert_eq!(
        parent.device.device_serial(),
        Some("313735303835343230333437")
    );
    assert!(parent.is_uasp_device());
    assert_eq!(letters(&system, ssd), ['F']);
    assert_eq!(
        system.mounts_of(ssd).next().unwrap().1,
        MountJoin::DiskSignature
    );
    let volumes = system
        .devices
        .iter()
        .filter(|record| record.device.kind() == DeviceKind::Volume)
        .filter(|record| record.attachment == Attachment::Uasp);
    assert_eq!(volumes.count(), 2);
    let container = system
        .containers
        .iter()
        .find(|container| Some(container.id.as_str()) == stick.own_container())
        .unwrap();
    assert_eq!(container.devices.len(), 4);
}

#[test]
fn uasp_is_told_by_the_container_when_the_parent_is_not_recorded() {
    let Some(mut system) = system("win10-DESKTOP-2KGM189/SYSTEM") else {
        return;
    };
    for record in &mut system.devices {
        if record.device.is_enumerated_by("SCSI") {
            record.parent = None;
        }
    }
    attachment::decide(&mut system.devices);
    assert_eq!(system.usb_disks().count(), 3);
    for disk in system.usb_disks() {
        assert!(system.usb_device_of(disk).is_some(), "{}", disk.device);
    }
}

#[test]
fn machines_without_usb_storage_give_none() {
    let Some(system) = system("hive-negative-SENSEI/SYSTEM_2") else {
        return;
    };
    assert_eq!(system.usb_disks().count(), 0);
    assert_eq!(
        system.machine.computer_name.as_ref().unwrap().value,
        "SENSEI"
    );
}

#[test]
fn corrupt_hive_gives_what_is_readable() {
    let Some(system) = system("hive-corrupt/corrupted_system_hive") else {
        return;
    };
    assert_eq!(system.usb_disks().count(), 0);
    assert!(system.mounted.len() + system.devices.len() + system.interfaces.len() > 0);
}

#[test]
fn every_record_leads_back_to_its_key_or_value() {
    let Some(bytes) = corpus::bytes("win10-DESKTOP-2KGM189/SYSTEM") else {
        return;
    };
    let hive = Hive::open(bytes, &[]).unwrap();
    let system = SystemHive::read(&hive);
    let locators = system
        .devices
        .iter()
        .map(|record| &record.locator)
        .chain(system.mounted.iter().map(|record| &record.locator))
        .chain(system.interfaces.iter().map(|record| &record.locator));
    for locator in locators {
        let crate::Locator::Registry { cell, key, value } = locator else {
            panic!("{locator}");
        };
        let found = hive.key(key).unwrap();
        match value {
            None => assert_eq!(found.cell(), *cell, "{locator}"),
            Some(name) => assert_eq!(found.value(name).unwrap().cell(), *cell, "{locator}"),
        }
    }
}

/// A hive of our own writing: a stick whose key was deleted, with its dates.
#[test]
fn a_deleted_stick_is_recovered_and_marked() {
    use kusari_fixtures::hive::{Hive as Written, Key as K, Value as V};
    const TIME: u64 = 132_900_000_000_000_000;
    let stick = r"ControlSet001\Enum\USBSTOR\Disk&Ven_A&Prod_B&Rev_1\0123456789AB&0";
    let dates = format!(r"{stick}\Properties\{{83da6326-97a6-4088-9453-a1923f573b29}}");
    let mut root = K::new("ROOT", TIME);
    root.at("Select", TIME).values.push(V::dword("Current", 1));
    root.at(stick, TIME)
        .values
        .push(V::sz("FriendlyName", "A B USB Device"));
    root.at(&format!(r"{dates}\0066"), TIME)
        .values
        .push(V::property_time(TIME));
    let mut written = Written::new("SYSTEM", &root, TIME, 1);
    let before = SystemHive::read(&Hive::open(written.to_bytes(), &[]).unwrap());
    assert_eq!(before.usb_disks().count(), 1);
    assert_eq!(
        before.devices[0].dates.last_arrival.as_ref().unwrap().at,
        kusari_evidence::time::Timestamp::from_filetime(TIME).unwrap()
    );
    written.delete_key(stick, TIME + 1);
    written.checkpoint(TIME + 2);
    let hive = Hive::open(written.to_bytes(), &[]).unwrap();
    let mut system = SystemHive::read(&hive);
    assert_eq!(system.usb_disks().count(), 0);
    system.add_recovered(&hive);
    let disk = system.usb_disks().next().unwrap();
    assert!(disk.recovered);
    assert_eq!(disk.device.device_serial(), Some("0123456789AB"));
}

/// Damage of any kind must not panic, nor cost what it did not touch for good.
#[test]
fn damaged_hives_give_what_is_left() {
    use kusari_fixtures::variants::{Kind, variant};
    let Some(bytes) = corpus::bytes("m57-pat-winxp/SYSTEM") else {
        return;
    };
    let mut found = 0;
    let mut in_place = 0;
    for seed in 0..40 {
        let damaged = variant(&bytes, seed, 4096);
        // Bytes taken out or put in move all that stands behind them away from its offsets.
        let stays = matches!(damaged.kind, Kind::Flip | Kind::Zero | Kind::Noise);
        let Ok(hive) = Hive::open(damaged.bytes, &[]) else {
            continue;
        };
        let mut system = SystemHive::read(&hive);
        if seed % 10 == 0 {
            system.add_recovered(&hive);
        }
        if stays {
            in_place += 1;
            found += usize::from(system.usb_disks().count() == 5);
        }
    }
    assert!(
        in_place > 10 && found * 10 >= in_place * 8,
        "{found} of {in_place}"
    );
}
