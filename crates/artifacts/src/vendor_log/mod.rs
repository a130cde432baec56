//! The login logs that encrypting USB sticks keep themselves.
//!
//! A stick with its own password dialog writes down each attempt to open it: on which PC, by which
//! user, with which outcome. Each maker has its own format, so a [`Profile`] describes it: how the
//! text is laid out, which field is what, which values mean a login. Two profiles are built in
//! ([`Profile::built_in`]); an investigator writes others in TOML ([`Profile::from_toml`]). The
//! reference of a profile's keys stands in `docs/artifacts/vendor-login-logs.md`.
//!
//! Where the stick numbers its records, that numbering gives their order and shows what is
//! missing. Their times come from the clock of whichever PC the stick was in, so they may run
//! backwards from one record to the next without anything being wrong.

mod blocks;
mod builder;
mod layout;
mod nearest;
mod numbering;
mod order;
mod pattern;
mod profile;
mod profile_error;
mod profile_toml;
mod record;
mod rows;
mod time_format;

pub use profile::{Profile, Redaction};
pub use profile_error::ProfileError;
pub use record::{LoginAction, LoginRecord};

use crate::Outcome;
use crate::text::Text;
use layout::Layout;

/// Reads a login log as `profile` describes it and hands its records to `sink`, in the order of
/// the file. Never fails: what cannot be read is said in the outcome's damage, and a record that
/// lacks its time or its action, or whose lines don't belong together, is not handed out.
///
/// With [`Redaction::Hide`] nothing from a field that the profile redacts reaches a record; damage
/// never quotes the log in either case.
///
/// ```
/// use kusari_artifacts::vendor_log::{self, LoginAction, Profile, Redaction};
///
/// let log = "Success - A_BLog [wIndex = 7]\nDate = 2022/06/21\nTime = 09:30:01\n\
///            PCName = DESK\nUserName = \"Admin\"\nMac = 00:00:00:00:00:00\n\
///            LogFunc = 1\nApp = 0\n";
/// let profile = Profile::built_in("iodata").unwrap();
/// let mut records = Vec::new();
/// let outcome = vendor_log::records(log.as_bytes(), &profile, Redaction::Hide, &mut |record| {
///     records.push(record);
/// });
/// assert_eq!(records[0].number, Some(7));
/// assert_eq!(records[0].action, LoginAction::LoginSucceeded);
/// assert_eq!(records[0].time.to_string(), "2022-06-21T09:30:01");
/// assert!(outcome.damage.is_empty());
/// ```
pub fn records(
    bytes: &[u8],
    profile: &Profile,
    redaction: Redaction,
    sink: &mut dyn FnMut(LoginRecord),
) -> Outcome {
    let text = match profile.encoding {
        Some(encoding) => Text::with_encoding(bytes, encoding),
        None => Text::new(bytes),
    };
    let mut builder = builder::Builder::new(profile, redaction, sink);
    match &profile.layout {
        Layout::Blocks(layout) => blocks::read(&text, layout, &mut builder),
        Layout::Rows(layout) => rows::read(&text, bytes.len(), layout, &mut builder),
    }
    builder.finish()
}
