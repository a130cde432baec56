#![no_main]
//! Everything from the bytes to the files, as the command line opens evidence: the container, the
//! partition table, encryption, file systems, shadow copies, images and archives inside each other.

use std::sync::Arc;

use kusari_evidence::{OpenOptions, open_bytes};
use kusari_evidence_fuzz::{checksums, image, work};

/// Names that may say something of what the bytes are.
const NAMES: [&str; 4] = ["disk", "disk.E01", "disk.001", "disk.vmdk"];

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut bytes = image::decode(input);
    // Each is for what the image may be, and leaves others as they are.
    match input.len() % 8 {
        0 => {}
        1 | 2 => checksums::vhdx(&mut bytes),
        3 => checksums::vhd(&mut bytes),
        4 => checksums::ewf(&mut bytes),
        _ => {
            checksums::gpt(&mut bytes);
            checksums::ntfs(&mut bytes);
            checksums::bitlocker(&mut bytes);
        }
    }
    let options = OpenOptions {
        search_lost_partitions: input.len() % 3 == 0,
        ..OpenOptions::default()
    };
    let name = NAMES[input.len() / 8 % NAMES.len()];
    let Ok(evidence) = open_bytes(Arc::new(bytes), name, &options) else {
        return;
    };
    assert!(evidence.notes.len() < 100_000, "notes without end");
    assert!(evidence.volumes.len() < 10_000, "volumes without end");
    assert!(evidence.media.len() < 10_000, "media without end");
    for media in evidence.media.iter().take(4) {
        work::read_pieces(media.bytes.as_ref());
    }
    for volume in evidence.volumes.iter().take(4) {
        work::file_system(volume.file_system.as_ref());
    }
});
