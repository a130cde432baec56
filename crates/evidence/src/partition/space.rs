//! Whether partitions fit on the disk and beside each other, and what lies between them.

use super::table::{Draft, Partition, Span};

/// Notes partitions that cannot be right, and gives what belongs to none and to no table.
pub(super) fn check(draft: &mut Draft<'_>) -> Vec<Span> {
    let size = draft.disk.size();
    let mut notes = Vec::new();
    let volumes = || {
        draft
            .partitions
            .iter()
            .filter(|one| one.can_hold_a_volume())
    };
    let mut furthest: Option<&Partition> = None;
    for partition in volumes() {
        let name = number(partition);
        if partition.start >= size {
            notes.push(format!(
                "partition {name} begins behind the end of the disk"
            ));
        } else if partition.end() > size {
            let missing = partition.end().saturating_sub(size);
            notes.push(format!(
                "partition {name} ends {missing} bytes behind the end of the disk"
            ));
        }
        if let Some(before) = furthest.filter(|before| before.end() > partition.start)
            && before.scheme == partition.scheme
        {
            notes.push(format!("partitions {} and {name} overlap", number(before)));
        }
        if furthest.is_none_or(|before| before.end() < partition.end()) {
            furthest = Some(partition);
        }
    }
    let taken = volumes().map(|partition| Span {
        start: partition.start,
        length: partition.length,
    });
    let free = gaps(taken.chain(draft.tables.iter().copied()).collect(), size);
    for note in notes {
        draft.notes.add(note);
    }
    free
}

fn number(partition: &Partition) -> u32 {
    partition.number.unwrap_or(0)
}

fn gaps(mut taken: Vec<Span>, size: u64) -> Vec<Span> {
    taken.sort_unstable();
    let mut free = Vec::new();
    let mut at = 0_u64;
    let end = Span {
        start: size,
        length: 0,
    };
    for span in taken.into_iter().chain([end]) {
        let start = span.start.min(size);
        if start > at {
            free.push(Span {
                start: at,
                length: start.saturating_sub(at),
            });
        }
        at = at.max(span.end());
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_nothing_covers() {
        let span = |start, length| Span { start, length };
        let taken = vec![
            span(10, 5),
            span(0, 2),
            span(12, 1),
            span(20, 100),
            span(u64::MAX, 5),
        ];
        assert_eq!(gaps(taken, 50), [span(2, 8), span(15, 5)]);
        assert_eq!(gaps(Vec::new(), 50), [span(0, 50)]);
        assert_eq!(gaps(Vec::new(), 0), []);
    }
}
