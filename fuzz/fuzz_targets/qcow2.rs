#![no_main]
//! QCOW2 and QCOW.

use kusari_evidence_fuzz::{image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let image = image::decode(input);
    work::container(image, "disk.qcow2");
});
