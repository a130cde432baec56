//! What was opened and found, as data.

use std::path::Path;

use kusari::source::Source;
use kusari::{OpenedEvidence, Owner, Reconstruction};
use kusari_evidence::container::Fact;
use kusari_evidence::{Evidence, Layer, LockedVolume, open};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::companion::{CompanionJson, companions};
use crate::rows::or_empty;
use crate::view::View;

#[derive(Debug, Serialize)]
pub(super) struct InspectJson<'a> {
    pub(super) machines: Vec<MachineJson<'a>>,
    pub(super) evidence: Vec<EvidenceJson<'a>>,
    pub(super) artifacts: Vec<ArtifactJson<'a>>,
}

/// What the evidence says of a machine.
#[derive(Debug, Serialize)]
pub(super) struct MachineJson<'a> {
    pub(super) machine: &'a str,
    pub(super) names: &'a [String],
    pub(super) windows: Option<&'a str>,
    pub(super) installed: Option<String>,
    pub(super) timezone: String,
    pub(super) users: Vec<UserJson<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct UserJson<'a> {
    pub(super) sid: &'a str,
    pub(super) name: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct EvidenceJson<'a> {
    /// The machine's id, or the label of the device that it is of.
    pub(super) machine: String,
    pub(super) path: String,
    pub(super) kind: Option<String>,
    pub(super) layers: Option<LayerJson<'a>>,
    pub(super) volumes: Vec<VolumeJson<'a>>,
    pub(super) locked: Vec<LockedJson<'a>>,
    pub(super) notes: &'a [String],
    pub(super) error: Option<String>,
    /// Its place among what was opened, to which artifacts refer.
    #[serde(skip)]
    pub(super) opened: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct LayerJson<'a> {
    pub(super) kind: &'static str,
    pub(super) title: &'a str,
    #[serde(serialize_with = "as_object")]
    pub(super) facts: &'a [Fact],
    pub(super) notes: &'a [String],
    /// The id of its volume, when files are read from it.
    pub(super) volume: Option<&'a str>,
    #[serde(skip)]
    pub(super) volume_index: Option<usize>,
    pub(super) children: Vec<LayerJson<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct VolumeJson<'a> {
    id: &'a str,
    letter: Option<char>,
    place: &'a str,
    file_system: String,
    description: &'a str,
    serial: Option<String>,
    serial64: Option<String>,
    label: Option<String>,
    snapshot_created: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct LockedJson<'a> {
    place: &'a str,
    identifier: &'a str,
    method: &'a str,
    protectors: &'a [String],
    reason: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct ArtifactJson<'a> {
    pub(super) machine: Option<&'a str>,
    pub(super) device: Option<&'a str>,
    pub(super) artifact: &'a str,
    pub(super) source: &'a str,
    pub(super) size: u64,
    pub(super) created: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) sha256: Option<String>,
    pub(super) companions: Vec<CompanionJson<'a>>,
    pub(super) records: u64,
    pub(super) error: Option<&'a str>,
    #[serde(skip)]
    pub(super) source_data: &'a Source,
}

/// Facts as one object, in their order.
fn as_object<S: Serializer>(facts: &&[Fact], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(facts.len()))?;
    for fact in *facts {
        map.serialize_entry(fact.name, &fact.value)?;
    }
    map.end()
}

impl<'a> InspectJson<'a> {
    pub(super) fn new(r: &'a Reconstruction, view: &View) -> Self {
        Self {
            machines: machines(r, view),
            evidence: evidence(r, view),
            artifacts: artifacts(r, view),
        }
    }
}

fn machines<'a>(r: &'a Reconstruction, view: &View) -> Vec<MachineJson<'a>> {
    let shown = (0..).zip(r.machines());
    shown
        .filter(|(index, machine)| machine.has_evidence && view.selection.has_machine(Some(*index)))
        .map(|(_, machine)| MachineJson {
            machine: &machine.id,
            names: &machine.names,
            windows: machine.windows.as_deref(),
            installed: machine.installed.map(|at| at.to_string()),
            timezone: crate::clocks::zone(machine).1,
            users: machine
                .users
                .iter()
                .map(|(sid, name)| UserJson { sid, name })
                .collect(),
        })
        .collect()
}

