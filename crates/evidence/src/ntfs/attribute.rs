//! The attributes of a file record: everything that a file consists of.
//!
//! Source: libfsntfs' format document, "MFT attribute".

use super::name::Name;
use crate::fields::{slice_at, u8_at, u16_at, u32_at, u64_at};

/// The type of an attribute, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeType(pub u32);

impl AttributeType {
    /// `$STANDARD_INFORMATION`: times and flags.
    pub const STANDARD_INFORMATION: Self = Self(0x10);
    /// `$ATTRIBUTE_LIST`: which attributes stand in other records.
    pub const ATTRIBUTE_LIST: Self = Self(0x20);
    /// `$FILE_NAME`: a name and the folder it stands in.
    pub const FILE_NAME: Self = Self(0x30);
    /// `$OBJECT_ID`: the GUID of the file.
    pub const OBJECT_ID: Self = Self(0x40);
    /// `$VOLUME_NAME`: the label.
    pub const VOLUME_NAME: Self = Self(0x60);
    /// `$VOLUME_INFORMATION`: version and flags of the volume.
    pub const VOLUME_INFORMATION: Self = Self(0x70);
    /// `$DATA`: the content, or an alternate stream.
    pub const DATA: Self = Self(0x80);
    /// `$INDEX_ROOT`: the root of an index.
    pub const INDEX_ROOT: Self = Self(0x90);
    /// `$INDEX_ALLOCATION`: the other blocks of an index.
    pub const INDEX_ALLOCATION: Self = Self(0xA0);
    /// `$BITMAP`: which blocks of an index, or which records, are in use.
    pub const BITMAP: Self = Self(0xB0);
    /// `$REPARSE_POINT`: that something else stands here.
    pub const REPARSE_POINT: Self = Self(0xC0);
    /// The mark behind the last attribute.
    pub const END: Self = Self(0xFFFF_FFFF);
}

/// One attribute, or one extent of an attribute whose runs do not fit into one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// What it is.
    pub kind: AttributeType,
    /// Its name: of `$DATA` the name of the stream, of an index `$I30`.
    pub name: Name<'a>,
    /// Compressed, encrypted, sparse.
    pub flags: AttributeFlags,
    /// Its number in its record.
    pub id: u16,
    /// Where its bytes are.
    pub form: Form<'a>,
    /// Where its header stands in the record.
    pub offset: usize,
}

/// What was done with the bytes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttributeFlags(pub u16);

impl AttributeFlags {
    /// Compressed with LZNT1 (any of the low bits; 1 is the only method that is known).
    #[must_use]
    pub const fn compressed(self) -> bool {
        self.0 & 0x00FF != 0
    }

    /// Encrypted by EFS.
    #[must_use]
    pub const fn encrypted(self) -> bool {
        self.0 & 0x4000 != 0
    }

    /// With stretches that were never written.
    #[must_use]
    pub const fn sparse(self) -> bool {
        self.0 & 0x8000 != 0
    }
}

/// Where the bytes of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form<'a> {
    /// In the record.
    Resident(&'a [u8]),
    /// In clusters.
    NonResident(NonResident<'a>),
}

/// An attribute in clusters, or one extent of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonResident<'a> {
    /// The first cluster of the attribute that this extent maps; sizes are said only where it is
    /// 0.
    pub first_vcn: u64,
    /// The last cluster that it maps; all bits set where it maps none.
    pub last_vcn: u64,
    /// The runs, as they are stored.
    pub runs: &'a [u8],
    /// The compression unit is two to this power, in clusters; 0 where it is not compressed.
    pub compression_unit: u16,
    /// Bytes that are allocated.
    pub allocated: u64,
    /// Bytes of content.
    pub size: u64,
    /// Bytes that were written; what follows, up to the size, reads as zeros.
    pub valid: u64,
}

