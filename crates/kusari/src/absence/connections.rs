//! Connections to a machine: which of its sources would have recorded one, and whether their silence
//! counts.

use std::collections::BTreeMap;

use kusari_artifacts::SourceState;
use kusari_evidence::time::{RecordedTime, Timestamp};

use super::gaps::Gap;
use super::records::{Lies, Records, lies};
use super::{Absence, Answer, Answered, End, Question, Reason};
use crate::coverage;
use crate::custody::Session;
use crate::event::{Action, Confidence, MachineIndex, SourceIndex, meaning};
use crate::identity::DeviceIndex;
use crate::machine::Machine;
use crate::reconstruction::Reconstruction;
use crate::source::Source;

/// Event logs that have a record for each connection of a disk, by the ending of their names. They number
/// their records. Others have one only at a first installation, or only where somebody turned them on.
const RECORDS_EACH: &[&str] = &["microsoft-windows-partition%4diagnostic.evtx"];

/// For each machine whose evidence was read: whether the device was connected to it in the gap.
pub(super) fn ask(r: &Reconstruction, records: &Records, gap: &Gap) -> Vec<Absence> {
    let each = machines(r).map(|(machine, _)| {
        let (answer, because) = answer(r, records, machine, gap);
        Absence {
            question: Question::Connection,
            device: gap.device,
            machine: Some(machine),
            from: gap.from,
            to: gap.to,
            gap: Some((gap.from, gap.to)),
            answer,
            because,
        }
    });
    each.collect()
}

/// Whether there were connections before the first that a machine has on record.
pub(super) fn ask_before_the_first(
    r: &Reconstruction,
    records: &Records,
    device: DeviceIndex,
) -> Vec<Absence> {
    let mut all = Vec::new();
    for (machine, _) in machines(r) {
        let own = |event: &usize| (r.events.own_time(*event), *event);
        let known = records
            .at_machine(device, machine)
            .iter()
            .copied()
            .filter(|event| {
                let row = r.events.row(*event);
                row.is_some_and(|row| row.action == Action::Connected)
            });
        let to = known.min_by_key(own).map_or(End::Open, End::Event);
        let (answer, because) = before(r, records, (device, machine), to);
        all.push(Absence {
            question: Question::EarlierConnection,
            device,
            machine: Some(machine),
            from: End::Open,
            to,
            gap: None,
            answer,
            because,
        });
    }
    all
}

fn machines(r: &Reconstruction) -> impl Iterator<Item = (MachineIndex, &Machine)> {
    (0..)
        .zip(&r.machines)
        .filter(|(_, machine)| machine.has_evidence)
}

/// A device at a machine.
type AtMachine = (DeviceIndex, MachineIndex);

fn answer(r: &Reconstruction, records: &Records, machine: MachineIndex, gap: &Gap) -> Answered {
    let (device, from, to) = (gap.device, gap.from, gap.to);
    let place = (device, machine);
    let (mut inside, mut perhaps) = (Vec::new(), Vec::new());
    for &event in records.at_machine(device, machine) {
        match lies(r, event, from, to) {
            Lies::Inside if shows_presence(r, event) => inside.push(event),
            // Whatever a machine has on record of the device in that time forbids to deny it.
            Lies::Inside | Lies::Perhaps => perhaps.push(event),
            Lies::Outside => {}
        }
    }
    if !inside.is_empty() {
        let mut reason =
            Reason::evidence("records of the machine show it", "同機の記録がそれを示す");
        reason.events = inside;
        return (Answer::Yes, vec![reason]);
    }
    let mut reasons = Vec::new();
    if !perhaps.is_empty() {
        let mut reason = Reason::evidence(
            "the machine has records of the device that may lie in this time, or that do not say that it was there",
            "同機に当該機器の記録があり、この期間に入り得るか、接続を示すものではない",
        );
        reason.events = perhaps;
        reasons.push(reason);
    }
    reasons.extend(went_on(r, machine, gap));
    reasons.extend(began_unseen(r, machine, gap));
    let is_open = !reasons.is_empty();
    let logs = records.connection_logs(machine);
    for log in logs {
        let Some((index, source)) = log.source(r) else {
            continue;
        };
        match silence(r, records, place, log, (from, to)) {
            Ok(assumed) if !is_open => {
                let mut because = vec![says_nothing(source, index)];
                because.extend(assumed);
                because.extend(reasons);
                return (Answer::No, because);
            }
            Ok(_) => {}
            Err(reason) => reasons.push(*reason),
        }
    }
    if logs.is_empty() {
        reasons.push(no_log(r, machine));
    }
    reasons.extend(registry(r, records, place, Some((from, to))));
    (Answer::CannotTell, reasons)
}

