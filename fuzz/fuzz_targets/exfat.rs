#![no_main]
//! ExfatVolume.

use std::sync::Arc;

use kusari_evidence::exfat::ExfatVolume;
use kusari_evidence_fuzz::{checksums, image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut image = image::decode(input);
    if input.len() % 8 != 0 {
        checksums::exfat(&mut image);
    }
    if let Ok(volume) = ExfatVolume::open(Arc::new(image), "fuzz") {
        work::file_system(&volume);
    }
});
