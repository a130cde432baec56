//! The machine's own logs record a device that its registry knows nothing of.

use std::collections::BTreeMap;

use kusari_artifacts::{Locator, SourceState};
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::{Finding, Rule};
use crate::event::{Action, Confidence, MachineIndex, SourceIndex};
use crate::identity::DeviceIndex;
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "registry-entry-missing",
    check,
};

/// Windows' own clean-up takes out devices that were not connected for this long.
const CLEANED_UP_AFTER: i64 = 30 * 24 * 3600 * TICKS_PER_SECOND;

/// What the machine's logs say of a device.
#[derive(Default)]
struct Logged {
    /// Records that it was there, with the time of the last.
    proofs: Vec<usize>,
    last: Option<Timestamp>,
    /// When its installation was last taken out.
    uninstalled: Option<Timestamp>,
}

fn check(r: &Reconstruction) -> Vec<Finding> {
    let hives = hives(r);
    let mut logged: BTreeMap<(MachineIndex, DeviceIndex), Logged> = BTreeMap::new();
    let mut in_registry: Vec<(MachineIndex, DeviceIndex)> = Vec::new();
    for index in 0..r.events.len() {
        let (Some(row), Some(placed)) = (r.events.row(index), r.events.placed(index)) else {
            continue;
        };
        let (Some(machine), Some(device)) = (placed.machine, placed.device) else {
            continue;
        };
        match r.events.artifact(index) {
            Some("system-hive") => in_registry.push((machine, device)),
            Some("event-log" | "setup-log") => {
                let own = logged.entry((machine, device)).or_default();
                let there = matches!(
                    row.action,
                    Action::Connected | Action::Removed | Action::Installed
                );
                if row.action == Action::Uninstalled {
                    own.uninstalled = own.uninstalled.max(Some(placed.own));
                } else if there && row.confidence == Confidence::Recorded {
                    own.proofs.push(index);
                    own.last = own.last.max(Some(placed.own));
                }
            }
            _ => {}
        }
    }
    in_registry.sort_unstable();
    in_registry.dedup();
    logged
        .into_iter()
        .filter_map(|((machine, device), own)| {
            let &(hive, written) = hives.get(&machine)?;
            // Another computer's registry knows other devices.
            if r.names_several_computers(machine) {
                return None;
            }
            let last = own.last?;
            // A serial number that Windows made up may be another in the registry's name for it.
            let told_apart = r
                .device(device)
                .is_some_and(|known| known.carried && !known.serial_made_by_windows);
            let known = in_registry.binary_search(&(machine, device)).is_ok()
                || is_enumerated(r, machine, device);
            // What was taken out on record needs no other word, and a hive that is older than the
            // connection cannot know of it.
            let taken_out = own.uninstalled.is_some_and(|at| at >= last);
            (told_apart && !known && !taken_out && last < written)
                .then(|| finding(r, (machine, device), hive, written, (own.proofs, last)))
        })
        .collect()
}

/// Whether a name of the device stands under `Enum`, as any function of it: its disk, its volume, its
/// portable device, or the USB device itself. What `MountedDevices` keeps is no entry of a device.
fn is_enumerated(r: &Reconstruction, machine: MachineIndex, device: DeviceIndex) -> bool {
    let Some(own) = r.device(device) else {
        return false;
    };
    own.identities.iter().any(|line| {
        let of_enum = matches!(
            &line.locator,
            Some(Locator::Registry { key, .. }) if key.to_lowercase().contains("\\enum\\")
        );
        of_enum && line.machine == Some(machine)
    })
}

/// The registry of each machine, where it could be read whole and as it last was, and when it was
/// last written.
fn hives(r: &Reconstruction) -> BTreeMap<MachineIndex, (SourceIndex, Timestamp)> {
    let mut hives = BTreeMap::new();
    for (index, source) in (0..).zip(r.sources()) {
        let coverage = &source.outcome.coverage;
        let partly = [
            SourceState::Snapshot,
            SourceState::LogsMissing,
            SourceState::Damaged,
            SourceState::CutShort,
        ];
        let whole = source.artifact == "system-hive"
            && !source.is_damaged()
            && !coverage.states.iter().any(|state| partly.contains(state));
        if let (true, Some(machine), Some(last)) = (whole, source.machine, coverage.last) {
            hives.entry(machine).or_insert((index, last.wall));
        }
    }
    hives
}

