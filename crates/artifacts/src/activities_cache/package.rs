//! A row of `Activity_PackageId`.

use kusari_evidence::time::Timestamp;

use super::activity::{ActivityId, activity_id, time};
use super::application::LONGEST;
use super::reader::Columns;
use crate::Locator;
use crate::sqlite::{Row, Value};

/// One name of the application of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageId {
    /// `ActivityId`: the activity.
    pub activity: Option<ActivityId>,
    /// `Platform`; in the corpus in lower case.
    pub platform: Option<String>,
    /// `PackageName`: the application's name there; in the corpus in lower case.
    pub name: Option<String>,
    /// `ExpirationTime`.
    pub expires: Option<Timestamp>,
    /// The row's cell.
    pub locator: Locator,
}

impl PackageId {
    pub(super) fn read(columns: &Columns<'_>, row: &Row<'_>) -> Self {
        let value = |name| columns.of(row, name);
        let text = |name| {
            let text = value(name)?.text()?;
            (text.len() <= LONGEST).then(|| text.to_owned())
        };
        Self {
            activity: value("ActivityId").and_then(activity_id),
            platform: text("Platform"),
            name: text("PackageName"),
            expires: value("ExpirationTime")
                .and_then(Value::integer)
                .and_then(time),
            locator: row.locator.clone(),
        }
    }
}
