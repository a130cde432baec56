//! Which key each byte of a hive belongs to, found by walking the hive from its root, apart from
//! the reader that is tested.
//!
//! Source: the Windows registry file format specification (key node, key value, subkey lists,
//! big data).

use std::collections::HashSet;
use std::ops::Range;

/// Where the hive bins begin.
const BINS: usize = 4096;
const NIL: u32 = u32::MAX;

/// The cells of a hive that hold something of a key.
pub(crate) struct HiveCells {
    cells: Vec<(Range<usize>, String)>,
}

impl HiveCells {
    /// Walks a hive.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut walk = Walk {
            bytes,
            cells: Vec::new(),
            keys: HashSet::new(),
        };
        let root = walk.u32_at(36).unwrap_or(NIL);
        let mut waiting = vec![(root, String::new(), true)];
        while let Some((key, above, is_root)) = waiting.pop() {
            walk.key(key, &above, is_root, &mut waiting);
        }
        Self { cells: walk.cells }
    }

    /// The paths of the keys that own any of the bytes.
    pub(crate) fn owners(&self, touched: &Range<usize>) -> Vec<&str> {
        self.cells
            .iter()
            .filter(|(cell, _)| cell.start < touched.end && touched.start < cell.end)
            .map(|(_, owner)| owner.as_str())
            .collect()
    }
}

struct Walk<'b> {
    bytes: &'b [u8],
    cells: Vec<(Range<usize>, String)>,
    keys: HashSet<u32>,
}

impl<'b> Walk<'b> {
    fn u32_at(&self, at: usize) -> Option<u32> {
        let field = self.bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes(field.try_into().ok()?))
    }

    /// A cell's content; the whole cell is noted as the owner's.
    fn cell(&mut self, offset: u32, owner: &str) -> Option<&'b [u8]> {
        if offset == NIL {
            return None;
        }
        let start = BINS + usize::try_from(offset).ok()?;
        let length = usize::try_from(self.u32_at(start)?.cast_signed().unsigned_abs()).ok()?;
        let content = self.bytes.get(start + 4..start + length)?;
        self.cells.push((start..start + length, owner.to_owned()));
        Some(content)
    }

    fn key(
        &mut self,
        offset: u32,
        above: &str,
        is_root: bool,
        waiting: &mut Vec<(u32, String, bool)>,
    ) {
        if !self.keys.insert(offset) {
            return;
        }
        let Some(node) = self.cell(offset, above) else {
            return;
        };
        let noted = self.cells.len() - 1;
        if !node.starts_with(b"nk") {
            return;
        }
        let path = match (is_root, name_of(node)) {
            (true, _) => String::new(),
            (false, Some(name)) if above.is_empty() => name,
            (false, Some(name)) => format!("{above}\\{name}"),
            (false, None) => return,
        };
        self.cells[noted].1.clone_from(&path);
        for list in [28, 32] {
            for subkey in self.subkeys(u32_of(node, list), &path, 3) {
                waiting.push((subkey, path.clone(), false));
            }
        }
        self.cell(u32_of(node, 48), &path);
        let count = usize::try_from(u32_of(node, 36)).unwrap();
        let Some(list) = self.cell(u32_of(node, 40), &path) else {
            return;
        };
        let values: Vec<u32> = list
            .chunks_exact(4)
            .take(count)
            .map(|c| u32_of(c, 0))
            .collect();
        for value in values {
            self.value(value, &path);
        }
    }

    fn subkeys(&mut self, list: u32, owner: &str, depth: u32) -> Vec<u32> {
        let Some(content) = self.cell(list, owner) else {
            return Vec::new();
        };
        let count = usize::from(u16_of(content, 2));
        let entries = content.get(4..).unwrap_or_default();
        let every = |size: usize| -> Vec<u32> {
            entries
                .chunks_exact(size)
                .take(count)
                .map(|entry| u32_of(entry, 0))
                .collect()
        };
        match content.get(..2) {
            Some(b"lf" | b"lh") => every(8),
            Some(b"li") => every(4),
            Some(b"ri") if depth > 0 => every(4)
                .into_iter()
                .flat_map(|list| self.subkeys(list, owner, depth - 1))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn value(&mut self, offset: u32, owner: &str) {
        let Some(value) = self.cell(offset, owner) else {
            return;
        };
        // The highest bit of the length says that the data stands in the offset's place.
        if !value.starts_with(b"vk") || u32_of(value, 4) >> 31 == 1 || u32_of(value, 4) == 0 {
            return;
        }
        let Some(data) = self.cell(u32_of(value, 8), owner) else {
            return;
        };
        if data.starts_with(b"db") {
            let count = usize::from(u16_of(data, 2));
            let list = self.cell(u32_of(data, 4), owner).unwrap_or_default();
            for segment in list.chunks_exact(4).take(count) {
                self.cell(u32_of(segment, 0), owner);
            }
        }
    }
}

/// The key's name: one byte a character (Latin-1) where flag 0x20 says so, else UTF-16.
fn name_of(node: &[u8]) -> Option<String> {
    let length = usize::from(u16_of(node, 72));
    let name = node.get(76..76 + length)?;
    if u16_of(node, 2) & 0x20 != 0 {
        return Some(name.iter().map(|&byte| char::from(byte)).collect());
    }
    let units: Vec<u16> = name.chunks_exact(2).map(|unit| u16_of(unit, 0)).collect();
    Some(String::from_utf16_lossy(&units))
}

fn u16_of(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .map_or(0, |field| u16::from_le_bytes(field.try_into().unwrap()))
}

fn u32_of(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .map_or(NIL, |field| u32::from_le_bytes(field.try_into().unwrap()))
}
