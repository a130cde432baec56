//! A volume that changes by chance and keeps its journal and its file table: it knows where
//! everything was when.

use kusari_evidence::ntfs::FileTable;
use kusari_fixtures::usn_journal::{Change, JournalWriter};

use super::{TIME, id};

#[derive(Clone)]
struct Node {
    name: String,
    parent: usize,
    folder: bool,
}

pub(super) struct TestVolume {
    nodes: Vec<Option<Node>>,
    sequences: Vec<u64>,
    writer: JournalWriter,
    /// The path at the time of each record.
    pub(super) truth: Vec<String>,
    random: u64,
    time: u64,
}

const ROOT: usize = 5;

impl TestVolume {
    pub(super) fn new(seed: u64, first: u64) -> Self {
        let root = Node {
            name: String::new(),
            parent: ROOT,
            folder: true,
        };
        let mut nodes = vec![None; 24];
        nodes[ROOT] = Some(root);
        Self {
            nodes,
            sequences: (0..24).map(|record| record.max(1)).collect(),
            writer: JournalWriter::new(first),
            truth: Vec::new(),
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            time: TIME,
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        let number = self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % limit
    }

    fn path(&self, at: usize) -> String {
        let mut names = Vec::new();
        let mut at = at;
        while at != ROOT {
            let node = self.nodes[at].as_ref().unwrap();
            names.push(node.name.clone());
            at = node.parent;
        }
        names.reverse();
        names.join("/")
    }

    fn write(&mut self, at: usize, reasons: u32) {
        let node = self.nodes[at].clone().unwrap();
        self.time += 1;
        let reference = |at: usize| id(u64::try_from(at).unwrap(), self.sequences[at]);
        self.writer.change(&Change {
            version: if self.time.is_multiple_of(7) { 3 } else { 2 },
            file: reference(at),
            parent: reference(node.parent),
            time: self.time,
            reasons,
            source: 0,
            security_id: 0,
            attributes: if node.folder { 0x10 } else { 0x20 },
            name: node.name.encode_utf16().collect(),
        });
        self.truth.push(self.path(at));
    }

    fn any(&mut self, fits: impl Fn(&Node) -> bool) -> Option<usize> {
        let all: Vec<usize> = (0..self.nodes.len())
            .filter(|at| self.nodes[*at].as_ref().is_some_and(&fits))
            .collect();
        if all.is_empty() {
            return None;
        }
        let at = self.below(all.len());
        Some(all[at])
    }

    fn is_inside(&self, mut at: usize, folder: usize) -> bool {
        while at != ROOT {
            if at == folder {
                return true;
            }
            at = self.nodes[at].as_ref().unwrap().parent;
        }
        false
    }

    /// Does something.
    pub(super) fn step(&mut self) {
        let what = self.below(10);
        let parent = self.any(|node| node.folder).unwrap();
        let number = self.below(1000);
        match what {
            0..=3 => {
                let free = (24..self.nodes.len()).find(|at| self.nodes[*at].is_none());
                let at = free.unwrap_or(self.nodes.len());
                if at == self.nodes.len() {
                    self.nodes.push(None);
                    self.sequences.push(1);
                }
                let folder = what < 2;
                let name = format!("{} {number}", if folder { "フォルダ" } else { "file" });
                self.nodes[at] = Some(Node {
                    name,
                    parent,
                    folder,
                });
                self.write(at, 0x100);
                self.write(at, 0x8000_0100);
            }
            4..=5 => {
                let Some(at) = self.any(|node| !node.name.is_empty()) else {
                    return;
                };
                if self.is_inside(parent, at) {
                    return;
                }
                self.write(at, 0x1000);
                let node = self.nodes[at].as_mut().unwrap();
                node.parent = parent;
                node.name = format!("moved {number}");
                self.write(at, 0x2000);
                self.write(at, 0x8000_2000);
            }
            6..=7 => {
                let Some(at) = self.any(|node| !node.folder) else {
                    return;
                };
                self.write(at, 0x2);
                self.write(at, 0x8000_0002);
            }
            _ => {
                let Some(at) = self.any(|node| !node.name.is_empty()) else {
                    return;
                };
                if self.nodes.iter().flatten().any(|node| node.parent == at) {
                    return;
                }
                self.write(at, 0x8000_0200);
                self.nodes[at] = None;
                self.sequences[at] += 1;
            }
        }
    }

    pub(super) fn journal(&self) -> Vec<u8> {
        self.writer.clone().into_bytes()
    }

    /// The file table as it is now; records that are free have nothing in them.
    pub(super) fn table(&self) -> FileTable {
        let mut bytes = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            bytes.extend(self.record(at, node.as_ref()));
        }
        FileTable::read(&bytes, 1024)
    }

    fn record(&self, at: usize, node: Option<&Node>) -> Vec<u8> {
        let mut record = vec![0; 1024];
        let mut put = |at: usize, bytes: &[u8]| record[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, b"FILE");
        put(4, &48_u16.to_le_bytes());
        put(6, &3_u16.to_le_bytes());
        put(
            16,
            &u16::try_from(self.sequences[at]).unwrap().to_le_bytes(),
        );
        put(20, &56_u16.to_le_bytes());
        put(28, &1024_u32.to_le_bytes());
        put(40, &1_u16.to_le_bytes());
        put(44, &u32::try_from(at).unwrap().to_le_bytes());
        put(48, &[1, 0]);
        put(510, &[1, 0]);
        put(1022, &[1, 0]);
        let mut end = 56;
        if let Some(node) = node {
            let name = if at == ROOT { "." } else { &node.name };
            let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let value = 66 + name.len();
            let length = (24 + value).next_multiple_of(8);
            let parent = id(
                u64::try_from(node.parent).unwrap(),
                self.sequences[node.parent],
            )
            .0;
            put(22, &(1_u16 | u16::from(node.folder) << 1).to_le_bytes());
            put(end, &0x30_u32.to_le_bytes());
            put(end + 4, &u32::try_from(length).unwrap().to_le_bytes());
            put(end + 16, &u32::try_from(value).unwrap().to_le_bytes());
            put(end + 20, &24_u16.to_le_bytes());
            put(end + 24, &parent.to_le_bytes());
            put(end + 24 + 64, &[u8::try_from(name.len() / 2).unwrap(), 1]);
            put(end + 24 + 66, &name);
            end += length;
        }
        put(end, &u32::MAX.to_le_bytes());
        put(24, &u32::try_from(end + 8).unwrap().to_le_bytes());
        record
    }
}
