//! What all sources gave, put together before it is joined.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use kusari_evidence::{FileTimes, Window};

use super::earlier::Said;
use super::events::Events;
use super::opened::{OpenedEvidence, Owner};
use super::sources::Place;
use crate::case::Case;
use crate::event::{MachineIndex, SourceIndex};
use crate::harvest::{ClockChange, FileTrace};
use crate::identity::Statements;
use crate::intake::{self, Found, ReadOptions, SourceRead};
use crate::machine::Gathered;
use crate::source::{Source, SourcePlace};

/// Where a source comes from.
pub(super) enum Origin<'a> {
    /// A file on the evidence of one of the case's machines or devices.
    File {
        /// The device's label.
        label: Option<&'a str>,
        place: &'a Place,
        found: &'a Found<'a>,
    },
    /// The image of a disk, or a locked volume on it.
    Image {
        owner: Option<usize>,
        label: Option<&'a str>,
        artifact: &'static str,
        page: &'static str,
        place: Option<SourcePlace>,
    },
    /// A stick's own login log.
    LoginLog { label: &'a str },
}

/// What is known of a source by where it comes from.
struct Described {
    owner: Option<usize>,
    device_label: Option<String>,
    artifact: &'static str,
    page: &'static str,
    place: Option<SourcePlace>,
    times: FileTimes,
    /// The shadow copy that it stands in.
    copy: Option<String>,
}

impl Described {
    fn new(origin: &Origin<'_>) -> Self {
        let nothing = Self {
            owner: None,
            device_label: None,
            artifact: "",
            page: "",
            place: None,
            times: FileTimes::default(),
            copy: None,
        };
        match origin {
            Origin::File {
                label,
                place,
                found,
            } => {
                let volume = found.place.volume;
                let volumes = &found.place.evidence.volumes;
                let number = volumes.iter().position(|own| own.id == volume.id);
                Self {
                    owner: match place.owner {
                        Owner::Machine(machine) => Some(machine),
                        Owner::Device(_) => None,
                    },
                    device_label: label.map(ToOwned::to_owned),
                    artifact: found.kind.name,
                    page: found.kind.page,
                    place: number.map(|volume| SourcePlace {
                        evidence: place.evidence,
                        volume,
                        path: found.path.clone(),
                        stream: found.stream,
                    }),
                    times: found.times,
                    copy: volume.snapshot.as_ref().map(|_| volume.description.clone()),
                }
            }
            Origin::LoginLog { label } => Self {
                device_label: Some((*label).to_owned()),
                artifact: intake::vendor_log::NAME,
                page: intake::vendor_log::PAGE,
                ..nothing
            },
            Origin::Image {
                owner,
                label,
                artifact,
                page,
                place,
            } => Self {
                place: place.clone(),
                owner: *owner,
                device_label: label.map(ToOwned::to_owned),
                artifact,
                page,
                ..nothing
            },
        }
    }
}

/// What all sources gave, before it is joined.
#[derive(Default)]
pub(super) struct Gathering {
    pub(super) sources: Vec<Source>,
    /// The case's machine of each source.
    pub(super) owners: Vec<Option<usize>>,
    pub(super) events: Events,
    pub(super) statements: Statements,
    pub(super) traces: Vec<(SourceIndex, FileTrace)>,
    pub(super) clock_changes: Vec<(SourceIndex, ClockChange)>,
    pub(super) of_machine: BTreeMap<usize, Gathered>,
    /// Machines of which there are shadow copies, and what was said of them so far.
    pub(super) machines_with_copies: BTreeSet<usize>,
    pub(super) said: BTreeMap<usize, Said>,
}

impl Gathering {
    pub(super) fn take_file(
        &mut self,
        case: &Case,
        place: &Place,
        found: &Found<'_>,
        mut read: SourceRead,
    ) {
        let name = intake::source_name_of(found);
        if found.place.volume.snapshot.is_some() {
            let coverage = &mut read.harvest.outcome.coverage;
            coverage.note(kusari_artifacts::SourceState::Snapshot);
        }
        let label = match place.owner {
            Owner::Machine(_) => None,
            Owner::Device(device) => case.devices.get(device).map(|own| own.label.as_str()),
        };
        self.take(
            Origin::File {
                label,
                place,
                found,
            },
            name,
            read,
        );
    }

    /// The images themselves: what of a device is known by its medium, and what stays locked.
    pub(super) fn take_media(
        &mut self,
        case: &Case,
        opened: &[OpenedEvidence],
        options: &ReadOptions,
    ) {
        for (number, one) in opened.iter().enumerate() {
            let (owner, label) = match one.owner {
                Owner::Machine(machine) => (Some(machine), None),
                Owner::Device(device) => (None, case.devices.get(device).map(|d| d.label.as_str())),
            };
            for (index, media) in one.evidence.media.iter().enumerate() {
                let harvest = intake::medium::read(&one.evidence, index, label);
                let origin = Origin::Image {
                    owner,
                    label,
                    artifact: intake::medium::NAME,
                    page: intake::medium::PAGE,
                    place: None,
                };
                let name = intake::medium::name_of(&one.evidence, media);
                let read = SourceRead::of_image(harvest, media.bytes.size(), None);
                self.take(origin, name, read);
            }
            if label.is_some() {
                self.take_files(number, one, label);
            }
            self.take_carved(number, one, (owner, label), options);
            for volume in &one.evidence.locked {
                let harvest = intake::locked::read(volume);
                let origin = Origin::Image {
                    owner,
                    label,
                    artifact: intake::locked::NAME,
                    page: intake::locked::PAGE,
                    place: None,
                };
                let reason = format!("{}; give its key in the case file", volume.reason);
                let name = [one.evidence.id.as_str(), volume.place.as_str()];
                let name = name.into_iter().filter(|part| !part.is_empty());
                let name = name.collect::<Vec<_>>().join("/");
                let read = SourceRead::of_image(harvest, 0, Some(reason));
                self.take(origin, name, read);
            }
        }
    }

