//! Prints what is read of a Windows Search index, to be held against other people's readers.
//!
//! `windows_search_dump WINDOWS.EDB`: first the items, then the gatherer's files and volumes; fields
//! are separated by tabs, times are 100 ns intervals since 1601.

use std::io::Write;

use kusari_artifacts::ese::Database;
use kusari_artifacts::windows_search::{Scopes, gathered, items};
use kusari_evidence::DiskFile;
use kusari_evidence::time::Timestamp;

fn ticks(time: Option<Timestamp>) -> String {
    time.map_or_else(String::new, |time| time.ticks().to_string())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1);
    let path = path.ok_or("usage: windows_search_dump WINDOWS.EDB")?;
    let bytes = DiskFile::open(path.as_ref())?;
    let database = Database::open(&bytes)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut failed = Ok(());
    let outcome = items(&database, &mut |item| {
        let line = [
            "item".to_owned(),
            format!("{}", u8::from(item.deleted)),
            item.id.map_or_else(String::new, |id| id.to_string()),
            item.url.clone().unwrap_or_default(),
            item.file_path().unwrap_or_default(),
            item.display_path.unwrap_or_default(),
            item.name.unwrap_or_default(),
            item.size.map_or_else(String::new, |size| size.to_string()),
            ticks(item.modified),
            ticks(item.created),
            ticks(item.accessed),
            ticks(item.gathered),
            item.computer.unwrap_or_default(),
            item.owner.unwrap_or_default(),
            item.volume_id
                .map_or_else(String::new, |guid| guid.to_string()),
            item.kinds.join(";"),
            item.item_type.unwrap_or_default(),
        ];
        if failed.is_ok() {
            failed = writeln!(out, "{}", line.join("\t"));
        }
    });
    failed?;
    eprintln!("{:?}", outcome.coverage);
    let scopes = Scopes::read(&database);
    let mut failed = Ok(());
    let more = gathered(&database, &mut |file| {
        let address = scopes.address(file.scope).unwrap_or_default();
        if failed.is_ok() {
            failed = writeln!(
                out,
                "file\t{}\t{}\t{address}{}\t{}",
                u8::from(file.deleted),
                file.document,
                file.name,
                ticks(file.last_modified)
            );
        }
    });
    failed?;
    for volume in scopes.volumes() {
        writeln!(out, "volume\t{:?}\t{}", volume.letter, volume.guid)?;
    }
    for damage in outcome.damage.iter().chain(&more.damage) {
        eprintln!("{damage}");
    }
    Ok(out.flush()?)
}
