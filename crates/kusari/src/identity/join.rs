//! Joins all claims of a case into devices.
//!
//! Names of devices (serials, instance paths, containers) make one device of what they connect;
//! names of media and volumes hang on a device and never make two devices one, because media are
//! cloned, formatted and moved between readers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::graph::{Edge, Graph, Node};
use super::images::{self, ImageLink};
use super::scoped::means_nothing;
use super::union::DisjointSets;
use super::{
    Claim, Clash, ClashKind, Device, DeviceIndex, Identifier, IdentifierKind, IdentityLine,
    Property, PropertyKind, ScopedIdentifier, volumes,
};
use crate::event::{MachineIndex, SourceIndex};

/// What the sources of a case say about identity.
#[derive(Debug, Default)]
pub struct Statements {
    /// Claims, each with its machine (none for what the image of a device says of itself) and
    /// source.
    pub claims: Vec<(Option<MachineIndex>, SourceIndex, Claim)>,
    /// Properties, each with its machine and source, likewise.
    pub properties: Vec<(Option<MachineIndex>, SourceIndex, Property)>,
    /// The case file's devices: label, and serial number if it gives one.
    pub labels: Vec<(String, Option<String>)>,
}

/// The devices of a case, and how to find them by any of their names.
#[derive(Debug, Default)]
pub struct Identities {
    /// The devices: the case's own in its order, then the others by their id.
    pub devices: Vec<Device>,
    /// Statements that cannot all be meant of one thing.
    pub clashes: Vec<Clash>,
    pub(super) devices_of: HashMap<ScopedIdentifier, BTreeSet<DeviceIndex>>,
}

/// Which device a name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribution {
    /// One device.
    One(DeviceIndex),
    /// Several devices fit; none is chosen.
    Several(Vec<DeviceIndex>),
    /// No device is known by this name.
    None,
}

impl Identities {
    /// The device that `identifier` means on `machine`.
    #[must_use]
    pub fn find(&self, identifier: &Identifier, machine: MachineIndex) -> Attribution {
        let name = ScopedIdentifier::new(identifier.clone(), machine);
        match self.devices_of.get(&name) {
            None => Attribution::None,
            Some(devices) => match devices.len() {
                0 => Attribution::None,
                1 => devices
                    .first()
                    .map_or(Attribution::None, |&only| Attribution::One(only)),
                _ => Attribution::Several(devices.iter().copied().collect()),
            },
        }
    }
}

/// Joins all statements of a case into devices.
#[must_use]
pub fn join(statements: &Statements) -> Identities {
    let identities = joined(statements, &[]);
    let links = images::links(statements, &identities);
    if links.is_empty() {
        return identities;
    }
    joined(statements, &links)
}

fn joined(statements: &Statements, links: &[ImageLink]) -> Identities {
    let mut joiner = Joiner::default();
    joiner.split_shared_serials(statements);
    joiner.add_claims(statements);
    joiner.add_links(links);
    joiner.make_devices(statements);
    joiner.identities
}

#[derive(Default)]
struct Joiner {
    graph: Graph,
    identities: Identities,
    /// Serials that devices of different make report, with the makes (`VVVV:PPPP`).
    shared: BTreeMap<String, BTreeSet<String>>,
    /// The one make that a shared serial has on a machine, where it is one.
    make_on_machine: HashMap<(MachineIndex, String), BTreeSet<String>>,
    /// The makes that records give a device.
    makes: HashMap<(MachineIndex, Identifier), BTreeSet<String>>,
    /// The serial without make of each node that has one.
    split: HashMap<Node, String>,
}

impl Joiner {
    /// Cheap devices of different makes report the same serial. Such a serial is split by make
    /// (USB vendor and product number), so that it joins only what can be one device.
    fn split_shared_serials(&mut self, statements: &Statements) {
        for (machine, _, property) in &statements.properties {
            if let Some(machine) = machine
                && property.kind == PropertyKind::UsbIds
            {
                self.makes
                    .entry((*machine, property.of.clone()))
                    .or_default()
                    .insert(property.value.clone());
            }
        }
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (machine, _, claim) in &statements.claims {
            let Some(machine) = machine else { continue };
            for (serial, other) in [(&claim.a, &claim.b), (&claim.b, &claim.a)] {
                if serial.kind != IdentifierKind::UsbSerial || means_nothing(serial) {
                    continue;
                }
                for make in self.makes_of(other, *machine) {
                    all.entry(serial.value.clone())
                        .or_default()
                        .insert(make.clone());
                    self.make_on_machine
                        .entry((*machine, serial.value.clone()))
                        .or_default()
                        .insert(make);
                }
            }
        }
        self.shared = all
            .into_iter()
            .filter(|(_, makes)| makes.len() > 1)
            .collect();
    }

