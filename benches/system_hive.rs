//! Everything USB out of a SYSTEM hive, from the file's bytes to typed records, as the intake
//! does it: open (with log replay), survey for coverage and damage, read the devices, search for
//! deleted keys.
//!
//! The hives are those of the corpus. Without the corpus there is nothing to measure and the
//! bench says so. One thread. Copying the bytes for each opening is not measured.

// A bench may fail loudly.
#![allow(clippy::expect_used)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kusari_artifacts::registry::Hive;
use kusari_artifacts::system_hive::SystemHive;
use kusari_fixtures::corpus;

const HIVES: &[(&str, &str)] = &[
    ("windows-xp", "m57-pat-winxp/SYSTEM"),
    ("windows-7", "srl2012-WKS-WIN732BITA-win7/SYSTEM"),
    ("windows-8", "hive-negative-SENSEI/SYSTEM_2"),
    ("windows-10", "win10-DESKTOP-2KGM189/SYSTEM"),
];

fn system_hive(criterion: &mut Criterion) {
    for (name, path) in HIVES {
        let Some(bytes) = corpus::bytes(path) else {
            continue;
        };
        let hive = Hive::open(bytes.clone(), &[]).expect("a hive");
        let mut group = criterion.benchmark_group(format!("system_hive/{name}"));
        group.sample_size(20);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("devices out of an open hive", |bencher| {
            bencher.iter(|| black_box(SystemHive::read(&hive)));
        });
        group.bench_function("open, survey, devices", |bencher| {
            bencher.iter_batched(
                || bytes.clone(),
                |bytes| {
                    let hive = Hive::open(bytes, &[]).expect("a hive");
                    black_box(hive.outcome());
                    black_box(SystemHive::read(&hive));
                    hive
                },
                BatchSize::LargeInput,
            );
        });
        group.bench_function("open, survey, devices, deleted keys", |bencher| {
            bencher.iter_batched(
                || bytes.clone(),
                |bytes| {
                    let hive = Hive::open(bytes, &[]).expect("a hive");
                    black_box(hive.outcome());
                    let mut system = SystemHive::read(&hive);
                    system.add_recovered(&hive);
                    black_box(system);
                    hive
                },
                BatchSize::LargeInput,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, system_hive);
criterion_main!(benches);
