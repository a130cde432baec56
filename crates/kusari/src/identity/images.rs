//! Images of devices, and the devices that machines know.
//!
//! An image of a stick holds its medium, not the serial number that its electronics report by USB.
//! Where the case file does not say which stick it is of, the names on the medium tell it: the
//! disk's signature or GUID, its partitions, the serial numbers of its volumes. They are copied
//! with the medium, so they name one device only as long as one device has them; where several
//! have them, none is chosen, and the clash stands among the findings.

use std::collections::{BTreeMap, BTreeSet};

use kusari_artifacts::Locator;

use super::join::{Identities, Statements};
use super::{DeviceIndex, IdentifierKind, ScopedIdentifier};
use crate::event::SourceIndex;

/// Why an image and a device are one.
pub(super) const WHY: &str = "the names on the image's medium are those of this device only";

/// An image that was found to be of a device.
pub(super) struct ImageLink {
    /// The image's label.
    pub(super) image: ScopedIdentifier,
    /// A name of the device.
    pub(super) device: ScopedIdentifier,
    /// The image.
    pub(super) source: SourceIndex,
    /// Where on the image the name stands that tells it.
    pub(super) locator: Locator,
}

/// Names that stand on a medium and hardly stand on another one that is not its copy.
const fn tells_medium(kind: IdentifierKind) -> bool {
    matches!(
        kind,
        IdentifierKind::DiskSignature
            | IdentifierKind::GptDiskId
            | IdentifierKind::Partition
            | IdentifierKind::VolumeSerial
            | IdentifierKind::VolumeSerial64
    )
}

/// The names that one image states of its medium.
#[derive(Default)]
struct OnMedium {
    label: Option<ScopedIdentifier>,
    names: Vec<(ScopedIdentifier, Locator)>,
}

/// The links that the devices as joined so far allow.
pub(super) fn links(statements: &Statements, identities: &Identities) -> Vec<ImageLink> {
    let mut images: BTreeMap<SourceIndex, OnMedium> = BTreeMap::new();
    for (machine, source, claim) in &statements.claims {
        if machine.is_some() {
            continue;
        }
        let image = images.entry(*source).or_default();
        for name in [&claim.a, &claim.b] {
            let scoped = ScopedIdentifier::of(name.clone(), None);
            if name.kind == IdentifierKind::DeviceLabel {
                image.label = Some(scoped);
            } else if tells_medium(name.kind) && !super::scoped::means_nothing(name) {
                image.names.push((scoped, claim.locator.clone()));
            }
        }
    }
    images
        .into_iter()
        .filter_map(|(source, image)| link(source, image, identities))
        .collect()
}

fn link(source: SourceIndex, image: OnMedium, identities: &Identities) -> Option<ImageLink> {
    let label = image.label?;
    let devices_of = |name: &ScopedIdentifier| identities.devices_of.get(name);
    let own: BTreeSet<DeviceIndex> = devices_of(&label).cloned().unwrap_or_default();
    let is_known = own
        .iter()
        .any(|index| own_name(identities, *index).is_some());
    if is_known {
        // The case file or a login log says already which device it is.
        return None;
    }
    let mut others: BTreeMap<DeviceIndex, Locator> = BTreeMap::new();
    for (name, locator) in &image.names {
        for index in devices_of(name).into_iter().flatten() {
            if !own.contains(index) {
                others.entry(*index).or_insert_with(|| locator.clone());
            }
        }
    }
    let (only, locator) = others.pop_first().filter(|_| others.is_empty())?;
    Some(ImageLink {
        image: label,
        device: own_name(identities, only)?,
        source,
        locator,
    })
}

/// A name of the device that is no label: the first in their order.
fn own_name(identities: &Identities, index: DeviceIndex) -> Option<ScopedIdentifier> {
    let device = identities.devices.get(usize::try_from(index).ok()?)?;
    device
        .identities
        .iter()
        .flat_map(|line| [&line.identifier, &line.with])
        .filter(|name| {
            name.identifier.kind.names_device()
                && name.identifier.kind != IdentifierKind::DeviceLabel
        })
        .min()
        .cloned()
}

#[cfg(test)]
mod tests;
