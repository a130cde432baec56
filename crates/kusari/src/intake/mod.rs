//! From artifacts on evidence to events and claims. One small module an artifact.
//!
//! To add an artifact: write its parser in `kusari-artifacts`, write a module here with a
//! `pub(super) static KIND: ArtifactKind`, and add it to [`ARTIFACTS`]. A module turns typed
//! records into calls on its [`Harvest`]:
//!
//! - [`Harvest::event`]: something happened at a recorded time. The line must be true as worded:
//!   use the action whose documented meaning fits, and say in `meaning` what the time is. Name
//!   the device by the identifier that the record uses; identities are joined later.
//! - [`Harvest::claim`]: the record says that two names belong to one device or volume.
//! - [`Harvest::property`]: the record says what a device is (see [`PropertyKind`]). A device is
//!   listed as storage that can be carried when its `Bus` is `usb`, `uasp` or `mtp` and its `Kind`
//!   is `storage`, `optical`, `card-reader`, `phone` or `floppy`; so state both where the record
//!   shows them, and `other` kinds or buses (`sata`, `nvme`, `virtual`, `printer`) where it shows
//!   those.
//! - [`Harvest::fact`], [`Harvest::clock_change`]: about the machine and its clock.
//! - [`Harvest::trace`]: the record says what a file was like, and where it lay; copies of a file
//!   are found by these.
//! - [`Harvest::outcome`]: the parser's coverage and damage. Once a source.
//!
//! A module knows one source only: not the case, not the machine, no other source.
//!
//! [`PropertyKind`]: crate::identity::PropertyKind

mod activities_cache;
pub(crate) mod carved_journal;
mod code_page;
mod discovery;
mod event_log;
pub(crate) mod file_entries;
mod file_use;
mod hive;
mod indexed_files;
mod jump_list;
pub(crate) mod locked;
pub(crate) mod medium;
mod ntfs_log;
mod pattern;
mod profile;
mod read;
mod recycle_bin;
mod recycle_bin_index;
mod sam_hive;
mod setup_log;
mod shortcut;
mod software_hive;
mod system_hive;
mod system_hive_identity;
mod user_hive;
pub(crate) mod usn_journal;
pub(crate) mod vendor_log;
mod windows_search;
mod windows_search_11;

use std::sync::Arc;

use kusari_artifacts::text::AnsiCodePage;
use kusari_evidence::ntfs::Name;
use kusari_evidence::{FileTimes, ReadAt, Volume};

use crate::harvest::Harvest;
use crate::lineage::NamePattern;

pub(crate) use discovery::{Found, discover, source_name_of};
pub use read::Reading;
pub(crate) use read::{
    SourceRead, hash_behind_hole, load_file, load_single, read_login_log, read_sources,
};

/// All artifacts that are looked for on a machine's evidence.
pub const ARTIFACTS: &[&ArtifactKind] = &[
    &system_hive::KIND,
    &software_hive::KIND,
    &user_hive::KIND,
    &user_hive::CLASSES,
    &sam_hive::KIND,
    &event_log::KIND,
    &setup_log::KIND,
    &shortcut::KIND,
    &jump_list::AUTOMATIC,
    &jump_list::CUSTOM,
    &recycle_bin::KIND,
    &recycle_bin_index::KIND,
    &usn_journal::KIND,
    &ntfs_log::KIND,
    &activities_cache::KIND,
    &windows_search::KIND,
    &windows_search_11::KIND,
];

/// One kind of artifact: where it lies, how it is known, and how it is read.
#[derive(Debug)]
pub struct ArtifactKind {
    /// The word in every output: `system-hive`.
    pub name: &'static str,
    /// What people call it.
    pub title: Title,
    /// The page of the project's documentation that says how it is read and what its times mean.
    pub page: &'static str,
    /// Where it lies on a Windows volume, from the root, with `*` for any part of one name:
    /// `Windows/System32/winevt/Logs/System.evtx`, `Users/*/NTUSER.DAT`. Without case. What stands
    /// behind a colon is an alternate stream of the file: `$Extend/$UsnJrnl:$J`.
    pub places: &'static [&'static str],
    /// Whether it is also looked for on the image of a stick or disk that holds no Windows: what a
    /// volume keeps of itself, and not what Windows keeps of its own.
    pub on_devices: bool,
    /// Whether a file that lies anywhere else (a loose file, a folder of collected files) is one.
    pub recognise: fn(&LooseFile<'_>) -> bool,
    /// The names of files beside it that belong to it (transaction logs), by its own name.
    pub companions: fn(&str) -> Vec<String>,
    /// Reads it. The bytes are handed over, because a hive keeps them.
    pub read: fn(ArtifactFile, &Surroundings<'_>, &ReadOptions, &mut Harvest),
    /// How a large one is read where it lies, piece by piece; `None` for kinds that are never large.
    pub in_place: Option<InPlace>,
}

/// Reading where the artifact lies.
#[derive(Debug, Clone, Copy)]
pub struct InPlace {
    /// From how many bytes on.
    pub from: u64,
    /// Reads it. It must give what [`ArtifactKind::read`] gives.
    pub read: ReadInPlace,
}

/// See [`InPlace::read`].
pub type ReadInPlace = fn(&dyn ReadAt, &Surroundings<'_>, &ReadOptions, &mut Harvest);

/// What stands around an artifact, and belongs to what it says.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Its path on the evidence.
    pub path: &'a str,
    /// The times that its file system keeps for it.
    pub times: FileTimes,
    /// The volume that it is on; `None` for bytes that come from nowhere.
    pub volume: Option<&'a Volume>,
    /// It stands on the image of a device, and not on a machine's.
    pub on_device: bool,
    /// The code page of the machine, in which it writes texts that are not UTF-16.
    pub ansi: AnsiCodePage,
}

impl<'a> Surroundings<'a> {
    /// Those of bytes of which nothing but their path is known.
    #[must_use]
    pub fn of_path(path: &'a str) -> Self {
        Self {
            path,
            times: FileTimes::default(),
            volume: None,
            on_device: false,
            ansi: AnsiCodePage::default(),
        }
    }

    /// Whether a file stands beside it, in the same folder; `None` when nobody can tell, as where
    /// somebody collected some files of a drive and left others.
    fn has_beside(&self, name: &str) -> Option<bool> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = match folder {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        let volume = self.volume?;
        let found = volume.file_system.entry(&path).ok()?.is_some();
        (found || volume.is_whole()).then_some(found)
    }
}

/// What people call a kind of artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Title {
    /// In English.
    pub en: &'static str,
    /// In Japanese.
    pub ja: &'static str,
}

