//! The volumes that hang on a device.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::graph::{Graph, Node};
use super::union::DisjointSets;
use super::{DeviceVolume, IdentifierKind, LetterUse, Property, PropertyKind, ScopedIdentifier};

/// How many names of media and volumes are followed for one device; a hive made to waste time
/// could otherwise tie everything to everything.
const MOST: usize = 10_000;

/// How far down from the disk a name stands. Claims are followed down only: a copy of a volume
/// has the same serial, and going up from it would lead to another disk and all that is on it.
const fn depth(kind: IdentifierKind) -> u8 {
    match kind {
        IdentifierKind::DiskSignature | IdentifierKind::GptDiskId => 1,
        IdentifierKind::Partition => 2,
        IdentifierKind::VolumeGuid => 3,
        IdentifierKind::VolumeSerial | IdentifierKind::VolumeSerial64 => 4,
        IdentifierKind::DriveLetter | IdentifierKind::VolumeLabel => 5,
        _ => 0,
    }
}

/// Drive letters and volume labels end the way and join nothing: other volumes get the same
/// letter, and others bear the same label.
const fn only_hangs(kind: IdentifierKind) -> bool {
    matches!(
        kind,
        IdentifierKind::DriveLetter | IdentifierKind::VolumeLabel
    )
}

/// All names of media and volumes that claims lead down to from a device's own names, in their
/// order.
pub(super) fn reach(graph: &Graph, device: &[Node]) -> Vec<Node> {
    let mut seen: BTreeSet<Node> = BTreeSet::new();
    let mut open: Vec<Node> = device.to_vec();
    let kind = |node: Node| graph.name(node).map(|name| name.identifier.kind);
    while let Some(node) = open.pop() {
        let Some(from) = kind(node) else { continue };
        for next in graph.media_beside(node) {
            let Some(to) = kind(next) else { continue };
            if depth(to) < depth(from) || seen.len() >= MOST || !seen.insert(next) {
                continue;
            }
            if !only_hangs(to) {
                open.push(next);
            }
        }
    }
    let mut reached: Vec<Node> = seen.into_iter().collect();
    reached.sort_by_key(|&node| graph.name(node));
    reached
}

/// The names that belong to one volume.
#[derive(Default)]
struct Names {
    volume: DeviceVolume,
    serials: BTreeSet<String>,
    serials64: BTreeSet<String>,
    labels: BTreeSet<String>,
    file_systems: BTreeSet<String>,
}

impl Names {
    /// The volume; where several values stand for one (it was formatted again), none is chosen:
    /// each is a volume of which no more is known.
    fn into_volumes(self) -> Vec<DeviceVolume> {
        let Self {
            mut volume,
            serials,
            serials64,
            labels,
            file_systems,
        } = self;
        let mut apart = Vec::new();
        volume.serial = only(serials, &mut apart, |v, value| v.serial = Some(value));
        volume.serial64 = only(serials64, &mut apart, |v, value| v.serial64 = Some(value));
        volume.label = only(labels, &mut apart, |v, value| v.label = Some(value));
        if file_systems.len() == 1 {
            volume.file_system = file_systems.into_iter().next();
        }
        if volume != DeviceVolume::default() {
            apart.insert(0, volume);
        }
        apart
    }
}

/// The value when there is one; several are put apart.
fn only(
    values: BTreeSet<String>,
    apart: &mut Vec<DeviceVolume>,
    set: impl Fn(&mut DeviceVolume, String),
) -> Option<String> {
    if values.len() == 1 {
        return values.into_iter().next();
    }
    for value in values {
        let mut volume = DeviceVolume::default();
        set(&mut volume, value);
        apart.push(volume);
    }
    None
}

/// Puts the names that were reached together to volumes.
pub(super) fn describe(
    graph: &Graph,
    reached: &[Node],
    properties: &HashMap<Node, Vec<&Property>>,
) -> Vec<DeviceVolume> {
    // The disk as a whole is none of its volumes and would make one of all of them.
    let own: Vec<(Node, &ScopedIdentifier)> = reached
        .iter()
        .filter_map(|&node| Some((node, graph.name(node)?)))
        .filter(|(_, name)| depth(name.identifier.kind) > 1)
        .collect();
    let (hanging, own): (Vec<_>, Vec<_>) = own
        .into_iter()
        .partition(|(_, name)| only_hangs(name.identifier.kind));
    let place: HashMap<Node, usize> = own
        .iter()
        .enumerate()
        .map(|(place, (node, _))| (*node, place))
        .collect();
    let beside = |node: Node| {
        graph
            .media_beside(node)
            .filter_map(|next| place.get(&next).copied())
    };
    let mut sets = DisjointSets::with_nodes(own.len());
    for (at, (node, _)) in own.iter().enumerate() {
        for other in beside(*node) {
            sets.join(at, other);
        }
    }
    let mut volumes: BTreeMap<usize, Names> = BTreeMap::new();
    for (at, (node, name)) in own.iter().enumerate() {
        let names = volumes.entry(sets.find(at)).or_default();
        add(names, name);
        for property in properties.get(node).into_iter().flatten() {
            if property.kind == PropertyKind::FileSystem {
                names.file_systems.insert(property.value.clone());
            }
        }
    }
    let mut loose = Names::default();
    for (node, name) in hanging {
        let on: BTreeSet<usize> = beside(node).map(|at| sets.find(at)).collect();
        if on.is_empty() {
            add(&mut loose, name);
        }
        for at in on {
            add(volumes.entry(at).or_default(), name);
        }
    }
    place_loose(volumes.into_values().collect(), loose)
}

fn add(names: &mut Names, name: &ScopedIdentifier) {
    let value = name.identifier.value.clone();
    match name.identifier.kind {
        IdentifierKind::VolumeSerial => {
            names.serials.insert(value);
        }
        IdentifierKind::VolumeSerial64 => {
            names.serials64.insert(value);
        }
        IdentifierKind::VolumeLabel => {
            names.labels.insert(value);
        }
        IdentifierKind::VolumeGuid => {
            let guid = name.machine.map(|machine| (machine, value));
            names.volume.guids.extend(guid);
        }
        IdentifierKind::DriveLetter => {
            let stated = |machine| LetterUse {
                machine,
                letter: value,
                at: None,
                inferred_from: vec![],
            };
            names.volume.letters.extend(name.machine.map(stated));
        }
        IdentifierKind::Partition => names.volume.partitions.push(value),
        _ => {}
    }
}

/// Letters and labels that records tie to the device only: they belong to its volume when it has
/// one, and to a volume of which nothing else is known when it has several.
fn place_loose(mut volumes: Vec<Names>, loose: Names) -> Vec<DeviceVolume> {
    match volumes.as_mut_slice() {
        [only] => {
            only.volume.letters.extend(loose.volume.letters);
            only.volume.letters.sort();
            only.volume.letters.dedup();
            if only.labels.is_empty() {
                only.labels = loose.labels;
            }
        }
        _ => volumes.push(loose),
    }
    volumes.into_iter().flat_map(Names::into_volumes).collect()
}
