//! The custody table: a row for each day and machine, a column for each device.

use std::collections::{BTreeMap, BTreeSet};

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::session::Session;
use crate::case::Case;
use crate::clock::CorrectedTime;
use crate::event::{Action, MachineIndex};
use crate::identity::{Device, DeviceIndex};
use crate::machine::Machine;
use crate::reconstruction::Events;

/// The custody table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustodyTable {
    /// The devices, a column each.
    pub columns: Vec<DeviceIndex>,
    /// The rows, by day, then in the machines' order.
    pub rows: Vec<Row>,
    /// Devices that can be carried and have records in the time of interest, but no column,
    /// because the case names the devices that it is about.
    pub left_out: Vec<DeviceIndex>,
}

/// One day at one machine, or a stretch of days without any record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The day, by the machine's own clock and zone.
    pub day: Day,
    /// The last day; the same but for a stretch of days.
    pub to: Day,
    /// The machine; `None` for a stretch of days in which no machine has a record.
    pub machine: Option<MachineIndex>,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// A calendar day: year, month, day of month.
pub type Day = (i32, u32, u32);

/// What one device did at one machine on one day. Empty: no record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// The lines, in the order of time.
    pub lines: Vec<Line>,
}

/// One line of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub what: LineKind,
    /// The time by the machine's own clock, UTC; `None` for what is missing.
    pub recorded: Option<Timestamp>,
    /// The same in the machine's local time.
    pub local: Option<Timestamp>,
    /// The time corrected, of the first record.
    pub corrected: Option<CorrectedTime>,
    /// The records that say it.
    pub events: Vec<usize>,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// Plugged in for the first time on this machine.
    FirstConnected,
    /// No record of a connection, where there must have been one.
    NoConnection,
    /// No record of a removal, where there must have been one.
    NoRemoval,
    /// An action.
    Action(Action),
}

/// What a table is made of.
pub(crate) struct Input<'a> {
    pub(crate) case: &'a Case,
    pub(crate) machines: &'a [Machine],
    pub(crate) devices: &'a [Device],
    pub(crate) events: &'a Events,
    pub(crate) sessions: &'a [Session],
}

type Cells = BTreeMap<(Day, MachineIndex, DeviceIndex), Vec<Line>>;

/// Builds the table for the case's time of interest.
pub(crate) fn table(input: &Input<'_>) -> CustodyTable {
    let mut cells = Cells::new();
    for session in input.sessions {
        add_session(input, session, &mut cells);
    }
    add_lone_installs(input, &mut cells);
    let device = |index: DeviceIndex| {
        usize::try_from(index)
            .ok()
            .and_then(|index| input.devices.get(index))
    };
    let active: BTreeSet<DeviceIndex> = cells.keys().map(|(_, _, device)| *device).collect();
    let labelled: Vec<DeviceIndex> = input
        .devices
        .iter()
        .zip(0..)
        .filter(|(device, _)| device.label.is_some())
        .map(|(_, index)| index)
        .collect();
    let carried = |index: &DeviceIndex| device(*index).is_some_and(|device| device.carried);
    let (columns, left_out): (Vec<_>, Vec<_>) = if labelled.is_empty() {
        (active.into_iter().filter(carried).collect(), Vec::new())
    } else {
        let others = active
            .into_iter()
            .filter(|i| !labelled.contains(i))
            .filter(carried);
        (labelled.clone(), others.collect())
    };
    cells.retain(|(_, _, device), _| columns.contains(device));
    let rows = rows(input, &columns, cells);
    CustodyTable {
        columns,
        rows,
        left_out,
    }
}

fn machine<'a>(input: &Input<'a>, index: MachineIndex) -> Option<&'a Machine> {
    usize::try_from(index)
        .ok()
        .and_then(|index| input.machines.get(index))
}

fn add_session(input: &Input<'_>, session: &Session, cells: &mut Cells) {
    let mut lines = Vec::new();
    let connected = if session.first_installed.is_empty() {
        LineKind::Action(Action::Connected)
    } else {
        LineKind::FirstConnected
    };
    let together = [
        session.connected.as_slice(),
        session.first_installed.as_slice(),
    ]
    .concat();
    lines.extend(line(input, session.machine, connected, &together));
    for &login in &session.logins {
        if let Some(row) = input.events.row(login) {
            lines.extend(line(
                input,
                session.machine,
                LineKind::Action(row.action),
                &[login],
            ));
        }
    }
    let removed = LineKind::Action(Action::Removed);
    lines.extend(line(input, session.machine, removed, &session.removed));
    // Only a machine whose own evidence was read can be said to lack a record.
    let has_evidence = machine(input, session.machine).is_some_and(|machine| machine.has_evidence);
    let missing = |what| Line {
        what,
        recorded: None,
        local: None,
        corrected: None,
        events: vec![],
    };
    let place = |line: &Line| {
        let at = line.recorded.filter(|at| input.case.is_of_interest(*at))?;
        let local = line.local.unwrap_or(at);
        Some((local.date(), session.machine, session.device))
    };
    let (first, last) = (lines.first().and_then(place), lines.last().and_then(place));
    if let Some(key) = first.filter(|_| has_evidence && session.connected.is_empty()) {
        cells
            .entry(key)
            .or_default()
            .push(missing(LineKind::NoConnection));
    }
    for line in lines {
        if let Some(key) = place(&line) {
            cells.entry(key).or_default().push(line);
        }
    }
    if let Some(key) = last.filter(|_| has_evidence && session.removed.is_empty()) {
        cells
            .entry(key)
            .or_default()
            .push(missing(LineKind::NoRemoval));
    }
}

