//! Spans of time as people write them: `30s`, `-19m`, `1h30m`, `2d`. Exact, in 100 ns.

use kusari_evidence::time::TICKS_PER_SECOND;

/// The 100 ns intervals that `text` means, or `None` when it is no span.
pub(super) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, mut rest) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest.is_empty() {
        return None;
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let number: i64 = number.parse().ok()?;
        let unit_end = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit_end)?;
        let ticks = match unit.trim() {
            "ms" => 10_000,
            "s" => TICKS_PER_SECOND,
            "m" | "min" => TICKS_PER_SECOND * 60,
            "h" => TICKS_PER_SECOND * 3600,
            "d" => TICKS_PER_SECOND * 86_400,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(ticks)?)?;
        rest = tail;
    }
    Some(if negative { -total } else { total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_exactly() {
        let minute = 60 * TICKS_PER_SECOND;
        for (text, ticks) in [
            ("30s", Some(30 * TICKS_PER_SECOND)),
            ("-19m", Some(-19 * minute)),
            ("+4m", Some(4 * minute)),
            ("1h30m", Some(90 * minute)),
            ("0s", Some(0)),
            ("250ms", Some(2_500_000)),
            ("", None),
            ("-", None),
            ("19", None),
            ("m", None),
            ("19 fortnights", None),
            ("99999999999999999999s", None),
        ] {
            assert_eq!(parse(text), ticks, "{text}");
        }
    }
}
