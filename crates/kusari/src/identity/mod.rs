//! From names to things: claims of single records joined into physical devices and volumes.

mod claim;
mod device;
mod graph;
mod identifier;
mod images;
mod join;
mod scoped;
mod union;
mod volumes;

pub use claim::{Claim, Property, PropertyKind};
pub use device::{Clash, ClashKind, Device, DeviceIndex, DeviceVolume, IdentityLine, LetterUse};
pub use identifier::{Identifier, IdentifierKind};
pub use join::{Attribution, Identities, Statements, join};
pub use scoped::ScopedIdentifier;
