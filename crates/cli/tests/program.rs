//! The whole program, from the command line to its files and exit status.

// Helpers of tests may fail as loudly as the tests themselves.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const EVENT_FIELDS: [&str; 19] = [
    "event_id",
    "time",
    "time_earliest",
    "time_latest",
    "time_recorded",
    "time_meaning",
    "clock",
    "machine",
    "device",
    "volume",
    "user",
    "action",
    "file",
    "message",
    "artifact",
    "source",
    "source_sha256",
    "locator",
    "confidence",
];

fn testdata(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata")
        .join(relative)
}

fn case_file() -> String {
    testdata("amagasaki/case.toml").display().to_string()
}

fn kusari() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kusari"));
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "COLUMNS", "NO_COLOR"] {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    kusari().args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The standard output of a run that must succeed.
fn stdout(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// The exit status and standard error of a run that must produce nothing.
fn failure(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(arguments);
    assert!(output.stdout.is_empty(), "{arguments:?}");
    (output.status.code(), text(&output.stderr))
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(arguments)).unwrap()
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kusari-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The lines of a page that are a table.
fn table(page: &str) -> String {
    let lines = page.lines().filter(|line| line.starts_with(['+', '|']));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_custody_table_in_english_and_japanese() {
    let english = stdout(&["custody", &case_file()]);
    insta::assert_snapshot!("custody-en", table(&english));
    let japanese = stdout(&["custody", &case_file(), "--lang", "ja"]);
    insta::assert_snapshot!("custody-ja", table(&japanese));
    for page in [english, japanese] {
        assert!(page.contains("\n※1 ") && page.contains("012.txt"), "{page}");
        assert!(page.contains("[login-without-connection]"), "{page}");
        assert!(!page.contains('\u{1b}'));
    }
}

#[test]
fn the_locale_gives_the_language() {
    let output = kusari()
        .args(["custody", &case_file()])
        .env("LANG", "ja_JP.UTF-8")
        .output();
    assert!(text(&output.unwrap().stdout).contains("接続機器"));
}

#[test]
fn custody_as_data_has_the_fields_that_scripts_rely_on() {
    let custody = json(&["custody", &case_file(), "--format", "json"]);
    assert_eq!(
        custody["table"]["columns"],
        serde_json::json!(["012", "013", "008"])
    );
    let rows = custody["table"]["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["machine"] == "call-centre-server")
        .unwrap();
    assert_eq!(row["day"], "2022-06-21");
    let first = &row["cells"][0]["lines"][0];
    assert_eq!(first["says"], "connected-first-time");
    assert!(
        first["recorded"]
            .as_str()
            .unwrap()
            .starts_with("2022-06-21T17:39:03")
    );
    assert!(
        first["time"]
            .as_str()
            .unwrap()
            .starts_with("2022-06-21T08:58:03")
    );
    assert!(!first["events"].as_array().unwrap().is_empty());
    let finding = &custody["findings"][0];
    for field in ["rule", "says", "machine", "device", "events", "sources"] {
        assert!(finding.get(field).is_some(), "{field}");
    }
    let session = &custody["sessions"][0];
    for field in ["device", "machine", "connected", "removed", "logins"] {
        assert!(session.get(field).is_some(), "{field}");
    }
    let whole = custody["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|session| session["machine"] == "call-centre-server" && session["device"] == "012");
    let whole = whole.unwrap();
    assert!(
        whole["connected"]
            .as_str()
            .unwrap()
            .starts_with("2022-06-21T08:58:03")
    );
    assert!(
        whole["removed"]
            .as_str()
            .unwrap()
            .starts_with("2022-06-21T09:42:07")
    );
    assert_eq!(whole["logins"].as_array().unwrap().len(), 3);
    let absences = custody["absences"].as_array().unwrap();
    let lost = absences.iter().find(|own| {
        own["device"] == "012" && own["question"] == "login" && own["to"] == "2022-06-24T04:23:21Z"
    });
    let lost = lost.unwrap();
    assert_eq!(lost["answer"], "no");
    assert_eq!(lost["from"], "2022-06-21T09:37:47Z");
    assert_eq!(lost["from_record"]["time_recorded"], "2022-06-21T18:18:47");
    assert_eq!(lost["machine"], Value::Null);
    let because = lost["because"].as_array().unwrap();
    assert_eq!(because[0]["sources"], serde_json::json!(["012.txt"]));
    assert_eq!(because[1]["basis"], "declared");
    assert_eq!(because[1]["statement"], "M1");
    for own in absences {
        let answer = own["answer"].as_str().unwrap();
        assert!(["yes", "no", "cannot-tell"].contains(&answer));
        assert!(!own["because"].as_array().unwrap().is_empty(), "{own}");
    }
    for line in stdout(&["custody", &case_file(), "--format", "jsonl"]).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["type"].is_string());
    }
}

#[test]
fn the_clocks_in_english_and_japanese() {
    for language in ["en", "ja"] {
        let page = stdout(&["clocks", &case_file(), "--lang", language]);
        insta::assert_snapshot!(format!("clocks-{language}"), page);
    }
}

#[test]
fn clocks_as_data_have_the_fields_that_scripts_rely_on() {
    let all = json(&["clocks", &case_file(), "--format", "json"]);
    let machines = all["machines"].as_array().unwrap();
    let of = |id: &str| machines.iter().find(|own| own["machine"] == id).unwrap();
    let notebook = of("dev-notebook");
    assert_eq!(notebook["observations"][0]["id"], "O3");
    assert_eq!(
        notebook["observations"][0]["surviving"],
        serde_json::json!(["correction"])
    );
    assert_eq!(
        notebook["observations"][0]["ruled_out_by"],
        serde_json::json!(["D2", "D3", "O2", "P1"])
    );
    let segment = &of("call-centre-server")["segments"][0];
    let correction = &segment["correction"];
    let number = |name: &str| correction[name].as_f64().unwrap();
    assert!(number("earliest") < 1140.0 && 1140.0 < number("latest"));
    assert_eq!(number("estimate"), 1140.0);
    assert_eq!(segment["from"], "2022-06-20T15:00:00.0000000Z");
    let benefits = &of("benefits-server")["segments"][0]["alternatives"];
    assert_eq!(benefits.as_array().unwrap().len(), 2);
    let statements = all["statements"].as_array().unwrap();
    for statement in statements {
        for field in ["id", "kind", "says", "source", "basis", "standing"] {
            assert!(statement[field].is_string(), "{statement}");
        }
    }
    let ids: std::collections::BTreeSet<&str> = statements
        .iter()
        .map(|own| own["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), statements.len(), "ids are unique");
    assert_eq!(all["conflicts"], serde_json::json!([]));
    let csv = stdout(&["clocks", &case_file(), "--format", "csv"]);
    assert!(csv.starts_with("machine,from,to,reads,earliest,latest,estimate\n"));
    let lines = stdout(&["clocks", &case_file(), "--format", "jsonl"]);
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["type"], "machine");
}

#[test]
fn the_time_between_two_events_is_told_and_wrong_ids_are_errors() {
    let events = stdout(&[
        "timeline",
        &case_file(),
        "--device",
        "012",
        "--format",
        "jsonl",
    ]);
    let events: Vec<Value> = events
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let id = |machine: &str, action: &str| {
        let found = events
            .iter()
            .find(|own| own["machine"] == machine && own["action"] == action);
        found.unwrap()["event_id"].as_str().unwrap().to_owned()
    };
    let connected = id("dev-desktop", "connected");
    let removed = id("dev-desktop", "removed");
    let arguments = [
        "clocks",
        &case_file(),
        "--between",
        &connected,
        &removed,
        "--format",
        "json",
    ];
    let all = json(&arguments);
    // 101.345 s by one clock, whatever it stood off; 50 ppm of that is 5 ms.
    let bound = |name: &str| all["between"][name].as_f64().unwrap();
    assert!((101.33..101.345).contains(&bound("least")), "{all}");
    assert!((101.345..101.36).contains(&bound("most")), "{all}");
    let page = stdout(&["clocks", &case_file(), "--between", &connected, &removed]);
    let page: Vec<&str> = page.split_whitespace().collect();
    let page = page.join(" ");
    assert!(page.contains("at least 1m41s, at most 1m42s"), "{page}");
    let (code, said) = failure(&["clocks", &case_file(), "--between", &connected, "x"]);
    assert_eq!(code, Some(2), "{said}");
    let (code, said) = failure(&[
        "clocks",
        &case_file(),
        "--between",
        &connected,
        "0000000000000000",
    ]);
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn every_event_has_every_field_and_the_threads_do_not_matter() {
    let one = stdout(&[
        "timeline",
        &case_file(),
        "--format",
        "jsonl",
        "--threads",
        "1",
    ]);
    let four = stdout(&[
        "timeline",
        &case_file(),
        "--format",
        "jsonl",
        "--threads",
        "4",
    ]);
    assert_eq!(one, four);
    let mut ids = std::collections::BTreeSet::new();
    let mut last = String::new();
    for line in one.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let fields: Vec<&String> = event.as_object().unwrap().keys().collect();
        assert_eq!(fields.len(), EVENT_FIELDS.len());
        assert!(
            EVENT_FIELDS.iter().all(|field| event.get(field).is_some()),
            "{line}"
        );
        assert!(ids.insert(event["event_id"].to_string()), "{line}");
        let second = event["time"]
            .as_str()
            .unwrap()
            .get(..19)
            .unwrap()
            .to_owned();
        assert!(second >= last, "{line}");
        last = second;
    }
    let csv = stdout(&["timeline", &case_file(), "--format", "csv"]);
    assert_eq!(csv.lines().next().unwrap(), EVENT_FIELDS.join(","));
    let array = json(&["timeline", &case_file(), "--format", "json"]);
    assert_eq!(array.as_array().unwrap().len(), one.lines().count());
}

#[test]
fn selections_narrow_a_timeline() {
    let all = stdout(&["timeline", &case_file(), "--format", "jsonl", "--all"]);
    let days = stdout(&["timeline", &case_file(), "--format", "jsonl"]);
    assert!(days.lines().count() < all.lines().count());
    let stick = stdout(&[
        "timeline",
        &case_file(),
        "--format",
        "jsonl",
        "--device",
        "013",
        "--machine",
        "dev-desktop",
        "--from",
        "2022-06-21T09:20",
        "--to",
        "2022-06-21T09:40",
    ]);
    assert!(stick.lines().count() >= 4, "{stick}");
    for line in stick.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&event["device"], &event["machine"]),
            (&"013".into(), &"dev-desktop".into())
        );
    }
}

/// The bytes that `explain` shows stand in the evidence at the offset that it names.
#[test]
fn explain_leads_to_the_bytes() {
    let events = stdout(&["timeline", &case_file(), "--format", "jsonl"]);
    let mut kinds = std::collections::BTreeSet::new();
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let artifact = event["artifact"].as_str().unwrap().to_owned();
        if event["device"].is_null() || !kinds.insert(artifact.clone()) {
            continue;
        }
        let id = event["event_id"].as_str().unwrap();
        let told = json(&["explain", id, &case_file(), "--format", "json"]);
        assert_eq!(told["event"], event, "{id}");
        assert_eq!(told["problem"], Value::Null, "{id}");
        let stretch = &told["bytes"][0];
        let source = event["source"].as_str().unwrap();
        assert_eq!(stretch["file"], source);
        let bytes = std::fs::read(testdata("amagasaki/evidence").join(source)).unwrap();
        let offset = usize::try_from(stretch["offset"].as_u64().unwrap()).unwrap();
        let length = usize::try_from(stretch["length"].as_u64().unwrap()).unwrap();
        let there: String = bytes[offset..offset + length]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        // A hive's cell may come from its transaction log; then a second stretch says so.
        if told["bytes"].as_array().unwrap().len() == 1 {
            assert_eq!(stretch["hexadecimal"], there, "{id}");
        }
        assert!(stdout(&["explain", id, &case_file()]).contains(id));
    }
    assert!(
        kinds.contains("vendor-log") && kinds.contains("system-hive"),
        "{kinds:?}"
    );
}

