//! Lines broken to a width, in texts with and without spaces.
//!
//! A line breaks at spaces, and on both sides of a wide character; never before a character
//! that may not begin a line, nor behind one that may not end it (JIS X 4051, the parts that
//! matter to short texts). A word that is too long for the line alone is broken anywhere.

use super::width;

/// What may not begin a line.
const NOT_FIRST: &str = "、。，．・：；？！）］｝〕〉》」』】々ーゝゞ’”…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}%";

/// What may not end a line.
const NOT_LAST: &str = "（［｛〔〈《「『【‘“([{※";

/// How far what goes on below is set in.
const HANG: usize = 2;

/// `text` in lines of at most `columns`. What follows the first line is set in by two where
/// there is room for it. A no-break space keeps its neighbours together and becomes a space.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let hang = if columns >= HANG * 4 { HANG } else { 0 };
    let mut lines = Lines {
        done: Vec::new(),
        line: String::new(),
        used: 0,
        columns,
        hang,
        fresh: 0,
    };
    for piece in pieces(text) {
        lines.add(piece);
    }
    lines.finish()
}

/// The widest piece that is not broken as long as there is room.
pub(super) fn widest_piece(text: &str) -> usize {
    pieces(text)
        .into_iter()
        .map(|piece| width::of(piece.trim_end_matches(' ')))
        .max()
        .unwrap_or(0)
}

struct Lines {
    done: Vec<String>,
    line: String,
    used: usize,
    columns: usize,
    hang: usize,
    /// Where the line began: whatever stands behind it is the line's own.
    fresh: usize,
}

impl Lines {
    fn add(&mut self, piece: &str) {
        let wide = width::of(piece.trim_end_matches(' '));
        if self.used + wide > self.columns && self.used > self.fresh {
            self.next_line();
        }
        if self.used + wide > self.columns {
            for character in piece.chars() {
                let wide = width::of_char(character);
                if wide > 0 && self.used + wide > self.columns && self.used > self.fresh {
                    self.next_line();
                }
                self.push(character);
            }
        } else {
            piece.chars().for_each(|character| self.push(character));
        }
    }

    fn push(&mut self, character: char) {
        self.line.push(if character == '\u{a0}' {
            ' '
        } else {
            character
        });
        self.used += width::of_char(character);
    }

    fn next_line(&mut self) {
        let full = std::mem::take(&mut self.line);
        if !full.trim().is_empty() {
            self.done.push(full.trim_end().to_owned());
        }
        self.line = " ".repeat(self.hang);
        self.used = self.hang;
        self.fresh = self.hang;
    }

    fn finish(mut self) -> Vec<String> {
        if !self.line.trim().is_empty() || self.done.is_empty() {
            self.done.push(self.line.trim_end().to_owned());
        }
        self.done
    }
}

/// The pieces between which a line may break; a space stays at the end of its piece.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((_, character)) = characters.next() {
        let Some(&(next_at, next)) = characters.peek() else {
            break;
        };
        if may_break(character, next) {
            pieces.push(text.get(start..next_at).unwrap_or_default());
            start = next_at;
        }
    }
    pieces.push(text.get(start..).unwrap_or_default());
    pieces
}

fn may_break(before: char, after: char) -> bool {
    let wide = |character| width::of_char(character) == 2;
    if before == '\u{a0}' || after == '\u{a0}' || after == ' ' || width::of_char(after) == 0 {
        return false;
    }
    if NOT_FIRST.contains(after) || NOT_LAST.contains(before) {
        return false;
    }
    before == ' ' || wide(before) || wide(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_and_go_on_set_in() {
        assert_eq!(
            wrap("09:30:01 login succeeded ※6", 16),
            ["09:30:01 login", "  succeeded ※6"]
        );
        assert_eq!(wrap("short", 16), ["short"]);
        assert_eq!(wrap("", 16), [""]);
    }

    #[test]
    fn a_no_break_space_holds_together() {
        assert_eq!(
            wrap("login succeeded\u{a0}※6", 16),
            ["login", "  succeeded ※6"]
        );
    }

    #[test]
    fn wide_characters_count_two_and_break_anywhere_but_before_a_full_stop() {
        assert_eq!(
            wrap("開発用デスクトップPC", 12),
            ["開発用デスク", "  トップPC"]
        );
        // `。` would begin the second line; the character before it goes along.
        assert_eq!(wrap("接続の記録がない。", 16), ["接続の記録がな", "  い。"]);
        assert_eq!(wrap("ああ（いい）", 6), ["ああ", "（い", "い）"]);
    }

    #[test]
    fn no_line_is_ever_too_wide() {
        let long = r"USB\VID_0781&PID_5571\43175107A4C24AD4 と台帳（写）.xlsx、それから…";
        for columns in 2..60 {
            for line in wrap(long, columns) {
                assert!(width::of(&line) <= columns, "{columns}: {line}");
            }
        }
        assert_eq!(wrap("台", 1), ["台"]);
    }

    #[test]
    fn nothing_is_lost() {
        let long = r"a \\?\USB#Disk&Ven_SanDisk と 台帳（写）.xlsx、それから";
        for columns in 1..60 {
            let together: String = wrap(long, columns).concat();
            let bare = |text: &str| text.replace(' ', "");
            assert_eq!(bare(&together), bare(long), "{columns}");
        }
    }

    #[test]
    fn marks_of_no_width_stay_with_their_letter() {
        assert_eq!(
            wrap("e\u{301}e\u{301}e\u{301}", 2),
            ["e\u{301}e\u{301}", "e\u{301}"]
        );
    }
}
