//! The bytes of the media, made chunk by chunk.

use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use super::chunk::Maker;
use super::chunk_place::Pages;
use super::geometry::Sizes;
use super::placement::{Placement, Source};
use crate::{BlockCache, ReadAt};

/// Memory for chunks that were made.
const CACHE: u64 = 32 << 20;

/// From so many chunks on, a read is worth more than one thread.
const PARALLEL: usize = 4;

/// A segment file: its name for messages, and its bytes.
pub(super) struct SegmentFile {
    pub(super) name: String,
    pub(super) bytes: Arc<dyn ReadAt>,
}

/// The media of an image.
pub(super) struct Media {
    segments: Vec<SegmentFile>,
    placement: Placement,
    sizes: Sizes,
    pages: Pages,
    chunks: BlockCache,
}

/// Part of a read that lies in one chunk.
struct Part<'a> {
    chunk: u64,
    /// Where in the chunk it begins.
    from: u64,
    to: &'a mut [u8],
}

impl Media {
    pub(super) fn new(segments: Vec<SegmentFile>, placement: Placement, sizes: Sizes) -> Self {
        Self {
            segments,
            placement,
            sizes,
            pages: Pages::new(),
            chunks: BlockCache::new(CACHE, sizes.chunk),
        }
    }

    /// The length of a chunk: the last one may be shorter.
    fn length_of(&self, chunk: u64) -> u64 {
        let start = chunk.saturating_mul(self.sizes.chunk);
        self.sizes.media.saturating_sub(start).min(self.sizes.chunk)
    }

    /// Makes a whole chunk.
    fn make(&self, maker: &mut Maker, chunk: u64, to: &mut [u8]) -> io::Result<()> {
        let ranges = &self.placement.ranges;
        let at = ranges.partition_point(|range| range.end <= chunk);
        let range = ranges.get(at);
        let (table, first) = match range.map(|range| &range.source) {
            Some(Source::Table { table, first }) => (*table, *first),
            Some(Source::Missing(reason)) => {
                return Err(io::Error::new(io::ErrorKind::NotFound, reason.to_string()));
            }
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let described = |error: io::Error| {
            let name = self.name_of(table);
            io::Error::new(error.kind(), format!("{name}, chunk {chunk}: {error}"))
        };
        let found = self.placement.tables.get(table).and_then(|list| {
            let segment = self.segments.get(list.segment)?;
            let index = u32::try_from(chunk.checked_sub(first)?).ok()?;
            Some((list, segment, index))
        });
        let (list, segment, index) = found.ok_or(io::ErrorKind::UnexpectedEof)?;
        let bytes = segment.bytes.as_ref();
        self.pages
            .find(table, list, bytes, index)
            .and_then(|stored| maker.make(bytes, stored, self.sizes.chunk, to))
            .map_err(described)
    }

    fn name_of(&self, table: usize) -> &str {
        self.placement
            .tables
            .get(table)
            .and_then(|table| self.segments.get(table.segment))
            .map_or("", |segment| &segment.name)
    }

    /// Fills one part: a whole chunk is made where it is wanted, a piece of one is taken from the
    /// cache.
    fn fill(&self, maker: &mut Maker, part: &mut Part<'_>, alone: bool) -> io::Result<()> {
        let length = self.length_of(part.chunk);
        let wanted = crate::fields::widened(part.to.len());
        if wanted == length && !alone {
            return self.make(maker, part.chunk, part.to);
        }
        let chunk = self.chunks.get_or_make(part.chunk, || {
            let mut chunk = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            self.make(maker, part.chunk, &mut chunk)?;
            Ok(chunk)
        })?;
        let from = usize::try_from(part.from).map_err(io::Error::other)?;
        let end = from.saturating_add(part.to.len());
        let piece = chunk.get(from..end).ok_or(io::ErrorKind::UnexpectedEof)?;
        part.to.copy_from_slice(piece);
        Ok(())
    }

    /// Parts `buffer`, which begins at `offset` of the media, at the ends of chunks.
    fn parts<'a>(&self, offset: u64, buffer: &'a mut [u8]) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let (mut at, mut rest) = (offset, buffer);
        while !rest.is_empty() {
            let chunk = at / self.sizes.chunk;
            let from = at % self.sizes.chunk;
            let left = self.length_of(chunk).saturating_sub(from);
            let length = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
            if length == 0 {
                break;
            }
            let (to, behind) = rest.split_at_mut(length);
            parts.push(Part { chunk, from, to });
            at = at.saturating_add(crate::fields::widened(length));
            rest = behind;
        }
        parts
    }
}

impl ReadAt for Media {
    fn size(&self) -> u64 {
        self.sizes.media
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.sizes.media.saturating_sub(offset);
        let length = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(buffer) = buffer.get_mut(..length).filter(|wanted| !wanted.is_empty()) else {
            return Ok(0);
        };
        let mut parts = self.parts(offset, buffer);
        let alone = parts.len() == 1;
        let results: Vec<io::Result<()>> = if parts.len() < PARALLEL {
            let mut maker = Maker::default();
            let mut results = Vec::new();
            for part in &mut parts {
                let result = self.fill(&mut maker, part, alone);
                let failed = result.is_err();
                results.push(result);
                if failed {
                    break;
                }
            }
            results
        } else {
            parts
                .par_iter_mut()
                .map_init(Maker::default, |maker, part| self.fill(maker, part, alone))
                .collect()
        };
        let mut read = 0_usize;
        for (part, result) in parts.iter().zip(results) {
            match result {
                Ok(()) => read = read.saturating_add(part.to.len()),
                Err(error) if read == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(read)
    }
}
