//! Texts in the languages that the case gives.

use serde::{Deserialize, Serialize};

/// A text, in one language or in two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LocalizedText {
    /// The same in every language.
    One(String),
    /// In English, Japanese, or both.
    Both {
        /// English.
        #[serde(skip_serializing_if = "Option::is_none")]
        en: Option<String>,
        /// Japanese.
        #[serde(skip_serializing_if = "Option::is_none")]
        ja: Option<String>,
    },
}

impl LocalizedText {
    /// The English text, or the Japanese where there is no English.
    #[must_use]
    pub fn en(&self) -> &str {
        match self {
            Self::One(text) => text,
            Self::Both { en, ja } => en.as_deref().or(ja.as_deref()).unwrap_or_default(),
        }
    }

    /// The Japanese text, or the English where there is no Japanese.
    #[must_use]
    pub fn ja(&self) -> &str {
        match self {
            Self::One(text) => text,
            Self::Both { en, ja } => ja.as_deref().or(en.as_deref()).unwrap_or_default(),
        }
    }
}
