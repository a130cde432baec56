//! The recorded incident as disk images, through the whole program: the same table as from
//! folders, and what only images have (shadow copies, locked volumes, missing parts).

// Helpers of tests may fail as loudly as the tests themselves.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn amagasaki(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/amagasaki")
        .join(relative)
}

fn as_text(path: &Path) -> String {
    path.display().to_string()
}

fn images() -> String {
    as_text(&amagasaki("images.toml"))
}

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kusari"));
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "COLUMNS", "NO_COLOR"] {
        command.env_remove(name);
    }
    command.args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The standard output of a run that must succeed and warn of nothing.
fn stdout(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    assert!(!said.contains("warning"), "{arguments:?}: {said}");
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(arguments)).unwrap()
}

/// The case with its images, in a folder of its own where it can be spoilt.
struct Spoilt(PathBuf);

impl Spoilt {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("kusari-images-{name}-{}", std::process::id()));
        for sub in ["images", "evidence"] {
            std::fs::create_dir_all(folder.join(sub)).unwrap();
        }
        let copied = std::fs::read_dir(amagasaki("images")).unwrap();
        let copied = copied.map(|entry| PathBuf::from("images").join(entry.unwrap().file_name()));
        let logs = ["evidence/012.txt", "evidence/013.txt", "images.toml"];
        for path in copied.chain(logs.map(PathBuf::from)) {
            std::fs::copy(amagasaki("").join(&path), folder.join(&path)).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn case(&self) -> String {
        as_text(&self.path("images.toml"))
    }

    fn without_key(self) -> Self {
        let case = std::fs::read_to_string(self.case()).unwrap();
        let kept: Vec<&str> = case
            .lines()
            .filter(|line| !line.contains("machine.unlock") && !line.contains("recovery-key"))
            .collect();
        assert_eq!(kept.len() + 2, case.lines().count());
        std::fs::write(self.case(), kept.join("\n")).unwrap();
        self
    }
}

impl Drop for Spoilt {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The lines of a page that are a table.
/// The custody table, which is the first of the page. What is asked in gaps can differ: images hold more.
fn table(page: &str) -> String {
    let is_row = |line: &&str| line.starts_with(['+', '|']);
    let lines = page.lines().skip_while(|line| !is_row(line));
    lines.take_while(is_row).collect::<Vec<_>>().join("\n")
}

/// Rows of a command's data by what they are of.
fn rows(data: &Value) -> impl Iterator<Item = &Value> {
    data.as_array().unwrap().iter()
}

fn strings(value: &Value) -> BTreeSet<&str> {
    rows(value).map(|state| state.as_str().unwrap()).collect()
}

#[test]
fn images_give_the_same_table_as_folders_byte_for_byte() {
    let folders = as_text(&amagasaki("case.toml"));
    for language in ["en", "ja"] {
        for format in ["table", "md"] {
            let arguments = ["--lang", language, "--format", format];
            let of = |case: &str| table(&stdout(&[&["custody", case], &arguments[..]].concat()));
            let from_images = of(&images());
            assert!(from_images.lines().count() > 10, "{from_images}");
            assert_eq!(from_images, of(&folders), "{language} {format}");
        }
    }
    // As data, the lines name their events, too: the same bytes give the same ids.
    let rows = |case: &str| {
        let mut custody = json(&["custody", case, "--format", "json"]);
        for row in custody["table"]["rows"].as_array_mut().unwrap() {
            for cell in row["cells"].as_array_mut().unwrap() {
                for line in cell["lines"].as_array_mut().unwrap() {
                    line.as_object_mut().unwrap().remove("sources").unwrap();
                }
            }
        }
        custody["table"]["rows"].take()
    };
    assert_eq!(rows(&images()), rows(&folders));
}

#[test]
fn threads_do_not_matter() {
    for command in ["custody", "timeline", "coverage", "inspect"] {
        let of = |threads| stdout(&[command, &images(), "--threads", threads]);
        assert_eq!(of("1"), of("4"), "{command}");
    }
}

#[test]
fn every_event_of_the_folders_is_in_the_images() {
    let events = |case: &str| -> BTreeSet<String> {
        let all = stdout(&["timeline", case, "--all", "--format", "jsonl"]);
        all.lines()
            .map(|line| {
                let event: Value = serde_json::from_str(line).unwrap();
                let fields = [
                    "time_recorded",
                    "time",
                    "machine",
                    "device",
                    "action",
                    "locator",
                ];
                fields.map(|field| event[field].to_string()).join(" ")
            })
            .collect()
    };
    let (folders, images) = (events(&as_text(&amagasaki("case.toml"))), events(&images()));
    let lost: Vec<&String> = folders.difference(&images).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(images.len() > folders.len());
}

#[test]
fn a_shadow_copy_adds_what_the_live_volume_has_lost_and_says_so() {
    let all = stdout(&["timeline", &images(), "--all", "--format", "jsonl"]);
    let mut only_there = 0;
    for line in all.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let in_copy = event["source"]
            .as_str()
            .unwrap()
            .contains("/shadow-copy-1/");
        let says = event["message"].as_str().unwrap_or_default();
        let says_so = says.contains("(only in the shadow copy of 2022-01-20T03:00:03Z)");
        assert_eq!(in_copy, says_so, "{line}");
        only_there += u32::from(in_copy);
    }
    assert!(only_there > 0);
    // The stick that came and went before the live log begins.
    let of_stick = [
        "--device",
        "4C530001260518116042",
        "--machine",
        "dev-desktop",
    ];
    let left = |case: &str| {
        let arguments = [
            &["timeline", case, "--all", "--format", "jsonl"],
            &of_stick[..],
        ];
        let events = stdout(&arguments.concat());
        events.contains("\"removed\"")
    };
    assert!(left(&images()));
    assert!(!left(&as_text(&amagasaki("case.toml"))));

