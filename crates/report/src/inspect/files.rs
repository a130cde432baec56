//! The files of every volume, with their times, living and deleted.

use std::io::{self, Write};

use kusari::{Owner, Reconstruction};
use kusari_artifacts::text::AnsiCodePage;
use kusari_artifacts::zone_identifier::{self, ZoneIdentifier};
use kusari_evidence::{Entry, EntryKind, FileSystem, Limits, Volume, read_all, walk};
use serde::Serialize;

use crate::layout::{Column, Grid, Page, visible};
use crate::rows::{self, or_empty};
use crate::view::{Format, View};

#[derive(Debug, Serialize)]
struct FileJson {
    owner: String,
    volume: String,
    path: String,
    kind: &'static str,
    size: u64,
    created: Option<String>,
    modified: Option<String>,
    accessed: Option<String>,
    changed: Option<String>,
    /// The times beside its name.
    name_created: Option<String>,
    name_modified: Option<String>,
    name_accessed: Option<String>,
    name_changed: Option<String>,
    deleted: bool,
    /// Where its record stands on the volume.
    reference: Option<u64>,
    streams: Vec<String>,
    /// What its `Zone.Identifier` says.
    zone: Option<String>,
    referrer_url: Option<String>,
    host_url: Option<String>,
}

/// Writes the files of every volume that was opened, with their times, deleted ones marked. What
/// could not be listed is given to `notes`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn files(
    r: &Reconstruction,
    view: &View,
    notes: &mut Vec<String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut listed = Vec::new();
    for (owner, evidence_id, volume) in volumes(r, view) {
        let name = if volume.place.is_empty() {
            evidence_id.to_owned()
        } else {
            format!("{evidence_id}/{}", volume.place)
        };
        let files = volume.file_system.as_ref();
        let mut unread = Vec::new();
        let mut add = |entry: Entry| {
            let zone = zone_of(files, &entry).unwrap_or_else(|error| {
                if unread.len() < MOST_UNREAD {
                    unread.push(format!("{name}: {error}"));
                }
                None
            });
            listed.push(file(&owner, &name, entry, zone.as_ref()));
        };
        let summary = walk(files, &Limits::default(), &mut add);
        notes.extend(
            summary
                .notes
                .into_iter()
                .map(|note| format!("{name}: {note}")),
        );
        if let Err(error) = files.deleted(&mut add) {
            notes.push(format!("{name}: {error}"));
        }
        notes.extend(unread);
    }
    match view.format {
        Format::Json => rows::json_array(out, listed.into_iter()),
        Format::JsonLines => rows::json_lines(out, listed.into_iter()),
        Format::Csv => {
            let header = [
                "owner",
                "volume",
                "path",
                "kind",
                "size",
                "created",
                "modified",
                "accessed",
                "changed",
                "name_created",
                "name_modified",
                "name_accessed",
                "name_changed",
                "deleted",
                "reference",
                "streams",
                "zone",
                "referrer_url",
                "host_url",
            ];
            rows::csv(out, header, listed.into_iter().map(row))
        }
        Format::Svg => rows::no_picture(),
        Format::Table => out.write_all(page(&listed, view).to_terminal(view.width).as_bytes()),
        Format::Markdown => out.write_all(page(&listed, view).to_markdown().as_bytes()),
    }
}

/// The volumes of the machines that were asked for, and of all devices.
fn volumes<'a>(r: &'a Reconstruction, view: &View) -> Vec<(String, &'a str, &'a Volume)> {
    let mut all = Vec::new();
    for one in r.evidence() {
        let owner = match one.owner {
            Owner::Machine(index) => {
                let index = u32::try_from(index).ok();
                if !view.selection.has_machine(index) {
                    continue;
                }
                index
                    .and_then(|index| r.machine(index))
                    .map(|m| m.id.clone())
            }
            Owner::Device(index) => r.case().devices.get(index).map(|d| d.label.clone()),
        };
        let owner = owner.unwrap_or_default();
        let volumes = one.evidence.volumes.iter();
        all.extend(volumes.map(|volume| (owner.clone(), one.evidence.id.as_str(), volume)));
    }
    all
}

/// The most streams that could not be read and are said.
const MOST_UNREAD: usize = 100;

