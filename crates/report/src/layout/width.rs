//! How many columns of a terminal a text takes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that a text takes; ambiguous characters (`※`) count as one, as terminals draw
/// them unless told otherwise.
pub(super) fn of(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The columns that one character takes: 0, 1 or 2.
pub(crate) fn of_char(character: char) -> usize {
    UnicodeWidthChar::width(character).unwrap_or(0)
}
