//! A chain of clusters, followed through the file allocation table.

use std::collections::BTreeMap;

use super::table::{Link, Table, TableReader};

/// The most runs of one chain: a file in more pieces than that was made to take memory.
const MOST_RUNS: usize = 2_000_000;

/// Clusters that lie behind each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// The first of them.
    pub(crate) first: u32,
    /// How many.
    pub(crate) count: u32,
}

/// Where a chain is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// After so many clusters, which the size of the file asks for; what follows is not looked at.
    Exactly(u64),
    /// Where the table ends it, but after so many clusters at the latest.
    AtMost(u64),
}

/// The clusters of a file or folder, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The clusters.
    pub(crate) runs: Vec<Run>,
    /// How many they are.
    pub(crate) clusters: u64,
    /// Why the chain goes no further, though it should.
    pub(crate) broken: Option<String>,
    /// The second copy of the table was needed.
    pub(crate) second_copy: bool,
}

impl Chain {
    /// So many clusters behind each other. `None` when the number is too large to be one.
    pub(crate) fn contiguous(first: u32, clusters: u64) -> Option<Self> {
        let runs = match u32::try_from(clusters).ok()? {
            0 => Vec::new(),
            count => vec![Run { first, count }],
        };
        Some(Self {
            runs,
            clusters,
            ..Self::default()
        })
    }
}

/// The chain that begins at `first`. Where the first copy of the table is damaged, the second is
/// used if the volume has one.
pub(crate) fn follow(table: &Table, first: u32, length: Length) -> Chain {
    let chain = walk(table.reader(0), None, first, length);
    if chain.broken.is_none() || table.copies() < 2 {
        return chain;
    }
    // Entry by entry first: damage that is spread over both copies costs nothing then.
    let mixed = walk(table.reader(0), Some(table.reader(1)), first, length);
    if mixed.broken.is_none() {
        return with_second_copy(mixed);
    }
    let second = walk(table.reader(1), None, first, length);
    if second.broken.is_none() {
        return with_second_copy(second);
    }
    if mixed.clusters > chain.clusters {
        return with_second_copy(mixed);
    }
    chain
}

fn with_second_copy(chain: Chain) -> Chain {
    Chain {
        second_copy: true,
        ..chain
    }
}

fn walk(
    mut table: TableReader<'_>,
    mut other: Option<TableReader<'_>>,
    first: u32,
    length: Length,
) -> Chain {
    let most = match length {
        Length::Exactly(clusters) | Length::AtMost(clusters) => clusters,
    };
    let mut runs = Runs::default();
    let mut cluster = first;
    let broken = loop {
        if runs.clusters >= most {
            break match length {
                Length::Exactly(_) => None,
                Length::AtMost(_) => Some(format!("it is longer than {most} clusters")),
            };
        }
        if let Err(reason) = runs.push(cluster) {
            break Some(reason);
        }
        if length == Length::Exactly(runs.clusters) {
            break None;
        }
        let mut link = table.link(cluster);
        if !is_sound(link.as_ref())
            && let Some(other) = other.as_mut()
        {
            let second = other.link(cluster);
            if is_sound(second.as_ref()) {
                link = second;
            }
        }
        break match link {
            Ok(Link::Next(next)) => {
                cluster = next;
                continue;
            }
            Ok(Link::End) => match length {
                Length::AtMost(_) => None,
                Length::Exactly(_) => Some(format!(
                    "its chain of clusters ends after {} of {most} clusters",
                    runs.clusters
                )),
            },
            Ok(Link::Free) => Some(format!(
                "cluster {cluster} of its chain is marked as free in the file allocation table"
            )),
            Ok(Link::Bad) => Some(format!("cluster {cluster} of its chain is marked as bad")),
            Ok(Link::Invalid(value)) => Some(format!(
                "its chain leads from cluster {cluster} to {value}, which is no cluster"
            )),
            Err(error) => Some(format!(
                "what follows cluster {cluster} in its chain cannot be read: {error}"
            )),
        };
    };
    Chain {
        runs: runs.list,
        clusters: runs.clusters,
        broken,
        second_copy: false,
    }
}

fn is_sound(link: Result<&Link, &std::io::Error>) -> bool {
    matches!(link, Ok(Link::Next(_) | Link::End))
}

/// Runs as they come, with a look at whether a cluster comes twice.
#[derive(Default)]
struct Runs {
    list: Vec<Run>,
    /// The index of each run by its first cluster.
    starts: BTreeMap<u32, usize>,
    clusters: u64,
}

