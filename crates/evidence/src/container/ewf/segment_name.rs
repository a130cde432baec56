//! How the segment files of a set are named: `.E01` to `.E99`, then `.EAA` to `.EZZ`, `.FAA` to
//! `.ZZZ`; `.s01` and `.L01` likewise. Version 2: `.Ex01` to `.Ex99`, `.ExAA` to `.ExZZ`, `.EyAA`
//! to `.EzZZ`; `.Lx01` likewise.

use super::file_header::Kind;

/// A file name, parted at its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentName<'a> {
    /// What stands before the last `.`.
    pub(super) stem: &'a str,
    /// What stands behind it.
    extension: &'a str,
}

impl<'a> SegmentName<'a> {
    /// The name as the name of a segment file; `None` when its extension cannot be one of any set.
    pub(super) fn new(name: &'a str) -> Option<Self> {
        let (stem, extension) = name.rsplit_once('.')?;
        let sound = extension.is_ascii()
            && matches!(extension.len(), 3 | 4)
            && extension.starts_with(|first: char| first.is_ascii_alphabetic());
        sound.then_some(Self { stem, extension })
    }

    /// Which segment of a set whose first segment begins with `first` (`E`, `S`, `L`) it names.
    pub(super) fn number(&self, first: u8, kind: Kind) -> Option<u32> {
        let extension = self.extension.to_ascii_uppercase();
        // What counts on behind `ZZ`: the first letter in version 1, the second in version 2.
        let (counter, tail) = match (extension.as_bytes(), kind.is_version_2()) {
            ([letter, tail @ ..], false) => (letter.checked_sub(first)?, tail),
            ([letter, second, tail @ ..], true) if *letter == first => {
                (second.checked_sub(b'X')?, tail)
            }
            _ => return None,
        };
        match *tail {
            [a, b] if a.is_ascii_digit() && b.is_ascii_digit() && counter == 0 => {
                let number = u32::from(a - b'0') * 10 + u32::from(b - b'0');
                (number > 0).then_some(number)
            }
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(
                100 + u32::from(counter) * 26 * 26 + u32::from(a - b'A') * 26 + u32::from(b - b'A'),
            ),
            _ => None,
        }
    }

    /// The letters with which the first segment of a set of that kind can begin.
    pub(super) const fn first_letters(kind: Kind) -> &'static [u8] {
        match kind {
            Kind::Image1 => b"ES",
            Kind::Image2 => b"E",
            Kind::Logical1 | Kind::Logical2 => b"L",
        }
    }

    /// The name of another segment of the same set, in the case of this one; `None` where the
    /// names end.
    pub(super) fn of_segment(&self, first: u8, kind: Kind, number: u32) -> Option<String> {
        let (counter, tail) = match number {
            0 => return None,
            1..=99 => (0, format!("{number:02}")),
            _ => {
                let letters = number.checked_sub(100)?;
                let letter = |value: u32| u8::try_from(value % 26).map(|at| char::from(b'A' + at));
                let tail = [letter(letters / 26).ok()?, letter(letters).ok()?];
                (letters / (26 * 26), tail.iter().collect())
            }
        };
        let start = if kind.is_version_2() { b'X' } else { first };
        let counting = start
            .checked_add(u8::try_from(counter).ok()?)
            .filter(u8::is_ascii_uppercase)
            .map(char::from)?;
        let begins_lower = self.extension.starts_with(|c: char| c.is_ascii_lowercase());
        let extension = match (kind.is_version_2(), begins_lower) {
            (false, false) => format!("{counting}{tail}"),
            (false, true) => format!("{counting}{tail}").to_ascii_lowercase(),
            (true, false) => format!(
                "{}{}{tail}",
                char::from(first),
                counting.to_ascii_lowercase()
            ),
            (true, true) => format!("{}{counting}{tail}", char::from(first)).to_ascii_lowercase(),
        };
        Some(format!("{}.{extension}", self.stem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_as_the_documents_say() {
        for (extension, first, kind, number) in [
            ("E01", b'E', Kind::Image1, 1),
            ("E99", b'E', Kind::Image1, 99),
            ("EAA", b'E', Kind::Image1, 100),
            ("EAZ", b'E', Kind::Image1, 125),
            ("EBA", b'E', Kind::Image1, 126),
            ("EZZ", b'E', Kind::Image1, 775),
            ("FAA", b'E', Kind::Image1, 776),
            // libewf counts 14971 names of `.E01`; its document says 14295 by another count.
            ("ZZZ", b'E', Kind::Image1, 14971),
            ("s01", b'S', Kind::Image1, 1),
            ("saa", b'S', Kind::Image1, 100),
            ("L02", b'L', Kind::Logical1, 2),
            ("Ex01", b'E', Kind::Image2, 1),
            ("ExAA", b'E', Kind::Image2, 100),
            ("EyAA", b'E', Kind::Image2, 776),
            ("EzZZ", b'E', Kind::Image2, 2127),
            ("Lx03", b'L', Kind::Logical2, 3),
        ] {
            let name = format!("a.b.{extension}");
            let parsed = SegmentName::new(&name).unwrap();
            assert_eq!(parsed.stem, "a.b");
            assert_eq!(parsed.number(first, kind), Some(number), "{extension}");
            assert_eq!(parsed.of_segment(first, kind, number), Some(name.clone()));
        }
        let lower = SegmentName::new("x.ex01").unwrap();
        assert_eq!(lower.number(b'E', Kind::Image2), Some(1));
        assert_eq!(lower.of_segment(b'E', Kind::Image2, 100).unwrap(), "x.exaa");
    }

    #[test]
    fn other_names_name_no_segment() {
        for name in ["E01", "x", "x.dd", "x.E1", "x.E001", "x.é01", "x.01E"] {
            let number = SegmentName::new(name).and_then(|name| name.number(b'E', Kind::Image1));
            assert_eq!(number, None, "{name}");
        }
        for name in ["x.E00", "x.F01", "x.D01", "x.E0A", "x.Ex01"] {
            let name = SegmentName::new(name).unwrap();
            assert_eq!(name.number(b'E', Kind::Image1), None, "{name:?}");
        }
        let last = SegmentName::new("x.ZZZ").unwrap();
        assert_eq!(last.of_segment(b'E', Kind::Image1, 14_972), None);
        assert_eq!(last.of_segment(b'E', Kind::Image1, u32::MAX), None);
    }
}