/// Whether the silence of a log counts in a stretch, and what is assumed with it; else why it does not.
fn silence(
    r: &Reconstruction,
    records: &Records,
    (device, machine): AtMachine,
    log: &ConnectionLog,
    (from, to): (End, End),
) -> Result<Option<Reason>, Box<Reason>> {
    let index = log.index;
    let of_log = |en: &str, ja: &str| {
        let (en, ja) = (
            format!("its log of connections {en}"),
            format!("接続のログは{ja}"),
        );
        Reason::evidence(en, ja).about(index)
    };
    let Some((_, source)) = log.source(r) else {
        return Err(Box::new(of_log("is not there", "ない")));
    };
    let assumed = match covers(r, machine, source, from, to) {
        Ok(assumed) => assumed,
        Err((en, ja)) => return Err(Box::new(of_log(&en, &ja))),
    };
    if !log.missed.is_empty() {
        let mut reason = of_log(
            "covers the time, but lacks a connection that another source shows there, so its silence \
             proves nothing",
            "期間を含むが、他の記録が同機で示す接続の記録を欠いており、記録がないことは何も証明しない",
        );
        reason.events.clone_from(&log.missed);
        return Err(Box::new(reason));
    }
    let unknown = records.of_nobody(index).iter().copied();
    let unknown: Vec<usize> = unknown
        .filter(|event| lies(r, *event, from, to) != Lies::Outside)
        .collect();
    if !unknown.is_empty() {
        let mut reason = of_log(
            "has a connection in this time that cannot be told to be of one device",
            "この期間に、どの機器か特定できない接続の記録がある",
        );
        reason.events = unknown;
        return Err(Box::new(reason));
    }
    let has_serial = r
        .device(device)
        .is_some_and(|device| device.serial.is_some() && !device.serial_made_by_windows);
    if !has_serial {
        return Err(Box::new(of_log(
            "covers the time, but the device has no serial number by which it would name it",
            "期間を含むが、当該機器を識別できるシリアル番号がない",
        )));
    }
    if !records.has_connections(index) {
        return Err(Box::new(of_log(
            "covers the time, but has no connection of any stick",
            "期間を含むが、USBメモリの接続記録が1件もない",
        )));
    }
    Ok(assumed)
}

/// Where the stay before a gap was at this machine and has no removal: nobody knows how long it lasted.
fn went_on(r: &Reconstruction, machine: MachineIndex, gap: &Gap) -> Option<Reason> {
    let stay = r.sessions.get(gap.left?)?;
    (stay.machine == machine && stay.removed.is_empty()).then(|| {
        let mut reason = Reason::evidence(
            "its last stay there before has no removal on record, so it may have gone on",
            "その前の接続に取外しの記録がなく、接続が続いていた可能性がある",
        );
        reason.events = stay.events().collect();
        reason
    })
}

/// Where the stay behind a gap is at this machine and has no connection: that was before its first record,
/// and perhaps in the gap.
fn began_unseen(r: &Reconstruction, machine: MachineIndex, gap: &Gap) -> Option<Reason> {
    let stay = r.sessions.get(gap.next?)?;
    (stay.machine == machine && stay.connected.is_empty()).then(|| {
        let mut reason = Reason::evidence(
            "its next stay there has no connection on record, which may have been in this time",
            "その次の使用に接続の記録がなく、接続がこの期間にあった可能性がある",
        );
        reason.events = stay.events().collect();
        reason
    })
}

