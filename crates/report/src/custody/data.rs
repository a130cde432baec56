//! The custody table as data.

use kusari::Reconstruction;
use kusari::custody::{Line, LineKind, Row, Session};
use kusari::findings::Finding;
use serde::Serialize;

use super::absences::AbsenceJson;
use crate::clocks::{MachineJson, Spans, machine_json};
use crate::event_json::{EventJson, Times};
use crate::rows::or_empty;
use crate::shown_time;
use crate::view::View;

#[derive(Debug, Serialize)]
pub(super) struct CustodyJson<'a> {
    table: TableJson<'a>,
    sessions: Vec<SessionJson<'a>>,
    findings: Vec<FindingJson<'a>>,
    absences: Vec<AbsenceJson<'a>>,
    clocks: Vec<MachineJson<'a>>,
}

#[derive(Debug, Serialize)]
struct TableJson<'a> {
    /// The devices, a column each.
    columns: Vec<&'a str>,
    rows: Vec<RowJson<'a>>,
    /// Devices with records in this time that have no column.
    left_out: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct RowJson<'a> {
    /// The day by the machine's own clock and zone.
    day: String,
    /// The last day of a stretch without any record; else the same day.
    to: String,
    /// `None` for a stretch of days in which no machine has a record.
    machine: Option<&'a str>,
    cells: Vec<CellJson<'a>>,
}

#[derive(Debug, Serialize)]
struct CellJson<'a> {
    device: &'a str,
    lines: Vec<LineJson>,
}

#[derive(Debug, Serialize)]
struct LineJson {
    says: &'static str,
    /// Local time of the machine, by its own clock.
    recorded: Option<String>,
    time: Option<String>,
    time_earliest: Option<String>,
    time_latest: Option<String>,
    events: Vec<String>,
    sources: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SessionJson<'a> {
    device: &'a str,
    machine: &'a str,
    /// When it was connected, corrected, UTC: the earliest of the records that say it.
    connected: Option<String>,
    /// When it was removed, corrected, UTC: the earliest of the records that say it.
    removed: Option<String>,
    logins: Vec<EventJson<'a>>,
    connected_records: Vec<EventJson<'a>>,
    first_installed_records: Vec<EventJson<'a>>,
    removed_records: Vec<EventJson<'a>>,
}

#[derive(Debug, Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    says: &'a str,
    says_ja: &'a str,
    machine: Option<&'a str>,
    device: Option<&'a str>,
    events: Vec<String>,
    sources: Vec<String>,
}

