#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use encoding_rs::{SHIFT_JIS, WINDOWS_1252};

use super::*;

fn storage(format: [u8; 16], properties: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    bytes.extend_from_slice(VERSION);
    bytes.extend(format);
    bytes.extend(properties.iter().flatten());
    bytes.extend([0; 4]);
    let length = u32::try_from(bytes.len()).unwrap();
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    bytes
}

fn numbered(number: u32, kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(13 + data.len()).unwrap();
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend(number.to_le_bytes());
    bytes.push(0);
    bytes.extend(u32::from(kind).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// The set of System.ItemNameDisplay.
const STORAGE_SET: [u8; 16] = [
    0x30, 0xF1, 0x25, 0xB7, 0xEF, 0x47, 0x1A, 0x10, 0xA5, 0xF1, 0x02, 0x60, 0x8C, 0x9E, 0xEB, 0xAC,
];

#[test]
fn values_keep_their_types() {
    let text = b"\x03\0\0\0a\0\x96\x93\0\0\0\0";
    let bytes = storage(
        STORAGE_SET,
        &[
            numbered(10, 0x1F, text),
            numbered(12, 0x15, &7_u64.to_le_bytes()),
            numbered(14, 0x40, &116_444_736_000_000_000_u64.to_le_bytes()),
            numbered(3, 0x1E, b"\x04\0\0\0\x8D\xBD\0\0"),
            numbered(4, 0x0B, &[0xFF, 0xFF, 0, 0]),
            numbered(5, 0x101F, b"\x02\0\0\0\x02\0\0\0a\0\0\0\x02\0\0\0b\0\0\0"),
            numbered(6, 0x2011, b"\x01\x02"),
        ],
    );
    let read = read(&bytes, SHIFT_JIS);
    assert_eq!(read.damage, []);
    let store = &read.stores[0];
    let values: Vec<_> = store.properties.iter().map(|one| &one.value).collect();
    assert_eq!(*values[0], PropertyValue::Text("a鎖".into()));
    assert_eq!(*values[1], PropertyValue::Unsigned(7));
    assert!(matches!(values[2], PropertyValue::Time(Some(time)) if time.unix_seconds() == 0));
    assert_eq!(*values[3], PropertyValue::Text("鎖".into()));
    assert_eq!(*values[4], PropertyValue::Boolean(true));
    let texts = ["a", "b"].map(|text| PropertyValue::Text(text.into()));
    assert_eq!(*values[5], PropertyValue::Vector(texts.to_vec()));
    assert_eq!(*values[6], PropertyValue::Other(vec![1, 2]));
    assert_eq!(
        find(&read.stores, "System.ItemNameDisplay").unwrap().text(),
        Some("a鎖")
    );
}

#[test]
fn user_defined_properties_have_names() {
    // The set {D5CDD505-2E9C-101B-9397-08002B2CF9AE}.
    let format = [
        0x05, 0xD5, 0xCD, 0xD5, 0x9C, 0x2E, 0x1B, 0x10, 0x93, 0x97, 0x08, 0x00, 0x2B, 0x2C, 0xF9,
        0xAE,
    ];
    let mut property = vec![0; 4];
    property.extend(6_u32.to_le_bytes());
    property.push(0);
    property.extend(b"N\0o\0\0\0");
    property.extend(0x13_u32.to_le_bytes());
    property.extend(9_u32.to_le_bytes());
    let length = u32::try_from(property.len()).unwrap();
    property[..4].copy_from_slice(&length.to_le_bytes());
    let read = read(&storage(format, &[property]), WINDOWS_1252);
    let found = &read.stores[0].properties[0];
    assert_eq!(found.key, PropertyKey::Name("No".into()));
    assert_eq!(found.value, PropertyValue::Unsigned(9));
}

#[test]
fn a_damaged_property_costs_itself_only() {
    let mut bytes = storage(
        STORAGE_SET,
        &[
            // A text longer than its property.
            numbered(10, 0x1F, b"\xFF\xFF\0\0a\0"),
            numbered(12, 0x13, &7_u32.to_le_bytes()),
        ],
    );
    bytes.extend([0; 4]);
    let found = read(&bytes, WINDOWS_1252);
    assert_eq!(found.stores[0].properties.len(), 1);
    assert_eq!((found.damage.len(), found.damage[0].offset), (1, 24));
    // A storage that says that it is longer than the bytes.
    bytes[0] = 0xFF;
    let found = read(&bytes, WINDOWS_1252);
    assert_eq!((found.stores.len(), found.damage.len()), (0, 1));
}
