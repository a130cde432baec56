//! Whether the order of the copies is sure: each is read through the newer ones.

use std::sync::Arc;

use super::catalog::CatalogEntry;

/// For each copy, why it is not sure that exactly those behind it were made after it.
///
/// The copies stand in the order of their times. What the format's document calls a sequence
/// number counts up with them; where the two orders differ (a clock was set back, an entry is
/// damaged) neither is taken on trust.
pub(super) fn doubts(entries: &[CatalogEntry], incomplete: Option<&str>) -> Vec<Option<Arc<str>>> {
    if let Some(reason) = incomplete {
        let reason: Arc<str> =
            format!("shadow copies may be missing, since the catalog is damaged: {reason}").into();
        return vec![Some(reason); entries.len()];
    }
    let sequences: Vec<u64> = entries.iter().map(|entry| entry.sequence).collect();
    // Whether the copies before, and those behind, stand on the right side.
    let before = sequences
        .iter()
        .scan(None, |highest: &mut Option<u64>, own| {
            let sound = highest.is_none_or(|highest| highest < *own);
            *highest = (*highest).max(Some(*own));
            Some(sound)
        });
    let mut behind: Vec<bool> = (sequences.iter().rev())
        .scan(None, |lowest: &mut Option<u64>, own| {
            let sound = lowest.is_none_or(|lowest| lowest > *own);
            *lowest = Some(lowest.map_or(*own, |lowest| lowest.min(*own)));
            Some(sound)
        })
        .collect();
    behind.reverse();
    let reason: Arc<str> = "the order in which the shadow copies were made is not sure".into();
    (before.zip(behind))
        .map(|(before, behind)| (!before || !behind).then(|| Arc::clone(&reason)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Guid;

    fn sure(sequences: &[u64]) -> Vec<bool> {
        let entries: Vec<CatalogEntry> = (sequences.iter())
            .map(|sequence| CatalogEntry {
                size: 0,
                store_id: Guid::NIL,
                sequence: *sequence,
                created: 0,
                place: None,
            })
            .collect();
        doubts(&entries, None).iter().map(Option::is_none).collect()
    }

    #[test]
    fn only_copies_on_a_wrong_side_are_in_doubt() {
        assert_eq!(sure(&[1, 2, 5]), [true; 3]);
        assert_eq!(sure(&[1, 3, 2, 4]), [true, false, false, true]);
        assert_eq!(sure(&[2, 2]), [false; 2]);
        assert_eq!(sure(&[7]), [true]);
    }
}
