//! What did not happen in the gaps of custody, and why that can be said or not.

use kusari::Reconstruction;
use kusari::absence::{Absence, Answer, End, MOST_ASKED, Question, Reason};
use kusari::clock::{Basis, CorrectedTime};
use serde::Serialize;

use crate::Language;
use crate::event_json::Times;
use crate::layout::{Column, Footnotes, Grid, visible};
use crate::shown_time;
use crate::texts::Texts;
use crate::view::View;

#[derive(Debug, Serialize)]
pub(super) struct AbsenceJson<'a> {
    question: &'static str,
    device: &'a str,
    machine: Option<&'a str>,
    /// Corrected, UTC; `None`: as far back as anything reaches.
    from: Option<String>,
    /// Corrected, UTC; `None`: as long as anything reaches.
    to: Option<String>,
    from_record: EndJson,
    to_record: EndJson,
    answer: &'static str,
    because: Vec<ReasonJson>,
}

/// What stands at one end of the stretch; `null` in all: no record does, or it is open.
#[derive(Debug, Serialize)]
struct EndJson {
    event: Option<String>,
    time_recorded: Option<String>,
    time_earliest: Option<String>,
    time_latest: Option<String>,
}

#[derive(Debug, Serialize)]
struct ReasonJson {
    basis: &'static str,
    /// The id of the case's statement, where it is declared.
    statement: Option<String>,
    says: String,
    says_ja: String,
    sources: Vec<String>,
    events: Vec<String>,
}

impl<'a> AbsenceJson<'a> {
    pub(super) fn new(r: &'a Reconstruction, own: &Absence) -> Self {
        Self {
            question: own.question.name(),
            device: r.device(own.device).map_or("", |device| device.id.as_str()),
            machine: own
                .machine
                .and_then(|machine| r.machine(machine))
                .map(|machine| machine.id.as_str()),
            from: time(r, own.from),
            to: time(r, own.to),
            from_record: end_json(r, own.from),
            to_record: end_json(r, own.to),
            answer: own.answer.name(),
            because: own.because.iter().map(|own| reason_json(r, own)).collect(),
        }
    }
}

fn end_json(r: &Reconstruction, end: End) -> EndJson {
    let event = match end {
        End::Event(event) => r.event(event),
        End::Moment(_) | End::Open => None,
    };
    let decimals = event.as_ref().map_or(0, |event| event.recorded.decimals);
    let times = r.end_time(end).map(|time| Times::new(&time, decimals));
    let (time_earliest, time_latest) = match times {
        Some(times) => (times.earliest, times.latest),
        None => (None, None),
    };
    EndJson {
        event: event.as_ref().map(|event| event.id.to_string()),
        time_recorded: event.as_ref().map(|event| event.recorded.to_string()),
        time_earliest,
        time_latest,
    }
}

fn time(r: &Reconstruction, end: End) -> Option<String> {
    let decimals = match end {
        End::Event(event) => r.event(event).map_or(0, |event| event.recorded.decimals),
        End::Moment(_) | End::Open => 0,
    };
    Some(Times::new(&r.end_time(end)?, decimals).estimate)
}

fn reason_json(r: &Reconstruction, own: &Reason) -> ReasonJson {
    let sources = own.sources.iter();
    let events = own.events.iter();
    ReasonJson {
        basis: own.basis.name(),
        statement: own.statement.clone(),
        says: own.says.en.clone(),
        says_ja: own.says.ja.clone(),
        sources: sources
            .filter_map(|index| r.sources().get(usize::try_from(*index).ok()?))
            .map(|source| source.name.clone())
            .collect(),
        events: events
            .filter_map(|event| Some(r.event(*event)?.id.to_string()))
            .collect(),
    }
}

/// The absences of the devices and machines that are asked for.
pub(super) fn shown(r: &Reconstruction, view: &View) -> Vec<Absence> {
    of_asked(r.absences(), view)
}

fn of_asked(mut all: Vec<Absence>, view: &View) -> Vec<Absence> {
    all.retain(|own| {
        view.selection.has_device(Some(own.device))
            && (own.machine.is_none() || view.selection.has_machine(own.machine))
    });
    all
}

