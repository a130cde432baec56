//! Tables that contradict themselves, or were made to do harm.

use std::sync::Arc;

use super::*;
use crate::ReadAt;

const SECTOR: usize = 512;

fn disk(bytes: &[u8]) -> Arc<dyn ReadAt> {
    Arc::new(bytes.to_vec())
}

/// Puts entries (type, first sector, sectors) and the mark into the sector.
fn put_record(bytes: &mut [u8], sector: usize, entries: &[(u8, u32, u32)]) {
    let record = &mut bytes[sector * SECTOR..(sector + 1) * SECTOR];
    record[510..].copy_from_slice(&[0x55, 0xAA]);
    for (entry, (kind, first, sectors)) in record[446..].chunks_exact_mut(16).zip(entries) {
        entry[4] = *kind;
        entry[8..12].copy_from_slice(&first.to_le_bytes());
        entry[12..].copy_from_slice(&sectors.to_le_bytes());
    }
}

/// Puts a GUID partition table with these entries (first, last sector) at its two places.
fn put_gpt(bytes: &mut [u8], size: usize, entries: &[(u64, u64)]) {
    let sectors = bytes.len() / size;
    let mut table = vec![0_u8; 128 * 128];
    for (number, (first, last)) in entries.iter().enumerate() {
        let entry = &mut table[number * 128..(number + 1) * 128];
        entry[..16].fill(7);
        entry[16..32].fill(u8::try_from(number).unwrap());
        entry[32..40].copy_from_slice(&first.to_le_bytes());
        entry[40..48].copy_from_slice(&last.to_le_bytes());
    }
    let table_sectors = table.len() / size;
    for (own, other, at) in [
        (1, sectors - 1, 2),
        (sectors - 1, 1, sectors - 1 - table_sectors),
    ] {
        let mut header = [0_u8; 92];
        header[..8].copy_from_slice(b"EFI PART");
        header[12] = 92;
        let numbers = [
            (24, own),
            (32, other),
            (40, 2 + table_sectors),
            (48, sectors - 2 - table_sectors),
            (72, at),
        ];
        for (place, number) in numbers {
            let number = u64::try_from(number).unwrap();
            header[place..place + 8].copy_from_slice(&number.to_le_bytes());
        }
        header[56..72].fill(3);
        header[80] = 128;
        header[84] = 128;
        header[88..92].copy_from_slice(&crc32fast::hash(&table).to_le_bytes());
        let sum = crc32fast::hash(&header);
        header[16..20].copy_from_slice(&sum.to_le_bytes());
        bytes[own * size..own * size + 92].copy_from_slice(&header);
        bytes[at * size..at * size + table.len()].copy_from_slice(&table);
    }
    put_record(bytes, 0, &[(0xEE, 1, u32::MAX)]);
}

#[test]
fn chains_that_lead_in_a_circle_end() {
    let mut bytes = vec![0; 400 * SECTOR];
    put_record(&mut bytes, 0, &[(5, 100, 200)]);
    put_record(&mut bytes, 100, &[(7, 1, 9), (5, 10, 10)]);
    put_record(&mut bytes, 110, &[(7, 1, 9), (5, 0, 10)]);
    let table = read(&disk(&bytes), 512);
    let numbers: Vec<_> = table
        .partitions
        .iter()
        .map(|one| one.number.unwrap())
        .collect();
    assert_eq!(numbers, [1, 5, 6]);
    assert!(
        table.notes[0].contains("leads back to sector 100"),
        "{:?}",
        table.notes
    );
}

#[test]
fn chains_that_lead_out_or_to_nothing_end() {
    let mut bytes = vec![0; 400 * SECTOR];
    put_record(&mut bytes, 0, &[(0x0F, 100, 200), (7, 310, 10)]);
    put_record(&mut bytes, 100, &[(7, 1, 300), (5, 250, 10)]);
    let table = read(&disk(&bytes), 512);
    let notes = table.notes.join("\n");
    assert!(
        notes.contains("partition 5 reaches beyond its extended partition"),
        "{notes}"
    );
    assert!(notes.contains("leads to sector 350, outside"), "{notes}");
    assert!(notes.contains("partitions 5 and 2 overlap"), "{notes}");
    put_record(&mut bytes, 100, &[(7, 1, 9), (5, 50, 10), (7, 20, 2)]);
    let notes = read(&disk(&bytes), 512).notes.join("\n");
    assert!(
        notes.contains("no extended boot record at sector 150"),
        "{notes}"
    );
    assert!(notes.contains("names more than one partition"), "{notes}");
    put_record(
        &mut bytes,
        0,
        &[(5, u32::MAX, u32::MAX), (7, u32::MAX, u32::MAX)],
    );
    let table = read(&disk(&bytes), 4096);
    let notes = table.notes.join("\n");
    assert!(
        notes.contains("partition 2 begins behind the end"),
        "{notes}"
    );
    assert_eq!(table.partitions.len(), 2);
}

