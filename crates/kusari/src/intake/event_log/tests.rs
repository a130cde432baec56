use kusari_artifacts::event_log::{EventRecord, EventValue};
use kusari_evidence::time::Timestamp;

use super::*;
use crate::event::{Action, EventRow};
use crate::identity::IdentifierKind;

fn record(provider: &str, event_id: u16, second: i64, data: &[(&str, EventValue)]) -> EventRecord {
    let at = Timestamp::from_unix(1_655_771_265 + second, 0).unwrap();
    EventRecord {
        record_id: u64::try_from(second).unwrap(),
        offset: 0x1200,
        length: 512,
        written: at,
        created: at,
        provider: provider.into(),
        event_id,
        version: 0,
        task: None,
        keywords: None,
        channel: String::new(),
        computer: "PC".into(),
        user_sid: None,
        process_id: None,
        data: data
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        recovered: false,
    }
}

fn text(text: &str) -> EventValue {
    EventValue::Text(text.into())
}

fn harvest(records: &[EventRecord]) -> Harvest {
    let mut harvest = Harvest::default();
    let mut intake = Intake::new(&mut harvest);
    for record in records {
        intake.take(record);
    }
    harvest
}

fn rows(harvest: &Harvest) -> Vec<EventRow> {
    (0..harvest.events.len())
        .filter_map(|index| harvest.events.row(index))
        .collect()
}

fn actions(harvest: &Harvest) -> Vec<Action> {
    rows(harvest).iter().map(|row| row.action).collect()
}

fn disk(second: i64, capacity: u64, bus: u64, parent: &str) -> EventRecord {
    let there = capacity > 0;
    let mut vbr = vec![0_u8; 512];
    vbr[3..11].copy_from_slice(b"NTFS    ");
    vbr[0x1C..0x20].copy_from_slice(&2048_u32.to_le_bytes());
    vbr[0x48..0x50].copy_from_slice(&0x1122_3344_5566_7788_u64.to_le_bytes());
    vbr[510..].copy_from_slice(&[0x55, 0xAA]);
    let mut mbr = vec![0_u8; 512];
    mbr[0x1B8..0x1BC].copy_from_slice(&0xC3D4_E5F6_u32.to_le_bytes());
    mbr[0x1C2] = 7;
    mbr[0x1C6..0x1CA].copy_from_slice(&2048_u32.to_le_bytes());
    mbr[0x1CA..0x1CE].copy_from_slice(&1_000_000_u32.to_le_bytes());
    mbr[510..].copy_from_slice(&[0x55, 0xAA]);
    let bytes = |bytes: Vec<u8>| EventValue::Binary(if there { bytes } else { Vec::new() });
    record(
        "Microsoft-Windows-Partition",
        1006,
        second,
        &[
            ("Capacity", EventValue::Unsigned(capacity)),
            ("BytesPerSector", EventValue::Unsigned(512)),
            ("BusType", EventValue::Unsigned(bus)),
            ("Model", text("ED-E4")),
            ("ParentId", text(parent)),
            ("UserRemovalPolicy", EventValue::Boolean(there)),
            ("PartitionCount", EventValue::Unsigned(u64::from(there))),
            ("PartitionTableBytes", EventValue::Unsigned(0)),
            ("Mbr", bytes(mbr)),
            ("Vbr0", bytes(vbr)),
        ],
    )
}

const STICK: &str = r"USB\VID_04BB&PID_0C52\07A1B2C3D4E5F6";

/// How many changes of the clock say that it was wrong before.
fn steps(harvest: &Harvest) -> usize {
    let changes = harvest.clock_changes().iter();
    changes.filter(|change| !change.may_be_resume).count()
}

