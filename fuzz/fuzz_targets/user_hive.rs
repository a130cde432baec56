#![no_main]
//! Users' hives: the registry itself, and the traces of use in it.

use kusari_artifacts::registry::Hive;
use kusari_artifacts::text::AnsiCodePage;
use kusari_artifacts::user_hive::{TracesOfUse, UserHive};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Ok(hive) = Hive::open(input.to_vec(), &[]) {
        let mut user = UserHive::read(&hive);
        user.add_recovered(&hive);
        let _ = TracesOfUse::read(&hive, AnsiCodePage::default().encoding());
    }
});
