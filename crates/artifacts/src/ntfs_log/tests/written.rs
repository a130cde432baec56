//! What the fixture writer writes, as somebody else reads it: ntfsrecover, which comes with
//! ntfs-3g and also takes a log file by itself.

use std::collections::BTreeSet;

use kusari_fixtures::ntfs_log::LogWriter;
use kusari_fixtures::tools;

use super::super::*;
use super::make;

#[test]
fn ntfsrecover_reads_the_logs_that_are_written_here() {
    for version in [1, 2] {
        let mut log = LogWriter::new(version, 512 * 4096);
        log.checkpoint();
        for number in 0..500 {
            make(&mut log, 40 + number, 1, &format!("file {number}"));
        }
        log.checkpoint();
        let bytes = log.finish(true, false);
        let name = format!("kusari-log-{version}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let mut ours = BTreeSet::new();
        LogFile::read(&bytes).records(|record| {
            let operations = record.update().map(|update| (update.redo.0, update.undo.0));
            ours.insert((record.lsn, operations));
        });
        // Without `-k` it does nothing on logs of version 2.
        let arguments = ["-k", "-f", "-n", "-v", path.to_str().unwrap()];
        let output = tools::run("ntfsrecover", &arguments);
        let _ = std::fs::remove_file(&path);
        let Some(output) = output else { return };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut theirs = BTreeSet::new();
        let (mut lsn, mut kind, mut redo) = (0, 0, 0);
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let (Some(field), Some(value)) = (words.next(), words.next()) else {
                continue;
            };
            let number = u64::from_str_radix(value, 16).unwrap_or(0);
            let short = u16::try_from(number).unwrap_or(0);
            match field {
                "this_lsn" => lsn = number,
                "record_type" => kind = short,
                "redo_operation" => redo = short,
                "undo_operation" => {
                    theirs.insert((lsn, (kind == 1).then_some((redo, short))));
                }
                _ => {}
            }
        }
        assert_eq!(ours.len(), 1502);
        let missing: Vec<_> = ours.symmetric_difference(&theirs).take(5).collect();
        assert!(
            missing.is_empty(),
            "version {version}: {} {} {missing:x?}",
            ours.len(),
            theirs.len()
        );
    }
}
