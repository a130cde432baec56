//! Jump lists that programs write.

use encoding_rs::Encoding;
use kusari_evidence::Guid;

use crate::shortcut::{self, Shortcut};
use crate::wire::{offset, slice_at, u16_at, u32_at};
use crate::{Coverage, Damage, Locator, Outcome, SourceState, terminated};

/// A jump list that a program wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomList {
    /// The categories, in their order.
    pub categories: Vec<Category>,
    /// Coverage and damage. The list keeps no times of its own.
    pub outcome: Outcome,
}

/// A category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// What kind.
    pub kind: CategoryKind,
    /// Its items.
    pub items: Vec<CustomItem>,
}

/// What kind of category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryKind {
    /// One that the program named.
    Custom(String),
    /// One of Windows': 1 for "Frequent", 2 for "Recent". Its items stand in the automatic list.
    Known(u32),
    /// Tasks of the program.
    Tasks,
    /// Items found behind damage, whose category is not known.
    Unknown,
}

/// An item of a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomItem {
    /// The shortcut; its offsets count from its own first byte.
    pub shortcut: Shortcut,
    /// Where the shortcut stands in the file.
    pub locator: Locator,
}

/// What stands behind each category.
const FOOTER: u32 = 0xBABF_FBAB;

/// The class of a shortcut, which stands before each one.
const SHORTCUT: &str = "{00021401-0000-0000-C000-000000000046}";

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    ansi: &'static Encoding,
    list: CustomList,
}

pub(super) fn read(bytes: &[u8], ansi: &'static Encoding) -> CustomList {
    let mut reader = Reader {
        bytes,
        at: 12,
        ansi,
        list: CustomList::default(),
    };
    match (u32_at(bytes, 0), u32_at(bytes, 4)) {
        (Some(2), Some(count)) => reader.categories(count),
        _ => reader.damage("no jump list: its first bytes are not a custom list's header"),
    }
    reader.finish()
}

impl Reader<'_> {
    fn u32(&mut self) -> Option<u32> {
        let found = u32_at(self.bytes, self.at)?;
        self.at = self.at.saturating_add(4);
        Some(found)
    }

    fn damage(&mut self, reason: &str) {
        let rest = self.bytes.len().saturating_sub(self.at);
        let at = offset(self.at.min(self.bytes.len()));
        Damage::new(at, offset(rest), reason).push_to(&mut self.list.outcome.damage);
    }

    fn categories(&mut self, count: u32) {
        let mut read = 0_u32;
        while read < count && self.at < self.bytes.len() {
            let before = self.at;
            if self.category().is_none() {
                self.recover();
            }
            read = read.saturating_add(1);
            // A category takes at least its type; recovery may have found the end at once.
            if self.at <= before {
                break;
            }
        }
        if read < count {
            self.damage(&format!("{read} categories are there, {count} should be"));
        } else if self.at < self.bytes.len() {
            self.recover();
        }
    }

    /// One category up to its footer. `None` where something is out of order; what was read before
    /// is kept.
    fn category(&mut self) -> Option<()> {
        let kind = match self.u32()? {
            0 => {
                let length = usize::from(u16_at(self.bytes, self.at)?).checked_mul(2)?;
                let name = slice_at(self.bytes, self.at.checked_add(2)?, length)?;
                self.at = self.at.checked_add(2)?.checked_add(length)?;
                CategoryKind::Custom(terminated::utf16_whole(name))
            }
            1 => CategoryKind::Known(self.u32()?),
            2 => CategoryKind::Tasks,
            _ => {
                self.at = self.at.saturating_sub(4);
                return None;
            }
        };
        let count = match kind {
            CategoryKind::Known(_) => 0,
            _ => self.u32()?,
        };
        self.list.categories.push(Category {
            kind,
            items: Vec::new(),
        });
        for _ in 0..count {
            self.item()?;
        }
        if u32_at(self.bytes, self.at)? != FOOTER {
            return None;
        }
        self.at = self.at.saturating_add(4);
        Some(())
    }

    /// One item: the class, then the shortcut, whose end only its structure tells.
    fn item(&mut self) -> Option<()> {
        let class = self.bytes.get(self.at..).and_then(Guid::from_bytes)?;
        if class.to_string() != SHORTCUT {
            return None;
        }
        let begin = self.at.checked_add(16)?;
        let found = shortcut::read(self.bytes.get(begin..)?, self.ansi);
        let shortcut = found.shortcut?;
        for mut one in found.outcome.damage {
            one.offset = one.offset.saturating_add(offset(begin));
            one.push_to(&mut self.list.outcome.damage);
        }
        let length = shortcut.length;
        self.at = begin.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        let item = CustomItem {
            shortcut,
            locator: Locator::Bytes {
                offset: offset(begin),
                length,
            },
        };
        if let Some(category) = self.list.categories.last_mut() {
            category.items.push(item);
        }
        Some(())
    }

    /// Behind damage: the next footer ends the category; shortcuts before it are kept.
    fn recover(&mut self) {
        let from = self.at;
        let mut is_open = false;
        while self.at < self.bytes.len() {
            if u32_at(self.bytes, self.at) == Some(FOOTER) {
                let skipped = offset(self.at.saturating_sub(from));
                if skipped > 0 {
                    Damage::new(offset(from), skipped, "no category's item in order")
                        .push_to(&mut self.list.outcome.damage);
                }
                self.at = self.at.saturating_add(4);
                return;
            }
            let here = self.bytes.get(self.at..).unwrap_or_default();
            if here.get(16..).is_some_and(shortcut::is_shortcut) {
                if !is_open {
                    self.list.categories.push(Category {
                        kind: CategoryKind::Unknown,
                        items: Vec::new(),
                    });
                    is_open = true;
                }
                if self.item().is_some() {
                    continue;
                }
            }
            self.at = self.at.saturating_add(1);
        }
        let skipped = offset(self.bytes.len().saturating_sub(from));
        Damage::new(offset(from), skipped, "no category up to the end")
            .push_to(&mut self.list.outcome.damage);
    }

    fn finish(mut self) -> CustomList {
        let records: usize = self
            .list
            .categories
            .iter()
            .map(|category| category.items.len())
            .sum();
        let coverage = &mut self.list.outcome.coverage;
        *coverage = Coverage {
            records: offset(records),
            ..Coverage::default()
        };
        if !self.list.outcome.damage.is_empty() {
            coverage.note(SourceState::Damaged);
        }
        self.list
    }
}
