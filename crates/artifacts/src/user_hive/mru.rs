//! Lists of what was used most recently (MRU).
//!
//! Such a key has one value a thing, named by a number or a letter, and one value with their
//! order: `MRUListEx`, 32-bit numbers that end at `FFFFFFFF`, or `MRUList`, letters. Source: libyal
//! winreg-kb, "Most recently used".

use std::borrow::Cow;
use std::collections::HashMap;

use kusari_evidence::time::Timestamp;

use super::reading::{Reading, number};
use crate::Locator;
use crate::registry::{Key, Value};
use crate::wire::u32_at;

/// The place of a thing in the list that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MruPlace {
    /// How many things of the list were used since; 0 for the last one used. `None` for one that
    /// the list's order does not name.
    pub position: Option<u32>,
    /// When the list's key was last written, by the machine's clock, in UTC.
    pub key_written: Option<Timestamp>,
    /// The value.
    pub locator: Locator,
}

impl MruPlace {
    /// When the key was written, for the thing used last; nothing for the others, whose times no
    /// list keeps.
    ///
    /// Using a thing brings it to the front, which writes the key: so the last one used was used
    /// then, unless something else wrote the key later (an entry was deleted, a setting of the
    /// folder itself was kept).
    #[must_use]
    pub fn used(&self) -> Option<Timestamp> {
        self.key_written.filter(|_| self.position == Some(0))
    }
}

/// A value of such a list.
#[derive(Debug)]
pub(super) struct MruValue<'h> {
    /// The number that is its name; a letter by its code.
    pub(super) number: u32,
    pub(super) place: MruPlace,
    pub(super) value: Value<'h>,
    pub(super) data: Cow<'h, [u8]>,
}

/// The values of a list, those used last first, those without a place behind them.
pub(super) fn values<'h>(key: &Key<'h>, reading: &mut Reading) -> Vec<MruValue<'h>> {
    let all = reading.values(key);
    let order = order(&all, reading);
    let key_written = key.last_written();
    let mut found = Vec::new();
    for (name, value) in all {
        let Some(number) = number(&name).or_else(|| letter(&name)) else {
            continue;
        };
        let Some(data) = reading.data(&value) else {
            continue;
        };
        let locator = value.locator();
        if !reading.take(key_length(&locator), value.cell()) {
            break;
        }
        let place = MruPlace {
            position: order.get(&number).copied(),
            key_written,
            locator,
        };
        found.push(MruValue {
            number,
            place,
            value,
            data,
        });
    }
    found.sort_by_key(|found| {
        let position = found.place.position;
        (position.is_none(), position, found.number)
    });
    found
}

/// How many bytes a locator keeps of its own.
pub(super) fn key_length(locator: &Locator) -> usize {
    match locator {
        Locator::Registry { key, .. } => key.len(),
        _ => 0,
    }
}

fn letter(name: &str) -> Option<u32> {
    let mut letters = name.chars();
    let (Some(only), None) = (letters.next(), letters.next()) else {
        return None;
    };
    only.is_ascii_lowercase().then(|| u32::from(only))
}

/// The place of each number in the order.
fn order(values: &[(String, Value<'_>)], reading: &mut Reading) -> HashMap<u32, u32> {
    let named = |wanted: &str| {
        values
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    };
    let numbers: Vec<u32> = if let Some(value) = named("MRUListEx") {
        let data = reading.data(value).unwrap_or_default();
        data.chunks_exact(4)
            .filter_map(|number| u32_at(number, 0))
            .take_while(|&number| number != u32::MAX)
            .collect()
    } else if let Some(value) = named("MRUList") {
        let text = reading.text(value).unwrap_or_default();
        text.chars().map(u32::from).collect()
    } else {
        Vec::new()
    };
    let mut order = HashMap::new();
    for (place, number) in (0_u32..).zip(numbers) {
        order.entry(number).or_insert(place);
    }
    order
}
