//! File records of built bytes, and of the corpus.

use super::super::attribute::Form;
use super::super::file_name;
use super::super::fixups::tests::protect;
use super::*;

/// A record of 1 KiB with these attributes, its update sequence written.
pub(crate) fn record(number: u32, sequence: u16, flags: u16, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 1024];
    bytes[..4].copy_from_slice(b"FILE");
    bytes[16..18].copy_from_slice(&sequence.to_le_bytes());
    bytes[18] = 1;
    bytes[20] = 56;
    bytes[22..24].copy_from_slice(&flags.to_le_bytes());
    bytes[44..48].copy_from_slice(&number.to_le_bytes());
    let mut at = 56;
    for attribute in attributes {
        bytes[at..at + attribute.len()].copy_from_slice(attribute);
        at += attribute.len();
    }
    bytes[at..at + 4].fill(0xFF);
    bytes[24..28].copy_from_slice(&u32::try_from(at + 8).unwrap().to_le_bytes());
    bytes[28..32].copy_from_slice(&1024_u32.to_le_bytes());
    protect(&mut bytes, 48, 3);
    bytes
}

/// A resident attribute.
pub(crate) fn resident(kind: AttributeType, name: &str, value: &[u8]) -> Vec<u8> {
    let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let value_at = (24 + units.len()).next_multiple_of(8);
    let mut bytes = vec![0; (value_at + value.len()).next_multiple_of(8)];
    let length = u32::try_from(bytes.len()).unwrap();
    bytes[..4].copy_from_slice(&kind.0.to_le_bytes());
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes[9] = u8::try_from(units.len() / 2).unwrap();
    bytes[10] = 24;
    bytes[16..20].copy_from_slice(&u32::try_from(value.len()).unwrap().to_le_bytes());
    bytes[20..22].copy_from_slice(&u16::try_from(value_at).unwrap().to_le_bytes());
    bytes[24..24 + units.len()].copy_from_slice(&units);
    bytes[value_at..value_at + value.len()].copy_from_slice(value);
    bytes
}

/// A non-resident attribute without a name.
pub(crate) fn non_resident(kind: AttributeType, first_vcn: u64, runs: &[u8], size: u64) -> Vec<u8> {
    let mut bytes = vec![0; (64 + runs.len()).next_multiple_of(8)];
    let length = u32::try_from(bytes.len()).unwrap();
    bytes[..4].copy_from_slice(&kind.0.to_le_bytes());
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes[8] = 1;
    bytes[16..24].copy_from_slice(&first_vcn.to_le_bytes());
    bytes[32] = 64;
    for at in [40, 48, 56] {
        bytes[at..at + 8].copy_from_slice(&size.to_le_bytes());
    }
    bytes[64..64 + runs.len()].copy_from_slice(runs);
    bytes
}

#[test]
fn both_sets_of_times_names_and_streams_are_given() {
    let parent = FileReference::new(5, 5);
    let mut standard = vec![0; 72];
    standard[0] = 1;
    let mut name = file_name::tests::value(parent, "long name.txt", 1, 5);
    name[8] = 2;
    let bytes = record(
        40,
        3,
        1,
        &[
            resident(AttributeType::STANDARD_INFORMATION, "", &standard),
            resident(
                AttributeType::FILE_NAME,
                "",
                &file_name::tests::value(parent, "LONGNA~1.TXT", 2, 5),
            ),
            resident(AttributeType::FILE_NAME, "", &name),
            resident(AttributeType::DATA, "", b"hello"),
            non_resident(AttributeType::DATA, 0, &[0x11, 1, 9, 0], 4000),
        ],
    );
    let record = parse(bytes.clone(), 40).unwrap();
    assert_eq!(record.reference(), FileReference::new(40, 3));
    assert_eq!(record.stated_number(), Some(40));
    assert!(record.in_use() && !record.is_folder());
    assert_eq!((record.links(), record.base()), (1, None));
    let created = |times: crate::FileTimes| times.created.map(|time| time.wall.ticks());
    let standard = record.standard_information().unwrap();
    assert_eq!(created(standard.times), Some(1));
    let names: Vec<_> = record
        .file_names()
        .map(|name| (name.name.to_text(), created(name.times)))
        .collect();
    assert_eq!(
        names,
        [
            ("LONGNA~1.TXT".to_owned(), None),
            ("long name.txt".to_owned(), Some(2)),
        ]
    );
    assert_eq!(record.damage(), None);
    let data: Vec<Attribute<'_>> = record
        .attributes()
        .filter(|attribute| attribute.kind == AttributeType::DATA)
        .collect();
    assert_eq!(data[0].resident(), Some(&b"hello"[..]));
    assert!(matches!(data[1].form, Form::NonResident(extent) if extent.size == 4000));

    let mut in_place = bytes;
    let same = parse_in_place(&mut in_place, 40).unwrap();
    assert_eq!(same.bytes(), record.bytes());
}

#[test]
fn a_malformed_attribute_costs_what_follows_and_is_said() {
    let attributes = [
        resident(AttributeType::STANDARD_INFORMATION, "", &[0; 72]),
        resident(AttributeType::DATA, "", b"hello"),
    ];
    let whole = record(1, 1, 1, &attributes);
    for (at, value) in [
        (152 + 4, 0xFF),
        (152 + 4, 0),
        (152 + 8, 7),
        (152 + 16, 0xFF),
        (152 + 20, 0xFF),
    ] {
        let mut bytes = whole.clone();
        bytes[at] = value;
        let record = parse(bytes, 1).unwrap();
        assert!(record.standard_information().is_some());
        assert_eq!(record.attributes().count(), 1, "{at} {value}");
        assert!(record.damage().unwrap().contains("byte 152"));
    }
}

#[test]
fn attributes_go_on_to_their_end_mark() {
    let attributes = [
        resident(AttributeType::STANDARD_INFORMATION, "", &[0; 72]),
        resident(AttributeType::DATA, "", b"hello"),
    ];
    let mut bytes = record(1, 1, 1, &attributes);
    bytes[24] = 150;
    let record = parse(bytes, 1).unwrap();
    assert_eq!(record.attributes().count(), 2);
    assert_eq!(
        record.damage().unwrap(),
        "its attributes end at byte 184, its header says 150"
    );
}

#[test]
fn what_is_no_record_is_said() {
    assert_eq!(
        parse(vec![0; 1024], 7).unwrap_err(),
        RecordError::NeverUsed(7)
    );
    let whole = record(1, 1, 1, &[]);
    for (at, value) in [(0, b'B'), (20, 0), (21, 0xFF), (511, 9), (6, 1)] {
        let mut bytes = whole.clone();
        bytes[at] = value;
        assert!(
            matches!(parse(bytes, 1), Err(RecordError::Damaged { number: 1, .. })),
            "{at}"
        );
    }
    assert!(parse(b"FILE".to_vec(), 1).is_err());
    assert!(parse(Vec::new(), 1).is_err());
}
