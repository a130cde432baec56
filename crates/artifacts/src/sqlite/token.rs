//! Splits the text of a `CREATE TABLE` into tokens.
//!
//! Source: sqlite.org, "SQL As Understood By SQLite: keywords, comments, literals".

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word that is not quoted: a keyword, a name, a number.
    Word(String),
    /// A quoted name: `[a]`, `"a"`, `` `a` ``.
    Name(String),
    /// A text in single quotes, which SQLite also takes for a name.
    Text(String),
    /// A character of its own: `(`, `,`.
    Mark(char),
}

impl Token {
    /// Whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// What it names, when it can be a name.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Name(name) | Self::Text(name) => Some(name),
            Self::Mark(_) => None,
        }
    }
}

/// All tokens of a text; comments are left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(first) = chars.next() {
        match first {
            '-' if chars.peek() == Some(&'-') => while chars.next().is_some_and(|c| c != '\n') {},
            '/' if chars.peek() == Some(&'*') => {
                chars.next();
                let mut before = ' ';
                for c in chars.by_ref() {
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            '[' => tokens.push(Token::Name(
                chars.by_ref().take_while(|&c| c != ']').collect(),
            )),
            '"' | '`' | '\'' => {
                let mut quoted = String::new();
                while let Some(c) = chars.next() {
                    if c == first && chars.next_if_eq(&first).is_none() {
                        break;
                    }
                    quoted.push(c);
                }
                tokens.push(if first == '\'' {
                    Token::Text(quoted)
                } else {
                    Token::Name(quoted)
                });
            }
            _ if is_of_word(first) => {
                let mut word = String::from(first);
                while let Some(c) = chars.next_if(|&c| is_of_word(c)) {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
            _ if first.is_whitespace() => {}
            _ => tokens.push(Token::Mark(first)),
        }
    }
    tokens
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.') || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_comments() {
        let text = "CREATE -- [x]\n/* ( */ TABLE [a b](\"c\"\"d\" `e` 'it''s', f2)";
        let mut shown = Vec::new();
        for token in tokens(text) {
            shown.push(match token {
                Token::Mark(mark) => mark.to_string(),
                other => other.name().unwrap_or_default().to_owned(),
            });
        }
        let wanted = [
            "CREATE", "TABLE", "a b", "(", "c\"d", "e", "it's", ",", "f2", ")",
        ];
        assert_eq!(shown, wanted);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        for text in ["[a", "\"a", "/* a", "-- a", "'a''"] {
            assert!(tokens(text).len() <= 1, "{text}");
        }
    }
}