/// One line of the JSON lines.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(super) enum LineOf<'a> {
    /// A row of the table.
    Row(RowOf<'a>),
    /// A session.
    Session(SessionOf<'a>),
    /// A finding.
    Finding(FindingOf<'a>),
    /// A question about a gap in a device's custody.
    Absence(AbsenceJson<'a>),
    /// A clock.
    Clock(ClockOf<'a>),
}

macro_rules! flattened {
    ($($name:ident($inner:ident)),*) => {
        $(#[derive(Debug, Serialize)]
        pub(super) struct $name<'a> {
            #[serde(flatten)]
            own: $inner<'a>,
        })*
    };
}
flattened!(
    RowOf(RowJson),
    SessionOf(SessionJson),
    FindingOf(FindingJson),
    ClockOf(MachineJson)
);

pub(super) const CSV_COLUMNS: [&str; 9] = [
    "day",
    "machine",
    "device",
    "says",
    "time_recorded",
    "time",
    "time_earliest",
    "time_latest",
    "sources",
];

impl<'a> CustodyJson<'a> {
    pub(super) fn new(r: &'a Reconstruction, view: &View) -> Self {
        let table = r.custody_table();
        let spans = Spans::new(r, view);
        let device = |index| r.device(index).map_or("", |device| device.id.as_str());
        let shown = |index: &u32| view.selection.has_device(Some(*index));
        let sessions = r
            .sessions()
            .iter()
            .filter(|session| is_shown(r, view, session));
        let findings = r
            .findings()
            .iter()
            .filter(|finding| finding_is_shown(r, view, finding));
        Self {
            table: TableJson {
                columns: table
                    .columns
                    .iter()
                    .filter(|i| shown(i))
                    .map(|i| device(*i))
                    .collect(),
                rows: table
                    .rows
                    .iter()
                    .filter(|row| row.machine.is_none() || view.selection.has_machine(row.machine))
                    .map(|row| row_json(r, view, row))
                    .collect(),
                left_out: table.left_out.iter().map(|index| device(*index)).collect(),
            },
            sessions: sessions.map(|session| session_json(r, session)).collect(),
            findings: findings.map(|finding| finding_json(r, finding)).collect(),
            absences: super::absences::shown(r, view)
                .iter()
                .map(|own| AbsenceJson::new(r, own))
                .collect(),
            clocks: (0..)
                .zip(r.machines())
                .filter(|(index, _)| view.selection.has_machine(Some(*index)))
                .map(|(index, machine)| machine_json(r, &spans, index, machine))
                .collect(),
        }
    }

    pub(super) fn into_lines(self) -> impl Iterator<Item = LineOf<'a>> {
        let rows = self
            .table
            .rows
            .into_iter()
            .map(|own| LineOf::Row(RowOf { own }));
        let sessions = self
            .sessions
            .into_iter()
            .map(|own| LineOf::Session(SessionOf { own }));
        let findings = self
            .findings
            .into_iter()
            .map(|own| LineOf::Finding(FindingOf { own }));
        let absences = self.absences.into_iter().map(LineOf::Absence);
        let clocks = self
            .clocks
            .into_iter()
            .map(|own| LineOf::Clock(ClockOf { own }));
        rows.chain(sessions)
            .chain(findings)
            .chain(absences)
            .chain(clocks)
    }

    /// One row a line of a cell.
    pub(super) fn into_csv_rows(self) -> impl Iterator<Item = [String; 9]> {
        self.table.rows.into_iter().flat_map(|row| {
            let (day, machine) = (row.day, or_empty(row.machine));
            row.cells.into_iter().flat_map(move |cell| {
                let (day, machine) = (day.clone(), machine.clone());
                cell.lines.into_iter().map(move |line| {
                    [
                        day.clone(),
                        machine.clone(),
                        cell.device.to_owned(),
                        line.says.to_owned(),
                        or_empty(line.recorded),
                        or_empty(line.time),
                        or_empty(line.time_earliest),
                        or_empty(line.time_latest),
                        line.sources.join(";"),
                    ]
                })
            })
        })
    }
}

/// A session of the devices, machines and times that are asked for.
pub(super) fn is_shown(r: &Reconstruction, view: &View, session: &Session) -> bool {
    let selection = &view.selection;
    let columns = &r.custody_table().columns;
    // Sessions stand behind the table, so they are of its devices, or of one asked for by name.
    columns.contains(&session.device)
        && selection.has_device(Some(session.device))
        && selection.has_machine(Some(session.machine))
        && session.events().any(|index| {
            let placed = r.event_columns().placed(index);
            placed.is_some_and(|placed| selection.has_event(&placed))
        })
}

/// A finding about the machines, devices and times that are asked for. One without events (a
/// clash of names, a serial number that Windows made up) is about all times.
pub(super) fn finding_is_shown(r: &Reconstruction, view: &View, finding: &Finding) -> bool {
    is_about(view, finding) && is_in_time(r, view, finding)
}

/// A finding about the machines and devices that are asked for.
pub(super) fn is_about(view: &View, finding: &Finding) -> bool {
    let selection = &view.selection;
    (finding.machine.is_none() || selection.has_machine(finding.machine))
        && (finding.device.is_none() || selection.has_device(finding.device))
}

fn is_in_time(r: &Reconstruction, view: &View, finding: &Finding) -> bool {
    let mut placed = finding
        .events
        .iter()
        .filter_map(|index| r.event_columns().placed(*index));
    finding.events.is_empty() || placed.any(|placed| view.selection.has_time_of(&placed))
}

fn row_json<'a>(r: &'a Reconstruction, view: &View, row: &Row) -> RowJson<'a> {
    let columns = r.custody_table().columns.iter().zip(&row.cells);
    RowJson {
        day: shown_time::day(row.day),
        to: shown_time::day(row.to),
        machine: row
            .machine
            .and_then(|index| r.machine(index))
            .map(|m| m.id.as_str()),
        cells: columns
            .filter(|(index, _)| view.selection.has_device(Some(**index)))
            .map(|(index, cell)| CellJson {
                device: r.device(*index).map_or("", |device| device.id.as_str()),
                lines: cell.lines.iter().map(|line| line_json(r, line)).collect(),
            })
            .collect(),
    }
}

