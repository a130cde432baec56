//! Sound images of every layout, and sets whose segments are missing or do not belong together.

use kusari_fixtures::ewf::{Image, Layout};

use super::{Files, fact, lost, media};
use crate::container::{HashAlgorithm, hashing};

/// Four segments of four chunks of 8 KiB and one of two.
fn split(layout: Layout) -> Image {
    Image {
        layout,
        sectors_per_chunk: 16,
        chunks_per_segment: 4,
        chunks_per_table: 3,
        ..Image::default()
    }
}

const MEDIA: usize = 18 * 8192 - 1024;

#[test]
fn every_layout_gives_the_media_from_any_of_its_segments() {
    let media = media(MEDIA);
    for (layout, format, names) in [
        (Layout::EnCase1, "E01", ["x.E01", "x.E05"]),
        (Layout::EnCase6, "E01", ["x.E01", "x.E03"]),
        (Layout::Smart, "S01", ["x.s01", "x.s05"]),
        (Layout::Version2, "Ex01", ["x.Ex01", "x.Ex02"]),
    ] {
        for compressed in [true, false] {
            let image = Image {
                compressed,
                ..split(layout)
            };
            let files = Files::of(&image, &media);
            assert_eq!(files.0.len(), 5);
            for name in names {
                let container = files.open(name).unwrap();
                assert_eq!(container.format, format);
                assert_eq!(container.notes, [""; 0], "{layout:?}");
                assert_eq!(container.files.len(), 5);
                for piece in [512, 700, 8192, 100_000, 1 << 20] {
                    assert_eq!(lost(container.media.as_ref(), &media, piece), []);
                }
                assert_eq!(fact(&container, "case number").unwrap(), "case");
                assert_eq!(fact(&container, "segments").unwrap(), "5");
                let wanted: Vec<HashAlgorithm> = container
                    .stored_hashes
                    .iter()
                    .map(|hash| hash.algorithm)
                    .collect();
                let made = hashing::verify(container.media.as_ref(), &wanted, &mut |_| ()).unwrap();
                assert_eq!(made, container.stored_hashes);
                assert!(!made.is_empty());
            }
        }
    }
}

#[test]
fn what_the_image_says_about_itself() {
    let image = Image {
        read_errors: vec![(3, 2), (9, 1)],
        ..split(Layout::EnCase6)
    };
    for layout in [Layout::EnCase6, Layout::Version2] {
        let image = Image {
            layout,
            ..image.clone()
        };
        let files = Files::of(&image, &media(MEDIA));
        let container = files.open(files.0[0].0.as_str()).unwrap();
        let said = |name| fact(&container, name).unwrap();
        assert_eq!(said("evidence number"), "evidence");
        assert_eq!(said("description"), "description");
        assert_eq!(said("examiner"), "examiner");
        assert_eq!(said("notes"), "notes");
        assert_eq!(said("software version"), "Kusari");
        assert_eq!(said("operating system"), "fixture");
        assert_eq!(said("acquired"), "2022-06-21T08:26:40Z");
        assert_eq!(said("media type"), "fixed disk");
        assert_eq!(said("device"), "physical");
        assert_eq!(said("sectors"), (MEDIA / 512).to_string());
        assert_eq!(said("error granularity"), "64 sectors");
        assert_eq!(
            said("set identifier"),
            "{6173756B-6972-662D-6978-747572652D31}"
        );
        let errors = "3 sectors in 2 ranges (first sector+sectors: 3+2, 9+1)";
        assert_eq!(said("acquisition read errors"), errors);
        assert!(container.notes[0].contains(errors));
        assert_eq!(container.sector_size, 512);
    }
}

#[test]
fn a_missing_segment_costs_its_own_chunks() {
    let media = media(MEDIA);
    for layout in [Layout::EnCase1, Layout::EnCase6, Layout::Version2] {
        let x = if layout == Layout::Version2 { "x" } else { "" };
        let files = Files::of(&split(layout), &media);
        let container = files
            .without(&format!("x.E{x}03"))
            .open(&format!("x.E{x}01"))
            .unwrap();
        let missing = format!("segment 3 (x.E{x}03) is missing");
        assert_eq!(container.notes, [missing.as_str()]);
        let lost = lost(container.media.as_ref(), &media, 1 << 20);
        assert_eq!(lost, [(8 * 8192..12 * 8192, missing)]);
    }
}

#[test]
fn without_proof_of_the_end_nothing_behind_the_missing_segment_is_placed() {
    let media = media(MEDIA);
    let image = Image {
        hashed: false,
        ..split(Layout::EnCase6)
    };
    let files = Files::of(&image, &media).without("x.E03");
    let container = files.open("x.E02").unwrap();
    let lost = lost(container.media.as_ref(), &media, 8192);
    assert_eq!(lost[0].0, 8 * 8192..MEDIA);
    assert!(container.notes[1].starts_with("6 chunks are there, and it is not known where"));
}

