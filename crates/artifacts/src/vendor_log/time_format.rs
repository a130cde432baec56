//! Times as makers write them, read by a format with the usual letters: `%Y` (four digits), `%y`
//! (two digits, 2000 to 2099), `%m`, `%d`, `%H`, `%I` with `%p` (AM, PM, 午前, 午後), `%M`, `%S`,
//! `%f` (one to seven decimals of a second), `%%`. A space stands for one or more spaces.

use kusari_evidence::time::Timestamp;

use super::ProfileError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimeFormat {
    items: Vec<Item>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Literal(char),
    Spaces,
    Letter(char),
}

/// The letters of a format; each may stand in it once.
const LETTERS: [char; 10] = ['Y', 'y', 'm', 'd', 'H', 'I', 'p', 'M', 'S', 'f'];

impl TimeFormat {
    pub(super) fn parse(key: &str, text: &str) -> Result<Self, ProfileError> {
        let bad = |reason: String| ProfileError::value(key, text, reason);
        let mut items = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            items.push(match letter {
                '%' => match letters.next() {
                    Some('%') => Item::Literal('%'),
                    Some(letter) if LETTERS.contains(&letter) => Item::Letter(letter),
                    Some(letter) => return Err(bad(format!("`%{letter}` is not known"))),
                    None => return Err(bad("ends with a single `%`".into())),
                },
                ' ' => Item::Spaces,
                letter => Item::Literal(letter),
            });
        }
        let count = |letter| {
            items
                .iter()
                .filter(|item| **item == Item::Letter(letter))
                .count()
        };
        if let Some(twice) = LETTERS.into_iter().find(|letter| count(*letter) > 1) {
            return Err(bad(format!("`%{twice}` stands in it twice")));
        }
        let year = count('Y') + count('y');
        let clock = (count('H'), count('I'), count('p'));
        if year != 1 || count('m') != 1 || count('d') != 1 || count('M') != 1 || count('S') != 1 {
            return Err(bad("needs one each of %Y (or %y), %m, %d, %M and %S".into()));
        }
        if clock != (1, 0, 0) && clock != (0, 1, 1) {
            return Err(bad("needs either %H, or %I together with %p".into()));
        }
        Ok(Self { items })
    }

    /// The local time and how many decimals it has. The whole text must fit.
    pub(super) fn read(&self, text: &str) -> Option<(Timestamp, u8)> {
        let mut rest = text.trim();
        let (mut year, mut month, mut day) = (0_i32, 0_u32, 0_u32);
        let (mut hour, mut minute, mut second) = (0_u32, 0_u32, 0_u32);
        let (mut ticks, mut decimals) = (0_u32, 0_u8);
        let (mut twelve, mut afternoon) = (false, false);
        let mut items = self.items.iter().peekable();
        while let Some(item) = items.next() {
            // Without a separator behind it a number must have all its digits.
            let tight = matches!(items.peek(), Some(Item::Letter(letter)) if *letter != 'p');
            let two = if tight { 2..=2 } else { 1..=2 };
            match item {
                Item::Literal(letter) => rest = rest.strip_prefix(*letter)?,
                Item::Spaces => {
                    let trimmed = rest.trim_start();
                    if trimmed.len() == rest.len() {
                        return None;
                    }
                    rest = trimmed;
                }
                Item::Letter('Y') => year = i32::try_from(digits(&mut rest, 4..=4)?.0).ok()?,
                Item::Letter('y') => {
                    year = 2000 + i32::try_from(digits(&mut rest, 2..=2)?.0).ok()?;
                }
                Item::Letter('m') => month = digits(&mut rest, two)?.0,
                Item::Letter('d') => day = digits(&mut rest, two)?.0,
                Item::Letter('H') => hour = digits(&mut rest, two)?.0,
                Item::Letter('I') => {
                    hour = digits(&mut rest, two)?.0;
                    twelve = true;
                }
                Item::Letter('M') => minute = digits(&mut rest, two)?.0,
                Item::Letter('S') => second = digits(&mut rest, two)?.0,
                Item::Letter('f') => {
                    let (value, count) = digits(&mut rest, 1..=7)?;
                    ticks = value.checked_mul(10_u32.checked_pow(7 - u32::from(count))?)?;
                    decimals = count;
                }
                Item::Letter(_) => afternoon = half_day(&mut rest)?,
            }
        }
        if !rest.is_empty() || second > 59 {
            return None;
        }
        if twelve {
            // Japanese writing counts 午後0時 as well as 12時.
            if hour > 12 {
                return None;
            }
            hour = hour % 12 + if afternoon { 12 } else { 0 };
        }
        let wall = Timestamp::from_civil((year, month, day), (hour, minute, second), ticks)?;
        Some((wall, decimals))
    }
}

