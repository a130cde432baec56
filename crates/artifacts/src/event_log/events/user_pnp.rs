//! Microsoft-Windows-UserPnp 20001 and 20003 in the System log: a driver was installed for a
//! device, a service was added for it.
//!
//! They stand at the first connection of a device on a machine and whenever its driver is
//! updated, so they say "installed" and not "connected".
//!
//! Sources: the manifest's field names as in the records; 24 and 16 records of the corpus.

use super::super::EventRecord;
use super::fields::{flag, guid, status, text};
use crate::device_path::DeviceInstance;

/// What was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installation {
    /// 20001: the driver, with its INF file and its description.
    Driver {
        /// The INF file's path in the driver store.
        driver: Option<String>,
        /// The driver's version.
        version: Option<String>,
        /// The name that the driver gives the device.
        description: Option<String>,
        /// It replaced another driver of a device that was installed already.
        upgrade: Option<bool>,
    },
    /// 20003: a service of the driver.
    Service {
        /// The service's name: `disk`, `USBSTOR`, `WUDFWpdFs`.
        service: Option<String>,
        /// It was there already and was changed.
        update: Option<bool>,
    },
}

/// An installation for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPnp {
    /// What was installed.
    pub installation: Installation,
    /// The device's instance path as written.
    pub path: String,
    /// The same in its parts.
    pub device: Option<DeviceInstance>,
    /// The class of the device, `{…}` in upper case (20001).
    pub class: Option<String>,
    /// The status, zero for success.
    pub status: Option<u32>,
}

pub(super) fn read(record: &EventRecord) -> Option<UserPnp> {
    let path = text(record, "DeviceInstanceID")?;
    let (installation, status) = if record.event_id == 20001 {
        let installation = Installation::Driver {
            driver: text(record, "DriverName"),
            version: text(record, "DriverVersion"),
            description: text(record, "DriverDescription"),
            upgrade: flag(record, "UpgradeDevice"),
        };
        (installation, status(record, "InstallStatus"))
    } else {
        let installation = Installation::Service {
            service: text(record, "ServiceName"),
            update: flag(record, "UpdateService"),
        };
        (installation, status(record, "AddServiceStatus"))
    };
    Some(UserPnp {
        installation,
        device: DeviceInstance::parse(&path),
        path,
        class: guid(record, "SetupClass"),
        status,
    })
}

#[cfg(test)]
mod tests {
    use super::super::TypedEvent;
    use super::super::testing::corpus;
    use super::*;

    #[test]
    fn corpus_log_has_the_installations_that_pyevtx_counts() {
        let Some(events) = corpus("win10-DESKTOP-2KGM189/System.evtx") else {
            return;
        };
        let all: Vec<&UserPnp> = events
            .iter()
            .filter_map(|(_, event)| match event {
                TypedEvent::UserPnp(event) => Some(event),
                _ => None,
            })
            .collect();
        let drivers = |event: &&&UserPnp| matches!(event.installation, Installation::Driver { .. });
        assert_eq!(all.iter().filter(drivers).count(), 24);
        assert_eq!(all.len(), 24 + 16);
        assert!(all.iter().all(|event| event.status == Some(0)));
        // The card reader of which the corpus' index speaks, seen by nothing but this log.
        let reader = all
            .iter()
            .find(|event| event.path.contains("201412031053"))
            .unwrap();
        assert!(reader.device.is_some());
    }
}
