//! The headers of sparse extents: the hosted one (`KDMV`) and that of ESX (`COWD`).

use crate::{FormatError, ReadAt, read_exact_at};

/// Bytes in a sector, in all structures of the format.
pub(super) const SECTOR: u64 = 512;

/// The header of a sparse extent, as far as reading needs it. Places and sizes are in sectors.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) capacity: u64,
    pub(super) grain: u64,
    /// Entries of a grain table.
    pub(super) table_entries: u64,
    /// Where the grain directories are; 0 for none.
    pub(super) directory: u64,
    pub(super) redundant_directory: u64,
    /// Where the first grain can be.
    pub(super) overhead: u64,
    pub(super) descriptor: u64,
    pub(super) descriptor_sectors: u64,
    /// An entry of 1 stands for a grain of zeros.
    pub(super) zeroed_grains: bool,
    pub(super) compressed: bool,
    /// A marker stands before each compressed grain.
    pub(super) markers: bool,
    pub(super) notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Hosted,
    Cowd,
}

/// The value of `directory` when the footer has it.
pub(super) const AT_END: u64 = u64::MAX;

pub(super) const HOSTED: &[u8; 4] = b"KDMV";
pub(super) const COWD: &[u8; 4] = b"COWD";

/// The magic number and version of an extent of type SESPARSE.
pub(super) const SE_SPARSE: [u8; 16] = [0xBE, 0xBA, 0xFE, 0xCA, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0];

/// Flags.
const NEW_LINE_TEST: u32 = 1;
const HAS_REDUNDANT: u32 = 1 << 1;
const ZEROED_GRAINS: u32 = 1 << 2;
const COMPRESSED: u32 = 1 << 16;
const MARKERS: u32 = 1 << 17;

/// The largest grains: 1 GiB as they are, 16 MiB compressed (they are unpacked in memory). Usual
/// are 64 KiB.
const LARGEST_GRAIN: u64 = 1 << 21;
const LARGEST_PACKED_GRAIN: u64 = 1 << 15;

const HOSTED_HEADER: &str = "VMDK sparse extent header";
const COWD_HEADER: &str = "COWD sparse extent header";

/// Reads the header at the start of a file.
pub(super) fn read(bytes: &dyn ReadAt) -> Result<Header, FormatError> {
    read_at(bytes, 0)
}

/// Reads a header at `offset`: the footer of a stream is one.
pub(super) fn read_at(bytes: &dyn ReadAt, offset: u64) -> Result<Header, FormatError> {
    let mut sector = [0; 512];
    read_exact_at(bytes, offset, &mut sector)
        .map_err(|source| FormatError::unreadable(HOSTED_HEADER, offset, source))?;
    if sector.starts_with(HOSTED) {
        hosted(&sector, offset)
    } else if sector.starts_with(COWD) {
        cowd(&sector, offset)
    } else if sector.starts_with(&SE_SPARSE) {
        Err(se_sparse())
    } else {
        Err(FormatError::malformed(
            HOSTED_HEADER,
            offset,
            "neither `KDMV` nor `COWD` stands there",
        ))
    }
}

/// The refusal of the space-efficient sparse format.
pub(super) fn se_sparse() -> FormatError {
    FormatError::Unsupported(
        "a VMDK of type SESPARSE (a snapshot of VMFS 6), whose format VMware has not published; \
         consolidate the snapshot, or convert the disk with `qemu-img convert -O raw`"
            .to_owned(),
    )
}

fn hosted(sector: &[u8; 512], offset: u64) -> Result<Header, FormatError> {
    let malformed =
        |at: u64, problem: String| FormatError::malformed(HOSTED_HEADER, offset + at, problem);
    let version = u32_at(sector, 4);
    if !(1..=3).contains(&version) {
        return Err(FormatError::Unsupported(format!(
            "a VMDK sparse extent of version {version}; 1, 2 and 3 are read"
        )));
    }
    let flags = u32_at(sector, 8);
    let compressed = flags & COMPRESSED != 0;
    let grain = u64_at(sector, 20);
    let largest = if compressed {
        LARGEST_PACKED_GRAIN
    } else {
        LARGEST_GRAIN
    };
    if !grain.is_power_of_two() || grain > largest {
        return Err(malformed(20, format!("grains of {grain} sectors")));
    }
    let table_entries = u64::from(u32_at(sector, 44));
    if !(1..=65_536).contains(&table_entries) {
        return Err(malformed(
            44,
            format!("grain tables of {table_entries} entries"),
        ));
    }
    let algorithm = u16_at(sector, 77);
    if compressed && algorithm != 1 {
        return Err(FormatError::Unsupported(format!(
            "a VMDK with compression method {algorithm}; deflate (1) is read"
        )));
    }
    let mut notes = Vec::new();
    if flags & NEW_LINE_TEST != 0 && sector.get(73..77) != Some(b"\n \r\n") {
        notes.push(
            "the header's line ends are changed: the file went through a transfer as text, which \
             damages it"
                .to_owned(),
        );
    }
    if sector.get(72) == Some(&1) {
        notes.push("the extent was not closed cleanly".to_owned());
    }
    // Bit 1 says that the redundant grain directory is kept; what is in both is the same.
    let redundant = if flags & HAS_REDUNDANT != 0 {
        u64_at(sector, 48)
    } else {
        0
    };
    Ok(Header {
        kind: Kind::Hosted,
        capacity: u64_at(sector, 12),
        grain,
        table_entries,
        directory: u64_at(sector, 56),
        redundant_directory: redundant,
        overhead: u64_at(sector, 64),
        descriptor: u64_at(sector, 28),
        descriptor_sectors: u64_at(sector, 36),
        zeroed_grains: flags & ZEROED_GRAINS != 0,
        compressed,
        markers: flags & MARKERS != 0,
        notes,
    })
}

fn cowd(sector: &[u8; 512], offset: u64) -> Result<Header, FormatError> {
    let malformed =
        |at: u64, problem: String| FormatError::malformed(COWD_HEADER, offset + at, problem);
    let version = u32_at(sector, 4);
    if version != 1 {
        return Err(FormatError::Unsupported(format!(
            "a COWD sparse extent of version {version}; 1 is read"
        )));
    }
    let grain = u64::from(u32_at(sector, 16));
    if grain == 0 || grain > LARGEST_GRAIN {
        return Err(malformed(16, format!("grains of {grain} sectors")));
    }
    Ok(Header {
        kind: Kind::Cowd,
        capacity: u64::from(u32_at(sector, 12)),
        grain,
        table_entries: 4096,
        directory: u64::from(u32_at(sector, 20)),
        redundant_directory: 0,
        overhead: 0,
        descriptor: 0,
        descriptor_sectors: 0,
        zeroed_grains: false,
        compressed: false,
        markers: false,
        notes: Vec::new(),
    })
}

fn array<const N: usize>(sector: &[u8], at: usize) -> [u8; N] {
    sector
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .copied()
        .unwrap_or([0; N])
}

fn u16_at(sector: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(array(sector, at))
}

fn u32_at(sector: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array(sector, at))
}

fn u64_at(sector: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array(sector, at))
}