fn finding(
    r: &Reconstruction,
    (machine, device): (MachineIndex, DeviceIndex),
    hive: SourceIndex,
    written: Timestamp,
    (proofs, last): (Vec<usize>, Timestamp),
) -> Finding {
    let (en, ja) = r.machine_names(machine);
    let name = r.device_name(device);
    let at = r.local_moment(machine, last);
    let until = r.local_moment(machine, written);
    let windows = r.machine(machine).and_then(|own| own.installed);
    let update = windows.filter(|update| *update > last);
    let (why_en, why_ja) = match update {
        Some(update) => {
            let update = r.local_moment(machine, update);
            (
                format!(
                    "Windows was installed or updated at {update}, after that: consistent with \
                     entries that were not taken over, and with entries that were removed."
                ),
                format!(
                    "その後の {update} に Windows がインストール又は更新されている。登録が引き継がれなかった\
                     こと、又は登録が削除されたことと整合する。"
                ),
            )
        }
        None if written.ticks_since(last) > CLEANED_UP_AFTER => (
            "That is more than 30 days before: consistent with Windows' own clean-up, which some \
             versions run, and with entries that were removed by a person or a program."
                .to_owned(),
            "30日以上経過しており、一部の版の Windows が行う自動整理、又は人若しくはプログラムによる登録\
             の削除と整合する。"
                .to_owned(),
        ),
        None => (
            "Windows' own clean-up takes out no device that came within 30 days, and no update of \
             Windows on record came after it. Consistent with entries that were removed by a person or a \
             program."
                .to_owned(),
            "Windows の自動整理は30日以内に接続された機器を対象とせず、その後に Windows が更新された記録もない。\
             人又はプログラムによる登録の削除と整合する。"
                .to_owned(),
        ),
    };
    Finding {
        en: format!(
            "Logs of {en} record {name}, last at {at}; its registry, last written at {until}, holds \
             no entry of it. {why_en}"
        ),
        ja: format!(
            "{ja}のログには「{name}」の記録があり（最後は {at}）、最終書込みが {until} のレジストリには\
             当該機器の登録がない。{why_ja}"
        ),
        machine: Some(machine),
        device: Some(device),
        events: proofs,
        sources: vec![hive],
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use kusari_artifacts::{Locator, SourceState};
    use kusari_evidence::time::RecordedTime;

    use crate::event::Action;
    use crate::findings::Finding;
    use crate::reconstruction::testing::{Scene, at, findings_of};

    /// A stick that the event log records on 21 June, and a hive that was written until then.
    fn scene(written: &str) -> (Scene, u32, u32) {
        let mut scene = Scene::new();
        let (machine, device) = (scene.machine("PC"), scene.device("012", "1"));
        scene.log(machine, device, Action::Connected, "2022-06-21 09:00:00");
        scene.log(machine, device, Action::Removed, "2022-06-21 10:00:00");
        let hive = usize::try_from(scene.source_of(machine, "system-hive")).unwrap();
        let coverage = &mut scene.sources[hive].outcome.coverage;
        coverage.widen(RecordedTime::utc(at(written)));
        (scene, machine, device)
    }

    fn found(scene: Scene) -> Vec<Finding> {
        findings_of(&scene.build(), super::RULE.name)
    }

    #[test]
    fn within_thirty_days_windows_takes_nothing_out() {
        let (scene, ..) = scene("2022-07-01 00:00:00");
        let said = found(scene);
        assert_eq!(said.len(), 1);
        assert!(said[0].en.contains("within 30 days"), "{}", said[0].en);
        assert!(said[0].ja.contains("人又はプログラム"));
        assert_eq!((said[0].events.len(), said[0].sources.len()), (2, 1));
    }

    #[test]
    fn behind_thirty_days_or_an_update_it_may_have() {
        let (late, ..) = scene("2022-08-01 00:00:00");
        assert!(found(late)[0].en.contains("Windows' own clean-up, which"));
        let (mut updated, ..) = scene("2022-07-01 00:00:00");
        updated.machines[0].installed = Some(at("2022-06-25 00:00:00"));
        assert!(found(updated)[0].en.contains("not taken over"));
    }

    #[test]
    fn a_device_that_the_registry_knows_does_not_fire() {
        let (mut scene, machine, device) = scene("2022-07-01 00:00:00");
        scene.hive(machine, device, Action::Connected, "2022-06-21 09:00:00");
        assert_eq!(found(scene), []);
    }

    #[test]
    fn nor_does_one_that_stands_under_enum_alone() {
        for (key, known) in [
            (r"ControlSet001\Enum\USB\VID_0781&PID_5581\1", true),
            (r"MountedDevices", false),
        ] {
            let (mut scene, machine, device) = scene("2022-07-01 00:00:00");
            scene.knows(machine, device);
            let own = &mut scene.identities.devices[0].identities[0];
            own.locator = Some(Locator::Registry {
                cell: 0,
                key: key.to_owned(),
                value: None,
            });
            assert_eq!(found(scene).is_empty(), known, "{key}");
        }
    }

    #[test]
    fn files_of_several_computers_in_one_folder_say_nothing() {
        let (mut scene, machine, _) = scene("2022-07-01 00:00:00");
        let machine = usize::try_from(machine).unwrap();
        scene.machines[machine].name_groups = vec![vec!["A".to_owned()], vec!["B".to_owned()]];
        assert_eq!(found(scene), []);
    }

    #[test]
    fn a_serial_number_that_windows_made_up_identifies_no_entry() {
        let (mut scene, ..) = scene("2022-07-01 00:00:00");
        scene.identities.devices[0].serial_made_by_windows = true;
        assert_eq!(found(scene), []);
    }

    #[test]
    fn one_that_was_taken_out_on_record_does_not_fire() {
        let (mut scene, machine, device) = scene("2022-07-01 00:00:00");
        scene.log(machine, device, Action::Uninstalled, "2022-06-22 09:00:00");
        assert_eq!(found(scene), []);
    }

    #[test]
    fn a_registry_that_is_older_or_not_whole_says_nothing() {
        let (older, ..) = scene("2022-06-20 00:00:00");
        assert_eq!(found(older), []);
        for state in [SourceState::LogsMissing, SourceState::Snapshot] {
            let (mut scene, machine, _) = scene("2022-07-01 00:00:00");
            let hive = usize::try_from(scene.source_of(machine, "system-hive")).unwrap();
            scene.sources[hive].outcome.coverage.note(state);
            assert_eq!(found(scene), [], "{state:?}");
        }
    }
}
