//! Everything on a file system, in one order, within limits.

use crate::{Entry, EntryKind, FileSystem, Stream};

/// How far a walk goes on evidence that may be hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most folders inside each other.
    pub depth: usize,
    /// The most entries altogether.
    pub entries: u64,
}

impl Default for Limits {
    /// 128 folders deep (a Windows path of 260 characters holds no more than 128 names of one
    /// letter), 20 million entries.
    fn default() -> Self {
        Self {
            depth: 128,
            entries: 20_000_000,
        }
    }
}

/// What a walk did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WalkSummary {
    /// How many entries it gave.
    pub entries: u64,
    /// What it did not see, each with the place and the reason. Empty when it saw everything.
    pub notes: Vec<String>,
}

/// The most bytes that the lists of the folders on one path may take. A folder by itself has up to
/// two million entries, and those inside each other may be the same again and again.
const MOST_HELD: usize = 1 << 30;

/// The most notes that are kept; the last says that there were more.
const MOST_NOTES: usize = 100;

impl WalkSummary {
    fn note(&mut self, text: String) {
        match self.notes.len() {
            0..MOST_NOTES => self.notes.push(text),
            MOST_NOTES => self
                .notes
                .push("more could not be read; the rest is not listed".to_owned()),
            _ => {}
        }
    }
}

/// Gives every entry of a file system to `visit`: a folder, then what stands in it, in the order
/// of [`FileSystem::list`]. Links are given and not followed.
///
/// A folder that cannot be read costs only itself; it and every limit reached are said in the
/// summary.
pub fn walk(files: &dyn FileSystem, limits: &Limits, visit: &mut dyn FnMut(Entry)) -> WalkSummary {
    walk_holding(files, limits, MOST_HELD, visit)
}

/// As [`walk`], with so many bytes for the lists of the folders on one path.
fn walk_holding(
    files: &dyn FileSystem,
    limits: &Limits,
    most_held: usize,
    visit: &mut dyn FnMut(Entry),
) -> WalkSummary {
    let mut summary = WalkSummary::default();
    // One list a level; lists that were made and not gone through count as entries.
    let mut levels = vec![Level::of(files, "", &mut summary)];
    let mut passed_over = 0_u64;
    while let Some(level) = levels.last_mut() {
        let Some(entry) = level.entries.next() else {
            levels.pop();
            continue;
        };
        if summary.entries.saturating_add(passed_over) >= limits.entries {
            summary.note(format!(
                "`{}` and what follows: not looked at, {} entries are the limit",
                shortened(&entry.path),
                limits.entries
            ));
            break;
        }
        summary.entries = summary.entries.saturating_add(1);
        let folder = (entry.kind == EntryKind::Folder).then(|| entry.path.clone());
        visit(entry);
        if let Some(path) = folder {
            if levels.len() > limits.depth {
                summary.note(format!(
                    "`{}`: not looked into, {} folders inside each other are the limit",
                    shortened(&path),
                    limits.depth
                ));
                continue;
            }
            let below = Level::of(files, &path, &mut summary);
            let held = levels
                .iter()
                .fold(below.bytes, |sum, level| sum.saturating_add(level.bytes));
            if held > most_held {
                passed_over = passed_over.saturating_add(below.count());
                summary.note(format!(
                    "`{}`: not looked into, the folders that it stands in hold too many entries",
                    shortened(&path)
                ));
                continue;
            }
            levels.push(below);
        }
    }
    summary
}

/// What stands in a folder, as far as it was not given yet.
struct Level {
    entries: std::vec::IntoIter<Entry>,
    /// How much memory the whole list takes.
    bytes: usize,
}

impl Level {
    fn of(files: &dyn FileSystem, path: &str, summary: &mut WalkSummary) -> Self {
        let entries = match files.list(path) {
            Ok(entries) => entries,
            Err(error) => {
                summary.note(error.to_string());
                Vec::new()
            }
        };
        let bytes = entries.iter().fold(0_usize, |sum, entry| {
            sum.saturating_add(size_of_entry(entry))
        });
        Self {
            bytes,
            entries: entries.into_iter(),
        }
    }

    fn count(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap_or(u64::MAX)
    }
}

/// How much memory an entry takes.
fn size_of_entry(entry: &Entry) -> usize {
    let own = size_of::<Entry>().saturating_add(entry.path.len());
    entry.streams.iter().fold(own, |sum, stream| {
        sum.saturating_add(size_of::<Stream>())
            .saturating_add(stream.name.len())
    })
}

