//! `2022/06/21 17:39:03.123`, and the same without decimals in XP.

use kusari_evidence::time::{RecordedTime, Timestamp};

/// Reads a time at the start of `text`. Gives the local time and what follows it.
pub(super) fn leading(text: &[u8]) -> Option<(RecordedTime, &[u8])> {
    let (stamp, rest) = text.split_at_checked(19)?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'/',
        o1,
        o2,
        b'/',
        d1,
        d2,
        b' ',
        h1,
        h2,
        b':',
        m1,
        m2,
        b':',
        s1,
        s2,
    ] = stamp
    else {
        return None;
    };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    let date = (
        i32::try_from(year).ok()?,
        number(&[*o1, *o2])?,
        number(&[*d1, *d2])?,
    );
    let time = (
        number(&[*h1, *h2])?,
        number(&[*m1, *m2])?,
        number(&[*s1, *s2])?,
    );
    let (milliseconds, decimals, rest) = match rest {
        [b'.', a, b, c, rest @ ..] => (number(&[*a, *b, *c])?, 3, rest),
        rest => (0, 0, rest),
    };
    let wall = Timestamp::from_civil(date, time, milliseconds.checked_mul(10_000)?)?;
    Some((RecordedTime::local(wall, decimals), rest))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_as_written() {
        let (time, rest) = leading(b"2022/06/21 17:39:03.123").unwrap();
        assert_eq!(
            (time.to_string().as_str(), rest),
            ("2022-06-21T17:39:03.123", &b""[..])
        );
        let (time, rest) = leading(b"2008/11/12 10:02:03 1234.5").unwrap();
        assert_eq!(
            (time.to_string().as_str(), rest),
            ("2008-11-12T10:02:03", &b" 1234.5"[..])
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            &b"2022/06/31 00:00:00.000"[..],
            b"2022/06/21 24:00:00.000",
            b"2022/06/21 17:39:03.12x",
            b"2022-06-21 17:39:03",
            b"2022/06/21",
        ] {
            assert!(leading(text).is_none(), "{}", String::from_utf8_lossy(text));
        }
    }
}
