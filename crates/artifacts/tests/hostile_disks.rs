//! No bytes and no text make the readers of boot sectors, partition tables and device paths panic
//! or give more than was there.

use kusari_artifacts::boot_sector::BootSector;
use kusari_artifacts::device_path::DeviceInstance;
use kusari_artifacts::partition_table::{DriveLayout, Gpt, Mbr};
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..3000), kind in 0_usize..5) {
        let name: &[u8] = [&b"NTFS    "[..], b"EXFAT   ", b"MSDOS5.0", b"-FVE-FS-", b"EFI PART"][kind];
        if bytes.len() >= 1024 {
            bytes[3..3 + name.len()].copy_from_slice(name);
            bytes[510..512].copy_from_slice(&[0x55, 0xAA]);
            bytes[512..512 + name.len()].copy_from_slice(name);
        }
        let _ = BootSector::parse(&bytes);
        prop_assert!(Mbr::parse(&bytes).is_none_or(|mbr| mbr.partitions.len() <= 4));
        if let Some(gpt) = Gpt::parse(&bytes, 512) {
            prop_assert!(gpt.partitions.len() <= bytes.len() / 128);
        }
        if let Some(layout) = DriveLayout::parse(&bytes) {
            prop_assert!(layout.partitions.len() <= bytes.len() / 144);
        }
    }

    #[test]
    fn any_text(text in r"(\\\\\?\\|_\?\?_|USBSTOR|STORAGE|SCSI|[#\\&{}]|Ven_|&Prod_|&Rev_|VID_|\PC){0,40}") {
        if let Some(path) = DeviceInstance::parse(&text) {
            prop_assert!(path.instance.len() <= text.len());
            let _ = (path.vendor(), path.product(), path.revision(), path.vid(), path.pid());
            let _ = (path.serial(), path.device_serial(), path.logical_unit(), path.kind());
            let _ = (path.volume(), path.contained(), path.interface_number(), path.key());
            // What is printed reads back as the same device.
            if !path.instance.contains('\\') && !path.enumerator.contains(['\\', '#'])
                && !path.device_id.starts_with('\\') && !path.to_string().starts_with(['_', '\\', '#', ' '])
                && path.to_string().trim() == path.to_string()
            {
                let again = DeviceInstance::parse(&path.to_string());
                prop_assert_eq!(again.map(|again| again.key()), Some(path.key()));
            }
        }
    }
}
