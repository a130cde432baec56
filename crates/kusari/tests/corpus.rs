//! Whole cases on real evidence, where the corpus stands.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeMap;

use kusari::event::{Action, meaning};
use kusari::identity::Device;
use kusari::{Case, Options, Reconstruction};
use kusari_fixtures::corpus;

fn reconstruct(folder: &str) -> Option<Reconstruction> {
    let path = corpus::path(folder)?;
    let case = Case::builder().machine([path]).build();
    Some(case.reconstruct(&Options::default()).unwrap())
}

fn carried(r: &Reconstruction) -> Vec<&Device> {
    r.devices().iter().filter(|device| device.carried).collect()
}

fn ids(r: &Reconstruction) -> Vec<&str> {
    carried(r)
        .into_iter()
        .map(|device| device.id.as_str())
        .collect()
}

/// The users whose evidence speaks of a device.
fn users(r: &Reconstruction, id: &str) -> Vec<String> {
    let mut users: Vec<String> = r
        .timeline()
        .filter(|event| event.device == Some(id))
        .filter_map(|event| event.user.map(ToOwned::to_owned))
        .collect();
    users.sort();
    users.dedup();
    users
}

#[test]
fn windows_xp_gives_five_devices_and_leads_from_prefix_to_user() {
    let Some(r) = reconstruct("m57-pat-winxp") else {
        return;
    };
    assert_eq!(carried(&r).len(), 5, "{:?}", ids(&r));
    let stick = carried(&r)
        .into_iter()
        .find(|d| d.id == "43175107A4C24AD4")
        .unwrap();
    assert_eq!(stick.bus.as_deref(), Some("usb"));
    let letters: Vec<&str> = stick
        .volumes
        .iter()
        .flat_map(|v| &v.letters)
        .map(|used| used.letter.as_str())
        .collect();
    // MountedDevices gives E: to the stick that had it last; this one's is inferred from what came
    // together on 2009-11-14.
    assert_eq!(letters, ["E:"]);
    assert!(stick.volumes[0].letters[0].inferred_from.len() == 2);
    let last_owner = carried(&r)
        .into_iter()
        .find(|d| d.id == "51491E64")
        .unwrap();
    assert!(
        last_owner
            .volumes
            .iter()
            .flat_map(|v| &v.letters)
            .all(|l| l.inferred_from.is_empty())
    );
    assert!(stick.volumes.iter().any(|volume| !volume.guids.is_empty()));
    assert_eq!(
        users(&r, "43175107A4C24AD4").len(),
        1,
        "the user who mounted its volume"
    );
}

/// The program was on a stick, the letter says so; on which one, a letter alone does not say.
#[test]
fn a_program_run_from_a_letter_is_of_no_device() {
    let Some(r) = reconstruct("m57-pat-winxp") else {
        return;
    };
    let runs: Vec<_> = r
        .timeline()
        .filter(|event| event.action == Action::ProgramRun)
        .filter(|event| event.file == Some(r"E:\xpadvancedkeylogger.exe"))
        .collect();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].user, Some("Pat"));
    assert_eq!(runs[0].device, None);
    let opened = [Action::ProgramRun, Action::FileOpened, Action::FolderOpened];
    assert!(
        r.timeline()
            .filter(|event| opened.contains(&event.action))
            .all(|event| event.device.is_none() && event.placed.candidates == 0)
    );
}

#[test]
fn windows_7_gives_the_hp_stick_with_all_its_times_and_no_user() {
    let Some(r) = reconstruct("srl2012-WKS-WIN732BITA-win7") else {
        return;
    };
    assert_eq!(ids(&r), ["AA951D0000007252"]);
    let stick = carried(&r)[0];
    let letters: Vec<&str> = stick
        .volumes
        .iter()
        .flat_map(|v| &v.letters)
        .map(|used| used.letter.as_str())
        .collect();
    assert_eq!(letters, ["E:"]);
    for wanted in [meaning::INSTALL_DATE, meaning::FIRST_INSTALL_DATE] {
        assert!(
            r.timeline()
                .any(|e| e.device == Some("AA951D0000007252") && e.meaning == wanted),
            "{wanted}"
        );
    }
    assert_eq!(users(&r, "AA951D0000007252"), [""; 0]);
}

#[test]
fn windows_10_gives_one_stick_two_uasp_disks_and_no_virtual_disk() {
    let Some(r) = reconstruct("win10-DESKTOP-2KGM189") else {
        return;
    };
    let mut buses: Vec<(&str, &str)> = carried(&r)
        .into_iter()
        .map(|d| {
            (
                d.bus.as_deref().unwrap_or(""),
                d.vendor.as_deref().unwrap_or(""),
            )
        })
        .collect();
    buses.sort_unstable();
    assert_eq!(
        buses.iter().filter(|(bus, _)| *bus == "uasp").count(),
        2,
        "{buses:?}"
    );
    // The card reader stands in the event log only and is storage too.
    let by_registry = carried(&r)
        .into_iter()
        .filter(|d| d.bus.as_deref() == Some("usb") && d.kind.as_deref() == Some("storage"))
        .filter(|d| {
            d.identities.iter().any(|line| {
                line.source
                    .and_then(|s| r.sources().get(usize::try_from(s).unwrap()))
                    .is_some_and(|s| s.artifact == "system-hive")
            })
        })
        .count();
    assert_eq!(by_registry, 1, "{:?}", ids(&r));
}

