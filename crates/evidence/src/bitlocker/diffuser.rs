//! The Elephant diffuser, which mixes a sector so that every bit depends on every other.
//!
//! Source: N. Ferguson, "AES-CBC + Elephant diffuser, a disk encryption algorithm for Windows
//! Vista" (Microsoft, 2006), section 4: diffusers A and B in the direction of decryption.

use std::cell::Cell;

/// The most words in a sector of 4096 bytes.
const MOST_WORDS: usize = 1024;

/// Takes diffuser B and then diffuser A off a sector. Its length is a multiple of 64 bytes, and at
/// most 4096.
pub(super) fn take_off(sector: &mut [u8]) {
    let mut words = [0_u32; MOST_WORDS];
    let count = sector.len() / 4;
    let words = words.get_mut(..count).unwrap_or_default();
    for (word, bytes) in words.iter_mut().zip(sector.chunks_exact(4)) {
        *word = bytes.try_into().map_or(0, u32::from_le_bytes);
    }
    for _ in 0..3 {
        b_round(words);
    }
    for _ in 0..5 {
        a_round(words);
    }
    for (word, bytes) in words.iter().zip(sector.chunks_exact_mut(4)) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
}

/// `d[i] += d[i-2] ^ (d[i-5] <<< [9, 0, 13, 0][i mod 4])`, places counted round the sector.
fn a_round(words: &mut [u32]) {
    let words = Cell::from_mut(words).as_slice_of_cells();
    let step = |window: &[&Cell<u32>; 9]| {
        let [m5, m4, m3, m2, m1, c0, c1, c2, c3] = *window;
        add(c0, m2.get() ^ m5.get().rotate_left(9));
        add(c1, m1.get() ^ m4.get());
        add(c2, c0.get() ^ m3.get().rotate_left(13));
        add(c3, c1.get() ^ m2.get());
    };
    // The first eight words look back over the end.
    let tail = words
        .get(words.len().saturating_sub(5)..)
        .unwrap_or_default();
    let head = words.get(..8).unwrap_or_default();
    around(tail, head, step);
    for window in words.get(3..).unwrap_or_default().windows(9).step_by(4) {
        if let [m5, m4, m3, m2, m1, c0, c1, c2, c3] = window {
            step(&[m5, m4, m3, m2, m1, c0, c1, c2, c3]);
        }
    }
}

/// `d[i] += d[i+2] ^ (d[i+5] <<< [0, 10, 0, 25][i mod 4])`, places counted round the sector.
fn b_round(words: &mut [u32]) {
    let words = Cell::from_mut(words).as_slice_of_cells();
    let step = |window: &[&Cell<u32>; 9]| {
        let [c0, c1, c2, c3, p4, p5, p6, p7, p8] = *window;
        add(c0, c2.get() ^ p5.get());
        add(c1, c3.get() ^ p6.get().rotate_left(10));
        add(c2, p4.get() ^ p7.get());
        add(c3, p5.get() ^ p8.get().rotate_left(25));
    };
    for window in words.windows(9).step_by(4) {
        if let [c0, c1, c2, c3, p4, p5, p6, p7, p8] = window {
            step(&[c0, c1, c2, c3, p4, p5, p6, p7, p8]);
        }
    }
    // The last eight words look ahead over the end.
    let tail = words
        .get(words.len().saturating_sub(8)..)
        .unwrap_or_default();
    let head = words.get(..5).unwrap_or_default();
    around(tail, head, step);
}

/// Two steps over the sector's end.
fn around(tail: &[Cell<u32>], head: &[Cell<u32>], step: impl Fn(&[&Cell<u32>; 9])) {
    let ring: Vec<&Cell<u32>> = tail.iter().chain(head).collect();
    for window in ring.windows(9).step_by(4) {
        if let Ok(window) = window.try_into() {
            step(window);
        }
    }
}

fn add(word: &Cell<u32>, by: u32) {
    word.set(word.get().wrapping_add(by));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the paper writes it, in the direction of encryption: the other way round, subtracting.
    fn put_on(words: &mut [u32]) {
        let count = words.len();
        for _ in 0..5 {
            for at in (0..count).rev() {
                let by = words[(at + count - 2) % count]
                    ^ words[(at + count - 5) % count].rotate_left([9, 0, 13, 0][at % 4]);
                words[at] = words[at].wrapping_sub(by);
            }
        }
        for _ in 0..3 {
            for at in (0..count).rev() {
                let by = words[(at + 2) % count]
                    ^ words[(at + 5) % count].rotate_left([0, 10, 0, 25][at % 4]);
                words[at] = words[at].wrapping_sub(by);
            }
        }
    }

    #[test]
    fn what_was_put_on_is_taken_off() {
        for size in [512, 1024, 2048, 4096] {
            let clear: Vec<u8> = (0..=250).cycle().step_by(7).take(size).collect();
            let mut words: Vec<u32> = clear
                .chunks_exact(4)
                .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
                .collect();
            put_on(&mut words);
            let mut sector: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            assert_ne!(sector, clear);
            take_off(&mut sector);
            assert_eq!(sector, clear, "{size}");
        }
    }
}