#[test]
fn devices_coverage_and_inspect_have_their_fields() {
    let devices = json(&["devices", &case_file(), "--format", "json"]);
    let device = devices
        .as_array()
        .unwrap()
        .iter()
        .find(|own| own["device"] == "012")
        .unwrap();
    for field in [
        "device",
        "label",
        "bus",
        "kind",
        "vendor",
        "product",
        "revision",
        "serial",
        "serial_made_by_windows",
        "identities",
        "volumes",
        "machines",
    ] {
        assert!(device.get(field).is_some(), "{field}");
    }
    let on = device["machines"].as_array().unwrap();
    let server = on
        .iter()
        .find(|own| own["machine"] == "call-centre-server")
        .unwrap();
    assert!(server["last_removal"].is_string(), "{server}");

    let coverage = json(&["coverage", &case_file(), "--format", "json"]);
    let states = coverage.as_array().unwrap().iter().flat_map(|row| {
        row["state"]
            .as_array()
            .unwrap()
            .iter()
            .map(|state| state.as_str().unwrap().to_owned())
    });
    let states: std::collections::BTreeSet<String> = states.collect();
    assert!(
        states.contains("rolled-over") && states.contains("logs-replayed"),
        "{states:?}"
    );

    let inspect = json(&["inspect", &case_file(), "--format", "json"]);
    for artifact in inspect["artifacts"].as_array().unwrap() {
        assert_eq!(artifact["sha256"].as_str().unwrap().len(), 64);
    }
    assert_eq!(inspect["evidence"][0]["volumes"][0]["letter"], "C");
    for command in ["devices", "coverage", "inspect"] {
        for format in ["table", "md", "csv", "jsonl"] {
            assert!(!stdout(&[command, &case_file(), "--format", format]).is_empty());
        }
    }
}

