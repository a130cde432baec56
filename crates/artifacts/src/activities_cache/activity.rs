//! A row of `Activity` or `ActivityOperation`.

use std::fmt;

use kusari_evidence::time::Timestamp;

use super::application::{self, Application};
use super::content::{FilePath, drive_letter};
use super::kind::{ActivityKind, ActivityStatus};
use super::payload::Payload;
use super::reader::Columns;
use crate::Locator;
use crate::sqlite::{Row, Value};

/// `Id`: 16 bytes that stand for an activity in all tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActivityId(pub [u8; 16]);

impl fmt::Display for ActivityId {
    /// As the database's own tools show a blob: 32 hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Which table a row stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityTable {
    /// `Activity`: what the timeline shows.
    Activity,
    /// `ActivityOperation`: what waits to be uploaded. Such a row is newer than the row of `Activity`
    /// with the same id.
    Operation {
        /// `OperationOrder`: its number in the queue.
        order: Option<i64>,
        /// `CreatedTime`: when it was put there.
        created: Option<Timestamp>,
    },
}

/// An activity. All times are whole seconds in UTC, by the machine's clock; 0 means that there is
/// none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The table.
    pub table: ActivityTable,
    /// `Id`.
    pub id: Option<ActivityId>,
    /// `ParentActivityId`: the activity that this one belongs to.
    pub parent: Option<ActivityId>,
    /// `AppId`: the application's names.
    pub applications: Vec<Application>,
    /// `AppActivityId`: what the application calls the activity.
    pub app_activity_id: Option<String>,
    /// `ActivityType`.
    pub kind: ActivityKind,
    /// `ActivityStatus`, or `OperationType`.
    pub status: Option<ActivityStatus>,
    /// `Group`: for [`ActivityKind::COPY_PASTE`] `Copy` or `Paste`.
    pub group: Option<String>,
    /// `Tag`.
    pub tag: Option<String>,
    /// `StartTime`.
    pub started: Option<Timestamp>,
    /// `EndTime`.
    pub ended: Option<Timestamp>,
    /// `LastModifiedTime`.
    pub last_modified: Option<Timestamp>,
    /// `LastModifiedOnClient`.
    pub last_modified_on_client: Option<Timestamp>,
    /// `OriginalLastModifiedOnClient`.
    pub original_last_modified_on_client: Option<Timestamp>,
    /// `ExpirationTime`: when Windows will take the row out.
    pub expires: Option<Timestamp>,
    /// `CreatedInCloud`: by its name, when it came into the account's cloud. `None` for one that never
    /// was there.
    pub created_in_cloud: Option<Timestamp>,
    /// `IsLocalOnly`: whether it is for this machine alone.
    pub is_local_only: Option<bool>,
    /// `PlatformDeviceId`: the machine that it happened on, as the account knows it.
    pub device_id: Option<String>,
    /// `Payload`, where it is JSON.
    pub payload: Option<Payload>,
    /// How many bytes `Payload` has.
    pub payload_length: usize,
    /// How many bytes `ClipboardPayload` has, whose content is not given.
    pub clipboard_length: usize,
    /// `ETag`: the number of the last change to the row.
    pub etag: Option<i64>,
    /// The row's number.
    pub rowid: Option<i64>,
    /// The row's cell.
    pub locator: Locator,
    /// Where the rest of the row stands.
    pub overflow: Vec<Locator>,
}

impl Activity {
    /// Reads a row; `None` when it has no type, which no row of Windows lacks.
    pub(super) fn read(columns: &Columns<'_>, row: &Row<'_>, is_operation: bool) -> Option<Self> {
        let integer = |name| columns.of(row, name).and_then(Value::integer);
        let time = |name| integer(name).and_then(time);
        let text = |name| {
            let text = columns.of(row, name)?.text()?;
            (text.len() <= application::LONGEST).then(|| text.to_owned())
        };
        let some = |name| text(name).filter(|text| !text.is_empty());
        let id = |name| activity_id(columns.of(row, name)?);
        let length = |name| {
            columns
                .of(row, name)
                .and_then(Value::bytes)
                .map_or(0, <[u8]>::len)
        };
        let payload = columns.of(row, "Payload").and_then(Value::bytes);
        let status = if is_operation {
            "OperationType"
        } else {
            "ActivityStatus"
        };
        Some(Self {
            table: if is_operation {
                ActivityTable::Operation {
                    order: integer("OperationOrder"),
                    created: time("CreatedTime"),
                }
            } else {
                ActivityTable::Activity
            },
            id: id("Id"),
            parent: id("ParentActivityId").filter(|id| id.0 != [0; 16]),
            applications: text("AppId").map_or_else(Vec::new, |text| application::read(&text)),
            app_activity_id: some("AppActivityId"),
            kind: ActivityKind(integer("ActivityType")?),
            status: integer(status).map(ActivityStatus),
            group: some("Group"),
            tag: some("Tag"),
            started: time("StartTime"),
            ended: time("EndTime"),
            last_modified: time("LastModifiedTime"),
            last_modified_on_client: time("LastModifiedOnClient"),
            original_last_modified_on_client: time("OriginalLastModifiedOnClient"),
            expires: time("ExpirationTime"),
            created_in_cloud: time("CreatedInCloud"),
            is_local_only: integer("IsLocalOnly").map(|yes| yes != 0),
            device_id: some("PlatformDeviceId"),
            payload: payload.and_then(Payload::read),
            payload_length: length("Payload"),
            clipboard_length: length("ClipboardPayload"),
            etag: integer("ETag"),
            rowid: row.rowid,
            locator: row.locator.clone(),
            overflow: row.overflow.clone(),
        })
    }

    /// The file that it is about.
    #[must_use]
    pub fn file(&self) -> Option<FilePath> {
        FilePath::of(self.app_activity_id.as_deref(), self.payload.as_ref())
    }

    /// The application by its first name that is one of a program, not of a group.
    #[must_use]
    pub fn application(&self) -> Option<&Application> {
        let of_program = |one: &&Application| {
            !matches!(one.platform.as_str(), "packageId" | "alternateId" | "host")
        };
        self.applications
            .iter()
            .find(of_program)
            .or_else(|| self.applications.first())
    }

    /// The path of the application's program, where it is one on a drive and not in a known folder.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        let names = self.applications.iter().map(|one| one.name.as_str());
        let mut paths = names.filter(|name| drive_letter(name).is_some());
        paths.next()
    }
}

/// A time in seconds since 1970; 0 is none.
pub(super) fn time(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_unix(seconds, 0).filter(|_| seconds != 0)
}

/// An id as the tables keep it.
pub(super) fn activity_id(value: &Value) -> Option<ActivityId> {
    Some(ActivityId(value.blob()?.try_into().ok()?))
}
