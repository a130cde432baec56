//! How the bytes of an input stand for an image.
//!
//! A volume is mostly zeros, and libFuzzer is fast on small inputs only. So an input that begins
//! with [`MAGIC`] is a list of pieces over zeros:
//!
//! ```text
//! magic (4) | size of the image in units of 512 bytes (u32)
//! then as often as there is room: place in units of 512 bytes (u32) | length (u16) | bytes
//! ```
//!
//! Any other input is the image itself. All numbers are little-endian.

/// What a list of pieces begins with.
pub const MAGIC: &[u8; 4] = b"KSP1";

/// The unit of places and sizes.
pub const UNIT: usize = 512;

/// The largest image that an input may stand for: more would measure `memset`.
const LARGEST: usize = 48 << 20;

/// The image that an input stands for.
#[must_use]
pub fn decode(input: &[u8]) -> Vec<u8> {
    let Some(mut rest) = input.strip_prefix(MAGIC) else {
        return input.to_vec();
    };
    let Some(units) = take_u32(&mut rest) else {
        return Vec::new();
    };
    let mut image = vec![0; (units as usize).saturating_mul(UNIT).min(LARGEST)];
    while let Some(place) = take_u32(&mut rest) {
        let Some((length, behind)) = rest.split_first_chunk::<2>() else {
            break;
        };
        let length = usize::from(u16::from_le_bytes(*length)).min(behind.len());
        let (piece, behind) = behind.split_at(length);
        rest = behind;
        let start = (place as usize).saturating_mul(UNIT).min(image.len());
        let end = start.saturating_add(length).min(image.len());
        image[start..end].copy_from_slice(&piece[..end - start]);
    }
    image
}

/// The shortest list of pieces for an image. Units that are all `FF`, as in an unused `$LogFile` of
/// NTFS, are left out like those that are zero: no reader looks at them.
#[must_use]
pub fn encode(image: &[u8]) -> Vec<u8> {
    let mut list = MAGIC.to_vec();
    list.extend(
        u32::try_from(image.len().div_ceil(UNIT))
            .unwrap()
            .to_le_bytes(),
    );
    for (number, unit) in image.chunks(UNIT).enumerate() {
        let used = unit
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at + 1);
        if used > 0 && unit.iter().any(|byte| *byte != 0xff) {
            list.extend(u32::try_from(number).unwrap().to_le_bytes());
            list.extend(u16::try_from(used).unwrap().to_le_bytes());
            list.extend(&unit[..used]);
        }
    }
    list
}

fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    let (value, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    Some(u32::from_le_bytes(*value))
}
