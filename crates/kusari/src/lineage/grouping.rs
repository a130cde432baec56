//! Which sightings are of one file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kusari_evidence::hash::Sha256;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::{CopyGroup, FileState, Sighting, Stands};

/// By what a sighting is held to be of the same file as the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Likeness {
    /// The same bytes.
    Content,
    /// The same name, size and time of modification; its content could not be compared.
    NameSizeTime,
    /// The same name and size only.
    NameSize,
    /// The same name; the record keeps no size.
    Name,
    /// It stands alone.
    Alone,
}

impl Likeness {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::NameSizeTime => "name-size-modified",
            Self::NameSize => "name-size",
            Self::Name => "name",
            Self::Alone => "alone",
        }
    }
}

/// Its name without case.
fn name_of(own: &Sighting) -> String {
    own.name.to_lowercase()
}

/// What two sightings have in common at the least when name and size are the same: FAT writes over
/// the first letter of what is deleted, so of such a name the rest must do.
fn key(own: &Sighting) -> Key {
    (name_of(own).chars().skip(1).collect(), own.size)
}

type Key = (String, Option<u64>);

/// Whether two sightings with the same [`key`] have the same name.
fn same_name(a: &Sighting, b: &Sighting) -> bool {
    let lost = |own: &Sighting| own.state == FileState::Deleted && name_of(own).starts_with('_');
    lost(a) || lost(b) || name_of(a) == name_of(b)
}

/// FAT counts in two seconds.
const STEP: i64 = 2 * TICKS_PER_SECOND;

/// Whether both were last written at the same moment, as far as the coarser of the two can tell.
fn same_time(a: Option<Timestamp>, b: Option<Timestamp>) -> bool {
    a.zip(b)
        .is_some_and(|(a, b)| a.ticks_since(b).abs() <= STEP)
}

/// Puts sightings together, one group a file.
pub(super) fn group(sightings: Vec<Sighting>) -> Vec<CopyGroup> {
    let mut by_content: BTreeMap<Sha256, Vec<Sighting>> = BTreeMap::new();
    let (with_content, others): (Vec<_>, Vec<_>) = sightings
        .into_iter()
        .partition(|own| own.state != FileState::Deleted && own.sha256.is_some());
    for own in with_content {
        if let Some(hash) = own.sha256 {
            by_content.entry(hash).or_default().push(own);
        }
    }
    let mut without = Vec::new();
    for own in others {
        // The clusters of a deleted file may hold anything by now; only that they hold what
        // another place has tells something.
        let same = own.sha256.and_then(|hash| by_content.get_mut(&hash));
        match same {
            Some(group) => group.push(own),
            None => without.push(own),
        }
    }
    let mut groups: Vec<CopyGroup> = by_content
        .into_values()
        .map(|members| {
            let likeness = if members.len() > 1 {
                Likeness::Content
            } else {
                Likeness::Alone
            };
            CopyGroup {
                members: members.into_iter().map(|own| (likeness, own)).collect(),
                or_of: Vec::new(),
            }
        })
        .collect();
    let mut of_key: HashMap<Key, BTreeSet<usize>> = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        for (_, own) in &group.members {
            of_key.entry(key(own)).or_default().insert(number);
        }
    }
    let (sized, unsized_ones): (Vec<_>, Vec<_>) =
        without.into_iter().partition(|own| own.size.is_some());
    for own in sized {
        join_or_begin(&mut groups, &mut of_key, own);
    }
    join_by_name(&mut groups, unsized_ones);
    for group in &mut groups {
        group.members.sort_by_key(|(_, own)| order(own));
    }
    in_order(groups)
}

/// The most groups with one name and size that are compared with a sighting.
const MOST_COMPARED: usize = 1000;

