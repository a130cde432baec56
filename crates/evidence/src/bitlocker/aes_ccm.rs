//! AES-CCM with a 256-bit key, a nonce of 12 bytes and a code of 16, without associated data: how
//! BitLocker wraps a key with another one.
//!
//! Source: NIST SP 800-38C (formatting of Appendix A with `t` = 16 and `q` = 3).

use aes::Aes256;
use aes::cipher::{Block, BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

use super::entry::EncryptedKey;

/// Flags of the first block that is authenticated: no associated data, `t` = 16, `q` = 3.
const FIRST_BLOCK_FLAGS: u8 = 0x3A;

/// Flags of a counter block: `q` = 3.
const COUNTER_FLAGS: u8 = 0x02;

/// The bytes that `wrapped` holds, or `None` when its code does not fit: the key is another one, or
/// the bytes were changed. The code is compared in the same time wherever it differs.
pub(super) fn unwrap(key: &[u8; 32], wrapped: &EncryptedKey) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Aes256::new(key.into());
    let mut clear = Zeroizing::new(wrapped.bytes.clone());
    for (number, part) in (1_u32..).zip(clear.chunks_mut(16)) {
        xor(part, &block(&cipher, COUNTER_FLAGS, &wrapped.nonce, number));
    }
    let length = u32::try_from(clear.len()).ok()?;
    let mut code = block(&cipher, FIRST_BLOCK_FLAGS, &wrapped.nonce, length);
    for part in clear.chunks(16) {
        xor(&mut code, part);
        let mut next = code.into();
        cipher.encrypt_block(&mut next);
        code = next.into();
    }
    xor(&mut code, &block(&cipher, COUNTER_FLAGS, &wrapped.nonce, 0));
    xor(&mut code, &wrapped.code);
    let different = code.iter().fold(0, |different, byte| different | byte);
    (different == 0).then_some(clear)
}

/// The encryption of flags, nonce and a number of 24 bits.
fn block(cipher: &Aes256, flags: u8, nonce: &[u8; 12], number: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    let [_, number @ ..] = number.to_be_bytes();
    let fields = [flags].into_iter().chain(*nonce).chain(number);
    bytes
        .iter_mut()
        .zip(fields)
        .for_each(|(to, from)| *to = from);
    let mut block: Block<Aes256> = bytes.into();
    cipher.encrypt_block(&mut block);
    block.into()
}

fn xor(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to ^= from);
}