pub(super) fn line_name(what: LineKind) -> &'static str {
    match what {
        LineKind::FirstConnected => "connected-first-time",
        LineKind::NoConnection => "no-connection-on-record",
        LineKind::NoRemoval => "no-removal-on-record",
        LineKind::Action(action) => action.name(),
    }
}

/// The most decimals that the records of a line have.
fn decimals(r: &Reconstruction, line: &Line) -> u8 {
    let of = |index: &usize| r.event_columns().row(*index).map(|row| row.time.decimals);
    line.events.first().and_then(of).unwrap_or(0)
}

fn line_json(r: &Reconstruction, line: &Line) -> LineJson {
    let decimals = decimals(r, line);
    let times = line.corrected.map(|time| Times::new(&time, decimals));
    LineJson {
        says: line_name(line.what),
        recorded: line.local.map(|at| at.to_text(decimals)),
        time: times.as_ref().map(|times| times.estimate.clone()),
        time_earliest: times.as_ref().and_then(|times| times.earliest.clone()),
        time_latest: times.and_then(|times| times.latest),
        events: ids(r, &line.events),
        sources: source_names(r, &line.events),
    }
}

fn ids(r: &Reconstruction, events: &[usize]) -> Vec<String> {
    events
        .iter()
        .filter_map(|index| Some(r.event(*index)?.id.to_string()))
        .collect()
}

/// The sources of events, each once, in the order of the events.
pub(super) fn source_names(r: &Reconstruction, events: &[usize]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for event in events.iter().filter_map(|index| r.event(*index)) {
        if !names.contains(&event.source.name) {
            names.push(event.source.name.clone());
        }
    }
    names
}

fn session_json<'a>(r: &'a Reconstruction, session: &Session) -> SessionJson<'a> {
    let events = |list: &[usize]| -> Vec<EventJson<'a>> {
        list.iter()
            .filter_map(|index| r.event(*index))
            .map(|e| EventJson::new(&e))
            .collect()
    };
    let (connected, removed) = (events(&session.connected), events(&session.removed));
    SessionJson {
        device: r
            .device(session.device)
            .map_or("", |device| device.id.as_str()),
        machine: r
            .machine(session.machine)
            .map_or("", |machine| machine.id.as_str()),
        connected: connected.first().map(|event| event.time.clone()),
        removed: removed.first().map(|event| event.time.clone()),
        logins: events(&session.logins),
        connected_records: connected,
        first_installed_records: events(&session.first_installed),
        removed_records: removed,
    }
}

fn finding_json<'a>(r: &'a Reconstruction, finding: &'a Finding) -> FindingJson<'a> {
    let mut sources = source_names(r, &finding.events);
    for index in &finding.sources {
        let source = usize::try_from(*index)
            .ok()
            .and_then(|index| r.sources().get(index));
        if let Some(source) = source.filter(|source| !sources.contains(&source.name)) {
            sources.push(source.name.clone());
        }
    }
    FindingJson {
        rule: finding.rule,
        says: &finding.en,
        says_ja: &finding.ja,
        machine: finding
            .machine
            .and_then(|index| r.machine(index))
            .map(|m| m.id.as_str()),
        device: finding
            .device
            .and_then(|index| r.device(index))
            .map(|d| d.id.as_str()),
        events: ids(r, &finding.events),
        sources,
    }
}
