//! Devices as data.

use std::collections::{BTreeMap, BTreeSet};

use kusari::Reconstruction;
use kusari::event::{Action, EventRow, MachineIndex, meaning};
use kusari::identity::{Device, DeviceIndex, DeviceVolume};
use kusari_evidence::time::{RecordedTime, Timestamp};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct DeviceJson<'a> {
    pub(super) device: &'a str,
    pub(super) label: Option<&'a str>,
    pub(super) bus: Option<&'a str>,
    pub(super) kind: Option<&'a str>,
    pub(super) vendor: Option<&'a str>,
    pub(super) product: Option<&'a str>,
    pub(super) revision: Option<&'a str>,
    pub(super) friendly_name: Option<&'a str>,
    pub(super) usb_ids: Option<&'a str>,
    pub(super) serial: Option<&'a str>,
    pub(super) serial_made_by_windows: bool,
    pub(super) capacity: Option<u64>,
    pub(super) identities: Vec<IdentityJson<'a>>,
    pub(super) volumes: Vec<VolumeJson<'a>>,
    pub(super) machines: Vec<MachineJson<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct IdentityJson<'a> {
    pub(super) kind: &'static str,
    pub(super) value: &'a str,
    machine: Option<&'a str>,
    source: Option<&'a str>,
    /// The other name with which the record states it, and why they belong together.
    with_kind: &'static str,
    with_value: &'a str,
    why: &'static str,
    locator: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct VolumeJson<'a> {
    pub(super) serial: Option<&'a str>,
    pub(super) serial64: Option<&'a str>,
    pub(super) label: Option<&'a str>,
    pub(super) file_system: Option<&'a str>,
    pub(super) letters: Vec<LetterJson<'a>>,
    partitions: &'a [String],
    guids: Vec<GuidJson<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct LetterJson<'a> {
    pub(super) machine: &'a str,
    pub(super) letter: &'a str,
    /// By the machine's own clock. `None`: the registry keeps the letter and not since when or
    /// how long.
    pub(super) from: Option<String>,
    to: Option<String>,
    /// No record states it; it is inferred from what came together at that time.
    pub(super) inferred: bool,
}

#[derive(Debug, Serialize)]
struct GuidJson<'a> {
    machine: &'a str,
    guid: &'a str,
}

/// A recorded time, as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recorded(pub(super) RecordedTime);

impl Serialize for Recorded {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A device on one machine. Times as recorded, by that machine's clock.
#[derive(Debug, Default, Serialize)]
pub(super) struct MachineJson<'a> {
    pub(super) machine: &'a str,
    pub(super) installed: Option<Recorded>,
    pub(super) first_installed: Option<Recorded>,
    pub(super) last_arrival: Option<Recorded>,
    pub(super) last_removal: Option<Recorded>,
    pub(super) users: Vec<String>,
}

/// The devices with these numbers.
pub(super) fn all<'a>(r: &'a Reconstruction, wanted: &[DeviceIndex]) -> Vec<DeviceJson<'a>> {
    let mut on_machines = machines(r, wanted);
    wanted
        .iter()
        .filter_map(|index| {
            let device = r.device(*index)?;
            Some(one(
                r,
                device,
                on_machines.remove(index).unwrap_or_default(),
            ))
        })
        .collect()
}

fn one<'a>(
    r: &'a Reconstruction,
    device: &'a Device,
    seen: BTreeMap<MachineIndex, Seen>,
) -> DeviceJson<'a> {
    let name = |index: MachineIndex| r.machine(index).map_or("", |machine| machine.id.as_str());
    let named: BTreeSet<MachineIndex> = device
        .identities
        .iter()
        .filter_map(|line| line.machine)
        .collect();
    let everywhere: BTreeSet<MachineIndex> = seen.keys().copied().chain(named).collect();
    DeviceJson {
        device: &device.id,
        label: device.label.as_deref(),
        bus: device.bus.as_deref(),
        kind: device.kind.as_deref(),
        vendor: device.vendor.as_deref(),
        product: device.product.as_deref(),
        revision: device.revision.as_deref(),
        friendly_name: device.friendly_name.as_deref(),
        usb_ids: device.usb_ids.as_deref(),
        serial: device.serial.as_deref(),
        serial_made_by_windows: device.serial_made_by_windows,
        capacity: device.capacity,
        identities: identities(r, device),
        volumes: device
            .volumes
            .iter()
            .map(|volume| volume_json(volume, name))
            .collect(),
        machines: everywhere
            .into_iter()
            .map(|index| match seen.get(&index) {
                Some(seen) => seen.to_json(r, index),
                None => MachineJson {
                    machine: name(index),
                    ..MachineJson::default()
                },
            })
            .collect(),
    }
}

