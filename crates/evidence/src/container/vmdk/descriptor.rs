//! The text that describes a VMDK disk: which extents it consists of, and which disk it stands on.

use encoding_rs::{Encoding, UTF_8};

use crate::ReadAt;
use crate::read_vec_at;

/// What a descriptor says.
#[derive(Debug, Default)]
pub(super) struct Descriptor {
    /// `createType`: how the disk is laid out.
    pub(super) create_type: Option<String>,
    /// `CID`: changes when the disk is first written after it was opened.
    pub(super) content_id: Option<String>,
    /// `parentCID` of the disk that this one stands on.
    pub(super) parent_content_id: Option<String>,
    /// `parentFileNameHint`: the path of that disk.
    pub(super) parent_path: Option<String>,
    /// Other values, by their names in the text.
    pub(super) values: Vec<(&'static str, String)>,
    pub(super) extents: Vec<ExtentLine>,
    /// Lines that could not be understood.
    pub(super) notes: Vec<String>,
}

/// One line that describes an extent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExtentLine {
    pub(super) kind: ExtentKind,
    /// The access mode is `NOACCESS`.
    pub(super) no_access: bool,
    pub(super) sectors: u64,
    /// The path of its file; empty when there is none.
    pub(super) path: String,
    /// The sector of the file in which a flat extent begins.
    pub(super) start: u64,
}

/// What an extent is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ExtentKind {
    /// `FLAT`, `VMFS`: the bytes as they are.
    Flat,
    /// `SPARSE`: a file with grain tables.
    Sparse,
    /// `VMFSSPARSE`: the sparse file of ESX.
    Cowd,
    /// `ZERO`: no file.
    Zero,
    /// What is not read, by its name.
    Other(String),
}

/// The longest descriptor that is read; one of 64 TiB in 2 GiB extents is 2 MiB long.
const LONGEST: u64 = 4 << 20;

/// The most extents.
const MOST_EXTENTS: usize = 65_536;

/// The line by which a descriptor is known.
const SIGNATURE: &[u8] = b"# disk descriptorfile";

/// Values that are kept for people.
const KEPT: [(&str, &str); 6] = [
    ("encoding", "encoding"),
    ("ddb.adaptertype", "adapter type"),
    ("ddb.virtualhwversion", "virtual hardware version"),
    ("ddb.toolsversion", "tools version"),
    ("ddb.uuid", "disk UUID"),
    ("ddb.longcontentid", "long content ID"),
];

/// Whether a file that begins like this is a descriptor: its first line that is not empty is the
/// signature. The text may begin with white space and empty lines.
pub(super) fn is_one(start: &[u8]) -> bool {
    let text = start.trim_ascii_start();
    text.get(..SIGNATURE.len())
        .is_some_and(|line| line.eq_ignore_ascii_case(SIGNATURE))
}

/// Reads the descriptor of `length` bytes at `offset`; `None` when there is none.
pub(super) fn read(bytes: &dyn ReadAt, offset: u64, length: u64) -> Option<Descriptor> {
    let start = read_vec_at(bytes, offset, length.min(512)).ok()?;
    if !is_one(&start) {
        return None;
    }
    let text = read_vec_at(bytes, offset, length.min(LONGEST)).ok()?;
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    Some(parse(text))
}

fn parse(bytes: &[u8]) -> Descriptor {
    let text = decode(bytes);
    let mut descriptor = Descriptor::default();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match extent(line) {
            Some(_) if descriptor.extents.len() >= MOST_EXTENTS => {
                descriptor.notes.push(format!(
                    "more than {MOST_EXTENTS} extents; the rest is left out"
                ));
                break;
            }
            Some(extent) => descriptor.extents.push(extent),
            None => descriptor.value(line),
        }
    }
    descriptor
}

/// The text in its encoding, which it names itself; UTF-8 where it names none.
fn decode(bytes: &[u8]) -> String {
    let named = bytes.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = std::str::from_utf8(line).ok()?.split_once('=')?;
        let value = value.trim().trim_matches('"');
        name.trim()
            .eq_ignore_ascii_case("encoding")
            .then(|| Encoding::for_label(value.as_bytes()))?
    });
    let (text, _) = named.unwrap_or(UTF_8).decode_without_bom_handling(bytes);
    text.into_owned()
}