/// Records that show a device at a machine.
fn shows_presence(r: &Reconstruction, event: usize) -> bool {
    r.events.row(event).is_some_and(|row| {
        row.confidence == Confidence::Recorded
            && matches!(
                row.action,
                Action::Connected
                    | Action::Removed
                    | Action::Present
                    | Action::Mounted
                    | Action::LoginSucceeded
                    | Action::LoginFailed
            )
    })
}

/// That there is no log to ask, and why, as far as it is known.
fn no_log(r: &Reconstruction, machine: MachineIndex) -> Reason {
    let own = r.machine(machine);
    let is_missing = own.is_some_and(|own| {
        r.coverage.iter().any(|row| {
            row.machine == own.id
                && row.state.contains(&coverage::MISSING)
                && records_each(&row.source)
        })
    });
    if is_missing {
        return Reason::evidence(
            "its log of connections (Partition/Diagnostic) is missing, though Windows of its version has one",
            "この版のWindowsにあるはずの接続のログ（Partition/Diagnostic）がない",
        );
    }
    match own.and_then(|own| own.build) {
        Some(build) if build < coverage::PARTITION_DIAGNOSTIC => Reason::evidence(
            format!(
                "Windows of its version (build {build}) is not known to log each connection \
                 (Partition/Diagnostic)"
            ),
            format!(
                "この版のWindows（ビルド {build}）は、接続ごとのログ（Partition/Diagnostic）を残すことが\
                 知られていない"
            ),
        ),
        _ => Reason::evidence(
            "no log of connections was found (Partition/Diagnostic, Windows 10 and later)",
            "接続のログ（Partition/Diagnostic、Windows 10以降）が見つからない",
        ),
    }
}

/// Whether a source of that name has a record for each connection of a disk.
fn records_each(name: &str) -> bool {
    let name = name.to_lowercase();
    RECORDS_EACH.iter().any(|ending| name.ends_with(ending))
}

/// A log that has a record for each connection.
#[derive(Debug)]
pub(super) struct ConnectionLog {
    index: SourceIndex,
    /// What other sources show at the machine in the time of the log, and it has not.
    missed: Vec<usize>,
}

impl ConnectionLog {
    fn source<'a>(&self, r: &'a Reconstruction) -> Option<(SourceIndex, &'a Source)> {
        let source = r.sources.get(usize::try_from(self.index).ok()?)?;
        Some((self.index, source))
    }
}

/// The logs of all machines that have a record for each connection, those of shadow copies aside.
pub(super) fn logs(r: &Reconstruction) -> BTreeMap<MachineIndex, Vec<ConnectionLog>> {
    let mut sessions: BTreeMap<MachineIndex, Vec<&Session>> = BTreeMap::new();
    for session in &r.sessions {
        sessions.entry(session.machine).or_default().push(session);
    }
    let mut logs: BTreeMap<MachineIndex, Vec<ConnectionLog>> = BTreeMap::new();
    for (index, source) in (0..).zip(&r.sources) {
        let is_copy = || {
            let states = &source.outcome.coverage.states;
            states.contains(&SourceState::Snapshot)
        };
        let Some(machine) = source.machine else {
            continue;
        };
        if records_each(&source.name) && !is_copy() {
            let sessions = sessions.get(&machine).map_or(&[][..], Vec::as_slice);
            let missed = missed(r, sessions, machine, index).unwrap_or_default();
            let log = ConnectionLog { index, missed };
            logs.entry(machine).or_default().push(log);
        }
    }
    logs
}

