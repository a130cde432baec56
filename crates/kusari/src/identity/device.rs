//! A physical device, as far as evidence knows it.

use kusari_artifacts::Locator;
use kusari_evidence::time::Timestamp;

use super::ScopedIdentifier;
use crate::event::{MachineIndex, SourceIndex};

/// A number into the list of devices of a reconstruction.
pub type DeviceIndex = u32;

/// A physical device: one stick, disk, reader or phone, on whatever machines it was.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// Its name in every output: the case's label, else its serial number, else its instance
    /// path. Not unique where Windows made the serial number up: the same can stand on two
    /// machines, for two devices.
    pub id: String,
    /// The label of the case file.
    pub label: Option<String>,
    /// How it is attached.
    pub bus: Option<String>,
    /// What it is.
    pub kind: Option<String>,
    /// The vendor, as the device reports it.
    pub vendor: Option<String>,
    /// The product, as the device reports it.
    pub product: Option<String>,
    /// The revision, as the device reports it.
    pub revision: Option<String>,
    /// The name that Windows shows for it.
    pub friendly_name: Option<String>,
    /// USB vendor and product number, `VVVV:PPPP`.
    pub usb_ids: Option<String>,
    /// The serial number that it reports, or the one that Windows made up for it.
    pub serial: Option<String>,
    /// Whether Windows made the serial number up, so that it tells nothing on another machine.
    pub serial_made_by_windows: bool,
    /// Capacity in bytes.
    pub capacity: Option<u64>,
    /// Whether it is storage that can be carried (or a device that the case names).
    pub carried: bool,
    /// All its names, each with the record that gives it.
    pub identities: Vec<IdentityLine>,
    /// What is known of its volumes.
    pub volumes: Vec<DeviceVolume>,
}

/// One name of a device, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityLine {
    /// The name, and the machine that uses it.
    pub identifier: ScopedIdentifier,
    /// Another name of the device, with which the record states it together.
    pub with: ScopedIdentifier,
    /// Why the record says that they belong together.
    pub why: &'static str,
    /// The machine on whose evidence the record stands; `None` for the case file.
    pub machine: Option<MachineIndex>,
    /// The source; `None` for the case file.
    pub source: Option<SourceIndex>,
    /// Where in the source.
    pub locator: Option<Locator>,
}

/// One volume on a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceVolume {
    /// Volume serial number, 8 hex digits.
    pub serial: Option<String>,
    /// NTFS volume serial number, 16 hex digits.
    pub serial64: Option<String>,
    /// Its label.
    pub label: Option<String>,
    /// Its file system.
    pub file_system: Option<String>,
    /// The GUIDs by which machines name it.
    pub guids: Vec<(MachineIndex, String)>,
    /// Partition names (`SIGNATURE@OFFSET` or GUID).
    pub partitions: Vec<String>,
    /// The letters it had.
    pub letters: Vec<LetterUse>,
}

/// A drive letter that a volume had on a machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LetterUse {
    /// The machine.
    pub machine: MachineIndex,
    /// The letter with its colon.
    pub letter: String,
    /// When, by the machine's own clock, UTC. `None`: the record keeps no time, only that the
    /// volume was the last to have the letter.
    pub at: Option<Timestamp>,
    /// The events from which it is inferred; empty when a record states it.
    pub inferred_from: Vec<usize>,
}

/// Statements about identity that cannot all be meant of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Which kind.
    pub kind: ClashKind,
    /// The value that is in dispute.
    pub value: String,
    /// What stands against each other.
    pub sides: Vec<String>,
    /// The devices that it touches.
    pub devices: Vec<DeviceIndex>,
}

/// Kinds of [`Clash`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClashKind {
    /// Devices of different make report the same serial number.
    SameSerialDifferentProduct,
    /// Names that belong to one device lead to two serial numbers.
    TwoSerials,
    /// The same disk signature, disk GUID or 64-bit volume serial stands on two devices: cloned,
    /// or one medium in two readers.
    SameMediaOnTwoDevices,
    /// Two devices of the case file are joined by the evidence.
    TwoLabels,
}
