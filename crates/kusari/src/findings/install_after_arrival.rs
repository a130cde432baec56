//! Windows says that it first installed a device after the device last came.

use std::collections::BTreeMap;

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::{Finding, Rule};
use crate::event::{MachineIndex, SourceIndex, meaning};
use crate::identity::DeviceIndex;
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "first-install-after-last-arrival",
    check,
};

/// At the first connection the two dates are written together; in the hives looked at they lie 10 ms
/// apart at most.
const TOGETHER: i64 = 60 * TICKS_PER_SECOND;

/// Devices are set up anew while a feature update runs, and its date is written in the same run.
const DAY: i64 = 24 * 3600 * TICKS_PER_SECOND;

/// The two dates of one device in one hive: the event and its time.
#[derive(Default)]
struct Dates {
    /// Of several entries of the device, the earliest.
    first_install: Option<(Timestamp, usize)>,
    /// Of several entries of the device, the latest.
    last_arrival: Option<(Timestamp, usize)>,
}

fn check(r: &Reconstruction) -> Vec<Finding> {
    let mut dates: BTreeMap<(SourceIndex, MachineIndex, DeviceIndex), Dates> = BTreeMap::new();
    for index in 0..r.events.len() {
        let (Some(row), Some(placed)) = (r.events.row(index), r.events.placed(index)) else {
            continue;
        };
        let (Some(machine), Some(device)) = (placed.machine, placed.device) else {
            continue;
        };
        let said = r.events.strings().get(row.meaning).unwrap_or_default();
        let (is_install, is_arrival) = (
            said == meaning::FIRST_INSTALL_DATE,
            said == meaning::LAST_ARRIVAL_DATE,
        );
        if !is_install && !is_arrival {
            continue;
        }
        let own = dates.entry((row.source, machine, device)).or_default();
        let at = (placed.own, index);
        if is_install {
            own.first_install = Some(own.first_install.map_or(at, |other| other.min(at)));
        } else {
            own.last_arrival = Some(own.last_arrival.map_or(at, |other| other.max(at)));
        }
    }
    dates
        .into_iter()
        .filter_map(|((_, machine, device), dates)| {
            let (install, arrival) = (dates.first_install?, dates.last_arrival?);
            let carried = r.device(device).is_some_and(|own| own.carried);
            let later = install.0.ticks_since(arrival.0) > TOGETHER;
            (carried && later).then(|| finding(r, (machine, device), install, arrival))
        })
        .collect()
}

fn finding(
    r: &Reconstruction,
    (machine, device): (MachineIndex, DeviceIndex),
    install: (Timestamp, usize),
    arrival: (Timestamp, usize),
) -> Finding {
    let (en, ja) = r.machine_names(machine);
    let name = r.device_name(device);
    let installed = r.local_moment(machine, install.0);
    let arrived = r.local_moment(machine, arrival.0);
    let windows = r.machine(machine).and_then(|own| own.installed);
    let update = windows.filter(|at| at.ticks_since(install.0).abs() <= DAY);
    let (why_en, why_ja) = match update {
        Some(update) => {
            let update = r.local_moment(machine, update);
            (
                format!(
                    "Windows itself was installed or updated at {update}: consistent with a \
                     feature update, in which devices are installed anew. The date of the first \
                     installation is then that of the update and not that of the first connection."
                ),
                format!(
                    "Windows 自体が {update} にインストール又は更新されている。機能更新に伴い機器が再度\
                     インストールされたことと整合する。この場合、初回インストール日時は更新の日時であり、\
                     初回接続の日時ではない。"
                ),
            )
        }
        None => (
            "No installation or update of Windows on record is near; the registry keeps only the \
             last one. Consistent with an earlier feature update, with a device that was uninstalled \
             and set up again, with a clock that was set in between, and with dates that were \
             changed."
                .to_owned(),
            "その前後に Windows のインストール又は更新の記録はない（レジストリは最後のもののみを保持\
             する）。以前の機能更新、機器の削除後の再設定、その間の時計の変更、又は日時の改変と整合する。"
                .to_owned(),
        ),
    };
    Finding {
        en: format!(
            "By the registry of {en}, {name} was first installed at {installed}, after it last came \
             at {arrived}. {why_en}"
        ),
        ja: format!(
            "{ja}のレジストリでは、「{name}」の初回インストールは {installed} であり、最後の接続 {arrived} \
             より後である。{why_ja}"
        ),
        machine: Some(machine),
        device: Some(device),
        events: vec![install.1, arrival.1],
        ..Finding::default()
    }
}

#[cfg(test)]
mod tests {
    use kusari_evidence::time::RecordedTime;

    use crate::event::{Action, Confidence, meaning};
    use crate::findings::Finding;
    use crate::reconstruction::testing::{Scene, at, findings_of};

    fn found(install: &str, arrival: &str, windows: Option<&str>) -> Vec<Finding> {
        let mut scene = Scene::new();
        let (machine, device) = (scene.machine("PC"), scene.device("012", "1"));
        scene.machines[0].installed = windows.map(at);
        let hive = scene.source_of(machine, "system-hive");
        for (time, said, action) in [
            (install, meaning::FIRST_INSTALL_DATE, Action::Installed),
            (arrival, meaning::LAST_ARRIVAL_DATE, Action::Connected),
        ] {
            let is = (RecordedTime::utc(at(time)), said, Confidence::Recorded);
            scene.add(hive, machine, Some(device), action, is);
        }
        findings_of(&scene.build(), super::RULE.name)
    }

    #[test]
    fn an_arrival_at_or_behind_the_installation_is_as_it_should_be() {
        for arrival in [
            "2022-06-21 08:59:59",
            "2022-06-21 09:00:00",
            "2022-07-01 09:00:00",
        ] {
            assert_eq!(found("2022-06-21 09:00:00", arrival, None), []);
        }
    }

    #[test]
    fn a_feature_update_explains_it() {
        let said = found(
            "2022-06-21 09:00:00",
            "2022-05-01 10:00:00",
            Some("2022-06-21 09:40:00"),
        );
        assert_eq!(said.len(), 1);
        assert!(
            said[0].en.contains("feature update, in which"),
            "{}",
            said[0].en
        );
        assert!(!said[0].en.contains("changed"));
        assert!(said[0].ja.contains("更新の日時であり"));
        assert_eq!(said[0].events.len(), 2);
    }

    #[test]
    fn without_one_near_nothing_explains_it() {
        for windows in [None, Some("2021-01-01 00:00:00")] {
            let said = found("2022-06-21 09:00:00", "2022-05-01 10:00:00", windows);
            assert_eq!(said.len(), 1);
            assert!(said[0].en.contains("dates that were changed"));
        }
    }
}
