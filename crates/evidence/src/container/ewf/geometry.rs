//! How large the media is and how it is cut into chunks, and what else the volume section (or
//! the device information and case data of version 2) says.

use crate::container::Fact;
use crate::{FormatError, Guid};

/// The largest chunk that is read. Writers offer up to 32768 sectors a chunk, 16 MiB at 512 bytes.
const LARGEST_CHUNK: u64 = 64 << 20;

/// What the media is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaKind {
    Removable,
    Fixed,
    Optical,
    Logical,
    Memory,
    Palm,
    Unknown,
}

impl MediaKind {
    const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Removable => "removable disk",
            Self::Fixed => "fixed disk",
            Self::Optical => "optical disc",
            Self::Logical => "logical evidence",
            Self::Memory => "memory",
            Self::Palm => "PALM",
            Self::Unknown => return None,
        })
    }
}

/// What the image says about its media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) media: MediaKind,
    /// Chunks in all segments, as recorded; 0 where the writer leaves it out.
    pub(super) chunk_count: u64,
    pub(super) sectors_per_chunk: u32,
    pub(super) bytes_per_sector: u32,
    pub(super) sectors: u64,
    pub(super) physical: Option<bool>,
    pub(super) write_blocker: Option<&'static str>,
    pub(super) compression: Option<&'static str>,
    /// Sectors that are given up together where one cannot be read.
    pub(super) error_granularity: Option<u32>,
    /// The identifier of the set of segments.
    pub(super) set: Option<Guid>,
    /// It stands in the short form of the original format and SMART.
    pub(super) short: bool,
}

/// The sizes that reading needs, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Bytes of the media.
    pub(super) media: u64,
    /// Bytes of a chunk; the last one may be shorter.
    pub(super) chunk: u64,
    /// Chunks of the media.
    pub(super) chunks: u64,
}

impl Geometry {
    /// Whether two segments say the same, so can be of one set.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let shape = |one: &Self| {
            (
                one.chunk_count,
                one.sectors_per_chunk,
                one.bytes_per_sector,
                one.sectors,
                one.set,
            )
        };
        shape(self) == shape(other)
    }

    /// Bytes of a chunk.
    pub(super) fn chunk_size(&self) -> Result<u64, FormatError> {
        let sectors = u64::from(self.sectors_per_chunk);
        let size = sectors.saturating_mul(u64::from(self.bytes_per_sector));
        if size == 0 || size > LARGEST_CHUNK {
            return Err(FormatError::malformed(
                "volume",
                0,
                format!(
                    "a chunk of {} sectors of {} bytes; up to {LARGEST_CHUNK} bytes are read",
                    self.sectors_per_chunk, self.bytes_per_sector
                ),
            ));
        }
        Ok(size)
    }

    /// The sizes of the media.
    pub(super) fn sizes(&self) -> Result<Sizes, FormatError> {
        let chunk = self.chunk_size()?;
        let media = self
            .sectors
            .checked_mul(u64::from(self.bytes_per_sector))
            .ok_or_else(|| {
                let problem = format!("{} sectors are no media", self.sectors);
                FormatError::malformed("volume", 0, problem)
            })?;
        Ok(Sizes {
            media,
            chunk,
            chunks: media.div_ceil(chunk),
        })
    }

    /// What it says, for people.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let mut say = |name, value: Option<String>| {
            facts.extend(value.map(|value| Fact::new(name, value)));
        };
        say("media type", self.media.name().map(str::to_owned));
        let physical = self
            .physical
            .map(|is| if is { "physical" } else { "logical" });
        say("device", physical.map(str::to_owned));
        say("write blocker", self.write_blocker.map(str::to_owned));
        say("sectors", Some(self.sectors.to_string()));
        say("bytes per sector", Some(self.bytes_per_sector.to_string()));
        say(
            "sectors per chunk",
            Some(self.sectors_per_chunk.to_string()),
        );
        say("compression level", self.compression.map(str::to_owned));
        let granularity = self
            .error_granularity
            .map(|sectors| format!("{sectors} sectors"));
        say("error granularity", granularity);
        say("set identifier", self.set.map(|set| set.to_string()));
        facts
    }
}
