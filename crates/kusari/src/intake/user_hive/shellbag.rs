//! Shellbags: folders that the user opened.

use kusari_artifacts::user_hive::Shellbag;
use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::trace::{Trace, Traces};
use crate::event::{Action, Confidence};

const MEANING: &str = "BagMRU key last written, of the folder used last there";

/// Opening a folder writes the keys of all folders above it, one after the other.
const WRITTEN_TOGETHER: i64 = 2 * TICKS_PER_SECOND;

pub(super) fn events(bags: &[Shellbag], traces: &mut Traces<'_>) {
    for bag in bags.iter().filter(|bag| bag.is_place()) {
        let Some(time) = traces.time_in_list(&bag.place) else {
            continue;
        };
        // Then the folder below it, whose line says the same of a longer path, was opened.
        if is_only_on_the_way(bag, time.wall) {
            continue;
        }
        let is_file = bag
            .item
            .as_ref()
            .and_then(|item| item.file_entry())
            .is_some_and(|entry| !entry.is_folder);
        let (action, message) = if is_file {
            (
                Action::FileOpened,
                "opened in Explorer like a folder, or something in it",
            )
        } else if bag.key.as_ref().is_some_and(|key| key.folders > 0) {
            (
                Action::FolderOpened,
                "opened in Explorer, or a folder below it",
            )
        } else {
            (Action::FolderOpened, "opened in Explorer")
        };
        traces.event(&Trace {
            time,
            meaning: MEANING,
            action,
            file: bag.file_path.as_deref().unwrap_or(&bag.shell_path),
            device_path: bag.device_path.as_deref(),
            message,
            locator: &bag.place.locator,
            confidence: Confidence::Inferred,
        });
    }
}

fn is_only_on_the_way(bag: &Shellbag, used: Timestamp) -> bool {
    bag.key.as_ref().is_some_and(|key| {
        key.folders > 0
            && key
                .written
                .is_some_and(|written| written.ticks_since(used).abs() <= WRITTEN_TOGETHER)
    })
}
