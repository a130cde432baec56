//! The first 100 bytes of a database.

use super::error::DatabaseError;
use super::page::{u16_be, u32_be};

/// How a database begins.
pub(super) const SIGNATURE: &[u8; 16] = b"SQLite format 3\0";

/// How long the header is, which stands before the first page's own.
pub(super) const HEADER: usize = 100;

/// The least that must be left of a page. Source: "Database File Format", 1.3.4.
const LEAST_USABLE: u32 = 480;

/// How texts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
}

/// What a database's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// How long a page is: a power of two, 512 to 65,536 bytes.
    pub page_size: u32,
    /// How many bytes at the end of each page are not the database's.
    pub reserved: u8,
    /// Whether the database uses a write-ahead log; the two bytes are its write and read version.
    pub uses_write_ahead_log: bool,
    /// How often the file was changed. A write-ahead log does not count here.
    pub change_counter: u32,
    /// How many pages there are, where the field is kept true.
    pub page_count: Option<u32>,
    /// How many pages are on the list of free ones.
    pub free_pages: u32,
    /// How texts are written.
    pub text_encoding: TextEncoding,
    /// `PRAGMA user_version`: the application's own number.
    pub user_version: u32,
    /// `PRAGMA application_id`.
    pub application_id: u32,
    /// The version of the SQLite library that wrote last: 3,034,000 for 3.34.0.
    pub library_version: u32,
}

/// The length of a page that a field of 16 bits states; 1 means 65,536.
pub(super) fn page_size(stated: u16) -> Result<u32, DatabaseError> {
    let size = if stated == 1 {
        65_536
    } else {
        u32::from(stated)
    };
    if size.is_power_of_two() && size >= 512 {
        Ok(size)
    } else {
        Err(DatabaseError::PageSize(size))
    }
}

impl Header {
    /// Reads the header from the beginning of the first page.
    pub(super) fn read(page: &[u8]) -> Result<Self, DatabaseError> {
        let none = DatabaseError::NoDatabase;
        if !page.starts_with(SIGNATURE) || page.len() < HEADER {
            return Err(none);
        }
        let number = |at| u32_be(page, at).unwrap_or(0);
        let byte = |at: usize| page.get(at).copied().unwrap_or(0);
        let page_size = page_size(u16_be(page, 16).ok_or(none)?)?;
        let reserved = byte(20);
        if page_size.saturating_sub(u32::from(reserved)) < LEAST_USABLE {
            return Err(DatabaseError::Reserved(reserved));
        }
        let change_counter = number(24);
        let page_count = number(28);
        // Older libraries leave the count as it is; then the second counter stays behind.
        let is_count_true = page_count > 0 && number(92) == change_counter;
        Ok(Self {
            page_size,
            reserved,
            uses_write_ahead_log: byte(18) == 2 || byte(19) == 2,
            change_counter,
            page_count: is_count_true.then_some(page_count),
            free_pages: number(36),
            text_encoding: match number(56) {
                // A database in which nothing was ever made has none yet.
                0 | 1 => TextEncoding::Utf8,
                2 => TextEncoding::Utf16Le,
                3 => TextEncoding::Utf16Be,
                other => return Err(DatabaseError::TextEncoding(other)),
            },
            user_version: number(60),
            application_id: number(68),
            library_version: number(96),
        })
    }

    /// How many bytes of a page are the database's.
    pub(super) fn usable(&self) -> usize {
        crate::wire::size(self.page_size.saturating_sub(u32::from(self.reserved)))
    }
}
