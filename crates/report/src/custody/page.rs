//! The custody table as people read it: the shape of table 5-9 of the Amagasaki report.

use kusari::Reconstruction;
use kusari::absence::MOST_ASKED;
use kusari::clock::CorrectedTime;
use kusari::custody::{Line, LineKind, Row};
use kusari::machine::Machine;

use super::{absences, data};
use crate::clocks;
use crate::layout::{Column, Footnotes, Grid, Page, visible};
use crate::shown_time;
use crate::texts::{Texts, fill};
use crate::view::View;

pub(super) fn page(r: &Reconstruction, view: &View) -> Page {
    let texts = view.language.texts();
    let table = r.custody_table();
    let mut notes = Footnotes::default();
    let mut page = Page::default();
    let title = fill(texts.custody_title, &[&visible(&r.case().name)]);
    // A case without a file has no name.
    page.heading(title.trim_end_matches([':', ' ', '：']));
    page.text(fill(texts.custody_times, &[view.timezone.name()]));
    let grid = grid(r, view, &mut notes);
    if grid.rows.is_empty() {
        page.text(texts.nothing_to_show);
    }
    page.table(grid);
    if !table.left_out.is_empty() {
        let names = table.left_out.iter().filter_map(|index| r.device(*index));
        let listed: Vec<String> = names.map(|device| visible(&device.id)).collect();
        page.text(fill(texts.left_out, &[&listed.join(", ")]));
    }
    let findings = findings(r, view, &mut notes);
    let (absences, declared, is_cut) = absences::table(r, view, &mut notes);
    page.list(notes.lines());
    if !findings.is_empty() {
        page.heading(texts.findings_title).list(findings);
    }
    let all = r
        .findings()
        .iter()
        .filter(|finding| data::is_about(view, finding));
    let other_days = all
        .filter(|finding| !data::finding_is_shown(r, view, finding))
        .count();
    if other_days > 0 {
        page.text(fill(
            texts.findings_on_other_days,
            &[&other_days.to_string()],
        ));
    }
    if !absences.rows.is_empty() {
        page.heading(texts.absences_title);
        page.text(texts.absences_reading)
            .table(absences)
            .list(declared);
        if is_cut {
            page.text(fill(texts.absences_cut, &[&MOST_ASKED.to_string()]));
        }
    }
    let clocks: Vec<(String, String)> = (0..)
        .zip(r.machines())
        .filter(|(index, _)| view.selection.has_machine(Some(*index)))
        .map(|(index, machine)| ("-".to_owned(), clock_line(r, index, machine, view)))
        .collect();
    if !clocks.is_empty() {
        page.heading(texts.clocks_title).list(clocks);
    }
    page
}

fn grid(r: &Reconstruction, view: &View, notes: &mut Footnotes) -> Grid {
    let texts = view.language.texts();
    let table = r.custody_table();
    let shown: Vec<(usize, u32)> = table
        .columns
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, device)| view.selection.has_device(Some(*device)))
        .collect();
    let mut columns = vec![Column::text(texts.day), Column::text(texts.machine)];
    for (_, device) in &shown {
        let name = r
            .device(*device)
            .map(|device| visible(&device.id))
            .unwrap_or_default();
        columns.push(Column::text(name));
    }
    let rows = table
        .rows
        .iter()
        .filter(|row| row.machine.is_none() || view.selection.has_machine(row.machine));
    let mut last_day = None;
    let mut grid = Grid {
        columns,
        rows: Vec::new(),
        ruled: true,
    };
    for row in rows {
        let day = if last_day == Some(row.day) {
            String::new()
        } else {
            days(row)
        };
        last_day = Some(row.day);
        let machine = match row.machine.and_then(|index| r.machine(index)) {
            Some(machine) => machine_lines(machine, view),
            None => vec![texts.all_machines.to_owned()],
        };
        let mut cells = vec![day.into(), machine.into()];
        for (column, _) in &shown {
            let lines = row.cells.get(*column).map_or(&[][..], |cell| &cell.lines);
            let mut shown = Vec::new();
            for line in lines {
                shown.extend(cell_lines(r, view, row, line, notes));
            }
            if shown.is_empty() {
                shown.push("-".to_owned());
            }
            cells.push(shown.into());
        }
        grid.rows.push(cells);
    }
    grid
}

fn days(row: &Row) -> String {
    if row.day == row.to {
        shown_time::day(row.day)
    } else {
        format!(
            "{}\n– {}",
            shown_time::day(row.day),
            shown_time::day(row.to)
        )
    }
}