impl Runs {
    fn push(&mut self, cluster: u32) -> Result<(), String> {
        let again = self
            .starts
            .range(..=cluster)
            .next_back()
            .and_then(|(_, index)| self.list.get(*index))
            .is_some_and(|run| cluster - run.first < run.count);
        if again {
            return Err(format!("its chain leads back to cluster {cluster}"));
        }
        let pieces = self.list.len();
        match self.list.last_mut() {
            Some(run) if run.first.checked_add(run.count) == Some(cluster) => {
                run.count = run.count.saturating_add(1);
            }
            _ if pieces >= MOST_RUNS => {
                return Err(format!("it lies in more than {MOST_RUNS} pieces"));
            }
            _ => {
                self.starts.insert(cluster, pieces);
                self.list.push(Run {
                    first: cluster,
                    count: 1,
                });
            }
        }
        self.clusters = self.clusters.saturating_add(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fat_family::table::Width;

    const END: u16 = 0xFFFF;

    fn table(copies: &[&[u16]]) -> Table {
        let length = copies[0].len() * 2;
        let mut bytes = Vec::new();
        for copy in copies {
            bytes.extend(copy.iter().flat_map(|entry| entry.to_le_bytes()));
        }
        let starts = (0..copies.len())
            .map(|copy| u64::try_from(copy * length).unwrap())
            .collect();
        let clusters = u32::try_from(copies[0].len() - 2).unwrap();
        Table::new(
            Arc::new(bytes),
            starts,
            u64::try_from(length).unwrap(),
            Width::Fat16,
            clusters,
        )
    }

    fn runs(chain: &Chain) -> Vec<(u32, u32)> {
        chain
            .runs
            .iter()
            .map(|run| (run.first, run.count))
            .collect()
    }

    #[test]
    fn pieces_are_joined_and_the_end_is_found() {
        let table = table(&[&[0xFFF8, END, 3, 6, END, 0, 7, 4]]);
        let chain = follow(&table, 2, Length::AtMost(100));
        assert_eq!(runs(&chain), [(2, 2), (6, 2), (4, 1)]);
        assert_eq!(chain.broken, None);
        // A file's size says how far to go; the rest of the chain is slack.
        let chain = follow(&table, 2, Length::Exactly(3));
        assert_eq!((runs(&chain), chain.broken), (vec![(2, 2), (6, 1)], None));
        let chain = follow(&table, 2, Length::Exactly(6));
        assert!(chain.broken.unwrap().contains("ends after 5 of 6"));
    }

    #[test]
    fn circles_end() {
        for entries in [
            [0xFFF8, END, 2, 0, 0, 0],
            [0xFFF8, END, 3, 4, 2, 0],
            // Back into the middle of a run, and onto its beginning from below.
            [0xFFF8, END, 3, 5, 0, 3],
            [0xFFF8, END, 4, 4, 5, 3],
        ] {
            let chain = follow(&table(&[&entries]), 2, Length::AtMost(100));
            assert!(chain.broken.unwrap().contains("leads back"), "{entries:?}");
            assert!(chain.clusters <= 4);
        }
    }

    #[test]
    fn what_is_no_cluster_ends_the_chain_with_a_reason() {
        for (entry, reason) in [
            (0, "marked as free"),
            (1, "to 1, which is no cluster"),
            (9, "to 9, which is no cluster"),
            (0xFFF7, "marked as bad"),
        ] {
            let table = table(&[&[0xFFF8, END, 3, entry]]);
            let chain = follow(&table, 2, Length::AtMost(100));
            assert_eq!(runs(&chain), [(2, 2)]);
            assert!(chain.broken.unwrap().contains(reason));
        }
        let chain = follow(&table(&[&[0xFFF8, END, 3, 2]]), 2, Length::AtMost(1));
        assert!(chain.broken.unwrap().contains("longer than 1"));
    }

    #[test]
    fn the_second_copy_helps_where_the_first_is_damaged() {
        let good = [0xFFF8, END, 3, 4, 5, END];
        let mut holed = good;
        holed[3] = 0;
        let mut circle = good;
        circle[4] = 2;
        let mut short = good;
        short[3] = END;
        for first in [holed, circle, short] {
            let chain = follow(&table(&[&first, &good]), 2, Length::Exactly(4));
            assert_eq!((runs(&chain), chain.second_copy), (vec![(2, 4)], true));
        }
        // Each copy has its own hole.
        let mut other = good;
        other[4] = 0;
        let chain = follow(&table(&[&holed, &other]), 2, Length::Exactly(4));
        assert_eq!((runs(&chain), chain.broken), (vec![(2, 4)], None));
        let chain = follow(&table(&[&good, &holed]), 2, Length::Exactly(4));
        assert!(!chain.second_copy);
    }
}
