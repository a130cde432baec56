//! What a VHD says about itself, for people.

use super::super::Fact;
use super::dynamic_header::DynamicHeader;
use super::footer::{DiskType, Footer, moment};

/// What the footer says.
pub(super) fn of_footer(footer: &Footer, kind: DiskType) -> Vec<Fact> {
    let kind = match kind {
        DiskType::Fixed => "fixed",
        DiskType::Dynamic => "dynamic",
        DiskType::Differencing => "differencing",
    };
    let mut facts = vec![
        Fact::new("disk type", kind),
        Fact::new("disk id", footer.id.to_string()),
        Fact::new("creator application", creator(footer)),
        Fact::new(
            "creator version",
            format!(
                "{}.{}",
                footer.creator_version >> 16,
                footer.creator_version & 0xFFFF
            ),
        ),
        Fact::new("creator host system", host(footer)),
        Fact::new("time stamp", moment(footer.time_stamp)),
        Fact::new("current size", format!("{} bytes", footer.current_size)),
    ];
    if footer.original_size != footer.current_size {
        facts.push(Fact::new(
            "original size",
            format!("{} bytes", footer.original_size),
        ));
    }
    facts.push(Fact::new(
        "geometry",
        format!(
            "{} cylinders, {} heads, {} sectors",
            footer.cylinders, footer.heads, footer.sectors_per_track
        ),
    ));
    if footer.features & 1 != 0 {
        facts.push(Fact::new("temporary disk", "yes"));
    }
    facts
}

/// What the dynamic disk header says.
pub(super) fn of_header(header: &DynamicHeader) -> [Fact; 1] {
    [Fact::new(
        "block size",
        format!("{} bytes", header.block_size),
    )]
}

/// What a differencing disk says about its parent.
pub(super) fn of_parent(header: &DynamicHeader) -> [Fact; 3] {
    [
        Fact::new("parent name", header.parent_name.clone()),
        Fact::new("parent id", header.parent_id.to_string()),
        Fact::new("parent time stamp", moment(header.parent_time_stamp)),
    ]
}

/// What a person should know about how the disk was used.
pub(super) fn notes(footer: &Footer) -> Vec<String> {
    let mut notes = Vec::new();
    if footer.saved_state != 0 {
        notes.push(
            "the disk belongs to a virtual machine in saved state: what its memory held is not on \
             the disk"
                .to_owned(),
        );
    }
    // Virtual PC gave its guests what the geometry makes; QEMU reads these two creators so.
    let by_geometry = matches!(&footer.creator, b"vpc " | b"qemu");
    let shown = footer.geometry_size();
    if by_geometry && shown < footer.current_size {
        notes.push(format!(
            "the virtual machine saw only the {shown} bytes that the geometry makes; the disk is \
             read to its stored size of {} bytes",
            footer.current_size
        ));
    }
    notes
}

fn creator(footer: &Footer) -> String {
    let name = match &footer.creator {
        b"vpc " => "Virtual PC",
        b"vs  " => "Virtual Server",
        b"win " => "Windows",
        b"d2v\0" => "Disk2vhd",
        b"qemu" | b"qem2" => "QEMU",
        other => return printable(other),
    };
    format!("{} ({name})", printable(&footer.creator))
}

fn host(footer: &Footer) -> String {
    match &footer.host {
        b"Wi2k" => "Windows".to_owned(),
        b"Mac " => "Macintosh".to_owned(),
        other => printable(other),
    }
}

/// Four bytes of a name, what is no printable ASCII as its number.
fn printable(bytes: &[u8; 4]) -> String {
    let end = bytes
        .iter()
        .rposition(|byte| !matches!(byte, 0 | b' '))
        .map_or(0, |last| last.saturating_add(1));
    let text = bytes.get(..end).unwrap_or_default();
    text.escape_ascii().to_string()
}
