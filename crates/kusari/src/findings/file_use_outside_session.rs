//! A file on a stick was opened when no connection of the stick is on record.

use std::collections::{BTreeMap, HashMap};

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::{Finding, Rule};
use crate::event::{Action, Confidence, MachineIndex};
use crate::identity::{DeviceIndex, IdentifierKind};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "file-use-outside-session",
    check,
};

/// Records of a plug trail it, and a shortcut is written after the file was opened.
const MARGIN: i64 = 60 * TICKS_PER_SECOND;

/// A removal without a connection before it covers at most so much.
const HALF_DAY: i64 = 12 * 3600 * TICKS_PER_SECOND;

/// The spans in which a device was, or may have been, in a machine.
type Spans = HashMap<(MachineIndex, DeviceIndex), Vec<(Timestamp, Option<Timestamp>)>>;

/// On which machine, and of which device, or of which letter where none is known.
type Use = (MachineIndex, Result<DeviceIndex, String>);

fn check(r: &Reconstruction) -> Vec<Finding> {
    let spans = spans(r);
    let letters = users_of_letters(r);
    let mut outside: BTreeMap<Use, Vec<usize>> = BTreeMap::new();
    for &index in r.events.order() {
        let (Some(row), Some(placed)) = (r.events.row(index), r.events.placed(index)) else {
            continue;
        };
        // A time that is not the record's own word can be off by anything.
        let is_use = matches!(row.action, Action::FileOpened | Action::FolderOpened)
            && row.confidence == Confidence::Recorded;
        let Some(machine) = placed.machine.filter(|_| is_use) else {
            continue;
        };
        if !r.machine(machine).is_some_and(|own| own.has_evidence) {
            continue;
        }
        let covered = |device: &DeviceIndex| {
            spans
                .get(&(machine, *device))
                .is_some_and(|spans| spans.iter().any(|span| holds(*span, placed.own)))
        };
        match placed.device {
            Some(device) => {
                let carried = r.device(device).is_some_and(|own| own.carried);
                if carried && !covered(&device) {
                    outside
                        .entry((machine, Ok(device)))
                        .or_default()
                        .push(index);
                }
            }
            None => {
                let letter = row.volume.filter(|v| v.kind == IdentifierKind::DriveLetter);
                let letter = letter.and_then(|letter| r.events.strings().get(letter.value));
                let Some(letter) = letter else { continue };
                let users = letters.get(&(machine, letter.to_owned()));
                // A letter that no stick ever had is of a disk, or nobody knows.
                if users.is_some_and(|users| !users.iter().any(covered)) {
                    outside
                        .entry((machine, Err(letter.to_owned())))
                        .or_default()
                        .push(index);
                }
            }
        }
    }
    outside
        .into_iter()
        .map(|((machine, what), events)| finding(r, machine, &what, events))
        .collect()
}

fn finding(
    r: &Reconstruction,
    machine: MachineIndex,
    what: &Result<DeviceIndex, String>,
    events: Vec<usize>,
) -> Finding {
    /// More times are not for a sentence; the events are all named.
    const SHOWN: usize = 5;
    let (en, ja) = r.machine_names(machine);
    let shown = events.get(..SHOWN).unwrap_or(&events);
    let mut times = r.local_times(shown);
    let mut times_ja = times.clone();
    if let Some(more) = events.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        times.push_str(&format!(" and {more} more times"));
        times_ja.push_str(&format!(" ほか{more}件"));
    }
    let (what_en, what_ja) = match what {
        Ok(device) => {
            let device = r.device_name(*device);
            (device.clone(), format!("「{device}」"))
        }
        Err(letter) => (
            format!("drive {letter}, which a stick is known to have had,"),
            format!("USBメモリに割り当てられたことのあるドライブ{letter}"),
        ),
    };
    Finding {
        en: format!(
            "Files or folders on {what_en} were opened on {en} at {times}, and no connection on \
             record covers that. Consistent with a connection whose records are gone, as the \
             registry keeps only the last one, or with a clock that was set since."
        ),
        ja: format!(
            "{what_ja}内のファイル又はフォルダが {times_ja} に{ja}で開かれているが、その時刻を含む接続の\
             記録がない。接続の記録が失われたこと（レジストリは最後の接続のみを保持する）、又は時計が\
             その後変更されたことと整合する。"
        ),
        machine: Some(machine),
        device: what.as_ref().ok().copied(),
        events,
        ..Finding::default()
    }
}

