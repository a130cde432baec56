//! Clocks as people read them.

use std::collections::BTreeSet;

use kusari::Reconstruction;
use kusari::clock::{
    Basis, Claim, CorrectedTime, MomentBounds, Standing, Statement, WhyUnused, Without,
};
use kusari::machine::Machine;
use kusari_evidence::time::Timestamp;

use super::said::{self, describe, readings_said, reads_text};
use crate::Language;
use crate::layout::{Cell, Column, Grid, Page, visible};
use crate::shown_time;
use crate::texts::{Texts, fill};
use crate::view::View;

/// In a case of more statements than this only those are listed by which something is ruled out, or on
/// which a bound rests; the data has all.
const MOST_LISTED: usize = 60;

pub(super) fn page(r: &Reconstruction, view: &View, between: Option<(usize, usize)>) -> Page {
    let texts = view.language.texts();
    let mut page = Page::default();
    let title = fill(texts.clocks_of, &[&visible(&r.case().name)]);
    page.heading(title.trim_end_matches([':', ' ', '：']));
    page.text(fill(texts.clocks_reading, &[view.timezone.name()]));
    match r.clocks().combinations {
        Some(1) => {}
        Some(count) => {
            page.text(fill(texts.combinations_left, &[&count.to_string()]));
        }
        None => {
            page.text(texts.combinations_untried);
        }
    }
    if let Some(line) = between.and_then(|(first, second)| between_line(r, view, first, second)) {
        page.text(line);
    }
    for (index, machine) in (0..).zip(r.machines()) {
        if view.selection.has_machine(Some(index)) {
            of_machine(&mut page, r, view, index, machine);
        }
    }
    let conflicts: Vec<(String, String)> = r
        .clocks()
        .conflicts
        .iter()
        .map(|own| ("-".to_owned(), visible(of(view, &r.conflict_says(own)))))
        .collect();
    page.heading(texts.conflicts_title);
    if conflicts.is_empty() {
        page.text(texts.no_conflicts);
    }
    page.list(conflicts);
    statements(&mut page, r, view);
    page
}

/// How much time lay between two events.
fn between_line(r: &Reconstruction, view: &View, first: usize, second: usize) -> Option<String> {
    let texts = view.language.texts();
    let between = r.time_between(first, second)?;
    let name = |event: usize| {
        let event = r.event(event)?;
        let words = [
            event.machine,
            event.device,
            Some(texts.action(event.action)),
        ];
        let words: Vec<String> = words.into_iter().flatten().map(visible).collect();
        Some(format!("{} ({})", event.id, words.join(", ")))
    };
    let least = between
        .least
        .map(|ticks| shown_time::exact_span(ticks, false));
    let most = between
        .most
        .map(|ticks| shown_time::exact_span(ticks, true));
    let or_open = |bound: Option<String>| bound.unwrap_or_else(|| texts.unbounded.to_owned());
    Some(fill(
        texts.between_events,
        &[
            &name(first)?,
            &name(second)?,
            &or_open(least),
            &or_open(most),
        ],
    ))
}

fn of<'a>(view: &View, says: &'a kusari::clock::Says) -> &'a str {
    match view.language {
        Language::English => &says.en,
        Language::Japanese => &says.ja,
    }
}

fn of_machine(page: &mut Page, r: &Reconstruction, view: &View, index: u32, machine: &Machine) {
    let texts = view.language.texts();
    let label = machine.label.as_ref().map(|label| view.language.of(label));
    page.heading(match label.filter(|label| !label.is_empty()) {
        Some(label) => format!("{} ({})", visible(label), visible(&machine.id)),
        None => visible(&machine.id),
    });
    let said = describe(r, index, machine, view.language, view.timezone)
        .into_iter()
        .chain(readings_said(r, index, view.language));
    page.list(said.map(|line| ("-".to_owned(), line)).collect());
    let mut grid = Grid {
        columns: [
            texts.moment,
            texts.corrected_time,
            texts.rests_on,
            texts.left_out_moves,
        ]
        .map(Column::text)
        .into(),
        ruled: true,
        ..Grid::default()
    };
    let moments = r.clocks().moments.iter();
    for own in moments.filter(|own| own.machine == index) {
        grid.rows.extend(moment(r, view, machine, own));
    }
    page.table(grid);
}

/// A row for a moment that matters.
fn moment(
    r: &Reconstruction,
    view: &View,
    machine: &Machine,
    own: &MomentBounds,
) -> Option<Vec<Cell>> {
    let texts = view.language.texts();
    let event = r.event(own.event)?;
    let local = machine.clock.zone.to_local(event.placed.own);
    let day = local.date();
    let what = [event.device, Some(texts.action(event.action))];
    let what: Vec<String> = what.into_iter().flatten().map(visible).collect();
    let recorded = format!("{} {}", shown_time::day(day), shown_time::wall_time(local));
    let mut corrected: Vec<String> = Vec::new();
    for (readings, time) in machine.clock.correct_by_each_reading(event.recorded) {
        let reads: Vec<&str> = readings
            .iter()
            .map(|(_, reads)| reads_text(texts, *reads))
            .collect();
        corrected.push(format!(
            "{} ({})",
            shown(view, &time, day),
            reads.join(", ")
        ));
    }
    if corrected.is_empty() {
        corrected.push(shown(view, &event.time, day));
    }
    let rests_on = [
        (
            texts.not_before,
            own.earliest.is_some(),
            &own.earliest_rests_on,
        ),
        (texts.not_after, own.latest.is_some(), &own.latest_rests_on),
    ];
    let rests_on: Vec<String> = rests_on
        .into_iter()
        .map(|(side, is_bound, places)| {
            let on = if is_bound {
                ids(r, places)
            } else {
                texts.unbounded.to_owned()
            };
            format!("{side}: {on}")
        })
        .collect();
    let left_out: Vec<String> = own
        .without
        .iter()
        .map(|without| left_out(r, view, event.placed.own, own, without, day))
        .collect();
    Some(vec![
        vec![recorded, what.join(" ")].into(),
        corrected.into(),
        rests_on.into(),
        if left_out.is_empty() {
            "-".into()
        } else {
            left_out.into()
        },
    ])
}

