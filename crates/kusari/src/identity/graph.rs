//! Names as numbered nodes, and who says that two of them belong together.

use std::collections::HashMap;

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
}

impl Graph {
    pub(super) fn node(&mut self, name: ScopedIdentifier) -> Node {
        if let Some(&node) = self.numbers.get(&name) {
            return node;
        }
        let node = self.nodes.len();
        self.nodes.push(name.clone());
        self.beside.push(Vec::new());
        self.numbers.insert(name, node);
        node
    }

    pub(super) fn find(&self, name: &ScopedIdentifier) -> Option<Node> {
        self.numbers.get(name).copied()
    }

    pub(super) fn connect(&mut self, edge: Edge) {
        let number = self.edges.len();
        for node in [edge.a, edge.b] {
            if let Some(list) = self.beside.get_mut(node) {
                list.push(number);
            }
        }
        self.edges.push(edge);
    }

    /// The nodes that a claim joins to `node`, in the order of the claims.
    pub(super) fn neighbours(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.beside
            .get(node)
            .into_iter()
            .flatten()
            .filter_map(move |&edge| {
                let edge = self.edges.get(edge)?;
                Some(if edge.a == node { edge.b } else { edge.a })
            })
    }

    pub(super) fn name(&self, node: Node) -> Option<&ScopedIdentifier> {
        self.nodes.get(node)
    }
}