/// Whether a log covers a stretch, and what is assumed with it; else why it does not.
fn covers(
    r: &Reconstruction,
    machine: MachineIndex,
    source: &Source,
    from: End,
    to: End,
) -> Result<Option<Reason>, (String, String)> {
    sound(r, machine, source)?;
    let coverage = &source.outcome.coverage;
    let (Some(first), Some(last)) = (coverage.first, coverage.last) else {
        return Err(("holds no record".to_owned(), "記録を含まない".to_owned()));
    };
    let Some(begins) = reaches(r, machine, first, from, Side::Before) else {
        let rolled = coverage.states.contains(&SourceState::RolledOver);
        let (en, ja) = if rolled {
            (", since it rolled over", "（上書きによる）")
        } else {
            ("", "")
        };
        let first = shown(r, machine, first);
        return Err((
            format!("begins only at {first}{en}"),
            format!("{first} 以降の記録しかない{ja}"),
        ));
    };
    let Some(ends) = reaches(r, machine, last, to, Side::Behind) else {
        let last = shown(r, machine, last);
        return Err((
            format!("ends already at {last}"),
            format!("{last} までの記録しかない"),
        ));
    };
    let is_assumed = begins == Told::AsRecorded || ends == Told::AsRecorded;
    Ok(is_assumed.then(|| {
        Reason::assumed(
            "nothing bounds one of the clocks that this time is told by; it is taken as recorded",
            "この期間を示す時計の一つは観測されておらず、記録のままの時刻とみなした",
        )
    }))
}

/// On which side of an end a record is asked to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    Behind,
}

/// How it is told on which side of an end a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// By one clock, or by bounds that leave no other order.
    Certainly,
    /// By times as they are recorded, since nothing bounds one of the clocks.
    AsRecorded,
}

/// Whether a record of a machine lies on that side of an end; `None`: it does not, or the bounds leave it
/// open.
fn reaches(
    r: &Reconstruction,
    machine: MachineIndex,
    time: RecordedTime,
    end: End,
    side: Side,
) -> Option<Told> {
    let clock = &r.machine(machine)?.clock;
    let is_on_side = |own: Timestamp, end: Timestamp| match side {
        Side::Before => own <= end,
        Side::Behind => own >= end,
    };
    if let End::Event(event) = end
        && r.events.placed(event).and_then(|placed| placed.machine) == Some(machine)
    {
        let (first, last) = clock.to_utc(time);
        let own = match side {
            Side::Before => last,
            Side::Behind => first,
        };
        return is_on_side(own, r.events.own_time(event)).then_some(Told::Certainly);
    }
    let (own, end) = (clock.correct(time), r.end_time(end)?);
    let bounds = match side {
        Side::Before => own.latest.zip(end.earliest),
        Side::Behind => own.earliest.zip(end.latest),
    };
    match bounds {
        Some((own, end)) => is_on_side(own, end).then_some(Told::Certainly),
        None => is_on_side(own.estimate, end.estimate).then_some(Told::AsRecorded),
    }
}

/// A record's time by the machine's own local clock.
fn shown(r: &Reconstruction, machine: MachineIndex, time: RecordedTime) -> String {
    let own = r.machine(machine).map(|own| own.clock.to_utc(time).0);
    let local = own.map(|own| r.local_time(machine, own));
    local.map_or_else(String::new, |local| local.to_text(0).replace('T', " "))
}

/// Whether nothing of a log is missing; else what keeps its silence from counting.
fn sound(
    r: &Reconstruction,
    machine: MachineIndex,
    source: &Source,
) -> Result<(), (String, String)> {
    let coverage = &source.outcome.coverage;
    let has = |state| coverage.states.contains(&state);
    let names_several = |own: &Machine| own.name_groups.len() > 1;
    let why = if source.error.is_some() {
        ("could not be read", "読み取れない")
    } else if !coverage.gaps.is_empty() {
        (
            "has gaps in the numbers of its records",
            "記録番号に欠番がある",
        )
    } else if source.is_damaged() || has(SourceState::CutShort) {
        ("is damaged", "破損している")
    } else if has(SourceState::TimeStepsBack) {
        ("has times that run backwards", "時刻が逆行している")
    } else if has(SourceState::Cleared) {
        ("was cleared", "消去されている")
    } else if has(SourceState::Exported) {
        (
            "is a saved copy, which need not be whole",
            "書き出された写しであり、全件とは限らない",
        )
    } else if !coverage.mismatches.is_empty() {
        ("contradicts itself", "自身の記載に矛盾がある")
    } else if r.machine(machine).is_some_and(names_several) {
        (
            "stands in evidence that names several computers, and may be another's",
            "複数のコンピュータ名を示す証拠にあり、別の機器のものである可能性がある",
        )
    } else {
        return Ok(());
    };
    Err((why.0.to_owned(), why.1.to_owned()))
}

