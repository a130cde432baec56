//! Restart pages: how the log is laid out, and how it was left. There are two, written by turns.
//!
//! Source: the Linux-NTFS documentation of `$LogFile`, "restart page header", "restart area",
//! "client record"; Linux' ntfs3 for the length of a client's record.

use kusari_evidence::ntfs::Name;

use super::page;
use crate::Locator;
use crate::wire::{slice_at, u16_at, u32_at, u64_at};

/// A restart page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartPage {
    /// Byte offset of the page.
    pub offset: u64,
    /// How large a page of restart data is, in bytes.
    pub system_page_size: u32,
    /// How large a page of records is, in bytes.
    pub log_page_size: u32,
    /// The version: 1.1 up to Windows 8, 2.0 since Windows 8.1 on volumes that are in use.
    pub version: (u16, u16),
    /// Set where CHKDSK wrote the page: the last LSN that it found.
    pub checkdisk_lsn: u64,
    /// The LSN of the last record when the page was written.
    pub current_lsn: u64,
    /// Flags; see [`RestartPage::is_clean`].
    pub flags: u16,
    /// How many high bits of an LSN count the rounds through the file. The others are the place in
    /// the file in steps of 8 bytes.
    pub sequence_bits: u32,
    /// How much of the file is used, in bytes.
    pub file_size: u64,
    /// How long the header of a log record is.
    pub record_header_length: u16,
    /// Where in a record page the first record can begin.
    pub data_offset: u16,
    /// Who writes the log. Only NTFS does.
    pub clients: Vec<Client>,
}

/// Who writes the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The oldest LSN that it needs.
    pub oldest_lsn: u64,
    /// The LSN of its last checkpoint.
    pub restart_lsn: u64,
    /// `NTFS`.
    pub name: String,
}

/// The longest page that is read.
const LARGEST_PAGE: u32 = 65_536;

impl RestartPage {
    /// Reads the page whose bytes are given; `offset` is where they stand.
    ///
    /// # Errors
    /// Why they are none.
    pub(super) fn parse(bytes: &mut [u8], offset: u64) -> Result<Self, String> {
        const SHORT: &str = "it is cut off";
        match slice_at(bytes, 0, 4) {
            // CHKDSK writes its own signature over it.
            Some(b"RSTR" | b"CHKD") => {}
            _ => return Err("no restart page begins there".to_owned()),
        }
        let system_page_size = u32_at(bytes, 0x10).ok_or(SHORT)?;
        let log_page_size = u32_at(bytes, 0x14).ok_or(SHORT)?;
        for size in [system_page_size, log_page_size] {
            if !size.is_power_of_two() || !(4096..=LARGEST_PAGE).contains(&size) {
                return Err(format!("a page size of {size} bytes is none"));
            }
        }
        let page = usize::try_from(system_page_size)
            .ok()
            .and_then(|size| bytes.get_mut(..size))
            .ok_or(SHORT)?;
        page::restore(page)?;
        let area = usize::from(u16_at(page, 0x18).ok_or(SHORT)?);
        let field = |at: usize| area.saturating_add(at);
        let read = || -> Option<Self> {
            Some(Self {
                offset,
                system_page_size,
                log_page_size,
                version: (u16_at(page, 0x1C)?, u16_at(page, 0x1A)?),
                checkdisk_lsn: u64_at(page, 0x08)?,
                current_lsn: u64_at(page, field(0x00))?,
                flags: u16_at(page, field(0x0E))?,
                sequence_bits: u32_at(page, field(0x10))?,
                file_size: u64_at(page, field(0x18))?,
                record_header_length: u16_at(page, field(0x24))?,
                data_offset: u16_at(page, field(0x26))?,
                clients: clients(page, area),
            })
        };
        let restart = read().ok_or(SHORT)?;
        let data = usize::from(restart.data_offset);
        if data < page::HEADER || data % 8 != 0 || data >= page.len() {
            return Err("the first record of a page would begin in its header".to_owned());
        }
        // Fewer bits than 12 are no place in a page; more than 38 are none in a file.
        if !(26..=52).contains(&restart.sequence_bits) {
            return Err(format!(
                "{} bits for the rounds are none",
                restart.sequence_bits
            ));
        }
        Ok(restart)
    }

    /// Whether the volume was taken down in order, so that nothing has to be done again.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.flags & 2 != 0
    }

    /// Where it stands.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator::Bytes {
            offset: self.offset,
            length: u64::from(self.system_page_size),
        }
    }
}

fn clients(page: &[u8], area: usize) -> Vec<Client> {
    const CLIENT: usize = 0xA0;
    /// Windows knows one.
    const MOST: u16 = 16;
    let count = u16_at(page, area.saturating_add(0x08)).unwrap_or(0);
    let first = u16_at(page, area.saturating_add(0x16)).map_or(0, usize::from);
    (0..count.min(MOST))
        .map_while(|number| {
            let at = area
                .saturating_add(first)
                .saturating_add(usize::from(number).saturating_mul(CLIENT));
            let bytes = slice_at(page, at, CLIENT)?;
            let length = usize::try_from(u32_at(bytes, 0x1C)?).ok()?;
            Some(Client {
                oldest_lsn: u64_at(bytes, 0)?,
                restart_lsn: u64_at(bytes, 8)?,
                name: Name::new(slice_at(bytes, 0x20, length & !1)?).to_text(),
            })
        })
        .collect()
}
