//! The machine's clock: when it was set, when the machine ran, what it was compared with.
//!
//! A clock that is set is recorded twice: by the kernel (Kernel-General 1 in the System log) and
//! by the audit (Security 4616). Both carry the time before and after in UTC. The kernel writes 1
//! too when only the time zone changed (reason 3: both times are the same) and when the clock is
//! read from the hardware at a resume from sleep (reason 2). A record whose clock was just set
//! may carry a time before or after the step in its header.
//!
//! EventLog 6005, 6006 and 6008 are of the old kind, without names. 6008 (the last shutdown was
//! unexpected) says when the log was last known to be alive: as two texts in the language and
//! zone of the machine (with left-to-right marks in the date), and in its binary part as two
//! SYSTEMTIMEs, local and UTC; the two records of the corpus differ by exactly the zone's offset.
//!
//! Sources: Microsoft Learn, page of the event 4616; EventLog and Time-Service message tables;
//! the provider's message table for the reasons of 1; MS-DTYP 2.3.13; 363 records of the corpus.
//! The corpus has no Time-Service 158: it is read by its id, its text names the provider only.

use kusari_evidence::time::Timestamp;

use super::super::EventRecord;
use super::fields::{bytes, number, strings, system_time, text, time};
use super::security::Account;

/// Who wrote the record of a clock that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClockRecorder {
    /// Kernel-General 1.
    Kernel,
    /// Security 4616.
    Audit,
}

/// The machine's clock was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockSet {
    /// Who wrote the record.
    pub recorder: ClockRecorder,
    /// What the clock showed before, UTC.
    pub before: Timestamp,
    /// What it showed after, UTC.
    pub after: Timestamp,
    /// The kernel's reason: 1 an application or a component of the system, 2 the hardware clock,
    /// 3 another time zone. `None` before Windows 10 and in the audit.
    pub reason: Option<u64>,
    /// The program that set it.
    pub program: Option<String>,
    /// The account that set it (4616).
    pub account: Account,
    /// The SID under which the kernel's record was written: of the thread that set the clock. The
    /// time service's is `S-1-5-19`, that of the services of virtual machines `S-1-5-18`.
    pub written_as: Option<String>,
}

impl ClockSet {
    /// By how many 100 ns intervals the clock jumped; positive when it was put forward.
    #[must_use]
    pub const fn step(&self) -> i64 {
        self.after.ticks_since(self.before)
    }
}

/// A start or an end of a run of Windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemRun {
    /// Kernel-General 12: Windows started at this time.
    KernelStarted(Option<Timestamp>),
    /// Kernel-General 13: Windows is shutting down at this time.
    KernelStopped(Option<Timestamp>),
    /// EventLog 6005: the event log service started.
    LogStarted,
    /// EventLog 6006: the event log service was stopped.
    LogStopped,
    /// EventLog 6008: the last run ended without a shutdown.
    EndedUnexpectedly {
        /// When the log was last known to be alive, UTC by the machine's clock.
        last_alive: Option<Timestamp>,
        /// The same on the machine's wall clock.
        last_alive_local: Option<Timestamp>,
        /// The date and time as the record spells them, without direction marks.
        spelled: Option<String>,
    },
}

/// What the time service did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeService {
    /// The event's id: 35 the clock is now set by this source, 37 the source gives valid time,
    /// 158 a provider of time said something.
    pub event_id: u16,
    /// The source as written, with its name and addresses.
    pub source: Option<String>,
}

pub(super) fn kernel_set(record: &EventRecord) -> Option<ClockSet> {
    Some(ClockSet {
        recorder: ClockRecorder::Kernel,
        before: time(record, "OldTime")?,
        after: time(record, "NewTime")?,
        reason: number(record, "Reason"),
        program: text(record, "ProcessName"),
        account: Account::default(),
        written_as: record.user_sid.clone(),
    })
}

pub(super) fn audit_set(record: &EventRecord) -> Option<ClockSet> {
    Some(ClockSet {
        recorder: ClockRecorder::Audit,
        before: time(record, "PreviousTime")?,
        after: time(record, "NewTime")?,
        reason: None,
        program: text(record, "ProcessName"),
        account: Account::subject(record),
        written_as: None,
    })
}

pub(super) fn kernel_run(record: &EventRecord) -> Option<SystemRun> {
    match record.event_id {
        12 => Some(SystemRun::KernelStarted(time(record, "StartTime"))),
        13 => Some(SystemRun::KernelStopped(time(record, "StopTime"))),
        _ => None,
    }
}