#[test]
fn long_chains_are_bounded() {
    let mut bytes = vec![0; 2000 * SECTOR];
    put_record(&mut bytes, 0, &[(5, 1, 1999)]);
    for sector in 1..1990_u32 {
        let at = usize::try_from(sector).unwrap();
        put_record(&mut bytes, at, &[(7, 1, 1), (5, sector, 1)]);
    }
    let table = read(&disk(&bytes), 512);
    assert_eq!(table.partitions.len(), 257);
    assert!(
        table
            .notes
            .iter()
            .any(|note| note.contains("more than 256"))
    );
    assert!(table.notes.len() <= 52);
}

#[test]
fn dynamic_and_foreign_disks_are_said() {
    let mut bytes = vec![0; 100 * SECTOR];
    put_record(&mut bytes, 0, &[(0x42, 10, 80)]);
    let table = read(&disk(&bytes), 512);
    assert!(table.notes[0].contains("dynamic disk (LDM)"));
    let mut bytes = vec![0; 100 * SECTOR];
    bytes[..2].copy_from_slice(b"ER");
    bytes[SECTOR..SECTOR + 4].copy_from_slice(b"PM\0\0");
    assert_eq!(read(&disk(&bytes), 512).scheme, Scheme::Apple);
    let mut bytes = vec![0; 100 * SECTOR];
    bytes[SECTOR..SECTOR + 4].copy_from_slice(&0x8256_4557_u32.to_le_bytes());
    assert_eq!(read(&disk(&bytes), 512).scheme, Scheme::Bsd);
    let table = read(&disk(&[]), 512);
    assert_eq!((table.scheme, table.unallocated.len()), (Scheme::None, 0));
    assert_eq!(read(&disk(&[0x55; 3]), 7).scheme, Scheme::None);
    let mut bytes = vec![0; 3 * SECTOR];
    put_record(&mut bytes, 0, &[]);
    let table = read(&disk(&bytes), 512);
    assert!(table.notes[0].contains("neither a table with partitions"));
}

#[test]
fn a_table_in_sectors_of_another_size_is_read() {
    let mut bytes = vec![0; 100 * 4096];
    put_gpt(&mut bytes, 4096, &[(10, 19), (20, 50)]);
    let table = read(&disk(&bytes), 512);
    assert_eq!((table.scheme, table.sector_size), (Scheme::Gpt, 4096));
    assert_eq!(table.partitions[0].start, 10 * 4096);
    assert_eq!(table.partitions[1].end(), 51 * 4096);
    assert!(table.notes[0].contains("counts in sectors of 4096"));
    assert_eq!(read(&disk(&bytes), 4096).notes, [""; 0]);
    // The backup, too, when the container does not say the size.
    bytes[4096..8192].fill(0);
    let table = read(&disk(&bytes), 512);
    assert_eq!(table.partitions[0].from, Origin::Backup);
    assert_eq!(table.partitions.len(), 2);
}

#[test]
fn a_record_in_sectors_of_another_size_is_told_by_its_volumes() {
    let mut bytes = vec![0; 100 * 4096];
    put_record(&mut bytes, 0, &[(7, 10, 80)]);
    assert_eq!(read(&disk(&bytes), 512).partitions[0].start, 10 * 512);
    let boot = &mut bytes[10 * 4096..11 * 4096];
    boot[3..11].copy_from_slice(b"NTFS    ");
    boot[510..512].copy_from_slice(&[0x55, 0xAA]);
    let table = read(&disk(&bytes), 512);
    assert_eq!(table.partitions[0].start, 10 * 4096);
    assert!(table.notes[0].contains("sectors of 4096"));
    // Or by the record of an extended partition.
    let mut bytes = vec![0; 100 * 4096];
    put_record(&mut bytes, 0, &[(5, 10, 80)]);
    put_record(&mut bytes, 80, &[(7, 5, 20)]);
    let table = read(&disk(&bytes), 512);
    assert_eq!(table.partitions[1].start, 15 * 4096);
    assert_eq!(table.partitions[1].number, Some(5));
}

