//! Control sets: which of them is in use.
//!
//! Source: Microsoft Learn, "HKLM\SYSTEM\Select"; libyal winreg-kb, "Control sets".

use crate::hive_fact;
use crate::registry::{Hive, Key};

/// One control set of a SYSTEM hive.
#[derive(Debug, Clone)]
pub struct ControlSet<'h> {
    /// Its number: 1 for `ControlSet001`.
    pub number: u32,
    /// Its key.
    pub key: Key<'h>,
    /// `Select` names it as the one that was in use when the hive was last written.
    pub is_current: bool,
}

/// All control sets of the hive, the current one first, then by number.
///
/// Where `Select` is missing or names a set that is not there (a damaged hive), no set is
/// current, and they come by number.
#[must_use]
pub fn control_sets(hive: &Hive) -> Vec<ControlSet<'_>> {
    let current = hive
        .key("Select")
        .and_then(|select| hive_fact::number(&select, "Current"));
    let Some(root) = hive.root() else {
        return Vec::new();
    };
    let mut sets: Vec<ControlSet<'_>> = root
        .subkeys()
        .filter_map(|key| {
            let number = number_of(&key.name())?;
            Some(ControlSet {
                number,
                key,
                is_current: current == Some(number),
            })
        })
        .collect();
    sets.sort_by_key(|set| (!set.is_current, set.number));
    sets
}

/// The number in `ControlSet001`.
pub(super) fn number_of(name: &str) -> Option<u32> {
    const PREFIX: &str = "ControlSet";
    let head = name.get(..PREFIX.len())?;
    let digits = name.get(PREFIX.len()..)?;
    let is_number = digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit());
    (is_number && head.eq_ignore_ascii_case(PREFIX))
        .then(|| digits.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbered_sets_are_sets() {
        assert_eq!(number_of("ControlSet001"), Some(1));
        assert_eq!(number_of("controlset012"), Some(12));
        for other in [
            "ControlSet",
            "ControlSet1",
            "Clone",
            "ControlSet00x",
            "CurrentControlSet",
        ] {
            assert_eq!(number_of(other), None, "{other}");
        }
    }
}
