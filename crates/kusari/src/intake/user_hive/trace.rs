//! What all traces of use have in common: the user, and the volume that a path begins with.

use kusari_artifacts::Locator;
use kusari_artifacts::device_path::DeviceInstance;
use kusari_artifacts::user_hive::MruPlace;
use kusari_evidence::time::RecordedTime;

use crate::event::{Action, Confidence, NewEvent, Whose};
use crate::harvest::Harvest;
use crate::identity::{Identifier, IdentifierKind};

/// A trace of use that has a time.
#[derive(Debug)]
pub(super) struct Trace<'t> {
    pub(super) time: RecordedTime,
    /// What the time is.
    pub(super) meaning: &'t str,
    pub(super) action: Action,
    /// The file, folder or program; the volume is read from it.
    pub(super) file: &'t str,
    /// The path of the device, for what lies on a phone or camera.
    pub(super) device_path: Option<&'t str>,
    pub(super) message: &'t str,
    pub(super) locator: &'t Locator,
    pub(super) confidence: Confidence,
}

/// Takes the traces of one hive.
#[derive(Debug)]
pub(super) struct Traces<'h> {
    user: Option<&'h str>,
    harvest: &'h mut Harvest,
    without_time: usize,
}

impl<'h> Traces<'h> {
    pub(super) fn new(user: Option<&'h str>, harvest: &'h mut Harvest) -> Self {
        Self {
            user,
            harvest,
            without_time: 0,
        }
    }

    /// Makes an event of a trace.
    pub(super) fn event(&mut self, trace: &Trace<'_>) {
        let device = trace
            .device_path
            .and_then(DeviceInstance::parse)
            .map(|device| Identifier::instance(&device.to_string()));
        self.harvest.event(&NewEvent {
            time: trace.time,
            meaning: trace.meaning,
            action: trace.action,
            whose: Whose::ThisMachine,
            device,
            volume: volume_of(trace.file),
            user: self.user,
            file: Some(trace.file),
            message: trace.message,
            locator: trace.locator,
            number: None,
            confidence: trace.confidence,
        });
    }

    /// The time of a list's entry, when it has one. The key's time is that of the entry used last
    /// only; that it is the time of its use is inferred.
    pub(super) fn time_in_list(&mut self, place: &MruPlace) -> Option<RecordedTime> {
        let used = place.used();
        if used.is_none() {
            self.without_time = self.without_time.saturating_add(1);
        }
        used.map(RecordedTime::utc)
    }

    /// Says how many things stand in the lists without a time.
    pub(super) fn note_the_rest(&mut self) {
        let count = self.without_time;
        if count > 0 {
            self.harvest.note(format!(
                "{count} entries of lists of files and folders used have no time of their own and make no event"
            ));
        }
    }
}

/// The volume that a path begins with: a letter, or a volume's GUID.
pub(super) fn volume_of(path: &str) -> Option<Identifier> {
    let mut start = path.chars();
    if let (Some(letter), Some(':'), None | Some('\\' | '/')) =
        (start.next(), start.next(), start.next())
    {
        return letter
            .is_ascii_alphabetic()
            .then(|| Identifier::drive_letter(letter));
    }
    let guid = [r"\\?\Volume", r"\\.\Volume", r"\??\Volume"]
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))?
        .get(..38)?;
    let is_guid = guid.starts_with('{') && guid.ends_with('}');
    is_guid.then(|| Identifier::guid(IdentifierKind::VolumeGuid, guid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_with_its_volume() {
        let of = |path: &str| volume_of(path).map(|volume| volume.value);
        assert_eq!(of(r"e:\data").as_deref(), Some("E:"));
        assert_eq!(of("E:").as_deref(), Some("E:"));
        assert_eq!(
            of(r"\\?\Volume{b005e6d6-d0b3-11de-89e2-000bdb635bd4}\a").as_deref(),
            Some("{B005E6D6-D0B3-11DE-89E2-000BDB635BD4}")
        );
        for none in [
            "",
            "E",
            "https://a",
            r"\\server\E:\a",
            r"\\?\Volume{",
            "E:x",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
