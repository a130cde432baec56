//! Microsoft-Windows-DriverFrameworks-UserMode: drivers that run in user mode, which serve the
//! portable device side of a stick (`SWD\WPDBUSENUM`, `WpdBusEnumRoot`) and phones.
//!
//! A stick's volume gets such a driver at each connection, so 2003 and 2010 (drivers asked for
//! and loaded for a device) say that it was attached. A request (2100 and following) carries the
//! codes of `wdm.h`: major 27 is plug and play, with minor 0 for starting, 2 for removing and 23
//! for a surprise removal; major 22 is power, which comes at any time. A 2100 is written when a
//! request comes in and a 2101, 2102, 2105 or 2106 when it goes on or is done: a removal shows in
//! several records, and only its plug and play codes tell it from the rest. The lifetime id ties
//! together all records of one connection.
//!
//! The log is on by default in Windows 7 and off since Windows 8. Windows 7 writes lifetime,
//! instance and codes as attributes, later versions as elements.
//!
//! Sources: etl-parser's templates; a printed Windows 7 record of 2102 (Atomic Threat Coverage,
//! DN0054) and the EvtxECmd map of 2100 with a Windows 10 record; `wdm.h` for the codes. The
//! corpus has 10000 and 10100 of this provider only.

use super::super::EventRecord;
use super::fields::{guid, number_of, status, text_of};
use crate::device_path::DeviceInstance;

const PLUG_AND_PLAY: u64 = 27;
const MINOR_START: u64 = 0;
const MINOR_REMOVE: u64 = 2;
const MINOR_SURPRISE_REMOVAL: u64 = 23;

/// The ids that are read.
pub(super) const IDS: &[u16] = &[
    1003, 1004, 1006, 2003, 2004, 2005, 2006, 2010, 2100, 2101, 2102, 2103, 2105, 2106, 2107, 2900,
    2901,
];

/// What a record says about the device being attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UmdfMeaning {
    /// Drivers were asked for or loaded, or the device was started: it was attached at this time.
    Arrived,
    /// It was removed: the driver was told so, or finished with it.
    Removed,
    /// Neither: power, or another request.
    Other,
}

/// One record of the user-mode driver framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverFrameworks {
    /// The event's id.
    pub event_id: u16,
    /// What it says about the device.
    pub meaning: UmdfMeaning,
    /// The id of this connection, `{…}` in upper case: the same in all its records.
    pub lifetime: Option<String>,
    /// The device's instance path as written; records without one have a lifetime only.
    pub path: Option<String>,
    /// The same in its parts.
    pub device: Option<DeviceInstance>,
    /// The major code of a request.
    pub major: Option<u64>,
    /// The minor code of a request.
    pub minor: Option<u64>,
    /// The status (NTSTATUS or HRESULT), zero for success.
    pub status: Option<u32>,
}

pub(super) fn read(record: &EventRecord) -> Option<DriverFrameworks> {
    let path = text_of(record, &["InstanceId", "instance"]);
    let lifetime = guid(record, "LifetimeId").or_else(|| guid(record, "lifetime"));
    if path.is_none() && lifetime.is_none() {
        return None;
    }
    let major = number_of(record, &["RequestMajorCode", "MajorCode", "major"]);
    let minor = number_of(record, &["RequestMinorCode", "MinorCode", "minor"]);
    Some(DriverFrameworks {
        event_id: record.event_id,
        meaning: meaning(record.event_id, major, minor),
        lifetime,
        device: path.as_deref().and_then(DeviceInstance::parse),
        path,
        major,
        minor,
        status: status(record, "Status").or_else(|| status(record, "FinalStatus")),
    })
}

