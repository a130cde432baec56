//! The languages in which people read results.

use kusari::case::LocalizedText;

use crate::texts::{ENGLISH, JAPANESE, Texts};

/// A language of tables and Markdown. Machine-readable formats are the same in every language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Language {
    /// Its texts.
    #[must_use]
    pub(crate) const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }

    /// What a case file says in this language, or in the other where it says it only there.
    #[must_use]
    pub fn of(self, text: &LocalizedText) -> &str {
        match self {
            Self::English => text.en(),
            Self::Japanese => text.ja(),
        }
    }
}
