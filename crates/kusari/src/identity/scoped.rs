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
