//! The copies of a file, one line a place.

use std::io::{self, Write};

use std::collections::BTreeMap;

use kusari::Reconstruction;
use kusari::lineage::{Agreement, Copies, CopyGroup, CopyPlace, FileState, Likeness, Sighting};
use serde::Serialize;

use crate::layout::{Column, Grid, Page, visible};
use crate::rows::{self, or_empty};
use crate::shown_time;
use crate::texts::fill;
use crate::view::{Format, View};

#[derive(Debug, Serialize)]
struct CopyJson<'a> {
    /// The number of the file that it is a copy of, from 1.
    group: usize,
    /// Groups of which it could be a copy just as well.
    or_of_group: Vec<usize>,
    place: String,
    kind: &'static str,
    path: String,
    original_path: Option<&'a str>,
    size: Option<u64>,
    state: &'static str,
    created_recorded: Option<String>,
    created: Option<String>,
    created_earliest: Option<String>,
    created_latest: Option<String>,
    modified_recorded: Option<String>,
    matched_by: &'static str,
    sha256: Option<String>,
    unread: Option<&'a str>,
    /// The machines in which the stick was when it was created there.
    created_at: Vec<&'a str>,
    /// From where it can have been copied, as far as that can be told.
    copied_from: Vec<FromJson>,
    /// Where records elsewhere speak of it.
    traces: Vec<String>,
    source: String,
}

#[derive(Debug, Serialize)]
struct FromJson {
    place: String,
    path: String,
    grade: &'static str,
    because: Vec<&'static str>,
}

/// Writes the copies that were found.
///
/// # Errors
/// When `out` cannot be written to.
pub fn copies(
    r: &Reconstruction,
    found: &Copies,
    view: &View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = || -> Vec<CopyJson<'_>> {
        let groups = (1..).zip(&found.groups);
        groups
            .flat_map(|(number, group)| {
                let members = group.members.iter();
                let members = members.filter(|(_, own)| is_selected(own, view));
                members.map(move |(likeness, own)| to_json(r, number, group, *likeness, own))
            })
            .collect()
    };
    match view.format {
        Format::Json => rows::json(out, &lines()),
        Format::JsonLines => rows::json_lines(out, lines().into_iter()),
        Format::Csv => rows::csv(out, COLUMNS, lines().into_iter().map(to_row)),
        Format::Svg => rows::no_picture(),
        Format::Table => out.write_all(page(r, found, view).to_terminal(view.width).as_bytes()),
        Format::Markdown => out.write_all(page(r, found, view).to_markdown().as_bytes()),
    }
}

/// With `--machine` only places of these machines, with `--device` only these devices, with both either.
fn is_selected(own: &Sighting, view: &View) -> bool {
    let selection = &view.selection;
    let asks_for_machines = !selection.has_machine(None);
    let asks_for_devices = !selection.has_device(None);
    match own.place {
        CopyPlace::Machine(index) | CopyPlace::Letter(index, _) => {
            selection.has_machine(Some(index)) && (asks_for_machines || !asks_for_devices)
        }
        CopyPlace::Device(index) => {
            selection.has_device(Some(index)) && (asks_for_devices || !asks_for_machines)
        }
        CopyPlace::Volume(_) | CopyPlace::Share(_) => !asks_for_machines && !asks_for_devices,
    }
}

fn to_json<'a>(
    r: &'a Reconstruction,
    group: usize,
    of: &'a CopyGroup,
    likeness: Likeness,
    own: &'a Sighting,
) -> CopyJson<'a> {
    let corrected = own.created;
    CopyJson {
        group,
        or_of_group: of
            .or_of
            .iter()
            .map(|other| other.saturating_add(1))
            .collect(),
        place: r.place_name(&own.place),
        kind: "file",
        path: r.path_of(own),
        original_path: own.original_path.as_deref(),
        size: own.size,
        state: own.state.name(),
        created_recorded: own.times.created.map(|at| at.to_string()),
        created: corrected.map(|at| at.estimate.to_string()),
        created_earliest: corrected
            .and_then(|at| at.earliest)
            .map(|at| at.to_string()),
        created_latest: corrected.and_then(|at| at.latest).map(|at| at.to_string()),
        modified_recorded: own.times.modified.map(|at| at.to_string()),
        matched_by: likeness.name(),
        sha256: own.sha256.map(|hash| hash.to_string()),
        unread: own.unread.as_deref(),
        created_at: created_at(r, own),
        copied_from: own
            .from
            .iter()
            .filter_map(|from| {
                let (_, original) = of.members.get(from.member)?;
                Some(FromJson {
                    place: r.place_name(&original.place),
                    path: r.path_of(original),
                    grade: from.grade().name(),
                    because: from.because.iter().map(word).collect(),
                })
            })
            .collect(),
        traces: own
            .traces
            .iter()
            .filter_map(|trace| r.source_of_trace(*trace))
            .collect(),
        source: r.source_of(own),
    }
}

