//! The drive letters of the machines' own volumes, so that paths can be said as Windows says them.

use std::collections::{BTreeMap, BTreeSet};

use kusari_evidence::{Evidence, Volume};

use super::events::Events;
use super::opened::{OpenedEvidence, Owner};
use crate::event::{MachineIndex, SourceIndex};
use crate::harvest::FileTrace;
use crate::identity::{Identifier, IdentifierKind, Statements};
use crate::source::Source;

/// The letters, by the evidence's place among those that were opened and the volume's place there.
pub(crate) type OwnLetters = BTreeMap<(usize, usize), char>;

/// By which name a letter is tied to a volume: its partition, or its serial number.
type Tied = BTreeMap<(MachineIndex, Identifier), BTreeSet<char>>;

/// The letters that records tie to one volume alone: `MountedDevices` by its partition; where the image
/// shows none, shortcuts and recycle bins by its serial number. A volume to which two letters are tied
/// gets none.
pub(super) fn find(
    opened: &[OpenedEvidence],
    statements: &Statements,
    traces: &[(SourceIndex, FileTrace)],
    sources: &[Source],
) -> OwnLetters {
    let mut tied = Tied::new();
    for (machine, _, claim) in &statements.claims {
        let Some(machine) = *machine else { continue };
        for (letter, name) in [(&claim.a, &claim.b), (&claim.b, &claim.a)] {
            if let Some(letter) = letter_in(letter)
                && name.kind == IdentifierKind::Partition
            {
                tied.entry((machine, name.clone()))
                    .or_default()
                    .insert(letter);
            }
        }
    }
    for (source, trace) in traces {
        let source = usize::try_from(*source).ok().and_then(|s| sources.get(s));
        let Some(machine) = source.and_then(|source| source.machine) else {
            continue;
        };
        let mut path = trace.path.chars();
        if let (Some(volume), Some(letter), Some(':')) = (&trace.volume, path.next(), path.next())
            && volume.kind == IdentifierKind::VolumeSerial
            && letter.is_ascii_alphabetic()
        {
            tied.entry((machine, volume.clone()))
                .or_default()
                .insert(letter.to_ascii_uppercase());
        }
    }
    let mut letters = OwnLetters::new();
    for (number, one) in opened.iter().enumerate() {
        let Owner::Machine(machine) = one.owner else {
            continue;
        };
        let Ok(machine) = MachineIndex::try_from(machine) else {
            continue;
        };
        for (place, volume) in one.evidence.volumes.iter().enumerate() {
            let only = |name: Option<Identifier>| {
                let known = tied.get(&(machine, name?))?;
                (known.len() == 1).then(|| known.first().copied()).flatten()
            };
            let letter = volume
                .letter
                .or_else(|| only(partition_of(&one.evidence, volume)))
                .or_else(|| only(serial_of(volume)));
            if let Some(letter) = letter {
                letters.insert((number, place), letter);
            }
        }
    }
    letters
}

/// Puts the letter before the paths of records that know their volume only: those of change journals.
pub(super) fn complete_paths(
    letters: &OwnLetters,
    sources: &[Source],
    events: &mut Events,
    traces: &mut [(SourceIndex, FileTrace)],
) {
    let letter_of = |source: SourceIndex| {
        let place = sources.get(usize::try_from(source).ok()?)?.place.as_ref()?;
        letters.get(&(place.evidence, place.volume)).copied()
    };
    let completed = |path: &str, letter: char| {
        let is_bare = path.starts_with('\\') && !path.starts_with(r"\\");
        is_bare.then(|| format!("{letter}:{path}"))
    };
    for index in 0..events.len() {
        let Some(row) = events.table.row(index) else {
            continue;
        };
        let path = events.strings.get(row.file);
        let path = path.zip(letter_of(row.source));
        if let Some(path) = path.and_then(|(path, letter)| completed(path, letter)) {
            let path = events.strings.intern(&path);
            events.table.set_file(index, path);
        }
    }
    for (source, trace) in traces {
        let path = letter_of(*source).and_then(|letter| completed(&trace.path, letter));
        if let Some(path) = path {
            trace.path = path;
        }
    }
}

fn letter_in(name: &Identifier) -> Option<char> {
    let is_letter = name.kind == IdentifierKind::DriveLetter;
    is_letter.then(|| name.value.chars().next()).flatten()
}

fn partition_of(evidence: &Evidence, volume: &Volume) -> Option<Identifier> {
    let stands = volume.stands.as_ref().filter(|place| place.in_partition)?;
    match stands.partition_guid {
        Some(guid) => Some(Identifier::guid(
            IdentifierKind::Partition,
            &guid.to_string(),
        )),
        None => {
            let signature = evidence.media.get(stands.media)?.table.disk_signature?;
            Some(Identifier::mbr_partition(signature, stands.start))
        }
    }
}

fn serial_of(volume: &Volume) -> Option<Identifier> {
    let serial = volume.file_system.identity().serial?;
    Some(Identifier::volume_serial(serial))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconstruction::testing::Scene;
    use crate::source::SourcePlace;

    #[test]
    fn a_path_without_a_letter_gets_that_of_its_volume() {
        let mut scene = Scene::new();
        let machine = scene.machine("PC");
        let event = scene.opened(machine, None, "", "2022-06-21 09:00:00");
        let other = scene.opened(machine, None, "E:", "2022-06-21 09:00:00");
        let mut made = scene.build();
        for source in &mut made.sources {
            source.place = Some(SourcePlace {
                evidence: 0,
                volume: 1,
                path: "$Extend/$UsnJrnl".to_owned(),
                stream: Some("$J"),
            });
        }
        let letters = OwnLetters::from([((0, 1), 'D')]);
        complete_paths(&letters, &made.sources, &mut made.events, &mut []);
        let path = |event| {
            let row = made.events.row(event).unwrap();
            made.events.strings().get(row.file).unwrap().to_owned()
        };
        assert_eq!(path(event), r"D:\file.txt");
        assert_eq!(path(other), r"E:\file.txt");
    }
}
