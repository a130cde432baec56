//! The list of files of logical evidence: the category `entry` of the text.

use super::super::header_text::seconds;
use super::super::notes::Notes;
use super::serialized::{Columns, Lines, Values, held_entries};
use crate::time::RecordedTime;
use crate::{FileTimes, FormatError};

/// The most folders in folders.
const DEEPEST: usize = 1000;

/// The flag of a file of which one byte is stored.
const SPARSE: u64 = 0x0400_0000;

/// What is found in the list.
#[derive(Debug, Default)]
pub(super) struct FileList {
    /// The files and folders. The first is the root.
    pub(super) files: Vec<File>,
    /// Bytes of all contents together.
    pub(super) total_bytes: u64,
}

/// One file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) is_folder: bool,
    pub(super) size: u64,
    pub(super) times: FileTimes,
    pub(super) contents: Contents,
    /// What stands in it, as indices.
    pub(super) children: Vec<usize>,
}

/// Where the content of a file lies in the bytes of the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contents {
    /// From here on.
    At(u64),
    /// It is this byte again and again.
    OneByte(u64),
    /// It cannot be told, for this reason.
    Unknown(&'static str),
}

fn malformed(problem: impl Into<String>) -> FormatError {
    FormatError::malformed("list of files", 0, problem)
}

impl FileList {
    /// Takes the text apart. A list that breaks off gives what stands before, with a note.
    pub(super) fn parse(text: &[u8], notes: &mut Notes) -> Result<Self, FormatError> {
        let mut lines = Lines::new(text);
        let total_bytes = records(&mut lines)?;
        // Every category ends with a blank line, and none of its lines is its name alone.
        if !lines.any(|line| line == "entry") {
            return Err(malformed("there is no category `entry`"));
        }
        // How many entries there are, and a number of unknown meaning.
        lines.next();
        let tags = lines.next().unwrap_or_default();
        let columns = Columns::new(&tags);
        for tag in ["n", "p", "ls", "be"] {
            if !columns.has(tag) {
                return Err(malformed(format!("the entries have no column `{tag}`")));
            }
        }
        let mut list = Self {
            files: Vec::new(),
            total_bytes,
        };
        list.entries(&mut lines, &columns, notes)?;
        list.tell(notes);
        Ok(list)
    }

    fn entries(
        &mut self,
        lines: &mut Lines<'_>,
        columns: &Columns,
        notes: &mut Notes,
    ) -> Result<(), FormatError> {
        // The folders that are open, each with the number of entries that it still expects.
        let mut open: Vec<(usize, u64)> = Vec::new();
        let (mut deletion_times, mut renamed) = (0_u64, 0_u64);
        loop {
            while open.last().is_some_and(|(_, expected)| *expected == 0) {
                open.pop();
            }
            if open.is_empty() && !self.files.is_empty() {
                break;
            }
            let entry = lines
                .next()
                .and_then(|line| held_entries(&line))
                .zip(lines.next());
            let Some((held, line)) = entry else {
                if self.files.is_empty() {
                    return Err(malformed("it has no root"));
                }
                notes.add("the list of files breaks off; files behind that place are not listed");
                break;
            };
            let values = columns.values(&line);
            deletion_times += u64::from(values.number::<u64>("dl").is_some_and(|at| at > 0));
            let (file, is_renamed) = file(&values);
            let index = self.files.len();
            // The root has no name in some versions.
            renamed += u64::from(is_renamed && index > 0);
            self.files.push(file);
            if let Some((parent, expected)) = open.last_mut() {
                *expected = expected.saturating_sub(1);
                if let Some(parent) = self.files.get_mut(*parent) {
                    parent.children.push(index);
                }
            }
            if open.len() >= DEEPEST {
                return Err(malformed(format!("more than {DEEPEST} folders in folders")));
            }
            open.push((index, held));
        }
        if let Some(root) = self.files.first_mut() {
            root.is_folder = true;
            root.name.clear();
        }
        if deletion_times > 0 {
            notes.add(format!(
                "{deletion_times} entries carry a time of deletion; the format does not say \
                 whether they were deleted, so they are listed as files"
            ));
        }
        if renamed > 0 {
            notes.add(format!(
                "{renamed} names are empty or hold `/`; they are shown with `?` and `\u{2215}`"
            ));
        }
        Ok(())
    }

    /// What a person should know of the whole.
    fn tell(&self, notes: &mut Notes) {
        let in_files = self
            .files
            .iter()
            .filter(|file| !file.is_folder && !file.children.is_empty())
            .count();
        if in_files > 0 {
            notes.add(format!(
                "{in_files} files hold entries themselves, which are not listed"
            ));
        }
    }
}

/// The length of all contents: `tb` of the category `rec`, the first one.
fn records(lines: &mut Lines<'_>) -> Result<u64, FormatError> {
    // The number of categories.
    lines.next();
    if lines.next().as_deref() != Some("rec") {
        return Err(malformed("it does not begin with the category `rec`"));
    }
    let tags = lines.next().unwrap_or_default();
    let line = lines.next().unwrap_or_default();
    let total = Columns::new(&tags).values(&line).number("tb");
    total.ok_or_else(|| malformed("the length of all files (`tb`) is missing"))
}

/// A file, and whether its name had to be changed to stand in a path.
fn file(values: &Values<'_>) -> (File, bool) {
    let written = values.get("n").unwrap_or_default();
    let name = if written.is_empty() {
        "?".to_owned()
    } else {
        written.replace('/', "\u{2215}")
    };
    let is_folder = values.get("p").as_deref() == Some("1");
    let time = |tag| {
        let at = seconds(&values.get(tag)?).filter(|at| at.unix_seconds() != 0)?;
        Some(RecordedTime {
            decimals: 0,
            ..RecordedTime::utc(at)
        })
    };
    let size = values.number("ls").unwrap_or(0);
    let renamed = name != written;
    let file = File {
        name,
        is_folder,
        size,
        times: FileTimes {
            created: time("cr"),
            modified: time("wr"),
            accessed: time("ac"),
            changed: time("mo"),
        },
        contents: contents(values, size),
        children: Vec::new(),
    };
    (file, renamed)
}

fn contents(values: &Values<'_>, size: u64) -> Contents {
    let Some((offset, stored)) = values.get("be").as_deref().and_then(extent) else {
        return Contents::Unknown("the list of files does not say where its content lies");
    };
    let sparse = values
        .number::<u64>("opr")
        .is_some_and(|flags| flags & SPARSE != 0);
    let duplicate = values.number::<u64>("du");
    match (sparse, duplicate) {
        (true, Some(duplicate)) => Contents::At(duplicate),
        (true, None) if stored == 1 => Contents::OneByte(offset),
        _ if stored == size => Contents::At(offset),
        _ => Contents::Unknown("the list of files gives two lengths for its content"),
    }
}

/// `1 <offset> <length>`, in hexadecimal digits. Other forms are not documented.
fn extent(value: &str) -> Option<(u64, u64)> {
    let parts: Vec<&str> = value.split(' ').collect();
    match *parts.as_slice() {
        ["1", offset, length] => Some((
            u64::from_str_radix(offset, 16).ok()?,
            u64::from_str_radix(length, 16).ok()?,
        )),
        _ => None,
    }
}