/// What people call the kind of artifact that outputs call `name`.
#[must_use]
pub fn title_of(name: &str) -> Option<Title> {
    let own = [
        (vendor_log::NAME, vendor_log::TITLE),
        (medium::NAME, medium::TITLE),
        (locked::NAME, locked::TITLE),
        (file_entries::NAME, file_entries::TITLE),
        (carved_journal::NAME, carved_journal::TITLE),
    ];
    if let Some((_, title)) = own.into_iter().find(|(own, _)| *own == name) {
        return Some(title);
    }
    ARTIFACTS
        .iter()
        .find(|kind| kind.name == name)
        .map(|kind| kind.title)
}

/// A file that is not at a known place: its name and how it begins.
#[derive(Debug, Clone, Copy)]
pub struct LooseFile<'a> {
    /// Its path on the evidence.
    pub path: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its first bytes, at most [`LooseFile::HEAD`].
    pub head: &'a [u8],
}

impl LooseFile<'_> {
    /// How many of a file's first bytes are shown to [`ArtifactKind::recognise`].
    pub const HEAD: usize = 4096;
}

/// An artifact's bytes, with the files that belong to it.
#[derive(Debug)]
pub struct ArtifactFile {
    /// Its path on the evidence.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Companion files that are there: name and bytes, in the order in which
    /// [`ArtifactKind::companions`] names them.
    pub companions: Vec<(String, Vec<u8>)>,
}

impl ArtifactFile {
    /// The last name of its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// What a caller can ask of all intake modules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Also read what is not current: other control sets, and the like.
    pub all: bool,
    /// Show what is redacted by default (a login log's note can hold a mistyped password).
    pub show_redacted: bool,
    /// Also carve event records from the unused space of a log, and records of change journals from
    /// the whole of NTFS volumes, for [`Self::names`]. Deleted keys and values of SYSTEM
    /// and NTUSER.DAT hives are always read, and marked as recovered.
    pub carve: bool,
    /// Files by whose names records of change journals become events. Those of a machine's volumes
    /// are millions, and tell of Windows itself; so without a name none of theirs do. Of a stick's
    /// volumes all do.
    pub names: Arc<[NamePattern]>,
}

impl ReadOptions {
    /// Whether every name is asked for.
    fn wants_all(&self) -> bool {
        self.names.contains(&NamePattern::any())
    }

    /// Whether a file's name is among those asked for.
    fn wants(&self, name: &str) -> bool {
        self.names.iter().any(|pattern| pattern.matches(name))
    }

    /// As [`Self::wants`], of a name as NTFS keeps it.
    fn wants_units(&self, name: Name<'_>) -> bool {
        let mut patterns = self.names.iter();
        patterns.any(|pattern| pattern.matches_units(name.bytes()))
    }
}

/// No companions.
#[must_use]
pub fn no_companions(_name: &str) -> Vec<String> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_artifact_has_a_page_and_a_name_of_its_own() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let pages = ARTIFACTS.iter().map(|kind| kind.page);
        let own = [
            vendor_log::PAGE,
            medium::PAGE,
            locked::PAGE,
            file_entries::PAGE,
        ];
        for page in pages.chain(own) {
            assert!(root.join(page).is_file(), "{page} is not there");
        }
        let mut names: Vec<&str> = ARTIFACTS.iter().map(|kind| kind.name).collect();
        names.extend([
            vendor_log::NAME,
            medium::NAME,
            locked::NAME,
            file_entries::NAME,
            carved_journal::NAME,
        ]);
        for name in &names {
            let title = title_of(name).unwrap();
            assert!(!title.en.is_empty() && !title.ja.is_empty());
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ARTIFACTS.len() + 5);
    }
}
