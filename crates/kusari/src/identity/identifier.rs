//! The names by which evidence speaks of devices and volumes.

/// What kind of name it is, and so how far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IdentifierKind {
    /// The label that the case file gives a device.
    DeviceLabel,
    /// The serial number that a USB device reports (`iSerialNumber`), upper case. The same on
    /// every machine. Never one that Windows made up.
    UsbSerial,
    /// A device instance path, upper case, with `\` between its three parts:
    /// `USBSTOR\DISK&VEN_…\SERIAL&0`.
    InstanceId,
    /// The prefix that Windows XP gives the children of a device (`ParentIdPrefix`).
    ParentIdPrefix,
    /// The container that Windows puts all functions of one physical device into, as
    /// `{…}` in upper case.
    ContainerId,
    /// The serial number that a disk reports by SCSI or ATA.
    ScsiSerial,
    /// The 32-bit signature in the master boot record, as 8 upper case hex digits.
    DiskSignature,
    /// The disk GUID in the GPT header, `{…}` in upper case.
    GptDiskId,
    /// A partition: on an MBR disk `SIGNATURE@OFFSET` (8 hex digits, decimal byte offset), on a
    /// GPT disk its unique partition GUID `{…}` in upper case.
    Partition,
    /// The GUID by which one Windows names a volume (`\??\Volume{…}`), as `{…}` in upper case.
    VolumeGuid,
    /// A volume serial number of 32 bits, 8 upper case hex digits; of NTFS the low half.
    VolumeSerial,
    /// A volume serial number of 64 bits (NTFS), 16 upper case hex digits.
    VolumeSerial64,
    /// A drive letter with its colon, upper case: `E:`. Means something for one machine and a
    /// span of time only.
    DriveLetter,
    /// A volume's label.
    VolumeLabel,
}

impl IdentifierKind {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DeviceLabel => "device-label",
            Self::UsbSerial => "usb-serial",
            Self::InstanceId => "instance-id",
            Self::ParentIdPrefix => "parent-id-prefix",
            Self::ContainerId => "container-id",
            Self::ScsiSerial => "scsi-serial",
            Self::DiskSignature => "disk-signature",
            Self::GptDiskId => "gpt-disk-id",
            Self::Partition => "partition",
            Self::VolumeGuid => "volume-guid",
            Self::VolumeSerial => "volume-serial",
            Self::VolumeSerial64 => "volume-serial-64",
            Self::DriveLetter => "drive-letter",
            Self::VolumeLabel => "volume-label",
        }
    }

    /// Whether the name means the same on every machine, because it stands on the device or its
    /// media, or in the case file. The others are made by one Windows for itself.
    #[must_use]
    pub const fn is_global(self) -> bool {
        match self {
            Self::DeviceLabel
            | Self::UsbSerial
            | Self::ScsiSerial
            | Self::DiskSignature
            | Self::GptDiskId
            | Self::Partition
            | Self::VolumeSerial
            | Self::VolumeSerial64
            | Self::VolumeLabel => true,
            Self::InstanceId
            | Self::ParentIdPrefix
            | Self::ContainerId
            | Self::VolumeGuid
            | Self::DriveLetter => false,
        }
    }

    /// Whether it names a device; the others name media or volumes, which can be cloned,
    /// formatted or given to another device, and so never make two devices one.
    #[must_use]
    pub const fn names_device(self) -> bool {
        matches!(
            self,
            Self::DeviceLabel
                | Self::UsbSerial
                | Self::InstanceId
                | Self::ParentIdPrefix
                | Self::ContainerId
                | Self::ScsiSerial
        )
    }
}

/// One name of a device or volume, as one source states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    /// What kind of name.
    pub kind: IdentifierKind,
    /// The name, in the form that its kind states.
    pub value: String,
}

impl Identifier {
    /// A device instance path; brought to upper case with `\` between its parts. A slash in a
    /// product's name becomes `\` too, since the interface form of a path loses it.
    #[must_use]
    pub fn instance(path: &str) -> Self {
        Self {
            kind: IdentifierKind::InstanceId,
            value: path.replace(['#', '/'], "\\").to_uppercase(),
        }
    }

    /// A serial number that a USB device reports.
    #[must_use]
    pub fn usb_serial(serial: &str) -> Self {
        Self {
            kind: IdentifierKind::UsbSerial,
            value: serial.to_uppercase(),
        }
    }

    /// A label of the case file.
    #[must_use]
    pub fn label(label: &str) -> Self {
        Self {
            kind: IdentifierKind::DeviceLabel,
            value: label.to_owned(),
        }
    }

    /// A drive letter, with or without its colon.
    #[must_use]
    pub fn drive_letter(letter: char) -> Self {
        let value = format!("{}:", letter.to_ascii_uppercase());
        Self {
            kind: IdentifierKind::DriveLetter,
            value,
        }
    }

    /// A volume serial number of 32 bits.
    #[must_use]
    pub fn volume_serial(serial: u32) -> Self {
        Self {
            kind: IdentifierKind::VolumeSerial,
            value: format!("{serial:08X}"),
        }
    }

    /// A volume serial number of 64 bits (NTFS).
    #[must_use]
    pub fn volume_serial_64(serial: u64) -> Self {
        Self {
            kind: IdentifierKind::VolumeSerial64,
            value: format!("{serial:016X}"),
        }
    }

    /// A master boot record's signature.
    #[must_use]
    pub fn disk_signature(signature: u32) -> Self {
        Self {
            kind: IdentifierKind::DiskSignature,
            value: format!("{signature:08X}"),
        }
    }

    /// A partition of an MBR disk by the disk's signature and the partition's byte offset.
    #[must_use]
    pub fn mbr_partition(signature: u32, offset: u64) -> Self {
        Self {
            kind: IdentifierKind::Partition,
            value: format!("{signature:08X}@{offset}"),
        }
    }

    /// A name of a kind whose form is a GUID in braces; brought to upper case.
    #[must_use]
    pub fn guid(kind: IdentifierKind, guid: &str) -> Self {
        Self {
            kind,
            value: guid.to_uppercase(),
        }
    }

    /// Any other name, taken as it is.
    #[must_use]
    pub fn new(kind: IdentifierKind, value: impl Into<String>) -> Self {
        Self {
            kind,
            value: value.into(),
        }
    }
}
