//! Events of which only a drive letter is known, put to the stick that was in the machine then.
//!
//! A letter is a fact about a span of time: tomorrow another stick has it. So a letter alone tells of
//! no device. But where a device is known to have had the letter on that machine, a closed stay of it
//! holds the event, and no other device with that letter was there, the event is put to it, as
//! inferred; two are two candidates, and none is chosen.

use std::collections::{BTreeMap, HashMap};

use super::events::Events;
use crate::custody::{Session, TRAILING};
use crate::event::{Confidence, MachineIndex};
use crate::identity::{Device, DeviceIndex, IdentifierKind};

/// What the message of such an event says behind its own words.
const SAYS: &str = " (the device is inferred from its drive letter and its stay)";

/// The devices that are known to have had a letter on a machine.
type Users = BTreeMap<(MachineIndex, String), Vec<DeviceIndex>>;

pub(super) fn attribute(events: &mut Events, devices: &[Device], sessions: &[Session]) {
    let users = users_of_letters(devices);
    let mut stays: HashMap<(MachineIndex, DeviceIndex), Vec<&Session>> = HashMap::new();
    for stay in sessions {
        stays
            .entry((stay.machine, stay.device))
            .or_default()
            .push(stay);
    }
    let mut found: Vec<(usize, Vec<DeviceIndex>)> = Vec::new();
    for index in 0..events.len() {
        let (Some(row), Some(placed)) = (events.row(index), events.placed(index)) else {
            continue;
        };
        let Some(letter) = row.volume.filter(|v| v.kind == IdentifierKind::DriveLetter) else {
            continue;
        };
        // Events of devices and volumes themselves have their own ways to a device.
        if events.strings.get(row.file).is_none() || placed.device.is_some() {
            continue;
        }
        let (Some(machine), Some(letter)) = (placed.machine, events.strings.get(letter.value))
        else {
            continue;
        };
        let Some(candidates) = users.get(&(machine, letter.to_owned())) else {
            continue;
        };
        let there = candidates.iter().copied().filter(|device| {
            let stays = stays.get(&(machine, *device)).into_iter().flatten();
            let at = events.own_time(index);
            stays
                .into_iter()
                .any(|stay| stay.holds(events, (at, at), TRAILING))
        });
        let there: Vec<DeviceIndex> = there.collect();
        if !there.is_empty() {
            found.push((index, there));
        }
    }
    for (index, there) in found {
        let Some(placed) = events.placed.get_mut(index) else {
            continue;
        };
        match there.as_slice() {
            [only] => {
                (placed.device, placed.candidates) = (Some(*only), 1);
                let message = events.table.row(index).map(|row| row.message);
                let message = message.and_then(|message| events.strings.get(message));
                let message = format!("{}{SAYS}", message.unwrap_or_default());
                let message = events.strings.intern(&message);
                events.table.set_message(index, message);
                events.table.lower_confidence(index, Confidence::Inferred);
            }
            several => {
                placed.candidates = u16::try_from(several.len()).unwrap_or(u16::MAX);
            }
        }
    }
}

fn users_of_letters(devices: &[Device]) -> Users {
    let mut users = Users::new();
    for (device, own) in (0..).zip(devices).filter(|(_, own)| own.carried) {
        for letter in own.volumes.iter().flat_map(|volume| &volume.letters) {
            let known = users
                .entry((letter.machine, letter.letter.clone()))
                .or_default();
            if !known.contains(&device) {
                known.push(device);
            }
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use crate::event::{Action, Confidence};
    use crate::reconstruction::testing::Scene;

    /// Two sticks that both are known as E:, the first from 9 to 10, the second from 11 to 12.
    fn scene() -> (Scene, u32, [u32; 2]) {
        let mut scene = Scene::new();
        let machine = scene.machine("PC");
        let (one, other) = (scene.device("A", "1"), scene.device("B", "2"));
        for (device, hours) in [(one, ["09", "10"]), (other, ["11", "12"])] {
            scene.letter(machine, device, "E:");
            let [begin, end] = hours.map(|hour| format!("2022-06-21 {hour}:00:00"));
            scene.log(machine, device, Action::Connected, &begin);
            scene.log(machine, device, Action::Removed, &end);
        }
        (scene, machine, [one, other])
    }

    #[test]
    fn the_stick_with_the_letter_that_was_there_is_taken_and_said_to_be_inferred() {
        let (mut scene, machine, [one, other]) = scene();
        let first = scene.opened(machine, None, "E:", "2022-06-21 09:30:00");
        let second = scene.opened(machine, None, "E:", "2022-06-21 11:30:00");
        let between = scene.opened(machine, None, "E:", "2022-06-21 10:30:00");
        let another = scene.opened(machine, None, "F:", "2022-06-21 09:30:00");
        let made = scene.build();
        let device = |event| made.events.placed(event).unwrap().device;
        assert_eq!(device(first), Some(one));
        assert_eq!(device(second), Some(other));
        assert_eq!((device(between), device(another)), (None, None));
        let row = made.events.row(first).unwrap();
        assert_eq!(row.confidence, Confidence::Inferred);
        let message = made.events.strings.get(row.message).unwrap();
        assert!(message.contains("inferred from its drive letter"));
    }

    #[test]
    fn of_two_that_were_there_none_is_chosen() {
        let (mut scene, machine, [_, other]) = scene();
        scene.log(machine, other, Action::Connected, "2022-06-21 09:10:00");
        scene.log(machine, other, Action::Removed, "2022-06-21 09:50:00");
        let event = scene.opened(machine, None, "E:", "2022-06-21 09:30:00");
        let made = scene.build();
        let placed = made.events.placed(event).unwrap();
        assert_eq!((placed.device, placed.candidates), (None, 2));
    }
}