#[test]
fn machines_without_usb_storage_give_none() {
    for folder in [
        "srl2012-WKS-WIN764BITB-win7-nfury",
        "rathbun-win10-DESKTOP-GNCCVRK-nousb",
        "hive-negative-SENSEI",
        "evtx-6416",
    ] {
        let Some(r) = reconstruct(folder) else { return };
        assert_eq!(ids(&r), [""; 0], "{folder}");
        let claims = r.timeline().filter(|event| {
            matches!(event.action, Action::Connected | Action::Removed)
                && event
                    .placed
                    .device
                    .is_some_and(|d| r.device(d).unwrap().carried)
        });
        assert_eq!(claims.count(), 0, "{folder}");
    }
}

#[test]
fn a_corrupt_hive_gives_what_is_readable_and_says_the_rest() {
    let Some(r) = reconstruct("hive-corrupt") else {
        return;
    };
    let source = r
        .sources()
        .iter()
        .find(|s| s.artifact == "system-hive")
        .unwrap();
    assert!(source.outcome.coverage.records > 0, "keys were read");
    assert!(
        !source.outcome.damage.is_empty(),
        "what could not be read is said"
    );
    assert!(!r.is_whole());
}

#[test]
fn files_of_two_computers_in_one_folder_are_said() {
    let Some(r) = reconstruct("evtx-6416") else {
        return;
    };
    assert!(
        r.findings()
            .iter()
            .any(|finding| finding.rule == "several-computers")
    );
}

/// `docs/findings.md` states these counts. A rule that cries wolf shows here.
#[test]
fn findings_of_real_machines_are_as_counted() {
    for (folder, expected) in [
        ("m57-pat-winxp", &[][..]),
        ("srl2012-WKS-WIN732BITA-win7", &[]),
        ("srl2012-WKS-WIN764BITB-win7-nfury", &[]),
        ("hive-negative-SENSEI", &[]),
        ("win10-DESKTOP-2KGM189", &[("log-cleared", 2)]),
        ("rathbun-win10-DESKTOP-GNCCVRK-nousb", &[]),
        ("evtx-6416", &[("log-cleared", 1), ("several-computers", 1)]),
        ("hive-corrupt", &[]),
        ("images", &[]),
        ("ntfs-meta", &[]),
        ("recyclebin", &[]),
        ("setupapi-win10-plaso", &[]),
        ("shellbags-regipy-NTUSER_BAGMRU", &[]),
    ] {
        let Some(r) = reconstruct(folder) else { return };
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in r.findings() {
            *counts.entry(finding.rule).or_default() += 1;
        }
        let counts: Vec<(&str, usize)> = counts.into_iter().collect();
        assert_eq!(counts, expected, "{folder}: {:#?}", r.findings());
    }
}

#[test]
fn the_windows_timeline_gives_opened_files_that_lead_to_their_rows_in_the_log() {
    let Some(r) = reconstruct("rathbun-win10-DESKTOP-GNCCVRK-nousb/Timeline") else {
        return;
    };
    let opened: Vec<_> = r
        .timeline()
        .filter(|event| event.action == Action::FileOpened)
        .collect();
    let said: Vec<String> = opened
        .iter()
        .map(|event| format!("{} {}", event.recorded, event.file.unwrap_or_default()))
        .collect();
    assert_eq!(
        said,
        [
            r"2022-03-05T13:23:01Z C:\temp\win10.txt",
            r"2022-03-05T13:23:34Z C:\temp\win10nodebug.txt"
        ]
    );
    // 3 programs opened, 4 in use (from and to), 4 times something copied.
    let run = r
        .timeline()
        .filter(|event| event.action == Action::ProgramRun);
    assert_eq!(run.count(), 3 + 2 * 4 + 4);
    let mut ids: Vec<_> = r.timeline().map(|event| event.id.to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 17);
    for event in r.timeline() {
        let explained = r.explain(event).unwrap();
        let stretch = &explained.stretches[0];
        assert_eq!(stretch.what, "cell of table Activity");
        assert!(stretch.file.ends_with("ActivitiesCache.db-wal"));
        assert!(
            stretch
                .bytes
                .windows(5)
                .any(|part| part == b"AppId" || part == b"\"appl" || part == b"{\"app")
        );
        let kind = explained
            .decoded
            .iter()
            .find(|(name, _)| name == "ActivityType");
        assert!(kind.is_some_and(|(_, value)| ["5", "6", "16"].contains(&value.as_str())));
    }
}

/// What is true contradicts nothing: the clocks of real machines give no conflict, and no answer “no”
/// stands where a record says otherwise.
#[test]
fn clocks_and_absences_of_real_machines_deny_no_record() {
    use kusari::absence::{Answer, Question};
    for folder in [
        "win10-DESKTOP-2KGM189",
        "rathbun-win10-DESKTOP-GNCCVRK-nousb",
        "srl2012-WKS-WIN764BITB-win7-nfury",
        "hive-negative-SENSEI",
        "m57-pat-winxp",
        "srl2012-WKS-WIN732BITA-win7",
        "evtx-6416",
    ] {
        let Some(r) = reconstruct(folder) else {
            continue;
        };
        assert!(r.clocks().conflicts.is_empty(), "{folder}");
        for own in r.absences().iter().filter(|own| own.answer == Answer::No) {
            let (begin, end) = (r.end_time(own.from).unwrap(), r.end_time(own.to).unwrap());
            let mut denied = r.timeline().filter(|event| {
                let is_it = match own.question {
                    Question::Login => event.action.name().starts_with("login"),
                    _ => event.action == Action::Connected,
                };
                is_it
                    && event.placed.device == Some(own.device)
                    && (own.machine.is_none() || event.placed.machine == own.machine)
                    && begin.estimate < event.time.estimate
                    && event.time.estimate < end.estimate
            });
            assert!(denied.next().is_none(), "{folder}: {own:?}");
        }
    }
}