/// Connections of sticks and operations on them at the machine that other sources show in the time of a log,
/// and for which it has no connection: then it does not have every one, or the others mean another PC.
fn missed(
    r: &Reconstruction,
    sessions: &[&Session],
    machine: MachineIndex,
    log: SourceIndex,
) -> Option<Vec<usize>> {
    let coverage = &r.sources.get(usize::try_from(log).ok()?)?.outcome.coverage;
    let clock = &r.machine(machine)?.clock;
    let (first, last) = (
        clock.to_utc(coverage.first?).0,
        clock.to_utc(coverage.last?).0,
    );
    let is_of_log = |event: &usize| r.events.row(*event).is_some_and(|row| row.source == log);
    let is_plain = |event: &usize| {
        let row = r.events.row(*event);
        row.is_some_and(|row| row.confidence == Confidence::Recorded)
            && (first..=last).contains(&r.events.own_time(*event))
    };
    // A phone or an optical drive is no disk of which the log would have a record.
    let is_disk = |own: &&&Session| {
        let kind = r.device(own.device).and_then(|own| own.kind.as_deref());
        kind.is_none_or(|kind| kind == "storage")
    };
    let unknown = sessions
        .iter()
        .filter(is_disk)
        .filter(|own| !own.connected.iter().any(is_of_log));
    let mut events: Vec<usize> = unknown
        .flat_map(|own| own.connected.iter().chain(&own.logins))
        .copied()
        .filter(is_plain)
        .collect();
    events.sort_unstable();
    Some(events)
}

fn says_nothing(source: &Source, index: SourceIndex) -> Reason {
    let records = source.outcome.coverage.records;
    Reason::evidence(
        format!(
            "its log of connections has a record for each connection of a disk, covers the whole time, \
             numbers its {records} records without a gap, and has none of this device"
        ),
        format!(
            "接続のログはディスクの接続のたびに記録し、期間全体を含み、{records} 件の記録番号に欠番が\
             なく、当該機器の記録がない"
        ),
    )
    .about(index)
}

/// What the registry says, which numbers nothing and keeps the last connection only.
fn registry(
    r: &Reconstruction,
    records: &Records,
    place: AtMachine,
    stretch: Option<(End, End)>,
) -> Option<Reason> {
    let (device, machine) = place;
    let index = *r.sources_of(machine, &["system-hive"]).first()?;
    let own = records.at_machine(device, machine);
    let last = stretch.and_then(|stretch| last_arrival_before(r, own, machine, stretch));
    if let Some((event, at)) = last {
        let mut reason = Reason::evidence(
            format!(
                "the registry, written after this time, has its last arrival before it ({at}), which is \
                 consistent with no connection and proves none"
            ),
            format!(
                "この期間の後に書き込まれたレジストリで最後の接続がその前（{at}）であり、接続がなかった\
                 ことと整合するが、証明にはならない"
            ),
        );
        reason.events = vec![event];
        return Some(reason.about(index));
    }
    let is_of_machine = |event: &usize| {
        let row = r.events.row(*event);
        let source = row.and_then(|row| r.sources.get(usize::try_from(row.source).ok()?));
        source.is_some_and(|source| source.machine == Some(machine))
    };
    let named = r.device(device).is_some_and(|device| {
        let mut names = device.identities.iter();
        names.any(|line| line.machine == Some(machine))
    });
    let is_known = named || own.iter().any(is_of_machine);
    let (en, ja) = if is_known {
        (
            "the registry keeps only its last connection and removal",
            "レジストリは最後の接続と取外しのみを保持する",
        )
    } else if !own.is_empty() {
        (
            "the registry does not know it, though its own log names this machine, so that proves nothing",
            "本体のログが同機を記録しているのにレジストリに履歴がなく、何も証明しない",
        )
    } else {
        (
            "the registry does not know it, which is consistent with no connection and proves none",
            "レジストリに履歴がなく、接続がなかったことと整合するが、証明にはならない",
        )
    };
    Some(Reason::evidence(en, ja).about(index))
}

