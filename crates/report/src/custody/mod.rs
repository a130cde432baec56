//! The custody table, with its sessions, findings and clocks.

mod absences;
mod data;
mod page;
mod picture;

use std::io::{self, Write};

use kusari::Reconstruction;

use crate::rows;
use crate::view::{Format, View};

/// Writes the custody table, the sessions behind it, the findings and the clocks.
///
/// # Errors
/// When `out` cannot be written to.
pub fn custody(
    reconstruction: &Reconstruction,
    view: &View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let data = || data::CustodyJson::new(reconstruction, view);
    match view.format {
        Format::Json => rows::json(out, &data()),
        Format::JsonLines => rows::json_lines(out, data().into_lines()),
        Format::Csv => rows::csv(out, data::CSV_COLUMNS, data().into_csv_rows()),
        Format::Table => {
            let page = page::page(reconstruction, view);
            out.write_all(page.to_terminal(view.width).as_bytes())
        }
        Format::Markdown => {
            out.write_all(page::page(reconstruction, view).to_markdown().as_bytes())
        }
        Format::Svg => picture::write(reconstruction, view, out),
    }
}
