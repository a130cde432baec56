//! Small cases in memory for tests: machines, devices and what their sources record.

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use kusari_artifacts::Locator;
use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND, Timestamp};

use super::{Events, Placed, Reconstruction};
use crate::case::{Case, Observation, Reads};
use crate::clock::{Clocks, CorrectedTime, MachineClock, RecordedStep};
use crate::custody;
use crate::event::{Action, Confidence, NewEvent, Whose, meaning};
use crate::findings;
use crate::harvest::ClockChange;
use crate::identity::{
    Device, DeviceIndex, DeviceVolume, Identifier, Identities, IdentityLine, LetterUse,
    ScopedIdentifier,
};
use crate::machine::{Machine, named_only};
use crate::source::Source;

/// What kinds of source each machine has, in this order.
const KINDS: [&str; 3] = ["event-log", "system-hive", "setup-log"];

/// A moment, as `2022-07-21 10:00:00`.
pub(crate) fn at(text: &str) -> Timestamp {
    let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
    Timestamp::from_naive(naive).unwrap()
}

/// The rules of all findings.
pub(crate) fn rules_of(r: &Reconstruction) -> Vec<&'static str> {
    r.findings().iter().map(|finding| finding.rule).collect()
}

/// The findings of one rule.
pub(crate) fn findings_of(r: &Reconstruction, rule: &str) -> Vec<findings::Finding> {
    let own = r.findings().iter();
    own.filter(|finding| finding.rule == rule)
        .cloned()
        .collect()
}

/// A setting of a clock from one moment to another, by an account.
pub(crate) fn set(from: Timestamp, to: Timestamp, account: Option<&str>) -> ClockChange {
    ClockChange {
        before: from,
        after: to,
        program: Some(r"C:\Windows\System32\svchost.exe".to_owned()),
        account: account.map(ToOwned::to_owned),
        account_name: None,
        may_be_resume: false,
        locator: Locator::EventRecord {
            record: 1,
            offset: 0,
        },
    }
}

