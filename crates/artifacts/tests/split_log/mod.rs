//! Divides a log between two files, as Windows does when it changes from one to the other.

/// The first `count` entries of `log`, and the others as a log of their own.
pub(crate) fn split_log(log: &[u8], count: usize) -> [Vec<u8>; 2] {
    let number = |at: usize| u32::from_le_bytes(log[at..at + 4].try_into().unwrap());
    let mut at = 512;
    for _ in 0..count {
        assert_eq!(&log[at..at + 4], b"HvLE");
        at += number(at + 4) as usize;
    }
    assert_eq!(&log[at..at + 4], b"HvLE");
    let sequence = number(at + 12).to_le_bytes();
    let mut header = log[..512].to_vec();
    header[4..8].copy_from_slice(&sequence);
    header[8..12].copy_from_slice(&sequence);
    let sum = header[..508].chunks_exact(4).fold(0, |sum, number| {
        sum ^ u32::from_le_bytes(number.try_into().unwrap())
    });
    header[508..].copy_from_slice(&sum.to_le_bytes());
    [log[..at].to_vec(), [&header, &log[at..]].concat()]
}