/// What the stream `Zone.Identifier` of a file says; `None` where it has none. Of a deleted file it
/// is read only as far as anything is left of it.
fn zone_of(
    files: &dyn FileSystem,
    entry: &Entry,
) -> kusari_evidence::Result<Option<ZoneIdentifier>> {
    let mut streams = entry.streams.iter();
    let Some(stream) = streams.find(|own| own.name == zone_identifier::STREAM) else {
        return Ok(None);
    };
    if stream.size > zone_identifier::LARGEST {
        return Ok(None);
    }
    let read = || {
        let mut file = files.open_entry(entry, Some(&stream.name))?;
        read_all(&mut file, zone_identifier::LARGEST)
    };
    match read() {
        Ok(bytes) => Ok(Some(zone_identifier::read(&bytes, AnsiCodePage::default()))),
        Err(_) if entry.deleted => Ok(None),
        Err(error) => Err(error),
    }
}

fn file(owner: &str, volume: &str, entry: Entry, zone: Option<&ZoneIdentifier>) -> FileJson {
    let time = |at: Option<kusari_evidence::time::RecordedTime>| at.map(|at| at.to_string());
    FileJson {
        owner: owner.to_owned(),
        volume: volume.to_owned(),
        kind: match entry.kind {
            EntryKind::File => "file",
            EntryKind::Folder => "folder",
            EntryKind::Link => "link",
            _ => "special",
        },
        size: entry.size,
        created: time(entry.times.created),
        modified: time(entry.times.modified),
        accessed: time(entry.times.accessed),
        changed: time(entry.times.changed),
        name_created: time(entry.name_times.created),
        name_modified: time(entry.name_times.modified),
        name_accessed: time(entry.name_times.accessed),
        name_changed: time(entry.name_times.changed),
        deleted: entry.deleted,
        reference: entry.reference,
        streams: entry
            .streams
            .into_iter()
            .map(|stream| stream.name)
            .collect(),
        path: entry.path,
        zone: zone
            .and_then(ZoneIdentifier::zone)
            .map(|zone| zone.to_string()),
        referrer_url: zone
            .and_then(ZoneIdentifier::referrer_url)
            .map(ToOwned::to_owned),
        host_url: zone
            .and_then(ZoneIdentifier::host_url)
            .map(ToOwned::to_owned),
    }
}

fn row(file: FileJson) -> [String; 19] {
    [
        file.owner,
        file.volume,
        file.path,
        file.kind.to_owned(),
        file.size.to_string(),
        or_empty(file.created),
        or_empty(file.modified),
        or_empty(file.accessed),
        or_empty(file.changed),
        or_empty(file.name_created),
        or_empty(file.name_modified),
        or_empty(file.name_accessed),
        or_empty(file.name_changed),
        file.deleted.to_string(),
        or_empty(file.reference),
        file.streams.join(";"),
        or_empty(file.zone),
        or_empty(file.referrer_url),
        or_empty(file.host_url),
    ]
}

fn page(listed: &[FileJson], view: &View) -> Page {
    let texts = view.language.texts();
    let mut page = Page::default();
    page.heading(texts.files_title);
    let mut rest = listed;
    while let Some(first) = rest.first() {
        let same = |file: &&FileJson| (&file.owner, &file.volume) == (&first.owner, &first.volume);
        let count = rest.iter().take_while(same).count().max(1);
        let (here, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        rest = behind;
        let mut grid = Grid {
            columns: vec![
                Column::text(texts.file),
                Column::number(texts.size),
                Column::text(texts.fact("created")),
                Column::text(texts.fact("modified")),
                Column::text(texts.state),
            ],
            ..Grid::default()
        };
        for file in here {
            let shown =
                |time: &Option<String>| time.as_deref().map(to_the_second).unwrap_or_default();
            grid.rows.push(vec![
                visible(&file.path).into(),
                file.size.to_string().into(),
                shown(&file.created).into(),
                shown(&file.modified).into(),
                if file.deleted {
                    texts.state("deleted")
                } else {
                    ""
                }
                .into(),
            ]);
        }
        page.text(format!(
            "{}: {}",
            visible(&first.owner),
            visible(&first.volume)
        ));
        page.table(grid);
    }
    page
}

/// A time without its decimals; the data formats have them.
fn to_the_second(time: &str) -> String {
    match time.split_once('.') {
        Some((whole, rest)) => {
            let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{whole}{zone}")
        }
        None => time.to_owned(),
    }
}
