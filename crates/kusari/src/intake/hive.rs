//! What the modules that read registry hives share: how a loose hive is known, and how it is
//! opened with its transaction logs.

use kusari_artifacts::registry::Hive;
use kusari_artifacts::{Damage, Outcome};

use super::{ArtifactFile, LooseFile};
use crate::harvest::Harvest;

/// Where a hive's header holds the end of the path that it was loaded from: 64 bytes of UTF-16.
/// Source: the Windows registry file format specification (base block, file name).
const OWN_PATH: std::ops::Range<usize> = 48..112;

/// Whether a loose file is a hive that was loaded as `name`, by the path in its header; a header
/// without a path leaves it to the file's own name.
pub(super) fn is_hive_named(file: &LooseFile<'_>, name: &str) -> bool {
    if !file.head.starts_with(b"regf") || is_log(file.name) {
        return false;
    }
    let own = own_path(file.head);
    let last = own.rsplit('\\').next().unwrap_or_default();
    if last.is_empty() {
        let own_name = file.name.to_ascii_lowercase();
        let wanted = name.to_ascii_lowercase();
        return own_name == wanted || own_name.ends_with(&format!("_{wanted}"));
    }
    last.eq_ignore_ascii_case(name)
}

/// Transaction logs begin like hives.
fn is_log(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    [".LOG", ".LOG1", ".LOG2"]
        .iter()
        .any(|end| name.ends_with(end))
}

fn own_path(head: &[u8]) -> String {
    let units = head
        .get(OWN_PATH)
        .unwrap_or_default()
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
        .take_while(|&unit| unit != 0);
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// A hive's transaction logs: two in Windows Vista and later, one before.
pub(super) fn logs(name: &str) -> Vec<String> {
    [".LOG1", ".LOG2", ".LOG"]
        .iter()
        .map(|end| format!("{name}{end}"))
        .collect()
}

/// Opens a hive with its logs and hands over what it could have seen.
pub(super) fn open(file: ArtifactFile, harvest: &mut Harvest) -> Option<Hive> {
    let length = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
    let logs: Vec<Vec<u8>> = file.companions.into_iter().map(|(_, log)| log).collect();
    match Hive::open(file.bytes, &logs) {
        Ok(hive) => {
            harvest.outcome(hive.outcome());
            Some(hive)
        }
        Err(error) => {
            harvest.outcome(Outcome {
                damage: vec![Damage::new(0, length, error.to_string())],
                ..Outcome::default()
            });
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(path: &str) -> Vec<u8> {
        let mut head = b"regf".to_vec();
        head.resize(OWN_PATH.start, 0);
        head.extend(path.encode_utf16().flat_map(u16::to_le_bytes));
        head.resize(4096, 0);
        head
    }

    #[test]
    fn the_path_in_the_header_tells_what_a_loose_hive_is() {
        let told = |path: &str, name: &str, wanted: &str| {
            let head = head(path);
            let file = LooseFile {
                path: name,
                name,
                head: &head,
            };
            is_hive_named(&file, wanted)
        };
        assert!(told(r"emRoot\System32\Config\SYSTEM", "SYSTEM_2", "SYSTEM"));
        assert!(!told(
            r"emRoot\System32\Config\SYSTEM",
            "SYSTEM.LOG1",
            "SYSTEM"
        ));
        assert!(!told(r"emRoot\System32\Config\SAM", "SYSTEM", "SYSTEM"));
        assert!(told("", "corrupted_SYSTEM", "SYSTEM"));
        assert!(told(r"\??\C:\Users\tony\ntuser.dat", "x", "NTUSER.DAT"));
        let other = LooseFile {
            path: "SYSTEM",
            name: "SYSTEM",
            head: b"MZ",
        };
        assert!(!is_hive_named(&other, "SYSTEM"));
    }
}
