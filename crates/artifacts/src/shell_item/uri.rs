//! Addresses (class `0x61`).

use encoding_rs::Encoding;
use kusari_evidence::time::Timestamp;

use crate::terminated;
use crate::wire::{size, slice_at, u8_at, u16_at, u32_at, u64_at};

/// An address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UriItem {
    /// The address, such as `http://…`.
    pub uri: Option<String>,
    /// The time in the data of an FTP address; what it means is not documented.
    pub time: Option<Timestamp>,
    /// The three texts in the data of an FTP address: seen are the host, the user's name and a
    /// password.
    pub texts: Vec<String>,
}

const IS_UNICODE: u8 = 0x80;

pub(super) fn read(own: &[u8], ansi: &'static Encoding) -> Option<UriItem> {
    let is_unicode = u8_at(own, 3)? & IS_UNICODE != 0;
    let text = |bytes: &[u8]| {
        if is_unicode {
            terminated::utf16(bytes)
        } else {
            terminated::ansi(bytes, ansi)
        }
    };
    let length = usize::from(u16_at(own, 4)?);
    let data = slice_at(own, 6, length)?;
    let mut texts = Vec::new();
    if !data.is_empty() {
        let mut at = 36_usize;
        for _ in 0..3 {
            let Some(found) = u32_at(data, at)
                .and_then(|length| slice_at(data, at.checked_add(4)?, size(length)))
            else {
                break;
            };
            texts.push(text(found));
            at = at.saturating_add(4).saturating_add(found.len());
        }
    }
    // Two bytes without a known meaning stand before the address behind data; without data it
    // follows at once, as in the shortcut of the corpus.
    let behind = 6_usize.checked_add(length)?;
    let at = if data.is_empty() {
        behind
    } else {
        behind.checked_add(2)?
    };
    let uri = own.get(at..).map(text).filter(|uri| !uri.is_empty());
    Some(UriItem {
        uri,
        time: u64_at(data, 8).and_then(Timestamp::from_filetime),
        texts,
    })
}