    /// The files of a device's volumes.
    fn take_files(&mut self, evidence: usize, one: &OpenedEvidence, label: Option<&str>) {
        let live = one.evidence.volumes.iter().enumerate();
        for (number, volume) in live.filter(|(_, own)| own.is_whole() && own.snapshot.is_none()) {
            let in_table = intake::file_entries::is_in_table(volume.file_system.as_ref());
            let path = if in_table {
                intake::file_entries::TABLE
            } else {
                ""
            };
            let name = [one.evidence.id.as_str(), volume.place.as_str(), path];
            let name = name.into_iter().filter(|part| !part.is_empty());
            let name = name.collect::<Vec<_>>().join("/");
            let harvest = intake::file_entries::read(volume);
            let size = volume.stands.as_ref().map_or(0, |stands| stands.length);
            let origin = Origin::Image {
                owner: None,
                label,
                artifact: intake::file_entries::NAME,
                page: intake::file_entries::PAGE,
                place: Some(SourcePlace {
                    evidence,
                    volume: number,
                    path: path.to_owned(),
                    stream: None,
                }),
            };
            self.take(origin, name, SourceRead::of_image(harvest, size, None));
        }
    }

    /// Records of change journals from whole volumes.
    fn take_carved(
        &mut self,
        evidence: usize,
        one: &OpenedEvidence,
        (owner, label): (Option<usize>, Option<&str>),
        options: &ReadOptions,
    ) {
        for (number, volume) in one.evidence.volumes.iter().enumerate() {
            if !intake::carved_journal::is_wanted(volume, options) {
                continue;
            }
            let stands = volume.stands.as_ref();
            let media = stands.and_then(|stands| one.evidence.media.get(stands.media));
            let (Some(stands), Some(media)) = (stands, media) else {
                continue;
            };
            let bytes = Window::new(Arc::clone(&media.bytes), stands.start, stands.length);
            let harvest = intake::carved_journal::read(volume, &bytes, options);
            let name = [one.evidence.id.as_str(), volume.place.as_str()];
            let name = name.into_iter().filter(|part| !part.is_empty());
            let name = name.collect::<Vec<_>>().join("/");
            let origin = Origin::Image {
                owner,
                label,
                artifact: intake::carved_journal::NAME,
                page: intake::carved_journal::PAGE,
                place: Some(SourcePlace {
                    evidence,
                    volume: number,
                    path: String::new(),
                    stream: None,
                }),
            };
            self.take(
                origin,
                name,
                SourceRead::of_image(harvest, stands.length, None),
            );
        }
    }

    pub(super) fn take(&mut self, origin: Origin<'_>, name: String, read: SourceRead) {
        let Described {
            owner,
            device_label,
            artifact,
            page,
            place,
            times,
            copy,
        } = Described::new(&origin);
        let machine = owner.and_then(|owner| MachineIndex::try_from(owner).ok());
        let Ok(index) = SourceIndex::try_from(self.sources.len()) else {
            return;
        };
        let mut harvest = read.harvest;
        let remap = self.events.strings.absorb(&harvest.strings);
        let start = self.events.table.len();
        self.events.table.absorb(harvest.events, &remap, index);
        self.events.artifacts.push(artifact);
        let said = owner
            .filter(|owner| self.machines_with_copies.contains(owner))
            .map(|owner| self.said.entry(owner).or_default());
        if let Some(said) = said {
            let of_copy = copy.is_some();
            match &copy {
                None => said.live(artifact, &self.events.table, start),
                Some(copy) => {
                    let events = &mut self.events;
                    let (table, strings) = (&mut events.table, &mut events.strings);
                    let new = said.only_new(artifact, copy, table, strings, start);
                    if new > 0 {
                        harvest.notes.push(format!(
                            "{new} of its events stand in no later copy nor on the live volume"
                        ));
                    }
                }
            }
            harvest.claims.retain(|own| said.is_new_claim(own, of_copy));
            let properties = &mut harvest.properties;
            properties.retain(|own| said.is_new_property(own, of_copy));
            let traces = &mut harvest.traces;
            traces.retain(|own| said.is_new_trace(own, of_copy));
            let changes = &mut harvest.clock_changes;
            changes.retain(|own| said.is_new_change(own, of_copy));
        }
        let traces = harvest.traces.into_iter();
        self.traces.extend(traces.map(|trace| (index, trace)));
        if machine.is_some() || device_label.is_some() {
            let claims = harvest.claims.into_iter();
            self.statements
                .claims
                .extend(claims.map(|claim| (machine, index, claim)));
            let properties = harvest.properties.into_iter();
            self.statements
                .properties
                .extend(properties.map(|p| (machine, index, p)));
        }
        if let Some(owner) = owner {
            let gathered = self.of_machine.entry(owner).or_default();
            gathered
                .facts
                .extend(harvest.facts.into_iter().map(|fact| (index, fact)));
            let steps = harvest.clock_changes.iter();
            let steps = steps.filter(|change| !change.may_be_resume).cloned();
            gathered.steps.extend(steps.map(|step| (index, step)));
        }
        let changes = harvest.clock_changes.into_iter();
        self.clock_changes
            .extend(changes.map(|change| (index, change)));
        self.owners.push(owner);
        self.sources.push(Source {
            name,
            machine,
            device_label,
            artifact,
            page,
            place,
            size: read.size,
            times,
            sha256: read.sha256,
            companions: read.companions,
            outcome: harvest.outcome,
            notes: harvest.notes,
            error: read.error,
        });
    }
}
