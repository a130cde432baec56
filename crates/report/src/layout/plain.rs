//! Texts from evidence, made harmless for a terminal.

/// The text with everything that could move a cursor, change a colour or turn the direction of
/// writing shown as an escape (`\x1B`, `\u{202E}`). Evidence is hostile: a volume label may hold
/// a terminal's control sequence.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if !is_harmful(character) {
            out.push(character);
        } else if character.is_ascii() {
            out.push_str(&format!("\\x{:02X}", u32::from(character)));
        } else {
            out.push_str(&format!("\\u{{{:X}}}", u32::from(character)));
        }
    }
    out
}

/// Control characters (Unicode category Cc) and the marks that change the direction of writing
/// or join lines (Unicode 16, section 23.2; UAX 9, section 2).
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_are_shown() {
        assert_eq!(visible("E:\x1b[2J\u{7}"), "E:\\x1B[2J\\x07");
        assert_eq!(visible("a\nb\tc\0"), "a\\x0Ab\\x09c\\x00");
        assert_eq!(visible("exe.\u{202e}fdp"), "exe.\\u{202E}fdp");
        assert_eq!(visible("\u{9b}31m"), "\\u{9B}31m");
    }

    #[test]
    fn other_texts_stay() {
        for text in ["台帳（写）.xlsx", "※6 é ﾊﾝｶｸ", r"\\?\C:", "a\u{a0}b"] {
            assert_eq!(visible(text), text);
        }
    }
}
