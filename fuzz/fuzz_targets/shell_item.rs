#![no_main]
//! Shell item lists, as shellbags and dialogs keep them.

use kusari_artifacts::shell_item;
use kusari_artifacts::text::AnsiCodePage;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let list = shell_item::read(input, AnsiCodePage::default().encoding());
    let _ = list.path();
});
