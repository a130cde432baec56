//! Tests of whole images.

mod damage;
#[cfg(target_os = "linux")]
mod many_segments;
mod outside;
mod sets;

use std::io;
use std::ops::Range;
use std::sync::Arc;

use kusari_fixtures::ewf::Image;

use crate::container::{Beside, Candidate, Container, open};
use crate::{FormatError, ReadAt};

/// Files in a folder, in memory.
#[derive(Clone, Default)]
pub(super) struct Files(pub(super) Vec<(String, Arc<dyn ReadAt>)>);

impl Files {
    /// The segments of an image, as `x.E01` and so on.
    pub(super) fn of(image: &Image, media: &[u8]) -> Self {
        let segments = image.write(media).into_iter();
        Self(
            segments
                .map(|segment| {
                    let bytes: Arc<dyn ReadAt> = Arc::new(segment.bytes);
                    (format!("x.{}", segment.extension), bytes)
                })
                .collect(),
        )
    }

    pub(super) fn without(&self, name: &str) -> Self {
        let mut files = self.clone();
        files.0.retain(|(known, _)| known != name);
        assert_eq!(files.0.len() + 1, self.0.len());
        files
    }

    /// With some bytes of a file written over.
    pub(super) fn patched(&self, name: &str, at: usize, bytes: &[u8]) -> Self {
        let mut changed = self.bytes(name);
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        self.replaced(name, changed)
    }

    pub(super) fn replaced(&self, name: &str, bytes: Vec<u8>) -> Self {
        let mut files = self.clone();
        for (known, there) in &mut files.0 {
            if known == name {
                *there = Arc::new(bytes.clone());
            }
        }
        files
    }

    pub(super) fn bytes(&self, name: &str) -> Vec<u8> {
        let (_, bytes) = self.0.iter().find(|(known, _)| known == name).unwrap();
        crate::read_vec_at(bytes.as_ref(), 0, u64::MAX).unwrap()
    }

    pub(super) fn open(&self, name: &str) -> Result<Container, FormatError> {
        let bytes = Beside::open(self, name).unwrap().unwrap();
        let candidate = Candidate {
            bytes,
            name,
            beside: self,
            depth: 0,
        };
        open(&candidate).map(|container| container.expect("it is one"))
    }
}

impl Beside for Files {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.iter().map(|(name, _)| name.clone()).collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn ReadAt>>> {
        let found = self.0.iter().find(|(known, _)| known == name);
        Ok(found.map(|(_, bytes)| Arc::clone(bytes)))
    }
}

/// Noise, text and emptiness; every stretch is different, so that a chunk in another's place is
/// seen.
pub(super) fn media(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut media = Vec::with_capacity(length);
    while media.len() < length {
        let at = media.len();
        match (at / 40_000) % 3 {
            0 => {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                media.push(state.to_le_bytes()[3]);
            }
            1 => media.extend(format!("line {at}\n").bytes()),
            _ => media.extend([0; 64]),
        }
    }
    media.truncate(length / 512 * 512);
    media
}

/// Every stretch of the media that cannot be read, by reading it in pieces of `piece`, and the
/// first reason. What can be read must be what stands in `media`.
pub(super) fn lost(bytes: &dyn ReadAt, media: &[u8], piece: usize) -> Vec<(Range<usize>, String)> {
    assert_eq!(bytes.size(), u64::try_from(media.len()).unwrap());
    let mut lost: Vec<(Range<usize>, String)> = Vec::new();
    let mut buffer = vec![0; piece];
    let mut at = 0;
    while at < media.len() {
        match bytes.read_at(u64::try_from(at).unwrap(), &mut buffer) {
            Ok(count) => {
                assert!(count > 0);
                assert!(
                    buffer[..count] == media[at..at + count],
                    "wrong bytes at {at}"
                );
                at += count;
            }
            Err(error) => {
                // Damage is looked at sector by sector.
                let end = (at + 512).min(media.len());
                match lost.last_mut() {
                    Some((range, _)) if range.end == at => range.end = end,
                    _ => lost.push((at..end, error.to_string())),
                }
                at = end;
            }
        }
    }
    lost
}

/// The value of a fact.
pub(super) fn fact(container: &Container, name: &str) -> Option<String> {
    let found = container.facts.iter().find(|fact| fact.name == name);
    found.map(|fact| fact.value.clone())
}
