//! Images that `qemu-img` writes, and streams as VMware writes them, against the raw disk that
//! they were made of.

use super::super::image_folder::{ImageFolder, assert_same, judge, some_disk};
use super::built::{self, Layout};
use super::*;

const MIB: usize = 1 << 20;

fn fact<'a>(container: &'a Container, name: &str) -> Option<&'a str> {
    let fact = container.facts.iter().find(|fact| fact.name == name)?;
    Some(fact.value.as_str())
}

fn convert(folder: &ImageFolder, options: &str, name: &str) -> Option<()> {
    let to = format!("{{}}{name}");
    folder.qemu_img(&[
        "convert", "-f", "raw", "-O", "vmdk", "-o", options, "{}r.raw", &to,
    ])
}

#[test]
fn every_kind_that_qemu_img_writes() {
    let folder = ImageFolder::new();
    let raw = some_disk(70 * MIB / 10 + 4096 - 6 * 51, 31);
    let raw = &raw[..raw.len() / 512 * 512];
    folder.write("r.raw", raw);
    for kind in [
        "monolithicSparse",
        "monolithicFlat",
        "twoGbMaxExtentSparse",
        "twoGbMaxExtentFlat",
        "streamOptimized",
    ] {
        let options = format!("subformat={kind},adapter_type=lsilogic");
        if convert(&folder, &options, "i.vmdk").is_none() {
            return;
        }
        let container = folder.open("i.vmdk");
        assert_eq!(container.notes, Vec::<String>::new(), "{kind}");
        assert_eq!(fact(&container, "create type"), Some(kind));
        assert_eq!(fact(&container, "adapter type"), Some("lsilogic"));
        assert_same(&container, raw);
    }
    // A renamed file is still its own extent.
    std::fs::rename(folder.path("i.vmdk"), folder.path("renamed.bin")).unwrap();
    assert_same(&folder.open("renamed.bin"), raw);
}

#[test]
fn grains_of_zeros_hide_the_parent() {
    let folder = ImageFolder::new();
    let raw = some_disk(4 * MIB, 32);
    folder.write("r.raw", &raw);
    let steps: [(&str, &[&str]); 3] = [
        (
            "qemu-img",
            &[
                "convert",
                "-f",
                "raw",
                "-O",
                "vmdk",
                "{}r.raw",
                "{}base.vmdk",
            ],
        ),
        (
            "qemu-img",
            &[
                "create",
                "-q",
                "-f",
                "vmdk",
                "-b",
                "{}base.vmdk",
                "-F",
                "vmdk",
                "-o",
                "zeroed_grain=on",
                "{}delta.vmdk",
            ],
        ),
        (
            "qemu-io",
            &[
                "-c",
                "write -P 6 1M 200k",
                "-c",
                "write -z 2M 64k",
                "{}delta.vmdk",
            ],
        ),
    ];
    for (program, arguments) in steps {
        if folder.tool(program, arguments).is_none() {
            return;
        }
    }
    let mut expected = raw;
    expected[MIB..MIB + 200 * 1024].fill(6);
    expected[2 * MIB..2 * MIB + 64 * 1024].fill(0);
    let container = folder.open("delta.vmdk");
    assert_eq!(container.files, ["base.vmdk"]);
    assert_eq!(container.notes, Vec::<String>::new());
    assert_same(&container, &expected);

    // A parent that was changed since has another content ID.
    if folder
        .tool("qemu-io", &["-c", "write -P 1 0 512", "{}base.vmdk"])
        .is_none()
    {
        return;
    }
    let container = folder.open("delta.vmdk");
    assert!(
        container.notes[0].contains("was changed after"),
        "{:?}",
        container.notes
    );

    std::fs::remove_file(folder.path("base.vmdk")).unwrap();
    let container = folder.open("delta.vmdk");
    let judgement = judge(&container, &expected);
    assert!(judgement.wrong.is_empty());
    assert!(judgement.right >= (200 + 64) * 2, "{}", judgement.right);
    assert!(!judgement.errors.is_empty());
    assert!(container.notes[0].contains("`base.vmdk` is not in the same folder"));
}

