//! The journal of the corpus.

use kusari_fixtures::corpus;

use super::super::*;
use crate::Locator;

#[test]
fn the_journal_of_the_corpus_is_read() {
    let Some(bytes) = corpus::bytes("ntfs-meta/sample.bin") else {
        return;
    };
    let journal = Journal::read(&bytes, &ReadOptions::default());
    let outcome = journal.outcome();
    assert_eq!((journal.len(), outcome.coverage.gaps.len()), (208, 0));
    assert_eq!(outcome.damage, []);
    for record in journal.records() {
        let Locator::Bytes { offset, length } = record.locator() else {
            panic!();
        };
        let range = usize::try_from(offset).unwrap()..usize::try_from(offset + length).unwrap();
        let mut again = 0;
        scan(&bytes[range].to_vec(), None, |other| {
            again += 1;
            assert_eq!(
                Record {
                    offset,
                    ..other.clone()
                },
                record
            );
        });
        assert_eq!(again, 1);
        assert_eq!((record.reasons.unnamed(), record.source.unnamed()), (0, 0));
    }
    let mut carved = 0;
    carve(&bytes, |_| carved += 1);
    assert_eq!(carved, 208);
}
