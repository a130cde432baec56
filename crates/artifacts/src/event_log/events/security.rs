//! Devices and objects in the Security log: 6416 (a device was recognised), 4656, 4660, 4663
//! (an object was asked for, deleted, accessed).
//!
//! 6416 is written for devices of every class once auditing of plug and play is on; print queues
//! use it too. Object access is written for everything that is audited; the subcategory Removable
//! Storage is told by the task 12812 alone (12800 is the file system). There the object's name
//! begins with the volume's device, `\Device\HarddiskVolume5`, and no drive letter.
//!
//! Sources: Microsoft Learn, pages of the events 6416, 4656, 4660, 4663 and "Audit Removable
//! Storage"; 15 records of the corpus (6416, 4656), all of printers and of the system disk.

use super::super::EventRecord;
use super::fields::{guid, number, text};
use crate::device_path::{DeviceInstance, DeviceKind};

/// The task of the subcategory Removable Storage.
const REMOVABLE_STORAGE: u16 = 12812;

/// Device setup classes of storage (Microsoft Learn, "System-Defined Device Setup Classes"):
/// disk drives, optical drives, floppy drives, volumes, portable devices.
const STORAGE_CLASSES: &[&str] = &[
    "{4D36E967-E325-11CE-BFC1-08002BE10318}",
    "{4D36E965-E325-11CE-BFC1-08002BE10318}",
    "{4D36E980-E325-11CE-BFC1-08002BE10318}",
    "{71A27CDD-812A-11D0-BEC7-08002BE2092F}",
    "{EEC5AD98-8080-425F-922A-DABF3DE3F69A}",
];

/// Who did it: the account under which the event was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The account's SID.
    pub sid: Option<String>,
    /// The account's name.
    pub name: Option<String>,
    /// Its domain or machine.
    pub domain: Option<String>,
    /// The id of the logon session on this machine until it restarts.
    pub logon_id: Option<u64>,
}

impl Account {
    pub(super) fn subject(record: &EventRecord) -> Self {
        Self::named(record, "Subject", "SubjectLogonId")
    }

    pub(super) fn target(record: &EventRecord) -> Self {
        Self::named(record, "Target", "TargetLogonId")
    }

    fn named(record: &EventRecord, who: &str, logon_id: &str) -> Self {
        Self {
            sid: text(record, &format!("{who}UserSid")),
            name: text(record, &format!("{who}UserName")),
            domain: text(record, &format!("{who}DomainName")),
            logon_id: number(record, logon_id),
        }
    }
}

/// 6416: the machine recognised a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRecognised {
    /// The account, that of the system as a rule.
    pub subject: Account,
    /// The device's instance path as written.
    pub path: String,
    /// The same in its parts.
    pub device: Option<DeviceInstance>,
    /// The name that Windows shows.
    pub description: Option<String>,
    /// The device's class, `{…}` in upper case.
    pub class: Option<String>,
    /// The name of the class.
    pub class_name: Option<String>,
}

impl DeviceRecognised {
    /// The device is storage: by the class, or by the path where no class is written.
    #[must_use]
    pub fn is_storage(&self) -> bool {
        if let Some(class) = &self.class {
            return STORAGE_CLASSES.contains(&class.as_str());
        }
        self.device.as_ref().is_some_and(|device| {
            matches!(
                device.kind(),
                DeviceKind::Disk
                    | DeviceKind::Optical
                    | DeviceKind::Floppy
                    | DeviceKind::Volume
                    | DeviceKind::PortableDevice
            )
        })
    }
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectAction {
    /// 4656: a handle was asked for with certain rights; whether they were used is not said.
    Requested,
    /// 4660: it was deleted; its name stands in the 4656 or 4663 with the same handle only.
    Deleted,
    /// 4663: rights were used.
    Accessed,
}

/// Access to an object on removable storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovableStorageAccess {
    /// What happened.
    pub action: ObjectAction,
    /// Who did it.
    pub subject: Account,
    /// The object's name, `\Device\HarddiskVolume5\folder\file`.
    pub object: Option<String>,
    /// The object's type: `File`.
    pub object_type: Option<String>,
    /// The handle, which ties 4656, 4663 and 4660 together within one process.
    pub handle: Option<u64>,
    /// The rights (`ACCESS_MASK`).
    pub rights: Option<u64>,
    /// The program.
    pub program: Option<String>,
    /// The program's process id.
    pub process_id: Option<u64>,
    /// The access was granted; `None` where the record doesn't say.
    pub granted: Option<bool>,
}

impl RemovableStorageAccess {
    /// `ReadData` or, of a folder, `ListDirectory`.
    pub const READ_DATA: u64 = 0x1;
    /// `WriteData` or, of a folder, `AddFile`.
    pub const WRITE_DATA: u64 = 0x2;
    /// `AppendData` or, of a folder, `AddSubdirectory`.
    pub const APPEND_DATA: u64 = 0x4;
    /// `DELETE`, which renaming and moving need too.
    pub const DELETE: u64 = 0x1_0000;

