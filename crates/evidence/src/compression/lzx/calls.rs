//! Targets of x86 call instructions (`E8` and 32 bits).

/// The size of the file that is compressed, as WIM files and the Windows Overlay Filter always
/// assume it.
const FILE_SIZE: i32 = 12_000_000;

/// Calls that begin in a chunk's last bytes were never translated.
const UNTOUCHED: usize = 10;

/// Makes targets relative to their instruction again, where they are inside of the assumed file.
pub(super) fn make_relative(chunk: &mut [u8]) {
    let end = chunk.len().saturating_sub(UNTOUCHED);
    let mut at = 0_usize;
    while let Some(found) = chunk
        .get(at..end)
        .and_then(|rest| memchr::memchr(0xE8, rest))
    {
        let call = at.saturating_add(found);
        let Some(target) = chunk
            .get_mut(call.saturating_add(1)..)
            .and_then(<[u8]>::first_chunk_mut::<4>)
        else {
            return;
        };
        if let Some(relative) = i32::try_from(call)
            .ok()
            .and_then(|call| relative(i32::from_le_bytes(*target), call))
        {
            *target = relative.to_le_bytes();
        }
        at = call.saturating_add(5);
    }
}

/// The target from the instruction's place on; `None` when it was not translated.
const fn relative(target: i32, call: i32) -> Option<i32> {
    if 0 <= target && target < FILE_SIZE {
        target.checked_sub(call)
    } else if target < 0 && target >= -call {
        target.checked_add(FILE_SIZE)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As LZX's document describes the compressor's side.
    fn absolute(relative: i32, call: i32) -> i32 {
        if relative >= -call && relative < FILE_SIZE - call {
            relative + call
        } else if relative >= FILE_SIZE - call && relative < FILE_SIZE {
            relative - FILE_SIZE
        } else {
            relative
        }
    }

    #[test]
    fn targets_come_back() {
        for target in [
            0,
            1,
            -1,
            -20,
            -21,
            11_999_979,
            11_999_980,
            FILE_SIZE,
            i32::MIN,
            i32::MAX,
        ] {
            let mut chunk = vec![0x90_u8; 40];
            chunk[20] = 0xE8;
            chunk[21..25].copy_from_slice(&absolute(target, 20).to_le_bytes());
            make_relative(&mut chunk);
            let back = i32::from_le_bytes(chunk[21..25].try_into().unwrap());
            assert_eq!(back, target);
        }
    }

    #[test]
    fn calls_at_the_end_are_left_alone() {
        let mut chunk = vec![0xE8_u8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        make_relative(&mut chunk);
        assert_eq!(chunk, [0xE8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        make_relative(&mut []);
    }
}
