//! Explorer's lists: documents opened, files and folders of dialogs, paths typed.

use std::collections::HashMap;

use kusari_artifacts::user_hive::{DialogTarget, RecentDocument, TracesOfUse, Typed};

use super::trace::{Trace, Traces, volume_of};
use crate::event::{Action, Confidence};

const RECENT: &str = "RecentDocs key last written, of its entry used last";
const DIALOG_FILE: &str = "open and save dialogs: key last written, of its entry used last";
const DIALOG_FOLDER: &str =
    "programs of open and save dialogs: key last written, of its entry used last";
const TYPED: &str = "TypedPaths key last written, of the path typed last";

pub(super) fn recent_documents(documents: &[RecentDocument], traces: &mut Traces<'_>) {
    // The list of all does not say what an entry is; the list by extension does.
    let kinds: HashMap<&str, Action> = documents
        .iter()
        .filter_map(|document| Some((document.name.as_str(), action_of(document)?)))
        .collect();
    for document in documents {
        let Some(time) = traces.time_in_list(&document.place) else {
            continue;
        };
        let action = match &document.list {
            Some(_) => action_of(document),
            None => kinds.get(document.name.as_str()).copied(),
        };
        let Some(action) = action else { continue };
        let message = if action == Action::FolderOpened {
            "folder opened, or a file in it (RecentDocs)"
        } else {
            "opened through Explorer or by a program that told it (RecentDocs)"
        };
        traces.event(&Trace {
            time,
            meaning: RECENT,
            action,
            file: &document.name,
            device_path: None,
            message,
            locator: &document.place.locator,
            confidence: Confidence::Inferred,
        });
    }
}

/// What was done, by the list that an entry stands in. Addresses stand among the files; they are
/// none.
fn action_of(document: &RecentDocument) -> Option<Action> {
    if document.is_folder() {
        return Some(Action::FolderOpened);
    }
    let list = document.list.as_deref()?;
    let is_file = list.starts_with('.')
        && ![list, &document.name]
            .iter()
            .any(|name| name.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|']));
    is_file.then_some(Action::FileOpened)
}

pub(super) fn dialogs(found: &TracesOfUse, traces: &mut Traces<'_>) {
    for file in &found.dialog_files {
        let Some(time) = traces.time_in_list(&file.place) else {
            continue;
        };
        let Some(path) = path_of(&file.target) else {
            continue;
        };
        traces.event(&Trace {
            time,
            meaning: DIALOG_FILE,
            action: Action::FileOpened,
            file: path,
            device_path: None,
            message: "chosen in an open or save dialog",
            locator: &file.place.locator,
            confidence: Confidence::Inferred,
        });
    }
    for program in &found.dialog_programs {
        let Some(time) = traces.time_in_list(&program.place) else {
            continue;
        };
        let Some(path) = path_of(&program.target) else {
            continue;
        };
        traces.event(&Trace {
            time,
            meaning: DIALOG_FOLDER,
            action: Action::FolderOpened,
            file: path,
            device_path: None,
            message: &format!(
                "the folder in which {} last opened or saved through a dialog",
                program.program
            ),
            locator: &program.place.locator,
            confidence: Confidence::Inferred,
        });
    }
}

fn path_of(target: &DialogTarget) -> Option<&str> {
    target
        .file_path
        .as_deref()
        .or(Some(&target.shell_path))
        .filter(|path| !path.is_empty())
}

pub(super) fn typed_paths(paths: &[Typed], traces: &mut Traces<'_>) {
    for typed in paths {
        let Some(time) = traces.time_in_list(&typed.place) else {
            continue;
        };
        // Commands and names of folders of the shell can be typed there, too.
        let is_path = volume_of(&typed.text).is_some() || typed.text.starts_with(r"\\");
        if !is_path {
            continue;
        }
        traces.event(&Trace {
            time,
            meaning: TYPED,
            action: Action::FolderOpened,
            file: &typed.text,
            device_path: None,
            message: "typed into Explorer's address bar",
            locator: &typed.place.locator,
            confidence: Confidence::Inferred,
        });
    }
}
