#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use encoding_rs::WINDOWS_1252;

use super::*;

/// A header with these flags, and nothing behind it.
fn header(flags: u32) -> Vec<u8> {
    let mut bytes = 76_u32.to_le_bytes().to_vec();
    bytes.extend([1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]);
    bytes.extend(flags.to_le_bytes());
    bytes.resize(76, 0);
    bytes
}

#[test]
fn the_smallest_shortcut_is_a_header_and_a_terminal_block() {
    let mut bytes = header(0);
    bytes[64..66].copy_from_slice(&0x0645_u16.to_le_bytes());
    bytes.extend([0; 4]);
    let read = read(&bytes, WINDOWS_1252);
    assert_eq!(read.outcome.damage, []);
    let link = read.shortcut.unwrap();
    assert_eq!((link.length, link.extra.terminated), (80, true));
    assert_eq!(link.header.hot_key.to_string(), "CTRL+ALT+E");
    assert_eq!(link.header.created, None);
    assert_eq!(link.target_path(), None);
}

#[test]
fn other_bytes_are_no_shortcut() {
    for bytes in [&b""[..], b"L\0\0\0", &[0; 100]] {
        let read = read(bytes, WINDOWS_1252);
        assert_eq!((read.shortcut, read.outcome.damage.len()), (None, 1));
    }
}

#[test]
fn a_cut_part_keeps_those_before_it() {
    let mut bytes = header(LinkFlags::HAS_NAME | LinkFlags::HAS_ARGUMENTS | LinkFlags::IS_UNICODE);
    bytes.extend([2, 0, b'a', 0, b'b', 0]);
    bytes.extend([9, 0, b'c', 0]);
    let read = read(&bytes, WINDOWS_1252);
    let link = read.shortcut.unwrap();
    assert_eq!(link.strings.name.as_deref(), Some("ab"));
    assert_eq!(link.strings.arguments.as_deref(), Some("c"));
    assert_eq!(read.outcome.damage.len(), 1);
    assert_eq!(read.outcome.damage[0].offset, 84);
}

#[test]
fn blocks_are_read_once_and_unknown_ones_listed() {
    let mut bytes = header(0);
    let code_page = |page: u32| {
        [12, 0xA000_0004, page]
            .into_iter()
            .flat_map(u32::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    bytes.extend(code_page(932));
    bytes.extend(code_page(437));
    bytes.extend([8_u32, 0xA000_00FF].into_iter().flat_map(u32::to_le_bytes));
    bytes.extend([0; 4]);
    let read = read(&bytes, WINDOWS_1252);
    let extra = read.shortcut.unwrap().extra;
    assert_eq!(extra.console_code_page, Some(932));
    assert_eq!(extra.unknown[0].signature, 0xA000_00FF);
    assert_eq!(read.outcome.damage.len(), 1);
    assert!(read.outcome.damage[0].reason.contains("second"));
}

#[test]
fn flags_have_their_names() {
    let names: Vec<_> = LinkFlags(0b1000_0011).names().collect();
    assert_eq!(names, ["HasLinkTargetIDList", "HasLinkInfo", "IsUnicode"]);
}
