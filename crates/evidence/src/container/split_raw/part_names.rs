//! Names of the parts of a split file: a stem, and an ending that counts.

/// A name that counts: `disk.002`, `disk.dd.ab`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartName {
    stem: String,
    counting: Counting,
    /// What the ending counts to.
    pub(super) number: u64,
}

/// How an ending counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// With digits, at least that many.
    Digits(usize),
    /// With that many letters, from `aa` on.
    Letters(usize),
}

impl PartName {
    /// The parts of the name, when it ends like the part of a split file: in two to six digits, or
    /// in two or three letters, behind a dot.
    pub(super) fn of(name: &str) -> Option<Self> {
        let (stem, ending) = name.rsplit_once('.')?;
        if stem.is_empty() {
            return None;
        }
        let stem = stem.to_lowercase();
        if (2..=6).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_digit()) {
            // More digits than the first part had come with numbers that need them.
            let padded = ending.starts_with('0');
            let width = if padded { ending.len() } else { 0 };
            return Some(Self {
                stem,
                counting: Counting::Digits(width),
                number: ending.parse().ok()?,
            });
        }
        if (2..=3).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            let number = ending.to_ascii_lowercase().bytes().fold(0, |sum, letter| {
                sum * 26 + u64::from(letter.saturating_sub(b'a'))
            });
            return Some(Self {
                stem,
                counting: Counting::Letters(ending.len()),
                number,
            });
        }
        None
    }

    /// Whether `other` can be a part of the same file.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        let counting = match (self.counting, other.counting) {
            (Counting::Digits(one), Counting::Digits(two)) => {
                // A number without a leading zero fits every width that is not wider than it.
                let fits = |width: usize, free: &Self| width <= free.number.to_string().len();
                match (one, two) {
                    (0, 0) => true,
                    (0, width) => fits(width, self),
                    (width, 0) => fits(width, other),
                    (one, two) => one == two,
                }
            }
            (one, two) => one == two,
        };
        counting && self.stem == other.stem
    }

    pub(super) const fn counting(&self) -> Counting {
        self.counting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(names: &[&str]) -> Vec<Option<u64>> {
        names
            .iter()
            .map(|name| PartName::of(name).map(|name| name.number))
            .collect()
    }

    #[test]
    fn endings_count() {
        assert_eq!(
            numbers(&["d.001", "d.dd.00", "d.1000", "d.aa", "d.raw.AB", "d.aba"]),
            [Some(1), Some(0), Some(1000), Some(0), Some(1), Some(26)]
        );
        assert_eq!(
            numbers(&["d", "d.1", ".001", "d.0a", "d.1234567", "d.json"]),
            [None; 6]
        );
    }

    #[test]
    fn parts_of_one_file_go_together() {
        let goes = |one: &str, two: &str| {
            PartName::of(one)
                .unwrap()
                .goes_with(&PartName::of(two).unwrap())
        };
        for (one, two) in [
            ("d.001", "D.002"),
            ("d.001", "d.123"),
            ("d.999", "d.1000"),
            ("d.001", "d.1000"),
            ("d.aa", "d.ba"),
        ] {
            assert!(goes(one, two) && goes(two, one), "{one} {two}");
        }
        for (one, two) in [
            ("d.001", "e.002"),
            ("d.001", "d.02"),
            ("d.0001", "d.002"),
            ("d.001", "d.10"),
            ("d.aa", "d.aab"),
            ("d.01", "d.ab"),
        ] {
            assert!(!goes(one, two) && !goes(two, one), "{one} {two}");
        }
    }
}
