#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use kusari_fixtures::compound_file::write;

use super::*;

fn streams() -> Vec<(String, Vec<u8>)> {
    let bytes = |length: usize, first: u8| {
        (0..length)
            .map(|n| first.wrapping_add(n.to_le_bytes()[0]))
            .collect()
    };
    vec![
        ("1".to_owned(), bytes(100, 1)),
        ("2".to_owned(), bytes(5000, 2)),
        ("DestList".to_owned(), bytes(700, 3)),
    ]
}

#[test]
fn streams_lead_back_to_their_bytes() {
    let bytes = write(&streams());
    let file = read(&bytes).unwrap();
    assert_eq!(file.damage, []);
    for (name, wanted) in streams() {
        let stream = file
            .streams
            .iter()
            .find(|stream| stream.name == name)
            .unwrap();
        assert!(stream.bytes == wanted, "{name}");
        let (at, length) = (37, 60);
        let found: Vec<u8> = stream
            .places(at, length)
            .iter()
            .flat_map(|place| {
                let begin = usize::try_from(place.offset).unwrap();
                bytes[begin..begin + usize::try_from(place.length).unwrap()].to_vec()
            })
            .collect();
        assert!(found == wanted[37..97], "{name}");
    }
}

#[test]
fn a_chain_that_runs_in_a_circle_or_into_another_is_cut() {
    let mut bytes = write(&streams());
    // The table's first sector is the last one of the file; entry 1 chains the second sector of `2`.
    let table = bytes.len() - 512;
    bytes[table + 4..table + 8].copy_from_slice(&0_u32.to_le_bytes());
    let file = read(&bytes).unwrap();
    let cut = file
        .streams
        .iter()
        .find(|stream| stream.name == "2")
        .unwrap();
    assert_eq!((cut.bytes.len(), cut.size), (1024, 5000));
    assert!(
        file.damage
            .iter()
            .any(|one| one.reason.contains("another chain"))
    );
    // The others are whole.
    let whole = file
        .streams
        .iter()
        .find(|stream| stream.name == "1")
        .unwrap();
    assert_eq!(whole.bytes.len(), 100);
}

#[test]
fn other_bytes_are_no_compound_file() {
    assert_eq!(read(b""), None);
    assert_eq!(read(&[0; 1000]), None);
    assert!(!is_compound_file(b"PK\x03\x04"));
}