impl Descriptor {
    fn value(&mut self, line: &str) {
        let Some((name, value)) = line.split_once('=') else {
            if self.notes.len() < 50 {
                let line = super::shown(line);
                self.notes
                    .push(format!("the descriptor's line `{line}` is not understood"));
            }
            return;
        };
        let name = name.trim().to_ascii_lowercase();
        let value = value.trim().trim_matches('"').to_owned();
        match name.as_str() {
            "createtype" => self.create_type = Some(value),
            "cid" => self.content_id = Some(value.to_ascii_lowercase()),
            "parentcid" => self.parent_content_id = Some(value.to_ascii_lowercase()),
            "parentfilenamehint" => self.parent_path = Some(value),
            _ => {
                if let Some((_, shown)) = KEPT.iter().find(|(known, _)| *known == name) {
                    self.values.push((shown, value));
                }
            }
        }
    }

    /// Whether the disk stands on another.
    pub(super) fn has_parent(&self) -> bool {
        self.parent_content_id
            .as_deref()
            .is_some_and(|id| id != "ffffffff")
    }
}

/// The extent that a line describes: access, sectors, type, and for most a path in quotes and a
/// sector of the file.
fn extent(line: &str) -> Option<ExtentLine> {
    let (access, rest) = line.split_once(char::is_whitespace)?;
    let no_access = match access.to_ascii_uppercase().as_str() {
        "RW" | "RDONLY" => false,
        "NOACCESS" => true,
        _ => return None,
    };
    let (sectors, rest) = rest.trim_start().split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let (kind, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let kind = match kind.to_ascii_uppercase().as_str() {
        "FLAT" | "VMFS" => ExtentKind::Flat,
        "SPARSE" => ExtentKind::Sparse,
        "VMFSSPARSE" => ExtentKind::Cowd,
        "ZERO" => ExtentKind::Zero,
        other => ExtentKind::Other(other.to_owned()),
    };
    let (path, behind) = match rest.trim_start().strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => ("", ""),
    };
    let start = match behind.split_whitespace().next() {
        Some(start) => start.parse().ok()?,
        None => 0,
    };
    Some(ExtentLine {
        kind,
        no_access,
        sectors: sectors.parse().ok()?,
        path: path.to_owned(),
        start,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_extents_and_values_are_read() {
        let text = b"\n# Disk DescriptorFile\r\nversion=1\nCID=1234ABCD\nparentCID=ffffffff\n\
            createType=streamOptimized\nRW 4192256 SPARSE \"my disk-s001.vmdk\"\n\
            RDONLY 8 FLAT \"a.vmdk\" 63\nNOACCESS 5 ZERO\nRW 7 VMFSRDM \"x-rdm.vmdk\"\n\
            ddb.adapterType = \"lsilogic\"\nwhat is this\n";
        assert!(is_one(text));
        let descriptor = parse(text);
        assert_eq!(descriptor.create_type.as_deref(), Some("streamOptimized"));
        assert_eq!(descriptor.content_id.as_deref(), Some("1234abcd"));
        assert!(!descriptor.has_parent());
        assert_eq!(descriptor.values, [("adapter type", "lsilogic".to_owned())]);
        assert_eq!(descriptor.notes.len(), 1);
        let [sparse, flat, zero, rdm] = descriptor.extents.as_slice() else {
            panic!("{:?}", descriptor.extents);
        };
        assert_eq!(sparse.path, "my disk-s001.vmdk");
        assert_eq!(
            (sparse.sectors, &sparse.kind),
            (4_192_256, &ExtentKind::Sparse)
        );
        assert_eq!((flat.start, &flat.kind), (63, &ExtentKind::Flat));
        assert_eq!((zero.no_access, &zero.kind), (true, &ExtentKind::Zero));
        assert_eq!(rdm.kind, ExtentKind::Other("VMFSRDM".to_owned()));
    }

    #[test]
    fn the_text_is_read_in_its_own_encoding() {
        let mut text = b"# Disk DescriptorFile\nencoding=\"Shift_JIS\"\nRW 1 FLAT \"".to_vec();
        text.extend([0x8F, 0xD8, 0x8B, 0x92]);
        text.extend(b".vmdk\" 0\n");
        assert_eq!(parse(&text).extents[0].path, "証拠.vmdk");
    }

    #[test]
    fn other_text_is_no_descriptor() {
        for text in ["", "# Disk", "version=1", "x # Disk DescriptorFile"] {
            assert!(!is_one(text.as_bytes()), "{text}");
        }
    }
}
