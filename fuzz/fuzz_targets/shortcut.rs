#![no_main]
//! Shortcuts. The first byte chooses the code page.

use kusari_artifacts::shortcut;
use kusari_artifacts::text::AnsiCodePage;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((page, bytes)) = input.split_first() {
        let number = if page % 2 == 0 { 932 } else { 1252 };
        let ansi = AnsiCodePage::from_number(number).unwrap_or_default();
        let read = shortcut::read(bytes, ansi.encoding());
        if let Some(shortcut) = read.shortcut {
            let _ = (shortcut.target_path(), shortcut.volume());
        }
    }
});
