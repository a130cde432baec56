use kusari_fixtures::corpus;

use super::*;
use crate::lineage::NamePattern;

/// The events of the log on the first volume of an image that has one: time, file and message.
fn events(image: &str, on_device: bool, names: &[NamePattern]) -> Option<Vec<[String; 3]>> {
    let evidence = kusari_evidence::open(&corpus::path(image)?).unwrap();
    let volumes = evidence.volumes.iter();
    let mut with_log = volumes.filter_map(|volume| {
        let file = volume.file_system.open("$LogFile", None).ok()?;
        Some((volume, file))
    });
    let (volume, file) = with_log.next().unwrap();
    let around = Surroundings {
        volume: Some(volume),
        on_device,
        ..Surroundings::of_path("$LogFile")
    };
    let options = ReadOptions {
        names: names.to_vec().into(),
        ..ReadOptions::default()
    };
    let mut harvest = Harvest::default();
    let bytes = kusari_evidence::EvidenceFile::bytes(&file);
    read_in_place(bytes.as_ref(), &around, &options, &mut harvest);
    let strings = harvest.strings();
    let rows = harvest.events().rows().map(|row| {
        assert_eq!(row.action, Action::FileCreated);
        let text = |text| strings.get(text).unwrap_or_default().to_owned();
        [row.time.wall.to_string(), text(row.file), text(row.message)]
    });
    Some(rows.collect())
}

#[test]
fn files_made_on_a_device_become_events() {
    let Some(all) = events("images/vsstest.qcow2", true, &[]) else {
        return;
    };
    assert_eq!(all.len(), 19);
    let of = |end: &str| all.iter().find(|[_, file, _]| file.ends_with(end)).unwrap();
    let [time, file, message] = of("password.txt");
    assert_eq!(time, "2013-12-03T06:38:53.7839722Z");
    assert!(file.ends_with(r"\password.txt"), "{file}");
    assert!(message.contains("file 41-1"), "{message}");
    // It was deleted since, and its record given on.
    assert_eq!(of(r"\syslog")[0], "2013-12-03T06:32:24.5164885Z");
    assert!(of(r"\$TxfLog.blf")[1].contains(r"\$Extend\$RmMetadata\$TxfLog\"));
}

#[test]
fn a_machine_s_volume_tells_of_files_that_are_asked_for() {
    let Some(none) = events("images/vsstest.qcow2", false, &[]) else {
        return;
    };
    assert!(none.is_empty());
    let any = events("images/vsstest.qcow2", false, &[NamePattern::any()]).unwrap();
    assert_eq!(any.len(), 19);
}

#[test]
fn a_creation_time_that_is_not_the_making_s_is_no_event() {
    let at =
        |seconds| kusari_evidence::time::Timestamp::from_unix(seconds, 0).map(RecordedTime::utc);
    let times = FileTimes {
        created: at(7),
        modified: at(7),
        changed: at(7),
        accessed: None,
    };
    assert_eq!(moment(&times), at(7));
    // Given on by a name that was used a moment ago.
    let given_on = FileTimes {
        created: at(3),
        ..times
    };
    assert_eq!(moment(&given_on), None);
}
