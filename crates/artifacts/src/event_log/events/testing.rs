//! Records built by hand, with the field layouts of real ones.

use kusari_evidence::time::Timestamp;

use super::super::{EventRecord, EventValue};

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_655_771_265 + seconds, 0).unwrap()
}

pub(super) fn record(provider: &str, event_id: u16, data: &[(&str, EventValue)]) -> EventRecord {
    EventRecord {
        record_id: 7,
        offset: 0x1200,
        length: 512,
        written: at(0),
        created: at(0),
        provider: provider.into(),
        event_id,
        version: 0,
        task: None,
        keywords: None,
        channel: String::new(),
        computer: "PC".into(),
        user_sid: None,
        process_id: None,
        data: data
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        recovered: false,
    }
}

pub(super) fn text(text: &str) -> EventValue {
    EventValue::Text(text.into())
}

/// All typed events of a log of the corpus, with their records.
pub(super) fn corpus(file: &str) -> Option<Vec<(EventRecord, super::TypedEvent)>> {
    let bytes = kusari_fixtures::corpus::bytes(file)?;
    let mut found = Vec::new();
    super::super::scan(&bytes, super::WANTED, &mut |record: EventRecord| {
        if let Some(event) = super::typed(&record) {
            found.push((record, event));
        }
    });
    Some(found)
}

pub(super) const RATHBUN: &str = "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/";
