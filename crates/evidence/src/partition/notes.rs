//! What a person should know, in bounded number.

/// The most notes; hostile tables could make thousands.
const MOST: usize = 50;

#[derive(Default)]
pub(super) struct Notes {
    notes: Vec<String>,
    more: usize,
}

impl Notes {
    pub(super) fn add(&mut self, note: impl Into<String>) {
        if self.notes.len() < MOST {
            self.notes.push(note.into());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(super) fn into_vec(mut self) -> Vec<String> {
        if self.more > 0 {
            self.notes.push(format!("{} more notes", self.more));
        }
        self.notes
    }
}
