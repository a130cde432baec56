//! The file table `$MFT`, read through its own runs, with `$MFTMirr` where its first records are
//! damaged.
//!
//! Source: libfsntfs' format document, "The Master File Table" and "The metadata files".

use std::sync::Arc;

use super::attribute::{Attribute, AttributeType, Form};
use super::attribute_list;
use super::boot_sector::BootSector;
use super::cluster_stream::{ClusterStream, Clusters};
use super::extents::{Content, Extents};
use super::notes::Notes;
use super::record::{self, FileRecord, RecordError};
use super::record_pieces::RecordPieces;
use crate::fields::{narrowed, widened};
use crate::{FormatError, ReadAt, read_vec_at};

/// The file table.
pub(super) struct Mft {
    records: RecordPieces,
    /// How many records it has.
    count: u64,
    mirror: Mirror,
    notes: Arc<Notes>,
}

struct Mirror {
    clusters: Clusters,
    cluster: u64,
}

/// `$MFTMirr` holds the first four records at least.
const MIRRORED: u64 = 4;

/// A list of attributes is at most 256 KiB on Windows; what is longer was made to be.
pub(super) const LONGEST_ATTRIBUTE_LIST: u64 = 1 << 20;

const STRUCTURE: &str = "NTFS file table ($MFT)";

impl Mft {
    /// Finds the table by the boot sector.
    ///
    /// # Errors
    /// When its first record is damaged in the table and in the mirror, or has no runs.
    pub(super) fn open(
        clusters: &Clusters,
        boot: &BootSector,
        notes: Arc<Notes>,
    ) -> Result<Self, FormatError> {
        let record_size = u64::from(boot.record_size);
        let first = |cluster: u64| first_record(clusters, cluster, record_size);
        let (record, extents) = match first(boot.mft_cluster) {
            Ok(found) => found,
            Err(problem) => {
                let mirrored = first(boot.mirror_cluster).map_err(|of_mirror| {
                    let at = boot.mft_cluster.saturating_mul(clusters.size);
                    let problem = format!("{problem}; and in $MFTMirr: {of_mirror}");
                    FormatError::malformed(STRUCTURE, at, problem)
                })?;
                notes.add(format!(
                    "the first record of $MFT is damaged ({problem}); the one in $MFTMirr is used"
                ));
                mirrored
            }
        };
        let mut table = Self {
            records: pieces(clusters, extents.clone(), record_size),
            count: 0,
            mirror: Mirror {
                clusters: clusters.clone(),
                cluster: boot.mirror_cluster,
            },
            notes,
        };
        table.count_records(extents.size);
        if let Some(whole) = table.with_further_extents(clusters, &record, extents) {
            table.records = pieces(clusters, whole, record_size);
        }
        Ok(table)
    }

    fn count_records(&mut self, size: u64) {
        let most = self.mirror.clusters.volume.size();
        if size > most {
            self.notes.add(format!(
                "$MFT says that it has {size} bytes, more than the {most} bytes of the volume"
            ));
        }
        self.count = size.min(most) / self.record_size();
    }

    /// The table's runs that stand in other records, which are read from what is known so far.
    fn with_further_extents(
        &mut self,
        clusters: &Clusters,
        first: &FileRecord<'_>,
        mut extents: Extents,
    ) -> Option<Extents> {
        let list = first
            .attributes()
            .find(|attribute| attribute.kind == AttributeType::ATTRIBUTE_LIST)?;
        let list = match list_bytes(clusters, &list) {
            Ok(list) => list,
            Err(problem) => {
                extents.say(problem);
                return Some(extents);
            }
        };
        let mut asked = vec![0];
        for entry in attribute_list::entries(&list) {
            let number = entry.record.record();
            if entry.kind != AttributeType::DATA
                || !entry.name.is_empty()
                || asked.contains(&number)
            {
                continue;
            }
            asked.push(number);
            match self.record(number) {
                Ok(record) if record.base().is_some_and(|base| base.record() == 0) => {
                    for part in unnamed_data(&record) {
                        if let Form::NonResident(extent) = part.form {
                            extents.add(&extent);
                        }
                    }
                }
                Ok(_) => extents.say(format!("record {number} is no extension of $MFT")),
                Err(error) => extents.say(error.to_string()),
            }
            // The next record may stand in what this one maps.
            self.records = pieces(clusters, extents.clone(), self.record_size());
        }
        if let Some(problem) = &extents.problem {
            self.notes
                .add(format!("a part of $MFT cannot be found: {problem}"));
        }
        Some(extents)
    }

    /// How many records there are.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Bytes in a record.
    pub(super) const fn record_size(&self) -> u64 {
        self.records.record_size()
    }

