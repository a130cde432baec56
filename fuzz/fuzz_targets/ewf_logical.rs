#![no_main]
//! Logical evidence: L01, Lx01.

use std::sync::Arc;

use kusari_evidence::container::{Candidate, Nothing, ewf};
use kusari_evidence_fuzz::{checksums, image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut image = image::decode(input);
    if input.len() % 8 != 0 {
        checksums::ewf(&mut image);
    }
    let candidate = Candidate {
        bytes: Arc::new(image),
        name: "files.L01",
        beside: &Nothing,
        depth: 0,
    };
    if let Ok(evidence) = ewf::open_logical(&candidate) {
        assert!(evidence.facts.len() < 10_000, "facts without end");
        work::file_system(evidence.files.as_ref());
    }
});
