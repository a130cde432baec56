//! Login logs: the recorded incident's, the example's, and the built-in CSV profile's.
#![allow(clippy::unwrap_used, clippy::panic)]

use kusari_artifacts::vendor_log::{self, LoginAction, LoginRecord, Profile, Redaction};
use kusari_artifacts::{NumberGap, Outcome, SourceState};

fn read(bytes: &[u8], profile: &Profile, redaction: Redaction) -> (Vec<LoginRecord>, Outcome) {
    let mut records = Vec::new();
    let outcome = vendor_log::records(bytes, profile, redaction, &mut |record| {
        records.push(record)
    });
    (records, outcome)
}

fn example(name: &str) -> Vec<u8> {
    of_the_project(&format!("examples/vendor-log/{name}"))
}

fn of_the_project(path: &str) -> Vec<u8> {
    let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_incident_s_log_is_read_as_the_report_prints_it() {
    let Some(bytes) = kusari_fixtures::corpus::bytes("../acceptance/amagasaki/vendor_log_012.txt")
    else {
        return;
    };
    let profile = Profile::built_in("iodata").unwrap();
    let (records, outcome) = read(&bytes, &profile, Redaction::Hide);
    let numbers: Vec<u64> = records.iter().filter_map(|record| record.number).collect();
    assert_eq!(numbers, (425..=432).collect::<Vec<_>>());
    assert_eq!((outcome.damage, outcome.coverage.gaps), (vec![], vec![]));
    let failed: Vec<u64> = records
        .iter()
        .filter(|record| record.action == LoginAction::LoginFailed)
        .filter_map(|record| record.number)
        .collect();
    assert_eq!(failed, [426, 429]);
    assert_eq!(records[0].user.as_deref(), Some("Administrator"));
    assert_eq!(records[0].time.to_string(), "2022-06-21T09:30:01");
    assert_eq!(records[0].action_recorded, "1");
}

#[test]
fn the_recorded_incident_s_logs_hold_its_records() {
    let profile = Profile::built_in("iodata").unwrap();
    for (name, expected, failed) in [
        ("012", 425..=432_u64, &[426, 429][..]),
        ("013", 321..=324, &[321, 323]),
    ] {
        let bytes = of_the_project(&format!("testdata/amagasaki/evidence/{name}.txt"));
        let (records, outcome) = read(&bytes, &profile, Redaction::Hide);
        assert_eq!((outcome.damage, outcome.coverage.gaps), (vec![], vec![]));
        for number in expected {
            let record = records.iter().find(|record| record.number == Some(number));
            let action = record.unwrap().action;
            let wrong = failed.contains(&number);
            assert_eq!(action == LoginAction::LoginFailed, wrong, "{number}");
            assert_eq!(action == LoginAction::LoginSucceeded, !wrong, "{number}");
        }
    }
}

#[test]
fn the_example_profile_reads_the_example_log() {
    let profile =
        Profile::from_toml(std::str::from_utf8(&example("profile.toml")).unwrap()).unwrap();
    let (records, outcome) = read(&example("log.csv"), &profile, Redaction::Hide);
    assert_eq!(outcome.damage, []);
    let actions: Vec<LoginAction> = records.iter().map(|record| record.action).collect();
    assert_eq!(
        actions,
        [
            LoginAction::LoginSucceeded,
            LoginAction::LoginFailed,
            LoginAction::LoginSucceeded,
            LoginAction::PasswordChanged,
            LoginAction::Other,
        ]
    );
    assert_eq!(records[1].computer.as_deref(), Some("NOTE-07, 会議室"));
    assert_eq!(records[1].note.as_deref(), Some(LoginRecord::REDACTED));
    assert_eq!(records[4].action_recorded, "取り外し");
    // 104 is missing, and 105 was written on a PC whose clock is behind: that is no damage.
    let [
        NumberGap {
            after: 103,
            before: 105,
            ..
        },
    ] = outcome.coverage.gaps[..]
    else {
        panic!("{:?}", outcome.coverage.gaps);
    };
    assert!(records[3].time.wall < records[2].time.wall);

    let (records, _) = read(&example("log.csv"), &profile, Redaction::Show);
    assert_eq!(records[1].note.as_deref(), Some("hunter2"));
}

#[test]
fn no_part_of_a_redacted_value_leaks() {
    let profile =
        Profile::from_toml(std::str::from_utf8(&example("profile.toml")).unwrap()).unwrap();
    for seed in 0..3000 {
        let variant = kusari_fixtures::variants::variant(&example("log.csv"), seed, 40);
        let (records, outcome) = read(&variant.bytes, &profile, Redaction::Hide);
        for damage in outcome.damage {
            assert!(!damage.reason.contains("hunter2"), "{seed}: {damage}");
        }
        for record in records {
            assert!(
                record.note.is_none_or(|note| note == LoginRecord::REDACTED),
                "{seed}"
            );
        }
    }
}

#[test]
fn the_buffalo_profile_reads_what_its_maker_documents() {
    let profile = Profile::built_in("buffalo-securelock-manager2").unwrap();
    let log = "日時,コンピューター名,ユーザー名,操作,補足\r\n\
               2016/04/21 13:16:00,PC-A,user,パスワードの入力ミス,secret!\r\n\
               2016/04/21 13:16:09,PC-A,user,ユーザードライブを開く,\r\n\
               2016/04/21 13:20:00,PC-A,user,Autorunウィルス対策機能を実行,\r\n\
               2016/04/21 13:21:00,PC-B,user,管理者:ログの消去,\r\n";
    let bytes = encoding_rs::SHIFT_JIS.encode(log).0;
    let (records, outcome) = read(&bytes, &profile, Redaction::Hide);
    assert_eq!(outcome.damage, []);
    assert_eq!(records.len(), 4);
    assert_eq!(records[0].action, LoginAction::LoginFailed);
    assert_eq!(records[0].note.as_deref(), Some(LoginRecord::REDACTED));
    assert_eq!(records[1].action, LoginAction::LoginSucceeded);
    assert_eq!(records[2].action, LoginAction::Other);
    assert_eq!(outcome.coverage.states, [SourceState::Cleared]);
}

#[test]
fn a_log_without_the_needed_columns_is_refused_and_says_which() {
    let profile = Profile::built_in("buffalo-securelock-manager2").unwrap();
    let log = "When,What\r\n2016/04/21 13:16:00,secret!\r\n";
    let (records, outcome) = read(log.as_bytes(), &profile, Redaction::Hide);
    assert_eq!(records, []);
    let reason = &outcome.damage[0].reason;
    assert!(
        reason.contains("操作") && reason.contains("日時"),
        "{reason}"
    );
    assert!(!reason.contains("secret"), "{reason}");
}

/// `count` records as the incident's tool prints them.
fn blocks(first: u64, count: u64) -> String {
    (first..first + count)
        .map(|number| {
            format!(
                "Success - A_BLog [wIndex = {number}]\r\nDate = 2022/06/{:02}\r\n\
                 Time = {:02}:{:02}:01\r\nPCName = 端末-{}\r\nUserName = \"user {}\"\r\n\
                 Mac = 00:00:5E:00:53:01\r\nLogFunc = {}\r\nApp = 0\r\n\r\n",
                1 + number % 28,
                number % 24,
                number % 60,
                number % 3,
                number % 5,
                1 + number % 2,
            )
        })
        .collect()
}

#[test]
fn damage_costs_the_damaged_record_only() {
    let profile = Profile::built_in("iodata").unwrap();
    for encoded in [
        blocks(300, 40).into_bytes(),
        encoding_rs::SHIFT_JIS
            .encode(&blocks(300, 40))
            .0
            .into_owned(),
        blocks(300, 40)
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
    ] {
        let (whole, outcome) = read(&encoded, &profile, Redaction::Hide);
        assert_eq!((whole.len(), outcome.damage.len()), (40, 0));
        for seed in 0..1500 {
            let variant = kusari_fixtures::variants::variant(&encoded, seed, 400);
            if variant.touched.start < 16 {
                // Without a byte order mark the first bytes alone tell one UTF-16 from the other.
                continue;
            }
            let (found, _) = read(&variant.bytes, &profile, Redaction::Hide);
            for record in &whole {
                let kusari_artifacts::Locator::Lines { offset, length, .. } = record.locator else {
                    panic!("{record:?}");
                };
                // The line end before a record and the one behind it belong to its readability.
                let start = usize::try_from(offset).unwrap().saturating_sub(4);
                let end = usize::try_from(offset + length).unwrap() + 4;
                if variant.touched.start < end
                    && start < variant.touched.end.max(variant.touched.start + 1)
                {
                    continue;
                }
                let same = |other: &&LoginRecord| {
                    (
                        other.number,
                        other.time,
                        &other.computer,
                        &other.user,
                        other.action,
                    ) == (
                        record.number,
                        record.time,
                        &record.computer,
                        &record.user,
                        record.action,
                    )
                };
                assert!(
                    found.iter().any(|other| same(&other)),
                    "seed {seed}, {:?} {:?}: {record:?} is lost",
                    variant.kind,
                    variant.touched
                );
            }
        }
    }
}

#[test]
fn a_lost_first_line_does_not_mix_two_records() {
    let profile = Profile::built_in("iodata").unwrap();
    let log = blocks(10, 3).replace("Success - A_BLog [wIndex = 11]\r\n", "\u{0}\u{0}\r\n");
    let (records, outcome) = read(log.as_bytes(), &profile, Redaction::Hide);
    let (whole, _) = read(blocks(10, 3).as_bytes(), &profile, Redaction::Hide);
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].time, whole[0].time);
    assert_eq!(outcome.damage.len(), 1);
    assert_eq!(
        (
            outcome.coverage.gaps[0].after,
            outcome.coverage.gaps[0].before
        ),
        (10, 12)
    );
}

