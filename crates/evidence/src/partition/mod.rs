//! Partition tables: how a disk is divided, and what lies between its partitions.
//!
//! [`read`] reads the master boot record with its chains of logical partitions, and the GUID
//! partition table with its backup. It never fails: what is damaged stands in the notes, and what
//! can still be read is given. [`search`] looks for volumes that no table names (any more).
//!
//! Sources: UEFI specification 2.10, chapter 5 (protective MBR, GPT header and entries, backup);
//! Microsoft Learn, "Disk Concepts and Troubleshooting" (MBR, extended boot records, disk
//! signature) and `PARTITION_INFORMATION_GPT` (type GUIDs and attributes of Windows); the names of
//! types from `sfdisk -T`; tables written by sfdisk and sgdisk and read back by them and by the
//! sleuthkit's `mmls` (`docs/validation/partitions.md`).

mod bytes;
mod extended;
mod foreign;
mod gpt;
mod gpt_copies;
mod kind;
mod mbr;
mod mbr_disk;
mod notes;
mod search;
mod space;
mod table;

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod tool_tests;

pub use kind::{PartitionKind, gpt_attribute_names};
pub use mbr::{Mbr, MbrPartition};
pub use search::{SearchResult, search};
pub use table::{Origin, Partition, PartitionTable, Scheme, Span, read};
