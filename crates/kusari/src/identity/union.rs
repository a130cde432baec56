//! Disjoint sets of numbered nodes.

/// Which nodes belong together. Union by the smaller number, so that a set is always known by its
/// first member and the result does not depend on the order of joining.
#[derive(Debug, Clone, Default)]
pub(super) struct DisjointSets {
    parent: Vec<usize>,
}

impl DisjointSets {
    pub(super) fn with_nodes(count: usize) -> Self {
        Self {
            parent: (0..count).collect(),
        }
    }

    /// The smallest node of the set that `node` is in.
    pub(super) fn find(&mut self, node: usize) -> usize {
        let mut at = node;
        while let Some(&parent) = self.parent.get(at) {
            if parent == at {
                break;
            }
            // Halve the path, so that later searches are short.
            let grandparent = self.parent.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parent.get_mut(at) {
                *slot = grandparent;
            }
            at = grandparent;
        }
        at
    }

    pub(super) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        let (low, high) = (a.min(b), a.max(b));
        if let Some(slot) = self.parent.get_mut(high) {
            *slot = low;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DisjointSets;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_of_joining_does_not_matter(
            pairs in prop::collection::vec((0_usize..20, 0_usize..20), 0..40),
        ) {
            let mut forward = DisjointSets::with_nodes(20);
            let mut backward = DisjointSets::with_nodes(20);
            for &(a, b) in &pairs {
                forward.join(a, b);
            }
            for &(a, b) in pairs.iter().rev() {
                backward.join(b, a);
            }
            for node in 0..20 {
                prop_assert_eq!(forward.find(node), backward.find(node));
            }
            for (a, b) in pairs {
                prop_assert_eq!(forward.find(a), forward.find(b));
            }
        }
    }
}
