//! What a person should know about a volume, gathered while it is read.

use std::sync::{Mutex, PoisonError};

/// The most notes that are kept; one more says that there were more.
const MOST_NOTES: usize = 50;

/// Notes of a volume; each text stands there once, however often it is come upon.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Vec<String>>);

impl Notes {
    /// Adds a note.
    pub(crate) fn add(&self, text: String) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.contains(&text) {
            return;
        }
        match notes.len() {
            0..MOST_NOTES => notes.push(text),
            MOST_NOTES => notes.push("more was found; the rest is not listed".to_owned()),
            _ => {}
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_note_stands_once_and_their_number_is_bounded() {
        let notes = Notes::default();
        for round in 0..2 {
            for number in 0..60 {
                notes.add(format!("note {number}"));
            }
            assert_eq!(notes.all().len(), MOST_NOTES + 1, "round {round}");
        }
    }
}
