//! Everything on a file system, in one order, within limits.

use crate::{Entry, EntryKind, FileSystem};

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
    let mut summary = WalkSummary::default();
    // One list a level, so memory is bounded by the depth and the largest folders on one path.
    let mut levels = vec![listing(files, "", &mut summary)];
    while let Some(level) = levels.last_mut() {
        let Some(entry) = level.next() else {
            levels.pop();
            continue;
        };
        if summary.entries == limits.entries {
            summary.note(format!(
                "`{}` and what follows: not looked at, {} entries are the limit",
                entry.path, limits.entries
            ));
            break;
        }
        summary.entries += 1;
        let folder = (entry.kind == EntryKind::Folder).then(|| entry.path.clone());
        visit(entry);
        if let Some(path) = folder {
            if levels.len() > limits.depth {
                summary.note(format!(
                    "`{}`: not looked into, {} folders inside each other are the limit",
                    shortened(&path),
                    limits.depth
                ));
            } else {
                let below = listing(files, &path, &mut summary);
                levels.push(below);
            }
        }
    }
    summary
}

fn listing(
    files: &dyn FileSystem,
    path: &str,
    summary: &mut WalkSummary,
) -> std::vec::IntoIter<Entry> {
    match files.list(path) {
        Ok(entries) => entries.into_iter(),
        Err(error) => {
            summary.note(error.to_string());
            Vec::new().into_iter()
        }
    }
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
    use super::*;
    use crate::FolderFileSystem;
    use crate::test_folder::TestFolder;

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
