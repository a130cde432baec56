//! Logs of Windows up to 8: a bitmap (`DIRT`) of the 512-byte pages of the hive that changed, and
//! those pages in their order.

use super::{Log, Replay, SECTOR, put_page};
use crate::registry::cell::{BINS_START, index, u32_at};

/// The length of a page, whatever the disk's sector size.
const PAGE: usize = 512;
const BIN: usize = 4096;

/// Applies the first log that was written together with the hive whose last written time is
/// `written`, and says whether one was.
pub(super) fn apply(
    hive: &mut Vec<u8>,
    logs: &[Log<'_>],
    written: u64,
    replay: &mut Replay,
) -> bool {
    let Some(log) = logs.iter().find(|log| log.last_written == written) else {
        return false;
    };
    let bins_length = index(log.bins_length);
    let most = hive.len().saturating_add(log.bytes.len());
    if !bins_length.is_multiple_of(BIN) || bins_length > most {
        log.refuse(SECTOR, "the hive's length in its header is wrong", replay);
        return false;
    }
    let bitmap_start = SECTOR + 4;
    let bitmap_end = bitmap_start + bins_length.div_ceil(PAGE * 8);
    let Some(bitmap) = log.bytes.get(bitmap_start..bitmap_end) else {
        log.refuse(SECTOR, "its bitmap is cut short", replay);
        return false;
    };
    let mut from = bitmap_end.next_multiple_of(SECTOR);
    let mut any = false;
    for number in (0..bins_length / PAGE).filter(|&number| is_set(bitmap, number)) {
        let to = number * PAGE;
        let Some(page) = log.bytes.get(from..from + PAGE) else {
            log.refuse(from, "it is cut short", replay);
            break;
        };
        if !is_sound(hive, to, page) {
            log.refuse(
                from,
                "a page is no part of the hive bin at its place",
                replay,
            );
            break;
        }
        put_page(hive, replay, (log.number, from), BINS_START + to, page);
        any = true;
        from += PAGE;
    }
    if any {
        replay.bins_length = Some(log.bins_length);
    }
    any
}

fn is_set(bitmap: &[u8], number: usize) -> bool {
    bitmap
        .get(number / 8)
        .is_some_and(|byte| byte >> (number % 8) & 1 == 1)
}

/// Whether the header of a hive bin stands where one belongs, and nowhere else.
fn is_sound(hive: &[u8], to: usize, page: &[u8]) -> bool {
    let is_header_of = |bytes: Option<&[u8]>| {
        bytes.is_some_and(|bytes| {
            bytes.starts_with(b"hbin") && u32_at(bytes, 4).map(index) == Some(to)
        })
    };
    if page.starts_with(b"hbin") {
        return is_header_of(Some(page));
    }
    !is_header_of(hive.get(BINS_START + to..))
}
