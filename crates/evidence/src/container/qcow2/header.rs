//! The header of a QCOW2 image and the extensions behind it.

use crate::{FormatError, ReadAt, read_exact_at, read_vec_at};

/// The fields of the header that reading needs.
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) cluster_bits: u32,
    /// The size of the disk in bytes.
    pub(super) size: u64,
    /// Entries of the active L1 table, and where it is.
    pub(super) l1_entries: u32,
    pub(super) l1_offset: u64,
    pub(super) snapshots: u32,
    pub(super) snapshots_offset: u64,
    pub(super) features: u64,
    pub(super) compression: Compression,
    /// The path of the backing file, as it stands there.
    pub(super) backing: Option<String>,
    /// The format of the backing file, where the image says it.
    pub(super) backing_format: Option<String>,
    /// The path of the external data file, as it stands there.
    pub(super) data_file: Option<String>,
    /// Damage that does not keep the disk from being read.
    pub(super) notes: Vec<String>,
}

/// How compressed clusters are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Deflate,
    Zstandard,
}

/// Bits of `incompatible_features`.
pub(super) const DIRTY: u64 = 1;
pub(super) const CORRUPT: u64 = 1 << 1;
pub(super) const DATA_FILE: u64 = 1 << 2;
const COMPRESSION_TYPE: u64 = 1 << 3;
pub(super) const EXTENDED_L2: u64 = 1 << 4;
const KNOWN: u64 = DIRTY | CORRUPT | DATA_FILE | COMPRESSION_TYPE | EXTENDED_L2;

/// Types of header extensions.
const END: u32 = 0;
const BACKING_FORMAT: u32 = 0xE279_2ACA;
const FEATURE_NAMES: u32 = 0x6803_F857;
const DATA_FILE_NAME: u32 = 0x4441_5441;

/// Lengths of the header.
const LENGTH_2: u64 = 72;
const LENGTH_3: u64 = 104;

/// The longest name of a backing file that the specification allows.
const LONGEST_NAME: u64 = 1023;

const STRUCTURE: &str = "QCOW2 header";

/// Reads the header of version 2 or 3.
pub(super) fn read(bytes: &dyn ReadAt) -> Result<Header, FormatError> {
    let mut fields = Fields::of(bytes, LENGTH_2)?;
    let version = fields.u32(4);
    if !matches!(version, 2 | 3) {
        return Err(FormatError::Unsupported(format!(
            "a QCOW image of version {version}; versions 1, 2 and 3 are read; convert it with \
             `qemu-img convert -O raw`"
        )));
    }
    let malformed = |offset, problem: String| FormatError::malformed(STRUCTURE, offset, problem);
    let cluster_bits = fields.u32(20);
    if !(9..=21).contains(&cluster_bits) {
        return Err(malformed(
            20,
            format!("clusters of 2^{cluster_bits} bytes; 2^9 to 2^21 are possible"),
        ));
    }
    match fields.u32(32) {
        0 => {}
        method => return Err(encrypted(method)),
    }
    let length = if version == 2 {
        LENGTH_2
    } else {
        fields = Fields::of(bytes, LENGTH_3)?;
        u64::from(fields.u32(100))
    };
    let cluster_size = 1_u64 << cluster_bits;
    if version == 3 && (length < LENGTH_3 || !length.is_multiple_of(8) || length > cluster_size) {
        return Err(malformed(100, format!("a header of {length} bytes")));
    }
    let features = if version == 2 { 0 } else { fields.u64(72) };
    let compression_type = if length > LENGTH_3 {
        fields = Fields::of(bytes, LENGTH_3 + 1)?;
        fields.u8(104)
    } else {
        0
    };
    let mut notes = Vec::new();
    let extensions = Extensions::read(bytes, length, cluster_size, &mut notes);
    let unknown = features & !KNOWN;
    if unknown != 0 {
        return Err(unknown_features(unknown, &extensions));
    }
    let compression = match compression_type {
        0 => Compression::Deflate,
        1 => Compression::Zstandard,
        other => {
            return Err(FormatError::Unsupported(format!(
                "a QCOW2 image with compression type {other}; deflate (0) and zstd (1) are read; \
                 convert it with `qemu-img convert -O raw`"
            )));
        }
    };
    if features & EXTENDED_L2 != 0 && cluster_bits < 14 {
        return Err(malformed(
            20,
            format!("clusters of 2^{cluster_bits} bytes with extended L2 entries"),
        ));
    }
    let size = fields.u64(24);
    if i64::try_from(size).is_err() {
        return Err(malformed(24, format!("a disk of {size} bytes")));
    }
    let l1_offset = fields.u64(40);
    if !l1_offset.is_multiple_of(cluster_size) {
        return Err(malformed(
            40,
            format!("the L1 table at byte {l1_offset}, which is no cluster boundary"),
        ));
    }
    let backing = backing_name(bytes, fields.u64(8), u64::from(fields.u32(16)), &mut notes);
    Ok(Header {
        version,
        cluster_bits,
        size,
        l1_entries: fields.u32(36),
        l1_offset,
        snapshots: fields.u32(60),
        snapshots_offset: fields.u64(64),
        features,
        compression,
        backing,
        backing_format: extensions.backing_format,
        data_file: extensions.data_file,
        notes,
    })
}

