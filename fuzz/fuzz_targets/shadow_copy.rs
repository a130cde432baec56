#![no_main]
//! Volume shadow copies.

use std::sync::Arc;

use kusari_evidence::{ReadAt, shadow_copy};
use kusari_evidence_fuzz::{image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let volume: Arc<dyn ReadAt> = Arc::new(image::decode(input));
    if let Ok(copies) = shadow_copy::list(&volume) {
        for copy in copies.copies.iter().take(8) {
            if let Ok(media) = copy.media(&volume) {
                work::read_pieces(media.as_ref());
            }
            assert!(copy.notes(&volume).len() < 1000, "notes without end");
        }
    }
});
