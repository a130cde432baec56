#![no_main]
//! BitLocker: metadata, and unlocking with the startup key of the seeds or a clear key. Keys that
//! are stretched take half a second each, so no password is tried.

use std::sync::Arc;

use kusari_evidence::UnlockKey;
use kusari_evidence::bitlocker::LockedVolume;
use kusari_evidence_fuzz::{checksums, image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    // The startup key that the first bytes are, where they are one.
    let (key, input) = input.split_at_checked(256).unwrap_or((&[], input));
    let keys: Vec<UnlockKey> = UnlockKey::startup_key(key).into_iter().collect();
    let mut image = image::decode(input);
    if input.len() % 8 != 0 {
        checksums::bitlocker(&mut image);
    }
    if let Ok(volume) = LockedVolume::open(Arc::new(image)) {
        assert!(volume.facts().len() < 10_000 && volume.notes().len() < 10_000);
        let _ = volume.state();
        if let Ok(unlocked) = volume.unlock(&keys) {
            work::read_pieces(unlocked.media.as_ref());
        }
    }
});