pub(super) fn log_run(record: &EventRecord) -> Option<SystemRun> {
    match record.event_id {
        6005 => Some(SystemRun::LogStarted),
        6006 => Some(SystemRun::LogStopped),
        6008 => {
            let binary = bytes(record, "Binary").unwrap_or_default();
            Some(SystemRun::EndedUnexpectedly {
                last_alive_local: system_time(binary, 0),
                last_alive: system_time(binary, 16),
                spelled: spelled(&strings(record)),
            })
        }
        _ => None,
    }
}

/// The time of day comes first, then the date.
fn spelled(strings: &[&str]) -> Option<String> {
    let clean = |text: &&str| -> String {
        text.chars()
            .filter(|letter| !matches!(letter, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'))
            .collect::<String>()
            .trim()
            .to_owned()
    };
    let time = strings.first().map(clean).filter(|text| !text.is_empty())?;
    let date = strings.get(1).map(clean).filter(|text| !text.is_empty())?;
    Some(format!("{date} {time}"))
}

pub(super) fn time_service(record: &EventRecord) -> TimeService {
    TimeService {
        event_id: record.event_id,
        source: text(record, "TimeSource").or_else(|| text(record, "TimeProvider")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::TypedEvent;
    use super::super::testing::{RATHBUN, corpus};
    use super::*;

    fn sets(file: &str) -> Option<Vec<ClockSet>> {
        Some(
            corpus(file)?
                .into_iter()
                .filter_map(|(_, event)| match event {
                    TypedEvent::ClockSet(set) => Some(set),
                    _ => None,
                })
                .collect(),
        )
    }

    #[test]
    fn kernel_and_audit_tell_of_the_same_step() {
        let Some(kernel) = sets(&format!("{RATHBUN}System.evtx")) else {
            return;
        };
        let Some(audit) = sets(&format!("{RATHBUN}Security.evtx")) else {
            return;
        };
        assert_eq!(kernel.len(), 23);
        assert_eq!(audit.len(), 18);
        // Windows Setup had the wrong zone; the time service put the clock back by three hours.
        let three_hours = 3 * 3600 * 10_000_000_i64;
        let back = |set: &&ClockSet| (set.step() + three_hours).abs() < 10_000_000;
        let of_audit = audit.iter().find(back).unwrap();
        let of_kernel = kernel.iter().find(back).unwrap();
        assert!(of_kernel.after.ticks_since(of_audit.after).abs() < 10_000_000);
        assert_eq!(of_audit.account.sid.as_deref(), Some("S-1-5-19"));
        // Another zone is no step.
        let zone: Vec<_> = kernel.iter().filter(|set| set.reason == Some(3)).collect();
        assert!(!zone.is_empty());
        assert!(zone.iter().all(|set| set.step() == 0));
    }

    #[test]
    fn unexpected_end_has_local_and_utc() {
        let Some(events) = corpus("srl2012-WKS-WIN764BITB-win7-nfury/System.evtx") else {
            return;
        };
        let mut ends = 0;
        let mut starts = 0;
        let mut kernel_starts = 0;
        for (record, event) in &events {
            match event {
                TypedEvent::SystemRun(SystemRun::EndedUnexpectedly {
                    last_alive: Some(utc),
                    last_alive_local: Some(local),
                    spelled: Some(spelled),
                }) => {
                    assert_eq!(utc.ticks_since(*local), 4 * 3600 * 10_000_000);
                    assert!(*utc < record.created);
                    let spelled_there = ["4/6/2012 9:59:13 AM", "4/6/2012 3:09:23 PM"];
                    assert!(spelled_there.contains(&spelled.as_str()), "{spelled}");
                    ends += 1;
                }
                TypedEvent::SystemRun(SystemRun::LogStarted) => starts += 1,
                TypedEvent::SystemRun(SystemRun::KernelStarted(Some(at))) => {
                    // Written within seconds of the start that it names.
                    assert!(record.created.ticks_since(*at).abs() < 60 * 10_000_000);
                    kernel_starts += 1;
                }
                _ => {}
            }
        }
        assert_eq!((ends, starts, kernel_starts), (2, 5, 5));
    }

    #[test]
    fn time_service_names_its_source() {
        let Some(events) = corpus("win10-DESKTOP-2KGM189/System.evtx") else {
            return;
        };
        let sources: Vec<_> = events
            .iter()
            .filter_map(|(_, event)| match event {
                TypedEvent::TimeService(event) => Some(event),
                _ => None,
            })
            .collect();
        assert_eq!(sources.len(), 13 + 13);
        assert!(sources.iter().all(|event| {
            event
                .source
                .as_deref()
                .is_some_and(|s| s.starts_with("time.windows.com"))
        }));
    }
}
