//! Drive letters that no record gives to a device any more, inferred from what came together.
//!
//! `MountedDevices` keeps one owner a letter: the next stick takes it over, and the old stick's
//! letter is gone. But the first time a user's Explorer meets a letter it writes a key for it
//! (`MountPoints2\E`), within seconds of the volume's arrival. When exactly one device that can be
//! carried came to that machine in the minute before, the letter was its letter then, unless a
//! record of another arrival is lost: so it is said as inferred, for that moment only.
//!
//! Observed on M57-PAT (Windows XP), where `MountPoints2\E` was written 4 s behind the stick's
//! `USBSTOR` key and 5 s behind the moment in its volume's GUID, and `E:` now names another stick.

use std::collections::HashMap;

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use crate::event::{Action, MachineIndex, meaning};
use crate::identity::{Device, DeviceIndex, DeviceVolume, IdentifierKind, LetterUse};
use crate::reconstruction::Events;

/// How long behind a device's arrival its letter is met at the latest.
const BEHIND_ARRIVAL: i64 = 60 * TICKS_PER_SECOND;

/// Adds inferred letters to the devices' volumes.
pub(crate) fn infer(events: &Events, devices: &mut [Device]) {
    let came = arrivals(events, devices);
    for &index in events.order() {
        let Some(row) = events.row(index) else {
            continue;
        };
        let Some(volume) = row.volume.filter(|v| v.kind == IdentifierKind::DriveLetter) else {
            continue;
        };
        if events.strings().get(row.meaning) != Some(meaning::MOUNT_POINT_KEY) {
            continue;
        }
        let Some(letter) = events.strings().get(volume.value) else {
            continue;
        };
        let Some(machine) = events.placed(index).and_then(|placed| placed.machine) else {
            continue;
        };
        let Some((device, arrival)) = came
            .get(&machine)
            .and_then(|arrivals| arrivals.only_one_before(events.own_time(index)))
        else {
            continue;
        };
        let Some(device) = usize::try_from(device)
            .ok()
            .and_then(|d| devices.get_mut(d))
        else {
            continue;
        };
        let known = device
            .volumes
            .iter()
            .flat_map(|volume| &volume.letters)
            .any(|known| known.machine == machine && known.letter == letter);
        if known {
            continue;
        }
        let inferred = LetterUse {
            machine,
            letter: letter.to_owned(),
            at: Some(events.own_time(index)),
            inferred_from: vec![arrival, index],
        };
        match device.volumes.as_mut_slice() {
            [only] => only.letters.push(inferred),
            _ => device.volumes.push(DeviceVolume {
                letters: vec![inferred],
                ..DeviceVolume::default()
            }),
        }
    }
}

/// The arrivals on one machine, in the order of its own clock.
#[derive(Debug, Default)]
struct Arrivals {
    arrivals: Vec<Arrival>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    at: Timestamp,
    event: usize,
    /// `None`: a device that cannot be told from others.
    device: Option<DeviceIndex>,
    /// When the last arrival of another device was before this one.
    other: Option<Timestamp>,
}

impl Arrivals {
    fn sort(&mut self) {
        self.arrivals.sort();
        let mut before: Option<Arrival> = None;
        for arrival in &mut self.arrivals {
            if let Some(before) = before {
                let same = before.device == arrival.device;
                arrival.other = if same { before.other } else { Some(before.at) };
            }
            before = Some(*arrival);
        }
    }

    /// The one device whose arrival is on record in the minute up to `at`, with its last record
    /// there; `None` when there is none, more than one, or one that cannot be told from others.
    fn only_one_before(&self, at: Timestamp) -> Option<(DeviceIndex, usize)> {
        let behind = self.arrivals.partition_point(|arrival| arrival.at <= at);
        let last = self.arrivals.get(behind.checked_sub(1)?)?;
        let near = |other: Timestamp| at.ticks_since(other) <= BEHIND_ARRIVAL;
        if !near(last.at) || last.other.is_some_and(near) {
            return None;
        }
        Some((last.device?, last.event))
    }
}

/// The arrivals of devices that can be carried, and of those that might be one.
fn arrivals(events: &Events, devices: &[Device]) -> HashMap<MachineIndex, Arrivals> {
    let mut of_machine: HashMap<MachineIndex, Arrivals> = HashMap::new();
    for &event in events.order() {
        let (Some(row), Some(placed)) = (events.row(event), events.placed(event)) else {
            continue;
        };
        let arrives = matches!(
            row.action,
            Action::Connected | Action::Installed | Action::RegistryKeyWritten
        );
        let Some(machine) = placed.machine.filter(|_| arrives) else {
            continue;
        };
        let may_be_carried = match placed.device {
            Some(device) => usize::try_from(device)
                .ok()
                .and_then(|device| devices.get(device))
                .is_some_and(|device| device.carried),
            None => placed.candidates > 1,
        };
        if may_be_carried {
            of_machine
                .entry(machine)
                .or_default()
                .arrivals
                .push(Arrival {
                    at: placed.own,
                    event,
                    device: placed.device,
                    other: None,
                });
        }
    }
    for arrivals in of_machine.values_mut() {
        arrivals.sort();
    }
    of_machine
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arrivals(came: &[(i64, Option<DeviceIndex>)]) -> Arrivals {
        let mut arrivals = Arrivals {
            arrivals: came
                .iter()
                .enumerate()
                .map(|(event, &(seconds, device))| Arrival {
                    at: at(seconds),
                    event,
                    device,
                    other: None,
                })
                .collect(),
        };
        arrivals.sort();
        arrivals
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_ticks(seconds * TICKS_PER_SECOND).unwrap()
    }

    #[test]
    fn only_a_device_that_came_alone_gets_the_letter() {
        let one = arrivals(&[(10, Some(3)), (12, Some(3))]);
        assert_eq!(one.only_one_before(at(9)), None);
        assert_eq!(one.only_one_before(at(11)), Some((3, 0)));
        assert_eq!(one.only_one_before(at(72)), Some((3, 1)));
        assert_eq!(one.only_one_before(at(73)), None);
    }

    #[test]
    fn two_devices_in_the_minute_and_an_ambiguous_one_give_no_letter() {
        let two = arrivals(&[(10, Some(3)), (30, Some(4)), (40, Some(4))]);
        assert_eq!(two.only_one_before(at(50)), None);
        assert_eq!(two.only_one_before(at(71)), Some((4, 2)));
        assert_eq!(arrivals(&[(10, None)]).only_one_before(at(11)), None);
        let unclear = arrivals(&[(10, None), (12, Some(3))]);
        assert_eq!(unclear.only_one_before(at(13)), None);
        assert_eq!(unclear.only_one_before(at(71)), Some((3, 1)));
    }

    proptest! {
        #[test]
        fn the_same_as_looking_at_every_arrival(
            came in prop::collection::vec((0_i64..300, prop::option::of(0_u32..3)), 0..30),
            when in 0_i64..400,
        ) {
            let near: Vec<_> = came
                .iter()
                .filter(|(seconds, _)| (0..=60).contains(&(when - seconds)))
                .map(|(_, device)| *device)
                .collect();
            let expected = near
                .first()
                .copied()
                .flatten()
                .filter(|first| near.iter().all(|device| *device == Some(*first)));
            let found = arrivals(&came).only_one_before(at(when)).map(|(device, _)| device);
            prop_assert_eq!(found, expected);
        }
    }
}