/// A path that is too long for a message, cut in its middle.
fn shortened(path: &str) -> String {
    const ENDS: usize = 60;
    let count = path.chars().count();
    if count <= ENDS * 2 {
        return path.to_owned();
    }
    let head: String = path.chars().take(ENDS).collect();
    let tail: String = path.chars().skip(count - ENDS).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::test_folder::TestFolder;
    use crate::{FileTimes, FolderFileSystem};

    fn paths(folder: &TestFolder, limits: Limits) -> (Vec<String>, WalkSummary) {
        let files = FolderFileSystem::new(folder.path()).unwrap();
        let mut paths = Vec::new();
        let summary = walk(&files, &limits, &mut |entry| paths.push(entry.path));
        (paths, summary)
    }

    #[test]
    fn order_is_the_same_whatever_the_disk_gives() {
        let folder = TestFolder::new();
        for name in ["b/z", "B.txt", "a/y", "a/X", "c"] {
            folder.write(name, b"");
        }
        let (paths, summary) = paths(&folder, Limits::default());
        assert_eq!(paths, ["a", "a/X", "a/y", "b", "b/z", "B.txt", "c"]);
        assert_eq!(summary.entries, 7);
        assert!(summary.notes.is_empty());
    }

    #[test]
    fn limits_end_the_walk_and_are_said() {
        let folder = TestFolder::new();
        folder.write("a/b/c/d/file", b"");
        folder.write("e", b"");
        let (deep, summary) = paths(
            &folder,
            Limits {
                depth: 2,
                entries: 100,
            },
        );
        assert_eq!(deep, ["a", "a/b", "a/b/c", "e"]);
        assert_eq!(summary.notes.len(), 1);
        assert!(summary.notes[0].contains("`a/b/c`"), "{:?}", summary.notes);

        let (few, summary) = paths(
            &folder,
            Limits {
                depth: 99,
                entries: 2,
            },
        );
        assert_eq!(few, ["a", "a/b"]);
        assert!(
            summary.notes[0].contains("2 entries"),
            "{:?}",
            summary.notes
        );
    }

    /// Folders that hold a hundred folders each, and so on.
    struct Endless(AtomicUsize);

    impl FileSystem for Endless {
        fn kind(&self) -> &str {
            "endless"
        }

        fn evidence(&self) -> &str {
            "test"
        }

        fn entry(&self, _: &str) -> crate::Result<Option<Entry>> {
            Ok(None)
        }

        fn list(&self, path: &str) -> crate::Result<Vec<Entry>> {
            let entries = (0..100).map(|number| Entry {
                path: format!("{path}/{number:02}"),
                kind: EntryKind::Folder,
                size: 0,
                times: FileTimes::default(),
                name_times: FileTimes::default(),
                streams: Vec::new(),
                deleted: false,
                reference: None,
            });
            self.0.fetch_add(100, Ordering::Relaxed);
            Ok(entries.collect())
        }

        fn open(&self, path: &str, _: Option<&str>) -> crate::Result<crate::EvidenceFile> {
            Err(crate::Error::NotFound {
                evidence: "test".to_owned(),
                path: path.to_owned(),
            })
        }
    }

    #[test]
    fn what_stands_in_memory_and_what_is_listed_is_bounded() {
        let files = Endless(AtomicUsize::new(0));
        let limits = Limits {
            depth: 128,
            entries: 50_000,
        };
        let (mut deepest, mut given) = (0, 0);
        let held = 10 * 100 * size_of::<Entry>();
        let summary = walk_holding(&files, &limits, held, &mut |entry| {
            deepest = deepest.max(entry.path.matches('/').count());
            given += 1;
        });
        assert!((5..10).contains(&deepest), "{deepest}");
        assert!(summary.entries == given && given <= 50_000);
        assert!(files.0.load(Ordering::Relaxed) <= 50_000 + 11 * 100);
        let said = summary.notes.join("\n");
        assert!(said.contains("hold too many entries"), "{said}");
        assert_eq!(summary.notes.len(), 101);
    }

    #[test]
    fn a_tree_deeper_than_the_limit_ends() {
        let folder = TestFolder::new();
        let deep = ["d"; 400].join("/");
        folder.write(&format!("{deep}/file"), b"");
        folder.write("z", b"");
        let (seen, summary) = paths(&folder, Limits::default());
        assert_eq!(seen.len(), 130);
        assert_eq!(seen.last().unwrap(), "z");
        assert_eq!(summary.notes.len(), 1);
    }
}
