//! Users' hives: the volumes that a user had before him or her, what the user opened and ran.

mod lists;
mod mount_point;
mod office;
mod shellbag;
mod trace;
mod user_assist;

#[cfg(test)]
mod tests;

use encoding_rs::WINDOWS_1252;
use kusari_artifacts::SourceState;
use kusari_artifacts::registry::Hive;
use kusari_artifacts::user_hive::{TracesOfUse, UserHive};

use super::{ArtifactFile, ArtifactKind, ReadOptions, Title, hive};
use crate::harvest::Harvest;
use trace::Traces;

/// `NTUSER.DAT`
pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "user-hive",
    title: Title {
        en: "Windows registry, NTUSER.DAT",
        ja: "Windowsレジストリ（NTUSER.DAT）",
    },
    page: "docs/artifacts/registry-traces.md",
    places: &["Users/*/NTUSER.DAT", "Documents and Settings/*/NTUSER.DAT"],
    recognise: |file| hive::is_hive_named(file, "NTUSER.DAT"),
    companions: hive::logs,
    read,
    read_in_place: None,
};

/// `UsrClass.dat`
pub(super) static CLASSES: ArtifactKind = ArtifactKind {
    name: "user-classes-hive",
    title: Title {
        en: "Windows registry, UsrClass.dat",
        ja: "Windowsレジストリ（UsrClass.dat）",
    },
    page: "docs/artifacts/registry-traces.md",
    places: &[
        "Users/*/AppData/Local/Microsoft/Windows/UsrClass.dat",
        "Documents and Settings/*/Local Settings/Application Data/Microsoft/Windows/UsrClass.dat",
    ],
    recognise: |file| hive::is_hive_named(file, "UsrClass.dat"),
    companions: hive::logs,
    read: read_classes,
    read_in_place: None,
};

/// The folders between a profile's folder and `UsrClass.dat`.
const CLASSES_BELOW: [&str; 2] = [
    "/AppData/Local/Microsoft/Windows",
    "/Local Settings/Application Data/Microsoft/Windows",
];

fn read(file: ArtifactFile, _options: &ReadOptions, harvest: &mut Harvest) {
    let path = file.path.clone();
    let Some(hive) = hive::open(file, harvest) else {
        return;
    };
    let mut user = UserHive::read(&hive);
    user.add_recovered(&hive);
    // The folder on the evidence says whose profile it is; a loose file has only its own word.
    let name = folder_of(&path)
        .or_else(|| user.user.name())
        .map(str::to_owned);
    for point in &user.mount_points {
        mount_point::event(point, name.as_deref(), harvest);
    }
    traces(&hive, name.as_deref(), harvest);
}

fn read_classes(file: ArtifactFile, _options: &ReadOptions, harvest: &mut Harvest) {
    let path = file.path.clone();
    let Some(hive) = hive::open(file, harvest) else {
        return;
    };
    traces(&hive, folder_of(&path), harvest);
}

fn traces(hive: &Hive, user: Option<&str>, harvest: &mut Harvest) {
    // Only names in items of old Windows, and of places in the network, are not in UTF-16 too.
    let found = TracesOfUse::read(hive, WINDOWS_1252);
    for damage in &found.damage {
        harvest.outcome.coverage.note(SourceState::Damaged);
        damage.clone().push_to(&mut harvest.outcome.damage);
    }
    let mut traces = Traces::new(user, harvest);
    shellbag::events(&found.shellbags, &mut traces);
    lists::recent_documents(&found.recent_documents, &mut traces);
    lists::dialogs(&found, &mut traces);
    lists::typed_paths(&found.typed_paths, &mut traces);
    user_assist::events(&found.programs, &mut traces);
    office::items(&found.office_items, &mut traces);
    office::trusted(&found.trusted_documents, &mut traces);
    traces.note_the_rest();
}

/// The folder below `Users` or `Documents and Settings`.
fn folder_of(path: &str) -> Option<&str> {
    let (folder, _) = path.rsplit_once('/')?;
    let profile = CLASSES_BELOW
        .iter()
        .find_map(|below| without_end(folder, below))
        .unwrap_or(folder);
    let mut parts = profile.rsplit('/');
    let folder = parts.next()?;
    let above = parts.next()?;
    ["Users", "Documents and Settings"]
        .iter()
        .any(|name| above.eq_ignore_ascii_case(name))
        .then_some(folder)
}

/// `text` without `end`, without case.
fn without_end<'t>(text: &'t str, end: &str) -> Option<&'t str> {
    let (rest, found) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    found.eq_ignore_ascii_case(end).then_some(rest)
}
