//! Writes a raw image as a dynamic VHD with blocks of a given size: `qemu-img` makes them of 2 MiB
//! only, which is much for a stick with little on it.
//!
//! `cargo run --release -p kusari-fixtures --example vhd_image -- RAW VHD BLOCK-BYTES`

use std::fs::File;
use std::io::{BufReader, Read};

use kusari_fixtures::vhd::{Layout, Vhd};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [raw, vhd, block] = arguments.as_slice() else {
        eprintln!("usage: vhd_image RAW VHD BLOCK-BYTES");
        std::process::exit(2);
    };
    let block: u32 = block.parse().expect("a number of bytes");
    let file = File::open(raw)?;
    let mut disk = Vhd::new(file.metadata()?.len(), Layout::Dynamic(block));
    let mut file = BufReader::with_capacity(1 << 20, file);
    let mut piece = vec![0; 1 << 16];
    let mut sector = 0;
    loop {
        let mut filled = 0;
        while filled < piece.len() {
            match file.read(&mut piece[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        if filled == 0 {
            break;
        }
        let used = &piece[..filled];
        if used.iter().any(|byte| *byte != 0) {
            disk.write(sector, used);
        }
        sector += filled as u64 / 512;
    }
    std::fs::write(vhd, disk.to_bytes())
}
