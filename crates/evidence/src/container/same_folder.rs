//! Files that an image names, looked for in the image's own folder only.

use std::sync::Arc;

use super::Candidate;
use crate::ReadAt;

/// A file that stands beside an image.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) bytes: Arc<dyn ReadAt>,
}

/// The last component of a path as any system writes it, or `None` when it names no file.
pub(super) fn last_component(path: &str) -> Option<&str> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let named = !matches!(name, "" | "." | "..") && !name.contains('\0');
    named.then_some(name)
}

/// Finds the file with the last component of `path` beside the candidate; the text says why it
/// cannot be had.
pub(super) fn find(candidate: &Candidate<'_>, path: &str) -> Result<Found, String> {
    let Some(name) = last_component(path) else {
        return Err(format!("`{}` names no file", shown(path)));
    };
    match candidate.beside.open(name) {
        Ok(Some(bytes)) => Ok(Found {
            name: name.to_owned(),
            bytes,
        }),
        Ok(None) => Err(format!("`{}` is not in the same folder", shown(name))),
        Err(error) => Err(format!("`{}` cannot be opened: {error}", shown(name))),
    }
}

/// A text of the evidence for a message: no control characters, and not endless.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 200;
    let mut shown: String = text
        .chars()
        .take(MOST)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_component_counts() {
        for path in [
            "a.vmdk",
            "/vmfs/volumes/x/a.vmdk",
            r"C:\VMs\a.vmdk",
            "../../a.vmdk",
            r"..\/a.vmdk",
        ] {
            assert_eq!(last_component(path), Some("a.vmdk"), "{path}");
        }
        for path in ["", "/", "a/", "..", r"x\..", "a/.", "a\0b"] {
            assert_eq!(last_component(path), None, "{path}");
        }
    }
}
