//! One record of a login log.

use kusari_evidence::time::RecordedTime;

use crate::Locator;

/// One record: somebody did something with the stick on a PC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRecord {
    /// The stick's own number of the record, where it numbers them.
    pub number: Option<u64>,
    /// When, by the clock of the PC that the stick was in.
    pub time: RecordedTime,
    /// The PC's name as written.
    pub computer: Option<String>,
    /// The user's name as written, without quotation marks around it.
    pub user: Option<String>,
    /// The PC's network address as written.
    pub mac: Option<String>,
    /// What was done, as the profile understands it.
    pub action: LoginAction,
    /// What was done, as written.
    pub action_recorded: String,
    /// The maker's note. It can hold a mistyped password.
    pub note: Option<String>,
    /// The record's lines.
    pub locator: Locator,
}

impl LoginRecord {
    /// What stands in place of a redacted value.
    pub const REDACTED: &'static str = "[redacted]";
}

/// What a record says was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LoginAction {
    /// The stick was opened.
    LoginSucceeded,
    /// An attempt to open it failed.
    LoginFailed,
    /// The password was changed.
    PasswordChanged,
    /// An attempt to change the password failed.
    PasswordChangeFailed,
    /// The log was cleared; nothing before this record is known.
    LogCleared,
    /// Anything else; the value as written says what.
    Other,
}

impl LoginAction {
    /// All actions that a profile can name.
    pub(super) const NAMED: [Self; 5] = [
        Self::LoginSucceeded,
        Self::LoginFailed,
        Self::PasswordChanged,
        Self::PasswordChangeFailed,
        Self::LogCleared,
    ];

    /// The word used in profiles and in every output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoginSucceeded => "login-succeeded",
            Self::LoginFailed => "login-failed",
            Self::PasswordChanged => "password-changed",
            Self::PasswordChangeFailed => "password-change-failed",
            Self::LogCleared => "log-cleared",
            Self::Other => "other",
        }
    }
}
