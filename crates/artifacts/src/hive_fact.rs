//! One fact read from a registry hive, with the way back to it.

use kusari_evidence::time::Timestamp;

use crate::Locator;
use crate::registry::{Key, Value};

/// A fact and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiveFact<T> {
    /// The fact.
    pub value: T,
    /// The key or value that it was read from.
    pub locator: Locator,
    /// When the key that holds it was last written, by the machine's clock, in UTC. Another
    /// value of the same key may have caused that write: it bounds when the fact was last set
    /// (not after this time), it does not date it.
    pub key_written: Option<Timestamp>,
}

impl<T> HiveFact<T> {
    /// A fact that is the content of a value.
    pub(crate) fn of_value(key: &Key<'_>, value: &Value<'_>, content: T) -> Self {
        Self {
            value: content,
            locator: value.locator(),
            key_written: key.last_written(),
        }
    }
}

/// The text of a value, when the value is there, is a text and is not empty.
pub(crate) fn text(key: &Key<'_>, name: &str) -> Option<String> {
    key.value(name)?.text().filter(|text| !text.is_empty())
}

/// The text of a value as a fact.
pub(crate) fn text_fact(key: &Key<'_>, name: &str) -> Option<HiveFact<String>> {
    let value = key.value(name)?;
    let content = value.text().filter(|text| !text.is_empty())?;
    Some(HiveFact::of_value(key, &value, content))
}

/// The number of a value of 32 bits.
pub(crate) fn number(key: &Key<'_>, name: &str) -> Option<u32> {
    u32::try_from(key.value(name)?.number()?).ok()
}
