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

use std::collections::BTreeSet;

use kusari_evidence::time::TICKS_PER_SECOND;

use crate::event::{Action, meaning};
use crate::identity::{Device, DeviceIndex, DeviceVolume, IdentifierKind, LetterUse};
use crate::reconstruction::Events;

/// How long behind a device's arrival its letter is met at the latest.
const BEHIND_ARRIVAL: i64 = 60 * TICKS_PER_SECOND;

/// Adds inferred letters to the devices' volumes.
pub(crate) fn infer(events: &Events, devices: &mut [Device]) {
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
        let Some((device, arrival)) = only_arrival(events, devices, index) else {
            continue;
        };
        let Some(machine) = events.placed(index).and_then(|placed| placed.machine) else {
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

/// The one device that can be carried whose arrival is on record in the minute before an event on
/// the same machine, with that record; `None` when there is none or more than one.
fn only_arrival(events: &Events, devices: &[Device], index: usize) -> Option<(DeviceIndex, usize)> {
    let at = events.own_time(index);
    let machine = events.placed(index)?.machine?;
    let mut came: BTreeSet<DeviceIndex> = BTreeSet::new();
    let mut record = None;
    for &other in events.order() {
        let (Some(row), Some(placed)) = (events.row(other), events.placed(other)) else {
            continue;
        };
        let behind = at.ticks_since(placed.own);
        if placed.machine != Some(machine) || !(0..=BEHIND_ARRIVAL).contains(&behind) {
            continue;
        }
        let arrives = matches!(
            row.action,
            Action::Connected | Action::Installed | Action::RegistryKeyWritten
        );
        let Some(device) = placed.device.filter(|_| arrives) else {
            continue;
        };
        let carried = usize::try_from(device)
            .ok()
            .and_then(|device| devices.get(device))
            .is_some_and(|device| device.carried);
        if carried {
            came.insert(device);
            record = Some(other);
        }
    }
    match (came.len(), came.first(), record) {
        (1, Some(&device), Some(record)) => Some((device, record)),
        _ => None,
    }
}
