//! An image of more segments than a process may have files open.

use std::fs;

use kusari_fixtures::ewf::{Image, Layout};

use super::{lost, media};
use crate::open;
use crate::test_folder::TestFolder;

/// How many files in that folder this process has open.
fn open_in(folder: &TestFolder) -> usize {
    let handles = fs::read_dir("/proc/self/fd").unwrap();
    let targets = handles.filter_map(|handle| fs::read_link(handle.ok()?.path()).ok());
    targets
        .filter(|target| target.starts_with(folder.path()))
        .count()
}

#[test]
fn an_image_of_1200_segments_has_few_files_open() {
    let media = media(1200 * 512);
    let image = Image {
        layout: Layout::EnCase6,
        sectors_per_chunk: 1,
        chunks_per_segment: 1,
        ..Image::default()
    };
    let folder = TestFolder::new();
    let segments = image.write(&media);
    assert_eq!(segments.len(), 1200);
    for segment in segments {
        folder.write(&format!("x.{}", segment.extension), &segment.bytes);
    }
    let evidence = open(&folder.path().join("x.E01")).unwrap();
    assert!(open_in(&folder) <= 128, "{}", open_in(&folder));
    assert_eq!(evidence.notes, [""; 0]);
    let bytes = evidence.media[0].bytes.as_ref();
    for piece in [512, 100_000] {
        assert_eq!(lost(bytes, &media, piece), []);
        let open = open_in(&folder);
        assert!((1..=128).contains(&open), "{open}");
    }
}
