//! Volumes of the fixtures' own writer: what the corpus does not hold (partly encrypted, encrypted
//! on write with its maps, Vista), damage, and hostile metadata. That others read what the writer
//! writes is in `docs/validation/bitlocker.md`; two of them are asked here where they are
//! installed.

// A test may fail loudly.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation
)]

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use kusari_evidence::bitlocker::{
    Conversion, LockedVolume, ProtectorKind, Refusal, UnlockError, Unlocked,
};
use kusari_evidence::time::Timestamp;
use kusari_evidence::{ReadAt, UnlockKey, read_exact_at, read_vec_at};
use kusari_fixtures::bitlocker::{
    BitLocker, Method, Progress, Protector, Written, recovery_password,
};
use kusari_fixtures::boot_sector::{Partition, Volume, volume_boot_record};
use kusari_fixtures::tools;
use kusari_fixtures::variants::variant;

/// A plain NTFS volume of 1 MiB: a boot sector, data, and room without any.
fn plain(sector_size: u16) -> Vec<u8> {
    let mut bytes = volume_boot_record(&Partition {
        start: 2048,
        sectors: 2048,
        volume: Volume::Ntfs {
            serial: 0x1234_5678_9ABC_DEF0,
        },
    });
    bytes[11..13].copy_from_slice(&sector_size.to_le_bytes());
    let data = (1..=251_u8).cycle().take(0x4_0000 - 512);
    bytes.extend(data);
    bytes.resize(0xE_0000, 0);
    bytes.extend((1..=241_u8).cycle().take(0x2_0000));
    bytes
}

fn volume(progress: Progress, method: Method, protectors: Vec<Protector>) -> BitLocker {
    BitLocker {
        method,
        protectors,
        description: "CC-SV01 D: 2022-06-21".to_owned(),
        created: Timestamp::from_civil((2022, 6, 21), (9, 27, 45), 1_234_567).unwrap(),
        progress,
        seed: 7,
    }
}

fn written(progress: Progress, method: Method) -> (Vec<u8>, Written) {
    let plain = plain(512);
    let volume = volume(progress, method, vec![Protector::ClearKey]);
    let written = volume.write(&plain).unwrap();
    (plain, written)
}

fn unlock(bytes: Vec<u8>) -> Unlocked {
    let locked = LockedVolume::open(Arc::new(bytes)).unwrap();
    locked.unlock(&[]).unwrap()
}

fn all(media: &dyn ReadAt) -> Vec<u8> {
    read_vec_at(media, 0, u64::MAX).unwrap()
}

fn progresses() -> [Progress; 4] {
    let encrypted = (0..32).map(|chunk| chunk % 3 != 1).collect();
    [
        Progress::All,
        Progress::UpTo(0x8_0000),
        Progress::OnWrite {
            chunk: 0x8000,
            encrypted,
        },
        Progress::Vista,
    ]
}

#[test]
fn the_unlocked_volume_is_the_plain_one() {
    for progress in progresses() {
        for method in [
            Method::AesXts128,
            Method::AesXts256,
            Method::AesCbc128,
            Method::AesCbc256,
        ] {
            let (plain, written) = written(progress.clone(), method);
            assert_ne!(written.volume, plain);
            let unlocked = unlock(written.volume);
            assert!(unlocked.media.size() == plain.len() as u64);
            assert!(
                all(unlocked.media.as_ref()) == plain,
                "{progress:?} {method:?}"
            );
            assert_eq!(unlocked.notes, [""; 0]);
            let vista = progress == Progress::Vista;
            assert_eq!(unlocked.metadata_signed, (!vista).then_some(true));
        }
    }
}

#[test]
fn sectors_of_four_kibibytes_are_read() {
    let plain = plain(4096);
    let volume = volume(Progress::All, Method::AesXts128, vec![Protector::ClearKey]);
    let unlocked = unlock(volume.write(&plain).unwrap().volume);
    assert!(all(unlocked.media.as_ref()) == plain);
}

#[test]
fn any_part_is_read_by_many_threads() {
    for progress in progresses() {
        let (plain, written) = written(progress, Method::AesCbc128);
        let media = unlock(written.volume).media;
        thread::scope(|scope| {
            for thread in 0..4_usize {
                let (media, plain) = (&media, &plain);
                scope.spawn(move || {
                    for step in 0..60_usize {
                        let at = (step * 7919 + thread * 104_729) * 13 % plain.len();
                        let length = [1, 15, 511, 512, 513, 4096, 70_001][step % 7];
                        let expected = &plain[at..(at + length).min(plain.len())];
                        let read = read_vec_at(media.as_ref(), at as u64, length as u64).unwrap();
                        assert!(read == expected, "{at} {length}");
                    }
                });
            }
        });
        assert_eq!(media.read_at(plain.len() as u64, &mut [0; 8]).unwrap(), 0);
        assert_eq!(media.read_at(u64::MAX, &mut [0; 8]).unwrap(), 0);
    }
}

