//! The disk that a delta disk stands on.

use super::descriptor::Descriptor;
use super::mapped::Below;
use super::same_folder::{self, shown};
use super::{CONTENT_ID, Candidate};
use crate::container;

/// What is known of a parent.
pub(super) struct Parent {
    pub(super) below: Below,
    /// The files that it consists of.
    pub(super) files: Vec<String>,
    pub(super) notes: Vec<String>,
}

impl Parent {
    /// The parent that a descriptor names. It must be a VMDK; a content ID other than the recorded
    /// one is said, and the parent is used.
    pub(super) fn of(candidate: &Candidate<'_>, descriptor: &Descriptor) -> Self {
        if !descriptor.has_parent() {
            return Self {
                below: Below::Nothing,
                files: Vec::new(),
                notes: Vec::new(),
            };
        }
        let Some(path) = &descriptor.parent_path else {
            return Self::missing("the descriptor does not name it");
        };
        let found = match same_folder::find(candidate, path) {
            Ok(found) => found,
            Err(why) => return Self::missing(&why),
        };
        let name = shown(&found.name);
        let parent = container::open(&Candidate {
            bytes: found.bytes,
            name: &found.name,
            beside: candidate.beside,
            depth: candidate.depth.saturating_add(1),
        });
        let parent = match parent {
            Ok(Some(parent)) if parent.format == "VMDK" => parent,
            Ok(_) => return Self::missing(&format!("`{name}` is no VMDK")),
            Err(error) => return Self::missing(&format!("`{name}` cannot be opened: {error}")),
        };
        let id = parent
            .facts
            .iter()
            .find(|fact| fact.name == CONTENT_ID)
            .map(|fact| fact.value.as_str());
        let expected = descriptor.parent_content_id.as_deref();
        let mut notes = Vec::new();
        if id != expected {
            notes.push(format!(
                "the parent disk `{name}` has the content ID {}, and {} is recorded: it was \
                 changed after this disk was made on it, or is another disk; what is read \
                 through to it may be wrong",
                id.unwrap_or("none"),
                shown(expected.unwrap_or("none"))
            ));
        }
        notes.extend(
            parent
                .notes
                .iter()
                .map(|note| format!("parent disk `{name}`: {note}")),
        );
        let mut files = vec![found.name];
        files.extend(parent.files);
        Self {
            below: Below::Disk(parent.media),
            files,
            notes,
        }
    }

    fn missing(why: &str) -> Self {
        let why = format!("the parent disk: {why}; what it holds cannot be read");
        Self {
            notes: vec![why.clone()],
            below: Below::Missing(why),
            files: Vec::new(),
        }
    }
}