    /// The makes that evidence gives a device on a machine; its path on the USB bus states one.
    fn makes_of(&self, device: &Identifier, machine: MachineIndex) -> BTreeSet<String> {
        self.makes
            .get(&(machine, device.clone()))
            .cloned()
            .unwrap_or_else(|| make_in_path(device).into_iter().collect())
    }

    /// The node of a name that a record states together with `with`; a shared serial gets its
    /// make behind it.
    fn node(
        &mut self,
        identifier: &Identifier,
        machine: Option<MachineIndex>,
        with: Option<&Identifier>,
    ) -> Node {
        let mut name = ScopedIdentifier::of(identifier.clone(), machine);
        if identifier.kind != IdentifierKind::UsbSerial
            || !self.shared.contains_key(&identifier.value)
        {
            return self.graph.node(name);
        }
        let own = machine
            .zip(with)
            .map(|(machine, with)| self.makes_of(with, machine))
            .unwrap_or_default();
        let all = machine.and_then(|machine| {
            self.make_on_machine
                .get(&(machine, identifier.value.clone()))
        });
        let only =
            |makes: &BTreeSet<String>| (makes.len() == 1).then(|| makes.first().cloned()).flatten();
        let make = only(&own).or_else(|| all.and_then(only));
        // Nothing tells which of several makes a bare serial means: it joins nothing but what
        // this very record names.
        let scope = make.unwrap_or_else(|| {
            name.machine = machine;
            with.map_or_else(|| "?".to_owned(), |with| format!("? {}", with.value))
        });
        name.identifier.value = format!("{} ({scope})", identifier.value);
        let node = self.graph.node(name);
        self.split.insert(node, identifier.value.clone());
        node
    }

    fn add_claims(&mut self, statements: &Statements) {
        for (label, serial) in &statements.labels {
            let label = Identifier::label(label);
            let a = self.node(&label, None, None);
            if let Some(serial) = serial {
                let b = self.node(&Identifier::usb_serial(serial), None, Some(&label));
                self.graph.connect(Edge {
                    a,
                    b,
                    why: "the case file gives the label and the serial number",
                    machine: None,
                    source: None,
                    locator: None,
                });
            }
        }
        for (machine, source, claim) in &statements.claims {
            if means_nothing(&claim.a) || means_nothing(&claim.b) {
                continue;
            }
            let edge = Edge {
                a: self.node(&claim.a, *machine, Some(&claim.b)),
                b: self.node(&claim.b, *machine, Some(&claim.a)),
                why: claim.why,
                machine: *machine,
                source: Some(*source),
                locator: Some(claim.locator.clone()),
            };
            self.graph.connect(edge);
        }
        for (machine, _, property) in &statements.properties {
            if property.of.kind.names_device() && !means_nothing(&property.of) {
                self.node(&property.of, *machine, None);
            }
        }
    }

    /// Joins images of devices to the devices that machines know.
    fn add_links(&mut self, links: &[ImageLink]) {
        for link in links {
            let edge = Edge {
                a: self.graph.node(link.image.clone()),
                b: self.graph.node(link.device.clone()),
                why: images::WHY,
                machine: None,
                source: Some(link.source),
                locator: Some(link.locator.clone()),
            };
            self.graph.connect(edge);
        }
    }

    fn make_devices(&mut self, statements: &Statements) {
        let names_device = |node: Node| {
            self.graph
                .name(node)
                .is_some_and(|name| name.identifier.kind.names_device())
        };
        let mut sets = DisjointSets::with_nodes(self.graph.nodes.len());
        for edge in &self.graph.edges {
            if names_device(edge.a) && names_device(edge.b) {
                sets.join(edge.a, edge.b);
            }
        }
        let mut members: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
        for node in 0..self.graph.nodes.len() {
            if names_device(node) {
                members.entry(sets.find(node)).or_default().push(node);
            }
        }
        // By their names, so that the order of the claims tells nothing.
        for nodes in members.values_mut() {
            nodes.sort_by_key(|&node| self.graph.name(node));
        }
        let mut properties: HashMap<Node, Vec<&Property>> = HashMap::new();
        for (machine, _, property) in &statements.properties {
            let name = ScopedIdentifier::of(property.of.clone(), *machine);
            if let Some(node) = self.graph.find(&name) {
                properties.entry(node).or_default().push(property);
            }
        }
        let order: HashMap<&str, usize> = statements
            .labels
            .iter()
            .enumerate()
            .map(|(i, (label, _))| (label.as_str(), i))
            .collect();
        let mut made: Vec<(Device, Vec<Node>)> = members
            .into_values()
            .map(|nodes| (self.device(&nodes, &properties), nodes))
            .collect();
        made.sort_by(|(a, own), (b, other)| {
            let rank = |device: &Device| {
                device
                    .label
                    .as_deref()
                    .and_then(|l| order.get(l))
                    .copied()
                    .unwrap_or(usize::MAX)
            };
            // Machines make up the same serial for different devices: then the name decides.
            let name = |nodes: &[Node]| nodes.first().and_then(|&node| self.graph.name(node));
            (rank(a), &a.id, name(own)).cmp(&(rank(b), &b.id, name(other)))
        });
        for (index, (device, nodes)) in made.into_iter().enumerate() {
            let Ok(index) = DeviceIndex::try_from(index) else {
                break;
            };
            self.finish_device(device, index, &nodes, &properties);
        }
        self.find_clashes();
    }

