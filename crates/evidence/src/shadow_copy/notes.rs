//! Notes for people, bounded in number.

/// The most notes that are kept; the others are counted.
const MOST: usize = 50;

/// Sentences for people, at most [`MOST`] and the number of the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    kept: Vec<String>,
    more: usize,
}

impl Notes {
    pub(super) fn add(&mut self, note: impl Into<String>) {
        if self.kept.len() < MOST {
            self.kept.push(note.into());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(super) fn into_sentences(mut self) -> Vec<String> {
        if self.more > 0 {
            self.kept.push(format!("and {} more", self.more));
        }
        self.kept
    }

    pub(super) fn sentences(&self) -> Vec<String> {
        self.clone().into_sentences()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_counted() {
        let mut notes = Notes::default();
        (0..MOST).for_each(|number| notes.add(number.to_string()));
        assert_eq!(notes.sentences().len(), MOST);
        notes.add("one");
        notes.add("two");
        assert_eq!(notes.sentences().len(), MOST + 1);
        assert_eq!(notes.into_sentences().last().unwrap(), "and 2 more");
    }
}
