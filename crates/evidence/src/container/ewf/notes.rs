//! What a person should know, in bounded number.

/// The most notes of one image.
const MOST: usize = 50;

/// Notes for people. Those beyond the bound are counted.
#[derive(Debug, Default)]
pub(super) struct Notes {
    notes: Vec<String>,
    more: usize,
}

impl Notes {
    /// Adds one, unless it stands there already.
    pub(super) fn add(&mut self, note: impl Into<String>) {
        let note = note.into();
        if self.notes.contains(&note) {
            return;
        }
        if self.notes.len() < MOST {
            self.notes.push(note);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Adds those of a part.
    pub(super) fn extend(&mut self, other: Self) {
        for note in other.notes {
            self.add(note);
        }
        self.more = self.more.saturating_add(other.more);
    }

    /// All of them, with a last one that says how many were left out.
    pub(super) fn into_vec(mut self) -> Vec<String> {
        if self.more > 0 {
            self.notes.push(format!("{} more notes", self.more));
        }
        self.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_bounded_and_said() {
        let mut notes = Notes::default();
        notes.add("0");
        for number in 0..60 {
            notes.add(number.to_string());
        }
        let notes = notes.into_vec();
        assert_eq!(notes.len(), MOST + 1);
        assert_eq!(notes.last().unwrap(), "10 more notes");
    }
}
