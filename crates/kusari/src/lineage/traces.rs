//! What records elsewhere say of files with the wanted names: shortcuts, jump lists, recycle bins and
//! journals. They add to the files that are found, and name places that are not among the evidence.

use std::collections::HashMap;

use kusari_evidence::FileTimes;
use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND, Timestamp};

use super::place::{self, CopyPlace, OwnVolumes};
use super::{CopiesOptions, FileState, Sighting, Stands};
use crate::event::MachineIndex;
use crate::harvest::FileTrace;
use crate::reconstruction::Reconstruction;

/// FAT counts in steps of two seconds, and rounds up or down.
const STEP: i64 = 2 * TICKS_PER_SECOND;

/// A place, a volume of it where it has several, and the path on that, without case.
type Spot = (CopyPlace, String, String);

/// Puts each trace to the file that it speaks of, or makes a sighting of it.
pub(super) fn add(r: &Reconstruction, options: &CopiesOptions<'_>, found: &mut Vec<Sighting>) {
    let own = OwnVolumes::new(r);
    let mut at_spot: HashMap<Spot, Vec<usize>> = HashMap::new();
    for (number, sighting) in found.iter().enumerate() {
        for spot in spots_of(r, sighting) {
            at_spot.entry(spot).or_default().push(number);
        }
    }
    for (index, (source, trace)) in r.traces.iter().enumerate() {
        let name = name_of(&trace.path);
        if !options.names.iter().any(|pattern| pattern.matches(name)) {
            continue;
        }
        let source = usize::try_from(*source).ok().and_then(|s| r.sources.get(s));
        let machine = source.and_then(|source| source.machine);
        let Some(place) = place::of_record(r, &own, machine, trace) else {
            continue;
        };
        let spot = spot_of_trace(&own, place, trace);
        let known = at_spot.entry(spot.clone()).or_default();
        let fits = |number: &usize| {
            let sighting = found.get(*number);
            sighting.is_some_and(|own| is_of(r, own, trace, machine))
        };
        match known.iter().copied().find(fits) {
            Some(number) => {
                if let Some(sighting) = found.get_mut(number) {
                    complete(sighting, trace, index);
                }
            }
            None => {
                known.push(found.len());
                found.push(sighting(spot.0, trace, index, name));
            }
        }
    }
}

/// The last name of a path as Windows writes it.
fn name_of(path: &str) -> &str {
    path.rsplit('\\').next().unwrap_or(path)
}

/// A path on its volume, in one form: without drive, `/` between names, without case.
fn on_volume(path: &str) -> String {
    let path = match path.split_once(':') {
        Some((drive, rest)) if drive.len() == 1 => rest,
        _ => path,
    };
    let path = path.replace('\\', "/").to_lowercase();
    path.trim_start_matches('/').to_owned()
}

fn spots_of(r: &Reconstruction, sighting: &Sighting) -> Vec<Spot> {
    let Stands::File { .. } = sighting.stands else {
        return Vec::new();
    };
    let volume = match sighting.place {
        // A stick has one volume that matters; its own names need not be those that others use.
        CopyPlace::Device(_) => String::new(),
        _ => place::serial_of_sighting(r, sighting).unwrap_or_default(),
    };
    let paths = std::iter::once(sighting.path.as_str()).chain(sighting.original_path.as_deref());
    paths
        .map(|path| (sighting.place.clone(), volume.clone(), on_volume(path)))
        .collect()
}

fn spot_of_trace(own: &OwnVolumes, place: CopyPlace, trace: &FileTrace) -> Spot {
    let volume = match place {
        CopyPlace::Machine(machine) => own.serial(machine, trace.volume.as_ref()),
        _ => String::new(),
    };
    let path = on_volume(&trace.path);
    (place, volume, path)
}

/// Whether a trace speaks of the file as it was sighted, and not of one that was there before.
fn is_of(
    r: &Reconstruction,
    sighting: &Sighting,
    trace: &FileTrace,
    machine: Option<MachineIndex>,
) -> bool {
    let same_size = match (sighting.size, trace.size) {
        // A shortcut keeps the lower 32 bits.
        (Some(own), Some(told)) => own & 0xFFFF_FFFF == told & 0xFFFF_FFFF,
        _ => true,
    };
    let same = |own: Option<RecordedTime>, told: Option<RecordedTime>| match (own, told) {
        (Some(own), Some(told)) => {
            let scale = |at: RecordedTime| utc(r, machine, at);
            scale(own).ticks_since(scale(told)).abs() <= STEP
        }
        _ => true,
    };
    same_size
        && same(sighting.times.modified, trace.times.modified)
        && same(sighting.times.created, trace.times.created)
}

/// A recorded time on one scale: local time by the zone of the machine that told of it, else of the
/// case.
pub(super) fn utc(
    r: &Reconstruction,
    machine: Option<MachineIndex>,
    at: RecordedTime,
) -> Timestamp {
    let clock = machine.and_then(|index| r.machine(index)).map(|m| &m.clock);
    match clock {
        Some(clock) => clock.to_utc(at).0,
        None => {
            crate::machine::named_only("", r.case.timezone, 0)
                .clock
                .to_utc(at)
                .0
        }
    }
}

/// What one trace does not say, another may.
fn complete(sighting: &mut Sighting, trace: &FileTrace, index: usize) {
    sighting.traces.push(index);
    if sighting.stands == Stands::Trace {
        sighting.size = sighting.size.or(trace.size);
        let (own, told) = (&mut sighting.times, &trace.times);
        own.created = own.created.or(told.created);
        own.modified = own.modified.or(told.modified);
        own.accessed = own.accessed.or(told.accessed);
    }
}

fn sighting(place: CopyPlace, trace: &FileTrace, index: usize, name: &str) -> Sighting {
    Sighting {
        place,
        stands: Stands::Trace,
        name: name.to_owned(),
        path: trace.path.clone(),
        original_path: None,
        size: trace.size,
        state: FileState::Traced,
        times: FileTimes {
            changed: None,
            ..trace.times
        },
        modified: None,
        sha256: None,
        unread: None,
        created: None,
        stays: Vec::new(),
        traces: vec![index],
        from: Vec::new(),
    }
}