#[test]
fn stick_that_comes_and_goes_is_two_rows_and_one_set_of_claims() {
    let harvest = harvest(&[
        disk(1, 4_000_000_000, 7, STICK),
        disk(2, 0, 7, STICK),
        disk(3, 4_000_000_000, 7, STICK),
    ]);
    assert_eq!(
        actions(&harvest),
        [Action::Connected, Action::Removed, Action::Connected]
    );
    let device = Identifier::instance(STICK);
    let claims_to = |kind: IdentifierKind| -> Vec<&str> {
        harvest
            .claims
            .iter()
            .filter(|claim| claim.b.kind == kind)
            .map(|claim| claim.b.value.as_str())
            .collect()
    };
    assert_eq!(claims_to(IdentifierKind::UsbSerial), ["07A1B2C3D4E5F6"]);
    assert_eq!(claims_to(IdentifierKind::DiskSignature), ["C3D4E5F6"]);
    assert_eq!(claims_to(IdentifierKind::Partition), ["C3D4E5F6@1048576"]);
    assert_eq!(claims_to(IdentifierKind::VolumeSerial), ["55667788"]);
    assert_eq!(
        claims_to(IdentifierKind::VolumeSerial64),
        ["1122334455667788"]
    );
    // The volume hangs on its partition, and the partition on the device.
    let volume = harvest
        .claims
        .iter()
        .find(|claim| claim.b.kind == IdentifierKind::VolumeSerial)
        .unwrap();
    assert_eq!(volume.a.kind, IdentifierKind::Partition);
    assert!(harvest.properties.iter().any(|property| {
        property.of == device && property.kind == PropertyKind::Bus && property.value == "usb"
    }));
}

/// A stick that gives its medium only for a password, before that.
#[test]
fn a_disk_without_a_medium_was_there() {
    let mut locked = disk(1, 0, 7, STICK);
    for (name, value) in &mut locked.data {
        if name == "UserRemovalPolicy" {
            *value = EventValue::Boolean(true);
        }
    }
    let harvest = harvest(&[locked, disk(2, 4_000_000_000, 7, STICK)]);
    assert_eq!(actions(&harvest), [Action::Present, Action::Connected]);
    let device = rows(&harvest)[0].device.unwrap();
    assert_eq!(harvest.strings.get(device.value), Some(STICK));
}

#[test]
fn system_disks_are_no_custody() {
    let harvest = harvest(&[
        disk(
            1,
            64_000_000_000,
            17,
            r"PCI\VEN_15AD&DEV_07F0\4&3b50545d&0&00B8",
        ),
        disk(2, 64_000_000_000, 15, r"ROOT\VHD\0000"),
        disk(
            3,
            64_000_000_000,
            11,
            r"PCI\VEN_8086&DEV_A282\3&11583659&0&B8",
        ),
    ]);
    assert!(harvest.events.is_empty());
    assert!(harvest.claims.is_empty());
}

fn pnp(second: i64, id: u16, path: &str, parent: Option<&str>) -> EventRecord {
    let mut data = vec![
        ("DeviceInstanceId", text(path)),
        ("DriverName", text("disk.inf")),
    ];
    data.extend(parent.map(|parent| ("ParentDeviceInstanceId", text(parent))));
    record("Microsoft-Windows-Kernel-PnP", id, second, &data)
}

#[test]
fn only_the_disk_of_a_stick_gives_rows() {
    let stor = r"USBSTOR\Disk&Ven_I-O_DATA&Prod_ED-E4&Rev_1.00\07A1B2C3D4E5F6&0";
    let harvest = harvest(&[
        pnp(1, 400, STICK, Some(r"USB\ROOT_HUB30\5&20be2fcd&0&0")),
        pnp(1, 410, STICK, None),
        pnp(2, 400, stor, Some(STICK)),
        pnp(2, 410, stor, None),
        pnp(
            3,
            410,
            r"STORAGE\Volume\_??_USBSTOR#Disk&Ven_I-O_DATA&Prod_ED-E4&Rev_1.00#07A1B2C3D4E5F6&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}",
            None,
        ),
        pnp(4, 441, stor, None),
        pnp(5, 420, stor, None),
        pnp(
            6,
            410,
            r"SCSI\Disk&Ven_VMware_&Prod_VMware_Virtual_S\5&1ec51bf7&0&000000",
            None,
        ),
    ]);
    assert_eq!(
        actions(&harvest),
        [Action::Installed, Action::Connected, Action::Uninstalled]
    );
    let (a, b) = (Identifier::instance(stor), Identifier::instance(STICK));
    assert!(
        harvest
            .claims
            .iter()
            .any(|claim| claim.a == a && claim.b == b)
    );
}

