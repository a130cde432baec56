//! What of the content of files stands in a collected file table itself.

use super::super::Attribute;
use super::super::attribute::AttributeType;
use super::super::entries;
use super::super::extents::Content;
use super::super::file::File;
use super::super::name::Name;
use crate::EntryKind;

/// Why a content is not there.
pub(super) enum NotThere {
    /// The file has no such stream.
    NoStream,
    /// It has, and it cannot be read.
    Unreadable(String),
}

/// What a content that lies in clusters lacks.
const NOT_COLLECTED: &str =
    "its content lies in clusters, which were not collected with the file table";

/// The content of a file, or of a stream of it, where it stands in the record. `same` compares
/// names without case.
pub(super) fn content(
    file: &File,
    stream: Option<&str>,
    same: &dyn Fn(&str, &str) -> bool,
) -> Result<Vec<u8>, NotThere> {
    let unreadable = |problem: &str| NotThere::Unreadable(problem.to_owned());
    let name = match stream.filter(|stream| !stream.is_empty()) {
        None => {
            match entries::of_file(String::new(), file).kind {
                EntryKind::File => {}
                EntryKind::Folder => return Err(unreadable("it is a folder")),
                _ => return Err(unreadable("it is a link, which is never followed")),
            }
            // What the overlay filter keeps lies in clusters of another stream.
            if file
                .reparse_point()
                .is_some_and(|point| point.overlay().is_some())
            {
                return Err(unreadable(NOT_COLLECTED));
            }
            Vec::new()
        }
        Some(wanted) => {
            let names = || {
                let data = |attribute: &Attribute<'_>| attribute.kind == AttributeType::DATA;
                let names = file
                    .attributes()
                    .filter(data)
                    .map(|attribute| attribute.name);
                names.filter(|name| !name.is_empty())
            };
            let found = names()
                .find(|name| name.to_text() == wanted)
                .or_else(|| names().find(|name| same(&name.to_text(), wanted)));
            found.ok_or(NotThere::NoStream)?.bytes().to_vec()
        }
    };
    match file.content(AttributeType::DATA, Name::new(&name)) {
        Ok(Some(Content::Resident(_, flags))) if flags.encrypted() => {
            Err(unreadable("it is encrypted by EFS, which is not decrypted"))
        }
        Ok(Some(Content::Resident(bytes, _))) => Ok(bytes),
        Ok(Some(Content::Clusters(extents))) if extents.size == 0 => Ok(Vec::new()),
        Ok(Some(Content::Clusters(_))) => Err(unreadable(NOT_COLLECTED)),
        Ok(None) => Err(match file.problems().first() {
            Some(problem) => unreadable(&format!("its content cannot be found: {problem}")),
            None => unreadable("it has no unnamed stream, so no content"),
        }),
        Err(problem) => Err(NotThere::Unreadable(problem)),
    }
}
