//! Puts the parts together, in one order whatever the number of threads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kusari_artifacts::vendor_log::Profile;
use kusari_evidence::hash::Sha256;
use kusari_evidence::{Evidence, Volume, open};

use super::by_letter;
use super::events::{Events, Placed};
use super::gathering::{Gathering, Origin};
use super::opened::{self, OpenedEvidence, Owner};
use super::own_letters;
use super::sources::{Own, Place, Same, Sources, find};
use super::{Options, ReconstructError, Reconstruction};
use crate::case::Case;
use crate::clock::CorrectedTime;
use crate::event::{EventRow, IdentifierText, MachineIndex};
use crate::identity::{Attribution, Identifier, Identities, join};
use crate::intake::{self, Found, Reading};
use crate::machine::{self, Machine};
use crate::{coverage, custody, findings, letters};

/// Reads all evidence of a case and rebuilds its timeline.
///
/// # Errors
/// When nothing could be produced.
pub fn reconstruct(case: Case, options: &Options<'_>) -> Result<Reconstruction, ReconstructError> {
    match options.threads {
        None => assemble(case, options),
        Some(threads) => rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| ReconstructError::Threads {
                threads,
                reason: error.to_string(),
            })?
            .install(|| assemble(case, options)),
    }
}

/// A login log that was opened.
struct OpenedLog {
    label: String,
    profile: Profile,
    evidence: Evidence,
}

struct NoProgress;

impl Reading for NoProgress {
    fn done(&self, _path: &str, _bytes: u64) {}
}

