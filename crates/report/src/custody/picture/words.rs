//! Spans of time as the picture writes them.

use kusari_evidence::time::TICKS_PER_SECOND;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long a span of 100 ns is, in its two largest units, rounded down: `2d18h`, `7h45m`, `4m`.
/// Only for orientation; the exact times stand beside it.
pub(super) fn about(ticks: i64) -> String {
    let seconds = ticks.max(0) / TICKS_PER_SECOND;
    let (days, hours) = (seconds / DAY, seconds % DAY / HOUR);
    let minutes = seconds % HOUR / MINUTE;
    match seconds {
        ..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{minutes}m"),
        HOUR..DAY => format!("{hours}h{minutes:02}m"),
        _ if days < 1000 => format!("{days}d{hours:02}h"),
        _ => format!("{days}d"),
    }
}

/// A correction in seconds, exact and with its sign: `+4m00s`, `-1h02m03s`, `0s`.
pub(super) fn correction(seconds: i64) -> String {
    let size = seconds.saturating_abs();
    let (days, hours) = (size / DAY, size % DAY / HOUR);
    let (minutes, rest) = (size % HOUR / MINUTE, size % MINUTE);
    let text = match size {
        ..MINUTE => format!("{rest}s"),
        MINUTE..HOUR => format!("{minutes}m{rest:02}s"),
        HOUR..DAY => format!("{hours}h{minutes:02}m{rest:02}s"),
        _ => format!("{days}d{hours:02}h{minutes:02}m{rest:02}s"),
    };
    match seconds {
        0 => text,
        1.. => format!("+{text}"),
        _ => format!("-{text}"),
    }
}

/// Whole seconds of a lower bound in 100 ns: rounded down, so that nothing is shut out.
pub(super) fn seconds_down(ticks: i64) -> i64 {
    ticks.div_euclid(TICKS_PER_SECOND)
}

/// Whole seconds of an upper bound in 100 ns: rounded up.
pub(super) fn seconds_up(ticks: i64) -> i64 {
    let down = seconds_down(ticks);
    if ticks.rem_euclid(TICKS_PER_SECOND) == 0 {
        down
    } else {
        down.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_corrections() {
        let spans =
            [59, 60, 3599, 3600, 86_399, 86_400, 239_400].map(|s| about(s * TICKS_PER_SECOND));
        assert_eq!(
            spans,
            ["59s", "1m", "59m", "1h00m", "23h59m", "1d00h", "2d18h"]
        );
        let corrections = [0, 59, -60, 241, -3723, 90_000].map(correction);
        assert_eq!(
            corrections,
            [
                "0s",
                "+59s",
                "-1m00s",
                "+4m01s",
                "-1h02m03s",
                "+1d01h00m00s"
            ]
        );
        assert_eq!((seconds_down(-1), seconds_up(-1)), (-1, 0));
        assert_eq!((seconds_down(1), seconds_up(1)), (0, 1));
    }
}