/// Shorter gaps are left to the data: a stick that is pulled here and plugged in there leaves one.
const SHORTEST_SAID: i64 = 600 * kusari_evidence::time::TICKS_PER_SECOND;

/// The answers as a table, what is declared that they rest on, and whether more was asked than is answered. Gaps at the ends of the days of
/// interest, short ones, and questions about files of which there is no record stand in the data only.
pub(super) fn table(
    r: &Reconstruction,
    view: &View,
    notes: &mut Footnotes,
) -> (Grid, Vec<(String, String)>, bool) {
    let texts = view.language.texts();
    let all = r.absences();
    let is_cut = all.len() >= MOST_ASKED;
    let all: Vec<Absence> = of_asked(all, view)
        .into_iter()
        .filter(|own| is_said(r, own))
        .collect();
    let mut grid = Grid {
        columns: [
            format!("{}\n{}", texts.device, texts.absence_time),
            texts.absence_question.to_owned(),
            texts.absence_because.to_owned(),
        ]
        .map(Column::text)
        .into(),
        ruled: true,
        ..Grid::default()
    };
    let mut declared: Vec<(String, String)> = Vec::new();
    let mut last = Vec::new();
    for group in all.chunk_by(belongs) {
        let Some(first) = group.first() else { continue };
        let device = r
            .device(first.device)
            .map_or_else(String::new, |own| visible(&own.id));
        let mut span = vec![device];
        if first.gap.is_none() {
            span.push(texts.absence_earlier.to_owned());
        } else {
            span.extend(end_lines(r, view, first.from));
            let mut to = end_lines(r, view, first.to).into_iter();
            span.extend(to.next().map(|line| format!("– {line}")));
            span.extend(to);
        }
        let question = match first.answer {
            // Each machine stands with its reasons.
            Answer::CannotTell => vec![question_text(texts, first.question).to_owned()],
            Answer::Yes | Answer::No => question(r, view, group),
        };
        let because = because(r, view, group, notes, &mut declared);
        let shown = if span == last {
            Vec::new()
        } else {
            span.clone()
        };
        last = span;
        grid.rows
            .push(vec![shown.into(), question.into(), because.into()]);
    }
    (grid, declared, is_cut)
}

fn is_said(r: &Reconstruction, own: &Absence) -> bool {
    let is_between_stays =
        |(from, to): (End, End)| matches!((from, to), (End::Event(_), End::Event(_)));
    let is_long = match (r.end_time(own.from), r.end_time(own.to)) {
        (Some(from), Some(to)) => to.estimate.ticks_since(from.estimate) >= SHORTEST_SAID,
        _ => true,
    };
    let has_records = own.because.iter().any(|reason| !reason.events.is_empty());
    let is_answered =
        own.question != Question::FileUse || own.answer != Answer::CannotTell || has_records;
    own.gap.is_none_or(is_between_stays) && is_long && is_answered
}

/// Whether two answers share a row: the same question about the same time with the same answer. Where that
/// is “no”, they also have the same reasons.
fn belongs(a: &Absence, b: &Absence) -> bool {
    let says = |own: &Absence| {
        let each = own.because.iter();
        each.map(|reason| reason.says.en.clone())
            .collect::<Vec<_>>()
    };
    a.question == b.question
        && a.device == b.device
        && a.machine.is_some()
        && (a.from, a.gap, a.answer) == (b.from, b.gap, b.answer)
        && (a.gap.is_none() || a.to == b.to)
        && (a.answer == Answer::CannotTell || says(a) == says(b))
}

/// What is asked, and of which machines.
fn question(r: &Reconstruction, view: &View, group: &[Absence]) -> Vec<String> {
    let Some(first) = group.first() else {
        return Vec::new();
    };
    let mut lines = vec![question_text(view.language.texts(), first.question).to_owned()];
    let machines = group.iter().filter_map(|own| r.machine(own.machine?));
    lines.extend(machines.map(|machine| visible(&machine.id)));
    lines
}