/// The word for what agrees.
fn word(agreement: &Agreement) -> &'static str {
    match agreement {
        Agreement::Content => "content",
        Agreement::NameSizeTime => "name-size-modified",
        Agreement::MadeBehindPlug(_) => "made-behind-plug",
        Agreement::MadeInStay(_) => "made-in-stay",
        Agreement::Journal => "journal",
        Agreement::MadeAfterWritten => "made-after-written",
        Agreement::TogetherInStay(_) => "together-in-stay",
        Agreement::SameMachine => "same-machine",
        Agreement::OpenedInStay => "opened-in-stay",
        _ => "other",
    }
}

/// The machines that the stick was in when the file was created on it.
fn created_at<'a>(r: &'a Reconstruction, own: &Sighting) -> Vec<&'a str> {
    let stays = own.stays.iter().filter_map(|stay| r.sessions().get(*stay));
    let mut machines: Vec<&str> = stays
        .filter_map(|stay| r.machine(stay.machine))
        .map(|machine| machine.id.as_str())
        .collect();
    machines.dedup();
    machines
}

const COLUMNS: [&str; 20] = [
    "group",
    "or_of_group",
    "place",
    "kind",
    "path",
    "original_path",
    "size",
    "state",
    "created_recorded",
    "created",
    "created_earliest",
    "created_latest",
    "modified_recorded",
    "matched_by",
    "sha256",
    "unread",
    "created_at",
    "copied_from",
    "traces",
    "source",
];

fn to_row(own: CopyJson<'_>) -> [String; 20] {
    let others = own.or_of_group.iter().map(ToString::to_string);
    [
        own.group.to_string(),
        others.collect::<Vec<_>>().join(";"),
        own.place,
        own.kind.to_owned(),
        own.path,
        or_empty(own.original_path),
        or_empty(own.size),
        own.state.to_owned(),
        or_empty(own.created_recorded),
        or_empty(own.created),
        or_empty(own.created_earliest),
        or_empty(own.created_latest),
        or_empty(own.modified_recorded),
        own.matched_by.to_owned(),
        or_empty(own.sha256),
        or_empty(own.unread),
        own.created_at.join(";"),
        own.copied_from
            .iter()
            .map(|from| format!("{}:{} ({})", from.place, from.path, from.grade))
            .collect::<Vec<_>>()
            .join(";"),
        own.traces.join(";"),
        own.source,
    ]
}

fn page(r: &Reconstruction, found: &Copies, view: &View) -> Page {
    let texts = view.language.texts();
    let mut page = Page::default();
    page.heading(texts.copies_title);
    page.text(texts.copies_reading);
    let mut shown = false;
    for (number, group) in (1..).zip(&found.groups) {
        let mut grid = Grid {
            columns: vec![
                Column::number("#"),
                Column::text(texts.place),
                Column::text(texts.file),
                Column::number(texts.size),
                Column::text(texts.state),
                Column::text(texts.fact("created")),
                Column::text(texts.fact("modified")),
                Column::text(texts.matched_by),
                Column::text(texts.copied_from),
            ],
            ruled: true,
            ..Grid::default()
        };
        let members = (1_usize..).zip(&group.members);
        for (member, (likeness, own)) in members.filter(|(_, (_, own))| is_selected(own, view)) {
            // With a space, so that a narrow column breaks between day and time.
            let recorded = |at: Option<_>| {
                let shown = at.map(shown_time::to_the_second);
                shown.map(|at| at.replace('T', " ")).unwrap_or_default()
            };
            let mut created = vec![recorded(own.times.created)];
            if let Some(at) = own.created {
                let time = shown_time::date_and_time(at.estimate, view.timezone);
                let bounds = shown_time::bounds(&at).map(|bounds| format!(" {bounds}"));
                created.push(format!("= {time}{}", bounds.unwrap_or_default()));
            }
            created.extend(
                created_at(r, own)
                    .iter()
                    .map(|machine| fill(texts.while_in, &[machine])),
            );
            let mut path = vec![visible(&r.path_of(own))];
            if !own.traces.is_empty() {
                let count = own.traces.len().to_string();
                path.push(fill(texts.traced_by, &[&count]));
            }
            path.extend(
                own.original_path
                    .as_deref()
                    .map(|was| format!("← {}", visible(was))),
            );
            grid.rows.push(vec![
                member.to_string().into(),
                visible(&r.place_name(&own.place)).into(),
                path.into(),
                own.size
                    .map(|size| size.to_string())
                    .unwrap_or_default()
                    .into(),
                texts.state(own.state.name()).to_owned().into(),
                created.into(),
                recorded(own.times.modified).into(),
                texts.state(likeness.name()).to_owned().into(),
                from_short(own, view).into(),
            ]);
        }
        if grid.rows.is_empty() {
            continue;
        }
        shown = true;
        let reasons = reasons(group, view);
        let name = group.members.first().map(|(_, own)| own.name.as_str());
        let count = group.count();
        page.text(format!("{number}. {}", visible(name.unwrap_or_default())));
        page.table(grid);
        page.text(fill(
            texts.copies_counted,
            &[
                &count.files_now.to_string(),
                &count.places_now.to_string(),
                &count.files_ever.to_string(),
                &count.places_ever.to_string(),
            ],
        ));
        if !reasons.is_empty() {
            page.text(texts.copied_because);
            page.list(reasons);
        }
        if !group.or_of.is_empty() {
            let others = group
                .or_of
                .iter()
                .map(|own| own.saturating_add(1).to_string());
            let others = others.collect::<Vec<_>>().join(", ");
            page.text(fill(texts.copies_or_of, &[&others]));
        }
    }
    if shown {
        page.heading(texts.copies_places);
        page.table(places(r, found, view));
    } else {
        page.text(texts.no_copies);
    }
    page
}

