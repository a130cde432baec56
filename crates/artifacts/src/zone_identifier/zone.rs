//! The zones of Windows.

use std::fmt;

/// A zone of `URLZONE`, by its number. Source: Microsoft Learn, `URLZONE` enumeration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone(pub i32);

impl Zone {
    /// The word in every output, for zones that Windows itself knows.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self.0 {
            0 => Some("local-machine"),
            1 => Some("intranet"),
            2 => Some("trusted"),
            3 => Some("internet"),
            4 => Some("untrusted"),
            _ => None,
        }
    }
}

impl fmt::Display for Zone {
    /// `3 internet`; a zone without a name is its number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        match self.name() {
            Some(name) => write!(f, " {name}"),
            None => Ok(()),
        }
    }
}