    let coverage = json(&["coverage", &images(), "--format", "json"]);
    for row in rows(&coverage) {
        let in_copy = row["source"].as_str().unwrap().contains("/shadow-copy-1/");
        assert_eq!(
            strings(&row["state"]).contains("snapshot"),
            in_copy,
            "{row}"
        );
    }
    let without = stdout(&[
        "timeline",
        &images(),
        "--all",
        "--no-shadow-copies",
        "--format",
        "jsonl",
    ]);
    assert!(!without.contains("shadow-copy"));
}

#[test]
fn explain_leads_to_bytes_inside_images() {
    let events = stdout(&["timeline", &images(), "--all", "--format", "jsonl"]);
    let mut seen = BTreeSet::new();
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let artifact = event["artifact"].as_str().unwrap().to_owned();
        let source = event["source"].as_str().unwrap();
        let image = source.split('/').next().unwrap().to_owned();
        if !seen.insert((image, artifact, source.contains("shadow-copy"))) {
            continue;
        }
        let id = event["event_id"].as_str().unwrap();
        let told = json(&["explain", id, &images(), "--format", "json"]);
        assert_eq!(told["event"], event);
        assert_eq!(told["problem"], Value::Null, "{line}");
        assert!(!told["bytes"][0]["hexadecimal"].as_str().unwrap().is_empty());
        // A whole volume is not hashed for that.
        let is_volume = event["artifact"] == "file-entries";
        let hash = event["source_sha256"].as_str().map(str::len);
        assert_eq!(hash, (!is_volume).then_some(64), "{line}");
    }
    assert!(seen.len() > 10, "{seen:?}");
}

