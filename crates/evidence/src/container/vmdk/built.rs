//! Writers of images for tests, of kinds that `qemu-img` reads and does not write.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// How a stream ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// With grain tables, grain directory and footer, as VMware writes it.
    Footer,
    /// Behind the last grain, as after a transfer that broke off.
    Cut,
}

const GRAIN: usize = 65_536;
const ENTRIES: usize = 512;

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn u32_of(value: usize) -> [u8; 4] {
    u32::try_from(value).unwrap().to_le_bytes()
}

fn u64_of(value: usize) -> [u8; 8] {
    u64::try_from(value).unwrap().to_le_bytes()
}

fn sector_of(image: &[u8]) -> usize {
    assert_eq!(image.len() % 512, 0);
    image.len() / 512
}

fn fill_sector(image: &mut Vec<u8>) {
    image.resize(image.len().next_multiple_of(512), 0);
}

fn marker(image: &mut Vec<u8>, sectors: usize, kind: usize) {
    let mut marker = [0; 512];
    put(&mut marker, 0, &u64_of(sectors));
    put(&mut marker, 12, &u32_of(kind));
    image.extend(marker);
}

/// A streamOptimized image of `raw`. Grains of zeros are left out.
pub(super) fn stream(raw: &[u8], layout: Layout) -> Vec<u8> {
    stream_packed(raw, layout, zlib)
}

/// Bytes as a stream of zlib.
pub(super) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A streamOptimized image of `raw` whose grains are packed by `pack`.
pub(super) fn stream_packed(
    raw: &[u8],
    layout: Layout,
    pack: impl Fn(&[u8]) -> Vec<u8>,
) -> Vec<u8> {
    let sectors = raw.len() / 512;
    let mut header = [0; 512];
    put(&mut header, 0, b"KDMV");
    put(&mut header, 4, &u32_of(3));
    put(&mut header, 8, &u32_of(0x3_0001));
    put(&mut header, 12, &u64_of(sectors));
    put(&mut header, 20, &u64_of(128));
    put(&mut header, 28, &u64_of(1));
    put(&mut header, 36, &u64_of(20));
    put(&mut header, 44, &u32_of(ENTRIES));
    put(&mut header, 56, &[0xFF; 8]);
    put(&mut header, 64, &u64_of(128));
    put(&mut header, 73, b"\n \r\n");
    put(&mut header, 77, &[1, 0]);
    let mut image = header.to_vec();
    image.extend(
        format!(
            "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n\
             createType=\"streamOptimized\"\nRDONLY {sectors} SPARSE \"call me-anything.vmdk\"\n"
        )
        .as_bytes(),
    );
    image.resize(128 * 512, 0);

    let mut places = Vec::new();
    for (index, grain) in raw.chunks(GRAIN).enumerate() {
        if grain.iter().all(|byte| *byte == 0) {
            places.push(0);
            continue;
        }
        places.push(sector_of(&image));
        let packed = pack(grain);
        image.extend(u64_of(index * 128));
        image.extend(u32_of(packed.len()));
        image.extend(packed);
        fill_sector(&mut image);
    }
    if layout == Layout::Cut {
        return image;
    }
    let mut directory = Vec::new();
    for table in places.chunks(ENTRIES) {
        marker(&mut image, 4, 1);
        directory.push(sector_of(&image));
        let mut table: Vec<u8> = table.iter().flat_map(|place| u32_of(*place)).collect();
        table.resize(ENTRIES * 4, 0);
        image.extend(table);
    }
    marker(&mut image, 1, 2);
    put(&mut header, 56, &u64_of(sector_of(&image)));
    image.extend(directory.iter().flat_map(|place| u32_of(*place)));
    fill_sector(&mut image);
    marker(&mut image, 1, 3);
    image.extend(header);
    marker(&mut image, 0, 0);
    image
}

/// A COWD extent of `raw` with grains of 64 KiB. Grains of zeros are left out.
pub(super) fn cowd(raw: &[u8]) -> Vec<u8> {
    let grains = raw.len().div_ceil(GRAIN);
    let tables = grains.div_ceil(4096);
    let mut image = vec![0; 2048];
    put(&mut image, 0, b"COWD");
    put(&mut image, 4, &u32_of(1));
    put(&mut image, 8, &u32_of(3));
    put(&mut image, 12, &u32_of(raw.len() / 512));
    put(&mut image, 16, &u32_of(128));
    put(&mut image, 20, &u32_of(4));
    put(&mut image, 24, &u32_of(tables));
    let directory = image.len();
    image.resize(directory + (tables * 4).next_multiple_of(512), 0);
    for table in 0..tables {
        let place = sector_of(&image);
        put(&mut image, directory + table * 4, &u32_of(place));
        image.resize(image.len() + 4096 * 4, 0);
    }
    let first_table = directory + (tables * 4).next_multiple_of(512);
    for (index, grain) in raw.chunks(GRAIN).enumerate() {
        if grain.iter().any(|byte| *byte != 0) {
            let place = sector_of(&image);
            put(&mut image, first_table + index * 4, &u32_of(place));
            image.extend(grain);
            fill_sector(&mut image);
        }
    }
    image
}
