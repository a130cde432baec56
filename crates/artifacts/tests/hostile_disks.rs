//! No bytes and no text make the readers of disk layouts and device paths panic or give more than
//! was there.

use kusari_artifacts::device_path::DeviceInstance;
use kusari_artifacts::drive_layout::DriveLayout;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..3000), style in 0_u8..3) {
        for bytes in [&bytes, &[&[style, 0, 0, 0], &bytes[..]].concat()] {
            if let Some(layout) = DriveLayout::parse(bytes) {
                prop_assert!(layout.partitions.len() <= bytes.len() / 144);
            }
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
