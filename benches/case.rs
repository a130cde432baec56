//! Whole folder cases, against merely reading the same files in the same run: a case should be
//! bound by reading its evidence, not by understanding it.
//!
//! The recorded incident of `testdata/amagasaki`, from folders and from disk images, and one Windows 10 machine of the corpus where
//! that stands. Files come out of the operating system's cache, so "merely reading" is a copy
//! from memory, the hardest yardstick there is; a disk is slower. "Read and hash" is what
//! evidence costs at least, because every source is cited by its SHA-256. One thread each, so
//! that the ratio says how much work there is; and the whole case once more on all cores.

// A bench may fail loudly.
#![allow(clippy::expect_used)]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kusari::{Case, Options, Reconstruction};
use kusari_evidence::hash::sha256;

/// All files below a folder.
fn files(folder: &Path, list: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, list);
        } else {
            list.push(path);
        }
    }
}

fn reconstruct(case: &Case, threads: Option<usize>) -> Reconstruction {
    let options = Options {
        threads,
        ..Options::default()
    };
    case.clone().reconstruct(&options).expect("a case")
}

fn measure(criterion: &mut Criterion, name: &str, case: &Case, evidence: &Path) {
    let mut paths = Vec::new();
    files(evidence, &mut paths);
    let read = || -> Vec<Vec<u8>> {
        paths
            .iter()
            .map(|path| std::fs::read(path).expect("a file"))
            .collect()
    };
    let there: u64 = read().iter().map(|bytes| bytes.len() as u64).sum();
    let done = reconstruct(case, None);
    let primary: u64 = done.sources().iter().map(|source| source.size).sum();
    eprintln!(
        "{name}: {} files with {there} bytes; {} sources with {primary} bytes, beside them their \
         transaction logs; {} events",
        paths.len(),
        done.sources().len(),
        done.timeline().count(),
    );

    let mut group = criterion.benchmark_group(format!("case/{name}"));
    group.sample_size(20);
    group.throughput(Throughput::Bytes(there));
    group.bench_function("merely reading", |bencher| {
        bencher.iter(|| black_box(read()));
    });
    group.bench_function("read and hash", |bencher| {
        bencher.iter(|| {
            for bytes in read() {
                black_box(sha256(&bytes));
            }
        });
    });
    group.bench_function("whole case, one thread", |bencher| {
        bencher.iter(|| black_box(reconstruct(case, Some(1))));
    });
    group.bench_function("whole case, all cores", |bencher| {
        bencher.iter(|| black_box(reconstruct(case, None)));
    });
    group.finish();
}

fn amagasaki(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/amagasaki");
    let case = Case::from_file(&folder.join("case.toml")).expect("the case file");
    measure(criterion, "amagasaki", &case, &folder.join("evidence"));
}

/// The same from disk images: here "merely reading" is reading the image files.
fn amagasaki_from_images(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/amagasaki");
    let case = Case::from_file(&folder.join("images.toml")).expect("the case file");
    measure(
        criterion,
        "amagasaki from images",
        &case,
        &folder.join("images"),
    );
}

fn one_machine(criterion: &mut Criterion) {
    let Some(folder) = kusari_fixtures::corpus::path("win10-DESKTOP-2KGM189") else {
        return;
    };
    let case = Case::builder().machine([folder.clone()]).build();
    measure(criterion, "win10-DESKTOP-2KGM189", &case, &folder);
}

criterion_group!(benches, amagasaki, amagasaki_from_images, one_machine);
criterion_main!(benches);
