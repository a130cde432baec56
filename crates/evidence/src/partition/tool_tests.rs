//! Tables that sfdisk and sgdisk write, against what sfdisk and `mmls` read from them.

use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use kusari_fixtures::tools;

use super::*;
use crate::{DiskFile, ReadAt, read_vec_at};

/// A sparse image that is removed at the end.
pub(super) struct Image(PathBuf);

impl Image {
    pub(super) fn new(name: &str, size: u64) -> Self {
        let name = format!("kusari-partition-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::File::create(&path).unwrap().set_len(size).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    pub(super) fn disk(&self) -> Arc<dyn ReadAt> {
        Arc::new(DiskFile::open(&self.0).unwrap())
    }

    pub(super) fn write(&self, at: u64, bytes: &[u8]) {
        let mut file = std::fs::File::options().write(true).open(&self.0).unwrap();
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(bytes).unwrap();
    }

    fn flip(&self, at: u64) {
        let byte = read_vec_at(self.disk().as_ref(), at, 1).unwrap()[0];
        self.write(at, &[byte ^ 0x5A]);
    }

    fn truncate(&self, size: u64) {
        let file = std::fs::File::options().write(true).open(&self.0).unwrap();
        file.set_len(size).unwrap();
    }

    fn read(&self) -> PartitionTable {
        read(&self.disk(), 512)
    }

    /// Lets sfdisk write that table; `None` where it is not installed.
    pub(super) fn sfdisk(&self, script: &str) -> Option<()> {
        tools::output("sfdisk", &["--version"])?;
        let script_file = format!("{}.script", self.path());
        std::fs::write(&script_file, script).unwrap();
        let line = format!("sfdisk -q {} < {script_file}", self.path());
        let done = tools::output("sh", &["-c", &line]);
        std::fs::remove_file(&script_file).unwrap();
        done.map(|_| ())
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// As `sfdisk -d` writes it: the table's id, and of each partition number, first sector, sectors,
/// type, GUID, name, and whether it is bootable.
fn of_sfdisk(image: &Image) -> Option<(String, Vec<String>)> {
    let dump = String::from_utf8(tools::output("sfdisk", &["-d", image.path()])?).unwrap();
    let id = dump
        .lines()
        .find_map(|line| line.strip_prefix("label-id: "))
        .unwrap();
    let partitions = dump.lines().filter_map(|line| {
        let rest = line.strip_prefix(image.path())?;
        let (number, fields) = rest.split_once(" : ")?;
        let field = |name: &str| {
            let name = format!("{name}=");
            let found = fields
                .split(", ")
                .find_map(|field| field.strip_prefix(&name));
            found
                .unwrap_or_default()
                .trim()
                .trim_matches('"')
                .to_owned()
        };
        let active = fields
            .split(", ")
            .any(|field| field == "bootable" || field.contains("LegacyBIOSBootable"));
        let (start, size, kind) = (field("start"), field("size"), field("type"));
        let (uuid, name) = (field("uuid"), field("name"));
        Some(format!(
            "{number} {start} {size} {kind} {uuid} {name} {active}"
        ))
    });
    Some((id.to_uppercase(), partitions.collect()))
}

/// The same of ours.
fn of_ours(table: &PartitionTable) -> (String, Vec<String>) {
    let plain = |guid: &crate::Guid| guid.to_string().trim_matches(['{', '}']).to_owned();
    let id = match (&table.disk_guid, table.disk_signature) {
        (Some(guid), _) => plain(guid),
        (None, signature) => format!("0X{:08X}", signature.unwrap_or(0)),
    };
    let mut partitions = table.partitions.clone();
    partitions.sort_by_key(|one| one.number);
    let size = u64::from(table.sector_size);
    let partitions = partitions.iter().map(|one| {
        let kind = match one.kind {
            PartitionKind::Mbr(kind) => format!("{kind:x}"),
            PartitionKind::Gpt(guid) => plain(&guid),
            other => panic!("{other:?}"),
        };
        let (number, start, sectors) = (one.number.unwrap(), one.start / size, one.length / size);
        let guid = one.guid.as_ref().map(plain).unwrap_or_default();
        let name = one.name.clone().unwrap_or_default();
        format!(
            "{number} {start} {sectors} {kind} {guid} {name} {}",
            one.active
        )
    });
    (id, partitions.collect())
}

/// First sectors and sectors as `mmls` says them, without tables and gaps.
fn of_mmls(image: &Image) -> Option<Vec<(u64, u64)>> {
    let said = String::from_utf8(tools::output("mmls", &[image.path()])?).unwrap();
    let rows = said.lines().filter_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let slot = columns.get(1)?;
        let is_partition = slot.split(':').all(|part| part.parse::<u32>().is_ok());
        let number = |at: usize| columns.get(at)?.parse().ok();
        if is_partition {
            Some((number(2)?, number(4)?))
        } else {
            None
        }
    });
    Some(rows.collect())
}

fn volumes(table: &PartitionTable) -> Vec<(u64, u64)> {
    let volumes = table
        .partitions
        .iter()
        .filter(|one| one.can_hold_a_volume());
    volumes
        .map(|one| (one.start / 512, one.length / 512))
        .collect()
}

fn compare(image: &Image, table: &PartitionTable) -> Option<()> {
    assert_eq!(of_ours(table), of_sfdisk(image)?);
    assert_eq!(volumes(table), of_mmls(image)?);
    Some(())
}

const MBR: &str = "label: dos\nlabel-id: 0xCAFEBABE\nsize=20480,type=7,bootable\n\
    size=20480,type=c\nsize=80000,type=f\nsize=10240,type=83\n\
    size=10240,type=7\nsize=10240,type=6\nsize=2048,type=7\nsize=4096,type=b\n";

#[test]
fn primary_and_logical_partitions_are_those_of_sfdisk_and_mmls() {
    let image = Image::new("mbr", 100 << 20);
    if image.sfdisk(MBR).is_none() {
        return;
    }
    let table = image.read();
    assert_eq!(table.scheme, Scheme::Mbr);
    assert_eq!(table.notes, [""; 0]);
    assert_eq!(table.disk_signature, Some(0xCAFE_BABE));
    let logical = |one: &&Partition| one.from == Origin::Logical;
    assert_eq!(table.partitions.iter().filter(logical).count(), 4);
    // The tables take a sector each, the rest before a partition is free.
    assert_eq!(
        table.unallocated[0],
        Span {
            start: 512,
            length: 2047 * 512
        }
    );
    let _ = compare(&image, &table);
}

#[test]
fn a_volume_without_a_table_is_no_table() {
    let image = Image::new("superfloppy", 8 << 20);
    if tools::output("mkfs.vfat", &[image.path()]).is_none() {
        return;
    }
    let table = image.read();
    assert_eq!(table.scheme, Scheme::None);
    assert!(table.volume.is_some() && table.partitions.is_empty());
}

const GPT: [&str; 16] = [
    "-n=1:2048:+10M",
    "-t=1:ef00",
    "-c=1:EFI system partition",
    "-n=2:0:+1M",
    "-t=2:0c01",
    "-A=2:set:0",
    "-n=3:0:+20M",
    "-t=3:0700",
    "-c=3:Data and more",
    "-n=7:0:+5M",
    "-t=7:2700",
    "-A=7:set:63",
    "-n=5:0:+5M",
    "-t=5:8300",
    "-A=5:set:2",
    "-U=B3A15247-EEE8-478A-9228-11A3F4830CB2",
];

fn gpt(name: &str) -> Option<Image> {
    let image = Image::new(name, 64 << 20);
    let arguments = [&GPT[..], &[image.path()]].concat();
    tools::output("sgdisk", &arguments)?;
    Some(image)
}

#[test]
fn gpt_partitions_are_those_of_sfdisk_and_mmls() {
    let Some(image) = gpt("gpt") else {
        return;
    };
    let table = image.read();
    assert_eq!(
        (table.scheme, table.notes.len()),
        (Scheme::Gpt, 0),
        "{:?}",
        table.notes
    );
    assert_eq!(table.disk_signature, None);
    let hidden = table
        .partitions
        .iter()
        .find(|one| one.number == Some(7))
        .unwrap();
    assert_eq!(hidden.kind.name(), "Windows recovery");
    assert_eq!(gpt_attribute_names(hidden.attributes), ["no drive letter"]);
    // 34 sectors of tables before, 33 behind.
    assert_eq!(table.unallocated[0].start, 34 * 512);
    assert_eq!(
        table.unallocated.last().unwrap().end(),
        (64 << 20) - 33 * 512
    );
    let _ = compare(&image, &table);
}

#[test]
fn the_backup_is_taken_where_the_primary_table_is_damaged() {
    let Some(sound) = gpt("gpt-backup").map(|image| image.read()) else {
        return;
    };
    type Damage = fn(&Image);
    let damages: [(&str, Damage); 4] = [
        ("the checksum of its header is wrong", |image| {
            image.flip(512 + 60)
        }),
        ("the checksum of its entries is wrong", |image| {
            image.flip(1024 + 130)
        }),
        ("it is not there", |image| image.write(512, &[0; 33 * 512])),
        ("it is not there", |image| image.write(512, b"X")),
    ];
    for (what, damage) in damages {
        let image = gpt("gpt-primary").unwrap();
        damage(&image);
        let mut table = image.read();
        assert_eq!(table.notes.len(), 1, "{:?}", table.notes);
        assert!(table.notes[0].contains(what), "{:?}", table.notes);
        assert!(
            table
                .partitions
                .iter()
                .all(|one| one.from == Origin::Backup)
        );
        for partition in &mut table.partitions {
            partition.from = Origin::Primary;
        }
        assert_eq!(table.partitions.len(), 5);
        // Other GUIDs each time, but the same places.
        assert_eq!(volumes(&table), volumes(&sound));
        assert_eq!(table.disk_guid, sound.disk_guid);
    }
}

#[test]
fn damaged_backups_are_said() {
    let Some(image) = gpt("gpt-cut") else {
        return;
    };
    let end = 64 << 20;
    image.flip(end - 512 + 20);
    let table = image.read();
    assert!(table.notes[0].contains("is damaged (the checksum of its header"));
    image.truncate(end - 512);
    let table = image.read();
    assert!(
        table.notes[0].contains("sector 131071, is not there"),
        "{:?}",
        table.notes
    );
    assert_eq!(table.partitions.len(), 5);
    image.flip(512 + 60);
    let table = image.read();
    assert_eq!((table.scheme, table.disk_guid), (Scheme::Mbr, None));
    assert!(table.notes[0].contains("no sound backup"));
    assert_eq!(table.partitions.len(), 1);
    assert!(table.partitions[0].kind.is_protective());
    // The whole disk but for the record is in no partition then.
    assert_eq!(
        table.unallocated,
        [Span {
            start: 512,
            length: end - 1024
        }]
    );
}

#[test]
fn a_table_without_its_protective_record_is_read() {
    let Some(image) = gpt("gpt-bare") else {
        return;
    };
    image.write(0, &[0; 512]);
    let table = image.read();
    assert_eq!((table.scheme, table.partitions.len()), (Scheme::Gpt, 5));
    assert!(table.notes[0].contains("not announced"));
}

#[test]
fn hybrid_records_are_said() {
    let Some(image) = gpt("gpt-hybrid") else {
        return;
    };
    if tools::output("sgdisk", &["-h=1:3", image.path()]).is_none() {
        return;
    }
    let table = image.read();
    assert_eq!((table.scheme, table.partitions.len()), (Scheme::Gpt, 5));
    let hybrids = table.notes.iter().filter(|note| note.contains("hybrid"));
    assert_eq!(hybrids.count(), 2, "{:?}", table.notes);
    assert!(table.notes[1].contains("partition 3"));
}

#[test]
fn images_of_the_corpus_are_divided_as_mmls_says() {
    let Some(path) = kusari_fixtures::corpus::path("images/ntfs_img.dd") else {
        return;
    };
    let disk: Arc<dyn ReadAt> = Arc::new(DiskFile::open(&path).unwrap());
    let table = read(&disk, 512);
    assert_eq!(volumes(&table), [(63, 160_587)]);
    // The image is only the beginning of the disk.
    assert_eq!(
        table.notes,
        ["partition 1 ends 80123392 bytes behind the end of the disk"]
    );
    let Some(path) = kusari_fixtures::corpus::path("images/testfs1") else {
        return;
    };
    let disk: Arc<dyn ReadAt> = Arc::new(DiskFile::open(&path).unwrap());
    assert_eq!(read(&disk, 512).scheme, Scheme::None);
}
