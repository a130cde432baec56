//! What one stretch of damage may cost, and what it may not.

use std::collections::HashSet;
use std::ops::Range;

use kusari_artifacts::Locator;
use kusari_fixtures::variants::{Kind, Variant};

use crate::hive_cells::HiveCells;
use crate::seen::Line;

/// What an artifact's bytes depend on.
pub(crate) enum Layout {
    /// An event log: chunks of 64 KiB, each readable by itself.
    Chunks,
    /// A hive: cells that point to each other.
    Cells(HiveCells),
    /// Text: lines.
    Lines,
    /// A database: pages of this many bytes that point to each other.
    Pages(usize),
}

const LOG_HEADER: usize = 4096;
const CHUNK: usize = 65536;
const HIVE_HEADER: usize = 4096;

impl Layout {
    /// The layout of an artifact of that name.
    pub(crate) fn of(artifact: &str, bytes: &[u8]) -> Self {
        match artifact {
            "event-log" => Self::Chunks,
            "setup-log" | "vendor-log" => Self::Lines,
            "activities-cache" => {
                Self::Pages(usize::from(u16::from_be_bytes([bytes[16], bytes[17]])))
            }
            _ => Self::Cells(HiveCells::of(bytes)),
        }
    }

    /// The lines of the sound reading that must be found again after the damage.
    pub(crate) fn untouched<'l>(
        &self,
        bytes: &[u8],
        damage: &Variant,
        lines: &'l [Line],
    ) -> Vec<&'l Line> {
        let touched = &damage.touched;
        let costs: Box<dyn Fn(&Line) -> bool> = match self {
            Self::Chunks => {
                let chunks = chunks(touched);
                Box::new(move |line| match line.at {
                    Locator::EventRecord { offset, .. } => {
                        chunk(offset).is_some_and(|own| chunks.start <= own && own < chunks.end)
                    }
                    _ => true,
                })
            }
            Self::Lines => {
                let touched = whole_lines(bytes, touched);
                Box::new(move |line| match line.at {
                    Locator::Lines { offset, length, .. } => {
                        let start = usize::try_from(offset).unwrap();
                        let end = start + usize::try_from(length).unwrap();
                        start <= touched.end && touched.start <= end
                    }
                    _ => true,
                })
            }
            Self::Pages(size) => {
                let size = *size;
                let page = move |offset: u64| usize::try_from(offset).unwrap() / size;
                let moves = !matches!(damage.kind, Kind::Flip | Kind::Zero | Kind::Noise);
                let own: HashSet<usize> = lines
                    .iter()
                    .filter_map(|line| match line.at {
                        Locator::Bytes { offset, .. } => Some(page(offset)),
                        _ => None,
                    })
                    .collect();
                let touched = touched.start / size..touched.end.div_ceil(size);
                // A page without lines may lead to those that have some.
                let leads = moves || touched.clone().any(|page| !own.contains(&page));
                Box::new(move |line| match line.at {
                    Locator::Bytes { offset, .. } => leads || touched.contains(&page(offset)),
                    _ => true,
                })
            }
            Self::Cells(cells) => {
                // Behind bytes that were put in or taken out every pointer is wrong.
                let moves = !matches!(damage.kind, Kind::Flip | Kind::Zero | Kind::Noise);
                let touched = touched.start..if moves { bytes.len() } else { touched.end };
                let owners: HashSet<&str> = cells.owners(&touched).into_iter().collect();
                let header = touched.start < HIVE_HEADER;
                Box::new(move |line| match &line.at {
                    Locator::Registry { key, .. } => {
                        let cost = |owner: &&str| related(owner, key) || names(&line.text, owner);
                        header || line.recovered || owners.iter().any(cost)
                    }
                    _ => true,
                })
            }
        };
        lines.iter().filter(|line| !costs(line)).collect()
    }
}

/// The number of the chunk that a byte stands in.
fn chunk(offset: u64) -> Option<usize> {
    Some(usize::try_from(offset).ok()?.checked_sub(LOG_HEADER)? / CHUNK)
}

/// The chunks that damage touches. In front of the first chunk it touches none.
fn chunks(touched: &Range<usize>) -> Range<usize> {
    let last = touched.start.max(touched.end.saturating_sub(1));
    if last < LOG_HEADER {
        return 0..0;
    }
    touched.start.saturating_sub(LOG_HEADER) / CHUNK..(last - LOG_HEADER) / CHUNK + 1
}

/// The touched bytes, widened to whole lines.
fn whole_lines(bytes: &[u8], touched: &Range<usize>) -> Range<usize> {
    let is_end = |&byte: &u8| byte == b'\n';
    let start = bytes[..touched.start]
        .iter()
        .rposition(is_end)
        .map_or(0, |at| at + 1);
    let end = bytes[touched.end..]
        .iter()
        .position(is_end)
        .map_or(bytes.len(), |at| touched.end + at + 1);
    start..end
}

/// Whether a line that one device's key gives is about another device, whose key is `owner` or
/// stands above or below it: the numbers of a stick's USB device are stated of its disk.
fn names(line: &str, owner: &str) -> bool {
    let Some((_, device)) = owner.split_once("\\Enum\\") else {
        return false;
    };
    let parts: Vec<String> = device.split('\\').take(3).map(str::to_uppercase).collect();
    // Debug output doubles each backslash.
    line.contains(&parts.join("\\\\"))
}

/// Whether what a key says can depend on another: it stands above it, below it, or is the same.
/// That a disk among the SCSI disks, or a volume, lies on the USB is said by the key of its USB
/// device or disk, so it can depend on all of `Enum`.
fn related(owner: &str, key: &str) -> bool {
    if let Some((set, device)) = key.split_once("\\Enum\\")
        && ["SCSI\\", "STORAGE\\", "SWD\\"]
            .iter()
            .any(|bus| device.starts_with(bus))
        && owner
            .strip_prefix(set)
            .is_some_and(|owner| owner.starts_with("\\Enum\\"))
    {
        return true;
    }
    let below = |lower: &str, upper: &str| {
        upper.is_empty()
            || lower
                .strip_prefix(upper)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
    };
    below(owner, key) || below(key, owner)
}
