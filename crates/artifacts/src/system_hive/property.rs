//! Device properties as the plug and play manager stores them beside a device.
//!
//! Two layouts, both below `Properties\{category}` of the key of a device, device class
//! instance or container:
//! - Windows Vista and 7: `00000064\00000000` with the values `Type` (a `DEVPROPTYPE`) and `Data`;
//! - Windows 8 and later: `0064` with the default value of type `0xFFFF0000 | DEVPROPTYPE`.
//!
//! The numbers in the key names are hexadecimal. Sources: Microsoft's `devpkey.h` (names and
//! numbers of the properties) and `devpropdef.h` (types); libyal winreg-kb, "USB storage"; the
//! Windows 7, 8 and 10 hives of the corpus.

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::registry::{Key, Property};

/// A property's name: its category and its number in it (a `DEVPROPKEY`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PropertyKey {
    /// The category, a GUID in braces.
    pub category: &'static str,
    /// The number in the category.
    pub number: u32,
}

const DATES: &str = "{83da6326-97a6-4088-9453-a1923f573b29}";

impl PropertyKey {
    /// `DEVPKEY_Device_InstallDate`: when the driver was last installed, so it moves with each
    /// driver update and Windows feature update.
    pub const INSTALL_DATE: Self = Self {
        category: DATES,
        number: 0x64,
    };
    /// `DEVPKEY_Device_FirstInstallDate`: when the driver was first installed on this Windows
    /// installation; a feature update can begin it anew.
    pub const FIRST_INSTALL_DATE: Self = Self {
        category: DATES,
        number: 0x65,
    };
    /// `DEVPKEY_Device_LastArrivalDate` (Windows 8 and later): when the device was last started:
    /// plugged in, or there when Windows started or woke.
    pub const LAST_ARRIVAL_DATE: Self = Self {
        category: DATES,
        number: 0x66,
    };
    /// `DEVPKEY_Device_LastRemovalDate` (Windows 8 and later): when the device was last removed.
    /// Windows deletes it at the next arrival.
    pub const LAST_REMOVAL_DATE: Self = Self {
        category: DATES,
        number: 0x67,
    };
    /// `DEVPKEY_Device_LastKnownParent` (Windows 8 and later): the instance path of the device
    /// that this one last hung on.
    pub const LAST_KNOWN_PARENT: Self = Self {
        category: DATES,
        number: 0x0A,
    };
    /// `DEVPKEY_Device_BusReportedDeviceDesc`: the product's name as the bus driver got it.
    pub const BUS_REPORTED_DESCRIPTION: Self = Self {
        category: "{540b947e-8b40-45bc-a8a2-6a0b894cbda2}",
        number: 4,
    };
    /// `DEVPKEY_Storage_Disk_Number` of a disk's or volume's interface.
    pub const STORAGE_DISK_NUMBER: Self = Self {
        category: STORAGE,
        number: 5,
    };
    /// `DEVPKEY_Storage_Portable`: the medium can be carried away.
    pub const STORAGE_PORTABLE: Self = Self {
        category: STORAGE,
        number: 2,
    };
    /// `DEVPKEY_Storage_Removable_Media`
    pub const STORAGE_REMOVABLE_MEDIA: Self = Self {
        category: STORAGE,
        number: 3,
    };
}

const STORAGE: &str = "{4d1ebee8-0803-4774-9842-b77db50265e9}";

/// A property as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProperty {
    /// Its content.
    pub value: Property,
    /// The value that holds it.
    pub locator: Locator,
    /// When the key that holds it was last written, by the machine's clock, in UTC. Windows 7
    /// rewrites these keys with each start.
    pub key_written: Option<Timestamp>,
}

/// Reads one property of a device's key in whichever layout it stands. `None` when it is not
/// there or its data has not the length of its type.
#[must_use]
pub fn stored_property(device: &Key<'_>, wanted: PropertyKey) -> Option<StoredProperty> {
    let category = device.subkey("Properties")?.subkey(wanted.category)?;
    new_layout(&category, wanted.number).or_else(|| old_layout(&category, wanted.number))
}

fn new_layout(category: &Key<'_>, number: u32) -> Option<StoredProperty> {
    let key = category.subkey(&format!("{number:04X}"))?;
    let value = key.value("")?;
    Some(StoredProperty {
        value: value.property()?,
        locator: value.locator(),
        key_written: key.last_written(),
    })
}

fn old_layout(category: &Key<'_>, number: u32) -> Option<StoredProperty> {
    let key = category.subkey(&format!("{number:08X}\\00000000"))?;
    let kind = key.value("Type")?.data();
    let kind = u32::from_le_bytes(kind.as_ref().try_into().ok()?);
    let value = key.value("Data")?;
    Some(StoredProperty {
        value: Property::read(kind, &value.data())?,
        locator: value.locator(),
        key_written: key.last_written(),
    })
}

/// A date among the properties of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyDate {
    /// The date, by the machine's clock, in UTC.
    pub at: Timestamp,
    /// The value that holds it.
    pub locator: Locator,
}

/// The four dates of a device; Windows XP keeps none, Windows 7 only the first two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyDates {
    /// Property 0064, [`PropertyKey::INSTALL_DATE`].
    pub installed: Option<PropertyDate>,
    /// Property 0065, [`PropertyKey::FIRST_INSTALL_DATE`].
    pub first_installed: Option<PropertyDate>,
    /// Property 0066, [`PropertyKey::LAST_ARRIVAL_DATE`].
    pub last_arrival: Option<PropertyDate>,
    /// Property 0067, [`PropertyKey::LAST_REMOVAL_DATE`].
    pub last_removal: Option<PropertyDate>,
}

impl PropertyDates {
    pub(super) fn read(device: &Key<'_>) -> Self {
        let date = |wanted| {
            let stored = stored_property(device, wanted)?;
            match stored.value {
                Property::Time(Some(at)) => Some(PropertyDate {
                    at,
                    locator: stored.locator,
                }),
                _ => None,
            }
        };
        Self {
            installed: date(PropertyKey::INSTALL_DATE),
            first_installed: date(PropertyKey::FIRST_INSTALL_DATE),
            last_arrival: date(PropertyKey::LAST_ARRIVAL_DATE),
            last_removal: date(PropertyKey::LAST_REMOVAL_DATE),
        }
    }

    /// Whether there is none of the four.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.installed.is_none()
            && self.first_installed.is_none()
            && self.last_arrival.is_none()
            && self.last_removal.is_none()
    }
}

/// The text of a property.
pub(super) fn text_property(device: &Key<'_>, wanted: PropertyKey) -> Option<String> {
    match stored_property(device, wanted)?.value {
        Property::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The Boolean of a property.
pub(super) fn flag_property(device: &Key<'_>, wanted: PropertyKey) -> Option<bool> {
    match stored_property(device, wanted)?.value {
        Property::Boolean(flag) => Some(flag),
        _ => None,
    }
}