    /// The device that these names make, without its volumes.
    fn device(&self, nodes: &[Node], properties: &HashMap<Node, Vec<&Property>>) -> Device {
        let mut device = Device::default();
        let own: BTreeSet<Node> = nodes.iter().copied().collect();
        let names: Vec<&ScopedIdentifier> = nodes
            .iter()
            .filter_map(|&node| self.graph.name(node))
            .collect();
        let first = |kind| {
            names
                .iter()
                .find(|name| name.identifier.kind == kind)
                .map(|name| name.identifier.value.clone())
        };
        device.label = first(IdentifierKind::DeviceLabel);
        let all: Vec<&Property> = nodes
            .iter()
            .filter_map(|node| properties.get(node))
            .flatten()
            .copied()
            .collect();
        let value = |kind| {
            most_said(
                all.iter()
                    .filter(|p| p.kind == kind)
                    .map(|p| p.value.trim()),
            )
        };
        device.bus = bus(&all);
        device.kind = kind_of_device(&all);
        device.vendor = value(PropertyKind::Vendor);
        device.product = value(PropertyKind::Product);
        device.revision = value(PropertyKind::Revision);
        device.friendly_name = value(PropertyKind::FriendlyName);
        device.usb_ids = value(PropertyKind::UsbIds);
        device.capacity = value(PropertyKind::Capacity).and_then(|text| text.parse().ok());
        let plain = nodes.iter().find_map(|node| self.split.get(node)).cloned();
        device.serial = value(PropertyKind::Serial)
            .or(plain)
            .or_else(|| first(IdentifierKind::UsbSerial));
        if device.serial.is_none() {
            device.serial = value(PropertyKind::SerialMadeByWindows);
            device.serial_made_by_windows = device.serial.is_some();
        }
        device.carried = device.label.is_some() || is_carried(&device);
        device.id = device
            .label
            .clone()
            .or_else(|| first(IdentifierKind::UsbSerial))
            .or_else(|| device.serial.clone())
            .or_else(|| names.first().map(|name| name.identifier.value.clone()))
            .unwrap_or_default();
        let edges: BTreeSet<usize> = nodes
            .iter()
            .flat_map(|&node| self.graph.edges_of(node))
            .collect();
        for edge in edges
            .into_iter()
            .filter_map(|edge| self.graph.edges.get(edge))
        {
            let (node, with) = if own.contains(&edge.a) {
                (edge.b, edge.a)
            } else {
                (edge.a, edge.b)
            };
            if let (Some(identifier), Some(with)) = (self.graph.name(node), self.graph.name(with)) {
                device.identities.push(IdentityLine {
                    identifier: identifier.clone(),
                    with: with.clone(),
                    why: edge.why,
                    machine: edge.machine,
                    source: edge.source,
                    locator: edge.locator.clone(),
                });
            }
        }
        device
    }

    fn finish_device(
        &mut self,
        mut device: Device,
        index: DeviceIndex,
        nodes: &[Node],
        properties: &HashMap<Node, Vec<&Property>>,
    ) {
        let reached = volumes::reach(&self.graph, nodes);
        device.volumes = volumes::describe(&self.graph, &reached, properties);
        for node in nodes.iter().chain(&reached) {
            // A letter goes to another volume tomorrow, and other sticks bear the same label:
            // a record that knows no more than these tells of no device.
            let tells = |name: &&ScopedIdentifier| {
                !matches!(
                    name.identifier.kind,
                    IdentifierKind::DriveLetter | IdentifierKind::VolumeLabel
                )
            };
            if let Some(name) = self.graph.name(*node).filter(tells) {
                self.identities
                    .devices_of
                    .entry(name.clone())
                    .or_default()
                    .insert(index);
            }
        }
        // A record that gives the bare serial fits all makes of it.
        for serial in nodes.iter().filter_map(|node| self.split.get(node)) {
            self.identities
                .devices_of
                .entry(plain_serial(serial))
                .or_default()
                .insert(index);
        }
        let serials: BTreeSet<&str> = nodes
            .iter()
            .filter_map(|&node| self.graph.name(node))
            .filter(|name| name.identifier.kind == IdentifierKind::UsbSerial)
            .map(|name| name.identifier.value.as_str())
            .collect();
        if serials.len() > 1 {
            self.identities.clashes.push(Clash {
                kind: ClashKind::TwoSerials,
                value: device.id.clone(),
                sides: serials.into_iter().map(ToOwned::to_owned).collect(),
                devices: vec![index],
            });
        }
        let labels: BTreeSet<&str> = nodes
            .iter()
            .filter_map(|&node| self.graph.name(node))
            .filter(|name| name.identifier.kind == IdentifierKind::DeviceLabel)
            .map(|name| name.identifier.value.as_str())
            .collect();
        if labels.len() > 1 {
            self.identities.clashes.push(Clash {
                kind: ClashKind::TwoLabels,
                value: device.serial.clone().unwrap_or_default(),
                sides: labels.into_iter().map(ToOwned::to_owned).collect(),
                devices: vec![index],
            });
        }
        self.identities.devices.push(device);
    }

