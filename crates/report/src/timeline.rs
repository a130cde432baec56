//! Every event, merged and corrected.

use std::io::{self, Write};

use kusari::{EventView, Reconstruction};

use crate::event_json::EventJson;
use crate::layout::{Column, Footnotes, Grid, Page, visible};
use crate::texts::fill;
use crate::view::{Format, View};
use crate::{rows, shown_time};

/// Stands before the time of an event whose order to the one above cannot be told.
const UNCERTAIN: &str = "≈ ";

/// Writes the events that the view selects, in the order of corrected time.
///
/// # Errors
/// When `out` cannot be written to.
pub fn timeline(
    reconstruction: &Reconstruction,
    view: &View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let events = || selected(reconstruction, view);
    let as_json = || events().map(|event| EventJson::new(&event));
    match view.format {
        Format::Json => rows::json_array(out, as_json()),
        Format::JsonLines => rows::json_lines(out, as_json()),
        Format::Csv => rows::csv(out, EventJson::COLUMNS, as_json().map(EventJson::into_row)),
        Format::Svg => rows::no_picture(),
        Format::Table | Format::Markdown => {
            let page = page(in_order(reconstruction, events()), view);
            let text = match view.format {
                Format::Markdown => page.to_markdown(),
                _ => page.to_terminal(view.width),
            };
            out.write_all(text.as_bytes())
        }
    }
}

/// An event of a timeline, and whether it certainly came no earlier than the one above it; `None` for the
/// first.
type InOrder<'a> = (EventView<'a>, Option<bool>);

fn in_order<'a>(
    r: &'a Reconstruction,
    events: impl Iterator<Item = EventView<'a>>,
) -> impl Iterator<Item = InOrder<'a>> {
    let mut above: Option<usize> = None;
    events.map(move |event| {
        let last = above.replace(event.index);
        let is_certain = last.map(|last| r.is_certainly_before(last, event.index));
        (event, is_certain)
    })
}

fn selected<'a>(
    reconstruction: &'a Reconstruction,
    view: &'a View,
) -> impl Iterator<Item = EventView<'a>> {
    // Only what is selected gets its texts.
    let columns = reconstruction.event_columns();
    columns
        .order()
        .iter()
        .filter(|index| {
            columns
                .placed(**index)
                .is_some_and(|placed| view.selection.has_event(&placed))
        })
        .filter_map(|index| reconstruction.event(*index))
}

fn page<'a>(events: impl Iterator<Item = InOrder<'a>>, view: &View) -> Page {
    let texts = view.language.texts();
    let mut notes = Footnotes::default();
    let mut grid = Grid {
        columns: [
            format!("{}\n{}", texts.time, texts.recorded),
            format!("{}\n{}", texts.machine, texts.device),
            format!("{}\n{}", texts.action, texts.what),
            texts.event_id.to_owned(),
        ]
        .into_iter()
        .map(Column::text)
        .collect(),
        ruled: true,
        ..Grid::default()
    };
    let mut any_uncertain = false;
    for (event, is_certain) in events {
        let mut time = shown_time::date_and_time(event.time.estimate, view.timezone);
        if let Some(bounds) = shown_time::bounds(&event.time) {
            time.push_str(&format!(" {bounds}"));
        }
        if is_certain == Some(false) {
            any_uncertain = true;
            time.insert_str(0, UNCERTAIN);
        }
        let mark = notes.mark(&visible(&event.source.name));
        let shown = |text: Option<&str>| visible(text.unwrap_or("-"));
        let action = texts.action(event.action);
        let mut what = vec![format!("{action}\u{a0}{mark}"), visible(event.message)];
        for more in [event.file, event.user] {
            what.extend(
                more.filter(|more| !event.message.contains(more))
                    .map(visible),
            );
        }
        grid.rows.push(vec![
            vec![time, event.recorded.to_string()].into(),
            vec![shown(event.machine), shown(event.device)].into(),
            what.into(),
            event.id.to_string().into(),
        ]);
    }
    let mut page = Page::default();
    page.heading(format!("{} ({})", texts.timeline_title, view.timezone));
    if grid.rows.is_empty() {
        page.text(texts.no_events);
    }
    if any_uncertain {
        page.text(fill(texts.order_uncertain, &[UNCERTAIN.trim_end()]));
    }
    page.table(grid).list(notes.lines());
    page
}
