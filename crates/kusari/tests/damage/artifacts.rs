//! One artifact at a time, through the table of artifacts.

use std::collections::HashSet;

use kusari::intake::{ArtifactFile, ArtifactKind};
use kusari_fixtures::variants::{Variant, variant};

use crate::files::{Subject, subjects};
use crate::locality::Layout;
use crate::measure::{Limit, Spent, Tally, alone, measured};
use crate::seen::{Line, Seen, harvest};
use crate::settings;

/// Without a wish, so many bytes of each file are read damaged: small files several times, large
/// ones once, the largest ones only if the seed says so.
const BYTES_OF_A_FILE: usize = 6_000_000;
const LARGE: usize = 6_000_000;

fn rounds(subject: &Subject) -> u64 {
    let seed = settings::first_seed(&subject.name);
    settings::variants().unwrap_or(if subject.size > LARGE {
        u64::from(seed.is_multiple_of(4))
    } else {
        (BYTES_OF_A_FILE / subject.size.max(1)).clamp(1, 16) as u64
    })
}

#[test]
fn damaged_artifacts_cost_only_what_is_damaged() {
    let _alone = alone();
    let mut tally = Tally::default();
    for subject in subjects() {
        let rounds = rounds(&subject);
        if rounds == 0 {
            continue;
        }
        tally.files += 1;
        let file = subject.load();
        let bare = ArtifactFile {
            path: file.path.clone(),
            bytes: file.bytes.clone(),
            companions: Vec::new(),
        };
        let first = settings::first_seed(&subject.name);
        let seeds = first..first + rounds;
        if file.companions.is_empty() {
            one_file(&subject, bare, seeds, &mut tally);
        } else {
            let half = first + rounds.div_ceil(2);
            one_file(&subject, bare, first..half, &mut tally);
            with_companions(&subject, &file, half..seeds.end, &mut tally);
        }
    }
    tally.end("artifacts");
}

/// Reads a file that must not fail: panic, and so on.
fn read(kind: &ArtifactKind, file: &ArtifactFile, what: &str) -> Result<(Seen, Spent), String> {
    let file = ArtifactFile {
        path: file.path.clone(),
        bytes: file.bytes.clone(),
        companions: file.companions.clone(),
    };
    let (harvest, spent) = measured(what, || harvest(kind, file))?;
    Ok((Seen::of(&harvest), spent))
}

fn size_of(file: &ArtifactFile) -> usize {
    let companions: usize = file.companions.iter().map(|(_, bytes)| bytes.len()).sum();
    file.bytes.len() + companions
}

/// A file by itself: three of four variants with one stretch of damage, the fourth with many.
fn one_file(subject: &Subject, file: ArtifactFile, seeds: std::ops::Range<u64>, tally: &mut Tally) {
    let (sound, spent) = match read(subject.kind, &file, &subject.name) {
        Ok(read) => read,
        Err(failure) => return tally.failure(failure),
    };
    let limit = Limit::new(size_of(&file), spent);
    if let Some(failure) = limit.passed(spent) {
        tally.failure(format!("{}, sound: {failure}", subject.name));
    }
    let layout = Layout::of(subject.kind.name, &file.bytes);
    let mut damaged = file;
    let bytes = std::mem::take(&mut damaged.bytes);
    for seed in seeds {
        let many = seed.is_multiple_of(4);
        let one = damage(&bytes, seed, many);
        let what = format!(
            "{}, seed {seed}: {:?} at {:#x}..{:#x}{}",
            subject.name,
            one.kind,
            one.touched.start,
            one.touched.end,
            if many { " and many more" } else { "" }
        );
        damaged.bytes.clone_from(&one.bytes);
        let (seen, spent) = match read(subject.kind, &damaged, &what) {
            Ok(read) => read,
            Err(failure) => {
                tally.failure(failure);
                continue;
            }
        };
        tally.spent(&what, one.bytes.len(), spent);
        if let Some(failure) = limit.passed(spent) {
            tally.failure(format!("{what}: {failure}"));
        }
        if !many {
            let wanted = layout.untouched(&bytes, &one, &sound.lines);
            tally.looked_for += wanted.len();
            missing(&what, wanted, &seen, tally);
            if subject.kind.name == "event-log" {
                nothing_wrong_unsaid(&what, &sound, &seen, tally);
            }
        }
    }
}

/// One stretch of damage of up to 1, 16, 256, 4096 or 65536 bytes, or many small ones.
fn damage(bytes: &[u8], seed: u64, many: bool) -> Variant {
    let longest = 1 << (4 * (seed / 4 % 5));
    let mut one = variant(bytes, seed, longest);
    if many {
        let aimed = seed.is_multiple_of(8);
        for more in 0..1 + seed / 8 % 60 {
            let seed = seed ^ (more << 32);
            if aimed {
                wrong_field(&mut one.bytes, seed);
            } else {
                one.bytes = variant(&one.bytes, seed, 64).bytes;
            }
        }
    }
    one
}

