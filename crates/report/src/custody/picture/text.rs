//! Texts in the picture: how wide they are, cut to a length, broken into lines.

use super::canvas::{Style, px};
use crate::layout::{char_columns, pieces, visible};

/// The width of a text, in tenths of a pixel. An upper bound for the usual fonts: the widths are
/// those of DejaVu Sans, which is among the widest, rounded up.
pub(super) fn width(text: &str, style: Style) -> i64 {
    let hundredths: i64 = text.chars().map(hundredths_of_an_em).sum();
    let bold = if style.is_bold() { 110 } else { 100 };
    hundredths.saturating_mul(style.size()).saturating_mul(bold) / 10_000
}

fn hundredths_of_an_em(character: char) -> i64 {
    match (char_columns(character), character) {
        (0, _) => 0,
        (1, 'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '|' | '\'' | ' ' | '-' | '!') => 37,
        (1, '(' | ')' | '[' | ']' | '/' | '\\' | 'r' | 't' | 'f' | '"') => 46,
        (1, 'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…') => 102,
        (1, 'A'..='Z' | '+' | '=' | '<' | '>' | '~' | '±' | '#' | '&') => 84,
        (1, _) => 66,
        (columns, _) => i64::try_from(columns).unwrap_or(2).saturating_mul(52),
    }
}

/// A name from evidence or a case: harmless, and of so many characters at most.
pub(super) fn name(text: &str, longest: usize) -> String {
    let text = visible(text);
    if text.chars().count() <= longest {
        return text;
    }
    let mut cut: String = text.chars().take(longest.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// As much of a text as has room, with `…` where it was cut.
pub(super) fn fitting(text: &str, style: Style, room: i64) -> String {
    if width(text, style) <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for character in text.chars() {
        cut.push(character);
        if width(&cut, style).saturating_add(width("…", style)) > room {
            cut.pop();
            break;
        }
    }
    cut.push('…');
    cut
}

/// A text in lines that are no wider than `room`; the last of `most` lines is cut.
pub(super) fn lines(text: &str, style: Style, room: i64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(text)
        .into_iter()
        .flat_map(|piece| broken(piece, style, room))
    {
        let together = format!("{line}{piece}");
        if line.is_empty() || width(together.trim_end(), style) <= room {
            line = together;
        } else {
            lines.push(std::mem::replace(&mut line, piece));
        }
    }
    lines.push(line);
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).concat();
        lines.push(rest);
    }
    lines
        .iter()
        .map(|line| fitting(line.trim_end(), style, room.max(px(20))))
        .collect()
}

/// A piece that is too wide for a line alone, broken anywhere: a serial number has no spaces.
fn broken(piece: &str, style: Style, room: i64) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for character in piece.chars() {
        part.push(character);
        if width(part.trim_end(), style) > room && part.chars().count() > 1 {
            part.pop();
            parts.push(std::mem::replace(&mut part, character.to_string()));
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_its_room() {
        let long = r"A woke at about 03:00 without the bag 午前3時頃目が覚めたとき、カバンがなかった。USBSTOR\DiskWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW";
        for room in (px(40)..px(600)).step_by(70) {
            let lines = lines(long, Style::Plain, room, 4);
            assert!(lines.len() <= 4);
            for line in &lines {
                assert!(width(line, Style::Plain) <= room, "{room}: {line}");
            }
        }
        let serial = "0123456789ABCDEF0123456789";
        assert_eq!(lines(serial, Style::Strong, px(120), 4).concat(), serial);
        assert_eq!(lines("short", Style::Plain, px(200), 4), ["short"]);
    }

    #[test]
    fn names_are_harmless_and_short() {
        assert_eq!(name("a\u{202e}b", 40), "a\\u{202E}b");
        assert_eq!(name(&"x".repeat(100), 5), "xxxx…");
    }
}
