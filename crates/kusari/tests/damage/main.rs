//! The whole program on damaged evidence: every file of the recorded incident and of the corpus
//! that Kusari reads, with bytes turned over, zeroed, overwritten, cut out, repeated, put in and
//! cut off. Nothing panics, hangs or grows beyond what the input's size allows, and what the
//! damage does not touch is still found.
//!
//! `KUSARI_DAMAGE_VARIANTS=60 cargo test -p kusari --test damage` asks for that many variants of
//! each file; without it a subset is read that takes well under a minute. `KUSARI_DAMAGE_SEED`
//! chooses other damage, `KUSARI_DAMAGE_FILE` only files whose name holds that text.

// A test may fail loudly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod artifacts;
mod cases;
mod files;
mod hive_cells;
mod images;
mod locality;
mod measure;
mod seen;
mod settings;
mod texts;
