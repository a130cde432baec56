#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use kusari_fixtures::activities_cache::{self as written, timeline};
use kusari_fixtures::variants::variant;
use proptest::prelude::*;

use super::content::is_path;
use super::*;
use crate::Outcome;

fn read(bytes: &[u8]) -> (Vec<Activity>, Vec<PackageId>, Outcome) {
    let (mut activities, mut packages) = (Vec::new(), Vec::new());
    let cache = ActivitiesCache::open(bytes, None).unwrap();
    let outcome = cache.read(&mut |record| match record {
        Record::Activity(activity) => activities.push(*activity),
        Record::Package(package) => packages.push(package),
    });
    (activities, packages, outcome)
}

#[test]
fn rows_are_read_with_their_fields_and_places() {
    let opened = written::Activity {
        app_activity_id: r"ECB32AF3-1440-4086-94E3-5311F97F89C4\E:\資料\a.txt".into(),
        payload: r#"{"displayText":"a.txt","appDisplayName":"Notepad","description":"E:\\資料\\a.txt","unknown":{"x":[1]}}"#.into(),
        ..written::Activity::default()
    };
    let in_use = written::Activity {
        id: [2; 16],
        kind: 6,
        started: 1_646_486_580,
        ended: 1_646_486_584,
        payload: r#"{"type":"UserEngaged","reportingApp":"ShellActivityMonitor","activeDurationSeconds":4,"userTimezone":"Asia/Tokyo"}"#.into(),
        ..written::Activity::default()
    };
    let bytes = timeline(&[opened, in_use.clone()], &[in_use]);
    let (activities, packages, outcome) = read(&bytes);
    assert_eq!(outcome.damage, []);
    assert_eq!((activities.len(), packages.len()), (3, 2));
    assert_eq!(outcome.coverage.records, 5);
    assert_eq!(
        outcome.coverage.first.unwrap().to_string(),
        "2022-03-05T13:23:00Z"
    );
    assert_eq!(
        outcome.coverage.last.unwrap().to_string(),
        "2022-03-05T13:23:04Z"
    );
    let [queued, opened, in_use] = activities.as_slice() else {
        panic!("{activities:?}");
    };
    assert!(matches!(
        queued.table,
        ActivityTable::Operation {
            order: Some(1),
            created: Some(_)
        }
    ));
    assert_eq!(queued.id, in_use.id);
    assert_eq!(opened.kind, ActivityKind::OPENED);
    assert_eq!(opened.kind.to_string(), "5 (open)");
    let file = opened.file().unwrap();
    assert_eq!(file.path, r"E:\資料\a.txt");
    assert_eq!(file.source, PathSource::AppActivityId);
    assert_eq!(file.drive_letter(), Some('E'));
    assert_eq!(
        (opened.ended, opened.created_in_cloud, opened.parent),
        (None, None, None)
    );
    let application = opened.application().unwrap();
    assert_eq!(application.platform, "windows_win32");
    assert_eq!(opened.program(), None);
    assert_eq!(in_use.payload.as_ref().unwrap().active_seconds, Some(4));
    assert_eq!(in_use.file(), None);
    let crate::Locator::Bytes { offset, length } = opened.locator else {
        panic!("{}", opened.locator);
    };
    let cell = &bytes[usize::try_from(offset).unwrap()..][..usize::try_from(length).unwrap()];
    assert!(cell.windows(13).any(|part| part == b"\"description\""));
}

#[test]
fn a_path_is_taken_from_what_names_a_file_only() {
    let of = |app_activity_id: &str, payload: &str| {
        let row = written::Activity {
            app_activity_id: app_activity_id.into(),
            payload: payload.into(),
            ..written::Activity::default()
        };
        read(&timeline(&[row], &[])).0[0].file()
    };
    let from_uri = of(
        "x",
        r#"{"contentUri":"file:///E:/a%20b/%E8%BB%8A.txt?VolumeId={A78E0A99-2928-4625-90CF-E0B88E88439B}"}"#,
    );
    assert_eq!(from_uri.as_ref().unwrap().path, r"E:\a b\車.txt");
    assert_eq!(from_uri.unwrap().source, PathSource::ContentUri);
    let described = of("", r#"{"description":"\\\\server\\share\\a.txt"}"#).unwrap();
    assert_eq!(
        (described.path.as_str(), described.drive_letter()),
        (r"\\server\share\a.txt", None)
    );
    for payload in [
        r#"{"description":"E: is full"}"#,
        r#"{"contentUri":"https://example.com/E:/a.txt"}"#,
        r#"{"contentUri":"file:///E%3A"}"#,
        r#"{"displayText":"E:\\a.txt"}"#,
        "[1]",
        "",
    ] {
        assert_eq!(of("https://example.com/", payload), None, "{payload}");
    }
    assert!(is_path(r"c:\a") && !is_path("c:a") && !is_path(r"\\a") && !is_path(r"\\?\C:\a"));
}

#[test]
fn a_content_uri_gives_volume_and_object() {
    let uri = ContentUri::read("file:///C:/temp/win10.txt?VolumeId={A78E0A99-2928-4625-90CF-E0B88E88439B}&ObjectId={9813F156-9C85-11EC-879C-EC63D7728336}").unwrap();
    assert_eq!(uri.path, r"C:\temp\win10.txt");
    assert_eq!(
        uri.volume_id.unwrap().to_string(),
        "{A78E0A99-2928-4625-90CF-E0B88E88439B}"
    );
    let object = uri.object_id.unwrap();
    assert_eq!(
        object.mac_address().unwrap().to_string(),
        "EC:63:D7:72:83:36"
    );
    assert_eq!(
        object.time().unwrap().to_string(),
        "2022-03-05T13:10:13.7669974Z"
    );
    let share = ContentUri::read("file://server/share/a.txt").unwrap();
    assert_eq!(share.path, r"\\server\share\a.txt");
}

#[test]
fn a_payload_that_is_no_json_is_said_and_the_row_given() {
    let row = written::Activity {
        payload: "{".into(),
        ..written::Activity::default()
    };
    let (activities, _, outcome) = read(&timeline(&[row], &[]));
    assert_eq!((activities.len(), outcome.damage.len()), (1, 1));
    assert_eq!(activities[0].payload, None);
}

#[test]
fn a_database_without_the_tables_says_so() {
    let bytes = kusari_fixtures::sqlite::database(&kusari_fixtures::sqlite::Layout::default(), &[]);
    let (activities, _, outcome) = read(&bytes);
    assert_eq!((activities.len(), outcome.damage.len()), (0, 2));
}

proptest! {
    #[test]
    fn damaged_timelines_do_not_panic(seed in any::<u64>()) {
        let rows: Vec<_> = (0..20)
            .map(|n| written::Activity { id: [n; 16], ..written::Activity::default() })
            .collect();
        let bytes = timeline(&rows, &rows);
        let damaged = variant(&bytes, seed, 300).bytes;
        if let Ok(cache) = ActivitiesCache::open(&damaged, Some(&bytes)) {
            let mut count = 0;
            let outcome = cache.read(&mut |record| {
                count += 1;
                if let Record::Activity(activity) = record {
                    let _ = (activity.file(), activity.program());
                }
            });
            prop_assert!(count <= damaged.len() && outcome.damage.len() <= crate::Damage::MOST);
        }
    }

    #[test]
    fn arbitrary_uris_do_not_panic(uri in r"(file:/{0,4})?[A-C:/\\%?&=#{}0-9éVolumeId-]{0,60}") {
        if let Some(read) = ContentUri::read(&uri) {
            prop_assert!(is_path(&read.path));
        }
    }
}
