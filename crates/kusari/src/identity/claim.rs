//! What one record says about which names belong together, and what a device is like.

use kusari_artifacts::Locator;

use super::Identifier;

/// One record's word that two names belong to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// One name.
    pub a: Identifier,
    /// The other name.
    pub b: Identifier,
    /// Why the record says so, in the field's words: `Properties\…\0002 (ContainerId)`.
    pub why: &'static str,
    /// Where the record stands.
    pub locator: Locator,
}

/// What a device is, beyond its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PropertyKind {
    /// How it is attached: `usb`, `uasp`, `mtp`, `sata`, `nvme`, `virtual`, …
    Bus,
    /// What it is: `storage`, `optical`, `card-reader`, `phone`, `floppy`, `other`.
    Kind,
    /// The vendor, as the device reports it.
    Vendor,
    /// The product, as the device reports it.
    Product,
    /// The revision, as the device reports it.
    Revision,
    /// USB vendor and product number as `VVVV:PPPP`, upper case hex.
    UsbIds,
    /// The serial number as the evidence spells it.
    Serial,
    /// The serial number (instance) that Windows made up because the device reports none.
    SerialMadeByWindows,
    /// The name that Windows shows for it.
    FriendlyName,
    /// Capacity in bytes, decimal.
    Capacity,
    /// The volume's file system.
    FileSystem,
}

/// One record's word about a device or volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Of what.
    pub of: Identifier,
    /// Which property.
    pub kind: PropertyKind,
    /// Its value.
    pub value: String,
    /// Where the record stands.
    pub locator: Locator,
}