#[test]
fn a_locked_volume_tells_what_it_is() {
    let (_, written) = written(Progress::UpTo(0x8_0000), Method::AesXts128);
    let locked = LockedVolume::open(Arc::new(written.volume)).unwrap();
    assert_eq!(locked.state().conversion, Conversion::Encrypting);
    assert_eq!(
        locked.state().to_string(),
        "encryption not finished (encrypted up to byte 524288), protection suspended (clear key)"
    );
    let facts: Vec<String> = locked
        .facts()
        .iter()
        .map(|fact| format!("{}: {}", fact.name, fact.value))
        .collect();
    assert_eq!(
        facts[1..],
        [
            "encryption method: AES-XTS 128-bit".to_owned(),
            format!("state: {}", locked.state()),
            "metadata version: 2 (Windows 7 or later)".to_owned(),
            "created: 2022-06-21T09:27:45.1234567Z".to_owned(),
            "description: CC-SV01 D: 2022-06-21".to_owned(),
            format!("protector: clear key {}", written.protectors[0]),
        ]
    );
}

#[test]
fn each_refusal_says_why_and_shows_no_key() {
    let digits = recovery_password(1);
    let protectors = vec![
        Protector::RecoveryPassword(digits.clone()),
        Protector::StartupKey,
    ];
    let written = volume(Progress::All, Method::AesXts128, protectors)
        .write(&plain(512))
        .unwrap();
    let other = volume(
        Progress::All,
        Method::AesXts128,
        vec![Protector::StartupKey],
    );
    let other = BitLocker { seed: 8, ..other }.write(&plain(512)).unwrap();
    let locked = LockedVolume::open(Arc::new(written.volume)).unwrap();

    let wrong = recovery_password(2);
    let refused = locked.unlock(&[
        UnlockKey::password("hunter2").unwrap(),
        UnlockKey::recovery_password(&wrong).unwrap(),
        UnlockKey::startup_key(&other.startup_keys[0]).unwrap(),
    ]);
    let error = refused.err().unwrap();
    let said = format!("{error} {error:?}");
    assert!(
        !said.contains("hunter2") && !said.contains(&wrong[..6]),
        "{said}"
    );
    let UnlockError::Locked(still) = &error else {
        panic!("{error}");
    };
    let why: Vec<(usize, Refusal)> = still
        .attempts
        .iter()
        .map(|attempt| (attempt.key.as_ref().unwrap().0, attempt.why))
        .collect();
    assert_eq!(
        why,
        [
            (1, Refusal::NoSuchProtector(ProtectorKind::Password)),
            (3, Refusal::OtherVolume),
            (2, Refusal::WrongKey),
        ]
    );
    assert!(error.to_string().ends_with(&format!(
        "It can be unlocked with: recovery password {}, startup key {}",
        written.protectors[0], written.protectors[1]
    )));
    let none = locked.unlock(&[]).err().unwrap().to_string();
    assert!(none.contains("no key was given"), "{none}");

    // The right keys, the second after a wrong one.
    let bek = UnlockKey::startup_key(&written.startup_keys[0]).unwrap();
    assert_eq!(
        locked.unlock(&[bek]).unwrap().by.kind,
        ProtectorKind::StartupKey
    );
    let right = [&wrong, &digits].map(|key| UnlockKey::recovery_password(key).unwrap());
    let unlocked = locked.unlock(&right).unwrap();
    assert_eq!(
        (unlocked.key, unlocked.by.identifier),
        (Some(1), written.protectors[0])
    );
}

/// Bytes of which a part cannot be read.
struct Torn(Vec<u8>, Range<u64>);

impl ReadAt for Torn {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if self.1.contains(&offset) {
            return Err(io::Error::other("torn"));
        }
        let before = self.1.start.checked_sub(offset).unwrap_or(u64::MAX);
        let wanted = buffer
            .len()
            .min(usize::try_from(before).unwrap_or(usize::MAX));
        self.0.read_at(offset, &mut buffer[..wanted])
    }
}

