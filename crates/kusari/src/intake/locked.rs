//! Encrypted volumes that no key opens: a source that is there and says nothing.

use kusari_artifacts::{Coverage, Outcome, SourceState};
use kusari_evidence::LockedVolume;

use super::Title;
use crate::harvest::Harvest;

/// The word for a locked volume in every output.
pub(crate) const NAME: &str = "locked-volume";

/// What people call it.
pub(crate) const TITLE: Title = Title {
    en: "locked BitLocker volume",
    ja: "ロックされたBitLockerボリューム",
};

/// The page that describes what is read of it.
pub(crate) const PAGE: &str = "docs/evidence/bitlocker.md";

/// What is known of it.
pub(crate) fn read(volume: &LockedVolume) -> Harvest {
    let mut harvest = Harvest::default();
    harvest.outcome(Outcome {
        coverage: Coverage {
            states: vec![SourceState::Locked],
            ..Coverage::default()
        },
        ..Outcome::default()
    });
    harvest.note(format!(
        "volume {}, {}; it can be opened by: {}",
        volume.identifier,
        volume.method,
        volume.protectors.join(", ")
    ));
    harvest
}
