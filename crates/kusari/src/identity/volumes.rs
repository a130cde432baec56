//! The volumes that hang on a device.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::graph::{Graph, Node};
use super::union::DisjointSets;
use super::{DeviceVolume, IdentifierKind, LetterUse, Property, PropertyKind};

/// How many names of media and volumes are followed for one device; a hive made to waste time
/// could otherwise tie everything to everything.
const MOST: usize = 10_000;

/// All names of media and volumes that claims lead to from a device's own names.
///
/// Drive letters and volume labels end the way: other volumes get the same letter, and other
/// sticks bear the same label.
pub(super) fn reach(graph: &Graph, device: &[Node]) -> Vec<Node> {
    let mut seen: BTreeSet<Node> = BTreeSet::new();
    let mut open: Vec<Node> = device.to_vec();
    while let Some(node) = open.pop() {
        for next in graph.neighbours(node) {
            let Some(name) = graph.name(next) else {
                continue;
            };
            let kind = name.identifier.kind;
            if kind.names_device() || seen.len() >= MOST || !seen.insert(next) {
                continue;
            }
            if !matches!(
                kind,
                IdentifierKind::DriveLetter | IdentifierKind::VolumeLabel
            ) {
                open.push(next);
            }
        }
    }
    seen.into_iter().collect()
}

/// Puts the names that were reached together to volumes.
pub(super) fn describe(
    graph: &Graph,
    reached: &[Node],
    properties: &HashMap<Node, Vec<&Property>>,
) -> Vec<DeviceVolume> {
    let kind = |node: Node| graph.name(node).map(|name| name.identifier.kind);
    // The disk as a whole is none of its volumes and would make one of all of them.
    let own: BTreeSet<Node> = reached
        .iter()
        .copied()
        .filter(|&node| {
            !matches!(
                kind(node),
                Some(IdentifierKind::DiskSignature | IdentifierKind::GptDiskId)
            )
        })
        .collect();
    let mut sets = DisjointSets::with_nodes(graph.nodes.len());
    for edge in &graph.edges {
        if own.contains(&edge.a) && own.contains(&edge.b) {
            sets.join(edge.a, edge.b);
        }
    }
    let mut volumes: BTreeMap<Node, DeviceVolume> = BTreeMap::new();
    let mut loose = DeviceVolume::default();
    for &node in &own {
        let Some(name) = graph.name(node) else {
            continue;
        };
        let alone =
            sets.find(node) == node && !own.iter().any(|&o| o != node && sets.find(o) == node);
        let only_hangs = matches!(
            kind(node),
            Some(IdentifierKind::DriveLetter | IdentifierKind::VolumeLabel)
        );
        let volume = if alone && only_hangs {
            &mut loose
        } else {
            volumes.entry(sets.find(node)).or_default()
        };
        let value = name.identifier.value.clone();
        match name.identifier.kind {
            IdentifierKind::VolumeSerial => volume.serial = Some(value),
            IdentifierKind::VolumeSerial64 => volume.serial64 = Some(value),
            IdentifierKind::VolumeLabel => volume.label = Some(value),
            IdentifierKind::VolumeGuid => {
                volume
                    .guids
                    .extend(name.machine.map(|machine| (machine, value)));
            }
            IdentifierKind::DriveLetter => {
                let stated = |machine| LetterUse {
                    machine,
                    letter: value,
                    at: None,
                    inferred_from: vec![],
                };
                volume.letters.extend(name.machine.map(stated));
            }
            IdentifierKind::Partition => volume.partitions.push(value),
            _ => {}
        }
        for property in properties.get(&node).into_iter().flatten() {
            if property.kind == PropertyKind::FileSystem {
                volume.file_system = Some(property.value.clone());
            }
        }
    }
    place_loose(volumes.into_values().collect(), loose)
}

/// Letters and labels that records tie to the device only: they belong to its volume when it has
/// one, and to a volume of which nothing else is known when it has several.
fn place_loose(mut volumes: Vec<DeviceVolume>, loose: DeviceVolume) -> Vec<DeviceVolume> {
    if loose == DeviceVolume::default() {
        return volumes;
    }
    match volumes.as_mut_slice() {
        [only] => {
            only.letters.extend(loose.letters);
            only.letters.sort();
            only.letters.dedup();
            only.label = only.label.take().or(loose.label);
        }
        _ => volumes.push(loose),
    }
    volumes
}