    fn find_clashes(&mut self) {
        for (serial, makes) in &self.shared {
            let devices = self
                .identities
                .devices_of
                .get(&plain_serial(serial))
                .map(|devices| devices.iter().copied().collect())
                .unwrap_or_default();
            self.identities.clashes.push(Clash {
                kind: ClashKind::SameSerialDifferentProduct,
                value: serial.clone(),
                sides: makes.iter().cloned().collect(),
                devices,
            });
        }
        let mut media: Vec<(&ScopedIdentifier, &BTreeSet<DeviceIndex>)> = self
            .identities
            .devices_of
            .iter()
            .filter(|(name, devices)| {
                devices.len() > 1
                    && matches!(
                        name.identifier.kind,
                        IdentifierKind::DiskSignature
                            | IdentifierKind::GptDiskId
                            | IdentifierKind::VolumeSerial64
                    )
            })
            .collect();
        media.sort();
        for (name, devices) in media {
            let side = |index: &DeviceIndex| {
                usize::try_from(*index)
                    .ok()
                    .and_then(|index| self.identities.devices.get(index))
                    .map(|device| device.id.clone())
            };
            self.identities.clashes.push(Clash {
                kind: ClashKind::SameMediaOnTwoDevices,
                value: format!("{} {}", name.identifier.kind.name(), name.identifier.value),
                sides: devices.iter().filter_map(side).collect(),
                devices: devices.iter().copied().collect(),
            });
        }
    }
}

/// The make that a device's path on the USB bus states: `USB\VID_0781&PID_5567\…`.
fn make_in_path(device: &Identifier) -> Option<String> {
    if device.kind != IdentifierKind::InstanceId {
        return None;
    }
    let ids = device.value.strip_prefix("USB\\VID_")?;
    let (vendor, rest) = ids.split_once("&PID_")?;
    let product = rest.get(..4)?;
    let hex = |text: &str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_hexdigit());
    (hex(vendor) && hex(product)).then(|| format!("{vendor}:{product}"))
}

fn plain_serial(serial: &str) -> ScopedIdentifier {
    ScopedIdentifier {
        identifier: Identifier::usb_serial(serial),
        machine: None,
    }
}

/// The value that most records give; among equals the smallest, so that order does not matter.
fn most_said<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in values.filter(|value| !value.is_empty()) {
        let count = counts.entry(value).or_default();
        *count = count.saturating_add(1);
    }
    let most = counts.values().copied().max()?;
    counts
        .iter()
        .find(|(_, count)| **count == most)
        .map(|(value, _)| (*value).to_owned())
}

/// The most telling of the buses that records give: UASP is USB too, MTP as well.
fn bus(properties: &[&Property]) -> Option<String> {
    let said: BTreeSet<&str> = properties
        .iter()
        .filter(|p| p.kind == PropertyKind::Bus)
        .map(|p| p.value.as_str())
        .collect();
    ["uasp", "mtp", "usb"]
        .into_iter()
        .find(|bus| said.contains(bus))
        .or_else(|| said.iter().next().copied())
        .map(ToOwned::to_owned)
}

/// What the device is first of all: a stick that also shows a CD-ROM is storage.
fn kind_of_device(properties: &[&Property]) -> Option<String> {
    let said: BTreeSet<&str> = properties
        .iter()
        .filter(|p| p.kind == PropertyKind::Kind)
        .map(|p| p.value.as_str())
        .collect();
    ["card-reader", "storage", "phone", "optical", "floppy"]
        .into_iter()
        .find(|kind| said.contains(kind))
        .or_else(|| said.iter().next().copied())
        .map(ToOwned::to_owned)
}

fn is_carried(device: &Device) -> bool {
    let on_usb = matches!(device.bus.as_deref(), Some("usb" | "uasp" | "mtp"));
    let stores = matches!(
        device.kind.as_deref(),
        Some("storage" | "optical" | "card-reader" | "phone" | "floppy")
    );
    on_usb && stores
}

#[cfg(test)]
mod tests;