/// Joins a sighting without comparable content to the one group that it can be of, or begins one.
fn join_or_begin(
    groups: &mut Vec<CopyGroup>,
    of_key: &mut HashMap<Key, BTreeSet<usize>>,
    own: Sighting,
) {
    let known = of_key.entry(key(&own)).or_default();
    let fits = |number: usize, with_time: bool| {
        let members = groups.get(number).map(|group| group.members.iter());
        members
            .into_iter()
            .flatten()
            .take(MOST_COMPARED)
            .any(|(_, other)| {
                same_name(&own, other) && (!with_time || same_time(own.modified, other.modified))
            })
    };
    let all = |with_time| -> Vec<usize> {
        let near = known.iter().copied().take(MOST_COMPARED);
        near.filter(|number| fits(*number, with_time)).collect()
    };
    let (likeness, candidates) = match all(true) {
        none if none.is_empty() => (Likeness::NameSize, all(false)),
        some => (Likeness::NameSizeTime, some),
    };
    if let [only] = candidates.as_slice()
        && let Some(group) = groups.get_mut(*only)
    {
        for (likeness_of, _) in &mut group.members {
            if *likeness_of == Likeness::Alone {
                *likeness_of = likeness;
            }
        }
        group.members.push((likeness, own));
        return;
    }
    known.insert(groups.len());
    groups.push(CopyGroup {
        members: vec![(Likeness::Alone, own)],
        or_of: candidates,
    });
}

/// Joins sightings of which no size is known to the one group with their name, or begins one.
fn join_by_name(groups: &mut Vec<CopyGroup>, sightings: Vec<Sighting>) {
    let mut of_name: HashMap<String, BTreeSet<usize>> = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        for (_, own) in &group.members {
            of_name.entry(name_of(own)).or_default().insert(number);
        }
    }
    for own in sightings {
        let known = of_name.entry(name_of(&own)).or_default();
        let only = if known.len() == 1 {
            known.first().copied()
        } else {
            None
        };
        match only.and_then(|only| groups.get_mut(only)) {
            Some(group) => group.members.push((Likeness::Name, own)),
            None => {
                let or_of = known.iter().copied().take(MOST_COMPARED).collect();
                groups.push(CopyGroup {
                    members: vec![(Likeness::Alone, own)],
                    or_of,
                });
            }
        }
    }
}

/// When it came to its place, then by where it is; what has no known time comes last.
fn order(own: &Sighting) -> impl Ord + use<> {
    let created = own.created.map(|created| created.estimate);
    let recorded = own.times.created.map(|created| created.wall);
    (
        created.is_none(),
        created,
        recorded,
        match own.stands {
            Stands::File {
                evidence,
                volume,
                reference,
            } => (evidence, volume, own.path.clone(), reference),
            Stands::Trace => (usize::MAX, 0, own.path.clone(), None),
        },
        own.place.clone(),
        own.traces.clone(),
    )
}

