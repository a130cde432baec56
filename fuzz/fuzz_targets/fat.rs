#![no_main]
//! FatVolume.

use std::sync::Arc;

use kusari_evidence::fat::FatVolume;
use kusari_evidence_fuzz::{image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let image = image::decode(input);
    if let Ok(volume) = FatVolume::open(Arc::new(image), "fuzz") {
        work::file_system(&volume);
    }
});
