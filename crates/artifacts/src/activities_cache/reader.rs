//! Reads the tables.

use std::collections::HashMap;

use kusari_evidence::time::RecordedTime;

use super::activity::Activity;
use super::kind::ActivityKind;
use super::package::PackageId;
use crate::sqlite::{Database, DatabaseError, Row, Table, Value, WriteAheadLog};
use crate::{Coverage, Damage, Locator, Outcome, SourceState};

/// A row of one of the three tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An activity.
    Activity(Box<Activity>),
    /// An application's name for an activity.
    Package(PackageId),
}

/// A timeline that is open for reading.
#[derive(Debug, Clone)]
pub struct ActivitiesCache<'a> {
    database: Database<'a>,
}

/// The columns that are read, by the place of their values.
pub(super) struct Columns<'t> {
    places: HashMap<&'static str, usize>,
    table: &'t Table,
}

impl<'t> Columns<'t> {
    /// The value of a column; `None` where the table has no such column, as in older versions.
    pub(super) fn of<'r>(&self, row: &'r Row<'t>, name: &'static str) -> Option<&'r Value> {
        Some(row.value(*self.places.get(name)?))
    }

    fn new(table: &'t Table, names: &[&'static str]) -> Self {
        let places = names
            .iter()
            .filter_map(|&name| Some((name, table.column(name)?)))
            .collect();
        Self { places, table }
    }
}

const ACTIVITY_COLUMNS: &[&str] = &[
    "Id",
    "ParentActivityId",
    "AppId",
    "AppActivityId",
    "ActivityType",
    "ActivityStatus",
    "OperationType",
    "OperationOrder",
    "Group",
    "Tag",
    "StartTime",
    "EndTime",
    "CreatedTime",
    "LastModifiedTime",
    "LastModifiedOnClient",
    "OriginalLastModifiedOnClient",
    "ExpirationTime",
    "CreatedInCloud",
    "IsLocalOnly",
    "PlatformDeviceId",
    "Payload",
    "ClipboardPayload",
    "ETag",
];

const PACKAGE_COLUMNS: &[&str] = &["ActivityId", "Platform", "PackageName", "ExpirationTime"];

impl<'a> ActivitiesCache<'a> {
    /// The tables that are read, in this order.
    pub const TABLES: [&'static str; 3] = ["ActivityOperation", "Activity", "Activity_PackageId"];

    /// Opens a database, with its write-ahead log (`-wal`) where there is one.
    ///
    /// # Errors
    /// When the bytes are no SQLite database.
    pub fn open(bytes: &'a [u8], log: Option<&'a [u8]>) -> Result<Self, DatabaseError> {
        let database = Database::open(bytes, log)?;
        Ok(Self { database })
    }

    /// The database itself.
    #[must_use]
    pub const fn database(&self) -> &Database<'a> {
        &self.database
    }

    /// Gives every row of `ActivityOperation`, `Activity` and `Activity_PackageId`, in this order of
    /// tables, and says what could not be read. Can be called again; rows come in the same order.
    pub fn read(&self, sink: &mut dyn FnMut(Record)) -> Outcome {
        let mut reading = Reading {
            damage: self.database.damage().to_vec(),
            coverage: Coverage::default(),
            sink,
        };
        let log = self.database.write_ahead_log();
        if log.is_some_and(|log: &WriteAheadLog| log.applied > 0) {
            reading.coverage.note(SourceState::LogsReplayed);
        }
        self.activities("ActivityOperation", &mut reading);
        self.activities("Activity", &mut reading);
        if let Some(table) = self.database.table("Activity_PackageId") {
            let columns = Columns::new(&table, PACKAGE_COLUMNS);
            let mut rows = self.database.rows(columns.table);
            for row in rows.by_ref() {
                reading.coverage.records = reading.coverage.records.saturating_add(1);
                (reading.sink)(Record::Package(PackageId::read(&columns, &row)));
            }
            reading.add(rows.into_damage());
        }
        let Reading {
            damage,
            mut coverage,
            ..
        } = reading;
        if !damage.is_empty() {
            coverage.note(SourceState::Damaged);
        }
        Outcome { coverage, damage }
    }

    fn activities(&self, name: &str, reading: &mut Reading<'_>) {
        let Some(table) = self.database.table(name) else {
            reading.add(vec![Damage::new(
                0,
                0,
                format!("there is no table `{name}`"),
            )]);
            return;
        };
        let columns = Columns::new(&table, ACTIVITY_COLUMNS);
        let is_operation = name == "ActivityOperation";
        let mut rows = self.database.rows(columns.table);
        for row in rows.by_ref() {
            reading.coverage.records = reading.coverage.records.saturating_add(1);
            match Activity::read(&columns, &row, is_operation) {
                Some(activity) => reading.activity(activity),
                None => reading.add(vec![damage(
                    &row.locator,
                    "a row without a type of activity",
                )]),
            }
        }
        reading.add(rows.into_damage());
    }
}

struct Reading<'s> {
    damage: Vec<Damage>,
    coverage: Coverage,
    sink: &'s mut dyn FnMut(Record),
}

impl Reading<'_> {
    fn add(&mut self, damage: Vec<Damage>) {
        for one in damage {
            one.push_to(&mut self.damage);
        }
    }

    fn activity(&mut self, activity: Activity) {
        let is_json = matches!(activity.kind, ActivityKind::OPENED | ActivityKind::IN_USE);
        if is_json && activity.payload.is_none() && activity.payload_length > 0 {
            self.add(vec![damage(
                &activity.locator,
                "a row whose payload is no JSON object; its other fields are given",
            )]);
        }
        for time in [activity.started, activity.ended].into_iter().flatten() {
            self.coverage.widen(seconds(time));
        }
        (self.sink)(Record::Activity(Box::new(activity)));
    }
}

/// A time of the database, which has whole seconds.
const fn seconds(at: kusari_evidence::time::Timestamp) -> RecordedTime {
    RecordedTime {
        decimals: 0,
        ..RecordedTime::utc(at)
    }
}

fn damage(at: &Locator, reason: &str) -> Damage {
    match *at {
        Locator::Bytes { offset, length } => Damage::new(offset, length, reason),
        Locator::WriteAheadLog { offset, length } => {
            Damage::new(offset, length, format!("in the write-ahead log: {reason}"))
        }
        _ => Damage::new(0, 0, reason),
    }
}