#[test]
fn left_over_and_contradicting_tables_are_said() {
    let mut bytes = vec![0; 400 * SECTOR];
    put_gpt(
        &mut bytes,
        512,
        &[(50, 99), (80, 120), (130, 120), (300, 1 << 60)],
    );
    let notes = read(&disk(&bytes), 512).notes.join("\n");
    for said in [
        "partitions 1 and 2 overlap",
        "partition 3 ends before it begins",
        "partition 4 lies outside of what the table calls usable",
        "bytes behind the end of the disk",
    ] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    put_record(&mut bytes, 0, &[(7, 50, 100)]);
    let table = read(&disk(&bytes), 512);
    assert_eq!(table.scheme, Scheme::Mbr);
    assert!(table.notes[0].contains("does not announce"));
    put_record(&mut bytes, 0, &[(0xEE, 1, 49), (7, 50, 50), (7, 200, 50)]);
    let table = read(&disk(&bytes), 512);
    let notes = table.notes.join("\n");
    assert!(
        notes.contains("entry 2 (NTFS or exFAT) is partition 1"),
        "{notes}"
    );
    assert!(
        notes.contains("entry 3 (NTFS or exFAT) is not in"),
        "{notes}"
    );
    let beside = table
        .partitions
        .iter()
        .find(|one| one.scheme == Scheme::Mbr);
    assert_eq!(beside.unwrap().start, 200 * 512);
}

#[test]
fn absurd_headers_are_refused() {
    let mut bytes = vec![0; 400 * SECTOR];
    put_gpt(&mut bytes, 512, &[(50, 99)]);
    for (place, value) in [
        (80, u32::MAX),
        (84, u32::MAX),
        (84, 0),
        (84, 129),
        (72, u32::MAX),
    ] {
        let mut bytes = bytes.clone();
        let end = bytes.len() - SECTOR;
        for at in [SECTOR, end] {
            bytes[at + place..at + place + 4].copy_from_slice(&value.to_le_bytes());
            bytes[at + 16..at + 20].fill(0);
            let sum = crc32fast::hash(&bytes[at..at + 92]);
            bytes[at + 16..at + 20].copy_from_slice(&sum.to_le_bytes());
        }
        let table = read(&disk(&bytes), 512);
        assert_eq!(table.scheme, Scheme::Mbr, "{place} {value}");
        assert!(
            table.notes[0].contains("no sound backup"),
            "{:?}",
            table.notes
        );
    }
}

#[test]
fn damage_does_no_harm() {
    let mut mbr = vec![0; 300 * SECTOR];
    put_record(&mut mbr, 0, &[(7, 10, 80), (0x0F, 100, 200)]);
    put_record(&mut mbr, 100, &[(7, 1, 9), (5, 10, 10)]);
    put_record(&mut mbr, 110, &[(7, 1, 9)]);
    let mut gpt = vec![0; 100 * SECTOR];
    put_gpt(&mut gpt, 512, &[(40, 45), (46, 50), (51, 60)]);
    for bytes in [mbr, gpt] {
        let sound = read(&disk(&bytes), 512);
        assert!(sound.partitions.len() >= 3 && sound.notes.is_empty());
        for seed in 0..400 {
            let variant = kusari_fixtures::variants::variant(&bytes, seed, 600);
            let table = read(&disk(&variant.bytes), 512);
            assert!(table.partitions.len() <= 260 && table.notes.len() <= 52);
            // Two sound copies: one place of damage costs nothing that is not said.
            let size = variant.bytes.len() == bytes.len();
            if size && sound.scheme == Scheme::Gpt && table.scheme == Scheme::Gpt {
                assert_eq!(table.partitions.len(), sound.partitions.len(), "{seed}");
            }
            let _ = search(&disk(&variant.bytes), 512, &mut |_| ());
        }
    }
}