fn assemble(mut case: Case, options: &Options<'_>) -> Result<Reconstruction, ReconstructError> {
    let mut problems = Vec::new();
    let opened = opened::open_all(&mut case, &options.opening, options.progress, &mut problems);
    let logs = open_logs(&case, &mut problems)?;
    if opened.is_empty() && logs.is_empty() {
        return Err(ReconstructError::NothingOpened { problems });
    }
    let Sources { live, copies } = find(&opened, &mut problems);
    let shows_files = opened.iter().any(|one| one.evidence.shows_files());
    if live.is_empty() && copies.is_empty() && logs.is_empty() && !shows_files {
        let evidence = opened
            .iter()
            .map(|o| o.evidence.path.display().to_string())
            .collect();
        return Err(ReconstructError::NothingFound { evidence });
    }
    if let Some(progress) = options.progress {
        let all = || live.iter().chain(&copies);
        let bytes = all().map(|own| own.found.size).fold(0, u64::saturating_add);
        progress.start(all().count(), bytes);
    }
    let reading: &dyn Reading = match options.progress {
        Some(progress) => progress,
        None => &NoProgress,
    };
    let mut gathering = Gathering {
        machines_with_copies: copies
            .iter()
            .filter_map(|own| match own.owner {
                Owner::Machine(machine) => Some(machine),
                Owner::Device(_) => None,
            })
            .collect(),
        ..Gathering::default()
    };
    let (places, found): (Vec<Place>, Vec<Found<'_>>) = live.into_iter().map(Own::parts).unzip();
    let read = intake::read_sources(&found, &options.read, reading, &|_, _, _| None);
    let (places_of_copies, found_in_copies): (Vec<Place>, Vec<Found<'_>>) =
        copies.into_iter().map(Own::parts).unzip();
    let same = Same::new(&places, &found, &read);
    let same_in = |found: &Found<'_>, sha256, companions: &[(String, Sha256)]| {
        same.harvest(found, sha256, companions)
    };
    let read_copies = intake::read_sources(&found_in_copies, &options.read, reading, &same_in);
    drop(same);
    let places = places.into_iter().chain(places_of_copies);
    let found = found.iter().chain(&found_in_copies);
    for ((place, found), read) in places.zip(found).zip(read.into_iter().chain(read_copies)) {
        gathering.take_file(&case, &place, found, read);
    }
    for log in &logs {
        let read = intake::read_login_log(&log.evidence, &log.label, &log.profile, &options.read);
        let name = log.evidence.id.clone();
        gathering.take(Origin::LoginLog { label: &log.label }, name, read);
    }
    gathering.take_media(&case, &opened, &options.read);
    Ok(gathering.finish(case, opened, problems))
}

fn open_logs(case: &Case, problems: &mut Vec<String>) -> Result<Vec<OpenedLog>, ReconstructError> {
    let mut logs = Vec::new();
    for device in &case.devices {
        let Some(log) = &device.vendor_log else {
            continue;
        };
        let profile = profile(&log.profile).map_err(|reason| ReconstructError::Profile {
            label: device.label.clone(),
            profile: log.profile.clone(),
            reason,
        })?;
        match open(&log.path) {
            Ok(evidence) => {
                logs.push(OpenedLog {
                    label: device.label.clone(),
                    profile,
                    evidence,
                });
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    Ok(logs)
}

/// A built-in profile by its name, or a profile file by its path.
fn profile(name: &str) -> Result<Profile, String> {
    if Path::new(name)
        .extension()
        .is_none_or(|extension| extension != "toml")
    {
        return intake::vendor_log::built_in_profile(name);
    }
    let text = std::fs::read_to_string(name).map_err(|error| error.to_string())?;
    intake::vendor_log::profile_from_toml(&text).map_err(|error| error.to_string())
}

impl Gathering {
    pub(super) fn finish(
        mut self,
        case: Case,
        opened: Vec<OpenedEvidence>,
        problems: Vec<String>,
    ) -> Reconstruction {
        let mut machines = self.machines(&case, &opened);
        let computers = self.computers(&case, &mut machines);
        self.statements.labels = case
            .devices
            .iter()
            .map(|device| (device.label.clone(), device.serial.clone()))
            .collect();
        let mut identities = join(&self.statements);
        let owners = std::mem::take(&mut self.owners);
        let placed = self
            .events
            .table
            .rows()
            .map(|row| {
                let machine = match computers.get(&row.computer) {
                    Some(machine) => Some(*machine),
                    None => usize::try_from(row.source)
                        .ok()
                        .and_then(|source| owners.get(source).copied().flatten())
                        .and_then(|owner| MachineIndex::try_from(owner).ok()),
                };
                let device = usize::try_from(row.source)
                    .ok()
                    .and_then(|source| self.sources.get(source)?.device_label.as_deref());
                let at = Known { machine, device };
                place(&row, at, &machines, &identities, &self.events, &case)
            })
            .collect();
        self.events.place(placed);
        letters::infer(&self.events, &mut identities.devices);
        let sessions = custody::sessions(&self.events);
        by_letter::attribute(&mut self.events, &identities.devices, &sessions);
        let clocks = self.events.solve_clocks(
            &case,
            &mut machines,
            (&identities.devices, &self.sources),
            &sessions,
        );
        let table = custody::table(&custody::Input {
            case: &case,
            machines: &machines,
            devices: &identities.devices,
            events: &self.events,
            sessions: &sessions,
        });
        let own_letters = own_letters::find(&opened, &self.statements, &self.traces, &self.sources);
        own_letters::complete_paths(
            &own_letters,
            &self.sources,
            &mut self.events,
            &mut self.traces,
        );
        let mut reconstruction = Reconstruction {
            coverage: coverage::rows(&machines, &self.sources, &with_a_drive(&opened)),
            case,
            machines,
            sources: self.sources,
            events: self.events,
            identities,
            sessions,
            clocks,
            custody: table,
            findings: Vec::new(),
            problems,
            own_letters,
            traces: self.traces,
            clock_changes: self.clock_changes,
            evidence: opened,
        };
        reconstruction.findings = findings::find(&reconstruction);
        reconstruction
    }

    /// The case's machines, each with what its sources say of it.
    fn machines(&mut self, case: &Case, opened: &[OpenedEvidence]) -> Vec<Machine> {
        let mut machines: Vec<Machine> = Vec::with_capacity(case.machines.len());
        for (index, entry) in case.machines.iter().enumerate() {
            let fallback = opened
                .iter()
                .find(|one| one.owner == Owner::Machine(index))
                .map_or_else(|| format!("machine-{index}"), |one| one.evidence.id.clone());
            let gathered = self.of_machine.remove(&index).unwrap_or_default();
            let mut machine = machine::from_case(case, entry, gathered, &fallback);
            machine.has_evidence = opened.iter().any(|one| one.owner == Owner::Machine(index));
            // Two machines without ids can have one name; the evidence tells them apart.
            if entry.id.is_none() && machines.iter().any(|other| other.id == machine.id) {
                machine.id = format!("{} ({fallback})", machine.id);
            }
            machines.push(machine);
        }
        machines
    }

    /// The machine for each computer name that records give; unknown ones are added.
    fn computers(
        &self,
        case: &Case,
        machines: &mut Vec<Machine>,
    ) -> BTreeMap<crate::strings::Text, MachineIndex> {
        let mut computers = BTreeMap::new();
        for row in self.events.table.rows() {
            let Some(name) = self.events.strings.get(row.computer) else {
                continue;
            };
            if computers.contains_key(&row.computer) {
                continue;
            }
            let known = machines.iter().position(|machine| machine.is_named(name));
            let index = known.unwrap_or_else(|| {
                machines.push(machine::named_only(name, case.timezone, case.drift()));
                machines.len().saturating_sub(1)
            });
            if let Ok(index) = MachineIndex::try_from(index) {
                computers.insert(row.computer, index);
            }
        }
        computers
    }
}

/// The machines of which a whole Windows drive was looked at.
fn with_a_drive(opened: &[OpenedEvidence]) -> BTreeSet<MachineIndex> {
    let machines = opened.iter().filter_map(|one| match one.owner {
        Owner::Machine(index) => Some((MachineIndex::try_from(index).ok()?, &one.evidence)),
        Owner::Device(_) => None,
    });
    machines
        .filter(|(_, evidence)| {
            // A collection holds what somebody chose; only a whole volume lacks what is not on it.
            let is_windows = |volume: &Volume| volume.is_whole() && volume.holds_windows();
            evidence.volumes.iter().any(is_windows)
        })
        .map(|(index, _)| index)
        .collect()
}

/// What is known of an event by its source: the machine that it happened at, and the label of the
/// device on whose image it stands.
struct Known<'a> {
    machine: Option<MachineIndex>,
    device: Option<&'a str>,
}

/// Places one event: machine, device, its moment on the machine's clock.
fn place(
    row: &EventRow,
    Known { machine, device }: Known<'_>,
    machines: &[Machine],
    identities: &Identities,
    events: &Events,
    case: &Case,
) -> Placed {
    let identifier = |name: IdentifierText| {
        events
            .strings
            .get(name.value)
            .map(|value| Identifier::new(name.kind, value))
    };
    let scope = machine.unwrap_or(MachineIndex::MAX);
    let find = |name: Option<IdentifierText>| {
        name.and_then(identifier)
            .map_or(Attribution::None, |name| identities.find(&name, scope))
    };
    let of_source = || {
        device.map_or(Attribution::None, |label| {
            identities.find(&Identifier::label(label), scope)
        })
    };
    // What stands on a device's own image is of that device, whatever other names it uses.
    let attribution = [find(row.device), of_source()]
        .into_iter()
        .find(|found| *found != Attribution::None)
        .unwrap_or_else(|| find(row.volume));
    let (device, candidates) = match attribution {
        Attribution::One(device) => (Some(device), 1),
        Attribution::Several(several) => (None, u16::try_from(several.len()).unwrap_or(u16::MAX)),
        Attribution::None => (None, 0),
    };
    let unknown;
    let clock = match machine
        .and_then(|m| usize::try_from(m).ok())
        .and_then(|m| machines.get(m))
    {
        Some(machine) => &machine.clock,
        None => {
            unknown = machine::named_only("", case.timezone, case.drift());
            &unknown.clock
        }
    };
    let (own, _) = clock.to_utc(row.time);
    Placed {
        machine,
        device,
        candidates,
        own,
        corrected: CorrectedTime::unknown(own),
    }
}