#[test]
fn a_disk_in_extents_of_two_gib() {
    let folder = ImageFolder::new();
    let size = (5_u64 << 30) + 512 * 7;
    std::fs::File::create(folder.path("r.raw"))
        .unwrap()
        .set_len(size)
        .unwrap();
    let places = [
        0_u64,
        (2 << 30) - 4096,
        (2 << 30) + 512,
        (4 << 30) - 512,
        size - 512,
    ];
    for (index, at) in places.iter().enumerate() {
        let command = format!("write -P {} {at} 512", index + 1);
        let arguments = ["-f", "raw", "-c", &command, "{}r.raw"];
        if folder.tool("qemu-io", &arguments).is_none() {
            return;
        }
    }
    for kind in ["twoGbMaxExtentSparse", "twoGbMaxExtentFlat"] {
        if convert(&folder, &format!("subformat={kind}"), "split.vmdk").is_none() {
            return;
        }
        let container = folder.open("split.vmdk");
        assert_eq!(
            (container.files.len(), container.media.size()),
            (3, size),
            "{kind}"
        );
        let mut two = [0xEE; 1024];
        for (index, at) in places.iter().enumerate() {
            crate::read_full_at(container.media.as_ref(), *at, &mut two).unwrap();
            assert_eq!(
                two[..512],
                [u8::try_from(index + 1).unwrap(); 512],
                "{kind} {at}"
            );
        }
        // Over the end of an extent.
        let mut over = [0xEE; 8192];
        crate::read_exact_at(container.media.as_ref(), (2 << 30) - 4096, &mut over).unwrap();
        assert_eq!((over[0], over[4096], over[4608]), (2, 0, 3));
    }
    // One extent leads to the disk.
    let container = folder.open("split.vmdk");
    assert!(container.files.iter().any(|name| name == "split-f002.vmdk"));
    std::fs::remove_file(folder.path("split-f002.vmdk")).unwrap();
    let container = folder.open("split.vmdk");
    assert!(container.notes[0].contains("`split-f002.vmdk` is not in the same folder"));
    let mut sector = [0; 512];
    let media = container.media.as_ref();
    assert!(crate::read_exact_at(media, (2 << 30) + 512, &mut sector).is_err());
    assert!(crate::read_exact_at(media, (4 << 30) - 512, &mut sector).is_err());
    crate::read_exact_at(media, size - 512, &mut sector).unwrap();
    assert_eq!(sector, [5; 512]);
    // The first extent ends, and the second is missing: what is before it is read.
    let count = media.read_at((2 << 30) - 4096, &mut [0; 8192]).unwrap();
    assert_eq!(count, 4096);
}

#[test]
fn one_sparse_extent_leads_to_its_disk_and_alone_is_a_part() {
    let folder = ImageFolder::new();
    let raw = some_disk(2 * MIB, 33);
    folder.write("r.raw", &raw);
    if convert(&folder, "subformat=twoGbMaxExtentSparse", "disk.vmdk").is_none() {
        return;
    }
    let container = folder.open("disk-s001.vmdk");
    assert!(container.notes[0].contains("the whole disk is read"));
    assert_eq!(container.files, ["disk.vmdk", "disk-s001.vmdk"]);
    assert_same(&container, &raw);
    std::fs::remove_file(folder.path("disk.vmdk")).unwrap();
    let container = folder.open("disk-s001.vmdk");
    assert!(container.notes[0].contains("give the descriptor"));
    let judgement = judge(&container, &raw);
    assert!(judgement.wrong.is_empty() && judgement.right > 0);
}

