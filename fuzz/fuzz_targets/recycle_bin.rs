#![no_main]
//! Recycle bins: `$I` files and `INFO2`.

use kusari_artifacts::recycle_bin::{read_index_file, read_info2};
use kusari_artifacts::text::AnsiCodePage;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = read_index_file(input);
    let index = read_info2(input, AnsiCodePage::default().encoding());
    for record in &index.records {
        let _ = (record.path(), record.content_name());
    }
});
