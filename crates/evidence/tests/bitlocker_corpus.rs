//! The real BitLocker volumes of cryptsetup's tests, against the SHA-256 that their list states of
//! each unlocked volume, and against `cryptsetup bitlkDump`.
//!
//! Stretching passwords and hashing two gigabytes takes long in a debug build. There each volume
//! is unlocked with one of its keys, and two are hashed; a release build, or
//! `KUSARI_BITLOCKER=all`, unlocks each with each of its keys and hashes all.

// A test may fail loudly.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use kusari_evidence::bitlocker::{Conversion, LockedVolume, ProtectorKind, UnlockError, is_one};
use kusari_evidence::{DiskFile, ReadAt, UnlockKey, read_full_at};
use kusari_fixtures::{corpus, tools};
use sha2::{Digest, Sha256};

/// A folder of this test run, removed at its end.
struct Unpacked(PathBuf);

impl Drop for Unpacked {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Unpacked {
    fn new(name: &str) -> Option<Self> {
        let archive = corpus::path("bitlocker/bitlk-images.tar.xz")?;
        let name = format!("kusari-bitlocker-{name}-{}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&folder.0).unwrap();
        let (archive, to) = (archive.to_str().unwrap(), folder.0.to_str().unwrap());
        // The volumes are sparse: 2 GB that take 700 KB.
        tools::output("tar", &["--no-same-owner", "-xJSf", archive, "-C", to])?;
        Some(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join("bitlk-images").join(name)
    }

    /// The list: of each volume its fields.
    fn list(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let text = std::fs::read_to_string(self.path("images.conf")).unwrap();
        let mut list: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut name = String::new();
        for line in text.lines() {
            if let Some(section) = line.strip_prefix('[') {
                name = section.trim_end_matches(']').to_owned();
            } else if let Some((field, value)) = line.split_once('=')
                && !value.is_empty()
            {
                let fields = list.entry(name.clone()).or_default();
                fields.insert(field.to_owned(), value.to_owned());
            }
        }
        list
    }
}

fn open(path: &Path) -> LockedVolume {
    LockedVolume::open(Arc::new(DiskFile::open(path).unwrap())).unwrap()
}

fn all() -> bool {
    !cfg!(debug_assertions) || std::env::var("KUSARI_BITLOCKER").is_ok_and(|wish| wish == "all")
}

/// The keys of a volume, with the list's name of each. One `.BEK` file of the corpus is a text
/// dump; it is no key.
fn keys(unpacked: &Unpacked, fields: &BTreeMap<String, String>) -> Vec<(&'static str, UnlockKey)> {
    let mut keys = Vec::new();
    for (name, field) in [("RP", "RP"), ("RP2", "RP2")] {
        let key = fields
            .get(field)
            .map(|key| UnlockKey::recovery_password(key).unwrap());
        keys.extend(key.map(|key| (name, key)));
    }
    let password = fields
        .get("PW")
        .map(|key| UnlockKey::password(key).unwrap());
    keys.extend(password.map(|key| ("PW", key)));
    if let Some(protector) = fields.get("SK_VMK_GUID") {
        let name = format!("{}.BEK", protector.to_uppercase());
        let file = std::fs::read(unpacked.path(&name)).unwrap();
        match UnlockKey::startup_key(&file) {
            Ok(key) => keys.push(("SK", key)),
            Err(error) => {
                assert!(name.starts_with("AA80A52B") && file.starts_with(b"00000000: "));
                assert!(error.to_string().contains("header"), "{error}");
            }
        }
    }
    keys
}

fn sha256(media: &dyn ReadAt) -> String {
    let (mut hasher, mut buffer, mut offset) = (Sha256::new(), vec![0; 1 << 22], 0);
    loop {
        let count = read_full_at(media, offset, &mut buffer).unwrap();
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        offset += count as u64;
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The volume's maps of what is encrypted are missing in the corpus: only the first metadata were
/// kept when the volumes were made small.
const WITHOUT_MAPS: [&str; 2] = [
    "bitlk-aes-xts-128-eow",
    "bitlk-partially-encrypted-aes-cbc-128",
];

/// Hashed in debug builds, too: one volume of each kind of sector.
const ALWAYS_HASHED: [&str; 2] = ["bitlk-aes-cbc-128-4k", "bitlk-aes-xts-128-crc"];

fn check(unpacked: &Unpacked, number: usize, name: &str, fields: &BTreeMap<String, String>) {
    let locked = open(&unpacked.path(&format!("{name}.img")));
    let mut keys = keys(unpacked, fields);
    let clear_key = fields.contains_key("CLEARKEY_VMK_GUID");
    if !all() && !keys.is_empty() {
        keys = vec![keys.swap_remove(number % keys.len())];
    }
    let mut hashed = false;
    let tries: Vec<(&str, Vec<UnlockKey>)> = if clear_key {
        vec![("CLEARKEY", Vec::new())]
    } else {
        keys.into_iter()
            .map(|(name, key)| (name, vec![key]))
            .collect()
    };
    for (key, given) in tries {
        if WITHOUT_MAPS.contains(&name) {
            match locked.unlock(&given) {
                Err(UnlockError::Unreadable(error)) => {
                    assert!(error.to_string().contains("encrypt-on-write information"));
                }
                _ => panic!("{name}: read without its maps"),
            }
            continue;
        }
        let unlocked = locked
            .unlock(&given)
            .unwrap_or_else(|error| panic!("{name} {key}: {error}"));
        let protector = unlocked.by.identifier.to_string().to_lowercase();
        assert_eq!(
            protector,
            format!("{{{}}}", fields[&format!("{key}_VMK_GUID")]),
            "{name}"
        );
        assert_eq!(unlocked.metadata_signed, Some(true), "{name} {key}");
        assert_eq!(unlocked.notes, [""; 0], "{name} {key}");
        let mut boot = [0; 512];
        assert_eq!(unlocked.media.read_at(0, &mut boot).unwrap(), 512);
        let system = if name.contains("togo") {
            &boot[0x52..0x57]
        } else {
            &boot[3..8]
        };
        assert!(
            [&b"NTFS "[..], b"FAT32", b"FAT16"].contains(&system) || &boot[0x36..0x3B] == b"FAT16"
        );
        if all() || (!hashed && ALWAYS_HASHED.contains(&name)) {
            hashed = true;
            assert_eq!(
                sha256(unlocked.media.as_ref()),
                fields["SHA256SUM"],
                "{name} {key}"
            );
        }
    }
}

#[test]
fn each_volume_opens_with_its_keys_and_gives_the_hash_of_its_list() {
    let Some(unpacked) = Unpacked::new("keys") else {
        return;
    };
    let list = unpacked.list();
    assert_eq!(list.len(), 21);
    let (unpacked, volumes) = (&unpacked, list.iter().enumerate().collect::<Vec<_>>());
    thread::scope(|scope| {
        for part in 0..2 {
            let volumes = volumes.iter().skip(part).step_by(2);
            scope.spawn(move || {
                for (number, (name, fields)) in volumes {
                    check(unpacked, *number, name, fields);
                }
            });
        }
    });
}

#[test]
fn a_locked_volume_says_what_cryptsetup_says() {
    let Some(unpacked) = Unpacked::new("dump") else {
        return;
    };
    for (name, fields) in unpacked.list() {
        let path = unpacked.path(&format!("{name}.img"));
        let mut first = vec![0; 512];
        DiskFile::open(&path)
            .unwrap()
            .read_at(0, &mut first)
            .unwrap();
        assert!(is_one(&first));
        let locked = open(&path);
        assert_eq!(
            locked.identifier().to_string().to_lowercase(),
            format!("{{{}}}", fields["GUID"])
        );
        let on_write = WITHOUT_MAPS.contains(&name.as_str());
        let conversion = locked.state().conversion;
        let expected = if on_write {
            Conversion::EncryptedOnWrite
        } else {
            Conversion::Encrypted
        };
        assert_eq!(conversion, expected);
        assert_eq!(locked.state().encrypted_up_to, None);
        let clear = locked
            .protectors()
            .any(|one| one.kind == ProtectorKind::ClearKey);
        assert_eq!(locked.state().suspended, clear);
        assert_eq!(
            clear,
            name.contains("clearkey") || name.contains("partially")
        );
        let damaged = if name == "bitlk-aes-xts-128-crc" {
            2
        } else {
            0
        };
        assert_eq!(
            locked.notes().len(),
            damaged,
            "{name}: {:?}",
            locked.notes()
        );

        let Some(dump) = tools::output("cryptsetup", &["bitlkDump", path.to_str().unwrap()]) else {
            return;
        };
        let dump = String::from_utf8(dump).unwrap();
        let field = |field: &str| {
            let line = dump.lines().find(|line| line.starts_with(field)).unwrap();
            line[field.len() + 1..].trim().to_owned()
        };
        assert_eq!(
            field("Sector size"),
            format!("{} [bytes]", locked.sector_size())
        );
        // cryptsetup reads the first block without looking at its sum.
        if damaged == 0 {
            assert_eq!(
                field("Description"),
                locked.description().unwrap(),
                "{name}"
            );
        }
        let method = locked.method().to_string();
        let mode = match field("Cipher mode").as_str() {
            "cbc-eboiv" => "AES-CBC",
            "cbc-elephant" => "AES-CBC with Elephant diffuser",
            "xts-plain64" => "AES-XTS",
            other => panic!("{other}"),
        };
        let without_length = method.replace(" 128-bit", "").replace(" 256-bit", "");
        assert_eq!(without_length, mode, "{name}");
        let said: Vec<String> = dump
            .lines()
            .skip_while(|line| !line.starts_with("Keyslots"))
            .filter_map(|line| {
                let line = line.trim();
                let guid = line
                    .strip_prefix("GUID:")
                    .map(|guid| guid.trim().to_owned());
                let kind = line.strip_prefix("Protection:").map(|kind| {
                    let kind = kind.trim().trim_start_matches("VMK protected with ");
                    kind.replace("passphrase", "password")
                });
                guid.or(kind)
            })
            .collect();
        let ours: Vec<String> = locked
            .protectors()
            .flat_map(|one| {
                let guid = one.identifier.to_string().to_lowercase();
                [
                    guid.trim_matches(['{', '}']).to_owned(),
                    one.kind.to_string(),
                ]
            })
            .collect();
        assert_eq!(ours, said, "{name}");
    }
}
