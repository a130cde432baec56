//! Kusari's results as terminal tables, Markdown, CSV, JSON and JSON lines, in English and
//! Japanese.

pub mod layout;
