//! AFF4 images: told by their content, and refused with the way to go on. Why they are not read
//! is written in docs/evidence/aff4.md.
//!
//! Source: AFF4 Standard v1.0 (aff4.org): an AFF4 volume is a Zip file with the members
//! `container.description` and `information.turtle`.

use super::{Candidate, Container, Ends, Format};
use crate::FormatError;

/// AFF4 volumes in Zip files.
pub(super) static FORMAT: Format = Format { is_one, open };

/// A local file header and the end of a central directory (APPNOTE 4.3.7, 4.3.16).
const ZIP: &[u8] = b"PK\x03\x04";
const ZIP_END: &[u8] = b"PK\x05\x06";

/// The names of members that make a Zip file an AFF4 volume, at the start or in the central
/// directory at the end; and how the comment of the Zip file begins, which is the volume's name.
const DESCRIPTION: &[u8] = b"container.description";
const METADATA: &[u8] = b"information.turtle";
const NAME: &[u8] = b"aff4://";

fn is_one(ends: &Ends<'_>) -> bool {
    let has = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    let comment = || {
        let end = ends
            .end
            .windows(ZIP_END.len())
            .rposition(|w| w == ZIP_END)?;
        // 22 bytes of the record, then the comment.
        ends.end.get(end..)?.get(22..)
    };
    let named = || comment().is_some_and(|comment| comment.starts_with(NAME));
    ends.start.starts_with(ZIP)
        && (has(ends.start, DESCRIPTION)
            || has(ends.end, DESCRIPTION)
            || has(ends.end, METADATA)
            || named())
}

fn open(_: &Candidate<'_>) -> Result<Container, FormatError> {
    Err(FormatError::Unsupported(
        "an AFF4 image: this format is not read; convert it to a raw image or E01 with the \
         program that wrote it, or with aff4imager (c-aff4)"
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::image_folder::ImageFolder;

    #[test]
    fn a_zip_is_an_aff4_image_by_its_members_or_its_comment() {
        let folder = ImageFolder::new();
        folder.write(
            "container.description",
            b"aff4://e9cd53d3-b682-4f12-8045-86ba50a0239c",
        );
        folder.write("information.turtle", &[b'x'; 5000]);
        folder.write("report.txt", &[b'y'; 5000]);
        let path = |name: &str| folder.path(name);
        let zips = [
            ("first.zip", vec!["container.description", "report.txt"]),
            ("last.zip", vec!["report.txt", "information.turtle"]),
            ("other.zip", vec!["report.txt"]),
        ];
        for (zip, members) in zips {
            let members: Vec<String> = members.iter().map(|name| path(name)).collect();
            let zip = path(zip);
            let mut arguments = vec!["-q", "-j", &zip];
            arguments.extend(members.iter().map(String::as_str));
            if folder.tool("zip", &arguments).is_none() {
                return;
            }
        }
        for zip in ["first.zip", "last.zip"] {
            let refused = folder.try_open(zip).err().unwrap().to_string();
            assert!(refused.starts_with("an AFF4 image: "), "{refused}");
        }
        assert!(folder.try_open("other.zip").unwrap().is_none());
        // The length of the comment stands in the last two bytes of the record.
        let mut commented = folder.read("other.zip");
        let end = commented.len() - 2;
        commented[end] = 9;
        commented.extend(b"aff4://x\0");
        folder.write("commented.zip", &commented);
        assert!(folder.try_open("commented.zip").is_err());
    }
}
