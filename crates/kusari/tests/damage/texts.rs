//! Login logs, their profiles and case files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use kusari::{Case, Options};
use kusari_artifacts::Locator;
use kusari_artifacts::vendor_log::{Profile, Redaction, records};
use kusari_fixtures::corpus;
use kusari_fixtures::variants::variant;

use crate::files::testdata;
use crate::locality::Layout;
use crate::measure::{Limit, Spent, Tally, alone, measured};
use crate::seen::Line;
use crate::settings;

/// A place for files that are read by their path.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("damage")
        .join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn login_logs() -> Vec<PathBuf> {
    let evidence = testdata().join("evidence");
    let mut logs = vec![evidence.join("012.txt"), evidence.join("013.txt")];
    for label in ["012", "013"] {
        logs.extend(corpus::path(&format!(
            "../acceptance/amagasaki/vendor_log_{label}.txt"
        )));
    }
    logs
}

/// What a case of nothing but this login log says.
fn read(path: &Path, what: &str) -> Result<(Vec<Line>, Spent), String> {
    let case = Case::builder()
        .vendor_log("012", path.to_owned(), "iodata")
        .build();
    let options = Options {
        threads: Some(1),
        ..Options::default()
    };
    let (reconstruction, spent) = measured(what, || case.reconstruct(&options))?;
    let Ok(reconstruction) = reconstruction else {
        // An empty file is no evidence; that is said, and nothing is found.
        return Ok((Vec::new(), spent));
    };
    let mut lines: Vec<(usize, Line)> = reconstruction
        .timeline()
        .map(|event| {
            let line = Line {
                at: event.locator.clone(),
                text: format!(
                    "{} {} {} on {:?} by {:?}: {}",
                    event.recorded,
                    event.meaning,
                    event.action.name(),
                    event.machine,
                    event.user,
                    event.message
                ),
                recovered: false,
            };
            (event.index, line)
        })
        .collect();
    lines.sort_by_key(|(index, _)| *index);
    Ok((lines.into_iter().map(|(_, line)| line).collect(), spent))
}

#[test]
fn damaged_login_logs_cost_only_the_damaged_records() {
    let _alone = alone();
    let mut tally = Tally::default();
    let folder = scratch("login-logs");
    for path in login_logs() {
        let name = path.to_string_lossy().into_owned();
        if !settings::is_wanted(&name) {
            continue;
        }
        tally.files += 1;
        let bytes = std::fs::read(&path).unwrap();
        let (sound, spent) = read(&path, &name).unwrap();
        assert!(!sound.is_empty(), "{name}");
        let limit = Limit::new(bytes.len(), spent);
        let layout = Layout::of("vendor-log", &bytes);
        // By its name alone: the seeds are the same wherever the checkout stands.
        let own_name = path.file_name().unwrap().to_string_lossy();
        let first = settings::first_seed(&own_name);
        for seed in first..first + settings::variants().unwrap_or(30) {
            let longest = 1 << (3 * (seed % 4));
            let damage = variant(&bytes, seed, longest);
            let what = format!(
                "{name}, seed {seed}: {:?} at {:?}",
                damage.kind, damage.touched
            );
            let damaged = folder.join("login-log.txt");
            std::fs::write(&damaged, &damage.bytes).unwrap();
            match read(&damaged, &what) {
                Err(failure) => tally.failure(failure),
                Ok((lines, spent)) => {
                    tally.spent(&what, bytes.len(), spent);
                    if let Some(failure) = limit.passed(spent) {
                        tally.failure(format!("{what}: {failure}"));
                    }
                    let found: HashSet<&str> =
                        lines.iter().map(|line| line.text.as_str()).collect();
                    let wanted = layout.untouched(&bytes, &damage, &sound);
                    tally.looked_for += wanted.len();
                    for lost in wanted
                        .iter()
                        .filter(|line| !found.contains(line.text.as_str()))
                    {
                        tally.failure(format!("{what}: lost {}", lost.text));
                    }
                }
            }
        }
    }
    tally.end("login logs");
}

