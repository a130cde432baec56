//! Prints what shortcuts, jump lists and recycle bins hold, one JSON object a line.
//!
//! `cargo run -p kusari-artifacts --example shell_records -- [--ansi shift_jis] FILE...`

use std::process::ExitCode;

use encoding_rs::Encoding;
use kusari_artifacts::jump_list::{self, Pin};
use kusari_artifacts::property_store::{PropertyKey, PropertyStorage};
use kusari_artifacts::shell_item::{ItemKind, ItemList, ShellItem};
use kusari_artifacts::shortcut::{self, Shortcut};
use kusari_artifacts::{Damage, Droid, DualText, compound_file, recycle_bin};
use kusari_evidence::time::Timestamp;
use serde_json::{Value, json};

fn main() -> ExitCode {
    let mut ansi = encoding_rs::WINDOWS_1252;
    let mut arguments = std::env::args().skip(1);
    let mut status = ExitCode::SUCCESS;
    while let Some(argument) = arguments.next() {
        if argument == "--ansi" {
            let label = arguments.next().unwrap_or_default();
            match Encoding::for_label(label.as_bytes()) {
                Some(found) => ansi = found,
                None => {
                    eprintln!("`{label}` is no encoding");
                    return ExitCode::from(2);
                }
            }
            continue;
        }
        match std::fs::read(&argument) {
            Ok(bytes) => println!("{}", record(&argument, &bytes, ansi)),
            Err(error) => {
                eprintln!("{argument}: {error}");
                status = ExitCode::FAILURE;
            }
        }
    }
    status
}

fn record(path: &str, bytes: &[u8], ansi: &'static Encoding) -> Value {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut value = if compound_file::is_compound_file(bytes) {
        automatic(bytes, ansi)
    } else if name.to_ascii_lowercase().ends_with("customdestinations-ms") {
        custom(bytes, ansi)
    } else if recycle_bin::is_index_file(name) {
        index_file(bytes)
    } else if name.to_ascii_uppercase().starts_with("INFO") {
        info2(bytes, ansi)
    } else {
        let read = shortcut::read(bytes, ansi);
        json!({
            "shortcut": read.shortcut.as_ref().map(shortcut_value),
            "damage": damage(&read.outcome.damage),
        })
    };
    if let Value::Object(fields) = &mut value {
        fields.insert("file".into(), json!(path));
    }
    value
}

fn automatic(bytes: &[u8], ansi: &'static Encoding) -> Value {
    let list = jump_list::read_automatic(bytes, ansi);
    let items: Vec<Value> = list
        .items
        .iter()
        .map(|item| {
            json!({
                "entry": item.entry.as_ref().map(|entry| json!({
                    "number": entry.number,
                    "pin": match entry.pin { Pin::Unpinned => -1, Pin::Pinned(at) => i64::from(at) },
                    "access_count": entry.access_count,
                    "last_access": time(entry.last_access),
                    "score_bits": entry.score_bits,
                    "droid": droid(entry.droid),
                    "birth": droid(entry.birth),
                    "host": entry.host_name,
                    "path": entry.path,
                })),
                "shortcut": item.shortcut.as_ref().map(shortcut_value),
                "locator": item.locator.to_string(),
            })
        })
        .collect();
    let header = list.dest_list.map(|header| {
        json!({
            "version": header.version,
            "entries": header.entries,
            "pinned": header.pinned,
            "last_entry": header.last_entry,
        })
    });
    json!({ "dest_list": header, "items": items, "damage": damage(&list.outcome.damage) })
}

fn custom(bytes: &[u8], ansi: &'static Encoding) -> Value {
    let list = jump_list::read_custom(bytes, ansi);
    let categories: Vec<Value> = list
        .categories
        .iter()
        .map(|category| {
            let items: Vec<Value> = category
                .items
                .iter()
                .map(|item| {
                    json!({
                        "shortcut": shortcut_value(&item.shortcut),
                        "locator": item.locator.to_string(),
                    })
                })
                .collect();
            json!({ "kind": format!("{:?}", category.kind), "items": items })
        })
        .collect();
    json!({ "categories": categories, "damage": damage(&list.outcome.damage) })
}

fn index_file(bytes: &[u8]) -> Value {
    let read = recycle_bin::read_index_file(bytes);
    json!({
        "deleted": read.file.as_ref().map(|file| json!({
            "version": file.version,
            "size": file.size,
            "time": time(file.deleted),
            "path": file.original_path,
        })),
        "damage": damage(&read.outcome.damage),
    })
}

fn info2(bytes: &[u8], ansi: &'static Encoding) -> Value {
    let read = recycle_bin::read_info2(bytes, ansi);
    let records: Vec<Value> = read
        .records
        .iter()
        .map(|record| {
            json!({
                "number": record.number,
                "drive": record.drive_number,
                "time": time(record.deleted),
                "size": record.size_on_disk,
                "path": record.path(),
                "ansi": record.original_path.ansi,
                "gone": record.is_gone,
                "content": record.content_name(),
            })
        })
        .collect();
    json!({ "version": read.header.map(|header| header.version), "records": records,
        "damage": damage(&read.outcome.damage) })
}

