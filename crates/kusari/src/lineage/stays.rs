//! On whose clock a file's times were recorded.
//!
//! A machine's own volume was written by that machine. A stick is written by the machine that it is
//! in: where the creation of a file lies in one stay of the stick, read on that machine's clock, it
//! was created there, if the recorded time is that of the copy at all. A program can set it, and a
//! backup can keep that of its original; then it lies in no stay, or in one by chance.

use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND};

use super::Sighting;
use crate::event::MachineIndex;
use crate::reconstruction::{Owner, Reconstruction};

/// FAT counts in steps of two seconds, and writing takes its time behind the arrival.
const STEP: i64 = 2 * TICKS_PER_SECOND;

pub(super) fn place(r: &Reconstruction, sighting: &mut Sighting) {
    let Some(created) = sighting.times.created else {
        return;
    };
    match sighting.owner {
        Owner::Machine(index) => {
            let machine = r.machines.get(index);
            sighting.created = machine.map(|machine| machine.clock.correct(created));
        }
        Owner::Device(index) => {
            sighting.stays = stays_with(r, index, created);
            let mut machines: Vec<MachineIndex> = sighting
                .stays
                .iter()
                .filter_map(|stay| r.sessions.get(*stay))
                .map(|stay| stay.machine)
                .collect();
            machines.dedup();
            if let [only] = machines.as_slice() {
                let machine = r.machine(*only);
                sighting.created = machine.map(|machine| machine.clock.correct(created));
            }
        }
    }
}

/// The stays of the case's device that hold this time, each by its machine's own clock.
fn stays_with(r: &Reconstruction, device: usize, at: RecordedTime) -> Vec<usize> {
    let Some(label) = r.case.devices.get(device).map(|device| &device.label) else {
        return Vec::new();
    };
    let is_device = |index| {
        let device = r.device(index);
        device.is_some_and(|own| own.label.as_ref() == Some(label))
    };
    let holds = |machine: MachineIndex, connected: &[usize], removed: &[usize]| {
        let Some(machine) = r.machine(machine) else {
            return false;
        };
        let (first, last) = machine.clock.to_utc(at);
        let came = connected
            .iter()
            .map(|event| r.events.own_time(*event))
            .min();
        let left = removed.iter().map(|event| r.events.own_time(*event)).max();
        // Without a record of both ends nobody knows how long it stayed.
        came.zip(left).is_some_and(|(came, left)| {
            came.ticks_since(last) <= STEP && first.ticks_since(left) <= STEP
        })
    };
    let all = r.sessions.iter().enumerate();
    all.filter(|(_, stay)| {
        is_device(stay.device) && holds(stay.machine, &stay.connected, &stay.removed)
    })
    .map(|(number, _)| number)
    .collect()
}
