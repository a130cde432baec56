use kusari_artifacts::Locator;
use kusari_fixtures::activities_cache::{Activity as Written, app_id, timeline};
use kusari_fixtures::sqlite::LogWriter;

use super::*;

const PATH: &str = "Users/tony/AppData/Local/ConnectedDevicesPlatform/L.tony/ActivitiesCache.db";

fn harvest(bytes: Vec<u8>, log: Option<Vec<u8>>) -> Harvest {
    let mut harvest = Harvest::default();
    let file = ArtifactFile {
        path: PATH.to_owned(),
        bytes,
        companions: log
            .map(|log| ("ActivitiesCache.db-wal".to_owned(), log))
            .into_iter()
            .collect(),
    };
    let around = Surroundings::of_path(PATH);
    (KIND.read)(file, &around, &ReadOptions::default(), &mut harvest);
    harvest
}

/// Time, action, volume, file and message of each event, and its meaning.
fn lines(harvest: &Harvest) -> Vec<String> {
    let text = |text| harvest.strings.get(text).unwrap_or("-");
    harvest
        .events
        .rows()
        .map(|row| {
            assert_eq!(text(row.user), "tony");
            format!(
                "{} {} {} {} {} | {} | {}",
                row.time,
                row.action.name(),
                row.volume.map_or("-", |volume| text(volume.value)),
                text(row.file),
                row.confidence.name(),
                text(row.message),
                text(row.meaning),
            )
        })
        .collect()
}

fn of_file(path: &str) -> Written {
    let json = path.replace('\\', r"\\");
    Written {
        app_activity_id: format!(r"ECB32AF3-1440-4086-94E3-5311F97F89C4\{path}"),
        payload: format!(
            r#"{{"displayText":"a.txt","appDisplayName":"Notepad","description":"{json}"}}"#
        ),
        ..Written::default()
    }
}

#[test]
fn what_was_opened_and_used_becomes_events() {
    let in_use = Written {
        id: [2; 16],
        kind: 6,
        started: 1_646_486_580,
        ended: 1_646_486_584,
        payload: r#"{"type":"UserEngaged","activeDurationSeconds":3}"#.into(),
        ..of_file(r"E:\a.txt")
    };
    let program = Written {
        id: [3; 16],
        app_id: app_id(r"F:\tools\copy.exe"),
        payload: "{}".into(),
        ..Written::default()
    };
    let copied = Written {
        id: [4; 16],
        kind: 16,
        group: Some("Copy".into()),
        ended: 1_646_486_581,
        payload: "{}".into(),
        ..Written::default()
    };
    let setting = Written {
        id: [5; 16],
        kind: 11,
        payload: "Q0IBAA==".into(),
        ..Written::default()
    };
    let deleted = Written {
        id: [6; 16],
        status: 3,
        app_activity_id: String::new(),
        payload: r#"{"appDisplayName":"Word","description":"e:\\b.docx"}"#.into(),
        ..Written::default()
    };
    let rows = [
        of_file(r"E:\a.txt"),
        in_use,
        program,
        copied,
        setting,
        deleted,
    ];
    let harvest = harvest(timeline(&rows, &[]), None);
    assert_eq!(
        lines(&harvest),
        [
            r"2022-03-05T13:23:01Z file-opened E: E:\a.txt recorded | opened in Notepad | ActivitiesCache StartTime: activity type 5 (open)",
            r"2022-03-05T13:23:00Z program-run E: E:\a.txt recorded | notepad.exe in use from 2022-03-05T13:23:00Z to 2022-03-05T13:23:04Z, active for 3 s | ActivitiesCache StartTime: activity type 6 (in use)",
            r"2022-03-05T13:23:04Z program-run E: E:\a.txt recorded | notepad.exe in use from 2022-03-05T13:23:00Z to 2022-03-05T13:23:04Z, active for 3 s | ActivitiesCache EndTime: activity type 6 (in use)",
            r"2022-03-05T13:23:01Z program-run F: F:\tools\copy.exe recorded | copy.exe opened | ActivitiesCache StartTime: activity type 5 (open)",
            r"2022-03-05T13:23:01Z program-run - - recorded | something was copied in notepad.exe | ActivitiesCache StartTime: activity type 16 (copy and paste)",
            r"2022-03-05T13:23:01Z file-opened E: e:\b.docx inferred | opened in Word; deleted from the timeline since | ActivitiesCache StartTime: activity type 5 (open)",
        ]
    );
    assert_eq!(harvest.outcome.coverage.records, 12);
    assert!(harvest.notes[0].starts_with("no write-ahead log"));
}

#[test]
fn the_queue_is_newer_and_other_machines_give_no_events() {
    let synced = |id: u8, device: &str| Written {
        id: [id; 16],
        created_in_cloud: 1_646_486_600,
        device_id: device.into(),
        ..Written::default()
    };
    let newer = Written {
        started: 1_646_486_700,
        ..Written::default()
    };
    let rows = [
        Written::default(),
        synced(2, "this machine"),
        synced(3, "another machine"),
    ];
    let harvest = harvest(timeline(&rows, &[newer]), None);
    let times: Vec<String> = harvest
        .events
        .rows()
        .map(|row| row.time.to_string())
        .collect();
    assert_eq!(times, ["2022-03-05T13:25:00Z", "2022-03-05T13:23:01Z"]);
    assert!(harvest.notes[1].starts_with("1 activities came from the account's cloud"));
}

#[test]
fn what_stands_in_the_log_leads_into_the_log() {
    let before = timeline(&[], &[]);
    let after = timeline(&[of_file(r"E:\a.txt")], &[]);
    let mut log = LogWriter::new(4096, (7, 8));
    log.commit(&before, &after);
    let harvest = harvest(before, Some(log.finish()));
    assert_eq!(harvest.events.len(), 1);
    assert_eq!(harvest.notes, [""; 0]);
    let locator = harvest.events.locator(&harvest.strings, 0).unwrap();
    assert!(
        matches!(locator, Locator::WriteAheadLog { .. }),
        "{locator}"
    );
}

#[test]
fn the_folder_names_the_user() {
    assert_eq!(user_of(PATH), Some("tony"));
    assert_eq!(account_of("timeline/L.pat/ActivitiesCache.db"), Some("pat"));
    assert_eq!(account_of("Timeline/ActivitiesCache.db"), None);
    assert_eq!(account_of("ActivitiesCache.db"), None);
}

#[test]
fn a_loose_file_is_known_by_its_name_and_beginning() {
    let bytes = timeline(&[], &[]);
    let known = |name: &str, head: &[u8]| {
        recognise(&LooseFile {
            path: name,
            name,
            head,
        })
    };
    assert!(known("ActivitiesCache.db", &bytes));
    assert!(known("tony_activitiescache.DB", &bytes));
    assert!(!known("ActivitiesCache.db-wal", &bytes));
    assert!(!known("ActivitiesCache.db", b"regf"));
    assert!(!known("other.db", &bytes));
}

#[test]
fn other_bytes_are_damage() {
    let harvest = harvest(b"SQLite format 3\0".to_vec(), None);
    assert_eq!((harvest.events.len(), harvest.outcome.damage.len()), (0, 1));
}
