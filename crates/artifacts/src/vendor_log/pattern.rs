//! The pattern of a line that begins a record: literal text, `*` for anything, `{name}` for
//! anything that is kept as a field.

use super::ProfileError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Anything,
    Field(String),
}

impl Pattern {
    /// Two wildcards without text between them would make it unclear where one ends.
    pub(super) fn parse(key: &str, text: &str) -> Result<Self, ProfileError> {
        let bad = |reason| ProfileError::value(key, text, reason);
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let part = if first == '*' {
                rest = rest.get(1..).unwrap_or_default();
                Part::Anything
            } else if first == '{' {
                let (name, behind) = rest
                    .get(1..)
                    .and_then(|rest| rest.split_once('}'))
                    .ok_or_else(|| bad("`{` without `}`"))?;
                rest = behind;
                Part::Field(name.to_owned())
            } else {
                let end = rest.find(['*', '{']).unwrap_or(rest.len());
                let (literal, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
                rest = behind;
                Part::Literal(literal.to_owned())
            };
            let open = |part: Option<&Part>| matches!(part, Some(Part::Anything | Part::Field(_)));
            if open(Some(&part)) && open(parts.last()) {
                return Err(bad("two wildcards need some text between them"));
            }
            parts.push(part);
        }
        if !parts.iter().any(|part| matches!(part, Part::Literal(_))) {
            return Err(bad(
                "needs some literal text, or every line would begin a record",
            ));
        }
        Ok(Self { parts })
    }

    /// The names of the fields that it keeps.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The fields of a line that fits as a whole, as `(name, value)`.
    pub(super) fn fit<'l>(&self, line: &'l str) -> Option<Vec<(&str, &'l str)>> {
        let mut fields = Vec::new();
        let mut rest = line;
        let mut waiting: Option<&Part> = None;
        let last = self.parts.len().checked_sub(1)?;
        for (index, part) in self.parts.iter().enumerate() {
            let Part::Literal(literal) = part else {
                waiting = Some(part);
                continue;
            };
            let (before, behind) = match waiting {
                None => ("", rest.strip_prefix(literal.as_str())?),
                Some(_) if index == last => (rest.strip_suffix(literal.as_str())?, ""),
                Some(_) => rest.split_once(literal.as_str())?,
            };
            if let Some(Part::Field(name)) = waiting {
                fields.push((name.as_str(), before.trim()));
            }
            waiting = None;
            rest = behind;
        }
        match waiting {
            Some(Part::Field(name)) => fields.push((name.as_str(), rest.trim())),
            Some(_) => {}
            None if rest.is_empty() => {}
            None => return None,
        }
        Some(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_line_must_fit() {
        let pattern = Pattern::parse("begins", "Success - * [wIndex = {number}]").unwrap();
        let fits = pattern.fit("Success - ○○_△△Log [wIndex = 425]").unwrap();
        assert_eq!(fits, [("number", "425")]);
        assert_eq!(pattern.fit("Success - ○○_△△Log [wIndex = 425] x"), None);
        assert_eq!(pattern.fit("Date = 2022/06/21"), None);
        assert_eq!(pattern.fields().collect::<Vec<_>>(), ["number"]);
    }

    #[test]
    fn unclear_patterns_are_refused() {
        for text in ["*", "{a}{b} x", "x {a", ""] {
            assert!(Pattern::parse("begins", text).is_err(), "{text}");
        }
    }
}
