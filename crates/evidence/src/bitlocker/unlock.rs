//! From a key to the volume's key.
//!
//! Source: libyal, "BitLocker Drive Encryption (BDE) format": Keys. What AES-CCM unwraps is an
//! entry with a key in it.

use rayon::prelude::*;
use zeroize::Zeroizing;

use super::aes_ccm;
use super::entry::{EncryptedKey, Entries, clear_key};
use super::key_stretch::stretched;
use super::metadata::Metadata;
use super::protector::{Lock, ProtectorKind};
use super::unlock_error::{Attempt, Refusal};
use crate::UnlockKey;

/// The most times that a password is stretched for one volume; each takes a tenth of a second to
/// half a second of one core. This is 64 recovery passwords on a volume with four recovery protectors.
pub(super) const MOST_STRETCHES: usize = 256;

type Key = Zeroizing<[u8; 32]>;

/// What opened a volume.
pub(super) struct Opened<'a> {
    /// The protector.
    pub(super) lock: &'a Lock,
    /// The key's place among those that were given, from 0; `None` for the clear key.
    pub(super) key: Option<usize>,
    pub(super) master_key: Key,
    /// What the volume's key is for (an encryption method), and the key.
    pub(super) volume_key: (u16, Zeroizing<Vec<u8>>),
}

/// A key and a protector to try it on.
#[derive(Clone, Copy)]
struct Pair<'a> {
    lock: &'a Lock,
    key: Option<(usize, &'a UnlockKey)>,
}

/// Tries the clear key, then startup keys, then the other keys in their order, each on the
/// protectors in theirs. The first that opens the volume counts, with any number of threads. At
/// most `most` times a password is stretched.
pub(super) fn open<'a>(
    metadata: &'a Metadata,
    keys: &'a [UnlockKey],
    most: usize,
) -> Result<Opened<'a>, Vec<Attempt>> {
    let mut attempts = Vec::new();
    let (quick, slow) = pairs(metadata, keys, &mut attempts);
    for pair in &quick {
        match try_pair(metadata, pair) {
            Ok(opened) => return Ok(opened),
            Err(why) => attempts.push(pair.refused(why)),
        }
    }
    let (tried, left_out) = slow.split_at_checked(most).unwrap_or((&slow, &[]));
    for batch in tried.chunks(rayon::current_num_threads().max(1)) {
        let results: Vec<_> = batch
            .par_iter()
            .map(|pair| try_pair(metadata, pair))
            .collect();
        for (pair, result) in batch.iter().zip(results) {
            match result {
                Ok(opened) => return Ok(opened),
                Err(why) => attempts.push(pair.refused(why)),
            }
        }
    }
    let not_tried = left_out.iter().take(1);
    attempts.extend(not_tried.map(|pair| pair.refused(Refusal::TooMany(most))));
    Err(attempts)
}

/// The pairs that cost nothing, and those for which a password must be stretched. A key without a
/// protector is an attempt that failed.
fn pairs<'a>(
    metadata: &'a Metadata,
    keys: &'a [UnlockKey],
    attempts: &mut Vec<Attempt>,
) -> (Vec<Pair<'a>>, Vec<Pair<'a>>) {
    let of_kind = |kind: ProtectorKind| {
        let locks = metadata.locks.iter();
        locks.filter(move |lock| lock.protector.kind == kind)
    };
    let clear = of_kind(ProtectorKind::ClearKey).map(|lock| Pair { lock, key: None });
    let (mut quick, mut slow): (Vec<_>, Vec<_>) = (clear.collect(), Vec::new());
    for (index, key) in keys.iter().enumerate() {
        let before = quick.len().saturating_add(slow.len());
        let pair = |lock| Pair {
            lock,
            key: Some((index, key)),
        };
        let kind = match key {
            UnlockKey::StartupKey(startup) => {
                let locks = of_kind(ProtectorKind::StartupKey)
                    .filter(|lock| lock.protector.identifier == startup.identifier());
                quick.extend(locks.map(pair));
                ProtectorKind::StartupKey
            }
            UnlockKey::RecoveryPassword(_) => {
                slow.extend(of_kind(ProtectorKind::RecoveryPassword).map(pair));
                ProtectorKind::RecoveryPassword
            }
            UnlockKey::Password(_) => {
                slow.extend(of_kind(ProtectorKind::Password).map(pair));
                ProtectorKind::Password
            }
        };
        if before == quick.len().saturating_add(slow.len()) {
            attempts.push(Attempt {
                key: Some((index.saturating_add(1), key.to_string())),
                protector: None,
                why: if of_kind(kind).next().is_some() {
                    Refusal::OtherVolume
                } else {
                    Refusal::NoSuchProtector(kind)
                },
            });
        }
    }
    (quick, slow)
}

