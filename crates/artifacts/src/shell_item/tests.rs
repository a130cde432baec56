#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use encoding_rs::WINDOWS_1252;

use super::*;

/// An item with its size in front, and the terminal item behind.
fn list_of(items: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        bytes.extend((u16::try_from(item.len()).unwrap() + 2).to_le_bytes());
        bytes.extend(*item);
    }
    bytes.extend([0, 0]);
    bytes
}

fn only(item: &[u8]) -> ShellItem {
    let list = read(&list_of(&[item]), WINDOWS_1252);
    assert_eq!(list.damage, []);
    assert!(list.terminated);
    list.items[0].clone()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().chain([0]);
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn an_item_of_windows_2000_has_two_names() {
    let mut item = vec![0x32, 0, 5, 0, 0, 0, 0xE8, 0x3C, 0xC8, 0x81, 0x20, 0];
    item.extend(b"long name.txt\0LONGNA~1.TXT\0");
    let found = only(&item);
    let entry = found.file_entry().unwrap();
    assert_eq!((entry.name.as_str(), entry.size), ("long name.txt", 5));
    assert_eq!(entry.secondary_name.as_deref(), Some("LONGNA~1.TXT"));
    assert_eq!(entry.modified.unwrap().to_string(), "2010-07-08T16:14:16Z");
    assert!(found.extensions.is_empty());
}

#[test]
fn a_network_share_keeps_its_texts() {
    let mut item = vec![0xC3, 1, 0xD1];
    item.extend(b"\\\\srv\\Qualit\xE9\0Microsoft Network\0a comment\0");
    item.extend(utf16(r"\\srv\Qualité"));
    item.extend(utf16("Microsoft Network"));
    item.extend(utf16("a comment"));
    let found = only(&item);
    let ItemKind::Network(network) = &found.kind else {
        panic!("{found:?}");
    };
    assert_eq!(network.kind, NetworkKind::Share);
    assert_eq!(network.location.text(), Some(r"\\srv\Qualité"));
    assert_eq!(network.comments.as_ref().unwrap().text(), Some("a comment"));
}

#[test]
fn a_portable_device_names_its_instance() {
    // The layout of the example in the libfwsi documentation.
    let (name, path) = (
        "Sansa m240 ",
        r"\\?\usb#vid_0781&pid_7400#0781005b3#{6ac27878}",
    );
    let mut item = vec![0x2E, 0, 0, 0];
    item.extend(0x0831_2006_u32.to_le_bytes());
    item.extend([3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    for text in [name, path] {
        item.extend(u32::try_from(text.len() + 1).unwrap().to_le_bytes());
    }
    item.extend([0, 0]);
    item.extend(utf16(name));
    item.extend(utf16(path));
    let found = only(&item);
    let ItemKind::PortableDevice(device) = &found.kind else {
        panic!("{found:?}");
    };
    assert_eq!((device.name.as_str(), device.path.as_str()), (name, path));
}

#[test]
fn a_user_s_folder_inside_a_delegate_is_a_folder() {
    // The example of the libfwsi documentation.
    let mut item = vec![0x74, 0, 0x1C, 0];
    item.extend(b"CFSF\x16\0\x31\0\0\0\0\0\xAE\x46\x24\xB1\x12\0AppData\0\0\0");
    item.extend([
        0x74, 0x1A, 0x59, 0x5E, 0x96, 0xDF, 0xD3, 0x48, 0x8D, 0x67, 0x17, 0x33, 0xBC, 0xEE, 0x28,
        0xBA, 0xC5, 0xCD, 0xFA, 0xDF, 0x9F, 0x67, 0x56, 0x41, 0x89, 0x47, 0xC5, 0xC7, 0x6B, 0xC0,
        0xB6, 0x7F,
    ]);
    item.extend(b"\x40\0\x09\0\x04\0\xEF\xBE\xAE\x46\x24\xB1\xAE\x46\x24\xB1\x2E\0\0\0");
    item.extend([0x15, 0x9D, 0x02, 0, 0, 0, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    item.extend([0, 0, 0, 0, 0, 0, 0xEE, 0xE3, 0x73, 0]);
    item.extend(utf16("AppData"));
    item.extend([0x42, 0]);
    let found = only(&item);
    assert_eq!(found.file_name(), Some("AppData"));
    let extension = found.file_extension().unwrap();
    let reference = extension.file_reference.unwrap();
    assert_eq!((reference.entry(), reference.sequence()), (171_285, 1));
    assert_eq!(
        extension.created.unwrap().to_string(),
        "2015-05-14T22:09:08Z"
    );
}

#[test]
fn a_cut_item_ends_the_list_and_is_reported() {
    let mut bytes = list_of(&[&[0x2F, b'E', b':', b'\\', 0], &[0x99; 20]]);
    bytes.truncate(20);
    let list = read(&bytes, WINDOWS_1252);
    assert_eq!((list.items.len(), list.terminated), (1, false));
    assert_eq!((list.damage.len(), list.damage[0].offset), (1, 7));
    assert_eq!(list.path().as_deref(), Some(r"E:\"));
}

#[test]
fn unknown_items_keep_their_bytes_and_give_no_path() {
    let bytes = list_of(&[&[0x2F, b'E', b':', b'\\', 0], &[0x99, 1, 2, 3]]);
    let list = read(&bytes, WINDOWS_1252);
    assert_eq!(list.items[1].kind, ItemKind::Unknown(vec![0x99, 1, 2, 3]));
    assert_eq!(list.path(), None);
}
