//! Decryption of sectors.
//!
//! Sources: libyal, "BitLocker Drive Encryption (BDE) format": Encryption methods; IEEE 1619 for
//! XTS; N. Ferguson's paper for AES-CBC with the Elephant diffuser.

use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, consts::U16};
use aes::{Aes128, Aes256};

use super::diffuser;
use super::method::EncryptionMethod;

type Block = Array<u8, U16>;

/// Blocks that are worked on at a time, on the stack. A sector has a multiple of it.
const BATCH: usize = 32;

/// The cipher of a volume, with its keys.
pub(super) struct SectorCipher {
    cipher: Cipher,
    sector_size: usize,
}

enum Cipher {
    Cbc128(Box<Aes128>),
    Cbc256(Box<Aes256>),
    CbcDiffuser128(Box<[Aes128; 2]>),
    CbcDiffuser256(Box<[Aes256; 2]>),
    Xts128(Box<[Aes128; 2]>),
    Xts256(Box<[Aes256; 2]>),
}

impl SectorCipher {
    /// The cipher for a method with the volume's key. `None` when the method is not known or the
    /// key has another length than it asks for.
    pub(super) fn new(method: EncryptionMethod, key: &[u8], sector_size: u32) -> Option<Self> {
        let cipher = match method {
            EncryptionMethod::AesCbc128 => Cipher::Cbc128(Box::new(one(key)?)),
            EncryptionMethod::AesCbc256 => Cipher::Cbc256(Box::new(one(key)?)),
            // The two keys always have 32 bytes each for themselves here.
            EncryptionMethod::AesCbc128Diffuser => {
                let (key, tweak) = key
                    .split_at_checked(32)
                    .filter(|(_, tweak)| tweak.len() == 32)?;
                Cipher::CbcDiffuser128(Box::new([one(key.get(..16)?)?, one(tweak.get(..16)?)?]))
            }
            EncryptionMethod::AesCbc256Diffuser => Cipher::CbcDiffuser256(Box::new(two(key)?)),
            EncryptionMethod::AesXts128 => Cipher::Xts128(Box::new(two(key)?)),
            EncryptionMethod::AesXts256 => Cipher::Xts256(Box::new(two(key)?)),
            EncryptionMethod::Other(_) => return None,
        };
        let sector_size = usize::try_from(sector_size).ok()?;
        (sector_size % (BATCH * 16) == 0 && sector_size > 0).then_some(Self {
            cipher,
            sector_size,
        })
    }

    /// Decrypts whole sectors in place, of which the first stands at `position` on the volume.
    pub(super) fn decrypt(&self, position: u64, sectors: &mut [u8]) {
        let size = u64::try_from(self.sector_size).unwrap_or(u64::MAX);
        let mut at = position;
        for sector in sectors.chunks_exact_mut(self.sector_size) {
            match &self.cipher {
                Cipher::Cbc128(key) => cbc(key.as_ref(), at, sector),
                Cipher::Cbc256(key) => cbc(key.as_ref(), at, sector),
                Cipher::CbcDiffuser128(keys) => cbc_with_diffuser(keys, at, sector),
                Cipher::CbcDiffuser256(keys) => cbc_with_diffuser(keys, at, sector),
                Cipher::Xts128(keys) => xts(keys, at / size, sector),
                Cipher::Xts256(keys) => xts(keys, at / size, sector),
            }
            at = at.saturating_add(size);
        }
    }
}

fn one<C: KeyInit>(key: &[u8]) -> Option<C> {
    C::new_from_slice(key).ok()
}

fn two<C: KeyInit>(key: &[u8]) -> Option<[C; 2]> {
    let (first, second) = key.split_at_checked(key.len() / 2)?;
    Some([one(first)?, one(second)?])
}

/// The encryption of a number of 128 bits.
fn encrypted<C: BlockCipherEncrypt<BlockSize = U16>>(cipher: &C, number: u128) -> u128 {
    let mut block = Block::from(number.to_le_bytes());
    cipher.encrypt_block(&mut block);
    u128::from_le_bytes(block.into())
}

fn load(block: &Block) -> u128 {
    u128::from_le_bytes((*block).into())
}

fn store(block: &mut Block, value: u128) {
    *block = value.to_le_bytes().into();
}

