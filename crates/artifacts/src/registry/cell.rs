//! Cells: the stretches that everything in a hive is stored in.
//!
//! Offsets in this module count from the first hive bin, as the hive's own pointers do; a file
//! offset is [`BINS_START`] more.

/// Where the hive bins begin in the file, behind the base block.
pub(super) const BINS_START: usize = 4096;

/// The pointer that means "nothing".
pub(super) const NIL: u32 = u32::MAX;

/// The size field in front of each cell's content.
pub(super) const SIZE_FIELD: usize = 4;

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(field.try_into().ok()?))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(field.try_into().ok()?))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(field.try_into().ok()?))
}

/// A `u32` as an index. The library runs where a pointer has at least 32 bits; anywhere else the
/// saturated index is out of bounds and so refused.
pub(super) fn index(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// The offset of a cell in the hive file, from the file's start.
pub(super) const fn file_offset(cell: u32) -> u32 {
    cell.saturating_add(4096)
}

/// One cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'h> {
    /// The content, behind the size field.
    pub(super) data: &'h [u8],
    /// Whether the size field marks it as in use.
    pub(super) allocated: bool,
}

/// The cell at `offset` in the hive bins, when its size field fits what is there.
pub(super) fn cell(bins: &[u8], offset: u32) -> Option<Cell<'_>> {
    // Cells are aligned to 8 bytes; any other pointer is damage.
    if !offset.is_multiple_of(8) {
        return None;
    }
    let start = index(offset);
    let size = u32_at(bins, start)?.cast_signed();
    let length = usize::try_from(size.unsigned_abs()).ok()?;
    if length < 8 || !length.is_multiple_of(8) {
        return None;
    }
    let data = bins.get(start.checked_add(SIZE_FIELD)?..start.checked_add(length)?)?;
    Some(Cell {
        data,
        allocated: size < 0,
    })
}

/// The content of the cell at `offset`, when it is in use.
pub(super) fn allocated(bins: &[u8], offset: u32) -> Option<&[u8]> {
    cell(bins, offset)
        .filter(|cell| cell.allocated)
        .map(|cell| cell.data)
}

/// A key node (`nk`): a view of one cell's content whose fixed part is known to be there.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyNode<'h>(&'h [u8]);

impl<'h> KeyNode<'h> {
    /// The length of the part in front of the name.
    pub(super) const FIXED: usize = 76;
    const COMPRESSED_NAME: u16 = 0x0020;
    const HIVE_ENTRY: u16 = 0x0004;
    /// The number of values is a handle, and there is no list of them.
    const PREDEFINED_HANDLE: u16 = 0x0040;

    /// `data` as a key node, when it is one and its name fits in.
    pub(super) fn read(data: &'h [u8]) -> Option<Self> {
        let node = (data.get(..2)? == b"nk" && data.len() >= Self::FIXED).then_some(Self(data))?;
        node.name_bytes()?;
        Some(node)
    }

    fn u16(self, at: usize) -> u16 {
        u16_at(self.0, at).unwrap_or(0)
    }

    fn u32(self, at: usize) -> u32 {
        u32_at(self.0, at).unwrap_or(NIL)
    }

    /// How many bytes it takes, its name included.
    pub(super) fn length(self) -> usize {
        Self::FIXED + self.name_bytes().map_or(0, <[u8]>::len)
    }

    pub(super) fn flags(self) -> u16 {
        self.u16(2)
    }

    pub(super) fn is_root(self) -> bool {
        self.flags() & Self::HIVE_ENTRY != 0
    }

    pub(super) fn last_written(self) -> u64 {
        u64_at(self.0, 4).unwrap_or(0)
    }

    pub(super) fn parent(self) -> u32 {
        self.u32(16)
    }

    pub(super) fn subkey_count(self) -> u32 {
        self.u32(20)
    }

    pub(super) fn subkeys_list(self) -> u32 {
        self.u32(28)
    }

