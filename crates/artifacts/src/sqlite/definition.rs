//! One column of a `CREATE TABLE`: its name, its type, and what follows from its constraints.
//!
//! Sources: sqlite.org, "CREATE TABLE", "Datatypes In SQLite" 3.1 (affinity), "Generated Columns".

use super::column::{Column, Part};
use super::record::Value;
use super::token::Token;

/// What one part says of a column.
pub(super) struct Definition {
    pub(super) column: Column,
    pub(super) is_key: bool,
    /// A key that is `INTEGER PRIMARY KEY DESC` is no rowid, by an old mistake that is kept.
    pub(super) is_descending_key: bool,
    pub(super) is_integer: bool,
    pub(super) is_virtual: bool,
}

/// Words that end a column's type.
const BEHIND_TYPE: [&str; 11] = [
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
];

impl Definition {
    pub(super) fn read(part: Part<'_>) -> Option<Self> {
        let (name, rest) = part.split_first()?;
        let name = name.name()?.to_owned();
        let end = rest
            .iter()
            .position(|token| BEHIND_TYPE.iter().any(|word| token.is(word)))
            .unwrap_or(rest.len());
        let (kind, rest) = rest.split_at_checked(end)?;
        let words: Vec<String> = kind
            .iter()
            .filter_map(Token::name)
            .map(str::to_ascii_uppercase)
            .collect();
        // Words inside brackets belong to expressions.
        let outside = outside(rest);
        let key = outside
            .windows(2)
            .position(|pair| matches!(pair, [a, b] if a.is("PRIMARY") && b.is("KEY")));
        let behind_key = key.and_then(|at| outside.get(at.checked_add(2)?));
        let generated = outside.iter().any(|token| token.is("AS"));
        Some(Self {
            column: Column {
                name,
                is_real: is_real(&words.concat()),
                default: default(rest).unwrap_or(Value::Null),
            },
            is_key: key.is_some(),
            is_descending_key: behind_key.is_some_and(|token| token.is("DESC")),
            is_integer: words == ["INTEGER"],
            is_virtual: generated && !outside.iter().any(|token| token.is("STORED")),
        })
    }
}

/// The tokens that stand in no bracket.
fn outside(tokens: &[Token]) -> Vec<&Token> {
    let mut depth = 0_usize;
    let mut outside = Vec::new();
    for token in tokens {
        match token {
            Token::Mark('(') => depth = depth.saturating_add(1),
            Token::Mark(')') => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(token),
            _ => {}
        }
    }
    outside
}

/// Whether a type has the affinity REAL: the rules are tried in this order.
fn is_real(kind: &str) -> bool {
    let has = |part: &str| kind.contains(part);
    let other = ["INT", "CHAR", "CLOB", "TEXT", "BLOB"];
    !other.iter().any(|part| has(part)) && ["REAL", "FLOA", "DOUB"].iter().any(|part| has(part))
}

/// A default that is a plain number or text.
fn default(tokens: &[Token]) -> Option<Value> {
    let at = tokens.iter().position(|token| token.is("DEFAULT"))?;
    let mut rest = tokens.get(at.checked_add(1)?..)?.iter();
    let mut first = rest.next()?;
    let mut sign = "";
    if let Token::Mark(mark @ ('-' | '+')) = first {
        sign = if *mark == '-' { "-" } else { "" };
        first = rest.next()?;
    }
    match first {
        Token::Text(text) | Token::Name(text) => Some(Value::Text(text.clone())),
        Token::Word(word) if word.eq_ignore_ascii_case("TRUE") => Some(Value::Integer(1)),
        Token::Word(word) if word.eq_ignore_ascii_case("FALSE") => Some(Value::Integer(0)),
        Token::Word(word) => {
            let number = format!("{sign}{word}");
            let integer = number.parse().map(Value::Integer).ok();
            integer.or_else(|| {
                let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '.');
                let real = number.parse().map(Value::Real).ok();
                real.filter(|_| is_number)
            })
        }
        Token::Mark(_) => None,
    }
}
