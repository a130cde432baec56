//! Connections to a machine: which of its sources would have recorded one, and whether their silence
//! counts.

use kusari_artifacts::SourceState;
use kusari_evidence::time::RecordedTime;

use super::gaps::Gap;
use super::{Absence, Answer, Answered, End, Question, Reason};
use crate::clock::CorrectedTime;
use crate::event::{Action, Confidence, MachineIndex, SourceIndex, meaning};
use crate::identity::DeviceIndex;
use crate::machine::Machine;
use crate::reconstruction::Reconstruction;
use crate::source::Source;

/// Event logs that have a record for each connection of a disk, by the ending of their names. They number
/// their records. Others have one only at a first installation, or only where somebody turned them on.
const RECORDS_EACH: &[&str] = &["microsoft-windows-partition%4diagnostic.evtx"];

/// For each machine that the case is about and whose evidence was read: whether the device was connected
/// to it in the gap.
pub(super) fn ask(r: &Reconstruction, gap: &Gap) -> Vec<Absence> {
    let mut all = Vec::new();
    for (machine, _) in machines(r) {
        let (answer, because) = answer(r, gap.device, machine, gap.from, gap.to);
        all.push(Absence {
            question: Question::Connection,
            device: gap.device,
            machine: Some(machine),
            from: gap.from,
            to: gap.to,
            gap: Some((gap.from, gap.to)),
            answer,
            because,
        });
    }
    all
}

