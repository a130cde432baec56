//! The Windows timeline: files that a user opened, and programs that a user had in use.

use std::collections::HashSet;

use kusari_artifacts::activities_cache::{
    ActivitiesCache, Activity, ActivityId, ActivityKind, ActivityStatus, ActivityTable, PathSource,
    Record,
};
use kusari_artifacts::sqlite::{self, Database};
use kusari_artifacts::{Damage, Outcome};
use kusari_evidence::time::{RecordedTime, Timestamp};

use super::profile::user_of;
use super::{ArtifactFile, ArtifactKind, LooseFile, ReadOptions, Surroundings, Title};
use crate::event::{Action, Confidence, NewEvent, Whose};
use crate::harvest::Harvest;
use crate::identity::Identifier;

const FILE_NAME: &str = "ActivitiesCache.db";

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "activities-cache",
    title: Title {
        en: "Windows timeline (ActivitiesCache.db)",
        ja: "Windowsタイムライン（ActivitiesCache.db）",
    },
    page: "docs/artifacts/activities-cache.md",
    places: &["Users/*/AppData/Local/ConnectedDevicesPlatform/*/ActivitiesCache.db"],
    on_devices: false,
    recognise,
    companions: |name| vec![format!("{name}-wal")],
    read,
    in_place: None,
};

fn recognise(file: &LooseFile<'_>) -> bool {
    let name = file.name.to_ascii_lowercase();
    sqlite::is_database(file.head) && name.ends_with(&FILE_NAME.to_ascii_lowercase())
}

fn read(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let log = file.companions.first().map(|(_, bytes)| bytes.as_slice());
    let cache = match ActivitiesCache::open(&file.bytes, log) {
        Ok(cache) => cache,
        Err(error) => {
            let length = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
            harvest.outcome(Outcome {
                damage: vec![Damage::new(0, length, error.to_string())],
                ..Outcome::default()
            });
            return;
        }
    };
    say_of_log(cache.database(), harvest);
    let known = Known::of(&cache);
    let user = user_of(around.path).or_else(|| account_of(around.path));
    let mut others = 0_u64;
    let outcome = cache.read(&mut |record| {
        let Record::Activity(activity) = record else {
            return;
        };
        if known.is_superseded(&activity) {
            return;
        }
        if known.may_be_of_another_machine(&activity) {
            others = others.saturating_add(1);
            return;
        }
        events(&activity, user, harvest);
    });
    harvest.outcome(outcome);
    if others > 0 {
        harvest.note(format!(
            "{others} activities came from the account's cloud and may be of another machine; they give no events"
        ));
    }
}

/// What a person should know of the write-ahead log.
fn say_of_log(database: &Database<'_>, harvest: &mut Harvest) {
    match database.write_ahead_log() {
        Some(log) => {
            let left = log.uncommitted.saturating_add(log.behind);
            if left > 0 {
                harvest.note(format!(
                    "{left} frames of the write-ahead log stand behind its last commit and are not applied"
                ));
            }
        }
        None if database.header().uses_write_ahead_log => harvest.note(
            "no write-ahead log (`-wal`) lies beside it: if it was in use when it was copied, its last changes are missing",
        ),
        None => {}
    }
}

/// The most device ids that are remembered: a user has some machines, not thousands.
const MOST_DEVICES: usize = 256;

/// What all rows together say, and no single one.
struct Known {
    /// The activities of which the queue has a newer state.
    queued: HashSet<ActivityId>,
    /// What this machine is called in rows that were never in the cloud.
    own_devices: HashSet<String>,
}

impl Known {
    fn of(cache: &ActivitiesCache<'_>) -> Self {
        let mut known = Self {
            queued: HashSet::new(),
            own_devices: HashSet::new(),
        };
        // Damage is said by the second reading.
        cache.read(&mut |record| {
            let Record::Activity(activity) = record else {
                return;
            };
            let is_queued = matches!(activity.table, ActivityTable::Operation { .. });
            if is_queued {
                known.queued.extend(activity.id);
            }
            let is_own = is_queued || activity.created_in_cloud.is_none();
            if is_own && known.own_devices.len() < MOST_DEVICES {
                known.own_devices.extend(activity.device_id);
            }
        });
        known
    }

    /// The database's own view shows the queue's row in place of this one.
    fn is_superseded(&self, activity: &Activity) -> bool {
        activity.table == ActivityTable::Activity
            && activity.id.is_some_and(|id| self.queued.contains(&id))
    }

