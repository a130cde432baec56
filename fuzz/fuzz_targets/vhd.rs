#![no_main]
//! VHD.

use kusari_evidence_fuzz::{checksums, image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut image = image::decode(input);
    if input.len() % 8 != 0 {
        checksums::vhd(&mut image);
    }
    work::container(image, "disk.vhd");
});
