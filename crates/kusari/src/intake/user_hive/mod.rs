//! Users' hives: the volumes that a user had before him or her, what the user opened and ran.

mod lists;
mod mount_point;
mod office;
mod shellbag;
mod trace;
mod user_assist;

#[cfg(test)]
mod tests;

use kusari_artifacts::SourceState;
use kusari_artifacts::registry::Hive;
use kusari_artifacts::user_hive::{TracesOfUse, UserHive};

use super::profile::user_of;
use super::{ArtifactFile, ArtifactKind, ReadOptions, Surroundings, Title, hive};
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
    on_devices: false,
    recognise: |file| hive::is_hive_named(file, "NTUSER.DAT"),
    companions: hive::logs,
    read,
    in_place: None,
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
    on_devices: false,
    recognise: |file| hive::is_hive_named(file, "UsrClass.dat"),
    companions: hive::logs,
    read: read_classes,
    in_place: None,
};

fn read(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let Some(hive) = hive::open(file, harvest) else {
        return;
    };
    let mut user = UserHive::read(&hive);
    user.add_recovered(&hive);
    // The folder on the evidence says whose profile it is; a loose file has only its own word.
    let name = user_of(around.path).or_else(|| user.user.name());
    for point in &user.mount_points {
        mount_point::event(point, name, harvest);
    }
    traces(&hive, around, name, harvest);
}

fn read_classes(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    if let Some(hive) = hive::open(file, harvest) {
        traces(&hive, around, user_of(around.path), harvest);
    }
}

fn traces(hive: &Hive, around: &Surroundings<'_>, user: Option<&str>, harvest: &mut Harvest) {
    let found = TracesOfUse::read(hive, around.ansi.encoding());
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
