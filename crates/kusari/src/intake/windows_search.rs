//! The Windows Search index: files that lay on volumes that may be gone.
//!
//! Each file becomes a trace, with its size and the times of its file system, seen when the indexer
//! last took it up. None becomes an event: no user did that, and that a removable volume was there at
//! that time is not confirmed on a real machine.

use kusari_artifacts::ese::Database;
use kusari_artifacts::windows_search::{Layout, Scopes, items};
use kusari_artifacts::{Damage, Outcome};
use kusari_evidence::ReadAt;

use super::indexed_files::Files;
use super::{
    ArtifactFile, ArtifactKind, InPlace, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::harvest::Harvest;

/// Only pages with items are needed, so a larger index is read where it lies.
const IN_PLACE_FROM: u64 = 64 << 20;

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "windows-search",
    title: Title {
        en: "Windows Search index (Windows.edb)",
        ja: "Windows Searchインデックス（Windows.edb）",
    },
    page: "docs/artifacts/windows-search.md",
    places: &[
        "ProgramData/Microsoft/Search/Data/Applications/Windows/Windows.edb",
        "Documents and Settings/All Users/Application Data/Microsoft/Search/Data/Applications/Windows/Windows.edb",
    ],
    on_devices: false,
    recognise,
    companions: no_companions,
    read,
    in_place: Some(InPlace {
        from: IN_PLACE_FROM,
        read: read_in_place,
    }),
};

/// The signature of the engine's databases, behind the checksum.
const SIGNATURE: [u8; 4] = [0xEF, 0xCD, 0xAB, 0x89];

/// Other databases of the engine begin alike; the name tells them apart.
fn recognise(file: &LooseFile<'_>) -> bool {
    let name = file.name.to_ascii_lowercase();
    file.head.get(4..8) == Some(&SIGNATURE) && name.ends_with("windows.edb")
}

fn read(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    read_in_place(&file.bytes, around, options, harvest);
}

fn read_in_place(
    bytes: &dyn ReadAt,
    _around: &Surroundings<'_>,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let database = match Database::open(bytes) {
        Ok(database) => database,
        Err(error) => {
            let mut outcome = Outcome::default();
            Damage::new(0, bytes.size(), error.to_string()).push_to(&mut outcome.damage);
            harvest.outcome(outcome);
            return;
        }
    };
    if Layout::of(&database).is_none() {
        harvest.outcome(database.outcome());
        harvest.note("a database without an index of Windows Search");
        return;
    }
    let scopes = Scopes::read(&database);
    let mut files = Files::new(&scopes);
    let mut outcome = items(&database, &mut |item| files.take(item, options, harvest));
    for damage in scopes.damage.iter().cloned() {
        damage.push_to(&mut outcome.damage);
    }
    harvest.outcome(outcome);
    files.note(harvest);
}

#[cfg(test)]
mod tests {
    use kusari_evidence::time::{RecordedTime, Timestamp};

    use super::*;
    use crate::identity::Identifier;
    use kusari_fixtures::ese::windows_search::{Item as Written, Scope, database};
    use kusari_fixtures::ese::write;

    /// 2022-06-21T01:00:00Z and later.
    const AT: u64 = 133_002_540_000_000_000;

    fn file(url: &str, size: Option<u64>, gathered: u64) -> Written {
        Written {
            url: url.to_owned(),
            name: url.rsplit('/').next().unwrap().to_owned(),
            size,
            times: (AT, AT + 1, AT + 2),
            gathered,
            computer: "CALLCENTRE01".to_owned(),
            ..Written::default()
        }
    }

    fn index() -> Vec<u8> {
        let items = [
            file("file:E:/20220621/ESB.bak", Some(33_000), AT + 600_000_000),
            file("file:E:/20220621", None, AT + 600_000_000),
            file("file:C:/Users/a/ESB.bak", Some(33_000), AT + 700_000_000),
            file("file:C:/Users/a/other.txt", Some(1), AT),
            file("iehistory://{S-1-5-21}/x", Some(1), AT),
        ];
        let scopes = [
            (2, 1, "file:"),
            (3, 2, "C:"),
            (4, 3, "/"),
            (5, 4, "[8c816da2-9660-4bfc-8981-8bedf92cd394]/"),
            (6, 5, "ProgramData/"),
            (7, 2, "E:"),
            (8, 7, "/"),
            (9, 8, "[43cec11d-65ac-4ce1-90d0-4851dfc7a806]/"),
        ];
        let scopes = scopes.map(|(id, parent, name)| Scope {
            id,
            parent,
            name: name.to_owned(),
        });
        write(&database(&items, &scopes))
    }

    fn harvested(bytes: Vec<u8>, options: &ReadOptions) -> Harvest {
        let path = "ProgramData/Microsoft/Search/Data/Applications/Windows/Windows.edb";
        let file = ArtifactFile {
            path: path.to_owned(),
            bytes,
            companions: Vec::new(),
        };
        let mut harvest = Harvest::default();
        read(file, &Surroundings::of_path(path), options, &mut harvest);
        harvest
    }

    #[test]
    fn a_file_on_a_stick_leaves_a_trace() {
        let harvest = harvested(index(), &ReadOptions::default());
        let [trace] = harvest.traces() else {
            panic!("{:?}", harvest.traces())
        };
        assert_eq!(trace.path, r"E:\20220621\ESB.bak");
        assert_eq!(trace.volume, Some(Identifier::drive_letter('E')));
        assert_eq!(trace.computer.as_deref(), Some("CALLCENTRE01"));
        assert_eq!(trace.size, Some(33_000));
        let utc = |ticks| Timestamp::from_filetime(ticks).map(RecordedTime::utc);
        assert_eq!(trace.times.modified, utc(AT));
        assert_eq!(trace.seen, utc(AT + 600_000_000));
        assert_eq!(harvest.events().len(), 0);
        assert_eq!(harvest.said().coverage.records, 5);
        assert_eq!(
            harvest.notes(),
            ["2 items on E:; volume {43CEC11D-65AC-4CE1-90D0-4851DFC7A806} was E:"]
        );
    }

    #[test]
    fn files_of_the_own_drive_are_traced_when_their_names_are_asked_for() {
        let options = ReadOptions {
            names: ["esb*.bak".parse().unwrap()].into(),
            ..ReadOptions::default()
        };
        let harvest = harvested(index(), &options);
        let paths: Vec<&str> = harvest.traces().iter().map(|t| t.path.as_str()).collect();
        assert_eq!(paths, [r"E:\20220621\ESB.bak", r"C:\Users\a\ESB.bak"]);
    }

    #[test]
    fn what_is_no_index_is_said() {
        for bytes in [vec![], vec![7; 5000]] {
            let harvest = harvested(bytes, &ReadOptions::default());
            assert_eq!(harvest.said().damage.len(), 1);
        }
    }

    #[test]
    fn an_index_is_known_by_its_name_and_signature() {
        let bytes = index();
        let known = |name| {
            recognise(&LooseFile {
                path: name,
                name,
                head: &bytes[..4096],
            })
        };
        assert!(known("Windows.edb") && known("PC01_windows.EDB"));
        assert!(!known("SRUDB.dat"));
    }
}
