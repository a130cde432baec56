#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn names_pair_index_and_content() {
    assert_eq!(
        content_name("$IABC123.txt").as_deref(),
        Some("$RABC123.txt")
    );
    assert_eq!(content_name("$RABC123.txt"), None);
    assert!(!is_index_file("$I") && is_index_file("$iabc"));
}

#[test]
fn the_place_of_a_bin_names_its_user() {
    let place = BinPlace::of("$Recycle.Bin/S-1-5-21-1-2-3-1001/$IABC123.txt").unwrap();
    assert_eq!(
        (place.sid, place.name),
        (Some("S-1-5-21-1-2-3-1001"), "$IABC123.txt")
    );
    let place = BinPlace::of(r"RECYCLED\INFO2").unwrap();
    assert_eq!((place.sid, place.name), (None, "INFO2"));
    for path in [
        "a/S-1-5-21/$I1",
        "$Recycle.Bin/S-1-5/$RAB/inner.txt",
        "$IABC",
        "",
        "日本/本/あ",
    ] {
        assert_eq!(BinPlace::of(path), None, "{path}");
    }
}

#[test]
fn a_cut_path_is_given_and_reported() {
    let mut bytes =
        kusari_fixtures::recycle_bin::index_file(2, 7, 133_000_000_000_000_000, r"C:\a");
    bytes.truncate(bytes.len() - 4);
    let read = read_index_file(&bytes);
    assert_eq!(read.file.unwrap().original_path, r"C:\");
    assert_eq!(read.outcome.damage.len(), 1);
    assert_eq!(read_index_file(&[9; 40]).file, None);
}