fn machine_lines(machine: &Machine, view: &View) -> Vec<String> {
    let texts = view.language.texts();
    let mut lines = vec![machine_name(machine, view)];
    if machine.label.is_some() {
        lines.push(visible(&machine.id));
    }
    if !machine.has_evidence {
        lines.push(format!("({})", texts.no_evidence));
    }
    lines
}

fn machine_name(machine: &Machine, view: &View) -> String {
    let label = machine.label.as_ref().map(|label| view.language.of(label));
    visible(
        label
            .filter(|label| !label.is_empty())
            .unwrap_or(&machine.id),
    )
}

/// `17:39:03 first connection ※7`, and below it `= 17:58:03 ±44s`.
fn cell_lines(
    r: &Reconstruction,
    view: &View,
    row: &Row,
    line: &Line,
    notes: &mut Footnotes,
) -> Vec<String> {
    let texts = view.language.texts();
    let what = line_text(texts, line.what);
    let marks = source_marks(r, texts, &line.events, notes);
    let mut first = match line.local {
        Some(local) => format!("{} {what}", shown_time::wall_time(local)),
        None => what.to_owned(),
    };
    if !marks.is_empty() {
        first.push_str(&format!("\u{a0}{marks}"));
    }
    let mut lines = vec![first];
    let at = |time: &CorrectedTime| {
        let bounds = shown_time::bounds(time)?;
        let at = shown_time::time_on(time.estimate, view.timezone, row.day);
        Some(format!("{at}\u{a0}{bounds}"))
    };
    let each: Vec<String> = by_each_reading(r, row, line)
        .iter()
        .filter_map(at)
        .collect();
    if each.is_empty() {
        let time = line.corrected.as_ref().and_then(at);
        lines.extend(time.map(|time| format!("= {time}")));
    }
    for (place, time) in each.iter().enumerate() {
        let sign = if place == 0 { "=" } else { texts.or };
        lines.push(format!("{sign} {time}"));
    }
    lines
}

/// The time of a line under each reading of what was seen of its machine's clock, where more than one
/// is left.
fn by_each_reading(r: &Reconstruction, row: &Row, line: &Line) -> Vec<CorrectedTime> {
    let machine = row.machine.and_then(|index| r.machine(index));
    let first = line.events.first().and_then(|event| r.event(*event));
    let (Some(machine), Some(first)) = (machine, first) else {
        return Vec::new();
    };
    let each = machine.clock.correct_by_each_reading(first.recorded);
    each.map(|(_, time)| time).collect()
}

fn line_text(texts: &Texts, what: LineKind) -> &'static str {
    match what {
        LineKind::FirstConnected => texts.first_connected,
        LineKind::NoConnection => texts.no_connection,
        LineKind::NoRemoval => texts.no_removal,
        LineKind::Action(action) => texts.action(action),
    }
}

/// Footnotes for the sources of events: what kind of source, and which.
fn source_marks(
    r: &Reconstruction,
    texts: &Texts,
    events: &[usize],
    notes: &mut Footnotes,
) -> String {
    let named: Vec<String> = events
        .iter()
        .filter_map(|index| r.event(*index))
        .map(|event| source_note(texts, event.source.artifact, &event.source.name))
        .collect();
    notes.marks(named.iter().map(String::as_str))
}

fn source_note(texts: &Texts, artifact: &str, name: &str) -> String {
    format!("{}: {}", texts.artifact(artifact), visible(name))
}

fn findings(r: &Reconstruction, view: &View, notes: &mut Footnotes) -> Vec<(String, String)> {
    let texts = view.language.texts();
    let shown = r
        .findings()
        .iter()
        .filter(|finding| data::finding_is_shown(r, view, finding));
    shown
        .map(|finding| {
            let mut named: Vec<String> = finding
                .events
                .iter()
                .filter_map(|index| r.event(*index))
                .map(|event| source_note(texts, event.source.artifact, &event.source.name))
                .collect();
            let more = finding
                .sources
                .iter()
                .filter_map(|index| r.sources().get(usize::try_from(*index).ok()?));
            named.extend(more.map(|source| source_note(texts, source.artifact, &source.name)));
            let marks = notes.marks(named.iter().map(String::as_str));
            let says = match view.language {
                crate::Language::English => &finding.en,
                crate::Language::Japanese => &finding.ja,
            };
            (
                "-".to_owned(),
                format!("[{}] {} {marks}", finding.rule, visible(says)),
            )
        })
        .collect()
}

fn clock_line(r: &Reconstruction, index: u32, machine: &Machine, view: &View) -> String {
    let said = clocks::describe(r, index, machine, view.language, view.timezone);
    format!("{}: {}", machine_name(machine, view), said.join("; "))
}