impl<'a> Attribute<'a> {
    /// Reads the attribute whose header stands at `offset` of a record; `None` at the end mark.
    /// The second part is where the next one stands.
    ///
    /// # Errors
    /// What cannot be, where it is malformed.
    pub(super) fn parse(
        record: &'a [u8],
        offset: usize,
    ) -> Result<Option<(Self, usize)>, &'static str> {
        let kind = AttributeType(u32_at(record, offset).ok_or("the end mark is missing")?);
        if kind == AttributeType::END {
            return Ok(None);
        }
        let stated = u32_at(record, offset.saturating_add(4)).ok_or("it is cut off")?;
        let length = usize::try_from(stated).map_err(|_| "its length")?;
        let bytes = slice_at(record, offset, length)
            .filter(|bytes| bytes.len() >= 24 && bytes.len().is_multiple_of(8))
            .ok_or("its length is not one that fits into the record")?;
        let fields = Fields(bytes);
        let attribute = Self {
            kind,
            name: fields.name()?,
            flags: AttributeFlags(fields.u16(12)?),
            id: fields.u16(14)?,
            form: match fields.u8(8)? {
                0 => Form::Resident(fields.value()?),
                1 => Form::NonResident(fields.non_resident()?),
                _ => return Err("it is neither resident nor non-resident"),
            },
            offset,
        };
        Ok(Some((attribute, offset.saturating_add(length))))
    }

    /// The bytes of a resident attribute.
    #[must_use]
    pub const fn resident(&self) -> Option<&'a [u8]> {
        match self.form {
            Form::Resident(bytes) => Some(bytes),
            Form::NonResident(_) => None,
        }
    }

    /// The first cluster that this extent maps; 0 of a resident attribute.
    #[must_use]
    pub const fn first_vcn(&self) -> u64 {
        match self.form {
            Form::Resident(_) => 0,
            Form::NonResident(extent) => extent.first_vcn,
        }
    }

    /// The size of the whole attribute in bytes; `None` of an extent that is not the first.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self.form {
            Form::Resident(bytes) => Some(crate::fields::length(bytes)),
            Form::NonResident(extent) => (extent.first_vcn == 0).then_some(extent.size),
        }
    }
}

/// The bytes of one attribute.
struct Fields<'a>(&'a [u8]);

const CUT: &str = "it is cut off";

impl<'a> Fields<'a> {
    fn u8(&self, at: usize) -> Result<u8, &'static str> {
        u8_at(self.0, at).ok_or(CUT)
    }

    fn u16(&self, at: usize) -> Result<u16, &'static str> {
        u16_at(self.0, at).ok_or(CUT)
    }

    fn u64(&self, at: usize) -> Result<u64, &'static str> {
        u64_at(self.0, at).ok_or(CUT)
    }

    fn name(&self) -> Result<Name<'a>, &'static str> {
        let length = usize::from(self.u8(9)?);
        if length == 0 {
            return Ok(Name::new(&[]));
        }
        slice_at(self.0, usize::from(self.u16(10)?), length.saturating_mul(2))
            .map(Name::new)
            .ok_or("its name is outside")
    }

    fn value(&self) -> Result<&'a [u8], &'static str> {
        let length = u32_at(self.0, 16).ok_or(CUT)?;
        let length = usize::try_from(length).map_err(|_| CUT)?;
        slice_at(self.0, usize::from(self.u16(20)?), length).ok_or("its value is outside")
    }

    fn non_resident(&self) -> Result<NonResident<'a>, &'static str> {
        let runs = self.0.get(usize::from(self.u16(32)?)..);
        Ok(NonResident {
            first_vcn: self.u64(16)?,
            last_vcn: self.u64(24)?,
            runs: runs
                .filter(|_| self.u16(32).is_ok_and(|at| at >= 64))
                .ok_or("its runs are outside")?,
            compression_unit: self.u16(34)?,
            allocated: self.u64(40)?,
            size: self.u64(48)?,
            valid: self.u64(56)?,
        })
    }
}
