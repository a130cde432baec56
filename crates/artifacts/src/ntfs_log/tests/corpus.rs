//! The logs of the corpus: three that Windows wrote, held against the file tables of their volumes.

use std::collections::BTreeMap;
use std::path::Path;

use kusari_evidence::ntfs::record;
use kusari_evidence::{EvidenceFile, FileSystem, read_vec_at};
use kusari_fixtures::{corpus, tools};

use super::super::*;

fn file(files: &dyn FileSystem, path: &str) -> Vec<u8> {
    let file = files.open(path, None).unwrap();
    let bytes = EvidenceFile::bytes(&file);
    read_vec_at(bytes.as_ref(), 0, bytes.size()).unwrap()
}

/// What was counted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    records: u64,
    created: u32,
    deleted: u32,
    renamed: u32,
    times: u32,
    /// Records of the file table whose LSN lies in the span of the log.
    lsn_in_span: u32,
    /// Records of the file table whose LSN is that of a log record.
    lsn_found: u32,
    /// Of these, log records that change another file record by their target.
    lsn_of_other: u32,
    /// Files made in the log that the file table holds with the same reference, name and folder.
    in_table: u32,
    /// Files made in the log whose file record was given to another since.
    given_on: u32,
}

fn count(path: &Path) -> Counts {
    let evidence = kusari_evidence::open(path).unwrap();
    let volume = evidence.volumes.iter().find(|volume| {
        let files = volume.file_system.as_ref();
        files.open("$LogFile", None).is_ok()
    });
    let files = volume.unwrap().file_system.as_ref();
    let (log, table) = (file(files, "$LogFile"), file(files, "$MFT"));
    let log = LogFile::read(&log);
    let geometry = log.geometry().unwrap();
    let mut counts = Counts::default();
    let mut targets = BTreeMap::new();
    let outcome = log.records(|record| {
        let target = record
            .update()
            .map(|update| (update.redo, geometry.record_of(&update.target)));
        targets.insert(record.lsn, target);
    });
    assert_eq!(outcome.damage, []);
    counts.records = outcome.coverage.records;
    let records: BTreeMap<u64, _> = (0_u64..)
        .zip(table.chunks_exact(1024))
        .filter_map(|(number, bytes)| Some((number, record::parse(bytes.to_vec(), number).ok()?)))
        .collect();
    let (first, _) = targets.first_key_value().unwrap();
    for (number, record) in &records {
        counts.lsn_in_span += u32::from(record.log_sequence_number() >= *first);
        if let Some(target) = targets.get(&record.log_sequence_number()) {
            counts.lsn_found += 1;
            let target = target.and_then(|(_, target)| target);
            counts.lsn_of_other += u32::from(target != Some(*number));
        }
    }
    log.changes(None, |change| {
        assert_eq!(change.standing, Standing::Committed);
        match &change.what {
            Change::Created {
                file,
                name,
                indexed,
                ..
            } => {
                counts.created += 1;
                assert!(indexed, "{change:?}");
                let record = &records[&file.record()];
                if record.reference() != *file || !record.in_use() {
                    counts.given_on += 1;
                    return;
                }
                let same = record.file_names().any(|other| {
                    other.parent == name.parent
                        && other.name.to_text() == name.name
                        && other.times.created == name.times.created
                });
                counts.in_table += u32::from(same);
            }
            Change::Deleted {
                record,
                sequence,
                name,
            } => {
                counts.deleted += 1;
                assert!(name.is_some());
                assert!(records[record].sequence() > sequence.unwrap());
            }
            Change::Renamed { .. } => counts.renamed += 1,
            Change::TimesChanged { .. } => counts.times += 1,
            Change::NameAdded { .. } | Change::NameRemoved { .. } => {}
        }
    });
    counts
}

#[test]
fn logs_agree_with_the_file_tables_beside_them() {
    if let Some(path) = corpus::path("images/ntfs_img.dd") {
        let expected = Counts {
            records: 241,
            created: 8,
            times: 20,
            lsn_in_span: 11,
            lsn_found: 11,
            in_table: 8,
            ..Counts::default()
        };
        assert_eq!(count(&path), expected);
    }
    if let Some(path) = corpus::path("images/vsstest.qcow2") {
        let expected = Counts {
            records: 3417,
            created: 19,
            deleted: 1,
            renamed: 1,
            times: 19,
            lsn_in_span: 251,
            lsn_found: 251,
            in_table: 18,
            given_on: 1,
            ..Counts::default()
        };
        assert_eq!(count(&path), expected);
    }
    if let Some(path) = corpus::path("images/SampleTinyNtfsVolume.zip") {
        let folder = std::env::temp_dir().join(format!("kusari-log-{}", std::process::id()));
        let (zip, out) = (path.to_str().unwrap(), folder.to_str().unwrap());
        if tools::output("unzip", &["-q", "-o", zip, "-d", out]).is_some() {
            let expected = Counts {
                records: 796,
                created: 21,
                deleted: 2,
                renamed: 1,
                times: 19,
                lsn_in_span: 251,
                lsn_found: 251,
                in_table: 19,
                given_on: 2,
                ..Counts::default()
            };
            assert_eq!(
                count(&folder.join("SampleTinyNtfsVolume/partition.dd")),
                expected
            );
        }
        let _ = std::fs::remove_dir_all(&folder);
    }
}
