//! Event logs: picking USB events out of a set of logs, and decoding everything, against the
//! `evtx` crate in the same run.
//!
//! The logs are those of the corpus, each cut to the chunks that hold records (the preallocated
//! rest of a log would flatter every reader), repeated until the set is larger than the caches.
//! Without the corpus there is nothing to measure and the bench says so. One thread.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use evtx::{EvtxParser, ParserSettings};
use kusari_artifacts::event_log::{Wanted, scan, scan_all};

const FOLDERS: &[&str] = &[
    "evtx-6416",
    "srl2012-WKS-WIN764BITB-win7-nfury",
    "win10-DESKTOP-2KGM189",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt",
];

/// How large the set of logs is made.
const SET_SIZE: usize = 200 << 20;

const USB: &[Wanted] = &[
    Wanted {
        provider: "Microsoft-Windows-Partition",
        event_ids: &[1006],
    },
    Wanted {
        provider: "Microsoft-Windows-Kernel-PnP",
        event_ids: &[400, 410, 420, 430, 441],
    },
    Wanted {
        provider: "Microsoft-Windows-DriverFrameworks-UserMode",
        event_ids: &[1003, 2003, 2004, 2006, 2010, 2100, 2101, 2102],
    },
    Wanted {
        provider: "Microsoft-Windows-UserPnp",
        event_ids: &[20001, 20003],
    },
    Wanted {
        provider: "Microsoft-Windows-Storsvc",
        event_ids: &[1001],
    },
    Wanted {
        provider: "Microsoft-Windows-StorDiag",
        event_ids: &[507],
    },
    Wanted {
        provider: "Microsoft-Windows-Ntfs",
        event_ids: &[4, 98, 142, 145],
    },
    Wanted {
        provider: "Microsoft-Windows-Security-Auditing",
        event_ids: &[6416, 4656, 4660, 4663],
    },
];

/// The log without the space behind its last chunk.
fn used(mut log: Vec<u8>) -> Vec<u8> {
    let mut end = 4096;
    let mut at = 4096;
    while log.get(at..at + 8) == Some(b"ElfChnk\0") {
        at += 65536;
        end = at;
    }
    log.truncate(end);
    log
}

fn corpus() -> Vec<Vec<u8>> {
    let mut logs = Vec::new();
    for folder in FOLDERS {
        let Some(folder) = kusari_fixtures::corpus::path(folder) else {
            continue;
        };
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|end| end == "evtx"))
            .collect();
        files.sort();
        logs.extend(
            files
                .iter()
                .filter_map(|path| std::fs::read(path).ok())
                .map(used),
        );
    }
    logs
}

fn size(logs: &[Vec<u8>]) -> u64 {
    logs.iter().map(|log| log.len() as u64).sum()
}

fn event_log(criterion: &mut Criterion) {
    let once = corpus();
    if once.is_empty() {
        eprintln!("no corpus, nothing to measure");
        return;
    }
    let times = SET_SIZE / usize::try_from(size(&once)).unwrap_or(SET_SIZE);
    let set: Vec<Vec<u8>> = std::iter::repeat_n(&once, times.max(1))
        .flatten()
        .cloned()
        .collect();
    eprintln!("{} logs, {} bytes", set.len(), size(&set));

    let mut group = criterion.benchmark_group("event_log");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(size(&set)));
    group.bench_function("usb events out of a set", |bencher| {
        bencher.iter(|| {
            let mut hits = 0_u64;
            for log in &set {
                scan(log, USB, &mut |event| hits += u64::from(event.event_id > 0));
            }
            black_box(hits)
        });
    });
    group.throughput(Throughput::Bytes(size(&once)));
    group.bench_function("every record, typed fields", |bencher| {
        bencher.iter(|| {
            let mut values = 0;
            for log in &once {
                scan_all(log, &mut |event| values += event.data.len());
            }
            black_box(values)
        });
    });
    group.bench_function("every record, evtx crate to JSON", |bencher| {
        bencher.iter(|| {
            let mut length = 0;
            for log in &once {
                for record in parser(log).records_json().flatten() {
                    length += record.data.len();
                }
            }
            black_box(length)
        });
    });
    group.bench_function("every record, evtx crate to XML", |bencher| {
        bencher.iter(|| {
            let mut length = 0;
            for log in &once {
                for record in parser(log).records().flatten() {
                    length += record.data.len();
                }
            }
            black_box(length)
        });
    });
    group.finish();
}

fn parser(log: &[u8]) -> EvtxParser<std::io::Cursor<Vec<u8>>> {
    let settings = ParserSettings::new().num_threads(1).indent(false);
    #[expect(
        clippy::unwrap_used,
        reason = "a log that does not open cannot be measured"
    )]
    EvtxParser::from_buffer(log.to_vec())
        .unwrap()
        .with_configuration(settings)
}

criterion_group!(benches, event_log);
criterion_main!(benches);
