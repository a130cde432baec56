#![no_main]
//! The Expert Witness Format: E01, Ex01.

use kusari_evidence_fuzz::{checksums, image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut image = image::decode(input);
    if input.len() % 8 != 0 {
        checksums::ewf(&mut image);
    }
    work::container(image, "disk.E01");
});
