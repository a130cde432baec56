//! `--vendor-log LABEL=PATH[,profile=PROFILE]`.

use std::path::PathBuf;
use std::str::FromStr;

/// The profile of a login log when none is named.
const DEFAULT_PROFILE: &str = "iodata";

/// A stick's own login log as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VendorLogArgument {
    pub(crate) label: String,
    pub(crate) path: PathBuf,
    pub(crate) profile: String,
}

impl FromStr for VendorLogArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected LABEL=PATH or LABEL=PATH,profile=PROFILE, such as 012=log.txt";
        let (label, rest) = text.split_once('=').ok_or(expected)?;
        let (path, profile) = match rest.rsplit_once(",profile=") {
            Some((path, profile)) => (path, profile),
            None => (rest, DEFAULT_PROFILE),
        };
        if label.is_empty() || path.is_empty() || profile.is_empty() {
            return Err(expected.to_owned());
        }
        Ok(Self {
            label: label.to_owned(),
            path: path.into(),
            profile: profile.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(String, String, String)> {
        let log: VendorLogArgument = text.parse().ok()?;
        Some((log.label, log.path.display().to_string(), log.profile))
    }

    #[test]
    fn with_and_without_a_profile() {
        let expected = |a: &str, b: &str, c: &str| Some((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(parts("012=a.txt"), expected("012", "a.txt", "iodata"));
        assert_eq!(
            parts(r"012=C:\logs\a=b,c.txt,profile=own.toml"),
            expected("012", r"C:\logs\a=b,c.txt", "own.toml")
        );
    }

    #[test]
    fn incomplete_ones_are_refused() {
        for text in ["", "012", "=a.txt", "012=", "012=a.txt,profile="] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