/// Puts into the place of a 32-bit field what leads astray: the bounds of numbers, the field's
/// own place, a neighbour's, another field's value.
fn wrong_field(bytes: &mut [u8], seed: u64) {
    let fields = bytes.len() / 4;
    if fields == 0 {
        return;
    }
    let roll = settings::first_seed(&seed.to_string());
    let pick = |roll: u64| usize::try_from(roll % fields as u64).unwrap() * 4;
    let (to, from) = (pick(roll >> 4), pick(roll >> 20));
    let place = u32::try_from(to % (1 << 31)).unwrap();
    let value = match roll % 8 {
        0 => 0_u32,
        1 => u32::MAX,
        2 => 0x7FFF_FFFF,
        3 => 0x8000_0000,
        // Hives count from behind their header, event logs from their chunk.
        4 => place.saturating_sub(4096) & !7,
        5 => place.saturating_sub(4096) % 65536,
        _ => u32::from_le_bytes(bytes[from..from + 4].try_into().unwrap()),
    };
    bytes[to..to + 4].copy_from_slice(&value.to_le_bytes());
}

fn missing(what: &str, wanted: Vec<&Line>, seen: &Seen, tally: &mut Tally) {
    let found: HashSet<&str> = seen.lines.iter().map(|line| line.text.as_str()).collect();
    let lost: Vec<&&Line> = wanted
        .iter()
        .filter(|line| !found.contains(line.text.as_str()))
        .collect();
    if let Some(first) = lost.first() {
        let (count, of) = (lost.len(), wanted.len());
        if settings::is_verbose() {
            println!("{what}: {:#?}\nlost: {lost:#?}", seen.outcome);
        }
        tally.failure(format!(
            "{what}: {count} of {of} untouched lines are lost, first {} {}",
            first.at, first.text
        ));
    }
}

/// Event logs carry checksums: a line that the sound log does not give comes with damage said.
fn nothing_wrong_unsaid(what: &str, sound: &Seen, seen: &Seen, tally: &mut Tally) {
    let known: HashSet<&str> = sound.lines.iter().map(|line| line.text.as_str()).collect();
    let new = seen
        .lines
        .iter()
        .find(|line| !known.contains(line.text.as_str()));
    if let Some(new) = new
        && seen.outcome.damage.is_empty()
    {
        tally.failure(format!(
            "{what}: no damage is said, but this line is new: {}",
            new.text
        ));
    }
}

/// A hive with its transaction logs: every other variant damages the hive, the others a log.
fn with_companions(
    subject: &Subject,
    file: &ArtifactFile,
    seeds: std::ops::Range<u64>,
    tally: &mut Tally,
) {
    let readings = read(subject.kind, file, &subject.name).and_then(|whole| {
        let bare = ArtifactFile {
            path: file.path.clone(),
            bytes: file.bytes.clone(),
            companions: Vec::new(),
        };
        Ok((whole, read(subject.kind, &bare, &subject.name)?))
    });
    let ((whole, spent), (bare, _)) = match readings {
        Ok(readings) => readings,
        Err(failure) => return tally.failure(failure),
    };
    let limit = Limit::new(size_of(file), spent);
    let in_bare: HashSet<&str> = bare.lines.iter().map(|line| line.text.as_str()).collect();
    for seed in seeds {
        let mut damaged = ArtifactFile {
            path: file.path.clone(),
            bytes: file.bytes.clone(),
            companions: file.companions.clone(),
        };
        let count = damaged.companions.len() as u64;
        let log = (!seed.is_multiple_of(2)).then(|| usize::try_from(seed / 2 % count).unwrap());
        let target = match log {
            Some(log) => &mut damaged.companions[log].1,
            None => &mut damaged.bytes,
        };
        let one = damage(target, seed, false);
        target.clone_from(&one.bytes);
        let name = log.map_or("the hive", |log| file.companions[log].0.as_str());
        let what = format!(
            "{} with logs, seed {seed}: {:?} in {name} at {:#x}..{:#x}",
            subject.name, one.kind, one.touched.start, one.touched.end,
        );
        match read(subject.kind, &damaged, &what) {
            Err(failure) => tally.failure(failure),
            Ok((seen, spent)) => {
                tally.spent(&what, size_of(&damaged), spent);
                if let Some(failure) = limit.passed(spent) {
                    tally.failure(format!("{what}: {failure}"));
                }
                // What stands in the hive with and without its logs does not need them.
                if log.is_some() {
                    let wanted: Vec<&Line> = whole
                        .lines
                        .iter()
                        .filter(|line| !line.recovered && in_bare.contains(line.text.as_str()))
                        .collect();
                    tally.looked_for += wanted.len();
                    missing(&what, wanted, &seen, tally);
                }
            }
        }
    }
}