fn evidence<'a>(r: &'a Reconstruction, view: &View) -> Vec<EvidenceJson<'a>> {
    let case = r.case();
    let mut all = Vec::new();
    for (number, machine) in case.machines.iter().enumerate() {
        let index = u32::try_from(number).ok();
        if !view.selection.has_machine(index) {
            continue;
        }
        let id = index.and_then(|index| r.machine(index));
        let id = id.map(|machine| machine.id.clone()).unwrap_or_default();
        let owner = Owner::Machine(number);
        let paths = machine.evidence.iter();
        all.extend(paths.map(|path| one(r, owner, &id, path)));
    }
    for (number, device) in case.devices.iter().enumerate() {
        let owner = Owner::Device(number);
        let log = device.vendor_log.as_ref().map(|log| &log.path);
        let paths = device.evidence.iter().chain(log);
        all.extend(paths.map(|path| one(r, owner, &device.label, path)));
    }
    all
}

/// One piece of evidence; what could not be opened is tried once more, to say why.
fn one<'a>(r: &'a Reconstruction, owner: Owner, id: &str, path: &Path) -> EvidenceJson<'a> {
    let opened = r
        .evidence()
        .iter()
        .position(|one| one.owner == owner && one.evidence.path == path);
    let described = opened.and_then(|at| r.evidence().get(at));
    let mut json = EvidenceJson {
        machine: id.to_owned(),
        path: path.display().to_string(),
        kind: None,
        layers: None,
        volumes: Vec::new(),
        locked: Vec::new(),
        notes: &[],
        error: None,
        opened,
    };
    match described {
        Some(OpenedEvidence { evidence, .. }) => {
            json.kind = Some(evidence.description.clone());
            json.layers = Some(layer(&evidence.layer, evidence));
            json.volumes = volumes(evidence);
            json.locked = evidence.locked.iter().map(locked).collect();
            json.notes = &evidence.notes;
        }
        None => match open(path) {
            Ok(evidence) => json.kind = Some(evidence.description),
            Err(error) => json.error = Some(error.to_string()),
        },
    }
    json
}

fn layer<'a>(layer: &'a Layer, evidence: &'a Evidence) -> LayerJson<'a> {
    let volume = layer.volume.and_then(|at| evidence.volumes.get(at));
    LayerJson {
        kind: layer.kind.name(),
        title: &layer.title,
        facts: &layer.facts,
        notes: &layer.notes,
        volume: volume.map(|volume| volume.id.as_str()),
        volume_index: layer.volume,
        children: layer
            .children
            .iter()
            .map(|own| self::layer(own, evidence))
            .collect(),
    }
}

fn volumes(evidence: &Evidence) -> Vec<VolumeJson<'_>> {
    evidence
        .volumes
        .iter()
        .map(|volume| {
            let identity = volume.file_system.identity();
            VolumeJson {
                id: &volume.id,
                letter: volume.letter,
                place: &volume.place,
                file_system: volume.file_system.kind().to_owned(),
                description: &volume.description,
                serial: identity.serial.map(|serial| format!("{serial:08X}")),
                serial64: identity.serial64.map(|serial| format!("{serial:016X}")),
                label: identity.label,
                snapshot_created: volume
                    .snapshot
                    .as_ref()
                    .and_then(|copy| copy.created)
                    .map(|at| at.to_string()),
            }
        })
        .collect()
}

fn locked(volume: &LockedVolume) -> LockedJson<'_> {
    LockedJson {
        place: &volume.place,
        identifier: &volume.identifier,
        method: &volume.method,
        protectors: &volume.protectors,
        reason: &volume.reason,
    }
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
            created: source.times.created.map(|at| at.to_string()),
            modified: source.times.modified.map(|at| at.to_string()),
            sha256: source.sha256.map(|hash| hash.to_string()),
            companions: companions(source),
            records: source.outcome.coverage.records,
            error: source.error.as_deref(),
            source_data: source,
        })
        .collect()
}

impl ArtifactJson<'_> {
    pub(super) fn into_row(self) -> [String; 9] {
        [
            or_empty(self.machine),
            or_empty(self.device),
            self.artifact.to_owned(),
            self.source.to_owned(),
            self.size.to_string(),
            or_empty(self.modified),
            or_empty(self.sha256),
            self.records.to_string(),
            or_empty(self.error),
        ]
    }
}
