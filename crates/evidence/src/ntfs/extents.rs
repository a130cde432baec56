//! An attribute put together from its extents: its runs, its sizes, and what is missing of it.

use super::attribute::{Attribute, AttributeFlags, Form, NonResident};
use super::runs::{self, Run};

/// The most runs of one attribute. A file of 16 TiB would have to lie in pieces of 4 MiB.
const MOST_RUNS: usize = 4_000_000;

/// An attribute as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// Its bytes.
    Resident(Vec<u8>, AttributeFlags),
    /// Where its bytes are.
    Clusters(Extents),
}

/// Where the bytes of an attribute are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Extents {
    /// Its runs, in order, none over another.
    pub(super) runs: Vec<Run>,
    /// Bytes of content.
    pub(super) size: u64,
    /// Bytes that were written; the rest reads as zeros.
    pub(super) valid: u64,
    /// What was done with the bytes.
    pub(super) flags: AttributeFlags,
    /// The compression unit, as a power of two of clusters.
    pub(super) compression_unit: u16,
    /// Why clusters that no run maps are missing.
    pub(super) problem: Option<String>,
}

impl Content {
    /// From the extents of one attribute, in any order; `None` when there is none.
    ///
    /// # Errors
    /// When the first extent, which says the sizes, is missing.
    pub(super) fn gather<'a>(
        parts: impl Iterator<Item = Attribute<'a>>,
    ) -> Result<Option<Self>, String> {
        let mut extents: Vec<(NonResident<'a>, AttributeFlags)> = Vec::new();
        for part in parts {
            match part.form {
                Form::Resident(bytes) => {
                    return Ok(Some(Self::Resident(bytes.to_vec(), part.flags)));
                }
                Form::NonResident(extent) => extents.push((extent, part.flags)),
            }
        }
        extents.sort_by_key(|(extent, _)| extent.first_vcn);
        let Some((first, flags)) = extents.first() else {
            return Ok(None);
        };
        if first.first_vcn != 0 {
            return Err("its first extent is missing, which says its size".to_owned());
        }
        let mut whole = Extents {
            size: first.size,
            valid: first.valid.min(first.size),
            flags: *flags,
            compression_unit: first.compression_unit,
            ..Extents::default()
        };
        for (extent, _) in &extents {
            whole.add(extent);
        }
        Ok(Some(Self::Clusters(whole)))
    }
}

impl Extents {
    /// Puts one more extent behind those that are there.
    pub(super) fn add(&mut self, extent: &NonResident<'_>) {
        let end = self.end();
        if extent.first_vcn < end {
            self.say("two of its extents map the same clusters".to_owned());
            return;
        }
        if self.runs.len() >= MOST_RUNS {
            self.say(format!("it lies in more than {MOST_RUNS} pieces"));
            return;
        }
        if let Err(problem) = runs::decode(extent.runs, extent.first_vcn, &mut self.runs) {
            self.say(problem);
        }
    }

    /// Keeps why something is missing, the first reason of several.
    pub(super) fn say(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    /// The cluster of the attribute behind the last one that is mapped.
    pub(super) fn end(&self) -> u64 {
        self.runs.last().map_or(0, Run::end)
    }

    /// The run that maps a cluster of the attribute.
    pub(super) fn run_at(&self, vcn: u64) -> Option<&Run> {
        let behind = self.runs.partition_point(|run| run.vcn <= vcn);
        self.runs
            .get(behind.checked_sub(1)?)
            .filter(|run| run.end() > vcn)
    }

    /// The runs from the one that maps `vcn` on.
    pub(super) fn runs_from(&self, vcn: u64) -> &[Run] {
        let first = self.runs.partition_point(|run| run.end() <= vcn);
        self.runs.get(first..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::attribute::AttributeType;
    use super::super::name::Name;
    use super::*;

    fn extent(first_vcn: u64, runs: &[u8]) -> Attribute<'_> {
        Attribute {
            kind: AttributeType::DATA,
            name: Name::new(&[]),
            flags: AttributeFlags::default(),
            id: 0,
            form: Form::NonResident(NonResident {
                first_vcn,
                last_vcn: 0,
                runs,
                compression_unit: 0,
                allocated: 0,
                size: 100,
                valid: 200,
            }),
            offset: 0,
        }
    }

    fn gathered(parts: &[Attribute<'_>]) -> Extents {
        match Content::gather(parts.iter().copied()).unwrap().unwrap() {
            Content::Clusters(extents) => extents,
            Content::Resident(..) => panic!("not resident"),
        }
    }

    #[test]
    fn extents_are_joined_in_the_order_of_their_clusters() {
        let whole = gathered(&[extent(4, &[0x11, 2, 9, 0]), extent(0, &[0x11, 4, 50, 0])]);
        assert_eq!(whole.runs.len(), 2);
        assert_eq!((whole.size, whole.valid), (100, 100));
        assert_eq!(whole.run_at(5).and_then(|run| run.lcn), Some(9));
        assert_eq!(whole.run_at(6), None);
        assert_eq!(whole.runs_from(4).len(), 1);
        assert_eq!(whole.problem, None);
    }

    #[test]
    fn gaps_and_overlaps_are_said_or_seen() {
        let gap = gathered(&[extent(0, &[0x11, 4, 50, 0]), extent(6, &[0x11, 2, 9, 0])]);
        assert_eq!(gap.run_at(5), None);
        assert!(gap.run_at(6).is_some());
        let overlap = gathered(&[extent(0, &[0x11, 4, 50, 0]), extent(3, &[0x11, 2, 9, 0])]);
        assert_eq!(overlap.runs.len(), 1);
        assert!(overlap.problem.unwrap().contains("same clusters"));
        assert!(Content::gather([extent(3, &[0])].into_iter()).is_err());
        assert_eq!(Content::gather([].into_iter()), Ok(None));
    }
}
