//! Device interfaces: `Control\DeviceClasses\{class}\##?#...`.
//!
//! A key for each interface that was ever registered, and below it `#`, the interface's own key.
//! Their write times are those of a registration, a start of Windows or a change of a property
//! below; on Windows XP and 7 the write time of a disk's key is often taken for its last
//! connection, which the hives of the corpus bear out only now and then. The records carry the
//! times and claim nothing.
//!
//! Sources: Microsoft Learn, "HKLM\SYSTEM\CurrentControlSet\Control registry tree" and the pages
//! of the interface classes; the hives of the corpus.

use kusari_evidence::time::Timestamp;

use super::control_set::ControlSet;
use super::property::{PropertyKey, flag_property};
use crate::Locator;
use crate::device_path::DeviceInstance;
use crate::registry::Key;

/// A kind of interface that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InterfaceClass {
    /// `GUID_DEVINTERFACE_DISK`
    Disk,
    /// `GUID_DEVINTERFACE_CDROM`
    CdRom,
    /// `GUID_DEVINTERFACE_PARTITION`
    Partition,
    /// `GUID_DEVINTERFACE_VOLUME`
    Volume,
    /// `GUID_DEVINTERFACE_WPD`
    PortableDevice,
    /// `GUID_DEVINTERFACE_USB_DEVICE`
    UsbDevice,
}

impl InterfaceClass {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Disk,
        Self::CdRom,
        Self::Partition,
        Self::Volume,
        Self::PortableDevice,
        Self::UsbDevice,
    ];

    /// The class's GUID as its key is named.
    #[must_use]
    pub const fn guid(self) -> &'static str {
        match self {
            Self::Disk => "{53f56307-b6bf-11d0-94f2-00a0c91efb8b}",
            Self::CdRom => "{53f56308-b6bf-11d0-94f2-00a0c91efb8b}",
            Self::Partition => "{53f5630a-b6bf-11d0-94f2-00a0c91efb8b}",
            Self::Volume => "{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}",
            Self::PortableDevice => "{6ac27878-a6fa-4155-ba85-f98f491d4f33}",
            Self::UsbDevice => "{a5dcbf10-6530-11d2-901f-00c04fb951ed}",
        }
    }
}

/// An interface of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInterface {
    /// The control set that the key stands in.
    pub control_set: u32,
    /// The kind of interface.
    pub class: InterfaceClass,
    /// The device, from the key's `DeviceInstance` value or else from its name.
    pub device: DeviceInstance,
    /// The interface's key.
    pub locator: Locator,
    /// When that key was last written, by the machine's clock, in UTC.
    pub key_written: Option<Timestamp>,
    /// When its subkey `#` was last written.
    pub instance_written: Option<Timestamp>,
    /// `DEVPKEY_Storage_Portable` (Windows 8 and later): the storage can be carried away.
    pub portable: Option<bool>,
    /// The key was deleted and found again in free space of the hive.
    pub recovered: bool,
}

/// The interfaces of the kinds above, in the order of their keys.
pub(super) fn read(control_set: &ControlSet<'_>) -> Vec<DeviceInterface> {
    let Some(classes) = control_set.key.subkey(r"Control\DeviceClasses") else {
        return Vec::new();
    };
    InterfaceClass::ALL
        .iter()
        .filter_map(|&class| Some((class, classes.subkey(class.guid())?)))
        .flat_map(|(class, key)| key.subkeys().map(move |key| (class, key)))
        .filter_map(|(class, key)| interface(control_set.number, class, &key))
        .collect()
}

fn interface(control_set: u32, class: InterfaceClass, key: &Key<'_>) -> Option<DeviceInterface> {
    let by_value = key
        .value("DeviceInstance")
        .and_then(|value| DeviceInstance::parse(&value.text()?));
    let instance = key.subkey("#");
    Some(DeviceInterface {
        control_set,
        class,
        device: by_value.or_else(|| DeviceInstance::parse(&key.name()))?,
        locator: key.locator(),
        key_written: key.last_written(),
        instance_written: instance.as_ref().and_then(Key::last_written),
        portable: instance
            .and_then(|instance| flag_property(&instance, PropertyKey::STORAGE_PORTABLE)),
        recovered: false,
    })
}
