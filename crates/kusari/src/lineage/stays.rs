//! On whose clock a file's times were recorded.
//!
//! A machine's own volume was written by that machine. A stick is written by the machine that it is
//! in: where the creation of a file lies in one stay of the stick, read on that machine's clock, it
//! was created there, if the recorded time is that of the copy at all. A program can set it, and a
//! backup can keep that of its original; then it lies in no stay, or in one by chance.

use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND};

use super::traces::utc;
use super::{CopyPlace, Sighting};
use crate::custody::Session;
use crate::event::MachineIndex;
use crate::identity::DeviceIndex;
use crate::reconstruction::Reconstruction;

/// FAT counts in steps of two seconds, and writing takes its time behind the arrival.
const STEP: i64 = 2 * TICKS_PER_SECOND;

pub(super) fn place(r: &Reconstruction, sighting: &mut Sighting) {
    let created = sighting.times.created;
    // Times of a trace stand on the clock of the machine whose record it is only where the file lay
    // there, too.
    let machine = match sighting.place {
        CopyPlace::Machine(index) => Some(index),
        CopyPlace::Device(index) => {
            sighting.stays = created.map_or_else(Vec::new, |at| stays_with(r, index, at));
            let mut machines: Vec<MachineIndex> = sighting
                .stays
                .iter()
                .filter_map(|stay| r.sessions.get(*stay))
                .map(|stay| stay.machine)
                .collect();
            machines.dedup();
            match machines.as_slice() {
                [only] => Some(*only),
                _ => None,
            }
        }
        _ => None,
    };
    let clock = machine
        .and_then(|index| r.machine(index))
        .map(|own| &own.clock);
    sighting.created = clock.zip(created).map(|(clock, at)| clock.correct(at));
    sighting.modified = sighting.times.modified.map(|at| utc(r, machine, at));
}

/// The stays of the device that hold this time, each by its machine's own clock.
fn stays_with(r: &Reconstruction, device: DeviceIndex, at: RecordedTime) -> Vec<usize> {
    let holds = |stay: &Session| {
        let machine = r.machine(stay.machine);
        machine.is_some_and(|own| stay.holds(&r.events, own.clock.to_utc(at), STEP))
    };
    let all = r.sessions.iter().enumerate();
    all.filter(|(_, stay)| stay.device == device && holds(stay))
        .map(|(number, _)| number)
        .collect()
}