#[test]
fn uasp_disk_stands_for_the_usb_device_above_it() {
    let usb = r"USB\VID_0781&PID_558C\MSFT30313735303835343230333437";
    let scsi = r"SCSI\Disk&Ven_SanDisk&Prod_Extreme_SSD\000000";
    let harvest = harvest(&[
        pnp(1, 410, scsi, None),
        pnp(2, 400, scsi, Some(usb)),
        pnp(3, 410, scsi, None),
    ]);
    // Before its parent is known it might be any disk.
    assert_eq!(actions(&harvest), [Action::Installed, Action::Connected]);
    let serial = Identifier::usb_serial("313735303835343230333437");
    assert!(harvest.claims.iter().any(|claim| claim.b == serial));
    assert!(
        harvest
            .properties
            .iter()
            .any(|property| property.value == "uasp")
    );
}

#[test]
fn one_lifetime_is_one_connection_and_one_removal() {
    let path = r"SWD\WPDBUSENUM\_??_USBSTOR#DISK&VEN_SANDISK&PROD_CRUZER&REV_1.27#4C530001&0#{53F56307-B6BF-11D0-94F2-00A0C91EFB8B}";
    let umdf = |second: i64, id: u16, minor: Option<u64>| {
        let mut data = vec![
            (
                "A/LifetimeId",
                text("{0A5BFD5B-1FC3-4985-9A2B-955F2D65E42F}"),
            ),
            ("A/InstanceId", text(path)),
        ];
        if let Some(minor) = minor {
            data.push(("A/RequestMajorCode", EventValue::Unsigned(27)));
            data.push(("A/RequestMinorCode", EventValue::Unsigned(minor)));
        }
        record(
            "Microsoft-Windows-DriverFrameworks-UserMode",
            id,
            second,
            &data,
        )
    };
    let harvest = harvest(&[
        umdf(1, 2003, None),
        umdf(1, 2004, None),
        umdf(2, 2010, None),
        umdf(3, 2100, Some(0)),
        umdf(90, 2100, Some(23)),
        umdf(90, 2102, Some(23)),
        umdf(91, 2100, Some(2)),
    ]);
    let rows = rows(&harvest);
    assert_eq!(actions(&harvest), [Action::Connected, Action::Removed]);
    let seconds: Vec<i64> = rows
        .iter()
        .map(|row| row.time.wall.unix_seconds() - 1_655_771_265)
        .collect();
    assert_eq!(seconds, [1, 90]);
}

#[test]
fn deletion_finds_its_name_by_the_handle() {
    let access = |second: i64, id: u16, object: Option<&str>, rights: u64| {
        let mut data = vec![
            ("SubjectUserSid", text("S-1-5-21-1-2-3-1001")),
            ("SubjectUserName", text("tanaka")),
            ("HandleId", EventValue::Unsigned(0xAF8)),
            ("ProcessId", EventValue::Unsigned(0x678)),
            ("AccessMask", EventValue::Unsigned(rights)),
        ];
        data.extend(object.map(|object| ("ObjectName", text(object))));
        let mut made = record("Microsoft-Windows-Security-Auditing", id, second, &data);
        made.task = Some(12812);
        made
    };
    let file = r"\Device\HarddiskVolume5\list.xlsx";
    let harvest = harvest(&[
        access(1, 4656, Some(file), 0x1_0000),
        access(1, 4663, Some(file), 0x1_0000),
        access(1, 4660, None, 0),
        access(2, 4663, Some(file), 2),
        access(3, 4660, None, 0),
    ]);
    assert_eq!(
        actions(&harvest),
        [
            Action::FileAccessRequested,
            Action::FileAccessRequested,
            Action::FileDeleted,
            Action::FileWritten,
            Action::FileDeleted,
        ]
    );
    let files: Vec<_> = rows(&harvest)
        .iter()
        .map(|row| harvest.strings.get(row.file).map(str::to_owned))
        .collect();
    assert_eq!(files[2].as_deref(), Some(file));
    assert!(harvest.facts.iter().any(|fact| matches!(
        &fact.fact,
        MachineFact::User { name, .. } if name == "tanaka"
    )));
}