fn spans(r: &Reconstruction) -> Spans {
    let mut spans = Spans::new();
    for stay in r.sessions() {
        let own = |&event: &usize| r.events.own_time(event);
        let all = stay.events();
        let first = all.map(|event| r.events.own_time(event)).min();
        let end = stay.removed.iter().map(own).max();
        let begin = stay.connected.iter().map(own).min();
        // Without a connection on record it began at some time before.
        let begin = begin.or_else(|| {
            let first = first?;
            Timestamp::from_ticks(first.ticks().saturating_sub(HALF_DAY))
        });
        if let Some(begin) = begin {
            spans
                .entry((stay.machine, stay.device))
                .or_default()
                .push((begin, end));
        }
    }
    // A stay without an end may have lasted until the next began.
    for spans in spans.values_mut() {
        spans.sort();
        let next: Vec<Timestamp> = spans.iter().skip(1).map(|(begin, _)| *begin).collect();
        for ((_, end), next) in spans.iter_mut().zip(next) {
            *end = end.or(Some(next));
        }
    }
    spans
}

fn holds((begin, end): (Timestamp, Option<Timestamp>), at: Timestamp) -> bool {
    begin.ticks_since(at) <= MARGIN && end.is_none_or(|end| at.ticks_since(end) <= MARGIN)
}

fn users_of_letters(r: &Reconstruction) -> HashMap<(MachineIndex, String), Vec<DeviceIndex>> {
    let mut users: HashMap<(MachineIndex, String), Vec<DeviceIndex>> = HashMap::new();
    for (device, own) in (0..).zip(r.devices()).filter(|(_, own)| own.carried) {
        for letter in own.volumes.iter().flat_map(|volume| &volume.letters) {
            users
                .entry((letter.machine, letter.letter.clone()))
                .or_default()
                .push(device);
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use crate::event::Action;
    use crate::reconstruction::testing::Scene;

    fn says(scene: Scene) -> Vec<String> {
        let made = scene.build();
        let found = made.findings().iter();
        let own = found.filter(|f| f.rule == super::RULE.name);
        own.map(|f| f.en.clone()).collect()
    }

    /// A machine in which a stick, known as E:, was from 9 to 10.
    fn scene() -> (Scene, u32, u32) {
        let mut scene = Scene::new();
        let (machine, device) = (scene.machine("PC"), scene.device("S", "1"));
        scene.letter(machine, device, "E:");
        scene.log(machine, device, Action::Connected, "2022-06-21 09:00:00");
        scene.log(machine, device, Action::Removed, "2022-06-21 10:00:00");
        (scene, machine, device)
    }

    #[test]
    fn a_file_that_was_opened_in_a_stay_does_not_fire() {
        let (mut scene, machine, device) = scene();
        scene.opened(machine, Some(device), "E:", "2022-06-21 09:30:00");
        scene.opened(machine, None, "E:", "2022-06-21 10:00:30");
        assert_eq!(says(scene), Vec::<String>::new());
    }

    #[test]
    fn one_outside_every_stay_is_found_by_the_device_and_by_the_letter() {
        let (mut scene, machine, device) = scene();
        scene.opened(machine, Some(device), "E:", "2022-06-21 12:00:00");
        scene.opened(machine, None, "E:", "2022-06-21 08:00:00");
        let said = says(scene);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].contains("on S were opened"), "{said:?}");
        assert!(said[1].contains("drive E:"), "{said:?}");
    }

    #[test]
    fn a_letter_that_no_stick_ever_had_does_not_fire() {
        let (mut scene, machine, _) = scene();
        scene.opened(machine, None, "D:", "2022-06-21 08:00:00");
        assert_eq!(says(scene), Vec::<String>::new());
    }

    #[test]
    fn a_stay_without_an_end_may_have_lasted_until_the_next() {
        let mut scene = Scene::new();
        let (machine, device) = (scene.machine("PC"), scene.device("S", "1"));
        scene.log(machine, device, Action::Connected, "2022-06-21 09:00:00");
        scene.opened(machine, Some(device), "E:", "2022-06-21 23:00:00");
        assert_eq!(says(scene), Vec::<String>::new());
    }
}
