//! QCOW2, the disk image of QEMU (versions 2 and 3), and its forerunner QCOW (version 1).
//!
//! Sources: QEMU, docs/interop/qcow2; for version 1 libyal, "QEMU Copy-On-Write file format".
//! Held against `qemu-img` (docs/validation/vmdk-qcow2.md).

mod backing;
mod clusters;
mod header;
mod snapshots;
mod version1;

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::backing::Backing;
use self::clusters::{Clusters, Data};
use self::header::{CORRUPT, Compression, DATA_FILE, DIRTY, EXTENDED_L2, Header};
use super::few_notes::few;
use super::mapped::{Mapped, as_u64};
use super::same_folder::shown;
use super::{Candidate, Container, Ends, Fact, Format, mapped, same_folder, table_pages, unpack};
use crate::FormatError;

/// QCOW2 images of versions 2 and 3, and QCOW images of version 1.
pub(super) static FORMAT: Format = Format { is_one, open };

fn is_one(ends: &Ends<'_>) -> bool {
    ends.start.starts_with(b"QFI\xFB")
}

fn open(candidate: &Candidate<'_>) -> Result<Container, FormatError> {
    let fields = header::Fields::of(candidate.bytes.as_ref(), 8)?;
    if fields.u32(4) == 1 {
        return version1::open(candidate);
    }
    let header = header::read(candidate.bytes.as_ref())?;
    if header.size > 0 && header.l1_offset >= candidate.bytes.size() {
        return Err(FormatError::malformed(
            "QCOW2 header",
            40,
            format!(
                "the L1 table at byte {}, behind the end of the file",
                header.l1_offset
            ),
        ));
    }
    let mut notes = header.notes.clone();
    let mut facts = facts(&header);
    state_notes(&header, &mut notes);
    snapshots::list(candidate.bytes.as_ref(), &header, &mut facts, &mut notes);
    let mut files = Vec::new();
    let data = data_file(candidate, &header, &mut files, &mut notes);
    let backing = Backing::of(candidate, &header);
    files.extend(backing.files);
    notes.extend(backing.notes);
    let clusters = Clusters::new(Arc::clone(&candidate.bytes), data, &header);
    let covered = u128::from(clusters.l1_entries) << clusters.l1_shift();
    if covered < u128::from(header.size) {
        notes.push(format!(
            "the L1 table stands for {covered} bytes of a disk of {}; what is behind them cannot \
             be read",
            header.size
        ));
    }
    let cluster_size = clusters.cluster_size();
    Ok(Container {
        format: "QCOW2",
        media: Arc::new(Mapped::new(
            clusters,
            backing.below,
            cluster_size,
            candidate.depth,
        )),
        sector_size: 512,
        facts,
        stored_hashes: Vec::new(),
        files,
        notes: few(notes),
    })
}

fn facts(header: &Header) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("version", header.version.to_string()),
        Fact::new("cluster size", (1_u64 << header.cluster_bits).to_string()),
        Fact::new(
            "compression",
            match header.compression {
                Compression::Deflate => "deflate",
                Compression::Zstandard => "zstd",
            },
        ),
    ];
    if header.features & EXTENDED_L2 != 0 {
        facts.push(Fact::new("extended L2 entries", "yes"));
    }
    let texts = [
        ("backing file", &header.backing),
        ("backing file format", &header.backing_format),
        ("external data file", &header.data_file),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            facts.push(Fact::new(name, shown(text)));
        }
    }
    facts
}

fn state_notes(header: &Header, notes: &mut Vec<String>) {
    if header.features & DIRTY != 0 {
        notes.push(
            "the image was not closed cleanly (dirty bit): its reference counts may be wrong, \
             which reading does not use"
                .to_owned(),
        );
    }
    if header.features & CORRUPT != 0 {
        notes.push(
            "QEMU has marked the image as corrupt (corrupt bit): any of its tables may be wrong"
                .to_owned(),
        );
    }
    if header.snapshots > 0 {
        notes.push(format!(
            "the image holds {} snapshots of earlier states of the disk; only its current state \
             is read (`qemu-img convert -l snapshot.name=NAME` gives an earlier one)",
            header.snapshots
        ));
    }
}

fn data_file(
    candidate: &Candidate<'_>,
    header: &Header,
    files: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> Data {
    if header.features & DATA_FILE == 0 {
        return Data::Own;
    }
    let found = match &header.data_file {
        Some(path) => same_folder::find(candidate, path),
        None => Err("the image does not name it".to_owned()),
    };
    Data::External(match found {
        Ok(found) => {
            files.push(found.name);
            Ok(found.bytes)
        }
        Err(why) => {
            let why = format!("the external data file: {why}; what it holds cannot be read");
            notes.push(why.clone());
            Err(why)
        }
    })
}
