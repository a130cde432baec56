//! `AppId`: the application, by one name a platform.

use serde_json::Value as Json;

/// One name of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// A path, often from a known folder (`{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\notepad.exe`), or an
    /// application user model id (`Microsoft.Windows.Explorer`).
    pub name: String,
    /// `windows_win32`, `windows_universal`, `packageId`, `alternateId`, `host`, …
    pub platform: String,
}

/// The longest text that is looked at, in bytes. What Windows writes is of some thousand.
pub(super) const LONGEST: usize = 1 << 20;

/// A JSON text; `None` when it is none.
pub(super) fn json(bytes: &[u8]) -> Option<Json> {
    if bytes.len() > LONGEST {
        return None;
    }
    serde_json::from_slice(bytes).ok()
}

/// The applications that the text of an `AppId` names; those without a name are left out.
pub(super) fn read(text: &str) -> Vec<Application> {
    let Some(Json::Array(list)) = json(text.as_bytes()) else {
        return Vec::new();
    };
    let field = |one: &Json, name: &str| Some(one.get(name)?.as_str()?.to_owned());
    list.iter()
        .filter_map(|one| {
            Some(Application {
                name: field(one, "application").filter(|name| !name.is_empty())?,
                platform: field(one, "platform").unwrap_or_default(),
            })
        })
        .collect()
}
