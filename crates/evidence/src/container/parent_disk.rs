//! The parent of a differencing disk: found by its name in the same folder, and known by its id.

use std::sync::Arc;

use super::layers::Below;
use super::{Beside, Candidate, open};
use crate::{FormatError, Guid, ReadAt};

/// What a differencing disk says about its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The ids it may have.
    pub(super) ids: Vec<Guid>,
    /// The names it may have, in the order in which they are tried.
    pub(super) names: Vec<String>,
}

/// A disk as a link of a chain: its id, and what it wants below it.
pub(super) struct Link {
    /// The id by which its children know it.
    pub(super) id: Guid,
    /// Its own parent.
    pub(super) wanted: Option<Wanted>,
}

/// Reads a file as a link; says in a sentence why it is none.
pub(super) type ReadLink = fn(&Arc<dyn ReadAt>) -> Result<Link, String>;

/// What stands below a differencing disk.
pub(super) struct Found {
    /// What is read where the disk holds nothing.
    pub(super) below: Below,
    /// The name of the parent's file, and those of its parents.
    pub(super) files: Vec<String>,
    /// What a person should know about them.
    pub(super) notes: Vec<String>,
    /// The parent's file.
    pub(super) file: Option<Arc<dyn ReadAt>>,
}

/// The longest chain that is followed.
const LONGEST: usize = 64;

/// Opens the parent that a disk with the id `own` wants. When it is missing, is another disk or
/// cannot be opened, the disk still opens: what stands in its own file is sound, and what stands
/// in the parent is an error that says why.
///
/// # Errors
/// When the chain of parents leads in a circle.
pub(super) fn find(
    candidate: &Candidate<'_>,
    own: Guid,
    wanted: &Wanted,
    read_link: ReadLink,
) -> Result<Found, FormatError> {
    let missing = |reason: String| Found {
        notes: vec![format!(
            "{reason}; sectors that stand in the parent cannot be read"
        )],
        below: Below::Missing(reason),
        files: Vec::new(),
        file: None,
    };
    let (name, file, link) = match locate(candidate.beside, wanted, read_link) {
        Ok(located) => located,
        Err(reason) => return Ok(missing(reason)),
    };
    // Once for the whole chain; a circle that begins below another format ends at the greatest
    // depth.
    if candidate.depth == 0 {
        refuse_circle(candidate.beside, own, link, read_link)?;
    }
    let parent = Candidate {
        bytes: Arc::clone(&file),
        name: &name,
        beside: candidate.beside,
        depth: candidate.depth.saturating_add(1),
    };
    let container = match open(&parent) {
        Ok(Some(container)) => container,
        Ok(None) => {
            return Ok(missing(format!(
                "the parent disk `{name}` is of no known format"
            )));
        }
        Err(error) => {
            return Ok(missing(format!(
                "the parent disk `{name}` cannot be opened: {error}"
            )));
        }
    };
    let notes = container.notes.iter();
    Ok(Found {
        below: Below::Parent(container.media),
        notes: notes
            .map(|note| format!("parent `{name}`: {note}"))
            .collect(),
        files: std::iter::once(name).chain(container.files).collect(),
        file: Some(file),
    })
}

type Located = (String, Arc<dyn ReadAt>, Link);

/// The first file of a wanted name that has a wanted id, or a sentence why there is none.
fn locate(beside: &dyn Beside, wanted: &Wanted, read_link: ReadLink) -> Result<Located, String> {
    let ids: Vec<String> = wanted.ids.iter().map(Guid::to_string).collect();
    let ids = ids.join(" or ");
    let mut refused = Vec::new();
    for name in &wanted.names {
        let file = match beside.open(name) {
            Ok(Some(file)) => file,
            Ok(None) => continue,
            Err(error) => {
                refused.push(format!("`{name}` cannot be opened: {error}"));
                continue;
            }
        };
        match read_link(&file) {
            Ok(link) if wanted.ids.contains(&link.id) => {
                return Ok((as_spelled(beside, name), file, link));
            }
            Ok(link) => refused.push(format!(
                "`{name}` is not the parent disk: expected the id {ids}, found {}",
                link.id
            )),
            Err(reason) => refused.push(format!("`{name}` is not the parent disk: {reason}")),
        }
    }
    if !refused.is_empty() {
        return Err(refused.join("; "));
    }
    let names: Vec<String> = wanted
        .names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    Err(if names.is_empty() {
        format!("the parent disk with the id {ids} is not named")
    } else {
        format!(
            "the parent disk {} with the id {ids} is not in the same folder",
            names.join(" or ")
        )
    })
}

/// The name as the folder spells it, which may differ in case from what a disk calls it.
fn as_spelled(beside: &dyn Beside, name: &str) -> String {
    let names = beside.names().unwrap_or_default();
    if names.iter().any(|there| there == name) {
        return name.to_owned();
    }
    let lower = name.to_lowercase();
    let mut alike = names
        .into_iter()
        .filter(|there| there.to_lowercase() == lower);
    alike.next().unwrap_or_else(|| name.to_owned())
}

/// Follows the chain by its names and ids alone, before anything of it is opened.
fn refuse_circle(
    beside: &dyn Beside,
    own: Guid,
    first: Link,
    read_link: ReadLink,
) -> Result<(), FormatError> {
    let mut seen = vec![own];
    let mut link = first;
    while seen.len() < LONGEST {
        if seen.contains(&link.id) {
            return Err(FormatError::Unsupported(format!(
                "the parents of this disk lead in a circle: the disk {} stands on itself",
                link.id
            )));
        }
        seen.push(link.id);
        let Some(wanted) = &link.wanted else {
            return Ok(());
        };
        let Ok((_, _, next)) = locate(beside, wanted, read_link) else {
            return Ok(());
        };
        link = next;
    }
    Err(FormatError::Unsupported(format!(
        "more than {LONGEST} disks stand on each other"
    )))
}

/// The last part of a path on Windows or elsewhere, when it can be a file's name.
pub(super) fn last_component(path: &str) -> Option<String> {
    let name = path.rsplit(['\\', '/']).next()?.trim_end_matches('\0');
    (!matches!(name, "" | "." | "..") && name.len() <= LONGEST_NAME).then(|| name.to_owned())
}

/// Bytes of the longest name: 255 UTF-16 units, as NTFS allows, in UTF-8.
const LONGEST_NAME: usize = 765;

/// Adds a name unless it stands there already.
pub(super) fn add_name(names: &mut Vec<String>, path: &str) {
    if let Some(name) = last_component(path)
        && !names.contains(&name)
    {
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_part_of_a_path_is_a_name() {
        for (path, name) in [
            (r"C:\disks\base.vhd", Some("base.vhd")),
            (r"..\..\x\base.vhd", Some("base.vhd")),
            ("file://localhost/disks/base.vhd", Some("base.vhd")),
            ("base.vhd\0", Some("base.vhd")),
            (r"C:\disks\..", None),
            (r"C:\disks\", None),
            ("", None),
        ] {
            assert_eq!(last_component(path).as_deref(), name, "{path}");
        }
        assert_eq!(last_component(&"x".repeat(1000)), None);
    }
}
