//! Bytes for people.

/// Bytes as lines of 16: offset, hexadecimal, printable ASCII.
pub(super) fn dump(offset: u64, bytes: &[u8]) -> Vec<String> {
    let lines = bytes.chunks(16).zip((0_u64..).step_by(16));
    lines
        .map(|(line, behind)| {
            let digits: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
            let text: String = line
                .iter()
                .map(|byte| {
                    if printable(byte) {
                        char::from(*byte)
                    } else {
                        '.'
                    }
                })
                .collect();
            let at = offset.saturating_add(behind);
            format!("{at:08x}  {:<47}  {text}", digits.join(" "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_with_their_offsets() {
        let lines = dump(0x1020, b"nk \x00\xffabcdefghijklmnop");
        assert_eq!(
            lines,
            [
                "00001020  6e 6b 20 00 ff 61 62 63 64 65 66 67 68 69 6a 6b  nk ..abcdefghijk",
                "00001030  6c 6d 6e 6f 70                                   lmnop",
            ]
        );
        assert!(dump(0, b"").is_empty());
    }
}
