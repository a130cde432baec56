//! The Windows Search index of Windows 11, which is a SQLite database. What becomes of its items is
//! the same as with the older form; see [`super::windows_search`].

use kusari_artifacts::sqlite::{self, Database};
use kusari_artifacts::windows_search::{Scopes, sqlite as index};
use kusari_artifacts::{Damage, Outcome};

use super::indexed_files::Files;
use super::{ArtifactFile, ArtifactKind, LooseFile, ReadOptions, Surroundings, Title};
use crate::harvest::Harvest;

const FILE_NAME: &str = "Windows.db";
const GATHERER: &str = "-gather.db";

/// What the end of a write-ahead log's name is.
const LOG: &str = "-wal";

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "windows-search-11",
    title: Title {
        en: "Windows Search index (Windows.db)",
        ja: "Windows Searchインデックス（Windows.db）",
    },
    page: "docs/artifacts/windows-search.md",
    places: &["ProgramData/Microsoft/Search/Data/Applications/Windows/Windows.db"],
    on_devices: false,
    recognise,
    companions,
    read,
    in_place: None,
};

fn recognise(file: &LooseFile<'_>) -> bool {
    let name = file.name.to_ascii_lowercase();
    (sqlite::is_database(file.head) || index::is_encrypted(file.head))
        && name.ends_with(&FILE_NAME.to_ascii_lowercase())
}

/// Its write-ahead log, and the gatherer's database with its own.
fn companions(name: &str) -> Vec<String> {
    let mut names = vec![format!("{name}{LOG}")];
    if let Some((stem, _)) = name.rsplit_once('.') {
        names.push(format!("{stem}{GATHERER}"));
        names.push(format!("{stem}{GATHERER}{LOG}"));
    }
    names
}

fn read(
    file: ArtifactFile,
    _around: &Surroundings<'_>,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let fail = |reason: String| {
        let length = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
        Outcome {
            damage: vec![Damage::new(0, length, reason)],
            ..Outcome::default()
        }
    };
    if index::is_encrypted(&file.bytes) {
        let reason = "an index that Windows has encrypted (`AesGcm1 SQLite3`), which is not read";
        harvest.outcome(fail(reason.to_owned()));
        return;
    }
    let companion = |gatherer: bool, end: &str| {
        let mut companions = file.companions.iter();
        let found = companions.find(|(name, _)| {
            let name = name.to_ascii_lowercase();
            name.ends_with(end) && name.contains(GATHERER) == gatherer
        });
        found.map(|(_, bytes)| bytes.as_slice())
    };
    let database = match Database::open(&file.bytes, companion(false, LOG)) {
        Ok(database) => database,
        Err(error) => return harvest.outcome(fail(error.to_string())),
    };
    if database.write_ahead_log().is_none() && database.header().uses_write_ahead_log {
        harvest.note(
            "no write-ahead log (`-wal`) lies beside it: if it was in use when it was copied, its last changes are missing",
        );
    }
    let gatherer = companion(true, ".db").map(|bytes| Database::open(bytes, companion(true, LOG)));
    let scopes = match gatherer {
        Some(Ok(gatherer)) => index::scopes(&gatherer),
        Some(Err(error)) => {
            harvest.note(format!("the gatherer's database is not read: {error}"));
            Scopes::default()
        }
        None => Scopes::default(),
    };
    let mut files = Files::new(&scopes);
    let mut outcome = index::items(&database, &mut |item| files.take(item, options, harvest));
    for damage in &scopes.damage {
        let reason = format!("the gatherer's database: {}", damage.reason);
        Damage::new(damage.offset, damage.length, reason).push_to(&mut outcome.damage);
    }
    harvest.outcome(outcome);
    files.note(harvest);
}

#[cfg(test)]
mod tests {
    use kusari_fixtures::ese::windows_search::{Item, Scope};
    use kusari_fixtures::sqlite::{Layout, LogWriter};
    use kusari_fixtures::windows_search_11::{windows_db, windows_gather_db};

    use super::*;

    /// 2023-09-21T10:40:00Z.
    const AT: u64 = 133_397_664_000_000_000;

    fn file(url: &str, size: Option<u64>) -> Item {
        Item {
            url: url.to_owned(),
            name: url.rsplit('/').next().unwrap().to_owned(),
            size,
            times: (AT, AT + 1, AT + 2),
            gathered: AT + 600_000_000,
            ..Item::default()
        }
    }

