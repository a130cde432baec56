//! Which known word somebody meant who wrote another.

/// The known word nearest to `word`, if any is near enough to be meant.
pub(super) fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let limit = word.chars().count().max(3) / 2;
    known
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be put in, taken out or changed to get from one word to the other
/// (Levenshtein 1965).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        let above = row.iter().zip(row.iter().skip(1)).zip(&b);
        for ((&diagonal, &up), other) in above {
            let left = next.last().copied().unwrap_or(usize::MAX - 1);
            let change = diagonal + usize::from(letter != *other);
            next.push(change.min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_word_that_was_meant() {
        let known = ["computer", "user", "mac", "number"];
        assert_eq!(nearest("compter", &known), Some("computer"));
        assert_eq!(nearest("usr", &known), Some("user"));
        assert_eq!(nearest("password", &known), None);
    }
}
