//! The records of a collected file table, and which of them belong to one file.

use super::super::attribute::Attribute;
use super::super::attribute_list;
use super::super::mft::of_number;
use super::super::record::{self, FileRecord, RecordError};
use super::super::record_pieces::Records;
use super::super::reference::{FileReference, sequence_when_freed};
use super::CollectedFileTable;

/// The most records of one file: an attribute list of 256 KiB names as many.
const MOST_EXTENSIONS: usize = 8_192;

/// Whether an extension that names its base so is one of that record: with the sequence number that
/// it has, or had while its file lived.
fn is_base(base: &FileRecord<'_>, named: FileReference) -> bool {
    let sequence = named.sequence();
    named.record() == base.number()
        && (sequence == base.sequence()
            || (!base.in_use() && sequence_when_freed(sequence) == base.sequence()))
}

impl Records for CollectedFileTable {
    fn record(&self, number: u64) -> std::result::Result<FileRecord<'static>, RecordError> {
        if number >= self.count {
            return Err(RecordError::Outside {
                number,
                count: self.count,
            });
        }
        let bytes = self
            .records
            .raw(number)
            .map_err(|error| RecordError::Damaged {
                number,
                problem: error.to_string(),
            })?;
        of_number(record::parse(bytes, number)?)
    }

    /// A list that lies in clusters was not collected. The records that it would name say
    /// themselves whose extensions they are.
    fn listed(
        &self,
        base: &FileRecord<'_>,
        list: &Attribute<'_>,
    ) -> std::result::Result<Vec<u64>, String> {
        if let Some(list) = list.resident() {
            let entries = attribute_list::entries(list);
            return Ok(entries.map(|entry| entry.record.record()).collect());
        }
        let table = &self.tree().table;
        let own = |number: &u64| {
            let record = self.record(*number).ok();
            record
                .and_then(|record| record.base())
                .is_some_and(|named| is_base(base, named))
        };
        let extensions = table.extensions_of(base.number());
        Ok(extensions.take(MOST_EXTENSIONS).filter(own).collect())
    }
}
