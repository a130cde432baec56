//! The code page of the machine that evidence is of.

use kusari_artifacts::registry::Hive;
use kusari_artifacts::system_hive::SystemHive;
use kusari_artifacts::text::AnsiCodePage;
use kusari_evidence::{Evidence, Layout};

use super::read::load_file;
use super::system_hive;

/// The code page that the SYSTEM hive of the machine names; without one, Windows' Western one, in
/// which plain Latin letters mean the same as in all others.
pub(super) fn of(evidence: &Evidence) -> AnsiCodePage {
    let drives = evidence
        .volumes
        .iter()
        .filter(|volume| volume.layout == Layout::Drive && volume.snapshot.is_none());
    drives
        .flat_map(|volume| {
            let places = system_hive::KIND.places.iter();
            places.map(move |place| (volume, *place))
        })
        .find_map(|(volume, place)| {
            let files = volume.file_system.as_ref();
            files.entry(place).ok()??;
            let file = load_file(files, &system_hive::KIND, place, None).ok()?.file;
            let logs: Vec<Vec<u8>> = file.companions.into_iter().map(|(_, log)| log).collect();
            let hive = Hive::open(file.bytes, &logs).ok()?;
            let number = SystemHive::code_page(&hive)?;
            AnsiCodePage::from_number(number)
        })
        .unwrap_or_default()
}