fn meaning(event_id: u16, major: Option<u64>, minor: Option<u64>) -> UmdfMeaning {
    match (event_id, major, minor) {
        (1003 | 2003 | 2004 | 2005 | 2010, _, _) => UmdfMeaning::Arrived,
        (2100..=2107, Some(PLUG_AND_PLAY), Some(MINOR_START)) => UmdfMeaning::Arrived,
        (2100..=2107, Some(PLUG_AND_PLAY), Some(MINOR_REMOVE | MINOR_SURPRISE_REMOVAL)) => {
            UmdfMeaning::Removed
        }
        _ => UmdfMeaning::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::EventValue::Unsigned;
    use super::super::testing::{record, text};
    use super::super::{TypedEvent, typed};
    use super::*;
    use crate::event_log::EventValue;

    fn read_one(id: u16, data: &[(&str, EventValue)]) -> DriverFrameworks {
        match typed(&record(
            "Microsoft-Windows-DriverFrameworks-UserMode",
            id,
            data,
        )) {
            Some(TypedEvent::DriverFrameworks(event)) => event,
            other => panic!("{other:?}"),
        }
    }

    const OLD: &str = r"WPDBUSENUMROOT\UMB\2&37C186B&0&STORAGE#VOLUME#1&19F7E59C&0&_??_USBSTOR#DISK&VEN_GENERIC&PROD_USB_MS_READER&REV_1.03#920321111113&3#";

    #[test]
    fn windows_7_writes_attributes() {
        let event = read_one(
            2102,
            &[
                (
                    "UMDFHostDeviceRequest/@lifetime",
                    text("{0A5BFD5B-1FC3-4985-9A2B-955F2D65E42F}"),
                ),
                ("UMDFHostDeviceRequest/@instance", text(OLD)),
                ("UMDFHostDeviceRequest/Request/@major", Unsigned(22)),
                ("UMDFHostDeviceRequest/Request/@minor", Unsigned(3)),
                ("UMDFHostDeviceRequest/Status", Unsigned(3_221_225_659)),
            ],
        );
        assert_eq!(event.meaning, UmdfMeaning::Other);
        assert_eq!((event.major, event.minor), (Some(22), Some(3)));
        assert_eq!(event.status, Some(0xC000_00BB));
        assert_eq!(
            event.lifetime.as_deref(),
            Some("{0A5BFD5B-1FC3-4985-9A2B-955F2D65E42F}")
        );
        let disk = event.device.unwrap().contained().unwrap();
        assert_eq!(disk.serial(), Some("920321111113"));
        assert_eq!(disk.logical_unit(), Some(3));
    }

    #[test]
    fn windows_10_writes_elements() {
        let instance = text(
            r"SWD\WPDBUSENUM\_??_USBSTOR#DISK&VEN_SANDISK&PROD_CRUZER_BLADE&REV_1.27#4C530001&0#{53F56307-B6BF-11D0-94F2-00A0C91EFB8B}",
        );
        let request = |minor: u64| {
            read_one(
                2100,
                &[
                    (
                        "UMDFHostDeviceRequest/LifetimeId",
                        text("{0A5BFD5B-1FC3-4985-9A2B-955F2D65E42F}"),
                    ),
                    ("UMDFHostDeviceRequest/InstanceId", instance.clone()),
                    ("UMDFHostDeviceRequest/RequestMajorCode", Unsigned(27)),
                    ("UMDFHostDeviceRequest/RequestMinorCode", Unsigned(minor)),
                ],
            )
        };
        assert_eq!(request(0).meaning, UmdfMeaning::Arrived);
        assert_eq!(request(2).meaning, UmdfMeaning::Removed);
        assert_eq!(request(23).meaning, UmdfMeaning::Removed);
        assert_eq!(request(9).meaning, UmdfMeaning::Other);
        let disk = request(0).device.unwrap().contained().unwrap();
        assert_eq!(disk.serial(), Some("4C530001"));
    }

    #[test]
    fn drivers_asked_for_say_that_the_device_was_there() {
        let event = read_one(2003, &[("A/InstanceId", text(OLD))]);
        assert_eq!(event.meaning, UmdfMeaning::Arrived);
        assert_eq!(
            typed(&record(
                "Microsoft-Windows-DriverFrameworks-UserMode",
                2003,
                &[]
            )),
            None
        );
    }
}