impl Pair<'_> {
    fn refused(&self, why: Refusal) -> Attempt {
        Attempt {
            key: self
                .key
                .map(|(index, key)| (index.saturating_add(1), key.to_string())),
            protector: Some(self.lock.protector.identifier),
            why,
        }
    }
}

fn try_pair<'a>(metadata: &'a Metadata, pair: &Pair<'a>) -> Result<Opened<'a>, Refusal> {
    let wrapped = pair.lock.master_key.as_ref().ok_or(Refusal::Incomplete)?;
    let key = match pair.key {
        None => pair.lock.clear_key.map(Zeroizing::new),
        Some((_, UnlockKey::StartupKey(startup))) => Some(Zeroizing::new(*startup.key())),
        Some((_, key)) => pair.lock.salt.and_then(|salt| stretched(key, &salt)),
    };
    let key = key.ok_or(Refusal::Incomplete)?;
    let (_, master) = unwrap(&key, wrapped).ok_or(Refusal::WrongKey)?;
    let master: [u8; 32] = master
        .as_slice()
        .try_into()
        .map_err(|_| Refusal::Incomplete)?;
    let master_key = Zeroizing::new(master);
    let volume_key = metadata.volume_key.as_ref().ok_or(Refusal::Incomplete)?;
    let volume_key = unwrap(&master_key, volume_key).ok_or(Refusal::MasterKeyDoesNotFit)?;
    Ok(Opened {
        lock: pair.lock,
        key: pair.key.map(|(index, _)| index),
        master_key,
        volume_key,
    })
}

/// What a wrapped key is for, and the key, when the code fits.
pub(super) fn unwrap(key: &[u8; 32], wrapped: &EncryptedKey) -> Option<(u16, Zeroizing<Vec<u8>>)> {
    let clear = aes_ccm::unwrap(key, wrapped)?;
    let entry = Entries::new(&clear).next()?;
    let (purpose, key) = clear_key(&entry)?;
    Some((purpose, Zeroizing::new(key.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitlocker::{EncryptionMethod, Protector, Version};
    use crate::{Guid, hash};

    /// Metadata with recovery password protectors that no key opens.
    fn metadata(locks: usize) -> Metadata {
        let lock = |number: usize| Lock {
            protector: Protector {
                identifier: Guid([u8::try_from(number).unwrap(); 16]),
                kind: ProtectorKind::RecoveryPassword,
                modified: None,
                name: None,
            },
            salt: Some([1; 16]),
            clear_key: None,
            master_key: EncryptedKey::parse(&[2; 72]),
        };
        Metadata {
            version: Version::Windows7,
            current_state: 4,
            next_state: 4,
            state_offset: 0,
            state_size: 0,
            moved_sectors: 16,
            offsets: [0; 3],
            moved_to: 0,
            identifier: Guid::NIL,
            method: EncryptionMethod::AesXts128,
            created: None,
            description: None,
            locks: (0..locks).map(lock).collect(),
            volume_key: None,
            moved_entry: None,
            hash: hash::sha256(&[]),
            signed_hashes: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn what_is_not_tried_is_said() {
        let keys = [UnlockKey::recovery_password(&["000011"; 8].join("-")).unwrap()];
        let metadata = metadata(200);
        let attempts = open(&metadata, &keys, 1).err().unwrap();
        let why: Vec<Refusal> = attempts.iter().map(|attempt| attempt.why).collect();
        assert_eq!(why, [Refusal::WrongKey, Refusal::TooMany(1)]);
    }

    #[test]
    fn a_key_without_a_protector_costs_nothing() {
        let keys = [UnlockKey::password("x").unwrap()];
        let metadata = metadata(200);
        let attempts = open(&metadata, &keys, 0).err().unwrap();
        let why = Refusal::NoSuchProtector(ProtectorKind::Password);
        assert_eq!(attempts.first().unwrap().why, why);
        assert_eq!(attempts.len(), 1);
    }
}
