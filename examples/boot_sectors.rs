//! Prints file system and volume serial number of volume images, one a line.
//!
//! ```text
//! cargo run -p kusari-evidence --example boot_sectors -- volume.img...
//! ```

use std::io::Read;

use kusari_evidence::boot_sector::BootSector;

fn main() {
    for path in std::env::args().skip(1) {
        let mut sector = Vec::new();
        let read =
            std::fs::File::open(&path).and_then(|file| file.take(512).read_to_end(&mut sector));
        match (read, BootSector::parse(&sector)) {
            (Err(error), _) => println!("{path}\t{error}"),
            (Ok(_), None) => println!("{path}\tno boot sector"),
            (Ok(_), Some(boot)) => {
                let long = boot.serial64.map(|serial| format!("{serial:016X}"));
                let short = boot.serial32.map(|serial| format!("{serial:08X}"));
                println!(
                    "{path}\t{}\t{}",
                    boot.file_system.name(),
                    long.or(short).unwrap_or_else(|| "-".to_owned())
                );
            }
        }
    }
}
