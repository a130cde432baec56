//! What was opened and found.

use std::io::{self, Write};

use kusari::Reconstruction;
use kusari::case::Case;
use kusari_evidence::open;
use serde::Serialize;

use crate::layout::{Column, Grid, Page, visible};
use crate::rows::{self, or_empty};
use crate::view::{Format, View};

#[derive(Debug, Serialize)]
struct InspectJson<'a> {
    evidence: Vec<EvidenceJson>,
    artifacts: Vec<ArtifactJson<'a>>,
}

#[derive(Debug, Serialize)]
struct EvidenceJson {
    /// The machine's id, or the label of the device whose log it is.
    machine: String,
    path: String,
    kind: Option<String>,
    volumes: Vec<VolumeJson>,
    notes: Vec<String>,
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct VolumeJson {
    id: String,
    letter: Option<char>,
    place: String,
    file_system: String,
    description: String,
}

#[derive(Debug, Serialize)]
struct ArtifactJson<'a> {
    machine: Option<&'a str>,
    device: Option<&'a str>,
    artifact: &'a str,
    source: &'a str,
    size: u64,
    sha256: Option<String>,
    companions: Vec<CompanionJson<'a>>,
    records: u64,
    error: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct CompanionJson<'a> {
    name: &'a str,
    sha256: String,
}

/// Writes what was opened (containers, volumes, file systems) and the artifacts found on it, with
/// their hashes.
///
/// # Errors
/// When `out` cannot be written to.
pub fn inspect(
    reconstruction: &Reconstruction,
    view: &View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let data = InspectJson {
        evidence: evidence(reconstruction, view),
        artifacts: artifacts(reconstruction, view),
    };
    match view.format {
        Format::Json => rows::json(out, &data),
        Format::JsonLines => rows::json_lines(out, data.artifacts.into_iter()),
        Format::Csv => {
            let header = [
                "machine", "device", "artifact", "source", "size", "sha256", "records", "error",
            ];
            rows::csv(out, header, data.artifacts.into_iter().map(to_row))
        }
        Format::Table => out.write_all(page(&data, view).to_terminal(view.width).as_bytes()),
        Format::Markdown => out.write_all(page(&data, view).to_markdown().as_bytes()),
    }
}

/// Opens what the case names once more, to say what it is.
fn evidence(r: &Reconstruction, view: &View) -> Vec<EvidenceJson> {
    let case: &Case = r.case();
    let machines = (0..)
        .zip(&case.machines)
        .filter(|(i, _)| view.selection.has_machine(Some(*i)));
    let of_machines = machines.flat_map(|(index, machine)| {
        let id = r
            .machine(index)
            .map(|machine| machine.id.clone())
            .unwrap_or_default();
        machine
            .evidence
            .iter()
            .map(move |path| (id.clone(), path.clone()))
    });
    let of_devices = case.devices.iter().filter_map(|device| {
        Some((
            device.label.clone(),
            device.vendor_log.as_ref()?.path.clone(),
        ))
    });
    of_machines
        .chain(of_devices)
        .map(|(machine, path)| {
            let shown = path.display().to_string();
            match open(&path) {
                Ok(evidence) => EvidenceJson {
                    machine,
                    path: shown,
                    kind: Some(evidence.description),
                    volumes: evidence
                        .volumes
                        .into_iter()
                        .map(|volume| VolumeJson {
                            file_system: volume.file_system.kind().to_owned(),
                            id: volume.id,
                            letter: volume.letter,
                            place: volume.place,
                            description: volume.description,
                        })
                        .collect(),
                    notes: evidence.notes,
                    error: None,
                },
                Err(error) => EvidenceJson {
                    machine,
                    path: shown,
                    kind: None,
                    volumes: Vec::new(),
                    notes: Vec::new(),
                    error: Some(error.to_string()),
                },
            }
        })
        .collect()
}

fn artifacts<'a>(r: &'a Reconstruction, view: &View) -> Vec<ArtifactJson<'a>> {
    r.sources()
        .iter()
        .filter(|source| view.selection.has_machine(source.machine))
        .map(|source| ArtifactJson {
            machine: source
                .machine
                .and_then(|index| r.machine(index))
                .map(|m| m.id.as_str()),
            device: source.device_label.as_deref(),
            artifact: source.artifact,
            source: &source.name,
            size: source.size,
            sha256: source.sha256.map(|hash| hash.to_string()),
            companions: source
                .companions
                .iter()
                .map(|(name, hash)| CompanionJson {
                    name,
                    sha256: hash.to_string(),
                })
                .collect(),
            records: source.outcome.coverage.records,
            error: source.error.as_deref(),
        })
        .collect()
}

fn to_row(artifact: ArtifactJson<'_>) -> [String; 8] {
    [
        or_empty(artifact.machine),
        or_empty(artifact.device),
        artifact.artifact.to_owned(),
        artifact.source.to_owned(),
        artifact.size.to_string(),
        or_empty(artifact.sha256),
        artifact.records.to_string(),
        or_empty(artifact.error),
    ]
}

fn page(data: &InspectJson<'_>, view: &View) -> Page {
    let texts = view.language.texts();
    let mut opened = Grid {
        columns: [texts.machine, texts.evidence, texts.kind, texts.volumes]
            .into_iter()
            .map(Column::text)
            .collect(),
        rows: Vec::new(),
        ruled: true,
    };
    for one in &data.evidence {
        let mut kind: Vec<String> = one
            .kind
            .iter()
            .chain(&one.error)
            .map(|t| visible(t))
            .collect();
        kind.extend(one.notes.iter().map(|note| visible(note)));
        let volumes = one.volumes.iter().map(|volume| {
            let place = if volume.place.is_empty() {
                String::new()
            } else {
                format!(" ({})", visible(&volume.place))
            };
            format!("{}: {}{place}", visible(&volume.id), volume.file_system)
        });
        opened.rows.push(vec![
            visible(&one.machine).into(),
            visible(&one.path).into(),
            kind.into(),
            volumes.collect::<Vec<_>>().into(),
        ]);
    }
    let mut found = Grid {
        columns: vec![
            Column::text(texts.machine),
            Column::text(texts.source),
            Column::number(texts.size),
            Column::number(texts.records),
            Column::text(texts.sha256),
        ],
        rows: Vec::new(),
        ruled: true,
    };
    for artifact in &data.artifacts {
        let mut source = vec![
            texts.artifact(artifact.artifact).to_owned(),
            visible(artifact.source),
        ];
        source.extend(
            artifact
                .companions
                .iter()
                .map(|own| format!("+ {}", visible(own.name))),
        );
        source.extend(artifact.error.map(visible));
        // Half of a hash a line: 64 digits are no word that a column could hold.
        let halves = |hash: &str| {
            let (first, second) = hash.split_at_checked(32).unwrap_or((hash, ""));
            vec![first.to_owned(), second.to_owned()]
        };
        let mut hashes = artifact.sha256.as_deref().map(halves).unwrap_or_default();
        hashes.extend(
            artifact
                .companions
                .iter()
                .flat_map(|own| halves(&own.sha256)),
        );
        let owner = artifact.machine.or(artifact.device).unwrap_or("-");
        found.rows.push(vec![
            visible(owner).into(),
            source.into(),
            artifact.size.to_string().into(),
            artifact.records.to_string().into(),
            hashes.into(),
        ]);
    }
    let mut page = Page::default();
    page.heading(texts.inspect_title).table(opened).table(found);
    page
}