/// Takes as many digits as there are within `count`. Gives the number and how many they were.
fn digits(rest: &mut &str, count: std::ops::RangeInclusive<u8>) -> Option<(u32, u8)> {
    let (mut value, mut taken) = (0_u32, 0_u8);
    while taken < *count.end()
        && let Some(digit) = rest.chars().next().and_then(|letter| letter.to_digit(10))
    {
        value = value.checked_mul(10)?.checked_add(digit)?;
        taken += 1;
        *rest = rest.get(1..)?;
    }
    count.contains(&taken).then_some((value, taken))
}

fn half_day(rest: &mut &str) -> Option<bool> {
    for (word, afternoon) in [
        ("AM", false),
        ("PM", true),
        ("am", false),
        ("pm", true),
        ("午前", false),
        ("午後", true),
    ] {
        if let Some(behind) = rest.strip_prefix(word) {
            *rest = behind;
            return Some(afternoon);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<String> {
        let format = TimeFormat::parse("time.format", format).unwrap();
        format
            .read(text)
            .map(|(wall, decimals)| wall.to_text(decimals))
    }

    #[test]
    fn usual_ways_of_writing_a_time_are_read() {
        for (format, text, expected) in [
            (
                "%Y/%m/%d %H:%M:%S",
                "2022/06/21 09:30:01",
                "2022-06-21T09:30:01",
            ),
            (
                "%Y/%m/%d %H:%M:%S",
                "2022/6/1  9:30:01",
                "2022-06-01T09:30:01",
            ),
            ("%Y%m%d%H%M%S", "20220621093001", "2022-06-21T09:30:01"),
            (
                "%y-%m-%d %p%I:%M:%S",
                "22-06-21 午後3:30:01",
                "2022-06-21T15:30:01",
            ),
            (
                "%d.%m.%Y %I:%M:%S %p",
                "21.06.2022 12:00:00 AM",
                "2022-06-21T00:00:00",
            ),
            (
                "%Y年%m月%d日 %H時%M分%S秒",
                "2022年6月21日 9時3分1秒",
                "2022-06-21T09:03:01",
            ),
            (
                "%Y-%m-%dT%H:%M:%S.%f",
                "2022-06-21T09:30:01.25",
                "2022-06-21T09:30:01.25",
            ),
        ] {
            assert_eq!(
                read(format, text).as_deref(),
                Some(expected),
                "{format} {text}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_as_a_whole_is_no_time() {
        for text in [
            "2022/06/31 09:30:01",
            "2022/06/21 09:30:60",
            "2022/06/21 09:30:01 x",
            "22/06/21 09:30:01",
            "2022/06/21",
            "２０２２/06/21 09:30:01",
            "",
        ] {
            assert_eq!(read("%Y/%m/%d %H:%M:%S", text), None, "{text}");
        }
    }

    #[test]
    fn formats_that_leave_something_out_are_refused() {
        for format in [
            "%Y/%m/%d",
            "%H:%M:%S",
            "%Y/%m/%d %I:%M:%S",
            "%Y %Y %m %d %H %M %S",
            "%q",
            "%",
        ] {
            assert!(
                TimeFormat::parse("time.format", format).is_err(),
                "{format}"
            );
        }
    }
}