#[test]
fn a_file_appears_whole_and_is_not_replaced_unasked() {
    let folder = Folder::new("out");
    let out = folder.path("custody.json");
    assert_eq!(stdout(&["custody", &case_file(), "--out", &out]), "");
    let first = std::fs::read_to_string(&out).unwrap();
    // The ending says the format.
    serde_json::from_str::<Value>(&first).unwrap();
    let (status, said) = failure(&["coverage", &case_file(), "--out", &out]);
    assert_eq!(status, Some(2));
    assert!(
        said.contains("is there already") && said.contains("--force"),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(&out).unwrap(), first);
    stdout(&["coverage", &case_file(), "--out", &out, "--force"]);
    assert_ne!(std::fs::read_to_string(&out).unwrap(), first);
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn the_picture_of_custody_leads_back_to_every_record_of_its_stays() {
    let picture = stdout(&["custody", &case_file(), "--format", "svg"]);
    assert!(picture.contains("role=\"img\""), "{picture}");
    let custody = json(&["custody", &case_file(), "--format", "json"]);
    let sessions = custody["sessions"].as_array().unwrap();
    let mut records = 0;
    for session in sessions {
        for list in ["connected_records", "removed_records", "logins"] {
            for record in session[list].as_array().unwrap() {
                let id = record["event_id"].as_str().unwrap();
                assert!(picture.contains(id), "{session}");
                records += 1;
            }
        }
    }
    assert!(records > 10, "{records}");
    for name in ["012", "013", "008", "Call-centre server", "F6", "F7"] {
        assert!(picture.contains(name), "{name}");
    }
    let japanese = stdout(&["custody", &case_file(), "--format", "svg", "--lang", "ja"]);
    assert!(japanese.contains("コールセンターサーバ") && japanese.contains("接続・認証の記録なし"));
}

#[test]
fn the_picture_shows_what_is_asked_for_and_the_ending_of_the_file_asks_for_it() {
    let folder = Folder::new("picture");
    let out = folder.path("custody.svg");
    let only = ["custody", &case_file(), "--device", "012"];
    stdout(&[&only[..], &["--out", &out]].concat());
    let picture = std::fs::read_to_string(&out).unwrap();
    assert_eq!(picture, stdout(&[&only[..], &["--format", "svg"]].concat()));
    assert!(picture.contains(">012<") && !picture.contains(">013<"));
    for command in ["timeline", "devices", "coverage", "inspect"] {
        let (status, said) = failure(&[command, &case_file(), "--format", "svg"]);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains("only `custody`"), "{said}");
    }
}

