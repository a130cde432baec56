//! How fast a change journal is read: a volume with hundreds of thousands of files in folders that
//! are made, renamed and deleted meanwhile. `KUSARI_USN_JOURNAL` names a file to which the journal
//! is written, for other people's readers; `KUSARI_USN_RECORDS` says how many records it has, a
//! million unless told.

// A bench may fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kusari_artifacts::usn_journal::{Journal, PathStanding, ReadOptions, carve, scan};
use kusari_fixtures::usn_journal::{Change, JournalWriter};

/// Records of the journal; about 110 bytes each.
fn wanted() -> u64 {
    match std::env::var("KUSARI_USN_RECORDS") {
        Ok(count) => count.parse().unwrap(),
        Err(_) => 1_000_000,
    }
}

const FOLDERS: u64 = 20_000;

/// 2022-06-21T00:00:00Z.
const TIME: u64 = 133_002_432_000_000_000;

struct Volume {
    writer: JournalWriter,
    names: Vec<String>,
    parents: Vec<u64>,
    records: u64,
}

impl Volume {
    fn write(&mut self, (record, parent): (u64, u64), reasons: u32, name: &str, folder: bool) {
        // The root's record is 5; those of folders stand behind it, those of files behind these.
        let reference = |record: u64| (record | if record == 5 { 5 } else { 1 } << 48, 0);
        self.writer.change(&Change {
            version: 2,
            file: reference(record),
            parent: reference(parent),
            time: TIME + self.records * 1000,
            reasons,
            source: 0,
            security_id: 0,
            attributes: if folder { 0x10 } else { 0x20 },
            name: name.encode_utf16().collect(),
        });
        self.records += 1;
    }

    fn folder(&mut self, at: u64, reasons: u32) {
        let index = usize::try_from(at).unwrap();
        let name = self.names[index].clone();
        self.write((100 + at, self.parents[index]), reasons, &name, true);
    }
}

fn journal(records: u64) -> Vec<u8> {
    let mut volume = Volume {
        writer: JournalWriter::new(1 << 32),
        names: Vec::new(),
        parents: Vec::new(),
        records: 0,
    };
    for at in 0..FOLDERS {
        volume.names.push(format!("folder number {at}"));
        volume.parents.push(if at < 10 { 5 } else { 100 + at / 8 });
        volume.folder(at, 0x100);
        volume.folder(at, 0x8000_0100);
    }
    let mut random = 88_172_645_463_325_252_u64;
    let mut number = 0;
    while volume.records < records {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        number += 1;
        let at = (random >> 20) % FOLDERS;
        if number % 100 == 0 {
            volume.folder(at, 0x1000);
            volume.names[usize::try_from(at).unwrap()] = format!("renamed {number}");
            volume.folder(at, 0x2000);
            volume.folder(at, 0x8000_2000);
        }
        let file = (1_000_000 + number, 100 + at);
        let name = match number % 20 {
            0 => format!("見積書 {number}.xlsx"),
            _ => format!("document {number} final.docx"),
        };
        for reasons in [0x100, 0x102, 0x8102, 0x8000_8102] {
            volume.write(file, reasons, &name, false);
        }
    }
    volume.writer.into_bytes()
}

fn bench(criterion: &mut Criterion) {
    let records = wanted();
    let bytes = journal(records);
    if let Some(path) = std::env::var_os("KUSARI_USN_JOURNAL") {
        std::fs::write(path, &bytes).unwrap();
    }
    let mut group = criterion.benchmark_group("usn_journal");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(u64::try_from(bytes.len()).unwrap()));
    group.bench_function("records", |bencher| {
        bencher.iter(|| {
            let mut sum = 0_u64;
            scan(black_box(&bytes), None, |record| {
                sum = sum.wrapping_add(record.usn);
            });
            sum
        });
    });
    group.bench_function("records, kept, with full paths", |bencher| {
        bencher.iter(|| {
            let journal = Journal::read(black_box(&bytes), &ReadOptions::default());
            let folders = journal.folders(None);
            let mut paths = folders.paths();
            let (mut path, mut length) = (String::new(), 0_usize);
            for number in 0..journal.len() {
                path.clear();
                assert_eq!(paths.append(number, &mut path), PathStanding::Known);
                length += path.len();
            }
            assert!(u64::from(journal.len()) >= records);
            length
        });
    });
    group.bench_function("records, kept, with full paths and activities", |bencher| {
        bencher.iter(|| {
            let journal = Journal::read(black_box(&bytes), &ReadOptions::default());
            let folders = journal.folders(None);
            let mut paths = folders.paths();
            let mut path = String::new();
            let mut sum = 0_usize;
            for activity in journal.activities() {
                path.clear();
                paths.append(activity.record, &mut path);
                sum += path.len();
            }
            sum
        });
    });
    group.bench_function("carve", |bencher| {
        bencher.iter(|| carve(black_box(&bytes), |_| {}).coverage.records);
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
