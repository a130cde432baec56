//! Startup key files (`{GUID}.BEK`).
//!
//! Source: libyal, "BitLocker Drive Encryption (BDE) format": BitLocker External Key (BEK) file.

use super::entry::{Entries, clear_key, kind, value};
use crate::Guid;
use crate::fields::u32_at;

/// Bytes of the file's header.
const HEADER: usize = 48;

/// Bytes before the properties of an external key: its identifier and its time.
const BEFORE_PROPERTIES: usize = 24;

/// The identifier of the protector that the key belongs to, and the key; or what is wrong.
pub(crate) fn parse(file: &[u8]) -> Result<(Guid, [u8; 32]), &'static str> {
    if file.len() < HEADER || u32_at(file, 4) != Some(1) || u32_at(file, 8) != Some(48) {
        return Err("it does not begin with the header of one");
    }
    let size = u32_at(file, 0).and_then(|size| usize::try_from(size).ok());
    let whole = size.and_then(|size| file.get(..size));
    let Some(entries) = whole.and_then(|whole| whole.get(HEADER..)) else {
        return Err("it is shorter than its header says");
    };
    let found = Entries::new(entries)
        .filter(|entry| entry.kind == kind::STARTUP_KEY && entry.value == value::EXTERNAL_KEY)
        .find_map(|entry| {
            let identifier = Guid::from_bytes(entry.data)?;
            let properties = Entries::new(entry.data.get(BEFORE_PROPERTIES..)?);
            let (_, key) = properties
                .filter(|property| property.kind == kind::PROPERTY)
                .find_map(|property| clear_key(&property))?;
            Some((identifier, key.try_into().ok()?))
        });
    found.ok_or("it holds no external key of 256 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_startup_key_is_refused() {
        for (file, problem) in [
            (vec![], "header"),
            (
                b"00000000: 9c00 0000 0100 0000 3000 0000 9c00 0000".to_vec(),
                "header",
            ),
            (
                [
                    &200_u32.to_le_bytes()[..],
                    &[1, 0, 0, 0, 48, 0, 0, 0],
                    &[0; 40],
                ]
                .concat(),
                "shorter",
            ),
            (
                [
                    &48_u32.to_le_bytes()[..],
                    &[1, 0, 0, 0, 48, 0, 0, 0],
                    &[0; 40],
                ]
                .concat(),
                "no external",
            ),
        ] {
            assert!(parse(&file).unwrap_err().contains(problem), "{problem}");
        }
    }
}
