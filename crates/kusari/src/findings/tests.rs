//! Each rule that looks at one thing: once where it fires, once where it must not.

use kusari_artifacts::NumberGap;

use super::*;
use crate::event::Action;
use crate::identity::{Clash, ClashKind};
use crate::reconstruction::testing::{Scene, rules_of};

fn scene() -> (Scene, u32, u32) {
    let mut scene = Scene::new();
    let (machine, device) = (scene.machine("PC"), scene.device("S", "1"));
    (scene, machine, device)
}

/// What the one finding of a case says; nothing when there is none.
fn only(scene: Scene, rule: &str) -> Option<Finding> {
    let made = scene.build();
    assert!(rules_of(&made).len() <= 1, "{:?}", made.findings());
    let found = made.findings().first().cloned();
    assert!(found.iter().all(|f| f.rule == rule && !f.ja.is_empty()));
    found
}

#[test]
fn a_whole_session_has_no_finding() {
    let (mut scene, machine, device) = scene();
    scene.log(machine, device, Action::Connected, "2022-07-21 10:00:00");
    scene.login(machine, device, "2022-07-21 10:01:00");
    scene.log(machine, device, Action::Removed, "2022-07-21 11:00:00");
    assert_eq!(rules_of(&scene.build()), Vec::<&str>::new());
}

#[test]
fn a_connection_without_removal() {
    let (mut scene, machine, device) = scene();
    scene.log(machine, device, Action::Connected, "2022-07-21 10:00:00");
    let found = only(scene, "connection-without-removal").unwrap();
    assert!(found.en.contains("still in place when the evidence"));
}

#[test]
fn a_connection_before_a_start_with_the_device_says_so() {
    for (restarted, expected) in [(true, true), (false, false)] {
        let (mut scene, machine, device) = scene();
        scene.log(machine, device, Action::Connected, "2022-07-21 10:00:00");
        if restarted {
            scene.of_machine(machine, Action::ShutDown, "2022-07-21 18:00:00");
            scene.of_machine(machine, Action::Started, "2022-07-22 09:00:00");
        }
        scene.log(machine, device, Action::Connected, "2022-07-22 09:00:10");
        scene.log(machine, device, Action::Removed, "2022-07-22 10:00:00");
        let found = only(scene, "connection-without-removal").unwrap();
        let said = found.en.contains("while starting at 2022-07-22 09:00:10");
        assert_eq!(said, expected, "{}", found.en);
        assert_eq!(found.ja.contains("起動時"), expected);
    }
}

#[test]
fn a_removal_without_connection() {
    for (later, word) in [(true, "has replaced"), (false, "was not logged")] {
        let (mut scene, machine, device) = scene();
        scene.hive(machine, device, Action::Removed, "2022-07-21 10:00:00");
        if later {
            scene.hive(machine, device, Action::Connected, "2022-07-22 10:00:00");
        }
        let made = scene.build();
        let mut found = made.findings().iter();
        let found = found.find(|f| f.rule == "removal-without-connection");
        assert!(found.unwrap().en.contains(word));
    }
}

#[test]
fn what_is_not_carried_has_no_finding_of_its_sessions() {
    let (mut scene, machine, device) = scene();
    scene.identities.devices[0].carried = false;
    scene.hive(machine, device, Action::Removed, "2022-07-21 10:00:00");
    scene.hive(machine, device, Action::Connected, "2022-07-22 10:00:00");
    assert_eq!(rules_of(&scene.build()), Vec::<&str>::new());
}

#[test]
fn clashing_identities() {
    for kind in [
        ClashKind::SameSerialDifferentProduct,
        ClashKind::TwoSerials,
        ClashKind::SameMediaOnTwoDevices,
        ClashKind::TwoLabels,
    ] {
        for carried in [true, false] {
            let (mut scene, _, device) = scene();
            scene.identities.devices[0].carried = carried;
            scene.identities.clashes.push(Clash {
                kind,
                value: "V".to_owned(),
                sides: vec!["A".to_owned(), "B".to_owned()],
                devices: vec![device],
            });
            assert_eq!(only(scene, "identity-clash").is_some(), carried);
        }
    }
}

#[test]
fn a_serial_made_by_windows() {
    for made in [true, false] {
        let (mut scene, _, _) = scene();
        scene.identities.devices[0].serial_made_by_windows = made;
        assert_eq!(only(scene, "serial-made-by-windows").is_some(), made);
    }
}

#[test]
fn a_cleared_log() {
    for (action, fires) in [(Action::LogCleared, true), (Action::Started, false)] {
        let (mut scene, machine, _) = scene();
        scene.of_machine(machine, action, "2022-07-21 10:00:00");
        assert_eq!(only(scene, "log-cleared").is_some(), fires);
    }
}

#[test]
fn record_numbers_that_jump() {
    for gaps in 0..3 {
        let (mut scene, _, _) = scene();
        let gap = NumberGap {
            after: 7,
            before: 12,
            offset: 0,
        };
        scene.sources[0].outcome.coverage.gaps = vec![gap; gaps];
        let found = only(scene, "record-numbers-jump");
        assert_eq!(found.is_some(), gaps > 0);
        let more = found.is_some_and(|f| f.en.contains("1 more"));
        assert_eq!(more, gaps == 2);
    }
}

#[test]
fn entries_of_jump_lists_and_bins_are_taken_out_in_ordinary_use() {
    let (mut scene, machine, _) = scene();
    for kind in ["jump-list", "recycle-bin-index", "ntfs-log"] {
        let source = usize::try_from(scene.source(kind, Some(machine))).unwrap();
        scene.sources[source].outcome.coverage.gaps = vec![NumberGap {
            after: 5,
            before: 7,
            offset: 0,
        }];
    }
    assert_eq!(only(scene, "record-numbers-jump"), None);
}

#[test]
fn several_computers() {
    for groups in [0, 1, 2] {
        let (mut scene, _, _) = scene();
        scene.machines[0].name_groups = (0..groups).map(|i| vec![format!("PC{i}")]).collect();
        assert_eq!(only(scene, "several-computers").is_some(), groups == 2);
    }
}

/// `docs/findings/NAME.md` for each rule, none without a rule, and each in the index.
#[test]
fn every_rule_has_its_page() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let index = std::fs::read_to_string(docs.join("findings.md")).unwrap();
    let mut pages: Vec<String> = std::fs::read_dir(docs.join("findings"))
        .unwrap()
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    let mut rules: Vec<String> = RULES
        .iter()
        .map(|rule| format!("{}.md", rule.name))
        .collect();
    rules.sort();
    assert_eq!(pages, rules);
    for rule in RULES {
        let name = rule.name;
        assert!(
            index.contains(&format!("[{name}](findings/{name}.md)")),
            "{name}"
        );
        let page = std::fs::read_to_string(docs.join(format!("findings/{name}.md"))).unwrap();
        for part in [
            "What it looks at",
            "What it says, and what it does not",
            "Innocent explanations",
            "Example",
            "Sources",
            "On real machines",
        ] {
            assert!(page.contains(&format!("\n## {part}\n")), "{name}: {part}");
        }
    }
}