    fn gatherer() -> Vec<u8> {
        let scopes = [
            (2, 1, "file:"),
            (3, 2, "E:"),
            (4, 3, "/"),
            (5, 4, "[43cec11d-65ac-4ce1-90d0-4851dfc7a806]/"),
        ];
        let scopes = scopes.map(|(id, parent, name)| Scope {
            id,
            parent,
            name: name.to_owned(),
        });
        windows_gather_db(&Layout::default(), &scopes)
    }

    fn harvested(bytes: Vec<u8>, companions: Vec<(String, Vec<u8>)>) -> Harvest {
        let path = "ProgramData/Microsoft/Search/Data/Applications/Windows/Windows.db";
        let file = ArtifactFile {
            path: path.to_owned(),
            bytes,
            companions,
        };
        let mut harvest = Harvest::default();
        let around = Surroundings::of_path(path);
        read(file, &around, &ReadOptions::default(), &mut harvest);
        harvest
    }

    fn paths(harvest: &Harvest) -> Vec<&str> {
        let traces = harvest.traces().iter();
        traces.map(|trace| trace.path.as_str()).collect()
    }

    #[test]
    fn a_file_on_a_stick_leaves_a_trace() {
        let items = [
            file("file:E:/持出/ESB.bak", Some(33_000)),
            file("file:E:/持出", None),
            file("file:C:/Users/a/other.txt", Some(1)),
        ];
        let before = windows_db(&Layout::default(), &items[1..]);
        let after = windows_db(&Layout::default(), &items);
        let mut log = LogWriter::new(4096, (1, 2));
        log.commit(&before, &after);
        let companions = vec![
            ("Windows.db-wal".to_owned(), log.finish()),
            ("Windows-gather.db".to_owned(), gatherer()),
        ];
        let harvest = harvested(before, companions);
        assert_eq!(paths(&harvest), [r"E:\持出\ESB.bak"]);
        assert_eq!(harvest.traces()[0].size, Some(33_000));
        assert_eq!(harvest.events().len(), 0);
        assert_eq!(harvest.said().coverage.records, 3);
        assert_eq!(harvest.said().damage, []);
        assert_eq!(
            harvest.notes(),
            ["2 items on E:; volume {43CEC11D-65AC-4CE1-90D0-4851DFC7A806} was E:"]
        );
    }

    #[test]
    fn without_its_companions_the_items_are_read_all_the_same() {
        let bytes = windows_db(&Layout::default(), &[file("file:E:/a.txt", Some(1))]);
        let harvest = harvested(bytes.clone(), Vec::new());
        assert_eq!(paths(&harvest), [r"E:\a.txt"]);
        assert_eq!(harvest.notes().len(), 2, "{:?}", harvest.notes());
        let broken = vec![("Windows-gather.db".to_owned(), vec![7; 5000])];
        let harvest = harvested(bytes, broken);
        assert_eq!(paths(&harvest), [r"E:\a.txt"]);
        assert_eq!(harvest.notes().len(), 3, "{:?}", harvest.notes());
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let encrypted = [&b"AesGcm1 SQLite3\0"[..], &[7; 4080]].concat();
        for bytes in [vec![], vec![7; 5000], encrypted.clone()] {
            let harvest = harvested(bytes, Vec::new());
            assert_eq!(harvest.said().damage.len(), 1);
        }
        let harvest = harvested(encrypted, Vec::new());
        assert!(harvest.said().damage[0].reason.contains("encrypted"));
    }

    #[test]
    fn an_index_is_known_by_its_name_and_signature() {
        let bytes = windows_db(&Layout::default(), &[]);
        let known = |name, head| {
            recognise(&LooseFile {
                path: name,
                name,
                head,
            })
        };
        assert!(known("Windows.db", &bytes[..4096]));
        assert!(known("PC01_windows.DB", b"AesGcm1 SQLite3\0"));
        assert!(!known("Windows-gather.db", &bytes[..4096]));
        assert!(!known("Windows.db", b"something else"));
        assert_eq!(
            companions("PC01_Windows.db"),
            [
                "PC01_Windows.db-wal",
                "PC01_Windows-gather.db",
                "PC01_Windows-gather.db-wal"
            ]
        );
    }
}
