//! How a password becomes a key: about a million rounds of SHA-256.
//!
//! Source: libyal, "BitLocker Drive Encryption (BDE) format": Recovery key, User key; FIPS 180-4
//! for the padding.

use sha2::block_api::compress256;
use zeroize::{Zeroize, Zeroizing};

use crate::UnlockKey;
use crate::hash::sha256;

/// How often the hash is taken.
const ROUNDS: u64 = 0x10_0000;

/// The state that SHA-256 starts with (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];

/// What a round hashes, with the padding that SHA-256 adds to 88 bytes, as its two blocks: the
/// hash of the round before, the hash of the password; the salt, the number of the round, the
/// padding.
type Blocks = [[u8; 64]; 2];

/// The key that `key` gives with this salt, or `None` when it is not stretched.
pub(super) fn stretched(key: &UnlockKey, salt: &[u8; 16]) -> Option<Zeroizing<[u8; 32]>> {
    let hash = match key {
        UnlockKey::RecoveryPassword(password) => sha256(password.bits()),
        UnlockKey::Password(password) => sha256(sha256(&password.to_utf16()).as_bytes()),
        UnlockKey::StartupKey(_) => return None,
    };
    Some(stretch(hash.as_bytes(), salt, ROUNDS))
}

fn stretch(hash: &[u8; 32], salt: &[u8; 16], rounds: u64) -> Zeroizing<[u8; 32]> {
    let mut blocks: Blocks = [[0; 64]; 2];
    let message = blocks.as_flattened_mut();
    put(message, 32, hash);
    put(message, 64, salt);
    put(message, 88, &[0x80]);
    put(message, 120, &(88_u64 * 8).to_be_bytes());
    for round in 0..rounds {
        put(blocks.as_flattened_mut(), 80, &round.to_le_bytes());
        let mut state = INITIAL;
        compress256(&mut state, &blocks);
        // Written out: this runs a million times, in tests without optimisation.
        let [a, b, c, d, e, f, g, h] = state;
        let [a, b, c, d] = [
            a.to_be_bytes(),
            b.to_be_bytes(),
            c.to_be_bytes(),
            d.to_be_bytes(),
        ];
        let [e, f, g, h] = [
            e.to_be_bytes(),
            f.to_be_bytes(),
            g.to_be_bytes(),
            h.to_be_bytes(),
        ];
        put(
            blocks.as_flattened_mut(),
            0,
            [a, b, c, d, e, f, g, h].as_flattened(),
        );
    }
    let mut last = Zeroizing::new([0; 32]);
    let hash = blocks.as_flattened().iter();
    last.iter_mut().zip(hash).for_each(|(to, from)| *to = *from);
    blocks.iter_mut().for_each(Zeroize::zeroize);
    last
}

/// Puts a field at its place; all places lie inside the two blocks.
fn put(message: &mut [u8], at: usize, field: &[u8]) {
    let to = message.get_mut(at..).unwrap_or_default();
    if let Some(to) = to.get_mut(..field.len()) {
        to.copy_from_slice(field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_hashes_hash_password_salt_and_number() {
        let (hash, salt) = ([7; 32], [9; 16]);
        let mut last = [0; 32];
        for round in 0..300_u64 {
            let message = [&last[..], &hash, &salt, &round.to_le_bytes()].concat();
            last = *sha256(&message).as_bytes();
        }
        assert_eq!(*stretch(&hash, &salt, 300), last);
    }
}
