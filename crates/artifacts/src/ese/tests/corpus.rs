//! The SRUM database of the corpus.

use kusari_fixtures::corpus;

use super::super::*;

#[test]
fn the_database_of_the_corpus_is_read_to_its_end() {
    let Some(bytes) = corpus::bytes("rathbun-win10-DESKTOP-GNCCVRK-nousb/SRUM/SRUDB.dat") else {
        return;
    };
    let database = Database::open(&bytes).unwrap();
    let header = database.header();
    assert_eq!(
        (header.page_size, header.revision, header.sound),
        (4096, 110, true)
    );
    assert_eq!(database.outcome().damage, []);
    let (mut rows, mut deleted, mut values) = (0, 0, 0);
    for table in database.tables() {
        for row in database.rows(table) {
            let row = row.unwrap();
            assert!(row.is_sound());
            if row.is_deleted() {
                deleted += 1;
                continue;
            }
            rows += 1;
            for column in &table.columns {
                values += usize::from(row.value(column).unwrap().is_some());
            }
        }
    }
    // As dissect.esedb and libesedb have them, see `docs/validation/ese.md`.
    assert_eq!((rows, deleted, values), (1019, 41, 9833));
}
