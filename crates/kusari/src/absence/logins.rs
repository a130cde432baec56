//! Logins: what a stick's own log says, and whether its silence counts.

use super::gaps::Gap;
use super::{Absence, Answer, Answered, End, Question, Reason};
use crate::case::LogClaim;
use crate::clock::{Basis, Says};
use crate::event::SourceIndex;
use crate::intake::vendor_log;
use crate::reconstruction::Reconstruction;

/// One record of a device's own log.
#[derive(Debug, Clone, Copy)]
struct Record {
    number: u64,
    event: usize,
}

pub(super) fn ask(r: &Reconstruction, gap: &Gap) -> Option<Absence> {
    let absence = |from, to, (answer, because): Answered| Absence {
        question: Question::Login,
        device: gap.device,
        machine: None,
        from,
        to,
        gap: Some((gap.from, gap.to)),
        answer,
        because,
    };
    let Some((source, records)) = log_of(r, gap) else {
        // A device without a log of its own keeps no record of logins; nothing was asked of it.
        return None;
    };
    let before = |record: &&Record| is_before(r, record.event, gap.to);
    let behind = |record: &&Record| is_before_end(r, gap.from, record.event);
    let last = records.iter().rfind(|own| !behind(own) && before(own));
    let next = records.iter().find(|own| !before(own) && behind(own));
    let inside: Vec<&Record> = records
        .iter()
        .filter(|own| before(own) && behind(own))
        .collect();
    let from = last.map_or(gap.from, |own| End::Event(own.event));
    let to = next.map_or(gap.to, |own| End::Event(own.event));
    if !inside.is_empty() {
        let events = inside.iter().map(|own| own.event).collect();
        let mut reason = Reason::evidence(
            "the stick's own log has records of it",
            "本体のログに記録がある",
        );
        reason.events = events;
        return Some(absence(from, to, (Answer::Yes, vec![reason.about(source)])));
    }
    let answered = match (last, next) {
        (Some(last), Some(next)) => between(r, gap, source, *last, *next),
        (Some(last), None) => {
            let number = last.number;
            let reason = Reason::evidence(
                format!(
                    "the stick's own log ends with record {number}; what was written after it was read, or not written at all, cannot be told apart"
                ),
                format!(
                    "本体のログは記録 {number} で終わる。読み取り後の記録と記録なしとを区別できない"
                ),
            );
            (Answer::CannotTell, vec![reason.about(source)])
        }
        (None, Some(next)) => {
            let number = next.number;
            let reason = Reason::evidence(
                format!(
                    "the stick's own log begins with record {number}; older records are not there"
                ),
                format!("本体のログは記録 {number} から始まり、それ以前の記録がない"),
            );
            (Answer::CannotTell, vec![reason.about(source)])
        }
        (None, None) => return None,
    };
    Some(absence(from, to, answered))
}

/// The numbered records of the device's own log, by number.
fn log_of(r: &Reconstruction, gap: &Gap) -> Option<(SourceIndex, Vec<Record>)> {
    let label = r.device(gap.device)?.label.as_deref()?;
    let is_its = |source: &&crate::source::Source| {
        source.artifact == vendor_log::NAME && source.device_label.as_deref() == Some(label)
    };
    let place = r.sources.iter().position(|source| is_its(&source))?;
    let source = SourceIndex::try_from(place).ok()?;
    let mut records: Vec<Record> = (0..r.events.len())
        .filter_map(|event| {
            let row = r.events.row(event)?;
            (row.source == source).then_some(Record {
                number: row.number?,
                event,
            })
        })
        .collect();
    records.sort_unstable_by_key(|own| (own.number, own.event));
    Some((source, records))
}

/// Whether a record comes before the end of a gap: by the log's own order where the gap ends with one of
/// its records or the log has others at that machine, else by estimated time.
fn is_before(r: &Reconstruction, event: usize, end: End) -> bool {
    let estimate = |event: usize| r.events.placed(event).map(|own| own.corrected.estimate);
    match end {
        End::Event(end) if end == event => false,
        End::Event(end) => estimate(event) < estimate(end),
        End::Moment(at) => estimate(event).is_some_and(|own| own < at),
        End::Open => true,
    }
}

/// Whether a record comes behind the beginning of a gap.
fn is_before_end(r: &Reconstruction, begin: End, event: usize) -> bool {
    let estimate = |event: usize| r.events.placed(event).map(|own| own.corrected.estimate);
    match begin {
        End::Event(begin) if begin == event => false,
        End::Event(begin) => estimate(begin) < estimate(event),
        End::Moment(at) => estimate(event).is_some_and(|own| own >= at),
        End::Open => true,
    }
}

/// Two records with nothing between them in the log.
fn between(
    r: &Reconstruction,
    gap: &Gap,
    source: SourceIndex,
    last: Record,
    next: Record,
) -> Answered {
    let (a, b) = (last.number, next.number);
    let mut reasons = Vec::new();
    let own = usize::try_from(source)
        .ok()
        .and_then(|index| r.sources.get(index));
    if a.checked_add(1) != Some(b) {
        let reason = Reason::evidence(
            format!(
                "the stick's own log goes from record {a} to record {b}; those between are missing"
            ),
            format!("本体のログは記録 {a} から {b} へ飛んでおり、その間の記録がない"),
        );
        return (Answer::CannotTell, vec![reason.about(source)]);
    }
    let mut numbers = Reason::evidence(
        format!("the stick's own log numbers these two records {a} and {b}, without a gap"),
        format!("本体のログでこの2件の記録番号は {a} と {b} で連続している"),
    );
    numbers.events = vec![last.event, next.event];
    reasons.push(numbers.about(source));
    if own.is_some_and(crate::source::Source::is_damaged) {
        let reason = Reason::evidence(
            "the log is damaged, so a record can have been lost",
            "ログに破損があり、記録が失われた可能性がある",
        );
        reasons.push(reason.about(source));
        return (Answer::CannotTell, reasons);
    }
    for (claim, en, ja) in [
        (
            LogClaim::EveryLoginIsRecorded,
            "nothing says that this stick records every login; its maker would know",
            "この機器がすべての認証を記録するとの申告がない。製造者への照会を要する",
        ),
        (
            LogClaim::RecordsAreInOrder,
            "nothing says that this stick writes its records in the order of the operations; its maker would know",
            "この機器が操作の順に記録するとの申告がない。製造者への照会を要する",
        ),
    ] {
        match declared(r, gap, claim) {
            Some(reason) => reasons.push(reason),
            None => {
                reasons.push(Reason::evidence(en, ja).about(source));
                return (Answer::CannotTell, reasons);
            }
        }
    }
    (Answer::No, reasons)
}

/// What the case declares of the device's log.
fn declared(r: &Reconstruction, gap: &Gap, claim: LogClaim) -> Option<Reason> {
    let device = r.device(gap.device)?;
    let is_about = |own: &&crate::case::DeclaredStatement| {
        own.claims == claim
            && own
                .about
                .iter()
                .any(|label| device.label.as_ref() == Some(label))
    };
    let own = r.case.statements.iter().find(is_about)?;
    let from = own.source.as_deref();
    let from = from
        .map(|source| format!(" [{source}]"))
        .unwrap_or_default();
    Some(Reason {
        basis: Basis::Declared,
        says: Says {
            en: format!("{}{from}", own.says.en()),
            ja: format!("{}{from}", own.says.ja()),
        },
        statement: Some(own.id.clone()),
        sources: Vec::new(),
        events: Vec::new(),
    })
}
