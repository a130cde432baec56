//! The timeline of the corpus: everything in it is read, and what its page says holds.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use kusari_artifacts::Locator;
use kusari_artifacts::activities_cache::{
    ActivitiesCache, Activity, ActivityKind, ContentUri, PathSource, Record,
};
use kusari_artifacts::sqlite::Database;
use kusari_fixtures::corpus;
use kusari_fixtures::variants::variant;

const DATABASE: &str = "rathbun-win10-DESKTOP-GNCCVRK-nousb/Timeline/ActivitiesCache.db";
const LOG: &str = "rathbun-win10-DESKTOP-GNCCVRK-nousb/Timeline/ActivitiesCache.db-wal";

fn read(bytes: &[u8], log: Option<&[u8]>) -> (Vec<Activity>, usize) {
    let (mut activities, mut packages) = (Vec::new(), 0);
    let cache = ActivitiesCache::open(bytes, log).unwrap();
    let outcome = cache.read(&mut |record| match record {
        Record::Activity(activity) => activities.push(*activity),
        Record::Package(_) => packages += 1,
    });
    assert_eq!(outcome.damage, []);
    (activities, packages)
}

#[test]
fn all_that_the_user_did_stands_in_the_log_alone() {
    let (Some(bytes), Some(log)) = (corpus::bytes(DATABASE), corpus::bytes(LOG)) else {
        return;
    };
    let (without, _) = read(&bytes, None);
    let kinds: Vec<ActivityKind> = without.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [ActivityKind::SETTING]);
    let database = Database::open(&bytes, Some(&log)).unwrap();
    let stands = database.write_ahead_log().unwrap();
    assert_eq!((stands.applied, stands.commits), (194, 57));
    assert_eq!((stands.uncommitted, stands.behind), (0, 0));

    let (activities, packages) = read(&bytes, Some(&log));
    assert_eq!((activities.len(), packages), (14, 44));
    let of = |kind| activities.iter().filter(move |one| one.kind == kind);
    let count = |kind| of(kind).count();
    assert_eq!(count(ActivityKind::OPENED), 5);
    assert_eq!(count(ActivityKind::IN_USE), 4);
    assert_eq!(count(ActivityKind::COPY_PASTE), 4);
    assert_eq!(count(ActivityKind::SETTING), 1);
    let files: Vec<String> = of(ActivityKind::OPENED)
        .filter_map(Activity::file)
        .map(|file| file.path)
        .collect();
    assert_eq!(files, [r"C:\temp\win10.txt", r"C:\temp\win10nodebug.txt"]);
    for activity in &activities {
        assert!(matches!(activity.locator, Locator::WriteAheadLog { .. }));
        assert_eq!(activity.created_in_cloud, None);
        assert!(activity.started.is_some() && activity.id.is_some());
    }
    // Three fields name the file, and agree.
    for activity in of(ActivityKind::OPENED) {
        let payload = activity.payload.as_ref().unwrap();
        let Some(uri) = payload.content_uri.as_deref().and_then(ContentUri::read) else {
            continue;
        };
        let file = activity.file().unwrap();
        assert_eq!(file.source, PathSource::AppActivityId);
        assert_eq!(Some(&uri.path), payload.description.as_ref());
        assert_eq!(uri.path, file.path);
        // The network card of this machine, as in its jump lists.
        let card = uri.object_id.unwrap().mac_address().unwrap();
        assert_eq!(card.to_string(), "EC:63:D7:72:83:36");
    }
    // Of what was in use, the end is the last change on the machine.
    for activity in of(ActivityKind::IN_USE) {
        assert_eq!(activity.ended, activity.last_modified_on_client);
        assert!(activity.started < activity.ended);
    }
    for activity in of(ActivityKind::OPENED) {
        assert_eq!(activity.ended, None);
        assert_eq!(activity.started, activity.last_modified);
    }
}

#[test]
fn damaged_timelines_end_in_bounds() {
    let (Some(bytes), Some(log)) = (corpus::bytes(DATABASE), corpus::bytes(LOG)) else {
        return;
    };
    for seed in 0..200 {
        let database = variant(&bytes, seed, 4096).bytes;
        let log = variant(&log, seed, 4096).bytes;
        for (database, log) in [
            (&database, None),
            (&database, Some(&log)),
            (&bytes, Some(&log)),
        ] {
            let log = log.map(Vec::as_slice);
            let Ok(cache) = ActivitiesCache::open(database, log) else {
                continue;
            };
            let mut count = 0;
            let outcome = cache.read(&mut |_| count += 1);
            assert!(count <= 1000 && outcome.damage.len() <= kusari_artifacts::Damage::MOST);
        }
    }
}
