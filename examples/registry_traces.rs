//! Prints the traces of use in users' hives, one tab-separated line a trace.
//!
//! `cargo run -p kusari-artifacts --example registry_traces -- HIVE [LOG...]`

use std::process::ExitCode;

use kusari_artifacts::registry::Hive;
use kusari_artifacts::shell_item::ShellItem;
use kusari_artifacts::user_hive::{MruPlace, TracesOfUse};
use kusari_artifacts::{Locator, ShellTime};
use kusari_evidence::time::Timestamp;

fn main() -> ExitCode {
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        match std::fs::read(&argument) {
            Ok(bytes) => files.push(bytes),
            Err(error) => {
                eprintln!("{argument}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if files.is_empty() {
        eprintln!("which hive?");
        return ExitCode::from(2);
    }
    let hive = match Hive::open(files.remove(0), &files) {
        Ok(hive) => hive,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    print(&TracesOfUse::read(&hive, encoding_rs::WINDOWS_1252));
    ExitCode::SUCCESS
}

fn print(traces: &TracesOfUse) {
    for bag in &traces.shellbags {
        let key = bag.key.as_ref();
        let mut fields = place(&bag.place);
        fields.extend([
            key.and_then(|key| key.node_slot)
                .map_or_else(String::new, |slot| slot.to_string()),
            time(key.and_then(|key| key.written)),
            bag.shell_path.clone(),
            bag.file_path.clone().unwrap_or_default(),
            bag.device_path.clone().unwrap_or_default(),
        ]);
        fields.extend(item(bag.item.as_ref()));
        line("shellbag", &fields);
    }
    for recent in &traces.recent_documents {
        let mut fields = place(&recent.place);
        fields.extend([
            recent.name.clone(),
            recent.shortcut.clone().unwrap_or_default(),
        ]);
        line("recent", &fields);
    }
    for file in &traces.dialog_files {
        let mut fields = place(&file.place);
        fields.extend([
            file.target.shell_path.clone(),
            file.target.file_path.clone().unwrap_or_default(),
        ]);
        line("dialog-file", &fields);
    }
    for program in &traces.dialog_programs {
        let mut fields = place(&program.place);
        fields.extend([
            program.program.clone(),
            program.target.shell_path.clone(),
            program.target.file_path.clone().unwrap_or_default(),
        ]);
        line("dialog-program", &fields);
    }
    for (kind, typed) in traces
        .typed_paths
        .iter()
        .map(|typed| ("typed-path", typed))
        .chain(traces.searches.iter().map(|typed| ("search", typed)))
    {
        let mut fields = place(&typed.place);
        fields.push(typed.text.clone());
        line(kind, &fields);
    }
    print_programs(traces);
    for damage in &traces.damage {
        line("damage", &[damage.to_string()]);
    }
}

fn print_programs(traces: &TracesOfUse) {
    for entry in &traces.programs {
        let focus = entry.focus.map_or_else(
            || [String::new(), String::new()],
            |focus| [focus.count.to_string(), focus.milliseconds.to_string()],
        );
        let [focus_count, focus_time] = focus;
        line(
            "user-assist",
            &[
                entry.group.clone(),
                entry.name.clone(),
                entry.session.to_string(),
                entry.stored_count.to_string(),
                focus_count,
                focus_time,
                time(entry.last_run),
                entry.target().unwrap_or_default(),
                if entry.is_preset { "preset" } else { "" }.to_owned(),
            ],
        );
    }
    for item in &traces.office_items {
        let [key, value] = located(&item.locator);
        line("office", &[key, value, time(item.used), item.path.clone()]);
    }
    for document in &traces.trusted_documents {
        let [key, value] = located(&document.locator);
        line(
            "trusted",
            &[
                key,
                value,
                time(document.document_created),
                document.utc_offset.unwrap_or_default().to_string(),
                time(document.trusted),
                document.allowed.to_string(),
                document.path(),
            ],
        );
    }
}

/// Key, value, place in the list, time of the key.
fn place(place: &MruPlace) -> Vec<String> {
    let [key, value] = located(&place.locator);
    let position = place
        .position
        .map_or_else(String::new, |place| place.to_string());
    vec![key, value, position, time(place.key_written)]
}

fn located(locator: &Locator) -> [String; 2] {
    match locator {
        Locator::Registry { key, value, .. } => [key.clone(), value.clone().unwrap_or_default()],
        _ => [String::new(), String::new()],
    }
}

/// Name, when it was last written, made, last read, the file reference.
fn item(item: Option<&ShellItem>) -> [String; 5] {
    let entry = item.and_then(ShellItem::file_entry);
    let extension = item.and_then(ShellItem::file_extension);
    let shell = |time: Option<ShellTime>| time.map_or_else(String::new, |time| time.to_string());
    [
        item.and_then(ShellItem::name).unwrap_or_default(),
        shell(entry.and_then(|entry| entry.modified)),
        shell(extension.and_then(|extension| extension.created)),
        shell(extension.and_then(|extension| extension.accessed)),
        extension
            .and_then(|extension| extension.file_reference)
            .map_or_else(String::new, |reference| {
                format!("{}-{}", reference.entry(), reference.sequence())
            }),
    ]
}

fn time(time: Option<Timestamp>) -> String {
    time.map_or_else(String::new, |time| time.to_text(7))
}

/// Tabs and ends of lines inside a field become blanks.
fn line(kind: &str, fields: &[String]) {
    let mut text = kind.to_owned();
    for field in fields {
        text.push('\t');
        text.push_str(&field.replace(['\t', '\n', '\r'], " "));
    }
    println!("{text}");
}
