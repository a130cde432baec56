//! Who was at the machine: 4624, 4634, 4647, 4778, 4779, 4800, 4801 of the Security log.
//!
//! A person at the machine is a logon of type 2 (interactive), 10 (remote interactive), 11
//! (cached credentials) or 7 (unlock). Services, batch jobs, the network and the font and window
//! managers log on too. 4647 is written when a user logs off by themselves, 4634 when the session
//! ends, which may be later or never (a machine that loses its power writes neither).
//!
//! Sources: Microsoft Learn, pages of the events (with the logon types of 4624); 484 records of
//! the corpus (4624, 4634, 4647). The corpus has no 4778, 4779, 4800, 4801.

use super::super::EventRecord;
use super::fields::{number, text, text_of};
use super::security::Account;

/// What happened to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionEvent {
    /// 4624: an account logged on.
    LoggedOn,
    /// 4634: a logon session ended.
    SessionEnded,
    /// 4647: a user asked to log off.
    LogOffRequested,
    /// 4800: the workstation was locked.
    Locked,
    /// 4801: the workstation was unlocked.
    Unlocked,
    /// 4778: a session was connected to again.
    Reconnected,
    /// 4779: a session was disconnected from.
    Disconnected,
}

/// How somebody logged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogonType(pub u64);

impl LogonType {
    /// The name of the type in Microsoft's words, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            0 => "system",
            2 => "interactive",
            3 => "network",
            4 => "batch",
            5 => "service",
            7 => "unlock",
            8 => "network cleartext",
            9 => "new credentials",
            10 => "remote interactive",
            11 => "cached interactive",
            12 => "cached remote interactive",
            13 => "cached unlock",
            _ => "unknown",
        }
    }

    /// Somebody stood at the machine or its remote desktop.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(self.0, 2 | 7 | 10 | 11 | 12 | 13)
    }
}

/// An event of a logon session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What happened.
    pub event: SessionEvent,
    /// Whose session.
    pub account: Account,
    /// How they logged on (4624, 4634).
    pub logon_type: Option<LogonType>,
    /// The machine that they came from.
    pub workstation: Option<String>,
    /// The address that they came from.
    pub address: Option<String>,
    /// The process that asked for the logon.
    pub program: Option<String>,
}

impl Session {
    /// The account belongs to a person, as far as its SID says: `S-1-5-21-…` is an account of a
    /// machine or a domain, `S-1-12-1-…` of a directory in the cloud. Without a SID (4778, 4779)
    /// a name that ends with `$`, which is a machine's, is none.
    #[must_use]
    pub fn is_of_a_person(&self) -> bool {
        let is_machine = self
            .account
            .name
            .as_deref()
            .is_some_and(|name| name.ends_with('$'));
        match &self.account.sid {
            Some(sid) => {
                (sid.starts_with("S-1-5-21-") || sid.starts_with("S-1-12-1-")) && !is_machine
            }
            None => self.account.name.is_some() && !is_machine,
        }
    }
}

pub(super) fn read(record: &EventRecord) -> Option<Session> {
    let event = match record.event_id {
        4624 => SessionEvent::LoggedOn,
        4634 => SessionEvent::SessionEnded,
        4647 => SessionEvent::LogOffRequested,
        4778 => SessionEvent::Reconnected,
        4779 => SessionEvent::Disconnected,
        4800 => SessionEvent::Locked,
        4801 => SessionEvent::Unlocked,
        _ => return None,
    };
    let account = match event {
        SessionEvent::Reconnected | SessionEvent::Disconnected => Account {
            sid: None,
            name: text(record, "AccountName"),
            domain: text(record, "AccountDomain"),
            logon_id: number(record, "LogonID"),
        },
        _ => Account::target(record),
    };
    Some(Session {
        event,
        account,
        logon_type: number(record, "LogonType").map(LogonType),
        workstation: text_of(record, &["WorkstationName", "ClientName"]),
        address: text_of(record, &["IpAddress", "ClientAddress"]),
        program: text(record, "ProcessName"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{RATHBUN, corpus, record, text};
    use super::super::{TypedEvent, typed};
    use super::*;

    #[test]
    fn corpus_log_has_the_sessions_that_pyevtx_counts() {
        let Some(events) = corpus(&format!("{RATHBUN}Security.evtx")) else {
            return;
        };
        let all: Vec<&Session> = events
            .iter()
            .filter_map(|(_, event)| match event {
                TypedEvent::Session(session) => Some(session),
                _ => None,
            })
            .collect();
        let of = |event| all.iter().filter(|session| session.event == event).count();
        assert_eq!(of(SessionEvent::LoggedOn), 473);
        assert_eq!(of(SessionEvent::SessionEnded), 8);
        assert_eq!(of(SessionEvent::LogOffRequested), 3);
        // The accounts of the system, the font and the window manager are no person.
        let persons: Vec<_> = all
            .iter()
            .filter(|session| session.is_of_a_person())
            .filter(|session| session.logon_type.is_some_and(LogonType::is_personal))
            .filter_map(|session| session.account.name.as_deref())
            .collect();
        assert!(persons.contains(&"defaultuser0"));
        assert!(
            !persons
                .iter()
                .any(|name| name.starts_with("UMFD") || name.starts_with("DWM"))
        );
        assert!(!persons.contains(&"SYSTEM"));
    }

    #[test]
    fn reconnection_has_other_field_names() {
        let made = record(
            "Microsoft-Windows-Security-Auditing",
            4778,
            &[
                ("AccountName", text("tanaka")),
                ("AccountDomain", text("PC")),
                ("LogonID", text("0x1e01f6")),
                ("SessionName", text("RDP-Tcp#6")),
                ("ClientName", text("NOTE01")),
                ("ClientAddress", text("10.0.0.5")),
            ],
        );
        let Some(TypedEvent::Session(session)) = typed(&made) else {
            panic!();
        };
        assert_eq!(session.event, SessionEvent::Reconnected);
        assert_eq!(session.account.logon_id, Some(0x1e_01f6));
        assert_eq!(session.workstation.as_deref(), Some("NOTE01"));
        assert!(session.is_of_a_person());
    }
}
