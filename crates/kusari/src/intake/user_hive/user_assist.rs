//! `UserAssist`: programs and shortcuts that the user started through Explorer.

use kusari_artifacts::user_hive::UserAssistEntry;
use kusari_evidence::time::RecordedTime;

use super::trace::{Trace, Traces};
use crate::event::{Action, Confidence};

const MEANING: &str = "UserAssist: last run";

pub(super) fn events(entries: &[UserAssistEntry], traces: &mut Traces<'_>) {
    for entry in entries.iter().filter(|entry| !entry.is_preset) {
        let (Some(last_run), Some(target)) = (entry.last_run, entry.target()) else {
            continue;
        };
        // A shortcut may lead to a document or an address as well as to a program.
        let action = match (entry.kind(), entry.is_shortcut()) {
            (None | Some("UEME_RUNPIDL"), true) => Action::FileOpened,
            (None | Some("UEME_RUNPATH" | "UEME_RUNCPL"), false) => Action::ProgramRun,
            _ => continue,
        };
        // A folder of the shell itself, such as the recycle bin.
        if target.starts_with("::") {
            continue;
        }
        let runs = entry.runs();
        let what = if action == Action::ProgramRun {
            "run"
        } else {
            "shortcut used"
        };
        let mut message = format!("{what} from Explorer; count {runs}");
        if let Some(focus) = entry.focus.filter(|_| action == Action::ProgramRun) {
            message.push_str(&format!(
                ", {} times in front for {} s in all",
                focus.count,
                focus.milliseconds / 1000
            ));
        }
        traces.event(&Trace {
            time: RecordedTime::utc(last_run),
            meaning: MEANING,
            action,
            file: &target,
            device_path: None,
            message: &message,
            locator: &entry.locator,
            // Entries with a time and a count of 0 exist; why is not documented.
            confidence: if runs > 0 {
                Confidence::Recorded
            } else {
                Confidence::Inferred
            },
        });
    }
}
