//! Logs that were cleared: Security 1102 (always of the Security log itself), System 104 (of any
//! other log, named in the record). The record is written first into the log that is empty then
//! (1102) or into the System log (104).
//!
//! Sources: Microsoft Learn, page of the event 1102; three records of the corpus (104, 1102).

use super::super::EventRecord;
use super::fields::text;
use super::security::Account;

/// A log was cleared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCleared {
    /// The log's name.
    pub log: String,
    /// Who cleared it.
    pub by: Account,
    /// Where it was saved before.
    pub backup: Option<String>,
}

pub(super) fn read(record: &EventRecord) -> Option<LogCleared> {
    let log = match record.event_id {
        1102 => "Security".to_owned(),
        _ => text(record, "Channel")?,
    };
    Some(LogCleared {
        log,
        by: Account::subject(record),
        backup: text(record, "BackupPath"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::TypedEvent;
    use super::super::testing::corpus;

    #[test]
    fn cleared_logs_are_named_with_who_cleared_them() {
        let files = [
            (
                "win10-DESKTOP-2KGM189/System.evtx",
                2,
                "Microsoft-Windows-Sysmon/Operational",
                "tony",
            ),
            (
                "evtx-6416/ID4688,6416,4648-SystemNightMare.evtx",
                1,
                "Security",
                "admmig",
            ),
        ];
        for (file, count, log, name) in files {
            let Some(events) = corpus(file) else { return };
            let cleared: Vec<_> = events
                .iter()
                .filter_map(|(_, event)| match event {
                    TypedEvent::LogCleared(event) => Some(event),
                    _ => None,
                })
                .collect();
            assert_eq!(cleared.len(), count, "{file}");
            assert_eq!(cleared[0].log, log);
            assert_eq!(cleared[0].by.name.as_deref(), Some(name));
            assert_eq!(cleared[0].backup, None);
        }
    }
}
