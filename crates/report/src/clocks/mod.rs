//! Each machine's clock: what was declared, what was solved from it, and what cannot all hold.

mod data;
mod page;
mod said;
mod span;

use std::io::{self, Write};

use kusari::Reconstruction;

use crate::rows;
use crate::view::{Format, View};

pub(crate) use data::{MachineJson, machine_json};
pub(crate) use said::{describe, zone};
pub(crate) use span::Spans;

/// Writes what is known of each machine's clock, and how much time lay between two events where that is
/// asked.
///
/// # Errors
/// When `out` cannot be written to.
pub fn clocks(
    reconstruction: &Reconstruction,
    view: &View,
    between: Option<(usize, usize)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let data = || data::ClocksJson::new(reconstruction, view, between);
    match view.format {
        Format::Json => rows::json(out, &data()),
        Format::JsonLines => rows::json_lines(out, data().into_lines()),
        Format::Csv => rows::csv(out, data::CSV_COLUMNS, data().into_csv_rows()),
        Format::Svg => rows::no_picture(),
        Format::Table => {
            let page = page::page(reconstruction, view, between);
            out.write_all(page.to_terminal(view.width).as_bytes())
        }
        Format::Markdown => {
            let page = page::page(reconstruction, view, between);
            out.write_all(page.to_markdown().as_bytes())
        }
    }
}
