//! A stick's own login log: what was done with it, on which PC, by the PC's clock.
//!
//! The log lies on the stick or with the examiner, not on a machine, so it is no entry of the
//! table of artifacts: the case names it with the device's label and the profile by which it is
//! read.

use kusari_artifacts::vendor_log::{
    LoginAction, LoginRecord, Profile, ProfileError, Redaction, records,
};

use super::{ReadOptions, Title};
use crate::event::{Action, Confidence, NewEvent, Whose};
use crate::harvest::Harvest;
use crate::identity::Identifier;

/// The word for a login log in every output.
pub(crate) const NAME: &str = "vendor-log";

/// What people call a login log.
pub(crate) const TITLE: Title = Title {
    en: "the stick's own login log",
    ja: "USBメモリ自身の認証ログ",
};

/// The page that describes how it is read.
pub(crate) const PAGE: &str = "docs/artifacts/vendor-login-logs.md";

/// What the time of a record is.
const RECORD_TIME: &str = "login log record, by the clock of the PC that it names";

/// A profile by its built-in name.
///
/// # Errors
/// When there is none of that name; the text names those that there are.
pub(crate) fn built_in_profile(name: &str) -> Result<Profile, String> {
    Profile::built_in(name).ok_or_else(|| {
        let names: Vec<&str> = Profile::built_in_names().collect();
        format!(
            "there is no built-in profile `{name}`; there are {}, or give the path of a profile \
             file (*.toml)",
            names.join(" and ")
        )
    })
}

/// A profile from the text of a profile file.
pub(crate) fn profile_from_toml(text: &str) -> Result<Profile, ProfileError> {
    Profile::from_toml(text)
}

/// Reads the log of the device that the case calls `label`.
pub(crate) fn read(
    bytes: &[u8],
    profile: &Profile,
    label: &str,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let redaction = if options.show_redacted {
        Redaction::Show
    } else {
        Redaction::Hide
    };
    let mut unnamed = 0_u64;
    let outcome = records(
        bytes,
        profile,
        redaction,
        &mut |record| match record.computer.as_deref() {
            Some(computer) => event(&record, computer, label, profile, harvest),
            None => unnamed = unnamed.saturating_add(1),
        },
    );
    if unnamed > 0 {
        // Without a PC there is no clock that the time could be read by.
        harvest.note(format!(
            "{unnamed} records name no PC, so their times cannot be placed; they give no event"
        ));
    }
    harvest.outcome(outcome);
}

fn event(
    record: &LoginRecord,
    computer: &str,
    label: &str,
    profile: &Profile,
    harvest: &mut Harvest,
) {
    let action = match record.action {
        LoginAction::LoginSucceeded => Action::LoginSucceeded,
        LoginAction::LoginFailed => Action::LoginFailed,
        LoginAction::PasswordChanged => Action::PasswordChanged,
        LoginAction::PasswordChangeFailed => Action::PasswordChangeFailed,
        LoginAction::LogCleared => Action::LogCleared,
        _ => Action::DeviceOperation,
    };
    let mut message = match record.number {
        Some(number) => format!("login log record {number}: {}", record.action.name()),
        None => format!("login log: {}", record.action.name()),
    };
    message.push_str(&format!(" (written as {})", record.action_recorded));
    if let Some(mac) = &record.mac {
        message.push_str(&format!(", MAC {mac}"));
    }
    if let Some(note) = &record.note {
        message.push_str(&format!(", note {note}"));
    }
    message.push_str(&format!(", read by profile {}", profile.name()));
    harvest.event(&NewEvent {
        time: record.time,
        meaning: RECORD_TIME,
        action,
        whose: Whose::ComputerNamed(computer),
        device: Some(Identifier::label(label)),
        volume: None,
        user: record.user.as_deref(),
        file: None,
        message: &message,
        locator: &record.locator,
        number: record.number,
        confidence: Confidence::Recorded,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_an_event_on_the_pc_that_it_names() {
        let Some(bytes) =
            kusari_fixtures::corpus::bytes("../acceptance/amagasaki/vendor_log_012.txt")
        else {
            return;
        };
        let mut harvest = Harvest::default();
        let profile = built_in_profile("iodata").unwrap();
        read(
            &bytes,
            &profile,
            "012",
            &ReadOptions::default(),
            &mut harvest,
        );
        assert_eq!(harvest.events.len(), 8);
        let second = harvest.events.row(1).unwrap();
        assert_eq!(second.time.to_string(), "2022-06-21T09:30:59");
        assert_eq!(second.action, Action::LoginFailed);
        assert_eq!(second.number, Some(426));
        assert_eq!(
            harvest.strings.get(second.computer),
            Some("開発用ノート PC")
        );
        let device = second.device.unwrap();
        assert_eq!(harvest.strings.get(device.value), Some("012"));
        let message = harvest.strings.get(second.message).unwrap();
        assert!(message.contains("record 426"), "{message}");
        assert_eq!(harvest.outcome.damage, []);
    }

    #[test]
    fn a_redacted_note_is_shown_only_when_asked_for() {
        let log = "日時,コンピューター名,操作,補足\n2016/04/21 13:16:00,PC-A,パスワードの入力ミス,secret!\n";
        let profile = built_in_profile("buffalo-securelock-manager2").unwrap();
        for (show_redacted, shown) in [(false, false), (true, true)] {
            let mut harvest = Harvest::default();
            let options = ReadOptions {
                show_redacted,
                ..ReadOptions::default()
            };
            read(log.as_bytes(), &profile, "A", &options, &mut harvest);
            let row = harvest.events.row(0).unwrap();
            let message = harvest.strings.get(row.message).unwrap();
            assert_eq!(message.contains("secret!"), shown, "{message}");
        }
    }

    #[test]
    fn an_unknown_profile_names_those_that_there_are() {
        let error = built_in_profile("buffalo").unwrap_err();
        assert!(
            error.contains("buffalo-securelock-manager2 and iodata"),
            "{error}"
        );
        assert!(profile_from_toml("name = 1").is_err());
    }
}
