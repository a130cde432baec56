#![no_main]
//! Jump lists, automatic (compound files) and custom.

use kusari_artifacts::jump_list::{read_automatic, read_custom};
use kusari_artifacts::text::AnsiCodePage;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let ansi = AnsiCodePage::default().encoding();
    let automatic = read_automatic(input, ansi);
    let custom = read_custom(input, ansi);
    assert!(automatic.items.len() + custom.categories.len() <= input.len());
});