/// The last arrival that the registry keeps of a device, when it lies before a stretch behind whose end the
/// registry was still written: a connection in the stretch would have replaced it.
fn last_arrival_before(
    r: &Reconstruction,
    own: &[usize],
    machine: MachineIndex,
    (from, to): (End, End),
) -> Option<(usize, String)> {
    let arrival = own.iter().copied().find(|event| {
        let row = r.events.row(*event);
        let meaning = row.and_then(|row| r.events.strings().get(row.meaning));
        meaning == Some(meaning::LAST_ARRIVAL_DATE)
    })?;
    let row = r.events.row(arrival)?;
    let source = r.sources.get(usize::try_from(row.source).ok()?)?;
    let written = source.outcome.coverage.last?;
    reaches(r, machine, row.time, from, Side::Before)?;
    reaches(r, machine, written, to, Side::Behind)?;
    Some((arrival, r.local_times(&[arrival])))
}

/// Connections before the first on record.
fn before(
    r: &Reconstruction,
    records: &Records,
    (device, machine): AtMachine,
    to: End,
) -> Answered {
    let mut reasons = Vec::new();
    for log in records.connection_logs(machine) {
        let Some((index, source)) = log.source(r) else {
            continue;
        };
        let coverage = &source.outcome.coverage;
        let since = coverage
            .first
            .map_or_else(String::new, |first| shown(r, machine, first));
        let (en, ja) = match sound(r, machine, source) {
            Err((en, ja)) => (en, ja),
            Ok(()) if coverage.states.contains(&SourceState::RolledOver) => (
                format!(
                    "rolled over: its oldest record is of {since}, and older ones were overwritten"
                ),
                format!("上書きされており、最古の記録は {since} で、それ以前は失われている"),
            ),
            Ok(()) => (format!("begins at {since}"), format!("{since} から始まる")),
        };
        let (en, ja) = (
            format!("its log of connections {en}"),
            format!("接続のログは{ja}"),
        );
        reasons.push(Reason::evidence(en, ja).about(index));
    }
    if reasons.is_empty() {
        reasons.push(no_log(r, machine));
    }
    // A first installation that Windows dates says since when it knows the device.
    if let End::Event(event) = to
        && let Some(installed) = first_installed(r, device, machine, event)
    {
        let mut reason = Reason::evidence(
            "Windows dates its first meeting with the device to the first connection on record",
            "Windowsは当該機器との初回接続を最初の記録の時としている",
        );
        reason.events = vec![installed];
        reasons.push(reason);
    }
    reasons.extend(registry(r, records, (device, machine), None));
    (Answer::CannotTell, reasons)
}

/// The record by which Windows dates its first installation of the device to a connection.
fn first_installed(
    r: &Reconstruction,
    device: DeviceIndex,
    machine: MachineIndex,
    connection: usize,
) -> Option<usize> {
    // Sessions stand in the order of devices and machines.
    let place = (device, machine);
    let begin = r
        .sessions
        .partition_point(|own| (own.device, own.machine) < place);
    let sessions = r.sessions.get(begin..)?.iter();
    let session = sessions
        .take_while(|own| (own.device, own.machine) == place)
        .find(|own| own.connected.contains(&connection))?;
    session.first_installed.first().copied()
}