/// From where a copy can have come, in one word: members by their number, and how surely.
fn from_short(own: &Sighting, view: &View) -> String {
    let texts = view.language.texts();
    let Some(first) = own.from.first() else {
        return String::new();
    };
    let grade = texts.state(first.grade().name());
    format!(
        "{} ({grade})",
        numbers(own.from.iter().map(|from| from.member), view)
    )
}

/// Members by their number, those in front where there are many.
fn numbers(members: impl Iterator<Item = usize>, view: &View) -> String {
    /// More are no longer for a line.
    const MOST: usize = 6;
    let all: Vec<String> = members
        .map(|member| format!("#{}", member.saturating_add(1)))
        .collect();
    let mut shown = all.get(..MOST).unwrap_or(&all).join(", ");
    if let Some(more) = all.len().checked_sub(MOST).filter(|more| *more > 0) {
        shown.push_str(&fill(
            view.language.texts().more_originals,
            &[&more.to_string()],
        ));
    }
    shown
}

/// What speaks for each copy's original: those together for which the same does.
fn reasons(group: &CopyGroup, view: &View) -> Vec<(String, String)> {
    let texts = view.language.texts();
    let mut lines = Vec::new();
    for (number, (_, own)) in (1_usize..).zip(&group.members) {
        if !is_selected(own, view) {
            continue;
        }
        let mut alike: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
        for from in &own.from {
            let because = from.because.iter().map(|own| texts.state(word(own)));
            alike
                .entry(because.collect())
                .or_default()
                .push(from.member);
        }
        for (because, members) in alike {
            lines.push((
                format!("#{number} ← {}", numbers(members.into_iter(), view)),
                because.join("; "),
            ));
        }
    }
    lines
}

/// How many of the files lie at each place, and how many did: one line a place, one column a file.
fn places(r: &Reconstruction, found: &Copies, view: &View) -> Grid {
    let texts = view.language.texts();
    let mut of_place: BTreeMap<&CopyPlace, BTreeMap<&str, [usize; 2]>> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    for group in &found.groups {
        for (_, own) in group
            .members
            .iter()
            .filter(|(_, own)| is_selected(own, view))
        {
            let is_there = matches!(own.state, FileState::There | FileState::InRecycleBin);
            let name = own.name.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
            let counts = of_place
                .entry(&own.place)
                .or_default()
                .entry(name)
                .or_default();
            let [now, ever] = counts;
            *now = now.saturating_add(usize::from(is_there));
            *ever = ever.saturating_add(1);
        }
    }
    names.sort_unstable();
    let mut columns = vec![Column::text(texts.place)];
    columns.extend(names.iter().map(|name| Column::text(visible(name))));
    let mut grid = Grid {
        columns,
        ruled: true,
        ..Grid::default()
    };
    for (place, counts) in of_place {
        let mut row = vec![visible(&r.place_name(place)).into()];
        row.extend(names.iter().map(|name| {
            let [now, ever] = counts.get(name).copied().unwrap_or_default();
            match (now, ever) {
                (_, 0) => String::new().into(),
                _ => fill(texts.now_and_ever, &[&now.to_string(), &ever.to_string()]).into(),
            }
        }));
        grid.rows.push(row);
    }
    grid
}
