//! Files that a collected file table lists and that were collected, too: one place, not two. The
//! table has their times, the collection their contents.

use std::collections::HashMap;

use kusari_evidence::{FileTimes, Volume};

use super::sightings::{Found, Place, is_table};
use super::{FileState, Sighting, Stands};

/// What was found among the files that were collected from the volume of a file table, by path.
#[derive(Default)]
pub(super) struct Collected {
    by_path: HashMap<String, usize>,
}

impl Collected {
    /// Of a volume that is no collected file table: nothing.
    pub(super) fn new(place: &Place<'_>, found: &[Sighting]) -> Self {
        if !is_table(place.volume) {
            return Self::default();
        }
        let volumes = &place.opened.evidence.volumes;
        let is_here = |number: usize| {
            volumes
                .get(number)
                .is_some_and(|own| is_collected_with(own, number, place.volume))
        };
        let mut by_path = HashMap::new();
        for (number, own) in found.iter().enumerate() {
            match own.stands {
                Stands::File {
                    evidence, volume, ..
                } if evidence == place.evidence && is_here(volume) => {
                    let key = key(&own.path, own.original_path.is_some());
                    by_path.entry(key).or_insert(number);
                }
                _ => {}
            }
        }
        Self { by_path }
    }

    /// Whether what the table lists was collected. Then it is said there.
    pub(super) fn takes(&self, listed: &Found, found: &mut [Sighting]) -> bool {
        if listed.entry.deleted {
            return false;
        }
        let key = key(&listed.entry.path, listed.original_path.is_some());
        let collected = self.by_path.get(&key).and_then(|at| found.get_mut(*at));
        let Some(collected) = collected else {
            return false;
        };
        let has_content = |state| matches!(state, FileState::There | FileState::InRecycleBin);
        if !has_content(collected.state) {
            // Only the bin's record was collected; the table knows whether the file is there.
            collected.state = listed.state;
            collected.path.clone_from(&listed.entry.path);
            collected.size = Some(listed.entry.size);
        }
        let times = listed.entry.times;
        collected.times = if collected.size == Some(listed.entry.size) {
            times
        } else {
            // It was written to between the two copies.
            FileTimes {
                created: times.created,
                ..FileTimes::default()
            }
        };
        if let Stands::File { reference, .. } = &mut collected.stands {
            *reference = listed.entry.reference;
        }
        true
    }
}

/// Whether a volume, which has that place in its evidence, holds files that were collected from the
/// volume of a file table.
pub(super) fn is_collected_with(volume: &Volume, number: usize, table: &Volume) -> bool {
    let same_letter = volume.letter.is_some() && volume.letter == table.letter;
    let is_collected = !volume.is_whole() && !is_table(volume);
    is_collected && is_table(table) && (table.table_of == Some(number) || same_letter)
}

/// A path without case. Of what a bin's record speaks of, the record and the content are one.
fn key(path: &str, in_bin: bool) -> String {
    let path = path.to_lowercase();
    match path.rsplit_once('/') {
        Some((folder, name)) if in_bin => match name.strip_prefix("$i") {
            Some(rest) => format!("{folder}/$r{rest}"),
            None => path,
        },
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn paths_compare_without_case_and_a_bin_names_one_file_twice() {
        assert_eq!(key("Users/A.txt", false), "users/a.txt");
        assert_eq!(
            key("$Recycle.Bin/S-1/$IABC.txt", true),
            "$recycle.bin/s-1/$rabc.txt"
        );
        assert_eq!(
            key("$Recycle.Bin/S-1/$RABC.txt", true),
            "$recycle.bin/s-1/$rabc.txt"
        );
        assert_eq!(key("$Ix", false), "$ix");
    }
}
