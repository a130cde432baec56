//! Names as numbered nodes, and who says that two of them belong together.

use std::collections::{BTreeSet, HashMap};

use kusari_artifacts::Locator;

use super::ScopedIdentifier;
use crate::event::{MachineIndex, SourceIndex};

pub(super) type Node = usize;

/// One claim between two nodes.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) a: Node,
    pub(super) b: Node,
    pub(super) why: &'static str,
    pub(super) machine: Option<MachineIndex>,
    pub(super) source: Option<SourceIndex>,
    pub(super) locator: Option<Locator>,
}

/// All names and claims of a case.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<ScopedIdentifier>,
    pub(super) edges: Vec<Edge>,
    numbers: HashMap<ScopedIdentifier, Node>,
    beside: Vec<Vec<usize>>,
    media: Vec<BTreeSet<Node>>,
}

impl Graph {
    pub(super) fn node(&mut self, name: ScopedIdentifier) -> Node {
        if let Some(&node) = self.numbers.get(&name) {
            return node;
        }
        let node = self.nodes.len();
        self.nodes.push(name.clone());
        self.beside.push(Vec::new());
        self.media.push(BTreeSet::new());
        self.numbers.insert(name, node);
        node
    }

    pub(super) fn find(&self, name: &ScopedIdentifier) -> Option<Node> {
        self.numbers.get(name).copied()
    }

    pub(super) fn connect(&mut self, edge: Edge) {
        let number = self.edges.len();
        for (node, other) in [(edge.a, edge.b), (edge.b, edge.a)] {
            if let Some(list) = self.beside.get_mut(node) {
                list.push(number);
            }
            if edge.a == edge.b {
                break;
            }
            if self.is_medium(other)
                && let Some(list) = self.media.get_mut(node)
            {
                list.insert(other);
            }
        }
        self.edges.push(edge);
    }

    /// The claims that name `node`, in their order.
    pub(super) fn edges_of(&self, node: Node) -> impl Iterator<Item = usize> + '_ {
        self.beside.get(node).into_iter().flatten().copied()
    }

    /// The names of media and volumes that a claim joins to `node`. Devices are left out, so that
    /// a medium which very many devices share costs each of them no more than its own names.
    pub(super) fn media_beside(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.media.get(node).into_iter().flatten().copied()
    }

    fn is_medium(&self, node: Node) -> bool {
        self.name(node)
            .is_some_and(|name| !name.identifier.kind.names_device())
    }

    pub(super) fn name(&self, node: Node) -> Option<&ScopedIdentifier> {
        self.nodes.get(node)
    }
}
