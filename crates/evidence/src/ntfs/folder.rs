//! Folders: a search of one name in a folder's index, and all of its names.
//!
//! A damaged block costs what stands in it and below it; that something is missing is returned
//! beside what was found.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::attribute::AttributeType;
use super::cluster_stream::ClusterStream;
use super::extents::Content;
use super::file::File;
use super::index::{FOLDER_INDEX, IndexEntry, IndexRoot, IndexedName, Node, check_block};
use super::name::Name;
use super::reference::FileReference;
use super::upcase::UpCase;
use super::volume_core::Core;
use crate::fields::narrowed;
use crate::{BlockCache, ReadAt, read_exact_at};

/// The index of a folder.
pub(super) struct Folder {
    pub(super) reference: FileReference,
    root: Result<Node, String>,
    blocks: Result<Option<Blocks>, String>,
}

struct Blocks {
    stream: ClusterStream,
    block_size: u64,
    numbers: BlockNumbers,
    cache: BlockCache,
}

/// What was found, and what of the index is damaged.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) names: Vec<IndexedName>,
    pub(super) damage: Option<String>,
    /// The names that a search passed, between which the wanted one would stand.
    pub(super) beside: Vec<IndexedName>,
    /// There are more names than can be sorted.
    pub(super) too_many: bool,
}

/// The most names of one folder that are listed.
pub(super) const MOST_NAMES: usize = 2_000_000;

/// An index with a million blocks of one key each is less deep.
const DEEPEST: usize = 64;

/// Blocks of one folder that are kept.
const KEPT: u64 = 16;

/// Numbers of blocks count clusters where a block has one at least, else 512 bytes.
const SMALL_UNIT: u64 = 512;

/// How the blocks of an index are numbered.
#[derive(Clone, Copy)]
pub(super) struct BlockNumbers {
    /// What the numbers count.
    unit: u64,
}

impl BlockNumbers {
    pub(super) const fn new(cluster_size: u64, block_size: u64) -> Self {
        Self {
            unit: if cluster_size <= block_size {
                cluster_size
            } else {
                SMALL_UNIT
            },
        }
    }

    /// Where the block with that number begins.
    const fn offset(self, number: u64) -> u64 {
        number.saturating_mul(self.unit)
    }

    /// The number of the block that begins there.
    pub(super) const fn of_offset(self, offset: u64) -> u64 {
        offset / self.unit
    }
}

impl Folder {
    /// The index of the folder that `file` is.
    pub(super) fn load(core: &Core, file: &File) -> Self {
        let name: Vec<u8> = FOLDER_INDEX
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let name = Name::new(&name);
        let value = file.content(AttributeType::INDEX_ROOT, name);
        let root = match value {
            Ok(Some(Content::Resident(value, _))) => IndexRoot::parse(&value),
            Ok(_) => Err("it has no index".to_owned()),
            Err(problem) => Err(problem),
        };
        let root = root.map_err(|problem| match file.problems().first() {
            Some(reason) => format!("{problem}; {reason}"),
            None => problem,
        });
        let block_size = root.as_ref().map_or(0, |root| u64::from(root.block_size));
        let blocks = match file.content(AttributeType::INDEX_ALLOCATION, name) {
            Ok(Some(Content::Clusters(extents))) if block_size > 0 => Ok(Some(Blocks {
                stream: ClusterStream::new(core.clusters.clone(), extents),
                block_size,
                numbers: BlockNumbers::new(core.clusters.size, block_size),
                cache: BlockCache::new(block_size.saturating_mul(KEPT), block_size),
            })),
            Ok(_) => Ok(None),
            Err(problem) => Err(problem),
        };
        Self {
            reference: file.reference(),
            root: root.map(|root| root.node),
            blocks,
        }
    }

    /// A folder whose own record is damaged: nothing is known of its index.
    pub(super) fn damaged(reference: FileReference, problem: String) -> Self {
        Self {
            reference,
            blocks: Ok(None),
            root: Err(problem),
        }
    }

    /// How much memory it takes, roughly: its runs count.
    pub(super) fn runs(&self) -> usize {
        match &self.blocks {
            Ok(Some(blocks)) => blocks.stream.extents().runs.len(),
            _ => 0,
        }
    }