#[test]
fn a_damaged_record_is_not_called_missing() {
    let profile = Profile::built_in("iodata").unwrap();
    let log = blocks(10, 3).replace("Time = 11:11:01", "Time = 11:71:01");
    let (records, outcome) = read(log.as_bytes(), &profile, Redaction::Hide);
    assert_eq!(records.len(), 2);
    assert_eq!(outcome.damage.len(), 1);
    assert_eq!(outcome.coverage.gaps, []);
}

#[test]
fn a_pc_whose_clock_runs_back_between_two_records_is_said() {
    let record = |number: u64, time: &str, pc: &str| {
        format!(
            "Success - A_BLog [wIndex = {number}]\nDate = 2022/06/21\nTime = {time}\nPCName = {pc}\n\
             UserName = \"Admin\"\nMac = 00:00:00:00:00:00\nLogFunc = 1\nApp = 0\n\n"
        )
    };
    let profile = Profile::built_in("iodata").unwrap();
    for (last, steps) in [("10:10:00", vec![(7, 9)]), ("12:10:00", vec![])] {
        let log = [
            record(7, "12:00:00", "DESK"),
            // Another PC's clock is another clock.
            record(8, "09:00:00", "NOTE"),
            record(9, last, "DESK"),
        ]
        .concat();
        let (_, outcome) = read(log.as_bytes(), &profile, Redaction::Hide);
        let coverage = outcome.coverage;
        let found: Vec<(u64, u64)> = coverage
            .steps_back
            .iter()
            .map(|step| (step.after, step.before))
            .collect();
        assert_eq!(found, steps, "{last}");
        let said = coverage.states.contains(&SourceState::TimeStepsBack);
        assert_eq!(said, !found.is_empty());
    }
}