/// Whether there were connections before the first that a machine has on record.
pub(super) fn ask_before_the_first(r: &Reconstruction, device: DeviceIndex) -> Vec<Absence> {
    let mut all = Vec::new();
    for (machine, _) in machines(r) {
        let own = |event: &usize| (r.events.own_time(*event), *event);
        let known = events_of(r, device, machine).filter(|event| {
            let row = r.events.row(*event);
            row.is_some_and(|row| row.action == Action::Connected)
        });
        let to = known.min_by_key(own).map_or(End::Open, End::Event);
        let (answer, because) = before(r, device, machine, to);
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

/// The events of a device at a machine, as the machine's own sources and the device's log record them.
fn events_of(
    r: &Reconstruction,
    device: DeviceIndex,
    machine: MachineIndex,
) -> impl Iterator<Item = usize> + '_ {
    (0..r.events.len()).filter(move |event| {
        r.events
            .placed(*event)
            .is_some_and(|placed| placed.device == Some(device) && placed.machine == Some(machine))
    })
}

fn answer(
    r: &Reconstruction,
    device: DeviceIndex,
    machine: MachineIndex,
    from: End,
    to: End,
) -> Answered {
    let (Some(begin), Some(end)) = (r.end_time(from), r.end_time(to)) else {
        return (Answer::CannotTell, Vec::new());
    };
    let inside: Vec<usize> = events_of(r, device, machine)
        .filter(|event| shows_presence(r, *event))
        .filter(|event| {
            let time = r
                .events
                .placed(*event)
                .map(|placed| placed.corrected.estimate);
            time.is_some_and(|at| begin.estimate < at && at < end.estimate)
                && End::Event(*event) != from
                && End::Event(*event) != to
        })
        .collect();
    if !inside.is_empty() {
        let mut reason =
            Reason::evidence("records of the machine show it", "同機の記録がそれを示す");
        reason.events = inside;
        return (Answer::Yes, vec![reason]);
    }
    let mut reasons = Vec::new();
    for (index, source) in logs_of_each(r, machine) {
        match covers(r, machine, source, begin, end) {
            Ok(()) if let Some(missed) = missed(r, machine, index) => {
                let mut reason = Reason::evidence(
                    "its log of connections covers the time, but lacks one that a stick's own log shows \
                     there, so its silence proves nothing",
                    "接続のログは期間を含むが、USBメモリ自身のログが同機で示す接続の記録を欠いており、\
                     記録がないことは何も証明しない",
                );
                reason.events = missed;
                reasons.push(reason.about(index));
            }
            Ok(()) if would_show(r, index, device) => {
                let mut because = vec![says_nothing(source, index)];
                because.extend(unbounded(begin, end));
                because.extend(reasons);
                return (Answer::No, because);
            }
            Ok(()) => {
                let reason = Reason::evidence(
                    "its log of connections covers the time, but has none of any stick, or the device \
                     has no serial number by which it would name it",
                    "接続のログは期間を含むが、USBメモリの接続記録が1件もないか、当該機器を識別できる\
                     シリアル番号がない",
                );
                reasons.push(reason.about(index));
            }
            Err((en, ja)) => {
                let (en, ja) = (
                    format!("its log of connections {en}"),
                    format!("接続のログは{ja}"),
                );
                let reason = Reason::evidence(en, ja);
                reasons.push(reason.about(index));
            }
        }
    }
    if reasons.is_empty() {
        reasons.push(Reason::evidence(
            "no log of connections was found (Partition/Diagnostic, Windows 10 and later)",
            "接続のログ（Partition/Diagnostic、Windows 10以降）が見つからない",
        ));
    }
    reasons.extend(registry(r, device, machine, Some((begin, end))));
    (Answer::CannotTell, reasons)
}

/// Actions that show a device at a machine.
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

/// The machine's logs that have a record for each connection, those of shadow copies aside.
fn logs_of_each(
    r: &Reconstruction,
    machine: MachineIndex,
) -> impl Iterator<Item = (SourceIndex, &Source)> {
    (0..).zip(&r.sources).filter(move |(_, source)| {
        let name = source.name.to_lowercase();
        source.machine == Some(machine)
            && RECORDS_EACH.iter().any(|ending| name.ends_with(ending))
            && !source
                .outcome
                .coverage
                .states
                .contains(&SourceState::Snapshot)
    })
}

/// Whether a log covers a stretch; else why not.
fn covers(
    r: &Reconstruction,
    machine: MachineIndex,
    source: &Source,
    begin: CorrectedTime,
    end: CorrectedTime,
) -> Result<(), (String, String)> {
    sound(source)?;
    let coverage = &source.outcome.coverage;
    let (Some(first), Some(last)) = (coverage.first, coverage.last) else {
        return Err(("holds no record".to_owned(), "記録を含まない".to_owned()));
    };
    let Some(own) = r.machine(machine) else {
        return Err(("is of no machine".to_owned(), "機器が不明である".to_owned()));
    };
    let shown = |time: RecordedTime| {
        let at = own.clock.to_utc(time).0;
        own.clock.zone.to_local(at).to_text(0).replace('T', " ")
    };
    let at = |time: RecordedTime| own.clock.correct(time);
    let begins = at(first).latest.unwrap_or_else(|| at(first).estimate);
    if begin.earliest.unwrap_or(begin.estimate) < begins {
        let rolled = coverage.states.contains(&SourceState::RolledOver);
        let (en, ja) = if rolled {
            (", since it rolled over", "（上書きによる）")
        } else {
            ("", "")
        };
        let first = shown(first);
        return Err((
            format!("begins only at {first}{en}"),
            format!("{first} 以降の記録しかない{ja}"),
        ));
    }
    let ends = at(last).earliest.unwrap_or_else(|| at(last).estimate);
    if ends < end.latest.unwrap_or(end.estimate) {
        let last = shown(last);
        return Err((
            format!("ends already at {last}"),
            format!("{last} までの記録しかない"),
        ));
    }
    Ok(())
}

/// Whether nothing of a log is missing; else what keeps its silence from counting.
fn sound(source: &Source) -> Result<(), (String, String)> {
    let coverage = &source.outcome.coverage;
    let has = |state| coverage.states.contains(&state);
    let why = if source.error.is_some() {
        ("could not be read", "読み取れない")
    } else if !coverage.gaps.is_empty() {
        (
            "has gaps in the numbers of its records",
            "記録番号に欠番がある",
        )
    } else if source.is_damaged() || has(SourceState::CutShort) {
        ("is damaged", "破損している")
    } else if has(SourceState::Cleared) {
        ("was cleared", "消去されている")
    } else if has(SourceState::Exported) {
        (
            "is a saved copy, which need not be whole",
            "書き出された写しであり、全件とは限らない",
        )
    } else {
        return Ok(());
    };
    Err((why.0.to_owned(), why.1.to_owned()))
}

/// Operations on a stick at the machine, by the stick's own log, for which a log that covers their time has
/// no connection: then it does not have every connection, or the stick's log means another PC.
fn missed(r: &Reconstruction, machine: MachineIndex, log: SourceIndex) -> Option<Vec<usize>> {
    let coverage = &r.sources.get(usize::try_from(log).ok()?)?.outcome.coverage;
    let clock = &r.machine(machine)?.clock;
    let (first, last) = (
        clock.to_utc(coverage.first?).0,
        clock.to_utc(coverage.last?).0,
    );
    let sessions = r.sessions.iter();
    let lone = sessions.filter(|own| own.machine == machine && own.connected.is_empty());
    let mut events: Vec<usize> = lone.flat_map(|own| own.logins.iter().copied()).collect();
    events.retain(|event| (first..=last).contains(&r.events.own_time(*event)));
    (!events.is_empty()).then_some(events)
}

/// Whether a log would show this device: it has connections of others, and the device has a serial number
/// of its own by which a record is known to be of it.
fn would_show(r: &Reconstruction, log: SourceIndex, device: DeviceIndex) -> bool {
    let has_connections = (0..r.events.len())
        .filter_map(|event| r.events.row(event))
        .any(|row| row.source == log && row.action == Action::Connected);
    let is_known = r
        .device(device)
        .is_some_and(|device| device.serial.is_some() && !device.serial_made_by_windows);
    has_connections && is_known
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

/// Where nothing bounds the clock of an end of the stretch, that end is taken as recorded.
fn unbounded(begin: CorrectedTime, end: CorrectedTime) -> Option<Reason> {
    let open = begin.earliest.is_none() || end.latest.is_none();
    open.then(|| {
        Reason::assumed(
            "nothing bounds one end of this time, whose clock nobody saw; it is taken as recorded",
            "期間の一端の時計は観測されておらず、記録のままの時刻とみなした",
        )
    })
}

/// What the registry says, which numbers nothing and keeps the last connection only.
fn registry(
    r: &Reconstruction,
    device: DeviceIndex,
    machine: MachineIndex,
    stretch: Option<(CorrectedTime, CorrectedTime)>,
) -> Option<Reason> {
    let index = *r.sources_of(machine, &["system-hive"]).first()?;
    let last = stretch.and_then(|stretch| last_arrival_before(r, device, machine, stretch));
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
    let logged_in = events_of(r, device, machine).next().is_some();
    let (en, ja) = if r.own_evidence_knows(machine, device) {
        (
            "the registry keeps only its last connection and removal",
            "レジストリは最後の接続と取外しのみを保持する",
        )
    } else if logged_in {
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
    device: DeviceIndex,
    machine: MachineIndex,
    (begin, end): (CorrectedTime, CorrectedTime),
) -> Option<(usize, String)> {
    let arrival = events_of(r, device, machine).find(|event| {
        let meaning = r
            .events
            .row(*event)
            .and_then(|row| r.events.strings().get(row.meaning));
        meaning == Some(meaning::LAST_ARRIVAL_DATE)
    })?;
    let source = r
        .events
        .row(arrival)
        .and_then(|row| usize::try_from(row.source).ok())?;
    let last = r.sources.get(source)?.outcome.coverage.last?;
    let written = r.machine(machine)?.clock.correct(last);
    let arrived = r.events.placed(arrival)?.corrected;
    let is_between = arrived.latest.unwrap_or(arrived.estimate)
        <= begin.latest.unwrap_or(begin.estimate)
        && end.latest.unwrap_or(end.estimate) <= written.earliest.unwrap_or(written.estimate);
    is_between.then(|| (arrival, r.local_times(&[arrival])))
}

/// Connections before the first on record.
fn before(r: &Reconstruction, device: DeviceIndex, machine: MachineIndex, to: End) -> Answered {
    let mut reasons = Vec::new();
    for (index, source) in logs_of_each(r, machine) {
        let coverage = &source.outcome.coverage;
        let own = r.machine(machine);
        let first = coverage.first.zip(own).map(|(first, own)| {
            let at = own.clock.to_utc(first).0;
            own.clock.zone.to_local(at).to_text(0).replace('T', " ")
        });
        let since = first.map_or_else(String::new, |first| first);
        let (en, ja) = match sound(source) {
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
        reasons.push(Reason::evidence(
            "no log of connections was found (Partition/Diagnostic, Windows 10 and later)",
            "接続のログ（Partition/Diagnostic、Windows 10以降）が見つからない",
        ));
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
    reasons.extend(registry(r, device, machine, None));
    (Answer::CannotTell, reasons)
}

/// The record by which Windows dates its first installation of the device to a connection.
fn first_installed(
    r: &Reconstruction,
    device: DeviceIndex,
    machine: MachineIndex,
    connection: usize,
) -> Option<usize> {
    let mut sessions = r.sessions.iter();
    let session = sessions.find(|own| {
        own.device == device && own.machine == machine && own.connected.contains(&connection)
    })?;
    session.first_installed.first().copied()
}
