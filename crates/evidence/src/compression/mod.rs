//! Decompressors for what Windows compresses on its volumes: files with the NTFS attribute
//! "compressed" ([`lznt1`]), and files compressed by the Windows Overlay Filter, which Compact OS
//! and `compact /exe` make ([`xpress_huffman`], [`lzx`]).
//!
//! Each function works on one piece that stands alone (a compression unit, a chunk), from a slice
//! to a slice. None allocates, none writes outside the slice that it was given, and none keeps
//! anything between two calls, so pieces can be decompressed in parallel.
//!
//! None of the three formats carries a checksum: damage that still makes sense to the format
//! cannot be told from data. Damage that makes no sense is a [`DecompressError`], and then what
//! stands in the output is to be thrown away.

pub mod lznt1;
pub mod lzx;
pub mod xpress_huffman;

mod bit_reader;
mod error;
mod output;
mod prefix_code;

#[cfg(test)]
mod ntfs_3g_tests;
#[cfg(test)]
mod wim_tests;

pub use error::DecompressError;
