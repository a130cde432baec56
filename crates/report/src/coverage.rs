//! What each source could have seen.

use std::io::{self, Write};

use kusari::Reconstruction;
use kusari::coverage::CoverageRow;
use serde::Serialize;

use crate::layout::{Column, Grid, Page, visible};
use crate::rows::{self, or_empty};
use crate::texts::fill;
use crate::view::{Format, View};

#[derive(Debug, Serialize)]
struct CoverageJson<'a> {
    machine: &'a str,
    source: &'a str,
    artifact: &'a str,
    from: Option<String>,
    to: Option<String>,
    records: u64,
    gaps: Vec<GapJson>,
    state: &'a [&'static str],
    note: Option<String>,
    sha256: Option<String>,
}

#[derive(Debug, Serialize)]
struct GapJson {
    after: u64,
    before: u64,
    offset: u64,
}

/// Writes what each source could have seen.
///
/// # Errors
/// When `out` cannot be written to.
pub fn coverage(
    reconstruction: &Reconstruction,
    view: &View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all = || {
        let both = reconstruction
            .coverage()
            .iter()
            .zip(reconstruction.sources());
        both.filter(|(_, source)| view.selection.has_machine(source.machine))
            .map(|(row, _)| row)
    };
    match view.format {
        Format::Json => rows::json(out, &all().map(to_json).collect::<Vec<_>>()),
        Format::JsonLines => rows::json_lines(out, all().map(to_json)),
        Format::Csv => {
            let header = [
                "machine", "source", "artifact", "from", "to", "records", "gaps", "state", "note",
                "sha256",
            ];
            rows::csv(out, header, all().map(to_row))
        }
        Format::Svg => rows::no_picture(),
        Format::Table => out.write_all(page(all(), view).to_terminal(view.width).as_bytes()),
        Format::Markdown => out.write_all(page(all(), view).to_markdown().as_bytes()),
    }
}

fn to_json(row: &CoverageRow) -> CoverageJson<'_> {
    CoverageJson {
        machine: &row.machine,
        source: &row.source,
        artifact: row.artifact,
        from: row.from.map(|time| time.to_string()),
        to: row.to.map(|time| time.to_string()),
        records: row.records,
        gaps: row
            .gaps
            .iter()
            .map(|gap| GapJson {
                after: gap.after,
                before: gap.before,
                offset: gap.offset,
            })
            .collect(),
        state: &row.state,
        note: (!row.note.is_empty()).then(|| row.note.join("; ")),
        sha256: row.sha256.map(|hash| hash.to_string()),
    }
}

fn to_row(row: &CoverageRow) -> [String; 10] {
    let gap = |gap: &GapJson| format!("{}-{}", gap.after, gap.before);
    let json = to_json(row);
    [
        row.machine.clone(),
        row.source.clone(),
        row.artifact.to_owned(),
        or_empty(json.from),
        or_empty(json.to),
        row.records.to_string(),
        json.gaps.iter().map(gap).collect::<Vec<_>>().join(";"),
        row.state.join(";"),
        or_empty(json.note),
        or_empty(json.sha256),
    ]
}

/// Rows of one kind that have one record each and nothing to say of it (shortcuts, files of a recycle bin)
/// stand together, for people; each by itself with `--all` and in data.
fn runs<'a>(
    all: impl Iterator<Item = &'a CoverageRow>,
    each: bool,
) -> impl Iterator<Item = Vec<&'a CoverageRow>> {
    let is_plain = |row: &CoverageRow| {
        row.records == 1 && row.gaps.is_empty() && row.state.is_empty() && row.note.is_empty()
    };
    let mut runs: Vec<Vec<&CoverageRow>> = Vec::new();
    for row in all {
        let fits = |run: &&mut Vec<&CoverageRow>| {
            run.last().is_some_and(|last| {
                !each
                    && is_plain(last)
                    && is_plain(row)
                    && last.machine == row.machine
                    && last.artifact == row.artifact
            })
        };
        match runs.last_mut().filter(fits) {
            Some(run) => run.push(row),
            None => runs.push(vec![row]),
        }
    }
    runs.into_iter()
}

fn page<'a>(all: impl Iterator<Item = &'a CoverageRow>, view: &View) -> Page {
    let texts = view.language.texts();
    let mut grid = Grid {
        columns: vec![
            Column::text(texts.machine),
            Column::text(texts.source),
            Column::text(texts.from),
            Column::text(texts.to),
            Column::number(texts.records),
            Column::text(texts.state),
        ],
        ruled: true,
        ..Grid::default()
    };
    for alike in runs(all, view.all) {
        let Some(row) = alike.first() else { continue };
        let mut state: Vec<String> = row
            .state
            .iter()
            .map(|state| texts.state(state).to_owned())
            .collect();
        if !row.gaps.is_empty() {
            let gaps = row
                .gaps
                .iter()
                .take(3)
                .map(|gap| format!("{}→{}", gap.after, gap.before));
            let more = if row.gaps.len() > 3 { " …" } else { "" };
            let listed = gaps.collect::<Vec<_>>().join(", ");
            state.push(format!("{} {}: {listed}{more}", texts.gaps, row.gaps.len()));
        }
        state.extend(row.note.iter().map(|note| visible(note)));
        let time = |time: Option<kusari_evidence::time::RecordedTime>| {
            time.map_or_else(|| "-".to_owned(), crate::shown_time::to_the_second)
        };
        let mut source = vec![texts.artifact(row.artifact).to_owned()];
        if alike.len() > 1 {
            let count = alike.len().to_string();
            source.push(fill(texts.files_first, &[&count, &visible(&row.source)]));
        } else {
            source.push(visible(&row.source));
            // Enough of the hash to tell two sources apart; data and `inspect` have all of it.
            source.extend(row.sha256.map(|hash| {
                let hash = hash.to_string();
                format!("{} {}…", texts.sha256, hash.get(..16).unwrap_or(&hash))
            }));
        }
        let records = alike.iter().map(|own| own.records);
        let records = records.fold(0, u64::saturating_add);
        grid.rows.push(vec![
            visible(&row.machine).into(),
            source.into(),
            time(
                alike
                    .iter()
                    .filter_map(|own| own.from)
                    .min_by_key(|at| at.wall),
            )
            .into(),
            time(
                alike
                    .iter()
                    .filter_map(|own| own.to)
                    .max_by_key(|at| at.wall),
            )
            .into(),
            records.to_string().into(),
            state.into(),
        ]);
    }
    let mut page = Page::default();
    page.heading(texts.coverage_title).table(grid);
    page
}
