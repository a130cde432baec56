//! Keys for encrypted volumes in the case file.

use std::path::{Path, PathBuf};

use kusari_evidence::UnlockKey;
use serde::Deserialize;

/// One key; exactly one of its fields.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct UnlockTable {
    /// The 48 digits that Windows gives when a volume is encrypted.
    recovery_key: Option<String>,
    /// The password that a person chose.
    password: Option<String>,
    /// The path of a `.BEK` file.
    startup_key: Option<PathBuf>,
}

/// A startup key is some hundred bytes long; more is none.
const LONGEST_STARTUP_KEY: u64 = 1 << 20;

impl UnlockTable {
    /// The key; else which field is wrong (with a dot before it), and why. Never the key itself.
    pub(super) fn read(self, base: &Path) -> Result<UnlockKey, (&'static str, String)> {
        match (self.recovery_key, self.password, self.startup_key) {
            (Some(digits), None, None) => UnlockKey::recovery_password(&digits)
                .map_err(|error| (".recovery-key", error.to_string())),
            (None, Some(password), None) => {
                UnlockKey::password(password).map_err(|error| (".password", error.to_string()))
            }
            (None, None, Some(path)) => startup_key(&base.join(path)),
            _ => Err((
                "",
                "expected one of `recovery-key`, `password` and `startup-key`".to_owned(),
            )),
        }
    }
}

fn startup_key(path: &Path) -> Result<UnlockKey, (&'static str, String)> {
    let wrong = |reason: String| (".startup-key", format!("{}: {reason}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if size.len() > LONGEST_STARTUP_KEY {
        return Err(wrong("longer than a startup key can be".to_owned()));
    }
    let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    UnlockKey::startup_key(&bytes).map_err(|error| wrong(error.to_string()))
}
