//! From a reconstruction to what the picture shows, with bounds on how much that is.

use std::collections::{BTreeMap, BTreeSet};

use kusari::clock::CorrectedTime;
use kusari::custody::{Line, Session};
use kusari::event::{Action, MachineIndex};
use kusari::identity::DeviceIndex;
use kusari::{EventView, Reconstruction};
use kusari_evidence::time::Timestamp;

use super::model::{
    Clocks, Lane, Mark, MarkKind, Moment, Picture, PicturedMachine, READINGS, Stay,
};
use super::on_record::{OfDevice, OnRecord, What};
use super::{facts, looks, machine_clocks, on_record, text};
use crate::shown_time;
use crate::texts::fill;
use crate::view::View;

/// How much a picture holds that somebody can read.
const LANES: usize = 60;
const STAYS_OF_A_LANE: usize = 400;
const STAYS: usize = 2000;
pub(super) const MARKS_OF_A_STAY: usize = 200;
const CLOCKS: usize = 60;

/// So many records are named at a stay.
const RECORDS_NAMED: usize = 24;

/// So many devices without a lane are named.
const DEVICES_NAMED: usize = 10;

/// The longest name that is shown, in characters.
pub(super) const NAME: usize = 60;

/// What the view selects of a reconstruction.
pub(super) fn picture(r: &Reconstruction, view: &View) -> Picture {
    let mut gathered = Gathered::new(r, view);
    let lanes = gathered.lanes();
    let clocks = gathered.machines_of_clocks();
    let numbers = gathered.numbers(&clocks);
    let mut picture = Picture {
        machines: numbers
            .keys()
            .enumerate()
            .map(|(number, index)| PicturedMachine {
                code: looks::code(number),
                name: machine_name(r, view, *index),
            })
            .collect(),
        flags: facts::flags(r, view, &mut gathered.left_out),
        ..Picture::default()
    };
    let number = |machine: &MachineIndex| numbers.get(machine).copied().unwrap_or_default();
    picture.lanes = lanes
        .into_iter()
        .map(|lane| Lane {
            name: device_name(r, lane.device),
            stays: lane
                .stays
                .into_iter()
                .map(|(machine, stay)| Stay {
                    machine: number(&machine),
                    ..stay
                })
                .collect(),
            hidden: lane.hidden,
        })
        .collect();
    let at = machine_clocks::moment(r, &picture);
    picture.clocks = Clocks {
        at,
        rows: clocks
            .iter()
            .filter_map(|index| {
                let machine = r.machine(*index)?;
                let own = (*index, machine);
                Some(machine_clocks::clock(r, own, number(index), at, view))
            })
            .collect(),
    };
    picture.left_out = gathered.left_out;
    picture.left_out.extend(without_column(r, view));
    picture
}

type StaysOfLane = Vec<(MachineIndex, Stay)>;

/// A lane whose machines have no numbers yet.
struct GatheredLane {
    device: DeviceIndex,
    stays: StaysOfLane,
    hidden: Vec<(Timestamp, Timestamp)>,
}

struct Gathered<'a> {
    r: &'a Reconstruction,
    view: &'a View,
    /// The machines that stays speak of.
    machines: BTreeSet<MachineIndex>,
    left_out: Vec<String>,
}

impl<'a> Gathered<'a> {
    fn new(r: &'a Reconstruction, view: &'a View) -> Self {
        Self {
            r,
            view,
            machines: BTreeSet::new(),
            left_out: Vec::new(),
        }
    }

