#![no_main]
//! SQLite databases with a write-ahead log: the first two bytes say where the log begins. All rows of
//! all tables, and the Windows timeline.

use kusari_artifacts::activities_cache::ActivitiesCache;
use kusari_artifacts::sqlite::Database;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some(([high, low], rest)) = input.split_first_chunk::<2>() else {
        return;
    };
    let at = (usize::from(*high) * 256 + usize::from(*low)) * 16;
    let (database, log) = rest.split_at(at.min(rest.len()));
    let log = (!log.is_empty()).then_some(log);
    if let Ok(database) = Database::open(database, log) {
        let names: Vec<String> = database.table_names().map(ToOwned::to_owned).collect();
        for table in names.iter().filter_map(|name| database.table(name)) {
            for row in database.rows(&table).by_ref().take(100_000) {
                let _ = row.values().count();
            }
        }
    }
    if let Ok(cache) = ActivitiesCache::open(database, log) {
        cache.read(&mut |_| {});
    }
});
