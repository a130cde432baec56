//! What a path says about the kind of its device.

use super::DeviceInstance;

/// The kind of device that a path names, as far as the path alone can say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceKind {
    /// A disk: a stick, a hard disk, the slot of a card reader.
    Disk,
    /// An optical drive, also the emulated one on a stick with its own launcher.
    Optical,
    /// A floppy drive (`SFloppy`).
    Floppy,
    /// A volume or a partition of removable media.
    Volume,
    /// A portable device: a phone, a camera, or the volume of a stick shown as one.
    PortableDevice,
    /// A USB device of any class; its children say what it does.
    UsbDevice,
    /// A USB hub or a controller's root hub.
    UsbHub,
    /// A printer or print queue.
    Printer,
    /// Anything else.
    Other,
}

impl DeviceInstance {
    /// The kind of the device, by the enumerator and the device id alone.
    #[must_use]
    pub fn kind(&self) -> DeviceKind {
        let id = self.device_id.to_ascii_uppercase();
        let enumerator = self.enumerator.to_ascii_uppercase();
        match enumerator.as_str() {
            "STORAGE" if id == "VOLUME" || id == "REMOVABLEMEDIA" => DeviceKind::Volume,
            "SWD" if id == "WPDBUSENUM" => DeviceKind::PortableDevice,
            "SWD" if id == "PRINTENUM" => DeviceKind::Printer,
            "WPDBUSENUMROOT" => DeviceKind::PortableDevice,
            "USBPRINT" | "WSDPRINT" | "DOT4PRT" | "LPTENUM" => DeviceKind::Printer,
            "USB" if id.starts_with("ROOT_HUB") => DeviceKind::UsbHub,
            "USB" => DeviceKind::UsbDevice,
            // The type comes first in the id: `Disk&Ven_…` (USBSTOR, SCSI), `DiskVBOX_…` (IDE).
            "USBSTOR" | "UASPSTOR" | "SCSI" | "IDE" | "SBP2" | "SD" => storage_type(&id),
            _ => DeviceKind::Other,
        }
    }

    /// A disk, floppy or optical drive behind the USB mass storage driver.
    #[must_use]
    pub fn is_usb_storage(&self) -> bool {
        self.is_enumerated_by("USBSTOR") || self.is_enumerated_by("UASPSTOR")
    }

    /// A disk that only software makes: a mounted VHD or ISO (`Ven_Msft&Prod_Virtual_…`), or the
    /// disk of a VMware, VirtualBox or QEMU machine. What it doesn't know it calls real.
    #[must_use]
    pub fn is_virtual_disk(&self) -> bool {
        let id = self.device_id.to_ascii_uppercase();
        [
            "VEN_MSFT&PROD_VIRTUAL_",
            "VEN_VMWARE",
            "VEN_VBOX",
            "VEN_QEMU",
            "VEN_RED_HAT&PROD_VIRTIO",
            "DISKVBOX_",
            "CDROMVBOX_",
            "DISKQEMU_",
            "CDROMQEMU_",
            "DISKVMWARE_",
            "CDROMVMWARE_",
            "CDROMNECVMWAR_",
            "VEN_NECVMWAR",
        ]
        .iter()
        .any(|name| id.contains(name))
    }
}

fn storage_type(id: &str) -> DeviceKind {
    if id.starts_with("DISK") {
        DeviceKind::Disk
    } else if id.starts_with("CDROM") {
        DeviceKind::Optical
    } else if id.starts_with("SFLOPPY") {
        DeviceKind::Floppy
    } else {
        DeviceKind::Other
    }
}