    /// The devices of the table's columns with their stays.
    fn lanes(&mut self) -> Vec<GatheredLane> {
        let texts = &self.view.language.texts().picture;
        let shown = |device: &DeviceIndex| self.view.selection.has_device(Some(*device));
        let columns = self.r.custody_table().columns.iter().copied();
        let devices: Vec<DeviceIndex> = columns.filter(shown).collect();
        let drawn: BTreeSet<DeviceIndex> = devices.iter().copied().take(LANES).collect();
        let mut on_record = on_record::of_devices(self.r, self.view, &drawn);
        let mut room = STAYS;
        let mut lanes = Vec::new();
        for device in devices.iter().copied().take(LANES) {
            let OfDevice {
                shown: mut found,
                mut hidden,
            } = on_record.remove(&device).unwrap_or_default();
            found.sort_by_key(|found| (found.span, found.machine));
            let most = STAYS_OF_A_LANE.min(room);
            if let Some(more) = found.len().checked_sub(most).filter(|more| *more > 0) {
                let name = device_name(self.r, device);
                let said = fill(texts.stays_left_out, &[&name, &more.to_string()]);
                self.left_out.push(said);
            }
            let cut = found.iter().enumerate();
            let not_whole =
                cut.filter(|(number, found)| *number >= most || !found.is_drawn_whole());
            hidden.extend(not_whole.map(|(_, found)| found.span));
            found.truncate(most);
            room = room.saturating_sub(found.len());
            // Only what is drawn gets its texts: of millions of sessions that is little.
            let mut stays: StaysOfLane = found
                .iter()
                .map(|found| (found.machine, self.stay_of(device, found)))
                .collect();
            stays.sort_by_key(|(machine, stay)| (stay.span(), *machine));
            self.machines
                .extend(stays.iter().map(|(machine, _)| *machine));
            lanes.push(GatheredLane {
                device,
                stays,
                hidden,
            });
        }
        if let Some(more) = devices.len().checked_sub(LANES).filter(|more| *more > 0) {
            let said = fill(texts.lanes_left_out, &[&more.to_string()]);
            self.left_out.push(said);
        }
        lanes
    }

    fn stay_of(&self, device: DeviceIndex, found: &OnRecord<'_>) -> Stay {
        match found.what {
            What::Session(session) => self.stay(session),
            What::Installed(line) => self.lone_install((device, found.machine), line),
        }
    }

    fn stay(&self, session: &Session) -> Stay {
        let texts = self.view.language.texts();
        let first = |events: &[usize]| Some(self.moment(&self.r.event(*events.first()?)?));
        let mut says = vec![self.place(session.device, session.machine)];
        let has_evidence = self
            .r
            .machine(session.machine)
            .is_some_and(|machine| machine.has_evidence);
        if !has_evidence {
            says.push(texts.no_evidence.to_owned());
        } else if session.connected.is_empty() {
            says.push(texts.no_connection.to_owned());
        }
        let records: Vec<usize> = session.events().collect();
        let named = records.iter().take(RECORDS_NAMED);
        says.extend(named.filter_map(|index| Some(self.record(&self.r.event(*index)?))));
        if let Some(more) = records
            .len()
            .checked_sub(RECORDS_NAMED)
            .filter(|more| *more > 0)
        {
            says.push(format!("+{more}"));
        }
        if has_evidence && session.removed.is_empty() {
            says.push(texts.no_removal.to_owned());
        }
        let logins = session.logins.iter().take(MARKS_OF_A_STAY);
        Stay {
            machine: 0,
            begin: first(&session.connected),
            end: first(&session.removed),
            marks: logins
                .filter_map(|index| Some(self.mark(&self.r.event(*index)?)))
                .collect(),
            says,
        }
    }

    /// An installation without a connection, as the table has it.
    fn lone_install(&self, (device, machine): (DeviceIndex, MachineIndex), line: &Line) -> Stay {
        let events = line.events.iter().filter_map(|index| self.r.event(*index));
        let records: Vec<String> = events
            .take(RECORDS_NAMED)
            .map(|event| self.record(&event))
            .collect();
        let first = line.events.first().and_then(|index| self.r.event(*index));
        let mark = first.map(|event| Mark {
            at: self.moment(&event),
            kind: MarkKind::Other,
            says: records.join("\n"),
        });
        let mut says = vec![self.place(device, machine)];
        says.extend(records);
        Stay {
            marks: mark.into_iter().collect(),
            says,
            ..Stay::default()
        }
    }

    fn mark(&self, event: &EventView<'_>) -> Mark {
        Mark {
            at: self.moment(event),
            kind: match event.action {
                Action::LoginSucceeded => MarkKind::LoginSucceeded,
                Action::LoginFailed => MarkKind::LoginFailed,
                _ => MarkKind::Other,
            },
            says: self.record(event),
        }
    }

    /// `012: Benefits server (benefits-server)`.
    fn place(&self, device: DeviceIndex, machine: MachineIndex) -> String {
        let name = machine_name(self.r, self.view, machine);
        let id = self
            .r
            .machine(machine)
            .map(|machine| text::name(&machine.id, NAME));
        let device = device_name(self.r, device);
        match id.filter(|id| *id != name) {
            Some(id) => format!("{device}: {name} ({id})"),
            None => format!("{device}: {name}"),
        }
    }

