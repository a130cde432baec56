//! What an activity is, and in what state.

use std::fmt;

/// `ActivityType`: what was recorded. Microsoft documents none of the numbers; names are those of the
/// queries named in the module's sources, and hold for the rows of the corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActivityKind(pub i64);

impl ActivityKind {
    /// An application, file or page was opened.
    pub const OPENED: Self = Self(5);
    /// An application was in use, from `StartTime` to `EndTime`.
    pub const IN_USE: Self = Self(6);
    /// The clipboard's content, where it is kept and shared between devices.
    pub const CLIPBOARD: Self = Self(10);
    /// A setting that goes from device to device.
    pub const SETTING: Self = Self(11);
    /// Something was copied or pasted.
    pub const COPY_PASTE: Self = Self(16);

    /// What it is called, where it is known.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::OPENED => Some("open"),
            Self::IN_USE => Some("in use"),
            Self::CLIPBOARD => Some("clipboard"),
            Self::SETTING => Some("setting"),
            Self::COPY_PASTE => Some("copy and paste"),
            _ => None,
        }
    }
}

impl fmt::Display for ActivityKind {
    /// `5 (open)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

/// `ActivityStatus`, or `OperationType` in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActivityStatus(pub i64);

impl ActivityStatus {
    /// It stands in the timeline.
    pub const ACTIVE: Self = Self(1);
    /// It was updated.
    pub const UPDATED: Self = Self(2);
    /// It was deleted from the timeline; the row is left.
    pub const DELETED: Self = Self(3);
    /// It is ignored.
    pub const IGNORED: Self = Self(4);
}
