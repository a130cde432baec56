//! Registry hives: opening, looking up, walking, surveying and searching one SYSTEM hive, and
//! walking it with nt-hive in the same run.
//!
//! The hives are those of the corpus. Without the corpus there is nothing to measure and the
//! bench says so. One thread. Copying the bytes for each opening is not measured.

// A bench may fail loudly.
#![allow(clippy::expect_used)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kusari_artifacts::registry::{Hive, Key};
use kusari_fixtures::corpus;

const SYSTEM: &str = "win10-DESKTOP-2KGM189/SYSTEM";
const DIRTY: &str = "rathbun-win10-DESKTOP-GNCCVRK-nousb/registry";

/// The subtrees that the USB artifacts are read from.
const SUBTREES: &[&str] = &[
    r"ControlSet001\Enum\USBSTOR",
    r"ControlSet001\Enum\USB",
    r"ControlSet001\Enum\SCSI",
    r"ControlSet001\Enum\SWD\WPDBUSENUM",
    r"ControlSet001\Control\DeviceContainers",
    r"MountedDevices",
    r"Select",
];

fn walk(key: Key<'_>) -> usize {
    let mut bytes = key.name().len();
    for value in key.values() {
        bytes += value.name().len() + value.data().len();
    }
    bytes + key.subkeys().map(walk).sum::<usize>()
}

fn walk_nt_hive(key: &nt_hive::KeyNode<'_, &[u8]>) -> usize {
    let mut bytes = key.name().map_or(0, |name| name.to_string_lossy().len());
    for value in key.values().and_then(Result::ok).into_iter().flatten() {
        let Ok(value) = value else { continue };
        bytes += value.name().map_or(0, |name| name.to_string_lossy().len());
        bytes += value
            .data()
            .ok()
            .and_then(|data| data.into_vec().ok())
            .map_or(0, |data| data.len());
    }
    let subkeys = key.subkeys().and_then(Result::ok).into_iter().flatten();
    bytes
        + subkeys
            .flatten()
            .map(|key| walk_nt_hive(&key))
            .sum::<usize>()
}

fn system(criterion: &mut Criterion) {
    let Some(bytes) = corpus::bytes(SYSTEM) else {
        return;
    };
    let mut group = criterion.benchmark_group("hive");
    group.sample_size(20);
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    let open = || Hive::open(bytes.clone(), &[]).expect("a hive");
    group.bench_function("open and read the USB subtrees", |bencher| {
        bencher.iter_batched(
            || bytes.clone(),
            |bytes| {
                let hive = Hive::open(bytes, &[]).expect("a hive");
                let found: usize = SUBTREES
                    .iter()
                    .filter_map(|path| hive.key(path))
                    .map(walk)
                    .sum();
                black_box(found);
                hive
            },
            BatchSize::LargeInput,
        );
    });
    let hive = open();
    group.bench_function("walk all keys and values", |bencher| {
        bencher.iter(|| black_box(hive.root().map(walk)));
    });
    group.bench_function("walk all keys and values with nt-hive", |bencher| {
        let theirs = nt_hive::Hive::without_validation(hive.bytes()).expect("a hive");
        bencher.iter(|| black_box(walk_nt_hive(&theirs.root_key_node().expect("a root"))));
    });
    group.bench_function("survey for coverage and damage", |bencher| {
        bencher.iter_batched(
            open,
            |hive| {
                black_box(hive.outcome());
                hive
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("search for deleted keys, survey included", |bencher| {
        bencher.iter_batched(
            open,
            |hive| {
                black_box(hive.recovered_keys().count());
                hive
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn replay(criterion: &mut Criterion) {
    let read = |name: &str| corpus::bytes(&format!("{DIRTY}/{name}"));
    let (Some(primary), Some(log1), Some(log2)) = (
        read("UsrClass.dat"),
        read("UsrClass.dat.LOG1"),
        read("UsrClass.dat.LOG2"),
    ) else {
        return;
    };
    let logs = [log1, log2];
    let mut group = criterion.benchmark_group("hive");
    group.throughput(Throughput::Bytes(
        logs.iter().map(|log| log.len() as u64).sum(),
    ));
    group.bench_function("open and replay two logs", |bencher| {
        bencher.iter_batched(
            || primary.clone(),
            |primary| Hive::open(primary, &logs).expect("a hive"),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, system, replay);
criterion_main!(benches);