    fn node(&self, vcn: u64) -> Result<Node, String> {
        let blocks = match &self.blocks {
            Ok(Some(blocks)) => blocks,
            Ok(None) => return Err("its index has no blocks beside its root".to_owned()),
            Err(problem) => return Err(problem.clone()),
        };
        let of_block = |problem: String| format!("block {vcn} of its index: {problem}");
        let block = blocks
            .cache
            .get_or_make(vcn, || {
                let at = blocks.numbers.offset(vcn);
                // Asked before it is allocated: the stream is as long as it is.
                if at >= blocks.stream.size() {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
                let mut block = vec![0; narrowed(blocks.block_size)];
                read_exact_at(&blocks.stream, at, &mut block)?;
                check_block(&mut block, vcn).map_err(std::io::Error::other)?;
                Ok(block)
            })
            .map_err(|error| of_block(error.to_string()))?;
        Node::of_block(block).map_err(of_block)
    }

    /// Looks a name up: every entry that is the same without case, or the one that is spelled
    /// exactly so.
    pub(super) fn find(&self, upcase: &UpCase, wanted: &[u16]) -> Found {
        let mut found = Found::default();
        let mut seen = HashSet::new();
        let mut pending = Vec::new();
        match &self.root {
            Ok(root) => pending.push(Branch {
                node: root.clone(),
                between: (None, None),
            }),
            Err(problem) => found.damage = Some(problem.clone()),
        }
        while let Some(branch) = pending.pop() {
            let children = match branch.find(upcase, wanted, &mut found) {
                Ok(children) => children,
                Err(problem) => {
                    found.damage = Some(problem);
                    continue;
                }
            };
            if found.names.iter().any(|name| name.units == wanted) {
                break;
            }
            for (vcn, between) in children {
                if !seen.insert(vcn) {
                    found.damage = Some(format!("block {vcn} of its index leads to itself"));
                    continue;
                }
                match self.node(vcn) {
                    Ok(node) => pending.push(Branch { node, between }),
                    Err(problem) => found.damage = Some(problem),
                }
            }
        }
        found
    }

    /// All names, in the order of the index, short names beside long ones, too.
    pub(super) fn names(&self, upcase: &UpCase) -> Found {
        let mut found = Found::default();
        let mut seen = HashSet::new();
        let mut levels = match &self.root {
            Ok(root) => vec![Level::new(root.clone())],
            Err(problem) => {
                found.damage = Some(problem.clone());
                Vec::new()
            }
        };
        while let Some(level) = levels.last_mut() {
            let step = match level.step(upcase, &mut found) {
                Ok(step) => step,
                Err(problem) => {
                    found.damage = Some(problem);
                    levels.pop();
                    continue;
                }
            };
            if found.names.len() >= MOST_NAMES {
                found.too_many = true;
                break;
            }
            match step {
                Step::Below(vcn) if levels.len() >= DEEPEST || !seen.insert(vcn) => {
                    found.damage = Some(format!("block {vcn} of its index leads to itself"));
                }
                Step::Below(vcn) => match self.node(vcn) {
                    Ok(node) => levels.push(Level::new(node)),
                    Err(problem) => found.damage = Some(problem),
                },
                Step::Next => {}
                Step::Done => {
                    levels.pop();
                }
            }
        }
        found
    }
}

/// A node that is searched, and the names between which all of its names stand.
struct Branch {
    node: Node,
    between: Between,
}

type Between = (Option<Vec<u16>>, Option<Vec<u16>>);

impl Branch {
    /// Collects what is the same in the node; returns the nodes below where more may stand.
    fn find(
        &self,
        upcase: &UpCase,
        wanted: &[u16],
        found: &mut Found,
    ) -> Result<Vec<(u64, Between)>, String> {
        let (lower, upper) = &self.between;
        let mut children = Vec::new();
        let mut at = self.node.first();
        let mut before: Option<IndexedName> = None;
        loop {
            let entry = self.node.entry(at)?;
            let smaller = before.as_ref().map(|name| name.units.clone());
            let lowest = smaller.or_else(|| lower.clone());
            if entry.last {
                children.extend(entry.child.map(|child| (child, (lowest, upper.clone()))));
                found.beside.extend(before);
                return Ok(children);
            }
            let name = entry.name()?;
            check_order(upcase, lowest.as_deref(), name.name)?;
            let indexed = IndexedName::of(entry.reference, &name);
            let order = upcase.compare(name.name.units(), wanted.iter().copied());
            if order != Ordering::Less {
                let highest = Some(indexed.units.clone());
                children.extend(entry.child.map(|child| (child, (lowest, highest))));
            }
            match order {
                Ordering::Less => before = Some(indexed),
                Ordering::Equal => {
                    found.names.push(indexed.clone());
                    before = Some(indexed);
                }
                Ordering::Greater => {
                    found.beside.extend(before);
                    found.beside.push(indexed);
                    return Ok(children);
                }
            }
            at = entry.next();
        }
    }
}

/// A node that is being walked.
struct Level {
    node: Node,
    at: usize,
    /// The child of the entry at `at` was walked.
    child_done: bool,
    before: Option<Vec<u16>>,
}

enum Step {
    Below(u64),
    Next,
    Done,
}

impl Level {
    const fn new(node: Node) -> Self {
        Self {
            at: node.first(),
            node,
            child_done: false,
            before: None,
        }
    }

    fn step(&mut self, upcase: &UpCase, found: &mut Found) -> Result<Step, String> {
        let entry: IndexEntry<'_> = self.node.entry(self.at)?;
        if let Some(child) = entry.child.filter(|_| !self.child_done) {
            self.child_done = true;
            return Ok(Step::Below(child));
        }
        if entry.last {
            return Ok(Step::Done);
        }
        let name = entry.name()?;
        let indexed = IndexedName::of(entry.reference, &name);
        check_order(upcase, self.before.as_deref(), name.name)?;
        self.before = Some(indexed.units.clone());
        found.names.push(indexed);
        self.at = entry.next();
        self.child_done = false;
        Ok(Step::Next)
    }
}

fn check_order(upcase: &UpCase, before: Option<&[u16]>, name: Name<'_>) -> Result<(), String> {
    let ordered = before.is_none_or(|before| {
        upcase.compare(before.iter().copied(), name.units()) != Ordering::Greater
    });
    if ordered {
        Ok(())
    } else {
        Err(format!("its index is out of order at `{name}`"))
    }
}
