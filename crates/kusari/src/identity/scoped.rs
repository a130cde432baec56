//! Names with the machine within which they mean something.

use super::{Identifier, IdentifierKind};
use crate::event::MachineIndex;

/// An identifier and how far it reaches: everywhere, or on one machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopedIdentifier {
    /// The name.
    pub identifier: Identifier,
    /// The machine that made it, or `None` when it means the same everywhere.
    pub machine: Option<MachineIndex>,
}

impl ScopedIdentifier {
    /// The identifier as `machine` uses it.
    #[must_use]
    pub fn new(identifier: Identifier, machine: MachineIndex) -> Self {
        let machine = (!identifier.kind.is_global()).then_some(machine);
        Self {
            identifier,
            machine,
        }
    }

    /// The identifier as `machine` uses it, or as it stands outside all machines.
    pub(super) fn of(identifier: Identifier, machine: Option<MachineIndex>) -> Self {
        match machine {
            Some(machine) => Self::new(identifier, machine),
            None => Self {
                identifier,
                machine: None,
            },
        }
    }
}

/// Whether the value says nothing: the container of everything inside the machine, the signature
/// of an empty master boot record, and the like.
pub(super) fn means_nothing(identifier: &Identifier) -> bool {
    let value = identifier.value.trim();
    match identifier.kind {
        // Devices that Windows takes for parts of the machine itself all share this container
        // (Microsoft, "How Container IDs are Generated").
        IdentifierKind::ContainerId => {
            value == "{00000000-0000-0000-FFFF-FFFFFFFFFFFF}" || is_zero(value)
        }
        // What people or Windows call it; `0` is a name like any other.
        IdentifierKind::DriveLetter
        | IdentifierKind::InstanceId
        | IdentifierKind::DeviceLabel
        | IdentifierKind::VolumeLabel => value.is_empty(),
        IdentifierKind::Partition => value.starts_with("00000000@") || is_zero(value),
        _ => is_zero(value),
    }
}

/// Only zeros, braces and dashes; also the empty text.
fn is_zero(value: &str) -> bool {
    value.chars().all(|c| matches!(c, '0' | '{' | '}' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_name_nothing_but_a_label_may_be_zero() {
        assert!(means_nothing(&Identifier::disk_signature(0)));
        assert!(means_nothing(&Identifier::mbr_partition(0, 512)));
        assert!(means_nothing(&Identifier::volume_serial_64(0)));
        assert!(means_nothing(&Identifier::usb_serial("")));
        assert!(!means_nothing(&Identifier::mbr_partition(1, 0)));
        assert!(!means_nothing(&Identifier::usb_serial("0001")));
        let label = |text| Identifier::new(IdentifierKind::VolumeLabel, text);
        assert!(!means_nothing(&label("0")));
        assert!(means_nothing(&label(" ")));
    }

    #[test]
    fn what_one_windows_makes_keeps_its_machine() {
        let scope = |name| ScopedIdentifier::new(name, 4).machine;
        assert_eq!(scope(Identifier::drive_letter('E')), Some(4));
        assert_eq!(scope(Identifier::instance("USB\\A\\B")), Some(4));
        assert_eq!(scope(Identifier::usb_serial("A")), None);
        assert_eq!(scope(Identifier::disk_signature(1)), None);
    }
}
