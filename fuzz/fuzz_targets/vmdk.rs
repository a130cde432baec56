#![no_main]
//! VMDK.

use kusari_evidence_fuzz::{image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let image = image::decode(input);
    work::container(image, "disk.vmdk");
});
