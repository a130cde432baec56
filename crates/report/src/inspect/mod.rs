//! What was opened and found: containers, volumes, file systems, snapshots, encryption, machines,
//! artifacts with their sizes, times and hashes.

mod data;
mod files;
mod page;
mod verify;

use std::io::{self, Write};

use kusari::Reconstruction;

use crate::rows;
use crate::view::{Format, View};
use data::InspectJson;

pub use files::files;
pub use verify::{Verified, verified, verify};

/// Writes what was opened (containers, volumes, file systems) and the artifacts found on it, with
/// their hashes.
///
/// # Errors
/// When `out` cannot be written to.
pub fn inspect(
    reconstruction: &Reconstruction,
    view: &View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let data = InspectJson::new(reconstruction, view);
    match view.format {
        Format::Json => rows::json(out, &data),
        Format::JsonLines => rows::json_lines(out, data.artifacts.into_iter()),
        Format::Csv => {
            let header = [
                "machine", "device", "artifact", "source", "size", "modified", "sha256", "records",
                "error",
            ];
            let artifacts = data.artifacts.into_iter();
            rows::csv(out, header, artifacts.map(data::ArtifactJson::into_row))
        }
        Format::Svg => rows::no_picture(),
        Format::Table => {
            let page = page::page(&data, view);
            out.write_all(page.to_terminal(view.width).as_bytes())
        }
        Format::Markdown => {
            let page = page::page(&data, view);
            out.write_all(page.to_markdown().as_bytes())
        }
    }
}