/// The device's names, each stated as often as records state it.
fn identities<'a>(r: &'a Reconstruction, device: &'a Device) -> Vec<IdentityJson<'a>> {
    let machine = |index: Option<MachineIndex>| {
        index
            .and_then(|index| r.machine(index))
            .map(|machine| machine.id.as_str())
    };
    device
        .identities
        .iter()
        .map(|line| IdentityJson {
            kind: line.identifier.identifier.kind.name(),
            value: &line.identifier.identifier.value,
            machine: machine(line.machine),
            source: line
                .source
                .and_then(|index| r.sources().get(usize::try_from(index).ok()?))
                .map(|source| source.name.as_str()),
            with_kind: line.with.identifier.kind.name(),
            with_value: &line.with.identifier.value,
            why: line.why,
            locator: line.locator.as_ref().map(ToString::to_string),
        })
        .collect()
}

fn volume_json<'a>(
    volume: &'a DeviceVolume,
    name: impl Fn(MachineIndex) -> &'a str,
) -> VolumeJson<'a> {
    VolumeJson {
        serial: volume.serial.as_deref(),
        serial64: volume.serial64.as_deref(),
        label: volume.label.as_deref(),
        file_system: volume.file_system.as_deref(),
        letters: volume
            .letters
            .iter()
            .map(|used| {
                let at = used.at.map(|at| at.to_string());
                LetterJson {
                    machine: name(used.machine),
                    letter: &used.letter,
                    from: at.clone(),
                    to: at,
                    inferred: !used.inferred_from.is_empty(),
                }
            })
            .collect(),
        partitions: &volume.partitions,
        guids: volume
            .guids
            .iter()
            .map(|(machine, guid)| GuidJson {
                machine: name(*machine),
                guid,
            })
            .collect(),
    }
}

/// What the events of one machine say about a device.
#[derive(Debug, Default)]
struct Seen {
    installed: Option<(Timestamp, RecordedTime)>,
    first_installed: Option<(Timestamp, RecordedTime)>,
    last_arrival: Option<(Timestamp, RecordedTime)>,
    last_removal: Option<(Timestamp, RecordedTime)>,
    /// The earliest installation that a log records, where no property says the first.
    logged_install: Option<(Timestamp, RecordedTime)>,
    users: BTreeSet<String>,
}

impl Seen {
    fn take(&mut self, row: &EventRow, text: &str, own: Timestamp, user: Option<&str>) {
        let at = (own, row.time);
        match text {
            meaning::INSTALL_DATE => later(&mut self.installed, at),
            meaning::FIRST_INSTALL_DATE => earlier(&mut self.first_installed, at),
            meaning::LAST_ARRIVAL_DATE => later(&mut self.last_arrival, at),
            meaning::LAST_REMOVAL_DATE => later(&mut self.last_removal, at),
            _ if row.action == Action::Installed => earlier(&mut self.logged_install, at),
            _ => {}
        }
        self.users.extend(user.map(str::to_owned));
    }

    fn to_json<'a>(&self, r: &'a Reconstruction, index: MachineIndex) -> MachineJson<'a> {
        let text = |time: &Option<(Timestamp, RecordedTime)>| time.map(|(_, at)| Recorded(at));
        let machine = r.machine(index);
        let first = self.first_installed.or(self.logged_install);
        MachineJson {
            machine: machine.map_or("", |machine| machine.id.as_str()),
            installed: text(&self.installed),
            first_installed: text(&first),
            last_arrival: text(&self.last_arrival),
            last_removal: text(&self.last_removal),
            users: self
                .users
                .iter()
                .map(|user| {
                    let name = machine.and_then(|machine| machine.users.get(user));
                    name.map_or_else(|| user.clone(), |name| format!("{name} ({user})"))
                })
                .collect(),
        }
    }
}

fn later(slot: &mut Option<(Timestamp, RecordedTime)>, at: (Timestamp, RecordedTime)) {
    if slot.is_none_or(|(own, _)| at.0 > own) {
        *slot = Some(at);
    }
}

fn earlier(slot: &mut Option<(Timestamp, RecordedTime)>, at: (Timestamp, RecordedTime)) {
    if slot.is_none_or(|(own, _)| at.0 < own) {
        *slot = Some(at);
    }
}

/// Goes through the events once, for all wanted devices.
fn machines(
    r: &Reconstruction,
    wanted: &[DeviceIndex],
) -> BTreeMap<DeviceIndex, BTreeMap<MachineIndex, Seen>> {
    let wanted: BTreeSet<DeviceIndex> = wanted.iter().copied().collect();
    let events = r.event_columns();
    let strings = events.strings();
    let mut seen: BTreeMap<DeviceIndex, BTreeMap<MachineIndex, Seen>> = BTreeMap::new();
    for index in events.order() {
        let (Some(row), Some(placed)) = (events.row(*index), events.placed(*index)) else {
            continue;
        };
        let (Some(device), Some(machine)) = (placed.device, placed.machine) else {
            continue;
        };
        if wanted.contains(&device) {
            let text = strings.get(row.meaning).unwrap_or_default();
            let user = strings.get(row.user);
            let on = seen.entry(device).or_default().entry(machine).or_default();
            on.take(&row, text, placed.own, user);
        }
    }
    seen
}