#[test]
fn clock_read_from_the_hardware_is_no_step() {
    let set = |second: i64, before: i64, after: i64, reason: Option<u64>| {
        let time = |second: i64| {
            EventValue::Time(Timestamp::from_unix(1_655_771_265 + second, 0).unwrap())
        };
        let mut data = vec![("OldTime", time(before)), ("NewTime", time(after))];
        data.extend(reason.map(|reason| ("Reason", EventValue::Unsigned(reason))));
        record("Microsoft-Windows-Kernel-General", 1, second, &data)
    };
    let harvest = harvest(&[
        set(0, 100, 0, Some(1)),
        set(1, 0, 3600, Some(2)),
        set(2, 0, 3600, None),
        set(3, 100, 0, None),
        set(4, 0, 0, Some(3)),
    ]);
    assert_eq!(steps(&harvest), 2);
    assert_eq!(actions(&harvest).len(), 4);
}

fn corpus(file: &str) -> Option<Harvest> {
    let bytes = kusari_fixtures::corpus::bytes(file)?;
    let name = file.rsplit('/').next().unwrap_or(file).to_owned();
    let mut harvest = Harvest::default();
    let file = ArtifactFile {
        path: name,
        bytes,
        companions: Vec::new(),
    };
    let around = Surroundings::of_path("test.evtx");
    (KIND.read)(file, &around, &ReadOptions::default(), &mut harvest);
    Some(harvest)
}

#[test]
fn machines_without_usb_storage_have_no_connection() {
    let folder = "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/";
    for log in [
        "Microsoft-Windows-Partition%4Diagnostic.evtx",
        "Microsoft-Windows-Kernel-PnP%4Configuration.evtx",
        "Microsoft-Windows-Storsvc%4Diagnostic.evtx",
        "Microsoft-Windows-Ntfs%4Operational.evtx",
        "Security.evtx",
        "System.evtx",
    ] {
        let Some(harvest) = corpus(&format!("{folder}{log}")) else {
            return;
        };
        let custody = [Action::Connected, Action::Removed, Action::Installed];
        assert!(
            !actions(&harvest)
                .iter()
                .any(|action| custody.contains(action)),
            "{log}"
        );
        assert!(harvest.claims.is_empty(), "{log}");
        assert!(harvest.outcome.coverage.records > 0, "{log}");
    }
}

#[test]
fn printers_are_not_connected() {
    for file in [
        "evtx-6416/ID4674,6416 New external device connected (PrintNightmare).evtx",
        "evtx-6416/ID4688,6416,4648-SystemNightMare.evtx",
    ] {
        let Some(harvest) = corpus(file) else { return };
        assert!(!actions(&harvest).contains(&Action::Connected), "{file}");
    }
}

#[test]
fn people_and_clock_of_a_real_machine_are_there() {
    let folder = "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/";
    let Some(security) = corpus(&format!("{folder}Security.evtx")) else {
        return;
    };
    assert!(actions(&security).contains(&Action::LoggedOn));
    // Ten of the eighteen 4616 set the clock by a second or more.
    assert_eq!(steps(&security), 10);
    let Some(system) = corpus(&format!("{folder}System.evtx")) else {
        return;
    };
    // The kernel tells of the same ten, and of one resume from sleep that is no step.
    assert_eq!(steps(&system), 10);
    let changed = |harvest: &Harvest| {
        actions(harvest)
            .iter()
            .filter(|action| **action == Action::ClockChanged)
            .count()
    };
    assert_eq!((changed(&system), changed(&security)), (11, 10));
    let starts = actions(&system)
        .iter()
        .filter(|action| **action == Action::Started)
        .count();
    assert_eq!(starts, 4 + 4);
}