/// AES-CBC with the encrypted byte offset of the sector as initialization vector.
fn cbc<C>(cipher: &C, offset: u64, sector: &mut [u8])
where
    C: BlockCipherEncrypt<BlockSize = U16> + BlockCipherDecrypt<BlockSize = U16>,
{
    let mut before = encrypted(cipher, u128::from(offset));
    let (blocks, _) = Block::slice_as_chunks_mut(sector);
    let mut kept = [0_u128; BATCH];
    for batch in blocks.chunks_exact_mut(BATCH) {
        for (kept, block) in kept.iter_mut().zip(batch.iter()) {
            *kept = load(block);
        }
        cipher.decrypt_blocks(batch);
        for (block, kept) in batch.iter_mut().zip(kept) {
            store(block, load(block) ^ before);
            before = kept;
        }
    }
}

/// AES-CBC, then the Elephant diffuser, then the sector key.
fn cbc_with_diffuser<C>([cipher, tweak]: &[C; 2], offset: u64, sector: &mut [u8])
where
    C: BlockCipherEncrypt<BlockSize = U16> + BlockCipherDecrypt<BlockSize = U16>,
{
    cbc(cipher, offset, sector);
    diffuser::take_off(sector);
    let low = encrypted(tweak, u128::from(offset));
    let high = encrypted(tweak, u128::from(offset) | 1 << 127);
    let (blocks, _) = Block::slice_as_chunks_mut(sector);
    for (block, key) in blocks.iter_mut().zip([low, high].into_iter().cycle()) {
        store(block, load(block) ^ key);
    }
}

/// AES-XTS with the number of the sector as tweak.
fn xts<C>([cipher, tweak]: &[C; 2], number: u64, sector: &mut [u8])
where
    C: BlockCipherEncrypt<BlockSize = U16> + BlockCipherDecrypt<BlockSize = U16>,
{
    let mut next = encrypted(tweak, u128::from(number));
    let (blocks, _) = Block::slice_as_chunks_mut(sector);
    let mut tweaks = [0_u128; BATCH];
    for batch in blocks.chunks_exact_mut(BATCH) {
        for (tweak, block) in tweaks.iter_mut().zip(batch.iter_mut()) {
            *tweak = next;
            store(block, load(block) ^ next);
            // Times x in the field of 2^128 elements.
            let carry = next >> 127;
            next = (next << 1) ^ (carry * 0x87);
        }
        cipher.decrypt_blocks(batch);
        for (block, tweak) in batch.iter_mut().zip(tweaks) {
            store(block, load(block) ^ tweak);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IEEE 1619-2007, Annex B, vector 4 (data unit 0): its first 16 bytes of ciphertext come from
    /// the plaintext 00 01 .. 0F.
    #[test]
    fn a_published_vector_of_xts() {
        let key = [
            0x2718_2818_2845_9045_2353_6028_7471_3526_u128,
            0x3141_5926_5358_9793_2384_6264_3383_2795,
        ];
        let first = 0x27a7_479b_efa1_d476_489f_308c_d4cf_a6e2_u128;
        let mut sector = vec![0; 512];
        sector[..16].copy_from_slice(&first.to_be_bytes());
        let key = key.map(u128::to_be_bytes);
        let key = key.as_flattened();
        let cipher = SectorCipher::new(EncryptionMethod::AesXts128, key, 512).unwrap();
        cipher.decrypt(0, &mut sector);
        let clear: Vec<u8> = (0..16).collect();
        assert_eq!(sector[..16], clear);
    }

    #[test]
    fn keys_of_another_length_are_refused() {
        for (method, length) in [
            (EncryptionMethod::AesCbc128, 16),
            (EncryptionMethod::AesCbc256, 32),
            (EncryptionMethod::AesCbc128Diffuser, 64),
            (EncryptionMethod::AesCbc256Diffuser, 64),
            (EncryptionMethod::AesXts128, 32),
            (EncryptionMethod::AesXts256, 64),
        ] {
            for given in [0, 15, 16, 17, 32, 48, 64, 65, 128] {
                let made = SectorCipher::new(method, &vec![1; given], 512);
                assert_eq!(made.is_some(), given == length, "{method} {given}");
            }
            assert!(SectorCipher::new(method, &vec![1; length], 0).is_none());
            assert!(SectorCipher::new(method, &vec![1; length], 500).is_none());
        }
        assert!(SectorCipher::new(EncryptionMethod::Other(1), &[1; 32], 512).is_none());
    }
}
