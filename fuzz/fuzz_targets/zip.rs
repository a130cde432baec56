#![no_main]
//! Zip archives, read in place.

use std::sync::Arc;

use kusari_evidence::archive::ZipArchive;
use kusari_evidence_fuzz::{image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let archive: Arc<Vec<u8>> = Arc::new(image::decode(input));
    if let Ok(files) = ZipArchive::open(archive, "fuzz") {
        work::file_system(&files);
    }
});