#[test]
fn a_locked_volume_opens_with_the_key_of_the_case_and_is_a_fact_without() {
    let inspect = json(&["inspect", &images(), "--format", "json"]);
    let evidence = rows(&inspect["evidence"]);
    let server: Vec<&Value> = evidence
        .filter(|one| one["machine"] == "benefits-server")
        .collect();
    assert_eq!(server[0]["volumes"].as_array().unwrap().len(), 2);
    assert_eq!(server[0]["locked"], serde_json::json!([]));
    assert_eq!(server[0]["volumes"][1]["label"], "DATA");

    let spoilt = Spoilt::new("locked").without_key();
    let output = run(&["coverage", &spoilt.case(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert_eq!(said.matches("BitLocker volume").count(), 1, "{said}");
    assert!(said.contains("give its key in the case file"), "{said}");
    let coverage: Value = serde_json::from_slice(&output.stdout).unwrap();
    let locked = rows(&coverage).find(|row| row["artifact"] == "locked-volume");
    let locked = locked.unwrap();
    assert_eq!(locked["source"], "benefits-server.E01/p2");
    assert!(strings(&locked["state"]).contains("locked"), "{locked}");
    // A key is no secret that a report may hold.
    for (name, value) in [("key", "271293"), ("password", "618035")] {
        assert!(!text(&output.stdout).contains(value), "{name}");
    }
    let strict = run(&["custody", &spoilt.case(), "--strict"]);
    assert_eq!(strict.status.code(), Some(4));
    assert_eq!(
        table(&text(&strict.stdout)),
        table(&stdout(&["custody", &images()]))
    );
}

#[test]
fn the_sticks_images_are_the_sticks() {
    let devices = json(&["devices", &images(), "--format", "json"]);
    for (label, image, serial) in [
        ("012", "012.qcow2", "5A3C91E7"),
        ("013", "013.vhd", "5A3CB204"),
    ] {
        let device = rows(&devices).find(|own| own["device"] == label).unwrap();
        let joined: Vec<&Value> = rows(&device["identities"])
            .filter(|own| own["source"] == image)
            .collect();
        assert!(!joined.is_empty(), "{label}");
        let named = device["volumes"].to_string().to_uppercase();
        assert!(named.contains(serial), "{label}: {named}");
    }
}

#[test]
fn verify_holds_the_stored_hashes_against_the_media() {
    let image = as_text(&amagasaki("images/benefits-server.E01"));
    let verified = json(&[
        "inspect",
        "--verify",
        &image,
        "--format",
        "json",
        "--no-prompt",
        "--quiet",
    ]);
    let hashes = verified.to_string();
    for stored in [
        "21951b6026e8b1a6b793097791fcd6da",
        "161b1d0e324516f88aaa299aed95227b911ac522",
    ] {
        assert!(hashes.contains(stored), "{hashes}");
    }

    let spoilt = Spoilt::new("verify");
    let image = spoilt.path("images/benefits-server.E02");
    let mut bytes = std::fs::read(&image).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&image, bytes).unwrap();
    let first = as_text(&spoilt.path("images/benefits-server.E01"));
    let output = run(&["inspect", "--verify", &first, "--no-prompt"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("benefits-server.E02, chunk"));
}

#[test]
fn files_of_a_stick_are_listed_with_the_deleted_ones() {
    let files = json(&[
        "inspect",
        "--files",
        &as_text(&amagasaki("images/013.vhd")),
        "--format",
        "json",
    ]);
    let listed = files.to_string();
    for name in ["20220621/ESB.bak", "20220621/ESBR4.bak", "_SB.bak"] {
        assert!(listed.contains(name), "{listed}");
    }
    assert!(listed.contains("\"deleted\":true"), "{listed}");
}

#[test]
fn a_missing_part_costs_what_lies_in_it_and_is_named() {
    let spoilt = Spoilt::new("part");
    std::fs::remove_file(spoilt.path("images/dev-notebook.003")).unwrap();
    let output = run(&["coverage", &spoilt.case(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert!(said.contains("part 3 of the split image"), "{said}");
    let coverage: Value = serde_json::from_slice(&output.stdout).unwrap();
    let notebook = || rows(&coverage).filter(|row| row["machine"] == "dev-notebook");
    let damaged: Vec<&Value> = notebook()
        .filter(|row| strings(&row["state"]).contains("damaged"))
        .collect();
    assert!(!damaged.is_empty());
    for row in &damaged {
        assert_eq!(row["sha256"], Value::Null, "{row}");
        assert!(row["note"].as_str().unwrap().contains("part 3"), "{row}");
    }
    // What is whole is read, and a log of which a part is there gives the records of that part.
    let whole = notebook().filter(|row| row["sha256"].is_string()).count();
    assert!(whole >= 6, "{whole}");
    assert!(
        damaged.iter().any(|row| row["records"].as_u64() > Some(0)),
        "{damaged:?}"
    );
    let rest = |output: &Output| {
        table(&text(&output.stdout))
            .lines()
            .filter(|line| line.contains("17:39:03 first"))
            .count()
    };
    assert_eq!(rest(&run(&["custody", &spoilt.case()])), 1);
}

#[test]
fn an_image_that_is_nothing_is_said_and_the_rest_is_done() {
    let spoilt = Spoilt::new("nothing");
    let vmdk = spoilt.path("images/call-centre-server.vmdk");
    let bytes = std::fs::read(&vmdk).unwrap();
    std::fs::write(&vmdk, &bytes[..300]).unwrap();
    let output = run(&["custody", &spoilt.case()]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert!(said.contains("call-centre-server.vmdk"), "{said}");
    let page = text(&output.stdout);
    assert!(page.contains("09:31:00"), "{page}");
    let strict = run(&["custody", &spoilt.case(), "--strict"]);
    assert_eq!(strict.status.code(), Some(4));
}

/// The lines of `copies` about files of the case, in groups.
fn copies() -> Value {
    json(&[
        "copies",
        &images(),
        "--name",
        "ESB*.bak",
        "--format",
        "json",
    ])
}

fn field<'a>(own: &'a Value, name: &str) -> &'a str {
    own[name].as_str().unwrap_or_default()
}

#[test]
fn the_chain_of_copies_of_21_june_is_rebuilt_from_server_to_call_centre() {
    let found = copies();
    // The group of the file with 460,517 persons is told by its size.
    let june: Vec<&Value> = rows(&found).filter(|own| own["size"] == 120_000).collect();
    let group = &june[0]["group"];
    assert!(june.iter().all(|own| own["group"] == *group));
    let chain: Vec<(&str, &str, &str, String)> = june
        .iter()
        .map(|own| {
            let from = rows(&own["copied_from"]);
            let from =
                from.map(|from| format!("{} {}", field(from, "place"), field(from, "grade")));
            let path = field(own, "path");
            let name = path.rsplit_once("20220621").map_or(path, |(_, name)| name);
            (
                field(own, "place"),
                name,
                field(own, "state"),
                from.collect::<Vec<_>>().join(", "),
            )
        })
        .collect();
    let expected = [
        ("benefits-server", r"\ESB.bak", "there", ""),
        ("dev-desktop", r"\ESB.bak", "there", "008 fair"),
        ("call-centre-server", r"\ESB.bak", "there", "012 strong"),
        ("dev-desktop", r"\ESB.bak", "there", "dev-desktop strong"),
        (
            "dev-notebook",
            r"C:\Unisys\work\temp\ESB\ESB.bak",
            "there",
            "008 strong",
        ),
        // Of 008 there is no image: only a shortcut on the desktop speaks of its file.
        ("008", r"E:\ESB.bak", "traced", "benefits-server fair"),
        ("012", "/ESB.bak", "there", "dev-desktop fair"),
        ("013", "/ESB.bak", "there", "dev-desktop fair"),
    ];
    let expected = expected.map(|(place, name, state, from)| (place, name, state, from.to_owned()));
    assert_eq!(chain, expected);
    let traced = june.iter().find(|own| own["place"] == "008").unwrap();
    assert!(
        field(traced, "source").contains("Recent/ESB.bak.lnk"),
        "{traced}"
    );
    for own in &june[6..] {
        // The hour of the server's backup: it lies in no stay of the stick, so no clock is known.
        assert_eq!(own["created"], Value::Null);
    }
    for name in [
        "group",
        "place",
        "kind",
        "path",
        "original_path",
        "size",
        "state",
        "created_recorded",
        "created",
        "modified_recorded",
        "matched_by",
        "source",
    ] {
        assert!(rows(&found).all(|own| own.get(name).is_some()), "{name}");
    }
}

#[test]
fn files_deleted_from_a_stick_are_told_by_name_size_and_time() {
    let found = copies();
    let deleted: Vec<(&str, &str, &str)> = rows(&found)
        .filter(|own| own["state"] == "deleted")
        .map(|own| {
            (
                field(own, "place"),
                field(own, "path"),
                field(own, "matched_by"),
            )
        })
        .collect();
    // FAT wrote over their first letters.
    let likeness = "name-size-modified";
    assert_eq!(
        deleted,
        [
            ("012", "_0220218/_og/_SB.bak", likeness),
            ("012", "_SB.bak", likeness),
            ("013", "_0220218/_og/_SB.bak", likeness),
            ("013", "_SB.bak", likeness),
        ]
    );
}

#[test]
fn copies_are_counted_by_place_in_either_language() {
    let page = stdout(&["copies", &images(), "--name", "ESBR4.bak"]);
    let counted = "there now: 6 in 5 places; with those that were: 7 in 6";
    assert!(page.contains(counted), "{page}");
    let japanese = stdout(&["copies", &images(), "--name", "ESBR4.bak", "--lang", "ja"]);
    assert!(japanese.contains("現存: 6件（5か所）"), "{japanese}");
    let places = |more: &[&str]| -> BTreeSet<String> {
        let case = images();
        let own = ["copies", &case, "--name", "ESBR4.bak", "--format", "json"];
        let found = json(&[&own, more].concat());
        rows(&found)
            .map(|own| field(own, "place").to_owned())
            .collect()
    };
    let of = |names: &[&str]| {
        names
            .iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(places(&["--machine", "dev-desktop"]), of(&["dev-desktop"]));
    assert_eq!(places(&["--device", "012"]), of(&["012"]));
    let both = places(&["--device", "012", "--machine", "dev-desktop"]);
    assert_eq!(both, of(&["012", "dev-desktop"]));
    let nothing = stdout(&["copies", &images(), "--name", "no such*"]);
    assert!(nothing.contains("No file of that name"), "{nothing}");
}

/// The report's list of the files that were found on the two development PCs (5-3).
#[test]
fn copies_give_the_report_s_list_of_what_was_found() {
    let acceptance = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/acceptance/amagasaki/residue.csv");
    let Ok(text) = std::fs::read_to_string(&acceptance) else {
        eprintln!("skipped: the acceptance data is not here");
        return;
    };
    let found = copies();
    let mut of_tool: Vec<(String, String, String)> = rows(&found)
        .filter(|own| field(own, "place").starts_with("dev-"))
        .map(|own| {
            // The report writes the minute by the machine's own clock, which was Japan's.
            let recorded = field(own, "created_recorded");
            let utc = chrono::DateTime::parse_from_rfc3339(recorded).unwrap();
            let local = utc.naive_utc() + chrono::Duration::hours(9);
            let path = field(own, "path");
            // In a bin the report gives the folder and the file's own name.
            let path = match path.rsplit_once('\\') {
                Some((folder, _)) if own["state"] == "in-recycle-bin" => {
                    let was = field(own, "original_path");
                    let name = was.rsplit('\\').next().unwrap();
                    format!("{folder}\\{name}")
                }
                _ => path.to_owned(),
            };
            (
                field(own, "place").to_owned(),
                local.format("%Y-%m-%dT%H:%M").to_string(),
                path.to_uppercase(),
            )
        })
        .collect();
    let mut of_report: Vec<(String, String, String)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            (
                fields[0].to_owned(),
                fields[4].to_owned(),
                fields[5].to_uppercase(),
            )
        })
        .collect();
    of_tool.sort();
    of_report.sort();
    assert_eq!(of_report.len(), 42);
    assert_eq!(of_tool, of_report);
}

#[test]
fn records_of_a_journal_are_carved_from_free_space_when_asked_for() {
    use kusari_fixtures::usn_journal::{Change, JournalWriter};
    let spoilt = Spoilt::new("carve");
    let mut freed = JournalWriter::new(0x10_0000);
    freed.change(&Change {
        version: 2,
        file: (77 | 1 << 48, 0),
        parent: (5 | 5 << 48, 0),
        time: 132_990_000_000_000_000,
        reasons: 0x8000_0200,
        source: 0,
        security_id: 0,
        attributes: 0x20,
        name: "ESB-old.bak".encode_utf16().collect(),
    });
    let freed = freed.into_bytes();
    // Where nothing stands, in the raw image of the notebook's volume.
    let part = spoilt.path("images/dev-notebook.006");
    let mut bytes = std::fs::read(&part).unwrap();
    let cluster = bytes
        .chunks(4096)
        .position(|own| own.iter().all(|byte| *byte == 0));
    let at = cluster.unwrap() * 4096;
    bytes[at..at + freed.len()].copy_from_slice(&freed);
    std::fs::write(&part, bytes).unwrap();
    let of = |more: &[&str]| -> Vec<Value> {
        let case = spoilt.case();
        let own = [
            "timeline",
            &case,
            "--all",
            "--format",
            "jsonl",
            "--machine",
            "dev-notebook",
        ];
        let all = stdout(&[&own, more].concat());
        let events = all.lines().map(|line| serde_json::from_str(line).unwrap());
        let is_carved = |event: &Value| event["artifact"] == "carved-usn-records";
        events.filter(is_carved).collect()
    };
    assert!(of(&[]).is_empty());
    let carved = of(&["--carve"]);
    assert_eq!(carved.len(), 1, "{carved:#?}");
    assert_eq!(carved[0]["file"], r"C:\ESB-old.bak");
    assert_eq!(carved[0]["action"], "file-deleted");
    assert_eq!(carved[0]["confidence"], "recovered");
    let page = stdout(&["explain", field(&carved[0], "event_id"), &spoilt.case()]);
    assert!(page.contains("FILE_DELETE"), "{page}");
}

#[test]
fn files_of_a_stick_are_in_its_timeline_and_lead_to_their_entries() {
    let of = [
        "timeline",
        &images(),
        "--device",
        "012",
        "--format",
        "jsonl",
    ];
    let all = stdout(&of);
    let files: Vec<Value> = all
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|event: &Value| event["artifact"] == "file-entries")
        .collect();
    let made: Vec<(&str, &str, &str)> = files
        .iter()
        .filter(|event| event["action"] == "file-created")
        .map(|event| {
            let names = ["file", "time_recorded", "confidence"];
            let [file, time, confidence] = names.map(|name| field(event, name));
            (file, time, confidence)
        })
        .collect();
    // The case is about these days; the deleted files of February are older.
    let at = "2022-06-21T01:00:00.00";
    let expected = [
        (r"\20220621\ESB.bak", at, "recorded"),
        (r"\20220621\ESBR4.bak", at, "recorded"),
    ];
    assert_eq!(made, expected);
    // Nobody knows on which machine's clock that was.
    assert!(files.iter().all(|event| event["machine"] == Value::Null));
    let page = stdout(&["explain", field(&files[0], "event_id"), &images()]);
    assert!(page.contains("45 53 42 20 20 20 20 20 42 41 4b"), "{page}");
}

#[test]
fn journal_records_of_a_file_are_in_the_timeline_when_its_name_is_asked_for() {
    let of = |arguments: &[&str]| -> Vec<Value> {
        let all = stdout(&[&["timeline", &images(), "--format", "jsonl"], arguments].concat());
        all.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|event: &Value| event["artifact"] == "usn-journal")
            .collect()
    };
    assert!(of(&[]).is_empty());
    let named = of(&["--name", "ESB.bak", "--machine", "dev-desktop"]);
    let made: Vec<(&str, &str)> = named
        .iter()
        .filter(|event| event["action"] == "file-created")
        .map(|event| (field(event, "time_recorded"), field(event, "file")))
        .collect();
    assert_eq!(made.len(), 2, "{made:?}");
    assert!(made[0].0.starts_with("2022-06-21T00:26:17"), "{made:?}");
    // The path is the one that the file table has for the folder's number.
    let path = r"D:\○○個人資料\01_WORK\02_開発\05_2022年度_非課税世帯給付金\20220621\ESB.bak";
    assert_eq!(made[0].1, path);
    let id = field(&named[0], "event_id");
    let page = stdout(&["explain", id, &images()]);
    assert!(page.contains("FILE_CREATE"), "{page}");
}

#[test]
fn copies_in_a_recycle_bin_are_told_by_the_name_that_they_had() {
    let folder = std::env::temp_dir().join(format!("kusari-bins-{}", std::process::id()));
    let bin = folder.join("C/$Recycle.Bin/S-1-5-21-1-2-3-1001");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::create_dir_all(folder.join("C/Windows/INF")).unwrap();
    std::fs::create_dir_all(folder.join("C/backup")).unwrap();
    std::fs::copy(
        amagasaki("evidence/dev-desktop/C/Windows/INF/setupapi.dev.log"),
        folder.join("C/Windows/INF/setupapi.dev.log"),
    )
    .unwrap();
    let record = |name: &str, path: &str| {
        let index = kusari_fixtures::recycle_bin::index_file(2, 7, 133_002_432_000_000_000, path);
        std::fs::write(bin.join(name), index).unwrap();
    };
    record("$IABCDEF.bak", "D:\\個人資料\\ESB.bak");
    std::fs::write(bin.join("$RABCDEF.bak"), b"content").unwrap();
    record("$IGHIJKL.bak", "D:\\ESB.bak");
    std::fs::write(folder.join("C/backup/ESB.bak"), b"content").unwrap();

    let input = as_text(&folder);
    let found = json(&["copies", &input, "--name", "esb.bak", "--format", "json"]);
    let of = |state: &str| {
        let mut own = rows(&found).filter(|own| own["state"] == state);
        (own.next().unwrap(), own.next())
    };
    let (in_bin, more) = of("in-recycle-bin");
    assert!(more.is_none());
    assert_eq!(in_bin["original_path"], "D:\\個人資料\\ESB.bak");
    assert!(field(in_bin, "path").ends_with(r"\$RABCDEF.bak"));
    assert_eq!(in_bin["matched_by"], "content");
    assert_eq!(of("there").0["group"], in_bin["group"]);
    // In a folder nobody knows whether the content was there and was not collected.
    let (gone, _) = of("traced");
    assert_eq!((&gone["size"], &gone["sha256"]), (&7.into(), &Value::Null));
    let _ = std::fs::remove_dir_all(&folder);
}

/// A file that was created while the stick was in a machine is timed by that machine's clock.
#[test]
fn a_copy_that_was_made_during_a_stay_is_placed_there() {
    use kusari_fixtures::dos_time::FileTimes;
    use kusari_fixtures::fat::{FatWriter, Format, Variant};
    let time = |hour, minute, second| {
        let day = chrono::NaiveDate::from_ymd_opt(2022, 6, 21).unwrap();
        FileTimes::all(day.and_hms_opt(hour, minute, second).unwrap())
    };
    let mut stick = FatWriter::new(Format {
        variant: Variant::Fat12,
        sectors: 2048,
        cluster_sectors: 1,
        serial: 0x5A3C_91E7,
        label: None,
        formatted: time(8, 0, 0).created,
        clears_upper_half: false,
        dirty: false,
    });
    // The stay of 012 in the desktop is from 09:29:19 to 09:31:00 by the desktop's clock.
    stick.file("during.bak", b"copied", &time(9, 30, 10));
    stick.file("before.bak", b"older", &time(9, 29, 10));
    let folder = std::env::temp_dir().join(format!("kusari-stay-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("012.dd"), stick.bytes()).unwrap();
    let desktop = amagasaki("evidence/dev-desktop");
    let case = format!(
        "[case]\ntimezone = 'Asia/Tokyo'\n[[machine]]\nid = 'dev-desktop'\nevidence = '{}'\n\
         [[device]]\nlabel = '012'\nserial = '0712E4A1B0C90357'\nevidence = '012.dd'\n",
        desktop.canonicalize().unwrap().display()
    );
    std::fs::write(folder.join("case.toml"), case).unwrap();
    let case = as_text(&folder.join("case.toml"));
    let found = json(&["copies", &case, "--name", "*.bak", "--format", "json"]);
    let of = |path: &str| {
        rows(&found)
            .find(|own| own["path"] == path)
            .unwrap()
            .clone()
    };
    let during = of("during.bak");
    assert_eq!(during["created_at"], serde_json::json!(["dev-desktop"]));
    let created = during["created"].as_str().unwrap();
    assert!(created.starts_with("2022-06-21T00:30:10"), "{created}");
    let before = of("before.bak");
    assert_eq!(before["created_at"], serde_json::json!([]));
    assert_eq!(before["created"], Value::Null);
    let page = stdout(&["copies", &case, "--name", "during.bak"]);
    assert!(page.contains("while in dev-desktop"), "{page}");
    let _ = std::fs::remove_dir_all(&folder);
}
