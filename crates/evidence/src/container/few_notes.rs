//! Notes in bounded number.

/// At most 50 of the notes, and how many more there would be.
pub(super) fn few(mut notes: Vec<String>) -> Vec<String> {
    const MOST: usize = 50;
    let more = notes.len().saturating_sub(MOST);
    if more > 0 {
        notes.truncate(MOST);
        notes.push(format!("{more} more notes are left out"));
    }
    notes
}
