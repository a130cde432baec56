//! The chain of sections of a segment file of version 1: descriptors of 76 bytes, each of which
//! says where the next one stands.

use std::ops::RangeInclusive;

use super::super::fields::is_summed;
use crate::fields::{u64_at, widened};
use crate::{ReadAt, read_vec_at};

/// Bytes of a section descriptor.
pub(in super::super) const DESCRIPTOR: u64 = 76;

/// The most sections of one segment. A real one has a few for every table of chunks.
const MOST: usize = 1_000_000;

/// The most breaks of the chain that are searched behind; damage that leaves more of them leaves
/// no image.
const MOST_BREAKS: usize = 10_000;

/// How much is searched at a time behind a damaged descriptor: at first little, as the next one
/// may stand near and many may be damaged.
const PIECES: RangeInclusive<u64> = 4 << 10..=1 << 20;

/// The types of sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Header2,
    Header,
    Volume,
    Data,
    Sectors,
    Table,
    Table2,
    Next,
    Done,
    Hash,
    Digest,
    Error2,
    Session,
    Ltree,
    /// Known by name, and of no use here.
    Other,
}

/// The names of the types, as they stand in a descriptor. `disk` is what FTK Imager once called
/// `volume`.
const NAMES: &[(&[u8], Type)] = &[
    (b"header2", Type::Header2),
    (b"header", Type::Header),
    (b"volume", Type::Volume),
    (b"disk", Type::Volume),
    (b"data", Type::Data),
    (b"sectors", Type::Sectors),
    (b"table", Type::Table),
    (b"table2", Type::Table2),
    (b"next", Type::Next),
    (b"done", Type::Done),
    (b"hash", Type::Hash),
    (b"digest", Type::Digest),
    (b"error2", Type::Error2),
    (b"session", Type::Session),
    (b"ltree", Type::Ltree),
    (b"ltypes", Type::Other),
    (b"map", Type::Other),
    (b"xheader", Type::Other),
    (b"xhash", Type::Other),
    (b"incomplete", Type::Other),
];

impl Type {
    fn of(field: &[u8]) -> Option<Self> {
        let (name, padding) = field.split_at_checked(field.iter().position(|b| *b == 0)?)?;
        if padding.iter().any(|byte| *byte != 0) {
            return None;
        }
        let known = NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, kind)| *kind)
    }
}

/// One section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Section {
    /// Its type; `None` for a name that is not known.
    pub(super) kind: Option<Type>,
    /// Where its descriptor stands.
    pub(super) offset: u64,
    /// Where it ends: at the next one, or where the file ends before that.
    pub(super) end: u64,
    /// Whether its size and the place of the next section contradict each other. Two images can
    /// be hidden in one file that way.
    pub(super) contradicts: bool,
}

impl Section {
    /// Where its data begin.
    pub(super) const fn data(&self) -> u64 {
        self.offset.saturating_add(DESCRIPTOR)
    }

    /// The length of its data.
    pub(super) const fn length(&self) -> u64 {
        self.end.saturating_sub(self.data())
    }
}

/// What comes next in a segment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A section.
    Section(Section),
    /// Here the chain is broken. If a sound descriptor was found further on, the sections go on
    /// there.
    Break {
        /// Where the descriptor should stand that is not there.
        at: u64,
        reason: &'static str,
    },
}

/// Walks the sections from `start` on.
pub(super) fn walk(bytes: &dyn ReadAt, start: u64) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = start;
    let broken = |at, reason| Found::Break { at, reason };
    let mut breaks = 0_usize;
    while found.len() < MOST {
        let (reason, search_from) = match descriptor(bytes, at) {
            Some((section, next)) => {
                let last = matches!(section.kind, Some(Type::Next | Type::Done));
                found.push(Found::Section(section));
                if last {
                    return found;
                }
                let behind = at.saturating_add(DESCRIPTOR);
                if next >= behind && next < bytes.size() {
                    at = next;
                    continue;
                }
                if next >= bytes.size() {
                    found.push(broken(next, "the file ends before the next section"));
                    return found;
                }
                at = behind;
                ("the next section would stand before this one", behind)
            }
            None => ("there is no sound section descriptor", at.saturating_add(1)),
        };
        found.push(broken(at, reason));
        breaks = breaks.saturating_add(1);
        if breaks > MOST_BREAKS {
            found.push(broken(at, "the chain of sections is broken too often"));
            return found;
        }
        match search(bytes, search_from) {
            Some(next) => at = next,
            None => return found,
        }
    }
    found.push(broken(at, "there are more than 1000000 sections"));
    found
}

/// The descriptor at `at`, if its checksum is right, and where it says the next one stands.
fn descriptor(bytes: &dyn ReadAt, at: u64) -> Option<(Section, u64)> {
    let descriptor = read_vec_at(bytes, at, DESCRIPTOR).ok()?;
    if !is_summed(&descriptor, 72) {
        return None;
    }
    let kind = Type::of(descriptor.get(..16)?);
    let next = u64_at(&descriptor, 16)?;
    let size = u64_at(&descriptor, 24)?;
    let last = matches!(kind, Some(Type::Next | Type::Done));
    let end = if last {
        at.saturating_add(DESCRIPTOR)
    } else {
        next.min(bytes.size()).max(at.saturating_add(DESCRIPTOR))
    };
    let section = Section {
        kind,
        offset: at,
        end,
        // Expert Witness 1.35 leaves the size 0.
        contradicts: !last && size != 0 && at.checked_add(size) != Some(next),
    };
    Some((section, next))
}

/// The first sound descriptor of a known type from `from` on.
fn search(bytes: &dyn ReadAt, from: u64) -> Option<u64> {
    let mut at = from;
    let mut length = *PIECES.start();
    while at < bytes.size() {
        // A piece that cannot be read is passed over; what stands behind it may be sound.
        let reach = length.saturating_add(DESCRIPTOR);
        let piece = read_vec_at(bytes, at, reach).unwrap_or_default();
        let found = name_starts(&piece).find(|candidate| {
            piece.get(*candidate..).is_some_and(|descriptor| {
                descriptor.get(..16).and_then(Type::of).is_some() && is_summed(descriptor, 72)
            })
        });
        if let Some(found) = found {
            return Some(at.saturating_add(widened(found)));
        }
        at = at.saturating_add(length);
        length = length.saturating_mul(2).min(*PIECES.end());
    }
    None
}

/// Where in `piece` the first two bytes of a type's name stand.
fn name_starts(piece: &[u8]) -> impl Iterator<Item = usize> {
    piece.windows(2).enumerate().filter_map(|(at, pair)| {
        let first = *pair.first()?;
        // Most bytes are ruled out by this one comparison.
        let possible = matches!(first, b'd'..=b'n' | b's'..=b'x');
        (possible && NAMES.iter().any(|(name, _)| name.starts_with(pair))).then_some(at)
    })
}
