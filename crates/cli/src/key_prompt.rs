//! Asks for the key of a locked volume at the terminal.

use std::io::IsTerminal;
use std::path::Path;

use kusari::AskForKey;
use kusari_evidence::{LockedVolume, UnlockKey};

use crate::said::Said;

/// Asks the person at the terminal; what is typed is not shown.
pub(crate) struct KeyPrompt {
    said: Said,
}

impl KeyPrompt {
    /// None when nobody may be asked: without a terminal there is nobody to answer.
    pub(crate) fn where_possible(refused: bool, said: Said) -> Option<Self> {
        let there = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        (there && !refused).then_some(Self { said })
    }
}

impl AskForKey for KeyPrompt {
    fn ask(&self, evidence: &str, volume: &LockedVolume) -> Option<UnlockKey> {
        self.said.note(format_args!(
            "{evidence}: volume {} is locked (BitLocker, {}): {}",
            volume.identifier, volume.method, volume.reason
        ));
        loop {
            let prompt =
                "recovery key, password, or path of a .BEK file (nothing to leave it locked): ";
            let answer = rpassword::prompt_password(prompt).ok()?;
            if answer.trim().is_empty() {
                return None;
            }
            match key(&answer) {
                Ok(key) => return Some(key),
                Err(reason) => self.said.error(reason),
            }
        }
    }
}

/// The key that an answer means: 48 digits are a recovery key, the path of a file a startup key,
/// anything else a password.
fn key(answer: &str) -> Result<UnlockKey, String> {
    let text = |error: kusari_evidence::NotAKey| error.to_string();
    let digits = answer.chars().filter(char::is_ascii_digit).count();
    let others = answer
        .chars()
        .any(|c| !c.is_ascii_digit() && !matches!(c, '-' | ' '));
    if digits == 48 && !others {
        return UnlockKey::recovery_password(answer).map_err(text);
    }
    let path = Path::new(answer.trim());
    let is_bek = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("bek"));
    if is_bek && path.is_file() {
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        return UnlockKey::startup_key(&bytes).map_err(text);
    }
    UnlockKey::password(answer).map_err(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_its_kind() {
        let recovery = "000000-".repeat(7) + "000000";
        assert!(matches!(key(&recovery), Ok(UnlockKey::RecoveryPassword(_))));
        assert!(matches!(key("secret"), Ok(UnlockKey::Password(_))));
        // 48 digits of which one group is none are a mistake, and no password.
        assert!(key(&("123456-".repeat(7) + "123457")).is_err());
    }
}