/// The groups by their first member; numbers of groups follow them.
fn in_order(groups: Vec<CopyGroup>) -> Vec<CopyGroup> {
    let mut numbered: Vec<(usize, CopyGroup)> = groups.into_iter().enumerate().collect();
    numbered.sort_by_cached_key(|(_, group)| group.members.first().map(|(_, own)| order(own)));
    let place: BTreeMap<usize, usize> = numbered
        .iter()
        .enumerate()
        .map(|(now, (before, _))| (*before, now))
        .collect();
    numbered
        .into_iter()
        .map(|(_, mut group)| {
            let moved: BTreeSet<usize> = group
                .or_of
                .iter()
                .filter_map(|before| place.get(before).copied())
                .collect();
            group.or_of = moved.into_iter().collect();
            group
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use kusari_evidence::FileTimes;
    use kusari_evidence::hash::sha256;
    use kusari_evidence::time::RecordedTime;

    use super::*;
    use crate::lineage::CopyPlace;

    fn at(second: i64) -> RecordedTime {
        let start = Timestamp::from_civil((2022, 6, 21), (1, 0, 0), 0).unwrap();
        RecordedTime::utc(start.checked_add_seconds(second).unwrap())
    }

    fn sighting(place: usize, name: &str, content: Option<&str>, modified: i64) -> Sighting {
        Sighting {
            place: CopyPlace::Machine(u32::try_from(place).unwrap()),
            stands: Stands::File {
                evidence: place,
                volume: 0,
                reference: None,
            },
            name: name.to_owned(),
            path: format!("folder/{name}"),
            original_path: None,
            size: Some(100),
            state: FileState::There,
            times: FileTimes {
                created: Some(at(i64::try_from(place).unwrap() * 60)),
                modified: Some(at(modified)),
                ..FileTimes::default()
            },
            modified: at(modified).to_utc(),
            sha256: content.map(|content| sha256(content.as_bytes())),
            unread: None,
            created: None,
            stays: Vec::new(),
            traces: Vec::new(),
            from: Vec::new(),
        }
    }

    fn deleted(place: usize, name: &str, modified: i64) -> Sighting {
        Sighting {
            state: FileState::Deleted,
            ..sighting(place, name, Some("what lies there by now"), modified)
        }
    }

    /// A group's members, by their evidence and likeness, and the groups that it could be of.
    type Shape = (Vec<(usize, &'static str)>, Vec<usize>);

    fn shape(groups: &[CopyGroup]) -> Vec<Shape> {
        groups
            .iter()
            .map(|group| {
                let members = group.members.iter();
                let members = members.map(|(likeness, own)| match own.stands {
                    Stands::File { evidence, .. } => (evidence, likeness.name()),
                    Stands::Trace => (99, likeness.name()),
                });
                (members.collect(), group.or_of.clone())
            })
            .collect()
    }

    #[test]
    fn the_same_bytes_are_the_same_file_whatever_they_are_called() {
        let groups = group(vec![
            sighting(2, "a.bak", Some("x"), 0),
            sighting(1, "renamed.bak", Some("x"), 9),
            sighting(0, "a.bak", Some("another"), 0),
        ]);
        let content = "content";
        let expected = [
            (vec![(0, "alone")], vec![]),
            (vec![(1, content), (2, content)], vec![]),
        ];
        assert_eq!(shape(&groups), expected);
    }

    #[test]
    fn a_deleted_file_is_told_by_name_size_and_time() {
        // FAT lost the first letter; its clusters hold other bytes by now.
        let groups = group(vec![
            sighting(0, "ESB.bak", Some("x"), 0),
            deleted(1, "_SB.bak", 1),
            deleted(2, "_SB.bak", 500),
            deleted(3, "_XB.bak", 0),
        ]);
        let expected = [
            (
                vec![
                    (0, "name-size-modified"),
                    (1, "name-size-modified"),
                    (2, "name-size"),
                ],
                vec![],
            ),
            (vec![(3, "alone")], vec![]),
        ];
        assert_eq!(shape(&groups), expected);
    }

    #[test]
    fn two_candidates_are_two_candidates() {
        let groups = group(vec![
            sighting(0, "a.bak", Some("x"), 0),
            sighting(1, "a.bak", Some("y"), 0),
            deleted(2, "a.bak", 0),
        ]);
        let expected = [
            (vec![(0, "alone")], vec![]),
            (vec![(1, "alone")], vec![]),
            (vec![(2, "alone")], vec![0, 1]),
        ];
        assert_eq!(shape(&groups), expected);
    }

    #[test]
    fn a_trace_without_size_is_told_by_its_name_alone() {
        let traced = || Sighting {
            size: None,
            stands: Stands::Trace,
            ..sighting(99, "A.bak", None, 0)
        };
        let one = sighting(0, "a.bak", Some("x"), 0);
        let other = sighting(1, "a.bak", Some("y"), 0);
        assert_eq!(
            shape(&group(vec![traced(), one.clone()])),
            [(vec![(0, "alone"), (99, "name")], vec![])]
        );
        let shapes = shape(&group(vec![traced(), one, other]));
        assert_eq!(shapes[2], (vec![(99, "alone")], vec![0, 1]));
    }

    #[test]
    fn the_input_order_does_not_matter() {
        let all = || {
            vec![
                sighting(0, "a.bak", Some("x"), 0),
                sighting(1, "a.bak", Some("x"), 0),
                sighting(2, "a.bak", Some("y"), 7),
            ]
        };
        let mut turned = all();
        turned.reverse();
        assert_eq!(shape(&group(all())), shape(&group(turned)));
    }
}
