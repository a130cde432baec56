//! What can be wrong with a profile.

use super::nearest::nearest;

/// A profile that can't be used, with the key at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// It is no TOML.
    #[error("the profile is no TOML: {0}")]
    Syntax(String),
    /// A key that profiles don't have.
    #[error("the profile has a key `{key}` that is not known{}", known(nearest.as_ref()))]
    UnknownKey {
        /// The key with the tables that it stands in: `fields.compter`.
        key: String,
        /// The known key that was probably meant, in the same table.
        nearest: Option<String>,
    },
    /// A key that must be there.
    #[error("the profile lacks the key `{key}`: {why}")]
    Missing {
        /// The key with its tables.
        key: String,
        /// What it is needed for.
        why: String,
    },
    /// A value that the key can't have.
    #[error("the profile's key `{key}` is `{value}`: {reason}")]
    Value {
        /// The key with its tables.
        key: String,
        /// The value as written.
        value: String,
        /// Why it can't be used, and what could.
        reason: String,
    },
}

fn known(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |key| format!("; did you mean `{key}`?"))
}

impl ProfileError {
    pub(super) fn value(key: &str, value: impl ToString, reason: impl Into<String>) -> Self {
        Self::Value {
            key: key.to_owned(),
            value: value.to_string(),
            reason: reason.into(),
        }
    }

    pub(super) fn missing(key: &str, why: &str) -> Self {
        Self::Missing {
            key: key.to_owned(),
            why: why.to_owned(),
        }
    }

    pub(super) fn unknown(table: &str, key: &str, candidates: &[&str]) -> Self {
        Self::UnknownKey {
            key: join(table, key),
            nearest: nearest(key, candidates).map(str::to_owned),
        }
    }
}

/// A key with the table that it stands in.
pub(super) fn join(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.to_owned()
    } else {
        format!("{table}.{key}")
    }
}
