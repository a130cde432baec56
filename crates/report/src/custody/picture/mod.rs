//! Custody as a picture: a lane a device with its stays as blocks, and the clocks' intervals below.

mod axis;
mod canvas;
mod clocks;
mod corrections;
mod facts;
mod flags;
mod gather;
mod lanes;
mod legend;
mod looks;
mod machine_clocks;
mod marks;
mod model;
mod on_record;
mod page;
mod scale;
mod stays;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod ticks;
mod words;

use std::io::{self, Write};

use kusari::Reconstruction;

use crate::Language;
use crate::texts::fill;
use crate::view::View;
use model::Picture;

/// Writes the picture as SVG.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn write(r: &Reconstruction, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let texts = view.language.texts();
    let title = fill(
        texts.custody_title,
        &[&text::name(&r.case().name, gather::NAME)],
    );
    // A case without a file has no name.
    let title = title.trim_end_matches([':', ' ', '：']);
    let picture = gather::picture(r, view);
    draw(&picture, title, view, out)
}

/// Draws what was gathered.
fn draw(picture: &Picture, title: &str, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let texts = view.language.texts();
    let drawn = page::draw(picture, title, view.timezone, texts);
    let document = svg::Document {
        width: drawn.width,
        height: drawn.height,
        language: match view.language {
            Language::English => "en",
            Language::Japanese => "ja",
        },
        title,
        description: texts.picture.description,
        looks: (0..picture.machines.len()).map(looks::of_machine).collect(),
        shapes: &drawn.canvas.shapes,
    };
    svg::write(&document, out)
}
