//! Hives of the corpus against what independent readers say about them.

use kusari_artifacts::registry::Hive;
use kusari_fixtures::corpus;

#[test]
fn a_clean_hive_is_walked_whole() {
    let Some(bytes) = corpus::bytes("hive-negative-SENSEI/SYSTEM_2") else {
        return;
    };
    let hive = Hive::open(bytes, &[]).unwrap();
    let outcome = hive.outcome();
    assert!(outcome.coverage.records > 1000);
    assert!(hive.key(r"select").is_some());
}
