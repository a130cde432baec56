//! People at the machine: logons, access to files on removable storage, cleared logs.

use kusari_artifacts::event_log::events::{
    Account, LogCleared, LogonType, ObjectAction, RemovableStorageAccess, Session, SessionEvent,
};

use super::record::{Row, Says};
use super::{Intake, MOST_REMEMBERED};
use crate::event::Action;
use crate::harvest::MachineFact;

impl Intake<'_> {
    pub(super) fn session(&mut self, event: &Session, row: &Row) {
        if !event.is_of_a_person() {
            return;
        }
        self.user_of(&event.account, row);
        let personal = event.logon_type.is_none_or(LogonType::is_personal);
        let is_unlock = matches!(event.logon_type, Some(LogonType(7 | 13)));
        let (action, meaning) = match event.event {
            SessionEvent::LoggedOn if is_unlock => (
                Action::Unlocked,
                "Security 4624: a logon to unlock the workstation",
            ),
            SessionEvent::LoggedOn if personal => {
                (Action::LoggedOn, "Security 4624: an account was logged on")
            }
            SessionEvent::SessionEnded if personal && !is_unlock => {
                (Action::LoggedOff, "Security 4634: the logon session ended")
            }
            SessionEvent::LogOffRequested => (
                Action::LoggedOff,
                "Security 4647: the user asked to log off",
            ),
            SessionEvent::Locked => (Action::Locked, "Security 4800: the workstation was locked"),
            SessionEvent::Unlocked => (
                Action::Unlocked,
                "Security 4801: the workstation was unlocked",
            ),
            SessionEvent::Reconnected => (
                Action::SessionReconnected,
                "Security 4778: the session was connected to again",
            ),
            SessionEvent::Disconnected => (
                Action::SessionDisconnected,
                "Security 4779: the session was disconnected from",
            ),
            // Network, batch and service logons: nobody stood at the machine.
            _ => return,
        };
        let mut message = account_name(&event.account);
        if let Some(kind) = event.logon_type {
            message.push_str(&format!(", {} (type {})", kind.name(), kind.0));
        }
        if let Some(from) = event.address.as_deref().or(event.workstation.as_deref()) {
            message.push_str(&format!(", from {from}"));
        }
        let mut says = Says::new(action, meaning, &message);
        says.user = user(&event.account);
        row.add(self.harvest, &says);
    }

    pub(super) fn storage_access(&mut self, event: &RemovableStorageAccess, row: &Row) {
        self.user_of(&event.subject, row);
        let handle = event.process_id.zip(event.handle);
        // A deletion names the handle only; the object stands in an earlier record of it.
        let known = handle.and_then(|handle| self.handles.get(&handle).cloned());
        if let (Some(handle), Some(object)) = (handle, &event.object)
            && self.handles.len() < MOST_REMEMBERED
        {
            self.handles.insert(handle, object.clone());
        }
        let by_handle = event.object.is_none() && known.is_some();
        let file = event.object.clone().or(known);
        let writes = event.has_rights(RemovableStorageAccess::WRITE_DATA)
            || event.has_rights(RemovableStorageAccess::APPEND_DATA);
        let (action, meaning, inferred) = match event.action {
            ObjectAction::Requested => (
                Action::FileAccessRequested,
                "Security 4656: a handle was requested on removable storage",
                false,
            ),
            ObjectAction::Deleted => (
                Action::FileDeleted,
                "Security 4660: an object on removable storage was deleted",
                by_handle,
            ),
            ObjectAction::Accessed if writes => (
                Action::FileWritten,
                "Security 4663: write access was used on removable storage",
                true,
            ),
            ObjectAction::Accessed if event.has_rights(RemovableStorageAccess::READ_DATA) => (
                Action::FileOpened,
                "Security 4663: read access was used on removable storage",
                true,
            ),
            ObjectAction::Accessed => (
                Action::FileAccessRequested,
                "Security 4663: other access was used on removable storage",
                true,
            ),
        };
        let message = format!(
            "{} by {}, rights {:#x}{}",
            event.object_type.as_deref().unwrap_or("object"),
            event.program.as_deref().unwrap_or("an unnamed program"),
            event.rights.unwrap_or(0),
            if event.granted == Some(false) {
                ", refused"
            } else {
                ""
            }
        );
        let refused = event.granted == Some(false) && event.action != ObjectAction::Requested;
        let mut says = Says::new(
            if refused {
                Action::FileAccessRequested
            } else {
                action
            },
            meaning,
            &message,
        );
        says.user = user(&event.subject);
        says.file = file.as_deref();
        says.inferred = inferred;
        row.add(self.harvest, &says);
        if event.action == ObjectAction::Deleted
            && let Some(handle) = handle
        {
            self.handles.remove(&handle);
        }
    }

    pub(super) fn log_cleared(&mut self, event: &LogCleared, row: &Row) {
        self.user_of(&event.by, row);
        let mut message = format!(
            "log {} was cleared by {}",
            event.log,
            account_name(&event.by)
        );
        if let Some(backup) = &event.backup {
            message.push_str(&format!(", saved before to {backup}"));
        }
        let mut says = Says::new(
            Action::LogCleared,
            "Security 1102 or System 104: the log was cleared",
            &message,
        );
        says.user = user(&event.by);
        row.add(self.harvest, &says);
    }

    fn user_of(&mut self, account: &Account, row: &Row) {
        let (Some(sid), Some(name)) = (&account.sid, &account.name) else {
            return;
        };
        if sid.starts_with("S-1-5-21-")
            && self.users.len() < MOST_REMEMBERED
            && self.users.insert(format!("{sid}/{name}"))
        {
            let fact = MachineFact::User {
                sid: sid.clone(),
                name: name.clone(),
            };
            self.harvest.fact(fact, &row.locator);
        }
    }
}

fn user(account: &Account) -> Option<&str> {
    account.sid.as_deref().or(account.name.as_deref())
}

fn account_name(account: &Account) -> String {
    let name = account.name.as_deref().unwrap_or("an unnamed account");
    match &account.domain {
        Some(domain) => format!("{domain}\\{name}"),
        None => name.to_owned(),
    }
}
