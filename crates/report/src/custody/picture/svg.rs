//! Shapes as SVG 1.1 (W3C Recommendation of 2011): no script, nothing from outside, and every text
//! escaped.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::canvas::{Anchor, Shape};
use super::looks;

/// The picture as a whole.
pub(super) struct Document<'a> {
    pub(super) width: i64,
    pub(super) height: i64,
    /// The language of its texts, as in BCP 47.
    pub(super) language: &'static str,
    /// What screen readers call it.
    pub(super) title: &'a str,
    /// What it shows, in a sentence.
    pub(super) description: &'a str,
    /// The looks of machines that are used.
    pub(super) looks: BTreeSet<usize>,
    pub(super) shapes: &'a [Shape],
}

/// How the classes of shapes look.
const SHEET: &str = "\
text{font-family:'Noto Sans','Helvetica Neue',Arial,'Noto Sans CJK JP','Hiragino Sans','Yu Gothic',Meiryo,sans-serif;fill:#1a1a1a}
.title{font-size:18px;font-weight:700}
.heading{font-size:14px;font-weight:700}
.strong{font-size:12px;font-weight:700}
.plain{font-size:12px}
.small{font-size:10px}
.small-strong{font-size:10px;font-weight:700}
.label{font-size:10px;font-weight:700;pointer-events:none}
.page{fill:#fff}
.lane{fill:#fff;stroke:#8a8a8a;stroke-width:1}
.unknown{fill:url(#unknown);stroke:none}
.plate{fill:#fff;stroke:none}
.look{stroke:none}
.plate-look{pointer-events:none;fill:#fff;fill-opacity:.72;stroke:none}
.edge{fill:none;stroke:#222;stroke-width:1.2}
.open-edge{fill:none;stroke:#222;stroke-width:1.2;stroke-dasharray:3 2}
.fade{fill-opacity:.45;stroke:none}
.whisker{fill:none;stroke:#222;stroke-width:1}
.reading{fill:none;stroke:#222;stroke-width:4}
.arrow{fill:#222;stroke:none}
.tie{fill:none;stroke:#222;stroke-width:.8;stroke-dasharray:1 1.5}
.login{fill:#1a1a1a;stroke:#fff;stroke-width:.8}
.failure{fill:none;stroke:#8b0000;stroke-width:2}
.other{fill:#fff;stroke:#1a1a1a;stroke-width:1}
.axis{fill:none;stroke:#444;stroke-width:1}
.grid{fill:none;stroke:#d9d9d9;stroke-width:.8}
.midnight{fill:none;stroke:#777;stroke-width:1.2}
.break-gap{fill:none;stroke:#fff;stroke-width:5}
.break{fill:none;stroke:#666;stroke-width:1.1}
.flag{fill:#fff;stroke:#333;stroke-width:1.2}
.flag-line{fill:none;stroke:#333;stroke-width:1;stroke-dasharray:4 3}
.flag-range{fill:none;stroke:#333;stroke-width:1.4}
.estimate{fill:none;stroke:#1a1a1a;stroke-width:2}
.read-mark{fill:#1a1a1a;stroke:#fff;stroke-width:.8}
.unread-mark{fill:#fff;stroke:#1a1a1a;stroke-width:1.4}
";

/// Writes the picture.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn write(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (width, height) = (number(document.width), number(document.height));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"picture-title picture-description\" \
         xml:lang=\"{}\">",
        document.language
    )?;
    writeln!(
        out,
        "<title id=\"picture-title\">{}</title>",
        escaped(document.title)
    )?;
    writeln!(
        out,
        "<desc id=\"picture-description\">{}</desc>",
        escaped(document.description)
    )?;
    writeln!(out, "<style>\n{SHEET}</style>")?;
    definitions(&document.looks, out)?;
    for shape in document.shapes {
        write_shape(shape, out)?;
    }
    writeln!(out, "</svg>")
}

/// The hatching of what is unknown, and the patterns of machines.
fn definitions(looks: &BTreeSet<usize>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<defs>\n<pattern id=\"unknown\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"7\" height=\"7\" fill=\"#f7f7f7\"/>\
         <path d=\"M0 0V7\" stroke=\"#c4c4c4\" stroke-width=\"1.6\"/></pattern>"
    )?;
    for look in looks {
        let (colour, lines) = looks::parts(*look);
        writeln!(
            out,
            "<pattern id=\"look-{look}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"8\" height=\"8\" fill=\"{colour}\"/>\
             <path d=\"{}\" stroke=\"#333\" stroke-opacity=\".35\" stroke-width=\"1\" fill=\"none\"/></pattern>",
            if lines.is_empty() { "M0 0" } else { lines }
        )?;
    }
    writeln!(out, "</defs>")
}

fn write_shape(shape: &Shape, out: &mut dyn Write) -> io::Result<()> {
    match shape {
        Shape::Rectangle {
            area,
            class,
            colour,
        } => {
            write!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{class}\"",
                number(area.left),
                number(area.top),
                number(area.width()),
                number(area.height())
            )?;
            if let Some(look) = colour {
                write!(out, " fill=\"url(#look-{look})\"")?;
            }
            writeln!(out, "/>")
        }
        Shape::Path {
            points,
            closed,
            class,
        } => {
            write!(out, "<path d=\"")?;
            for (index, (x, y)) in points.iter().enumerate() {
                let command = if index == 0 { 'M' } else { 'L' };
                write!(out, "{command}{} {}", number(*x), number(*y))?;
            }
            let end = if *closed { "Z" } else { "" };
            writeln!(out, "{end}\" class=\"{class}\"/>")
        }
        Shape::Circle {
            centre: (x, y),
            radius,
            class,
        } => writeln!(
            out,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"{class}\"/>",
            number(*x),
            number(*y),
            number(*radius)
        ),
        Shape::Text {
            at: (x, y),
            anchor,
            style,
            text,
        } => {
            let anchor = match anchor {
                Anchor::Start => "",
                Anchor::Middle => " text-anchor=\"middle\"",
            };
            writeln!(
                out,
                "<text x=\"{}\" y=\"{}\" class=\"{}\"{anchor}>{}</text>",
                number(*x),
                number(*y),
                style.class(),
                escaped(text)
            )
        }
        Shape::Group { says, shapes } => {
            writeln!(out, "<g><title>{}</title>", escaped(says))?;
            for shape in shapes {
                write_shape(shape, out)?;
            }
            writeln!(out, "</g>")
        }
    }
}

/// Tenths of a pixel as pixels: `12`, `12.5`.
fn number(tenths: i64) -> String {
    let size = tenths.unsigned_abs();
    let sign = if tenths < 0 { "-" } else { "" };
    match size % 10 {
        0 => format!("{sign}{}", size / 10),
        rest => format!("{sign}{}.{rest}", size / 10),
    }
}

/// A text as XML 1.0 takes it (section 2.2 names the characters that it may hold, 2.4 those that
/// must be escaped).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(character),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_texts_stays_text() {
        assert_eq!(
            escaped("</text><script>\"&'\u{1}\u{ffff}"),
            "&lt;/text&gt;&lt;script&gt;&quot;&amp;&#39;\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn numbers_are_exact() {
        let texts = [0, 5, 10, 125, -5, -120].map(number);
        assert_eq!(texts, ["0", "0.5", "1", "12.5", "-0.5", "-12"]);
    }
}