#[test]
fn streams_as_vmware_writes_them() {
    let folder = ImageFolder::new();
    // The last grain is not whole.
    let raw = some_disk(3 * MIB + 512 * 9, 34);
    let stream = built::stream(&raw, Layout::Footer);
    folder.write("s.vmdk", &stream);
    let container = folder.open("s.vmdk");
    assert_eq!(container.notes, Vec::<String>::new());
    assert_same(&container, &raw);
    // Others read it the same.
    let read = folder.qemu_img(&["convert", "-f", "vmdk", "-O", "raw", "{}s.vmdk", "{}s.raw"]);
    if read.is_some() {
        assert!(folder.read("s.raw") == raw);
    }
}

#[test]
fn sparse_extents_of_esx() {
    let folder = ImageFolder::new();
    let raw = some_disk(2 * MIB, 35);
    folder.write("d-delta.vmdk", &built::cowd(&raw));
    let sectors = raw.len() / 512;
    folder.write(
        "d.vmdk",
        format!(
            "# Disk DescriptorFile\nversion=1\nCID=00000001\nparentCID=ffffffff\n\
             createType=\"vmfsSparse\"\nRW {sectors} VMFSSPARSE \"d-delta.vmdk\"\n"
        )
        .as_bytes(),
    );
    assert_same(&folder.open("d.vmdk"), &raw);
    let read = folder.qemu_img(&["convert", "-f", "vmdk", "-O", "raw", "{}d.vmdk", "{}d.raw"]);
    if read.is_some() {
        assert!(folder.read("d.raw") == raw);
    }
}

#[test]
fn extents_of_several_kinds_in_one_disk() {
    let folder = ImageFolder::new();
    folder.write("flat one.vmdk", &[1; 512 * 20]);
    folder.write(
        "mixed.vmdk",
        b"# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\nRW 8 FLAT \"/vmfs/x/flat one.vmdk\" 4\n\
          RW 4 ZERO\nRW 2 VMFSRDM \"gone-rdm.vmdk\"\nNOACCESS 2 FLAT \"flat one.vmdk\" 0\n\
          RW 4 VMFS \"FLAT ONE.vmdk\" 18\n",
    );
    let container = folder.open("mixed.vmdk");
    assert_eq!(container.media.size(), 20 * 512);
    let mut expected = vec![1; 20 * 512];
    expected[8 * 512..12 * 512].fill(0);
    let judgement = judge(&container, &expected);
    assert!(judgement.wrong.is_empty());
    let lost: Vec<u64> = [12, 13, 14, 15, 18, 19].map(|sector| sector * 512).to_vec();
    assert_eq!(judgement.errors, lost);
    assert_eq!(container.notes.len(), 3, "{:?}", container.notes);
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let folder = ImageFolder::new();
    let refusal = |bytes: Vec<u8>| {
        let opened = folder.open_bytes("x.vmdk", Arc::new(bytes));
        opened.err().expect("a refusal").to_string()
    };
    let mut se_sparse = header::SE_SPARSE.to_vec();
    se_sparse.resize(4096, 0);
    assert!(refusal(se_sparse).contains("SESPARSE"));
    let text = b"# Disk DescriptorFile\nRW 8 SESPARSE \"x-sesparse.vmdk\"\n";
    assert!(refusal(text.to_vec()).contains("SESPARSE"));
    assert!(refusal(b"# Disk DescriptorFile\n".to_vec()).contains("no extent"));
    let huge = b"# Disk DescriptorFile\nRW 18446744073709551615 ZERO\n";
    assert!(refusal(huge.to_vec()).contains("an extent of"));
    let good = built::stream(&some_disk(MIB, 1), Layout::Footer);
    for (at, value, said) in [
        (4, 9, "version 9"),
        (20, 3, "grains of 3"),
        (22, 0xFF, "grains of"),
        (77, 2, "compression method 2"),
    ] {
        let mut changed = good.clone();
        changed[at] = value;
        let refused = refusal(changed);
        assert!(refused.contains(said), "{refused}");
    }
}