    /// The bytes of the table.
    pub(super) fn bytes(&self) -> Arc<dyn ReadAt> {
        self.records.bytes()
    }

    /// The record with that number.
    ///
    /// # Errors
    /// When there is none, or it is damaged (of the first four: in the mirror, too).
    pub(super) fn record(&self, number: u64) -> Result<FileRecord<'static>, RecordError> {
        let damaged = |problem: String| RecordError::Damaged { number, problem };
        if number >= self.count {
            return Err(RecordError::Outside {
                number,
                count: self.count,
            });
        }
        let read = self
            .records
            .raw(number)
            .map_err(|error| damaged(error.to_string()))
            .and_then(|bytes| of_number(record::parse(bytes, number)?));
        match read {
            Err(RecordError::Damaged { problem, .. }) if number < MIRRORED => {
                let mirrored = self
                    .mirrored(number)
                    .map_err(|_| damaged(problem.clone()))?;
                self.notes.add(format!(
                    "record {number} of $MFT is damaged ({problem}); the one in $MFTMirr is used"
                ));
                Ok(mirrored)
            }
            read => read,
        }
    }

    fn mirrored(&self, number: u64) -> Result<FileRecord<'static>, RecordError> {
        let Mirror { clusters, cluster } = &self.mirror;
        let within = number.saturating_mul(self.record_size());
        let bytes = read_clusters(clusters, *cluster, within, self.record_size())
            .map_err(|problem| RecordError::Damaged { number, problem })?;
        of_number(record::parse(bytes, number)?)
    }
}

/// A record in use that says another number than its place gives it was written to a wrong place.
/// mkntfs writes no number into the records that it leaves unused.
pub(super) fn of_number(record: FileRecord<'_>) -> Result<FileRecord<'_>, RecordError> {
    let number = record.number();
    match record.stated_number() {
        Some(stated) if record.in_use() && u64::from(stated) != number & 0xFFFF_FFFF => {
            Err(RecordError::Damaged {
                number,
                problem: format!("it says that it is record {stated}"),
            })
        }
        _ => Ok(record),
    }
}

fn pieces(clusters: &Clusters, extents: Extents, record_size: u64) -> RecordPieces {
    let stream = ClusterStream::new(clusters.clone(), extents);
    RecordPieces::new(Arc::new(stream), record_size)
}

fn first_record(
    clusters: &Clusters,
    cluster: u64,
    record_size: u64,
) -> Result<(FileRecord<'static>, Extents), String> {
    let bytes = read_clusters(clusters, cluster, 0, record_size)?;
    let record = record::parse(bytes, 0).and_then(of_number);
    let record = record.map_err(|error| error.to_string())?;
    let is_table = record.file_names().any(|name| name.name.is("$MFT"));
    if !is_table {
        return Err("record 0: its name is not $MFT".to_owned());
    }
    match Content::gather(unnamed_data(&record))? {
        Some(Content::Clusters(extents)) if !extents.runs.is_empty() => Ok((record, extents)),
        _ => Err("record 0: it says no clusters".to_owned()),
    }
}

fn read_clusters(
    clusters: &Clusters,
    cluster: u64,
    within: u64,
    length: u64,
) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; narrowed(length)];
    let mut filled = 0_usize;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        let at = within.saturating_add(widened(filled));
        let count = clusters
            .read(cluster, at, rest)
            .map_err(|error| error.to_string())?;
        filled = filled.saturating_add(count);
    }
    Ok(bytes)
}

fn unnamed_data<'a>(record: &'a FileRecord<'_>) -> impl Iterator<Item = Attribute<'a>> {
    record
        .attributes()
        .filter(|attribute| attribute.kind == AttributeType::DATA && attribute.name.is_empty())
}

/// The bytes of an attribute list, in the record or in clusters. Its runs stand in one record.
pub(super) fn list_bytes(clusters: &Clusters, list: &Attribute<'_>) -> Result<Vec<u8>, String> {
    match Content::gather([*list].into_iter())? {
        Some(Content::Resident(bytes, _)) => Ok(bytes),
        Some(Content::Clusters(extents)) if extents.size > LONGEST_ATTRIBUTE_LIST => Err(format!(
            "its attribute list says that it has {} bytes",
            extents.size
        )),
        Some(Content::Clusters(extents)) => {
            let size = extents.size;
            let stream = ClusterStream::new(clusters.clone(), extents);
            read_vec_at(&stream, 0, size)
                .map_err(|error| format!("its attribute list cannot be read: {error}"))
        }
        None => Ok(Vec::new()),
    }
}
