//! From which store each block comes.

use kusari_fixtures::shadow_copy::Descriptor;

use super::built::{Built, at, guid, media, read};
use super::*;

/// What the volume as it is now holds everywhere.
const NOW: u8 = 0x5A;

#[test]
fn a_volume_without_copies_has_none() {
    for bytes in [vec![0; 0x4000], vec![1; 0x1E20], Vec::new()] {
        let volume: Arc<dyn ReadAt> = Arc::new(bytes);
        let found = list(&volume).unwrap();
        assert!(found.copies.is_empty() && found.notes.is_empty());
    }
    // Copies were kept once, and none is left.
    let volume = Built::new(8, &[2], &[]).write();
    assert!(list(&volume).unwrap().copies.is_empty());
}

#[test]
fn what_the_catalog_and_the_store_say_is_given() {
    let volume = Built::three().write();
    let found = list(&volume).unwrap();
    assert_eq!(found.notes, [""; 0]);
    let numbers: Vec<_> = found.copies.iter().map(|copy| copy.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    let copy = &found.copies[1];
    assert_eq!(copy.store_id.0, guid(2).0);
    assert_eq!(copy.id.0, guid(0x22).0);
    assert_eq!(copy.set_id.0, guid(0x42).0);
    assert_eq!(
        copy.created.unwrap().to_string(),
        "2022-06-18T06:26:40.0000000Z"
    );
    assert_eq!(copy.size, 64 * 0x4000);
    assert_eq!(
        copy.attributes,
        [
            "persistent",
            "no auto-release",
            "differential",
            "auto-recovered"
        ]
    );
    assert_eq!(copy.originating_machine.as_deref(), Some("BENEFITS"));
    assert_eq!(copy.service_machine.as_deref(), Some("BENEFITS"));
    assert_eq!(copy.store_file, Some(0x0001_0000_0000_0025));
    assert_eq!(copy.notes(&volume), [""; 0]);
}

#[test]
fn an_older_copy_is_read_through_the_newer_ones() {
    let copies = media(&Built::three().write());
    let blocks =
        |copy: usize| [40, 41, 42, 43, 44].map(|block| read(&copies[copy], block).unwrap());
    assert_eq!(blocks(0), [0xA1, 0xA2, 0xC3, 0xA4, NOW]);
    assert_eq!(blocks(1), [0xB1, 0xB2, 0xC3, NOW, NOW]);
    assert_eq!(blocks(2), [0xC1, NOW, 0xC3, NOW, NOW]);
}

#[test]
fn one_read_goes_over_many_blocks_and_ends_where_the_copy_ends() {
    let mut built = Built::three();
    built.stores[2].1.size = 50 * 0x4000 + 1000;
    let volume = built.write();
    let newest = &media(&volume)[2];
    assert_eq!(newest.size(), 50 * 0x4000 + 1000);
    let whole = read_vec_at(newest.as_ref(), 0, u64::MAX).unwrap();
    assert_eq!(whole.len(), 50 * 0x4000 + 1000);
    for (offset, length) in [(39 * 0x4000 + 5, 0x9000), (42 * 0x4000 - 1, 3), (0, 7)] {
        let part = read_vec_at(newest.as_ref(), offset, length).unwrap();
        let start = usize::try_from(offset).unwrap();
        assert_eq!(part, whole[start..start + part.len()]);
    }
    assert_eq!(whole[40 * 0x4000], 0xC1);
    assert_eq!(newest.read_at(newest.size(), &mut [0; 4]).unwrap(), 0);
    assert_eq!(newest.read_at(u64::MAX, &mut [0; 4]).unwrap(), 0);
}

#[test]
fn a_moved_block_is_looked_for_where_it_was_moved_to() {
    let mut built = Built::three();
    // Since the newest copy, block 45 was moved to 46. Then 46 was overwritten: what the store
    // then kept is what 45 held.
    let newest = &mut built.stores[2].1;
    newest.descriptors.push(Descriptor::moved(at(45), at(46)));
    newest.descriptors.push(Descriptor::moved(at(47), at(48)));
    built.hold(2, 46, 0xC5);
    // Between the oldest copy and the second, 49 was moved to 40, which the second holds.
    let oldest = &mut built.stores[0].1;
    oldest.descriptors.push(Descriptor::moved(at(49), at(40)));
    // A block that is moved away is no more, a block that is moved onto itself stays.
    oldest.descriptors.push(Descriptor::moved(at(50), at(50)));
    let volume = built.write();
    let copies = media(&volume);
    assert_eq!(read(&copies[2], 45), Ok(0xC5));
    assert_eq!(read(&copies[2], 46), Ok(NOW));
    assert_eq!(read(&copies[0], 49), Ok(0xB1));
    assert_eq!(read(&copies[0], 50), Ok(NOW));
    // The sector's number says whose bytes these are.
    let moved = read_vec_at(copies[2].as_ref(), at(47), 8).unwrap();
    assert_eq!(moved, (48_u64 * 32).to_le_bytes());
}

#[test]
fn sectors_written_into_a_copy_are_in_no_other() {
    let mut built = Built::three();
    let spare = built.place(1, 0xEE);
    let store = &mut built.stores[1].1;
    store
        .descriptors
        .push(Descriptor::overlay(at(40), spare, 0b110));
    store.descriptors.push(Descriptor {
        relative: 1,
        ..Descriptor::overlay(at(40), spare, 0x8000_0000)
    });
    store
        .descriptors
        .push(Descriptor::overlay(at(44), spare, 1));
    let copies = media(&built.write());
    let sectors = |copy: usize, block| {
        let bytes = read_vec_at(copies[copy].as_ref(), at(block), 0x4000).unwrap();
        let written = |sector: usize| bytes[sector * 512 + 8] == 0xEE;
        (0..32)
            .filter(|sector| written(*sector))
            .collect::<Vec<_>>()
    };
    assert_eq!(sectors(1, 40), [1, 2, 31]);
    assert_eq!(sectors(1, 44), [0]);
    for copy in [0, 2] {
        assert!(sectors(copy, 40).is_empty() && sectors(copy, 44).is_empty());
    }
    assert_eq!(read(&copies[1], 40), Ok(0xB1));
    // From the middle of a sector on, too.
    let part = read_vec_at(copies[1].as_ref(), at(40) + 500, 600).unwrap();
    assert_eq!(
        (part[0], part[11], part[12], part[599]),
        (0xB1, 0xB1, 0xEE, 0xEE)
    );
}

#[test]
fn what_was_not_in_use_is_zeros_in_the_newest_copy_only() {
    let mut built = Built::three();
    let newest = &mut built.stores[2].1;
    for block in [42, 44, 45, 46, 47] {
        newest.unused[block] = true;
    }
    newest.descriptors.push(Descriptor::moved(at(50), at(46)));
    let volume = built.write();
    let copies = media(&volume);
    assert_eq!(read(&copies[2], 42), Ok(0xC3), "the store holds it");
    assert_eq!(read(&copies[2], 44), Ok(0));
    assert_eq!(read(&copies[2], 46), Ok(NOW), "another was moved there");
    assert_eq!(read(&copies[1], 44), Ok(NOW));
    // What the copy before did use is not zeros.
    let mut previously = vec![false; 64];
    previously[45] = true;
    built.stores[2].1.previously_unused = Some(previously);
    let copies = media(&built.write());
    assert_eq!(read(&copies[2], 44), Ok(NOW));
    assert_eq!(read(&copies[2], 45), Ok(0));
}

#[test]
fn descriptors_that_are_not_used_are_passed_over() {
    let mut built = Built::three();
    let store = &mut built.stores[2].1;
    store.descriptors[1].flags |= 4;
    let copies = media(&built.write());
    assert_eq!(read(&copies[2], 42), Ok(NOW));
}

#[test]
fn threads_read_at_the_same_time() {
    let volume = Built::three().write();
    let copies = list(&volume).unwrap().copies;
    std::thread::scope(|scope| {
        for copy in &copies {
            for _ in 0..4 {
                let volume = &volume;
                scope.spawn(move || {
                    let media = copy.media(volume).unwrap();
                    let expected = [0xA1, 0xB1, 0xC1][copy.number - 1];
                    assert_eq!(read(&media, 40), Ok(expected));
                });
            }
        }
    });
}
