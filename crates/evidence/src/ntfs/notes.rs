//! What a person should know about a volume, collected while it is read.

use std::sync::{Mutex, PoisonError};

/// The most notes that are kept; the last says that there were more.
const MOST: usize = 50;

/// Notes, each once, bounded in number, from many threads.
#[derive(Default)]
pub(super) struct Notes(Mutex<Vec<String>>);

impl Notes {
    /// Adds a note, unless it stands there already.
    pub(super) fn add(&self, text: impl Into<String>) {
        let text = text.into();
        // A thread that panicked left whole notes behind.
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.contains(&text) {
            return;
        }
        match notes.len() {
            0..MOST => notes.push(text),
            MOST => notes.push("more is damaged; the rest is not listed".to_owned()),
            _ => {}
        }
    }

    /// The notes so far, in the order of their text, whatever thread was first.
    pub(super) fn list(&self) -> Vec<String> {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut list = notes.clone();
        let end = list.len().min(MOST);
        if let Some(first) = list.get_mut(..end) {
            first.sort_unstable();
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_bounded_and_stand_once() {
        let notes = Notes::default();
        for number in (0..80).rev() {
            notes.add(format!("{number:02}"));
            notes.add(format!("{number:02}"));
        }
        let list = notes.list();
        assert_eq!(list.len(), 51);
        assert!(list[50].starts_with("more"));
        assert!(list[..50].is_sorted());
    }
}