#[test]
fn a_bad_sector_costs_that_sector() {
    let (plain, written) = written(Progress::All, Method::AesXts128);
    let torn = Torn(written.volume, 0x2_0010..0x2_0020);
    let media = LockedVolume::open(Arc::new(torn))
        .unwrap()
        .unlock(&[])
        .unwrap()
        .media;
    let mut buffer = vec![0; 0x1_0000];
    // Sectors before it, then the reason, then those behind it.
    assert_eq!(media.read_at(0x1_FC00, &mut buffer).unwrap(), 0x400);
    assert!(buffer[..0x400] == plain[0x1_FC00..0x2_0000]);
    assert_eq!(
        media
            .read_at(0x2_0000, &mut buffer)
            .unwrap_err()
            .to_string(),
        "torn"
    );
    assert!(media.read_at(0x2_01FF, &mut buffer).is_err());
    read_exact_at(media.as_ref(), 0x2_0200, &mut buffer).unwrap();
    assert!(buffer == plain[0x2_0200..0x3_0200]);
}

#[test]
fn a_volume_cut_short_ends_there() {
    let (plain, written) = written(Progress::All, Method::AesXts128);
    let cut = written.volume[..0xF_0100].to_vec();
    let media = unlock(cut).media;
    assert!(read_vec_at(media.as_ref(), 0xE_0000, 0x1_0000).unwrap() == plain[0xE_0000..0xF_0000]);
    let error = media.read_at(0xF_0000, &mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

/// A variant of one metadata area, of its length.
fn damaged_area(area: &[u8], seed: u64) -> Vec<u8> {
    let mut bytes = variant(area, seed, 600).bytes;
    bytes.resize(area.len(), 0);
    bytes
}

#[test]
fn one_sound_block_of_three_is_enough() {
    let (plain, written) = written(Progress::All, Method::AesXts128);
    let block = &written.volume[written.metadata[0] as usize..][..1024];
    let mut noted = 0;
    for seed in 0..120 {
        let mut bytes = written.volume.clone();
        for (copy, at) in written.metadata.iter().enumerate() {
            if copy as u64 != seed % 3 {
                let damaged = damaged_area(block, seed * 3 + copy as u64);
                bytes[*at as usize..][..1024].copy_from_slice(&damaged);
            }
        }
        let locked = LockedVolume::open(Arc::new(bytes)).unwrap();
        noted += locked.notes().len();
        let unlocked = locked.unlock(&[]).unwrap();
        assert_eq!(unlocked.metadata_signed, Some(true));
        assert!(all(unlocked.media.as_ref()) == plain, "{seed}");
    }
    assert!(noted > 60, "{noted}");
}

#[test]
fn hostile_metadata_with_right_sums_are_bounded() {
    let (_, written) = written(Progress::All, Method::AesXts128);
    let at = written.metadata[0] as usize;
    let size = usize::from(u16::from_le_bytes([
        written.volume[at + 8],
        written.volume[at + 9],
    ])) * 16;
    let block = written.volume[at..at + size].to_vec();
    let (mut opened, mut unlocked) = (0, 0);
    for seed in 0..600_u64 {
        let mut damaged = damaged_area(&block, seed);
        if seed % 3 == 0 {
            // A field of the headers that says anything.
            let at = 8 + (seed as usize * 31) % 104;
            damaged[at] = damaged[at].wrapping_add((seed % 255) as u8 + 1);
        }
        damaged[..8].copy_from_slice(b"-FVE-FS-");
        damaged[8..12].copy_from_slice(&block[8..12]);
        let sum = crc32fast::hash(&damaged);
        let mut bytes = written.volume.clone();
        for at in written.metadata {
            let area = &mut bytes[at as usize..];
            area[..size].copy_from_slice(&damaged);
            area[size + 4..size + 8].copy_from_slice(&sum.to_le_bytes());
        }
        let Ok(locked) = LockedVolume::open(Arc::new(bytes)) else {
            continue;
        };
        opened += 1;
        assert!(!locked.facts().is_empty());
        if let Ok(now) = locked.unlock(&[]) {
            unlocked += 1;
            assert_eq!(now.metadata_signed, Some(damaged == block), "{seed}");
            for part in (0..now.media.size()).step_by(0x1_0000) {
                let _ = now.media.read_at(part, &mut [0; 700]);
            }
        }
    }
    assert!(opened > 200 && unlocked > 40, "{opened} {unlocked}");
}

#[test]
fn a_volume_header_of_noise_is_bounded() {
    let (_, written) = written(progresses()[2].clone(), Method::AesXts128);
    let mut opened = 0;
    for seed in 0..400 {
        let mut bytes = written.volume.clone();
        let mut sector = variant(&bytes[..512], seed, 40).bytes;
        sector.resize(512, 0);
        bytes[..512].copy_from_slice(&sector);
        if let Ok(locked) = LockedVolume::open(Arc::new(bytes)) {
            opened += 1;
            let _ = locked
                .unlock(&[])
                .map(|now| now.media.read_at(0, &mut [0; 4096]));
        }
    }
    assert!(opened > 200, "{opened}");
    for short in [0, 1, 511, 512, 600] {
        assert!(LockedVolume::open(Arc::new(written.volume[..short].to_vec())).is_err());
    }
}

#[test]
fn damaged_maps_are_refused_or_bounded() {
    let (plain, written) = written(progresses()[2].clone(), Method::AesXts128);
    let find = |signature: &[u8]| -> Vec<usize> {
        let places = (0..written.volume.len()).step_by(4096);
        places
            .filter(|at| written.volume[*at..].starts_with(signature))
            .collect()
    };
    let (information, map, records) = (find(b"FVE-EOW\0"), find(b"FVE-EOWBM"), find(b"FVE-EOWBR"));
    assert_eq!((information.len(), map.len(), records.len()), (2, 1, 2));

    // One copy of the information is enough; the older record is used when the later is torn.
    let mut bytes = written.volume.clone();
    bytes[information[0] + 20] ^= 1;
    let unlocked = unlock(bytes);
    assert!(all(unlocked.media.as_ref()) == plain);
    assert_eq!(unlocked.notes.len(), 1);

    let mut bytes = written.volume.clone();
    bytes[information[0]] = 0;
    bytes[information[1]] = 0;
    let locked = LockedVolume::open(Arc::new(bytes)).unwrap();
    assert!(matches!(
        locked.unlock(&[]),
        Err(UnlockError::Unreadable(_))
    ));

    // Without the map nothing says what is encrypted.
    let mut bytes = written.volume.clone();
    bytes[map[0] + 20] ^= 1;
    let unlocked = unlock(bytes);
    assert!(unlocked.media.read_at(0x3_0000, &mut [0; 16]).is_err());
    assert_eq!(unlocked.notes.len(), 1);

    // Absurd chunks, sizes and counts, with right sums.
    for (place, sum_at, size, fields) in [
        (information[0], 36, 64, vec![8, 10, 20, 24, 32, 56]),
        (map[0], 56, 4096, vec![10, 12, 20, 28, 36, 44, 48, 52]),
        (records[1], 32, 4096, vec![10, 12, 16, 20]),
    ] {
        for field in fields {
            for value in [0_u32, 1, 511, 0xFFFF, 0x10_0000, u32::MAX] {
                let mut bytes = written.volume.clone();
                bytes[information[1]] = 0;
                let area = &mut bytes[place..place + size];
                area[field..field + 4].copy_from_slice(&value.to_le_bytes());
                area[sum_at..sum_at + 4].fill(0);
                let sum = crc32fast::hash(area);
                area[sum_at..sum_at + 4].copy_from_slice(&sum.to_le_bytes());
                let locked = LockedVolume::open(Arc::new(bytes)).unwrap();
                if let Ok(now) = locked.unlock(&[]) {
                    let _ = now.media.read_at(0x3_0000, &mut [0; 0x1_0000]);
                }
            }
        }
    }
}

#[test]
fn other_readers_accept_what_is_written() {
    let digits = recovery_password(3);
    let protectors = vec![Protector::RecoveryPassword(digits.clone())];
    let written = volume(Progress::All, Method::AesXts128, protectors)
        .write(&plain(512))
        .unwrap();
    let path = std::env::temp_dir().join(format!("kusari-bitlocker-{}.raw", std::process::id()));
    std::fs::write(&path, &written.volume).unwrap();
    let file = path.to_str().unwrap();
    let dump = tools::output("cryptsetup", &["bitlkDump", file]);
    let info = tools::output("bdeinfo", &["-r", &digits, file]);
    std::fs::remove_file(&path).unwrap();
    let identifier = written.identifier.to_string().to_lowercase();
    let identifier = identifier.trim_matches(['{', '}']);
    if let Some(dump) = dump {
        let dump = String::from_utf8(dump).unwrap();
        assert!(
            dump.contains(identifier) && dump.contains("recovery passphrase"),
            "{dump}"
        );
    }
    if let Some(info) = info {
        let info = String::from_utf8(info).unwrap();
        assert!(
            info.contains(identifier) && !info.contains("is locked"),
            "{info}"
        );
    }
}
