#![no_main]
//! Partition tables, and the search for volumes that no table names.

use std::sync::Arc;

use kusari_evidence::{ReadAt, partition};
use kusari_evidence_fuzz::{checksums, image, work};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut disk = image::decode(input);
    if input.len() % 8 != 0 {
        checksums::gpt(&mut disk);
    }
    let disk: Arc<dyn ReadAt> = Arc::new(disk);
    for sector_size in [512, 4096] {
        let table = partition::read(&disk, sector_size);
        assert!(table.notes.len() < 1000, "notes without end");
        assert!(table.partitions.len() < 100_000, "partitions without end");
        for partition in table.partitions.iter().take(8) {
            work::read_pieces(&partition.bytes(&disk));
        }
    }
    let found = partition::search(&disk, 512, &mut |_| ());
    assert!(found.partitions.len() <= 1000, "volumes without end");
});
