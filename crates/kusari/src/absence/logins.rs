//! Logins: what a stick's own log says, and whether its silence counts.

use super::gaps::Gap;
use super::records::{OwnRecord, Records};
use super::{Absence, Answer, Answered, End, Question, Reason};
use crate::case::LogClaim;
use crate::clock::{Basis, Says};
use crate::event::{Action, SourceIndex};
use crate::intake::vendor_log;
use crate::reconstruction::Reconstruction;

/// Asked between two neighbouring records of the device's own log, the later of which belongs to a stay
/// behind the gap: what the log numbers, no PC's clock can put elsewhere.
pub(super) fn ask(r: &Reconstruction, records: &Records, gap: &Gap) -> Option<Absence> {
    // A device without a log of its own keeps no record of logins; nothing is asked of it.
    let source = log_of(r, gap)?;
    let all = records.own_log(source);
    let next = all
        .iter()
        .find(|own| gap.numbered_before.is_none_or(|last| own.number > last));
    let last = all
        .iter()
        .rfind(|own| Some(own.number) <= gap.numbered_before);
    let (answer, because) = match (last, next) {
        (Some(last), Some(next)) => between(r, records, gap, source, (*last, *next)),
        (Some(last), None) => (
            Answer::CannotTell,
            vec![ends_with(last.number).about(source)],
        ),
        (None, Some(next)) => (
            Answer::CannotTell,
            vec![begins_with(next.number).about(source)],
        ),
        (None, None) => return None,
    };
    Some(Absence {
        question: Question::Login,
        device: gap.device,
        machine: None,
        from: last.map_or(gap.from, |own| End::Event(own.event)),
        to: next.map_or(gap.to, |own| End::Event(own.event)),
        gap: Some((gap.from, gap.to)),
        answer,
        because,
    })
}

fn ends_with(number: u64) -> Reason {
    Reason::evidence(
        format!(
            "the stick's own log ends with record {number}; what was written after it was read, and \
             what was never written, cannot be told apart"
        ),
        format!("本体のログは記録 {number} で終わる。読み取り後の記録と記録なしとを区別できない"),
    )
}

fn begins_with(number: u64) -> Reason {
    Reason::evidence(
        format!("the stick's own log begins with record {number}; older records are not there"),
        format!("本体のログは記録 {number} から始まり、それ以前の記録がない"),
    )
}

/// The device's own log.
fn log_of(r: &Reconstruction, gap: &Gap) -> Option<SourceIndex> {
    let label = r.device(gap.device)?.label.as_deref()?;
    let place = r.sources.iter().position(|source| {
        source.artifact == vendor_log::NAME && source.device_label.as_deref() == Some(label)
    })?;
    SourceIndex::try_from(place).ok()
}

/// Two records with nothing between them in the log.
fn between(
    r: &Reconstruction,
    records: &Records,
    gap: &Gap,
    source: SourceIndex,
    (last, next): (OwnRecord, OwnRecord),
) -> Answered {
    let (a, b) = (last.number, next.number);
    let mut reasons = Vec::new();
    let own = usize::try_from(source)
        .ok()
        .and_then(|index| r.sources.get(index));
    if a.checked_add(1) != Some(b) {
        let is_gap = |gap: &kusari_artifacts::NumberGap| gap.after >= a && gap.before <= b;
        let missing = own.is_some_and(|own| own.outcome.coverage.gaps.iter().any(is_gap));
        let (en, ja) = if missing {
            ("those between are missing", "その間の記録がない")
        } else {
            (
                "those between name no PC, so nobody knows when they were written",
                "その間の記録にはPC名がなく、いつの記録か分からない",
            )
        };
        let reason = Reason::evidence(
            format!("the stick's own log goes from record {a} to record {b}; {en}"),
            format!("本体のログは記録 {a} から {b} へ続く。{ja}"),
        );
        return (Answer::CannotTell, vec![reason.about(source)]);
    }
    let mut numbers = Reason::evidence(
        format!("the stick's own log numbers these two records {a} and {b}, without a gap"),
        format!("本体のログでこの2件の記録番号は {a} と {b} で連続している"),
    );
    numbers.events = vec![last.event, next.event];
    reasons.push(numbers.about(source));
    let clears = |event: usize| {
        let row = r.events.row(event);
        row.is_some_and(|row| row.action == Action::LogCleared)
    };
    if clears(last.event) || clears(next.event) {
        let reason = Reason::evidence(
            "one of them records that the log was cleared",
            "その一方はログの消去の記録である",
        );
        reasons.push(reason.about(source));
        return (Answer::CannotTell, reasons);
    }
    if own.is_some_and(crate::source::Source::is_damaged) {
        let reason = Reason::evidence(
            "the log is damaged, so a record can have been lost",
            "ログに破損があり、記録が失われた可能性がある",
        );
        reasons.push(reason.about(source));
        return (Answer::CannotTell, reasons);
    }
    if let Some(reason) = numbers_do_not_tell(records, source) {
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

/// What keeps the numbers of a log from saying what stands between two of its records.
fn numbers_do_not_tell(records: &Records, source: SourceIndex) -> Option<Reason> {
    let all = records.own_log(source);
    let mut pairs = all.iter().zip(all.iter().skip(1));
    if let Some((one, other)) = pairs.find(|(one, other)| one.number == other.number) {
        let number = one.number;
        let mut reason = Reason::evidence(
            format!("the log has number {number} twice, so its numbers were begun anew"),
            format!("ログに番号 {number} の記録が2件あり、番号が振り直されている"),
        );
        reason.events = vec![one.event, other.event];
        return Some(reason);
    }
    let bare = records.without_number(source);
    (!bare.is_empty()).then(|| {
        let mut reason = Reason::evidence(
            "the log has records without a number, which may stand between them",
            "ログに番号のない記録があり、その間のものである可能性がある",
        );
        reason.events = bare.to_vec();
        reason
    })
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