    pub(super) fn value_count(self) -> u32 {
        self.u32(36)
    }

    pub(super) fn values_list(self) -> u32 {
        self.u32(40)
    }

    /// Whether the key has no list of values, whatever its number of values says.
    pub(super) fn has_no_value_list(self) -> bool {
        self.values_list() == NIL || self.flags() & Self::PREDEFINED_HANDLE != 0
    }

    pub(super) fn security(self) -> u32 {
        self.u32(44)
    }

    /// The length of the longest name among its subkeys, in bytes of UTF-16. It grows when a
    /// subkey is created and is never made smaller. The upper half has other uses since Vista.
    pub(super) fn longest_subkey_name(self) -> usize {
        usize::from(self.u16(52))
    }

    pub(super) fn name_length_as_utf16(self) -> usize {
        let length = self.name_bytes().map_or(0, <[u8]>::len);
        if self.name_is_compressed() {
            length.saturating_mul(2)
        } else {
            length
        }
    }

    pub(super) fn class(self) -> (u32, u16) {
        (self.u32(48), self.u16(74))
    }

    pub(super) fn name_is_compressed(self) -> bool {
        self.flags() & Self::COMPRESSED_NAME != 0
    }

    pub(super) fn name_bytes(self) -> Option<&'h [u8]> {
        let length = usize::from(self.u16(72));
        self.0.get(Self::FIXED..Self::FIXED.checked_add(length)?)
    }
}

/// A key value (`vk`): a view of one cell's content whose fixed part is known to be there.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyValue<'h>(&'h [u8]);

impl<'h> KeyValue<'h> {
    /// The length of the part in front of the name.
    pub(super) const FIXED: usize = 20;
    const COMPRESSED_NAME: u16 = 0x0001;
    const RESIDENT: u32 = 0x8000_0000;

    /// `data` as a key value, when it is one and its name fits in.
    pub(super) fn read(data: &'h [u8]) -> Option<Self> {
        let value = (data.get(..2)? == b"vk" && data.len() >= Self::FIXED).then_some(Self(data))?;
        value.name_bytes()?;
        Some(value)
    }

    /// How many bytes it takes, its name included.
    pub(super) fn length(self) -> usize {
        Self::FIXED + self.name_bytes().map_or(0, <[u8]>::len)
    }

    pub(super) fn data_type(self) -> u32 {
        u32_at(self.0, 12).unwrap_or(0)
    }

    pub(super) fn name_is_compressed(self) -> bool {
        u16_at(self.0, 16).unwrap_or(0) & Self::COMPRESSED_NAME != 0
    }

    pub(super) fn name_bytes(self) -> Option<&'h [u8]> {
        let length = usize::from(u16_at(self.0, 2)?);
        self.0.get(Self::FIXED..Self::FIXED.checked_add(length)?)
    }

    /// How many bytes of data the value says it has.
    pub(super) fn data_length(self) -> u32 {
        u32_at(self.0, 4).unwrap_or(0) & !Self::RESIDENT
    }

    /// The data itself when it stands in the pointer field (at most four bytes).
    pub(super) fn resident_data(self) -> Option<&'h [u8]> {
        if u32_at(self.0, 4)? & Self::RESIDENT == 0 {
            return None;
        }
        let length = index(self.data_length()).min(4);
        self.0.get(8..8 + length)
    }

    pub(super) fn is_resident(self) -> bool {
        u32_at(self.0, 4).unwrap_or(0) & Self::RESIDENT != 0
    }

    /// Whether the type is one of Windows' own (0 to 11) or a device property's.
    pub(super) fn has_known_type(self) -> bool {
        self.data_type() <= 11 || self.data_type() >> 16 == 0xFFFF
    }

    /// Where the data's cell is, when the data does not stand in this field itself.
    pub(super) fn data_offset(self) -> u32 {
        u32_at(self.0, 8).unwrap_or(NIL)
    }
}