#[test]
fn evidence_is_never_written_to() {
    let folder = Folder::new("evidence");
    let pc = folder.0.join("pc");
    std::fs::create_dir_all(&pc).unwrap();
    let log = testdata("amagasaki/evidence/dev-desktop/C/Windows/INF/setupapi.dev.log");
    std::fs::copy(log, pc.join("setupapi.dev.log")).unwrap();
    let input = pc.display().to_string();
    let out = pc.join("out.json").display().to_string();
    let (status, said) = failure(&["timeline", &input, "--out", &out, "--force"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("never written to"), "{said}");
    assert_eq!(std::fs::read_dir(&pc).unwrap().count(), 1);
}

#[test]
fn init_writes_a_case_file_that_can_be_used() {
    let folder = Folder::new("init");
    let out = folder.path("case.toml");
    let desktop = testdata("amagasaki/evidence/dev-desktop")
        .display()
        .to_string();
    let log = format!("012={}", testdata("amagasaki/evidence/012.txt").display());
    let arguments = ["--vendor-log", &log, "--timezone", "Asia/Tokyo"];
    stdout(&[&["init", &desktop, "--out", &out], &arguments[..]].concat());
    let with_file = json(&["custody", &out, "--format", "json"]);
    let without = json(&[&["custody", &desktop, "--format", "json"], &arguments[..]].concat());
    assert_eq!(with_file["table"]["columns"], serde_json::json!(["012"]));
    assert_eq!(without["table"]["columns"], with_file["table"]["columns"]);
}

#[test]
fn exit_statuses() {
    for (arguments, status, says) in [
        (&["custody"][..], 2, "no INPUT is given"),
        (&["custody", "/no/such/case"], 1, "/no/such/case"),
        (&["custody", "/no/such/case.toml"], 1, "/no/such/case.toml"),
        (
            &["custody", "--from", "yesterday", "x"],
            2,
            "expected a day",
        ),
        (&["custody", "--vendor-log", "012", "x"], 2, "LABEL=PATH"),
        (&["custody", "--timezone", "Mars/Base", "x"], 2, "Mars/Base"),
        (&["explain", "zz", "x"], 2, "16 hexadecimal digits"),
        (&["init", "--format", "json", "x"], 2, "does not apply"),
        (&["exposure", "x"], 2, "unrecognized subcommand"),
    ] {
        let (code, said) = failure(arguments);
        assert_eq!(code, Some(status), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    let (code, said) = failure(&["custody", &case_file(), "--machine", "nowhere"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("there are: benefits-server"), "{said}");
    let (code, said) = failure(&["explain", "0000000000000000", &case_file()]);
    assert_eq!(code, Some(1));
    assert!(said.contains("kusari timeline"), "{said}");
}

#[test]
fn a_missing_source_is_said_and_counts_only_when_strict() {
    let log = testdata("amagasaki/evidence/012.txt").display().to_string();
    let log = format!("012={log}");
    let arguments = [
        "timeline",
        "/no/such/pc",
        "--vendor-log",
        &log,
        "--format",
        "jsonl",
    ];
    let usual = run(&arguments);
    assert_eq!(usual.status.code(), Some(0));
    assert!(text(&usual.stderr).contains("/no/such/pc: no such file or folder"));
    let strict = run(&[&arguments[..], &["--strict"]].concat());
    assert_eq!(strict.status.code(), Some(4));
    assert_eq!(strict.stdout, usual.stdout);
    let quiet = run(&[&arguments[..], &["--quiet"]].concat());
    assert!(quiet.stderr.is_empty());
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let mut child = kusari()
        .args(["timeline", &case_file(), "--all", "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        !text(&output.stderr).contains("error"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn every_command_has_a_help_with_an_example() {
    let commands = [
        "custody", "timeline", "devices", "coverage", "copies", "inspect", "explain", "init",
    ];
    let help = stdout(&["--help"]);
    for command in commands {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
        let own = stdout(&[command, "--help"]);
        assert!(own.contains("Example"), "{command}");
        assert!(
            own.contains("--vendor-log") && own.contains("--strict"),
            "{command}"
        );
    }
    assert!(help.contains("Exit status"));
    assert!(!help.contains("exposure") && !help.contains("verify"));
}
