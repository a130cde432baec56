//! Documents that Office lists or that the user trusted.

use kusari_artifacts::user_hive::{OfficeItem, TrustedDocument};
use kusari_evidence::time::RecordedTime;

use super::trace::{Trace, Traces};
use crate::event::{Action, Confidence};

const FILE: &str = "Office File MRU: last opened or saved";
const PLACE: &str = "Office Place MRU: a document in it last opened or saved";
const TRUSTED: &str = "Office TrustRecords: the minute in which the document was trusted";

pub(super) fn items(items: &[OfficeItem], traces: &mut Traces<'_>) {
    for item in items {
        let Some(used) = item.used else { continue };
        let (program, version) = (&item.program.name, &item.program.version);
        let (action, meaning, confidence, message) = if item.is_folder {
            (
                Action::FolderOpened,
                PLACE,
                Confidence::Inferred,
                format!("a document in it was opened or saved in {program} {version}"),
            )
        } else {
            (
                Action::FileOpened,
                FILE,
                Confidence::Recorded,
                format!("opened or saved in {program} {version}"),
            )
        };
        traces.event(&Trace {
            time: RecordedTime::utc(used),
            meaning,
            action,
            file: &item.path,
            device_path: None,
            message: &message,
            locator: &item.locator,
            confidence,
        });
    }
}

pub(super) fn trusted(documents: &[TrustedDocument], traces: &mut Traces<'_>) {
    for document in documents {
        let Some(trusted) = document.trusted else {
            continue;
        };
        let what = if document.allows_active_content() {
            "its active content (macros) was allowed"
        } else {
            "its editing was allowed"
        };
        let (program, version) = (&document.program.name, &document.program.version);
        traces.event(&Trace {
            time: RecordedTime {
                decimals: 0,
                ..RecordedTime::utc(trusted)
            },
            meaning: TRUSTED,
            action: Action::FileOpened,
            file: &document.path(),
            device_path: None,
            message: &format!("open in {program} {version} in the minute that begins then: {what}"),
            locator: &document.locator,
            confidence: Confidence::Inferred,
        });
    }
}
