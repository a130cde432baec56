//! What an event says that happened.

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What happened. One meaning each; the name is the word in every output.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Action {
            $($(#[$doc])* $variant,)*
        }

        impl Action {
            /// All actions, in the order in which they are listed to people.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in every output.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

actions! {
    /// A device was plugged in, or was there when the machine started.
    Connected = "connected",
    /// A device was unplugged or ejected.
    Removed = "removed",
    /// A device was attached at this time; when it came and went is not said.
    Present = "present",
    /// Windows installed a device: its driver was set up.
    Installed = "installed",
    /// Windows removed a device's installation (not the device).
    Uninstalled = "uninstalled",
    /// A volume was mounted, or a user's session made it its own.
    Mounted = "mounted",
    /// A volume was dismounted.
    Dismounted = "dismounted",
    /// A key of the registry that belongs to a device or volume was last written; why is not
    /// known, so it is no connection.
    RegistryKeyWritten = "registry-key-written",
    /// The right password was given to an encrypting device.
    LoginSucceeded = "login-succeeded",
    /// A wrong password was given to an encrypting device.
    LoginFailed = "login-failed",
    /// The password of an encrypting device was changed.
    PasswordChanged = "password-changed",
    /// Changing the password of an encrypting device failed.
    PasswordChangeFailed = "password-change-failed",
    /// Another operation that an encrypting device logged.
    DeviceOperation = "device-operation",
    /// A file came to be.
    FileCreated = "file-created",
    /// A file's content was written.
    FileWritten = "file-written",
    /// A file got another name or folder.
    FileRenamed = "file-renamed",
    /// A file was deleted.
    FileDeleted = "file-deleted",
    /// A file was opened.
    FileOpened = "file-opened",
    /// A file or folder was asked for with certain rights; whether they were used is another
    /// event.
    FileAccessRequested = "file-access-requested",
    /// A folder was opened.
    FolderOpened = "folder-opened",
    /// A program ran.
    ProgramRun = "program-run",
    /// A machine's clock was set.
    ClockChanged = "clock-changed",
    /// A machine's clock was compared with a time source.
    ClockSynchronised = "clock-synchronised",
    /// A log was cleared.
    LogCleared = "log-cleared",
    /// Windows, or its event log service, started.
    Started = "started",
    /// Windows, or its event log service, shut down in order.
    ShutDown = "shut-down",
    /// Windows noticed that its last run ended without a shutdown.
    ShutDownUnexpectedly = "shut-down-unexpectedly",
    /// Somebody logged on.
    LoggedOn = "logged-on",
    /// Somebody logged off.
    LoggedOff = "logged-off",
    /// A session's screen was locked.
    Locked = "locked",
    /// A session's screen was unlocked.
    Unlocked = "unlocked",
    /// A session was taken up again, on the machine or from afar.
    SessionReconnected = "session-reconnected",
    /// A session was left without logging off.
    SessionDisconnected = "session-disconnected",
    /// A network was joined.
    NetworkConnected = "network-connected",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = Action::ALL.iter().map(|action| action.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Action::ALL.len());
    }
}