/// A case that is being made.
pub(crate) struct Scene {
    pub(crate) case: Case,
    pub(crate) machines: Vec<Machine>,
    pub(crate) sources: Vec<Source>,
    pub(crate) identities: Identities,
    clock_changes: Vec<(u32, ClockChange)>,
    events: Events,
    records: Vec<(Option<u32>, Option<u32>)>,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self {
            case: Case::builder().build(),
            machines: Vec::new(),
            sources: Vec::new(),
            identities: Identities::default(),
            clock_changes: Vec::new(),
            events: Events::default(),
            records: Vec::new(),
        }
    }

    /// A machine of the case whose event log, registry and setup log were read.
    pub(crate) fn machine(&mut self, name: &str) -> u32 {
        let mut machine = named_only(name, self.case.timezone, 0);
        (machine.has_evidence, machine.in_case) = (true, true);
        self.machines.push(machine);
        let index = u32::try_from(self.machines.len() - 1).unwrap();
        for kind in KINDS {
            self.source(kind, Some(index));
        }
        index
    }

    pub(crate) fn source(&mut self, artifact: &'static str, machine: Option<u32>) -> u32 {
        self.sources.push(Source {
            name: format!("{artifact}-{}", self.sources.len()),
            machine,
            device_label: None,
            artifact,
            page: "",
            place: None,
            size: 0,
            times: kusari_evidence::FileTimes::default(),
            sha256: None,
            companions: Vec::new(),
            outcome: kusari_artifacts::Outcome::default(),
            notes: Vec::new(),
            error: None,
        });
        self.events.artifacts.push(artifact);
        u32::try_from(self.sources.len() - 1).unwrap()
    }

    /// The source of that kind of a machine.
    pub(crate) fn source_of(&self, machine: u32, artifact: &str) -> u32 {
        let position = self
            .sources
            .iter()
            .position(|s| s.machine == Some(machine) && s.artifact == artifact);
        u32::try_from(position.unwrap()).unwrap()
    }

    /// A stick with a label and a serial number.
    pub(crate) fn device(&mut self, label: &str, serial: &str) -> u32 {
        self.identities.devices.push(Device {
            id: label.to_owned(),
            label: Some(label.to_owned()),
            serial: Some(serial.to_owned()),
            carried: true,
            ..Device::default()
        });
        u32::try_from(self.identities.devices.len() - 1).unwrap()
    }

    /// The machine's registry has a name for the device.
    pub(crate) fn knows(&mut self, machine: u32, device: DeviceIndex) {
        let name = ScopedIdentifier::new(Identifier::instance("USBSTOR\\X\\1&0"), machine);
        let source = self.source_of(machine, "system-hive");
        let device = usize::try_from(device).unwrap();
        self.identities.devices[device]
            .identities
            .push(IdentityLine {
                identifier: name.clone(),
                with: name,
                why: "test",
                machine: Some(machine),
                source: Some(source),
                locator: None,
            });
    }

    /// An examiner saw the machine's clock go right, within so many seconds.
    pub(crate) fn clock_seen(&mut self, machine: u32, tolerance: i64) {
        let clock = &mut self.machines[usize::try_from(machine).unwrap()].clock;
        clock.observations.push(Observation {
            from: at("2022-07-21 00:00:00"),
            to: at("2022-07-22 00:00:00"),
            on: "2022-07-21".to_owned(),
            offset: 0,
            tolerance: tolerance * TICKS_PER_SECOND,
            reads: Reads::Correction,
            note: None,
        });
    }

    pub(crate) fn zone(&mut self, machine: u32, zone: Tz) {
        let machine = &mut self.machines[usize::try_from(machine).unwrap()];
        machine.clock.zone = crate::clock::Zone::Declared(zone);
    }

    /// A record in the machine's event log.
    pub(crate) fn log(&mut self, machine: u32, device: u32, action: Action, time: &str) -> usize {
        let source = self.source_of(machine, "event-log");
        let is = (
            RecordedTime::utc(at(time)),
            Self::meaning(action),
            Confidence::Recorded,
        );
        self.add(source, machine, Some(device), action, is)
    }

    /// What the time of a record of an event log means.
    fn meaning(action: Action) -> &'static str {
        match action {
            Action::Connected => meaning::DISK_ARRIVED,
            _ => "",
        }
    }

    /// A record in the machine's registry.
    pub(crate) fn hive(&mut self, machine: u32, device: u32, action: Action, time: &str) -> usize {
        let source = self.source_of(machine, "system-hive");
        self.record(source, machine, Some(device), action, time)
    }

    /// A record of the machine itself.
    pub(crate) fn of_machine(&mut self, machine: u32, action: Action, time: &str) -> usize {
        let source = self.source_of(machine, "event-log");
        self.record(source, machine, None, action, time)
    }

    /// A record in the machine's event log that its clock was set, by the account with that SID.
    pub(crate) fn clock_set(&mut self, machine: u32, from: &str, to: &str, account: &str) -> usize {
        let source = self.source_of(machine, "event-log");
        let event = self.record(source, machine, None, Action::ClockChanged, to);
        let locator = self.events.table.locator(&self.events.strings, event);
        let change = ClockChange {
            before: at(from),
            after: at(to),
            program: Some("program.exe".to_owned()),
            account: Some(account.to_owned()),
            account_name: None,
            may_be_resume: false,
            locator: locator.unwrap(),
        };
        self.clock_changes.push((source, change));
        event
    }

    /// The machine's clock was set once, which is all that is known of it beside what was seen, and drifts
    /// by so many millionths.
    pub(crate) fn clock_was_set(&mut self, machine: u32, step: ClockChange, drift_ppm: u32) {
        let own = &mut self.machines[usize::try_from(machine).unwrap()].clock;
        let steps = vec![RecordedStep { step, source: 0 }];
        let (zone, seen) = (own.zone.clone(), own.observations.clone());
        *own = MachineClock::new(zone, seen, steps, drift_ppm);
    }

    /// The device is known to have had a letter on the machine.
    pub(crate) fn letter(&mut self, machine: u32, device: DeviceIndex, letter: &str) {
        let device = usize::try_from(device).unwrap();
        self.identities.devices[device].volumes.push(DeviceVolume {
            letters: vec![LetterUse {
                machine,
                letter: letter.to_owned(),
                at: None,
                inferred_from: Vec::new(),
            }],
            ..DeviceVolume::default()
        });
    }

    /// A record of the machine that a file was opened on a drive; of the device's volume, where one
    /// is given.
    pub(crate) fn opened(
        &mut self,
        machine: u32,
        device: Option<u32>,
        drive: &str,
        time: &str,
    ) -> usize {
        let source = self.source_of(machine, "system-hive");
        let locator = Locator::Bytes {
            offset: u64::try_from(self.events.table.len()).unwrap(),
            length: 1,
        };
        let path = format!("{drive}\\file.txt");
        let event = NewEvent {
            time: RecordedTime::utc(at(time)),
            meaning: "",
            action: Action::FileOpened,
            whose: Whose::ThisMachine,
            device: None,
            volume: drive.chars().next().map(Identifier::drive_letter),
            user: None,
            file: Some(&path),
            message: "record",
            locator: &locator,
            number: None,
            confidence: Confidence::Recorded,
        };
        let Events { table, strings, .. } = &mut self.events;
        table.push(strings, source, &event);
        self.records.push((Some(machine), device));
        self.events.table.len() - 1
    }

    /// A login that the stick's own log has of a machine.
    pub(crate) fn login(&mut self, machine: u32, device: u32, time: &str) -> usize {
        let source = self.source("vendor-log", None);
        self.record(source, machine, Some(device), Action::LoginSucceeded, time)
    }

    fn record(
        &mut self,
        source: u32,
        machine: u32,
        device: Option<u32>,
        action: Action,
        time: &str,
    ) -> usize {
        let time = RecordedTime::utc(at(time));
        let is = (time, "", Confidence::Recorded);
        self.add(source, machine, device, action, is)
    }

    /// Any record.
    pub(crate) fn add(
        &mut self,
        source: u32,
        machine: u32,
        device: Option<u32>,
        action: Action,
        (time, meaning, confidence): (RecordedTime, &str, Confidence),
    ) -> usize {
        let place = (source, machine, device);
        self.push(place, action, (time, meaning, confidence), None)
    }

    /// A record with a number of its own, at a time of any kind.
    pub(crate) fn numbered(
        &mut self,
        place: (u32, u32, Option<u32>),
        action: Action,
        time: RecordedTime,
        number: Option<u64>,
    ) -> usize {
        let is = (time, Self::meaning(action), Confidence::Recorded);
        self.push(place, action, is, number)
    }

    fn push(
        &mut self,
        (source, machine, device): (u32, u32, Option<u32>),
        action: Action,
        (time, meaning, confidence): (RecordedTime, &str, Confidence),
        number: Option<u64>,
    ) -> usize {
        let index = self.events.table.len();
        let offset = u64::try_from(index).unwrap();
        let of_log = self.events.artifacts[usize::try_from(source).unwrap()] == "event-log";
        let locator = if of_log {
            Locator::EventRecord {
                record: offset,
                offset,
            }
        } else {
            Locator::Bytes { offset, length: 1 }
        };
        let event = NewEvent {
            time,
            meaning,
            action,
            whose: Whose::ThisMachine,
            device: None,
            volume: None,
            user: None,
            file: None,
            message: "record",
            locator: &locator,
            number,
            confidence,
        };
        let Events { table, strings, .. } = &mut self.events;
        table.push(strings, source, &event);
        self.records.push((Some(machine), device));
        index
    }

    /// Every source's coverage holds its records, where none was said.
    fn widen_coverage(&mut self) {
        let is_said = |source: &Source| source.outcome.coverage.first.is_some();
        let said: Vec<bool> = self.sources.iter().map(is_said).collect();
        for index in 0..self.events.len() {
            let row = self.events.row(index).unwrap();
            let source = usize::try_from(row.source).unwrap();
            if !said[source] {
                self.sources[source].outcome.coverage.widen(row.time);
            }
        }
    }

    /// Places the events and builds the sessions.
    fn sessions(&mut self) -> Vec<custody::Session> {
        self.widen_coverage();
        let mut placed = Vec::new();
        for (index, &(machine, device)) in self.records.iter().enumerate() {
            let time = self.events.row(index).unwrap().time;
            let clock = &self.machines[usize::try_from(machine.unwrap()).unwrap()].clock;
            let own = clock.to_utc(time).0;
            placed.push(Placed {
                machine,
                device,
                candidates: u16::from(device.is_some()),
                own,
                corrected: CorrectedTime::unknown(own),
            });
        }
        self.events.place(placed);
        custody::sessions(&self.events)
    }

    /// The case with its clocks solved and all times corrected, and nothing else.
    pub(crate) fn solve(self) -> (Clocks, Events, Vec<Machine>) {
        self.solve_behind(|| ())
    }

    /// The same; `ready` is called when everything is there that the solver needs.
    pub(crate) fn solve_behind(mut self, ready: impl FnOnce()) -> (Clocks, Events, Vec<Machine>) {
        let sessions = self.sessions();
        self.records = Vec::new();
        ready();
        let devices = &self.identities.devices;
        let machines = &mut self.machines;
        let clocks =
            self.events
                .solve_clocks(&self.case, machines, (devices, &self.sources), &sessions);
        (clocks, self.events, self.machines)
    }

    /// The case with its sessions, table and findings.
    pub(crate) fn build(mut self) -> Reconstruction {
        let sessions = self.sessions();
        let devices = &self.identities.devices;
        super::by_letter::attribute(&mut self.events, devices, &sessions);
        let machines = &mut self.machines;
        let clocks =
            self.events
                .solve_clocks(&self.case, machines, (devices, &self.sources), &sessions);
        let table = custody::table(&custody::Input {
            case: &self.case,
            machines: &self.machines,
            devices: &self.identities.devices,
            events: &self.events,
            sessions: &sessions,
        });
        let mut made = Reconstruction {
            coverage: crate::coverage::rows(&self.machines, &self.sources, &Default::default()),
            case: self.case,
            machines: self.machines,
            sources: self.sources,
            events: self.events,
            identities: self.identities,
            sessions,
            clocks,
            custody: table,
            findings: Vec::new(),
            problems: Vec::new(),
            traces: Vec::new(),
            clock_changes: self.clock_changes,
            evidence: Vec::new(),
            own_letters: Default::default(),
        };
        made.findings = findings::find(&made);
        made
    }
}