/// Installations that came with no connection on record.
fn add_lone_installs(input: &Input<'_>, cells: &mut Cells) {
    let in_sessions: BTreeSet<usize> = input.sessions.iter().flat_map(Session::events).collect();
    let mut seen: BTreeMap<(MachineIndex, DeviceIndex, i64), Vec<usize>> = BTreeMap::new();
    let connections: BTreeSet<(MachineIndex, DeviceIndex, i64)> = input
        .sessions
        .iter()
        .flat_map(|session| session.connected.iter().map(move |&index| (session, index)))
        .map(|(session, index)| (session.machine, session.device, second(input, index)))
        .collect();
    for &index in input.events.order() {
        let (Some(row), Some(placed)) = (input.events.row(index), input.events.placed(index))
        else {
            continue;
        };
        let (Some(machine), Some(device)) = (placed.machine, placed.device) else {
            continue;
        };
        let key = (machine, device, second(input, index));
        if row.action == Action::Installed
            && !in_sessions.contains(&index)
            && !connections.contains(&key)
        {
            seen.entry(key).or_default().push(index);
        }
    }
    for ((machine, device, _), list) in seen {
        let Some(line) = line(input, machine, LineKind::Action(Action::Installed), &list) else {
            continue;
        };
        if let Some(local) = line.local
            && line
                .recorded
                .is_some_and(|at| input.case.is_of_interest(at))
        {
            cells
                .entry((local.date(), machine, device))
                .or_default()
                .push(line);
        }
    }
}

fn second(input: &Input<'_>, index: usize) -> i64 {
    input
        .events
        .own_time(index)
        .ticks()
        .div_euclid(TICKS_PER_SECOND)
}

/// One line for records that say the same, at the earliest of their times.
fn line(input: &Input<'_>, at: MachineIndex, what: LineKind, events: &[usize]) -> Option<Line> {
    let mut events = events.to_vec();
    events.sort_by_key(|&index| (input.events.own_time(index), index));
    let first = *events.first()?;
    let recorded = input.events.own_time(first);
    let local = machine(input, at)?.clock.zone.to_local(recorded);
    let corrected = input.events.placed(first).map(|placed| placed.corrected);
    Some(Line {
        what,
        recorded: Some(recorded),
        local: Some(local),
        corrected,
        events,
    })
}

fn rows(input: &Input<'_>, columns: &[DeviceIndex], mut cells: Cells) -> Vec<Row> {
    for lines in cells.values_mut() {
        sort_lines(lines);
    }
    let days: BTreeSet<Day> = cells.keys().map(|(day, _, _)| *day).collect();
    let named: BTreeSet<MachineIndex> = cells.keys().map(|(_, machine, _)| *machine).collect();
    let mut rows: Vec<Row> = Vec::new();
    for day in days {
        for (index, machine) in (0..).zip(input.machines) {
            let has_lines = columns
                .iter()
                .any(|device| cells.contains_key(&(day, index, *device)));
            // A machine without evidence of its own cannot be shown to have no record.
            let worth_a_row = machine.has_evidence && (machine.in_case || named.contains(&index));
            if !has_lines && !worth_a_row {
                continue;
            }
            let cells = columns
                .iter()
                .map(|device| Cell {
                    lines: cells.remove(&(day, index, *device)).unwrap_or_default(),
                })
                .collect();
            rows.push(Row {
                day,
                to: day,
                machine: Some(index),
                cells,
            });
        }
    }
    add_empty_days(input.case, columns.len(), rows)
}

/// Lines in the order of time; what is missing keeps its place beside its session.
fn sort_lines(lines: &mut Vec<Line>) {
    let mut keyed: Vec<(i64, usize, Line)> = Vec::with_capacity(lines.len());
    let mut next_time = i64::MAX;
    for (index, line) in lines.drain(..).enumerate().rev() {
        if line.what != LineKind::NoRemoval
            && let Some(at) = line.recorded
        {
            next_time = at.ticks();
        }
        let time = match line.what {
            LineKind::NoRemoval => i64::MIN,
            _ => next_time,
        };
        keyed.push((time, index, line));
    }
    keyed.reverse();
    let mut last_time = i64::MIN;
    for (time, _, _) in &mut keyed {
        if *time == i64::MIN {
            *time = last_time;
        }
        last_time = *time;
    }
    keyed.sort_by_key(|(time, index, _)| (*time, *index));
    lines.extend(keyed.into_iter().map(|(_, _, line)| line));
}

/// Days inside the case's days without any record become one row a stretch.
fn add_empty_days(case: &Case, columns: usize, rows: Vec<Row>) -> Vec<Row> {
    use chrono::{NaiveDate, TimeZone};
    let (Some(from), Some(to)) = (case.from, case.to) else {
        return rows;
    };
    let local = |at: Timestamp| case.timezone.from_utc_datetime(&at.to_naive()).date_naive();
    let (first, end) = (local(from), local(to));
    let date = |day: Day| NaiveDate::from_ymd_opt(day.0, day.1, day.2);
    let as_day = |date: NaiveDate| {
        use chrono::Datelike;
        (date.year(), date.month(), date.day())
    };
    let empty = |from: NaiveDate, to: NaiveDate| Row {
        day: as_day(from),
        to: as_day(to),
        machine: None,
        cells: vec![Cell::default(); columns],
    };
    let mut filled = Vec::with_capacity(rows.len());
    let mut next = first;
    for row in rows {
        if let Some(day) = date(row.day) {
            if day > next
                && let Some(before) = day.pred_opt()
            {
                filled.push(empty(next, before));
            }
            if day >= next {
                next = day.succ_opt().unwrap_or(day);
            }
        }
        filled.push(row);
    }
    if next < end
        && let Some(last) = end.pred_opt()
    {
        filled.push(empty(next, last));
    }
    filled
}

#[cfg(test)]
mod tests;
