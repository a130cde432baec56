//! `Payload`: what the application says of an activity, as JSON.

use serde_json::Value as Json;

use super::application::json;

/// The fields of a payload; all others are left where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payload {
    /// What the timeline shows: the file's or the application's name.
    pub display_text: Option<String>,
    /// A line below that; for a file its path.
    pub description: Option<String>,
    /// The application's name for people.
    pub app_display_name: Option<String>,
    /// The file or page, as a URI.
    pub content_uri: Option<String>,
    /// What would open it again.
    pub activation_uri: Option<String>,
    /// Which program reported that something was in use: `ShellActivityMonitor`.
    pub reporting_app: Option<String>,
    /// What kind of report it is: `UserEngaged`.
    pub engagement_type: Option<String>,
    /// For how long it was used, in seconds.
    pub active_seconds: Option<u64>,
    /// The time zone of the machine: `Asia/Tokyo`.
    pub user_time_zone: Option<String>,
    /// The platform of the machine.
    pub device_platform: Option<String>,
    /// `shellContentDescription.FileShellLink`, not decoded.
    pub file_shell_link: Option<String>,
    /// By which number the clipboard knows what was copied.
    pub clipboard_data_id: Option<String>,
}

impl Payload {
    /// Reads a payload; `None` when it is no JSON object. Names are compared without case.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let Some(Json::Object(fields)) = json(bytes) else {
            return None;
        };
        let mut payload = Self::default();
        for (name, value) in fields {
            let text = || value.as_str().map(str::to_owned);
            match name.to_ascii_lowercase().as_str() {
                "displaytext" => payload.display_text = text(),
                "description" => payload.description = text(),
                "appdisplayname" => payload.app_display_name = text(),
                "contenturi" => payload.content_uri = text(),
                "activationuri" => payload.activation_uri = text(),
                "reportingapp" => payload.reporting_app = text(),
                "type" => payload.engagement_type = text(),
                "activedurationseconds" => payload.active_seconds = value.as_u64(),
                "usertimezone" => payload.user_time_zone = text(),
                "deviceplatform" => payload.device_platform = text(),
                "clipboarddataid" => payload.clipboard_data_id = text(),
                "shellcontentdescription" => {
                    payload.file_shell_link = value
                        .get("FileShellLink")
                        .and_then(Json::as_str)
                        .map(str::to_owned);
                }
                _ => {}
            }
        }
        Some(payload)
    }
}