/// The answer and its reasons, each with its sources. What cannot be told is told of each machine.
fn because(
    r: &Reconstruction,
    view: &View,
    group: &[Absence],
    notes: &mut Footnotes,
    declared: &mut Vec<(String, String)>,
) -> Vec<String> {
    let texts = view.language.texts();
    let Some(first) = group.first() else {
        return Vec::new();
    };
    let mut lines = vec![answer_text(texts, first.answer).to_owned()];
    if first.answer == Answer::CannotTell && first.machine.is_some() {
        for own in group {
            let machine = own.machine.and_then(|machine| r.machine(machine));
            let machine = machine.map_or_else(String::new, |own| visible(&own.id));
            let each = own
                .because
                .iter()
                .map(|reason| reason_text(r, view, reason, notes));
            lines.push(format!(
                "{machine}: {}",
                each.collect::<Vec<_>>().join("; ")
            ));
        }
        return lines;
    }
    for reason in &first.because {
        if let Some(id) = &reason.statement {
            let id = visible(id);
            lines.push(format!("{}: {id}", texts.basis_declared));
            if !declared.iter().any(|(known, _)| *known == id) {
                declared.push((id, visible(of(view, reason))));
            }
        } else {
            lines.push(reason_text(r, view, reason, notes));
        }
    }
    lines
}

fn of<'a>(view: &View, reason: &'a Reason) -> &'a str {
    match view.language {
        Language::English => &reason.says.en,
        Language::Japanese => &reason.says.ja,
    }
}

/// A reason with the marks of its sources.
fn reason_text(r: &Reconstruction, view: &View, reason: &Reason, notes: &mut Footnotes) -> String {
    let texts = view.language.texts();
    let sources = reason.sources.iter();
    let named: Vec<String> = sources
        .filter_map(|index| r.sources().get(usize::try_from(*index).ok()?))
        .map(|source| {
            format!(
                "{}: {}",
                texts.artifact(source.artifact),
                visible(&source.name)
            )
        })
        .collect();
    let marks = notes.marks(named.iter().map(String::as_str));
    let basis = match reason.basis {
        Basis::Assumed => format!("{}: ", texts.basis_assumed),
        Basis::Evidence | Basis::Declared => String::new(),
    };
    let says = visible(of(view, reason));
    format!("{basis}{says}\u{a0}{marks}").trim_end().to_owned()
}

/// An end of a stretch: the recorded time with its machine, and below it the corrected one, under each
/// reading of the clock that is left.
fn end_lines(r: &Reconstruction, view: &View, end: End) -> Vec<String> {
    let texts = view.language.texts();
    let event = match end {
        End::Open => return vec![texts.absence_earlier.to_owned()],
        End::Moment(at) => return vec![shown_time::date_and_time(at, view.timezone)],
        End::Event(event) => r.event(event),
    };
    let Some(event) = event else {
        return Vec::new();
    };
    let machine = event.placed.machine;
    let local = machine.map_or(event.placed.own, |m| r.local_time(m, event.placed.own));
    let recorded = local.to_text(0).replace('T', " ");
    let name = visible(event.machine.unwrap_or_default());
    let mut lines = vec![format!("{recorded} {name}")];
    let corrected = |time: &CorrectedTime| {
        let bounds = shown_time::bounds(time)?;
        let at = shown_time::time_on(time.estimate, view.timezone, local.date());
        Some(format!("{at}\u{a0}{bounds}"))
    };
    let mut times: Vec<String> = machine
        .and_then(|machine| r.machine(machine))
        .map(|machine| machine.clock.correct_by_each_reading(event.recorded))
        .into_iter()
        .flatten()
        .filter_map(|(_, time)| corrected(&time))
        .collect();
    if times.is_empty() {
        times.extend(corrected(&event.time));
    }
    for (place, time) in times.iter().enumerate() {
        let sign = if place == 0 { "=" } else { texts.or };
        lines.push(format!("{sign} {time}"));
    }
    lines
}

fn question_text(texts: &Texts, question: Question) -> &'static str {
    match question {
        Question::Login => texts.asked_login,
        Question::Connection => texts.asked_connection,
        Question::EarlierConnection => texts.asked_earlier_connection,
        Question::FileUse => texts.asked_file_use,
    }
}

fn answer_text(texts: &Texts, answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => texts.answer_yes,
        Answer::No => texts.answer_no,
        Answer::CannotTell => texts.answer_cannot_tell,
    }
}
