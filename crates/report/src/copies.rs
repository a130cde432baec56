//! The copies of a file, one line a place.

use std::io::{self, Write};

use kusari::lineage::{Copies, CopyGroup, Likeness, Sighting};
use kusari::{Owner, Reconstruction};
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
    place: &'a str,
    kind: &'static str,
    path: &'a str,
    original_path: Option<&'a str>,
    size: u64,
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
    source: String,
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
                let members = members.filter(|(_, own)| is_selected(r, own, view));
                members.map(move |(likeness, own)| to_json(r, number, group, *likeness, own))
            })
            .collect()
    };
    match view.format {
        Format::Json => rows::json(out, &lines()),
        Format::JsonLines => rows::json_lines(out, lines().into_iter()),
        Format::Csv => rows::csv(out, COLUMNS, lines().into_iter().map(to_row)),
        Format::Table => out.write_all(page(r, found, view).to_terminal(view.width).as_bytes()),
        Format::Markdown => out.write_all(page(r, found, view).to_markdown().as_bytes()),
    }
}

fn is_selected(r: &Reconstruction, own: &Sighting, view: &View) -> bool {
    match own.owner {
        Owner::Machine(index) => view.selection.has_machine(u32::try_from(index).ok()),
        Owner::Device(index) => {
            let label = r.case().devices.get(index).map(|device| &device.label);
            let device = (0..).zip(r.devices());
            let of_label = device
                .filter(|(_, device)| device.label.as_ref() == label)
                .map(|(index, _)| index)
                .next();
            view.selection.has_device(of_label)
        }
    }
}

fn to_json<'a>(
    r: &'a Reconstruction,
    group: usize,
    of: &CopyGroup,
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
        place: r.owner_name(own.owner),
        kind: "file",
        path: &own.path,
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
        source: r.source_of(own),
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

const COLUMNS: [&str; 18] = [
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
    "source",
];

fn to_row(own: CopyJson<'_>) -> [String; 18] {
    let others = own.or_of_group.iter().map(ToString::to_string);
    [
        own.group.to_string(),
        others.collect::<Vec<_>>().join(";"),
        own.place.to_owned(),
        own.kind.to_owned(),
        own.path.to_owned(),
        or_empty(own.original_path),
        own.size.to_string(),
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
                Column::text(texts.place),
                Column::text(texts.file),
                Column::number(texts.size),
                Column::text(texts.state),
                Column::text(texts.fact("created")),
                Column::text(texts.fact("modified")),
                Column::text(texts.matched_by),
            ],
            ruled: true,
            ..Grid::default()
        };
        let members = group.members.iter();
        for (likeness, own) in members.filter(|(_, own)| is_selected(r, own, view)) {
            let recorded = |at: Option<_>| at.map(shown_time::to_the_second).unwrap_or_default();
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
            let mut path = vec![visible(&own.path)];
            path.extend(
                own.original_path
                    .as_deref()
                    .map(|was| format!("← {}", visible(was))),
            );
            grid.rows.push(vec![
                visible(r.owner_name(own.owner)).into(),
                path.into(),
                own.size.to_string().into(),
                texts.state(own.state.name()).to_owned().into(),
                created.into(),
                recorded(own.times.modified).into(),
                texts.state(likeness.name()).to_owned().into(),
            ]);
        }
        if grid.rows.is_empty() {
            continue;
        }
        shown = true;
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
        if !group.or_of.is_empty() {
            let others = group
                .or_of
                .iter()
                .map(|own| own.saturating_add(1).to_string());
            let others = others.collect::<Vec<_>>().join(", ");
            page.text(fill(texts.copies_or_of, &[&others]));
        }
    }
    if !shown {
        page.text(texts.no_copies);
    }
    page
}