/// Changes to TOML that a hand makes, beside those that a bad disk makes.
fn edited(text: &str, seed: u64) -> Vec<u8> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || "=,[]{}\"".contains(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let mut state = seed;
    let mut below = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % limit.max(1)
    };
    for _ in 0..1 + below(4) {
        let at = below(lines.len());
        let word = &words[below(words.len())];
        let strange = [
            "-9223372036854775808",
            "9999999999999999999999",
            "1e308",
            "\"\"",
            "\"%\"",
            "\"0000-00-00\"",
            "\"9999-12-31T23:59:59+23:59\"",
            "\"-99999999999999d\"",
            "[]",
            "{}",
            "true",
            "1979-05-27T07:32:00Z",
        ];
        match below(7) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[below(lines.len())].clone()),
            2 => {
                let other = below(lines.len());
                lines.swap(at, other);
            }
            3 => {
                // Another value.
                if let Some((key, _)) = lines[at].split_once('=') {
                    lines[at] = format!("{key}= {}", strange[below(strange.len())]);
                }
            }
            4 => {
                // Another word.
                let own = words[below(words.len())].clone();
                lines[at] = lines[at].replacen(own.as_str(), word, 1);
            }
            5 => {
                // A text that means nothing, where a text stood.
                if let Some((before, rest)) = lines[at].split_once('"')
                    && let Some((_, behind)) = rest.split_once('"')
                {
                    lines[at] = format!("{before}\"{word}\"{behind}");
                }
            }
            _ => {
                let digit = char::from(b'0' + u8::try_from(below(10)).unwrap());
                lines[at] = lines[at].replace(digit, "99");
            }
        }
        if lines.is_empty() {
            lines.push(String::new());
        }
    }
    lines.join("\n").into_bytes()
}

/// Every other text as a hand would change it, every other as a disk would.
fn damaged_text(text: &str, seed: u64) -> Vec<u8> {
    if seed.is_multiple_of(2) {
        return edited(text, seed);
    }
    variant(text.as_bytes(), seed, 40).bytes
}

/// A refusal says something, and not endlessly much.
fn check_message(what: &str, message: &str, size: usize, tally: &mut Tally) {
    if message.trim().is_empty() || message.len() > 1000 + 4 * size {
        tally.failure(format!("{what}: the message is `{message}`"));
    }
}

#[test]
fn edited_case_files_are_read_or_refused_with_a_message() {
    let _alone = alone();
    let mut tally = Tally::default();
    let original = testdata().join("case.toml");
    let text = std::fs::read_to_string(&original).unwrap();
    let (_, sound) = measured("case.toml", || Case::from_file(&original).unwrap()).unwrap();
    let limit = Limit::new(text.len(), sound);
    let path = scratch("case-files").join("case.toml");
    tally.files = 1;
    let (mut read, mut refused) = (0, 0);
    let first = settings::first_seed("case.toml");
    for seed in first..first + settings::variants().map_or(300, |count| 20 * count) {
        let bytes = damaged_text(&text, seed);
        std::fs::write(&path, &bytes).unwrap();
        let what = format!("case file, seed {seed}");
        match measured(&what, || Case::from_file(&path)) {
            Err(failure) => tally.failure(failure),
            Ok((case, spent)) => {
                tally.spent(&what, bytes.len(), spent);
                if let Some(failure) = limit.passed(spent) {
                    tally.failure(format!("{what}: {failure}"));
                }
                match case {
                    Ok(_) => read += 1,
                    Err(error) => {
                        refused += 1;
                        let message = error.to_string();
                        check_message(&what, &message, bytes.len(), &mut tally);
                        if !message.contains("case.toml") {
                            tally.failure(format!("{what}: names no file: {message}"));
                        }
                    }
                }
            }
        }
    }
    println!("case files: {read} read, {refused} refused");
    assert!(read > 0 && refused > 0);
    tally.end("case files");
}

#[test]
fn edited_profiles_are_read_or_refused_with_a_message() {
    let _alone = alone();
    let mut tally = Tally::default();
    let log = std::fs::read(testdata().join("evidence/012.txt")).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for name in Profile::built_in_names() {
        tally.files += 1;
        let text = Profile::built_in_toml(name).unwrap();
        let limit = Limit::new(text.len() + log.len(), Spent::default());
        let first = settings::first_seed(name);
        for seed in first..first + settings::variants().map_or(300, |count| 20 * count) {
            let bytes = damaged_text(text, seed);
            let text = String::from_utf8_lossy(&bytes);
            let what = format!("profile {name}, seed {seed}");
            // A profile that is taken is also used.
            let work = || {
                Profile::from_toml(&text).map(|profile| {
                    let mut out_of_place = 0;
                    records(&log, &profile, Redaction::Hide, &mut |record| {
                        let in_log = matches!(record.locator, Locator::Lines { offset, length, .. }
                            if offset + length <= log.len() as u64);
                        out_of_place += usize::from(!in_log);
                    });
                    out_of_place
                })
            };
            match measured(&what, work) {
                Err(failure) => tally.failure(failure),
                Ok((profile, spent)) => {
                    tally.spent(&what, text.len(), spent);
                    if let Some(failure) = limit.passed(spent) {
                        tally.failure(format!("{what}: {failure}"));
                    }
                    match profile {
                        Ok(0) => taken += 1,
                        Ok(count) => {
                            tally.failure(format!("{what}: {count} records outside the log"));
                        }
                        Err(error) => {
                            refused += 1;
                            check_message(&what, &error.to_string(), text.len(), &mut tally);
                        }
                    }
                }
            }
        }
    }
    println!("profiles: {taken} taken, {refused} refused");
    assert!(taken > 0 && refused > 0);
    tally.end("profiles");
}
