//! What was opened, layer by layer: container, partition table, partition, encryption, file system,
//! shadow copy.

use crate::container::Fact;

/// One layer of what was opened, with what stands inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What kind of layer.
    pub kind: LayerKind,
    /// What it is, for people: `E01`, `GPT`, `partition 2`, `NTFS`.
    pub title: String,
    /// What it says about itself.
    pub facts: Vec<Fact>,
    /// What a person should know: what is damaged, missing, not read, or looks wrong.
    pub notes: Vec<String>,
    /// Its place among [`super::Evidence::volumes`], when files are read from it.
    pub volume: Option<usize>,
    /// What stands inside it.
    pub children: Vec<Layer>,
}

/// Kinds of [`Layer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LayerKind {
    /// A folder on the examiner's machine, or inside something.
    Folder,
    /// A single file.
    File,
    /// An archive.
    Archive,
    /// A disk image's container.
    Container,
    /// A disk with its partition table, or without one.
    Disk,
    /// A partition.
    Partition,
    /// Space of a disk that no partition takes.
    Unallocated,
    /// An encrypted volume.
    Encryption,
    /// A file system.
    FileSystem,
    /// A snapshot of a volume.
    ShadowCopy,
    /// Something that is not read.
    Unread,
}

impl LayerKind {
    /// The word in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::File => "file",
            Self::Archive => "archive",
            Self::Container => "container",
            Self::Disk => "disk",
            Self::Partition => "partition",
            Self::Unallocated => "unallocated",
            Self::Encryption => "encryption",
            Self::FileSystem => "file-system",
            Self::ShadowCopy => "shadow-copy",
            Self::Unread => "unread",
        }
    }
}

impl Layer {
    /// A layer with nothing said of it yet.
    #[must_use]
    pub fn new(kind: LayerKind, title: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            facts: Vec::new(),
            notes: Vec::new(),
            volume: None,
            children: Vec::new(),
        }
    }

    /// With another fact.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push(Fact::new(name, value));
        self
    }

    /// With one more fact, where there is one.
    #[must_use]
    pub fn fact_if(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.fact(name, value),
            None => self,
        }
    }

    /// With notes.
    #[must_use]
    pub fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Gives it and all that stands inside it to `visit`, outer ones first.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        for child in &self.children {
            child.visit(visit);
        }
    }
}