/// A corrected time with its bounds; on a side that nothing bounds it says so.
fn shown(view: &View, time: &CorrectedTime, day: (i32, u32, u32)) -> String {
    let texts = view.language.texts();
    let at = |time: Timestamp| shown_time::time_on(time, view.timezone, day);
    match (shown_time::bounds(time), time.earliest, time.latest) {
        (Some(bounds), ..) => format!("{}\u{a0}{bounds}", at(time.estimate)),
        (None, Some(earliest), _) => format!("{} {}", texts.not_before, at(earliest)),
        (None, None, Some(latest)) => format!("{} {}", texts.not_after, at(latest)),
        (None, None, None) => texts.unbounded.to_owned(),
    }
}

/// What the bounds would be without one statement.
fn left_out(
    r: &Reconstruction,
    view: &View,
    recorded: Timestamp,
    own: &MomentBounds,
    without: &Without,
    day: (i32, u32, u32),
) -> String {
    let texts = view.language.texts();
    let at = |correction: Option<i64>| {
        let time = correction.and_then(|correction| recorded.checked_add_ticks(correction));
        time.map_or_else(
            || texts.unbounded.to_owned(),
            |time| shown_time::time_on(time, view.timezone, day),
        )
    };
    let mut sides = Vec::new();
    if without.earliest != own.earliest {
        sides.push(format!("{} {}", texts.not_before, at(without.earliest)));
    }
    if without.latest != own.latest {
        sides.push(format!("{} {}", texts.not_after, at(without.latest)));
    }
    format!("{}: {}", ids(r, &[without.statement]), sides.join(", "))
}

fn ids(r: &Reconstruction, places: &[usize]) -> String {
    r.statement_ids(places).join(", ")
}

fn statements(page: &mut Page, r: &Reconstruction, view: &View) {
    let texts = view.language.texts();
    let all: Vec<&Statement> = said::listed(r).collect();
    let mentioned = mentioned(r);
    let is_listed = |statement: &&&Statement| {
        all.len() <= MOST_LISTED
            || mentioned.contains(&r.statement_id(statement))
            || matches!(
                statement.claim,
                Claim::Observation { .. } | Claim::Fact { .. }
            )
    };
    let listed: Vec<(String, String)> = all
        .iter()
        .filter(is_listed)
        .map(|statement| (r.statement_id(statement), line(r, view, statement)))
        .collect();
    let more = all.len().saturating_sub(listed.len());
    page.heading(texts.statements_title).list(listed);
    if more > 0 {
        page.text(fill(texts.more_statements, &[&more.to_string()]));
    }
}

/// The ids of statements that anything on the page speaks of.
fn mentioned(r: &Reconstruction) -> BTreeSet<String> {
    let clocks = r.clocks();
    let of_readings = clocks.readings.iter().flat_map(|own| own.ruled_out.iter());
    let of_readings = of_readings.flat_map(|out| out.by.iter());
    let of_conflicts = clocks
        .conflicts
        .iter()
        .flat_map(|own| own.statements.iter());
    let of_moments = clocks.moments.iter().flat_map(|own| {
        let both = own.earliest_rests_on.iter().chain(&own.latest_rests_on);
        both.chain(own.without.iter().map(|without| &without.statement))
    });
    of_readings
        .chain(of_conflicts)
        .chain(of_moments)
        .filter_map(|place| clocks.statements.get(*place))
        .map(|statement| r.statement_id(statement))
        .collect()
}

fn line(r: &Reconstruction, view: &View, statement: &Statement) -> String {
    let texts = view.language.texts();
    let says = r.statement_says(statement);
    let source = visible(&r.statement_source(statement));
    let basis = basis(texts, r.statement_basis(statement));
    let mut line = format!("{} [{basis}; {source}]", visible(of(view, &says)));
    let standing = match statement.standing {
        Standing::InForce => None,
        Standing::Disputed => Some(texts.disputed),
        Standing::Unused(WhyUnused::NoEvent) => Some(texts.unused_no_event),
        Standing::Unused(WhyUnused::NotInEvidence) => Some(texts.unused_not_in_evidence),
        Standing::Unused(WhyUnused::SetOnThatDay) => Some(texts.unused_set_on_that_day),
        Standing::Unused(WhyUnused::NoMoment) => Some(texts.unused_no_moment),
        Standing::Unused(WhyUnused::SeveralClocks) => Some(texts.unused_several_clocks),
    };
    if let Some(standing) = standing {
        line.push_str(&format!(" – {standing}"));
    }
    line
}

fn basis(texts: &Texts, basis: Basis) -> &'static str {
    match basis {
        Basis::Evidence => texts.basis_evidence,
        Basis::Declared => texts.basis_declared,
        Basis::Assumed => texts.basis_assumed,
    }
}
