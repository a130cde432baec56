//! Names of files as people ask for them: `ESB*.bak`.

use std::str::FromStr;

use kusari_evidence::ntfs::Name;

/// A name with `*` for any characters and `?` for one. Compared without case, as Windows does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(Vec<char>);

/// A text that is no pattern of a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the name of a file; expected a name without folders, with * for any characters \
     and ? for one, such as 'ESB*.bak'"
)]
pub struct NotANamePattern(String);

impl FromStr for NamePattern {
    type Err = NotANamePattern;

    fn from_str(text: &str) -> Result<Self, NotANamePattern> {
        if text.is_empty() || text.contains(['/', '\\']) {
            return Err(NotANamePattern(text.to_owned()));
        }
        Ok(Self(text.to_lowercase().chars().collect()))
    }
}

impl NamePattern {
    /// The pattern that every name fits.
    #[must_use]
    pub fn any() -> Self {
        Self(vec!['*'])
    }

    /// Whether a name of which the first letter is lost can be one that is asked for: FAT writes over
    /// it when a file is deleted.
    #[must_use]
    pub fn matches_but_first(&self, name: &str) -> bool {
        let Some(first) = self.0.first() else {
            return false;
        };
        let rest = name.chars().skip(1);
        self.matches(&std::iter::once(*first).chain(rest).collect::<String>())
    }

    /// Whether `name` is one that is asked for.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.to_lowercase().chars().collect();
        self.fits(|at| name.get(at).copied())
    }

    /// Whether a name of 16-bit units, as NTFS keeps them, is one that is asked for. Names in ASCII,
    /// which most of the millions of a journal are, cost no memory.
    #[must_use]
    pub fn matches_units(&self, units: &[u8]) -> bool {
        let (pairs, _) = units.as_chunks::<2>();
        let is_ascii = pairs.iter().all(|pair| u16::from_le_bytes(*pair) < 0x80);
        if !is_ascii {
            return self.matches(&Name::new(units).to_text());
        }
        self.fits(|at| {
            let [low, _] = pairs.get(at)?;
            Some(char::from(low.to_ascii_lowercase()))
        })
    }

    /// Whether a name fits whose characters, in lower case, stand at their places.
    fn fits(&self, name: impl Fn(usize) -> Option<char>) -> bool {
        let (mut at, mut in_name) = (0_usize, 0_usize);
        // Where the last star stands, and from where in the name it is tried next.
        let mut star: Option<(usize, usize)> = None;
        while let Some(character) = name(in_name) {
            match self.0.get(at) {
                Some('*') => {
                    star = Some((at, in_name));
                    at = at.saturating_add(1);
                }
                Some(&own) if own == '?' || own == character => {
                    at = at.saturating_add(1);
                    in_name = in_name.saturating_add(1);
                }
                _ => {
                    let Some((stands, tried)) = star else {
                        return false;
                    };
                    let next = tried.saturating_add(1);
                    star = Some((stands, next));
                    at = stands.saturating_add(1);
                    in_name = next;
                }
            }
        }
        let rest = self.0.get(at..).unwrap_or_default();
        rest.iter().all(|own| *own == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, expected) in [
            ("ESB*.bak", "esb.BAK", true),
            ("ESB*.bak", "ESBR4.bak", true),
            ("ESB*.bak", "ESB.bak.txt", false),
            ("*", "", true),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXbX", false),
            ("?SB.bak", "_SB.bak", true),
            ("?SB.bak", "SB.bak", false),
            ("個人*", "個人データ.xlsx", true),
            ("**a", "bba", true),
        ] {
            let parsed: NamePattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches(name), expected, "{pattern} {name}");
        }
        for wrong in ["", "a/b", "a\\b"] {
            assert!(wrong.parse::<NamePattern>().is_err());
        }
    }

    #[test]
    fn a_lost_first_letter_can_be_any() {
        for (pattern, name, expected) in [
            ("ESB*.bak", "_SB.bak", true),
            ("ESB*.bak", "_XB.bak", false),
            ("*.bak", "_SB.bak", true),
            ("?SB.bak", "_SB.bak", true),
            ("E", "_", true),
        ] {
            let parsed: NamePattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches_but_first(name), expected, "{pattern} {name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn units_fit_as_the_text_does(name in "[aAbB.é個\u{212A}]{0,8}", pattern in "[ab.k個*?]{1,6}") {
            let parsed: NamePattern = pattern.parse().unwrap();
            let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            proptest::prop_assert_eq!(parsed.matches_units(&units), parsed.matches(&name));
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let pattern: NamePattern = "*a".repeat(200).parse().unwrap();
        assert!(!pattern.matches(&"a".repeat(5000).replacen('a', "b", 4900)));
    }
}
