//! The colours and patterns of machines. A code of letters always stands beside them: a picture is
//! printed in grey, and not everybody tells colours apart.

/// Tints of the eight colours that Okabe and Ito chose to be told apart by everybody (Color
/// Universal Design, 2008), so light that dark letters can be read on them.
pub(super) const COLOURS: [&str; 8] = [
    "#f6c768", "#a9d8f5", "#92d9bf", "#f5ee9a", "#9cc1e4", "#f0aa7c", "#e7bcd7", "#d3d3d3",
];

/// The lines of a pattern, in a square of 8 by 8 pixels; machines of the same colour differ by it.
pub(super) const PATTERNS: [&str; 8] = [
    "",
    "M0 8L8 0",
    "M4 0V8",
    "M0 4H8",
    "M0 0L8 8",
    "M0 8L8 0M0 0L8 8",
    "M4 3V5M3 4H5",
    "M4 0V8M0 4H8",
];

/// The number of a look for the machine with that number.
pub(super) fn of_machine(machine: usize) -> usize {
    machine % (COLOURS.len() * PATTERNS.len())
}

/// The colour and the pattern of a look: neighbours differ in both.
pub(super) fn parts(look: usize) -> (&'static str, &'static str) {
    let colour = look % COLOURS.len();
    let pattern = (look + look / COLOURS.len()) % PATTERNS.len();
    (
        COLOURS.get(colour).copied().unwrap_or_default(),
        PATTERNS.get(pattern).copied().unwrap_or_default(),
    )
}

/// `A` to `Z`, then `AA` and so on, as the columns of a spreadsheet are counted.
pub(super) fn code(machine: usize) -> String {
    let letter = |number: usize| {
        u8::try_from(number % 26).map_or('?', |offset| char::from(b'A'.saturating_add(offset)))
    };
    let mut code = vec![letter(machine)];
    let mut rest = machine / 26;
    while rest > 0 {
        rest -= 1;
        code.push(letter(rest));
        rest /= 26;
    }
    code.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_looks_are_told_apart() {
        assert_eq!(code(0), "A");
        assert_eq!((code(25).as_str(), code(26).as_str()), ("Z", "AA"));
        assert_eq!(code(26 + 26 * 26), "AAA");
        let codes: BTreeSet<String> = (0..2000).map(code).collect();
        assert_eq!(codes.len(), 2000);
        let looks: BTreeSet<_> = (0..64).map(parts).collect();
        assert_eq!(looks.len(), 64);
    }
}
