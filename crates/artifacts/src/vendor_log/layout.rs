//! How the text of a login log is laid out.

use super::pattern::Pattern;

/// Either lines of `key = value` in blocks, or rows of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    Blocks(BlockLayout),
    Rows(RowLayout),
}

/// Blocks of `key = value` lines, each begun by a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BlockLayout {
    /// The line that begins a block; what it captures are fields as well.
    pub(super) begins: Pattern,
    /// What stands between a key and its value.
    pub(super) separator: String,
    /// The keys of a whole block in their order; empty when the profile doesn't say.
    pub(super) keys: Vec<String>,
}

/// Rows of columns, with quotation marks as in CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowLayout {
    pub(super) delimiter: char,
    /// The names of the columns, or `None` where a header row names them.
    pub(super) columns: Option<Vec<String>>,
}