#[test]
fn the_first_and_the_last_segment_can_be_missing() {
    let media = media(MEDIA);
    let files = Files::of(&split(Layout::EnCase6), &media);
    let container = files.without("x.E01").open("x.E02").unwrap();
    let lost_first = lost(container.media.as_ref(), &media, 8192);
    assert_eq!(lost_first.len(), 1);
    assert_eq!(lost_first[0].0, 0..4 * 8192);
    let container = files.without("x.E05").open("x.E02").unwrap();
    let lost_last = lost(container.media.as_ref(), &media, 8192);
    let reason = "segment 5 (x.E05) and any that follow it are missing";
    assert_eq!(lost_last, [(16 * 8192..MEDIA, reason.to_owned())]);
    // SMART has the size of the media in its first segment alone.
    let files = Files::of(&split(Layout::Smart), &media);
    let error = files.without("x.s01").open("x.s02").err().unwrap();
    assert!(
        error.to_string().contains("segment 1 (x.s01) is missing"),
        "{error}"
    );
}

#[test]
fn several_missing_segments_leave_what_stands_at_both_ends() {
    let media = media(MEDIA);
    let files = Files::of(&split(Layout::EnCase6), &media);
    let files = files.without("x.E02").without("x.E04");
    let container = files.open("x.E01").unwrap();
    let lost = lost(container.media.as_ref(), &media, 8192);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].0, 4 * 8192..16 * 8192);
    assert_eq!(container.notes.len(), 3);
}

#[test]
fn segments_of_two_sets_are_not_mixed() {
    let (one, two) = (media(MEDIA), vec![0x55; MEDIA]);
    for (set, layout) in [
        (*b"another-set-----", Layout::EnCase6),
        (*b"another-set-----", Layout::Version2),
    ] {
        let x = if layout == Layout::Version2 { "x" } else { "" };
        let other = Image {
            set,
            ..split(layout)
        };
        let other = Files::of(&other, &two).bytes(&format!("x.E{x}02"));
        let files = Files::of(&split(layout), &one).replaced(&format!("x.E{x}02"), other);
        let container = files.open(&format!("x.E{x}01")).unwrap();
        let lost_there = lost(container.media.as_ref(), &one, 8192);
        assert_eq!(lost_there.len(), 1);
        assert_eq!(lost_there[0].0, 4 * 8192..8 * 8192);
        let note = format!("x.E{x}02 belongs to another set and is not used");
        assert!(container.notes.contains(&note), "{:?}", container.notes);
        // The file that is given decides which set it is.
        let container = files.open(&format!("x.E{x}02")).unwrap();
        let lost_there = lost(container.media.as_ref(), &two, 8192);
        let sum: usize = lost_there.iter().map(|(range, _)| range.len()).sum();
        assert!(sum >= 14 * 8192 - 1024, "{sum}");
    }
}

#[test]
fn names_are_found_in_any_case_and_the_header_decides_on_the_number() {
    let media = media(MEDIA);
    let mut files = Files::of(&split(Layout::EnCase6), &media);
    for (index, name) in ["X.e01", "x.E03", "x.E02", "x.e04", "X.E05"]
        .into_iter()
        .enumerate()
    {
        files.0[index].0 = name.to_owned();
    }
    files.0.push(("x.E06.txt".to_owned(), files.0[0].1.clone()));
    files.0.push(("y.E06".to_owned(), files.0[0].1.clone()));
    let container = files.open("x.e04").unwrap();
    assert_eq!(lost(container.media.as_ref(), &media, 1 << 20), []);
    assert_eq!(
        container.files,
        ["X.e01", "x.E03", "x.E02", "x.e04", "X.E05"]
    );
}

#[test]
fn encrypted_and_unknown_images_are_refused_in_words() {
    let files = Files::of(&split(Layout::Version2), &media(MEDIA));
    let error = |files: Files| files.open("x.Ex01").err().unwrap().to_string();
    let bzip2 = files.patched("x.Ex01", 10, &[2]);
    assert!(error(bzip2).contains("bzip2"));
    assert!(error(files.patched("x.Ex01", 10, &[9])).contains("compression method 9"));
    assert!(error(files.patched("x.Ex01", 8, &[3])).contains("version 3.1"));
    let mut encrypted = files.bytes("x.Ex01");
    let at = encrypted.len() - 64;
    encrypted[at + 4] = 2;
    let sum = super::super::fields::adler32(&encrypted[at..at + 60]).to_le_bytes();
    encrypted[at + 60..].copy_from_slice(&sum);
    assert!(error(files.replaced("x.Ex01", encrypted)).contains("encrypted by EnCase"));
    let ad = files.replaced("x.Ex01", b"ADCRYPT\0and more".to_vec());
    assert!(error(ad).contains("AD encryption"));
}