    /// All of these rights stand in the record.
    #[must_use]
    pub fn has_rights(&self, rights: u64) -> bool {
        self.rights.is_some_and(|own| own & rights == rights)
    }
}

pub(super) fn device(record: &EventRecord) -> Option<DeviceRecognised> {
    let path = text(record, "DeviceId")?;
    Some(DeviceRecognised {
        subject: Account::subject(record),
        device: DeviceInstance::parse(&path),
        path,
        description: text(record, "DeviceDescription"),
        class: guid(record, "ClassId"),
        class_name: text(record, "ClassName"),
    })
}

pub(super) fn access(record: &EventRecord) -> Option<RemovableStorageAccess> {
    if record.task != Some(REMOVABLE_STORAGE) {
        return None;
    }
    let action = match record.event_id {
        4656 => ObjectAction::Requested,
        4660 => ObjectAction::Deleted,
        4663 => ObjectAction::Accessed,
        _ => return None,
    };
    Some(RemovableStorageAccess {
        action,
        subject: Account::subject(record),
        object: text(record, "ObjectName"),
        object_type: text(record, "ObjectType"),
        handle: number(record, "HandleId"),
        rights: number(record, "AccessMask"),
        program: text(record, "ProcessName"),
        process_id: number(record, "ProcessId"),
        granted: granted(record.keywords),
    })
}

/// Audit success and audit failure are bits 53 and 52 of the keywords.
fn granted(keywords: Option<u64>) -> Option<bool> {
    let keywords = keywords?;
    match (keywords >> 53 & 1, keywords >> 52 & 1) {
        (1, 0) => Some(true),
        (0, 1) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::EventValue::Unsigned;
    use super::super::testing::{corpus, record, text};
    use super::super::{TypedEvent, typed};
    use super::*;

    const AUDIT: &str = "Microsoft-Windows-Security-Auditing";

    #[test]
    fn printers_are_no_storage() {
        let files = [
            (
                "evtx-6416/ID4674,6416 New external device connected (PrintNightmare).evtx",
                1,
            ),
            ("evtx-6416/ID4688,6416,4648-SystemNightMare.evtx", 2),
        ];
        for (file, count) in files {
            let Some(events) = corpus(file) else { return };
            let mut devices = 0;
            for (record, event) in events {
                match event {
                    TypedEvent::DeviceRecognised(device) => {
                        assert!(!device.is_storage(), "{record:?}");
                        assert_eq!(device.device.unwrap().kind(), DeviceKind::Printer);
                        devices += 1;
                    }
                    // Twelve 4656 on the system disk stand in the second log.
                    TypedEvent::RemovableStorageAccess(_) => panic!("{record:?}"),
                    _ => {}
                }
            }
            assert_eq!(devices, count, "{file}");
        }
    }

    #[test]
    fn stick_is_storage_by_its_class_or_its_path() {
        let path = r"USBSTOR\Disk&Ven_HP&Prod_v100w&Rev_1024\AA951D0000007252&0";
        let class = "{4d36e967-e325-11ce-bfc1-08002be10318}";
        for data in [
            vec![("DeviceId", text(path)), ("ClassId", text(class))],
            vec![("DeviceId", text(path))],
        ] {
            let Some(TypedEvent::DeviceRecognised(device)) = typed(&record(AUDIT, 6416, &data))
            else {
                panic!();
            };
            assert!(device.is_storage());
        }
    }

    #[test]
    fn only_the_task_tells_removable_storage() {
        let data = [
            ("SubjectUserName", text("a")),
            ("SubjectLogonId", text("0x65b0f5db")),
            ("ObjectType", text("File")),
            ("ObjectName", text(r"\Device\HarddiskVolume5\list.xlsx")),
            ("HandleId", text("0xaf8")),
            ("AccessMask", Unsigned(2)),
        ];
        let mut made = record(AUDIT, 4663, &data);
        made.task = Some(12800);
        assert_eq!(typed(&made), None);
        made.task = Some(12812);
        made.keywords = Some(0x8020_0000_0000_0000);
        let Some(TypedEvent::RemovableStorageAccess(access)) = typed(&made) else {
            panic!();
        };
        assert_eq!(access.action, ObjectAction::Accessed);
        assert_eq!(access.handle, Some(0xaf8));
        assert_eq!(access.subject.logon_id, Some(0x65b0_f5db));
        assert!(access.has_rights(RemovableStorageAccess::WRITE_DATA));
        assert!(!access.has_rights(RemovableStorageAccess::DELETE));
        assert_eq!(access.granted, Some(true));
        made.keywords = Some(0x8010_0000_0000_0000);
        let Some(TypedEvent::RemovableStorageAccess(access)) = typed(&made) else {
            panic!();
        };
        assert_eq!(access.granted, Some(false));
    }
}
