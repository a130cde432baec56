//! What a profile says about a log.

use super::layout::Layout;
use super::record::LoginAction;
use super::time_format::TimeFormat;
use super::{ProfileError, profile_toml};
use crate::text::Encoding;

/// The profiles that are compiled in, with their names.
const BUILT_IN: [(&str, &str); 2] = [
    (
        "buffalo-securelock-manager2",
        include_str!("profiles/buffalo-securelock-manager2.toml"),
    ),
    ("iodata", include_str!("profiles/iodata.toml")),
];

/// Describes one maker's log: layout, fields, times, meanings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) sources: Vec<String>,
    /// `None`: found by itself.
    pub(super) encoding: Option<Encoding>,
    pub(super) layout: Layout,
    /// Ways to read the time, of which the first whose fields are there counts.
    pub(super) times: Vec<TimeSource>,
    pub(super) zone: Zone,
    pub(super) number: Option<Field>,
    pub(super) computer: Option<Field>,
    pub(super) user: Option<Field>,
    pub(super) mac: Option<Field>,
    pub(super) action: Field,
    pub(super) note: Option<Field>,
    /// Which values mean what.
    pub(super) actions: Vec<(String, LoginAction)>,
    /// Names of fields whose values are hidden unless asked for.
    pub(super) redact: Vec<String>,
}

/// A field of the log: the names under which it can stand, and whether a record may lack it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) names: Vec<String>,
    pub(super) optional: bool,
}

/// The fields that make up the time, joined with a space, and how they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimeSource {
    pub(super) fields: Vec<String>,
    pub(super) formats: Vec<TimeFormat>,
}

/// Against what the log's times count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// The wall clock of the PC, whose zone the log doesn't know.
    PcLocal,
    /// A fixed offset from UTC in seconds, east positive.
    Offset(i32),
}

/// Whether values that the profile redacts are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Redaction {
    /// They are replaced by [`LoginRecord::REDACTED`](super::LoginRecord::REDACTED).
    #[default]
    Hide,
    /// They are handed out as they stand in the log. They can be passwords.
    Show,
}

impl Profile {
    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// When it is no TOML, has a key that is not known (the nearest known one is named), lacks a
    /// key, or has a value that can't be used.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        profile_toml::read(text)
    }

    /// The built-in profile of that name: one of [`Profile::built_in_names`].
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        // That each of them can be read is tested.
        Self::from_toml(text).ok()
    }

    /// The TOML of a built-in profile, to adapt it.
    #[must_use]
    pub fn built_in_toml(name: &str) -> Option<&'static str> {
        let (_, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(text)
    }

    /// The names of the built-in profiles.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it describes, for a person.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Where the format is documented.
    #[must_use]
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Whether some of the log's fields are redacted, so that its raw lines should not be shown
    /// without need either.
    #[must_use]
    pub fn redacts(&self) -> bool {
        !self.redact.is_empty()
    }

    /// The role fields with their names in a profile.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &Field)> {
        [
            ("number", self.number.as_ref()),
            ("computer", self.computer.as_ref()),
            ("user", self.user.as_ref()),
            ("mac", self.mac.as_ref()),
            ("action", Some(&self.action)),
            ("note", self.note.as_ref()),
        ]
        .into_iter()
        .filter_map(|(role, field)| Some((role, field?)))
    }

    /// Whether a record with fields of these names has everything that it must have.
    pub(super) fn suffices(&self, has: &dyn Fn(&str) -> bool) -> bool {
        self.fields()
            .all(|(_, field)| field.optional || field.names.iter().any(|name| has(name)))
            && self
                .times
                .iter()
                .any(|source| source.fields.iter().all(|name| has(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_can_be_read_under_its_name() {
        for name in Profile::built_in_names() {
            let profile = Profile::from_toml(Profile::built_in_toml(name).unwrap()).unwrap();
            assert_eq!(profile.name(), name);
            assert!(!profile.description().is_empty());
            assert!(!profile.sources().is_empty());
        }
        assert_eq!(Profile::built_in("unknown"), None);
    }
}