    /// A record in a line: what it says, its recorded and its corrected time, and its id.
    fn record(&self, event: &EventView<'_>) -> String {
        let texts = self.view.language.texts();
        let recorded = shown_time::to_the_second(event.recorded);
        let action = texts.action(event.action);
        let id = event.id.to_string();
        let picture = &texts.picture;
        match self.corrected(event) {
            Some(corrected) => fill(picture.record, &[action, &recorded, &corrected, &id]),
            None => fill(picture.record_unbounded, &[action, &recorded, &id]),
        }
    }

    /// When an event happened.
    fn moment(&self, event: &EventView<'_>) -> Moment {
        let machine = event.placed.machine.and_then(|index| self.r.machine(index));
        Moment {
            time: event.time,
            readings: machine
                .into_iter()
                .flat_map(|machine| machine.clock.correct_by_each_reading(event.recorded))
                .take(READINGS)
                .map(|(_, time)| time)
                .collect(),
        }
    }

    /// The corrected time with its bounds, under each reading of the clock that is left; `None` where
    /// nothing bounds it.
    fn corrected(&self, event: &EventView<'_>) -> Option<String> {
        let shown = |time: &CorrectedTime| {
            let at = shown_time::date_and_time(time.estimate, self.view.timezone);
            Some(format!("{at} {}", bounds_of(time, self.view)?))
        };
        let moment = self.moment(event);
        let each: Vec<String> = moment.readings.iter().filter_map(shown).collect();
        if each.is_empty() {
            shown(&event.time)
        } else {
            let or = format!(" {} ", self.view.language.texts().or);
            Some(each.join(&or))
        }
    }

    /// The machines whose clocks are shown: those of the lanes before others.
    fn machines_of_clocks(&mut self) -> Vec<MachineIndex> {
        let selection = &self.view.selection;
        let mut all: Vec<MachineIndex> = (0..)
            .zip(self.r.machines())
            .map(|(index, _)| index)
            .filter(|index| selection.has_machine(Some(*index)))
            .collect();
        all.sort_by_key(|index| (!self.machines.contains(index), *index));
        if let Some(more) = all.len().checked_sub(CLOCKS).filter(|more| *more > 0) {
            let texts = &self.view.language.texts().picture;
            let said = fill(texts.clocks_left_out, &[&more.to_string()]);
            self.left_out.push(said);
        }
        all.truncate(CLOCKS);
        all.sort_unstable();
        all
    }

    /// Each machine that the picture speaks of, with its number in it.
    fn numbers(&self, clocks: &[MachineIndex]) -> BTreeMap<MachineIndex, usize> {
        let all: BTreeSet<MachineIndex> = self.machines.iter().chain(clocks).copied().collect();
        all.into_iter().zip(0..).collect()
    }
}

/// The devices that the table has no column for, as the table says it.
fn without_column(r: &Reconstruction, view: &View) -> Option<String> {
    let left_out = &r.custody_table().left_out;
    let mut names: Vec<String> = left_out
        .iter()
        .take(DEVICES_NAMED)
        .map(|index| device_name(r, *index))
        .collect();
    if let Some(more) = left_out
        .len()
        .checked_sub(DEVICES_NAMED)
        .filter(|more| *more > 0)
    {
        names.push(format!("+{more}"));
    }
    let texts = view.language.texts();
    (!names.is_empty()).then(|| fill(texts.left_out, &[&names.join(", ")]))
}

/// The bounds in words; of a time that is bounded on one side only, that side.
fn bounds_of(time: &CorrectedTime, view: &View) -> Option<String> {
    let texts = &view.language.texts().picture;
    let shown = |at| shown_time::date_and_time(at, view.timezone);
    let one_side = || match (time.earliest, time.latest) {
        (Some(earliest), None) => Some(fill(texts.not_before, &[&shown(earliest)])),
        (None, Some(latest)) => Some(fill(texts.not_after, &[&shown(latest)])),
        _ => None,
    };
    shown_time::bounds(time).or_else(one_side)
}

fn device_name(r: &Reconstruction, index: DeviceIndex) -> String {
    r.device(index)
        .map(|device| text::name(&device.id, NAME))
        .unwrap_or_default()
}

fn machine_name(r: &Reconstruction, view: &View, index: MachineIndex) -> String {
    let Some(machine) = r.machine(index) else {
        return String::new();
    };
    let label = machine.label.as_ref().map(|label| view.language.of(label));
    let name = label.filter(|label| !label.is_empty());
    text::name(name.unwrap_or(&machine.id), NAME)
}
