//! Prints the partition table of a raw image; with `search` also the volumes that are found by
//! their boot sectors.
//!
//! ```text
//! cargo run -p kusari-evidence --example partitions -- disk.img [search]
//! ```

use std::path::Path;
use std::sync::Arc;

use kusari_evidence::partition::{Partition, read, search};
use kusari_evidence::{DiskFile, ReadAt};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = arguments.first() else {
        println!("partitions IMAGE [search]");
        return;
    };
    let disk: Arc<dyn ReadAt> = match DiskFile::open(Path::new(path)) {
        Ok(file) => Arc::new(file),
        Err(error) => {
            println!("{path}\t{error}");
            return;
        }
    };
    let table = read(&disk, 512);
    println!(
        "{}, sectors of {} bytes",
        table.scheme.name(),
        table.sector_size
    );
    if let Some(signature) = table.disk_signature {
        println!("disk signature {signature:08X}");
    }
    if let Some(guid) = table.disk_guid {
        println!("disk GUID {guid}");
    }
    if let Some(volume) = table.volume {
        println!("volume at sector 0: {}", volume.file_system.name());
    }
    table.partitions.iter().for_each(print);
    for span in &table.unallocated {
        println!("unallocated\t{}\t{}", span.start, span.length);
    }
    let mut notes = table.notes;
    if arguments.iter().any(|argument| argument == "search") {
        let found = search(&disk, 512, &mut |_| ());
        found.partitions.iter().for_each(print);
        notes.extend(found.notes);
    }
    for note in notes {
        println!("note: {note}");
    }
}

fn print(partition: &Partition) {
    println!(
        "{:?}\t{}\t{}\t{}\t{}\t{}",
        partition.from,
        partition
            .number
            .map_or_else(|| "-".to_owned(), |number| number.to_string()),
        partition.start,
        partition.length,
        partition.kind.name(),
        partition
            .guid
            .map_or_else(|| "-".to_owned(), |guid| guid.to_string()),
    );
}