/// The path of a backing file; `None` when there is none. One that cannot be read is an empty
/// name, so that nothing is taken for zeros that a backing file holds.
pub(super) fn backing_name(
    bytes: &dyn ReadAt,
    offset: u64,
    length: u64,
    notes: &mut Vec<String>,
) -> Option<String> {
    if offset == 0 {
        return None;
    }
    if length <= LONGEST_NAME
        && let Ok(name) = read_vec_at(bytes, offset, length)
        && super::as_u64(name.len()) == length
    {
        return Some(String::from_utf8_lossy(&name).into_owned());
    }
    notes.push(format!(
        "the name of the backing file ({length} bytes at byte {offset}) cannot be read"
    ));
    Some(String::new())
}

/// The refusal of an encrypted image.
pub(super) fn encrypted(method: u32) -> FormatError {
    let how = match method {
        1 => "AES".to_owned(),
        2 => "LUKS".to_owned(),
        other => format!("method {other}"),
    };
    FormatError::Unsupported(format!(
        "a QCOW image that is encrypted ({how}); decrypt it with its key: `qemu-img convert \
         --object secret,… -O raw`"
    ))
}

fn unknown_features(unknown: u64, extensions: &Extensions) -> FormatError {
    let names: Vec<String> = (0..64_u8)
        .filter(|bit| unknown >> bit & 1 == 1)
        .map(|bit| {
            let name = extensions
                .features
                .iter()
                .find(|(number, _)| *number == bit);
            match name {
                Some((_, name)) => format!("bit {bit} ({name})"),
                None => format!("bit {bit}"),
            }
        })
        .collect();
    FormatError::Unsupported(format!(
        "a QCOW2 image with incompatible features that are not known: {}; convert it with \
         `qemu-img convert -O raw`",
        names.join(", ")
    ))
}

/// What the header extensions say.
#[derive(Default)]
struct Extensions {
    backing_format: Option<String>,
    data_file: Option<String>,
    /// Bits of incompatible features and their names.
    features: Vec<(u8, String)>,
}

impl Extensions {
    /// The most extensions that are looked at.
    const MOST: usize = 1000;

    fn read(bytes: &dyn ReadAt, start: u64, end: u64, notes: &mut Vec<String>) -> Self {
        let mut extensions = Self::default();
        let mut at = start;
        for _ in 0..Self::MOST {
            let mut head = [0; 8];
            if at.saturating_add(8) > end || read_exact_at(bytes, at, &mut head).is_err() {
                return extensions;
            }
            let [a, b, c, d, e, f, g, h] = head;
            let kind = u32::from_be_bytes([a, b, c, d]);
            let length = u64::from(u32::from_be_bytes([e, f, g, h]));
            let data = at.saturating_add(8);
            if kind == END {
                return extensions;
            }
            if data.saturating_add(length) > end {
                notes.push(format!(
                    "the header extension at byte {at} is longer than the header cluster; it and \
                     what follows is not read"
                ));
                return extensions;
            }
            let text = || {
                let data = read_vec_at(bytes, data, length).unwrap_or_default();
                String::from_utf8_lossy(&data).into_owned()
            };
            match kind {
                BACKING_FORMAT => extensions.backing_format = Some(text()),
                DATA_FILE_NAME => extensions.data_file = Some(text()),
                FEATURE_NAMES => {
                    let table = read_vec_at(bytes, data, length).unwrap_or_default();
                    extensions.features = feature_names(&table);
                }
                _ => {}
            }
            at = data.saturating_add(length.next_multiple_of(8));
        }
        extensions
    }
}

/// The incompatible features of a feature name table.
fn feature_names(table: &[u8]) -> Vec<(u8, String)> {
    table
        .chunks_exact(48)
        .filter_map(|entry| match entry {
            [0, bit, name @ ..] => {
                let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
                let name = String::from_utf8_lossy(name);
                Some((*bit, super::same_folder::shown(&name)))
            }
            _ => None,
        })
        .collect()
}

/// Big-endian fields of a header.
pub(super) struct Fields(Vec<u8>);

impl Fields {
    pub(super) fn of(bytes: &dyn ReadAt, length: u64) -> Result<Self, FormatError> {
        let fields = read_vec_at(bytes, 0, length)
            .map_err(|source| FormatError::unreadable(STRUCTURE, 0, source))?;
        if super::as_u64(fields.len()) < length {
            return Err(FormatError::malformed(
                STRUCTURE,
                0,
                format!("the file ends after {} bytes", fields.len()),
            ));
        }
        Ok(Self(fields))
    }

    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0
            .get(at..)
            .and_then(<[u8]>::first_chunk)
            .copied()
            .unwrap_or([0; N])
    }

    pub(super) fn u8(&self, at: usize) -> u8 {
        u8::from_be_bytes(self.array(at))
    }

    pub(super) fn u32(&self, at: usize) -> u32 {
        u32::from_be_bytes(self.array(at))
    }

    pub(super) fn u64(&self, at: usize) -> u64 {
        u64::from_be_bytes(self.array(at))
    }
}