    fn may_be_of_another_machine(&self, activity: &Activity) -> bool {
        let device = activity.device_id.as_ref();
        activity.table == ActivityTable::Activity
            && activity.created_in_cloud.is_some()
            && device.is_none_or(|device| !self.own_devices.contains(device))
    }
}

fn events(activity: &Activity, user: Option<&str>, harvest: &mut Harvest) {
    let application = name_of(activity);
    let file = activity.file();
    let opened_file = activity.kind == ActivityKind::OPENED && file.is_some();
    let what = match activity.kind {
        ActivityKind::OPENED if opened_file => format!("opened in {application}"),
        ActivityKind::OPENED => match shown_text(activity) {
            Some(text) if text != application => format!("{application} opened: {text}"),
            _ => format!("{application} opened"),
        },
        ActivityKind::IN_USE => in_use(activity, &application),
        ActivityKind::COPY_PASTE => match activity.group.as_deref() {
            Some("Copy") => format!("something was copied in {application}"),
            Some("Paste") => format!("something was pasted in {application}"),
            _ => format!("the clipboard was used in {application}"),
        },
        _ => return,
    };
    let message = if activity.status == Some(ActivityStatus::DELETED) {
        format!("{what}; deleted from the timeline since")
    } else {
        what
    };
    // A program without a file may itself lie on a drive that was carried.
    let program = activity.program().filter(|_| file.is_none());
    let path = file.as_ref().map(|file| file.path.as_str()).or(program);
    let letter = path.and_then(letter_of);
    let told_by_text = file
        .as_ref()
        .is_some_and(|file| file.source == PathSource::Description);
    let action = if opened_file {
        Action::FileOpened
    } else {
        Action::ProgramRun
    };
    let mut add = |at: Timestamp, column: &str| {
        let meaning = format!("ActivitiesCache {column}: activity type {}", activity.kind);
        harvest.event(&NewEvent {
            time: RecordedTime {
                decimals: 0,
                ..RecordedTime::utc(at)
            },
            meaning: &meaning,
            action,
            whose: Whose::ThisMachine,
            device: None,
            volume: letter.map(Identifier::drive_letter),
            user,
            file: path,
            message: &message,
            locator: &activity.locator,
            number: None,
            confidence: if told_by_text {
                Confidence::Inferred
            } else {
                Confidence::Recorded
            },
        });
    };
    if let Some(started) = activity.started {
        add(started, "StartTime");
    }
    let end = activity
        .ended
        .filter(|_| activity.kind == ActivityKind::IN_USE);
    if let Some(ended) = end.filter(|&ended| activity.started.is_none_or(|at| ended > at)) {
        add(ended, "EndTime");
    }
}

/// `notepad.exe in use from 2022-03-05T13:23:00Z to 2022-03-05T13:23:04Z, active for 4 s`
fn in_use(activity: &Activity, application: &str) -> String {
    let mut said = format!("{application} in use");
    for (word, at) in [("from", activity.started), ("to", activity.ended)] {
        if let Some(at) = at {
            said.push_str(&format!(" {word} {}Z", at.to_text(0)));
        }
    }
    let active = activity.payload.as_ref().and_then(|own| own.active_seconds);
    if let Some(seconds) = active {
        said.push_str(&format!(", active for {seconds} s"));
    }
    said
}

/// The application's name for people, or the last name of its path.
fn name_of(activity: &Activity) -> String {
    let payload = activity.payload.as_ref();
    let shown = payload.and_then(|payload| payload.app_display_name.as_deref());
    let own = || activity.application().map(|own| own.name.as_str());
    let name = shown.filter(|name| !name.is_empty()).or_else(own);
    let name = name.and_then(|name| name.rsplit('\\').next());
    name.unwrap_or("an application without a name").to_owned()
}

fn shown_text(activity: &Activity) -> Option<&str> {
    let text = activity.payload.as_ref()?.display_text.as_deref()?;
    (!text.is_empty()).then_some(text)
}

fn letter_of(path: &str) -> Option<char> {
    let (letter, _) = path.split_once(":\\")?;
    let mut chars = letter.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// The local account in whose folder `L.name` a timeline lies that was collected without its profile.
fn account_of(path: &str) -> Option<&str> {
    let folder = path.rsplit('/').nth(1)?;
    folder.strip_prefix("L.").filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests;
