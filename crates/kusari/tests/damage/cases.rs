//! Whole cases: the recorded incident with some of its evidence damaged, emptied, swapped or gone.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use kusari::{Case, Options, Reconstruction};
use kusari_fixtures::variants::variant;

use crate::files::{all_files, testdata};
use crate::measure::{Limit, Tally, alone, measured};
use crate::settings;
use crate::texts::scratch;

/// What one variant does to one file.
#[derive(Debug)]
enum Harm {
    Damaged,
    Emptied,
    Gone,
    /// Another file's bytes stand under its name.
    Swapped,
}

/// All that is shown of a case, as lines by source.
pub(crate) fn look_at(case: &Path) -> Result<BTreeMap<String, HashSet<String>>, String> {
    let case = Case::from_file(case).map_err(|error| error.to_string())?;
    let options = Options {
        threads: Some(2),
        ..Options::default()
    };
    let reconstruction = case.reconstruct(&options).map_err(|e| e.to_string())?;
    let r: &Reconstruction = &reconstruction;
    let mut by_source: BTreeMap<String, HashSet<String>> = r
        .sources()
        .iter()
        .map(|source| (source.name.clone(), HashSet::new()))
        .collect();
    for (number, event) in r.timeline().enumerate() {
        let line = format!(
            "{} {} {} {} {}",
            event.locator,
            event.recorded,
            event.meaning,
            event.action.name(),
            event.message
        );
        by_source.get_mut(&event.source.name).unwrap().insert(line);
        // Explaining reads the bytes of the evidence again.
        if number.is_multiple_of(400) {
            let explained = r.explain(event);
            if let Err(error) = explained {
                return Err(format!("an event cannot be explained: {error}"));
            }
        }
    }
    let shown = (
        r.devices().len(),
        r.sessions().len(),
        r.findings().len(),
        r.custody_table().rows.len(),
        r.problems().len(),
    );
    assert_eq!(r.coverage().len(), r.sources().len(), "{shown:?}");
    Ok(by_source)
}

/// What the sound case says, and what looking at a harmed one may cost.
pub(crate) struct Sound {
    pub(crate) sound: BTreeMap<String, HashSet<String>>,
    /// Bytes of its evidence.
    pub(crate) size: usize,
    pub(crate) limit: Limit,
}

impl Sound {
    /// Looks at a harmed case: it must end within the limits, and sources that are `untouched` say
    /// what they said.
    pub(crate) fn hold(
        &self,
        what: &str,
        case: &Path,
        untouched: &dyn Fn(&str) -> bool,
        tally: &mut Tally,
    ) {
        let (found, spent) = match measured(what, || look_at(case)) {
            Ok((Ok(found), spent)) => (found, spent),
            Ok((Err(failure), _)) => return tally.failure(format!("{what}: {failure}")),
            Err(failure) => return tally.failure(failure),
        };
        tally.spent(what, self.size, spent);
        if let Some(failure) = self.limit.passed(spent) {
            tally.failure(format!("{what}: {failure}"));
        }
        for (source, lines) in self.sound.iter().filter(|(source, _)| untouched(source)) {
            tally.looked_for += lines.len();
            if found.get(source) != Some(lines) {
                tally.failure(format!("{what}: `{source}` says something else"));
            }
        }
    }
}

/// The files of the case, from its folder.
fn case_files() -> Vec<PathBuf> {
    let root = testdata();
    all_files(&root.join("evidence"))
        .into_iter()
        .map(|path| path.strip_prefix(&root).unwrap().to_owned())
        .collect()
}

/// Puts the case into `folder` with the harm that the seed says, and returns what was done.
fn harmed(folder: &Path, files: &[PathBuf], seed: u64) -> Vec<(PathBuf, Harm)> {
    let root = testdata();
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).unwrap();
    std::fs::copy(root.join("case.toml"), folder.join("case.toml")).unwrap();
    let mut harms = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let to = folder.join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        let roll = settings::first_seed(&format!("{seed} {number}"));
        let bytes = || std::fs::read(root.join(file)).unwrap();
        let harm = match roll % 64 {
            0 => Harm::Gone,
            1 => Harm::Emptied,
            2 => Harm::Swapped,
            3..16 => Harm::Damaged,
            _ => {
                std::fs::copy(root.join(file), &to).unwrap();
                continue;
            }
        };
        match harm {
            Harm::Gone => {}
            Harm::Emptied => std::fs::write(&to, []).unwrap(),
            Harm::Swapped => {
                let other = &files[usize::try_from(roll / 64).unwrap() % files.len()];
                std::fs::copy(root.join(other), &to).unwrap();
            }
            Harm::Damaged => {
                let mut bytes = bytes();
                for more in 0..1 + roll / 64 % 20 {
                    bytes = variant(&bytes, roll ^ (more << 32), 4096).bytes;
                }
                std::fs::write(&to, bytes).unwrap();
            }
        }
        harms.push((file.clone(), harm));
    }
    harms
}

/// Whether what a source says may change when `file` is harmed: it is that file, or the hive that
/// the harmed log belongs to.
fn depends(source: &str, file: &Path) -> bool {
    let file = file.strip_prefix("evidence").unwrap().to_string_lossy();
    let own = file
        .strip_suffix(".LOG1")
        .or_else(|| file.strip_suffix(".LOG2"))
        .unwrap_or(&file);
    // A machine's volume stands in its source's name as it stands in the path.
    source.ends_with(own) || own.ends_with(source)
}

#[test]
fn a_case_with_damaged_evidence_gives_all_that_its_sound_sources_say() {
    let _alone = alone();
    let mut tally = Tally::default();
    let files = case_files();
    tally.files = files.len();
    let size: usize = files
        .iter()
        .map(|file| std::fs::metadata(testdata().join(file)).unwrap().len())
        .map(|length| usize::try_from(length).unwrap())
        .sum();
    let case = testdata().join("case.toml");
    let (sound, spent) = measured("the sound case", || look_at(&case)).unwrap();
    let sound = sound.unwrap();
    let the_case = Sound {
        sound,
        size,
        limit: Limit::new(size, spent),
    };
    let folder = scratch("case").join("amagasaki");
    for seed in 0..settings::variants().unwrap_or(8) {
        let harms = harmed(&folder, &files, seed);
        let what = format!("case, seed {seed}: {harms:?}");
        let untouched = |source: &str| !harms.iter().any(|(file, _)| depends(source, file));
        let case = folder.join("case.toml");
        the_case.hold(&what, &case, &untouched, &mut tally);
    }
    let _ = std::fs::remove_dir_all(&folder);
    tally.end("cases");
}