fn shortcut_value(link: &Shortcut) -> Value {
    let header = &link.header;
    let info = link.link_info.as_ref();
    let extra = &link.extra;
    json!({
        "flags": header.flags.0,
        "attributes": header.attributes,
        "created": time(header.created),
        "accessed": time(header.accessed),
        "modified": time(header.modified),
        "size": header.size,
        "icon_index": header.icon_index,
        "show": header.show.0,
        "hot_key": header.hot_key.0,
        "target": link.target.as_ref().map(list_value),
        "target_path": link.target_path(),
        "volume": link.volume().map(|volume| json!({
            "drive_type": volume.drive_type.number(),
            "serial": volume.serial,
            "label": dual(Some(&volume.label)),
        })),
        "local_base_path": dual(info.and_then(|info| info.local_base_path.as_ref())),
        "suffix": dual(info.and_then(|info| info.suffix.as_ref())),
        "local_path": link.local_path(),
        "network_path": link.network_path(),
        "network": info.and_then(|info| info.network.as_ref()).map(|network| json!({
            "share": dual(Some(&network.share)),
            "device": dual(network.device.as_ref()),
            "provider": network.provider,
        })),
        "name": link.strings.name,
        "relative_path": link.strings.relative_path,
        "working_directory": link.strings.working_directory,
        "arguments": link.strings.arguments,
        "icon_location": link.strings.icon_location,
        "environment": dual(extra.environment.as_ref()),
        "icon_environment": dual(extra.icon_environment.as_ref()),
        "darwin": dual(extra.darwin.as_ref()),
        "console": extra.console.as_ref().map(|console| json!({
            "face": console.face_name,
            "fill": console.fill_attributes,
            "window": console.window_size,
            "history": console.history_size,
        })),
        "console_code_page": extra.console_code_page,
        "special_folder": extra.special_folder.map(|folder| json!([folder.folder, folder.child_offset])),
        "known_folder": extra.known_folder
            .map(|folder| json!([folder.folder.to_string(), folder.child_offset])),
        "shim": extra.shim_layer,
        "tracker": extra.tracker.as_ref().map(|tracker| json!({
            "machine": tracker.machine_id,
            "droid": droid(tracker.droid),
            "birth": droid(tracker.birth),
            "mac": tracker.droid.file.mac_address().map(|mac| mac.to_string()),
            "time": time(tracker.droid.file.time()),
        })),
        "properties": stores(&extra.properties),
        "vista_target": extra.vista_target.as_ref().map(list_value),
        "unknown_blocks": extra.unknown.iter()
            .map(|block| format!("{:08x}+{}", block.signature, block.length)).collect::<Vec<_>>(),
        "length": link.length,
    })
}

fn list_value(list: &ItemList) -> Value {
    let items: Vec<Value> = list.items.iter().map(item_value).collect();
    json!({ "path": list.path(), "terminated": list.terminated, "items": items })
}

fn item_value(item: &ShellItem) -> Value {
    let entry = item.file_entry();
    let extension = item.file_extension();
    let text = |time: Option<kusari_artifacts::ShellTime>| time.map(|time| time.to_string());
    json!({
        "class": item.class,
        "kind": match &item.kind {
            ItemKind::Unknown(bytes) => format!("Unknown({} bytes)", bytes.len()),
            ItemKind::FileEntry(_) => "FileEntry".to_owned(),
            other => format!("{other:?}"),
        },
        "name": item.file_name(),
        "primary": entry.map(|entry| entry.name.as_str()),
        "size": entry.map(|entry| entry.size),
        "modified": text(entry.and_then(|entry| entry.modified)),
        "attributes": entry.map(|entry| entry.attributes),
        "created": text(extension.and_then(|one| one.created)),
        "accessed": text(extension.and_then(|one| one.accessed)),
        "long_name": extension.and_then(|one| one.long_name.as_deref()),
        "localised": extension.and_then(|one| one.localised_name.as_deref()),
        "file_reference": extension.and_then(|one| one.file_reference)
            .map(|reference| json!([reference.entry(), reference.sequence()])),
        "extensions": item.extensions.iter()
            .map(|block| format!("{:04x}v{}", block.kind, block.version)).collect::<Vec<_>>(),
    })
}

fn stores(stores: &[PropertyStorage]) -> Vec<Value> {
    stores
        .iter()
        .flat_map(|store| {
            store.properties.iter().map(|property| {
                json!({
                    "set": store.format.to_string(),
                    "key": match &property.key {
                        PropertyKey::Number(number) => json!(number),
                        PropertyKey::Name(name) => json!(name),
                    },
                    "type": property.kind,
                    "value": format!("{:?}", property.value),
                })
            })
        })
        .collect()
}

fn time(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::ticks)
}

fn droid(droid: Droid) -> Value {
    json!([droid.volume.to_string(), droid.file.to_string()])
}

fn dual(text: Option<&DualText>) -> Value {
    text.map_or(Value::Null, |text| json!([text.ansi, text.unicode]))
}

fn damage(damage: &[Damage]) -> Vec<String> {
    damage.iter().map(ToString::to_string).collect()
}
