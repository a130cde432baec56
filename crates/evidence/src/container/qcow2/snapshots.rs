//! The snapshots inside a QCOW2 image: listed, and not read as media.

use super::Fact;
use super::header::Header;
use super::same_folder::shown;
use crate::time::Timestamp;
use crate::{ReadAt, read_exact_at, read_vec_at};

/// The most snapshots that are listed.
const MOST: u32 = 100;

/// The fixed part of an entry of the snapshot table.
const FIXED: usize = 40;

/// Lists the snapshots as facts.
pub(super) fn list(
    bytes: &dyn ReadAt,
    header: &Header,
    facts: &mut Vec<Fact>,
    notes: &mut Vec<String>,
) {
    let mut at = header.snapshots_offset;
    for number in 0..header.snapshots.min(MOST) {
        let Some((text, length)) = entry(bytes, at) else {
            notes.push(format!(
                "entry {} of the snapshot table, at byte {at}, cannot be read",
                number + 1
            ));
            return;
        };
        facts.push(Fact::new("snapshot", text));
        at = at.saturating_add(length.next_multiple_of(8));
    }
    if header.snapshots > MOST {
        notes.push(format!(
            "the image says that it has {} snapshots; {MOST} are listed",
            header.snapshots
        ));
    }
}

/// The snapshot whose entry is at `at`, for people, and the length of the entry.
fn entry(bytes: &dyn ReadAt, at: u64) -> Option<(String, u64)> {
    let mut fixed = [0; FIXED];
    read_exact_at(bytes, at, &mut fixed).ok()?;
    let u16_at = |at: usize| Some(u16::from_be_bytes(*fixed.get(at..)?.first_chunk()?));
    let u32_at = |at: usize| Some(u32::from_be_bytes(*fixed.get(at..)?.first_chunk()?));
    let id_length = u64::from(u16_at(12)?);
    let name_length = u64::from(u16_at(14)?);
    let extra = u64::from(u32_at(36)?);
    let text_at = |at: u64, length: u64| {
        let text = read_vec_at(bytes, at, length).ok()?;
        (super::as_u64(text.len()) == length).then(|| shown(&String::from_utf8_lossy(&text)))
    };
    let id_at = at.checked_add(super::as_u64(FIXED))?.checked_add(extra)?;
    let name_at = id_at.checked_add(id_length)?;
    let id = text_at(id_at, id_length)?;
    let name = text_at(name_at, name_length)?;
    // Nanoseconds to ticks of 100 ns.
    let taken = Timestamp::from_unix(i64::from(u32_at(16)?), u32_at(20)? / 100);
    let taken = taken.map_or_else(|| "a time that cannot be".to_owned(), |at| at.to_text(7));
    let length = name_at.checked_add(name_length)?.checked_sub(at)?;
    Some((format!("{id} `{name}`, taken {taken} UTC"), length))
}
