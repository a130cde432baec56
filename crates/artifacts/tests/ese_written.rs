//! What our writer of ESE databases writes is read by libesedb, too, and as Kusari reads it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use kusari_artifacts::ese::Database;
use kusari_artifacts::windows_search::items;
use kusari_fixtures::ese::windows_search::{Item, Scope, database};
use kusari_fixtures::ese::write;
use kusari_fixtures::tools;

fn hexadecimal(value: u64) -> String {
    let bytes = value.to_le_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn libesedb_reads_a_written_index_as_kusari_does() {
    let written: Vec<Item> = (0..600_u64)
        .map(|number| Item {
            url: format!("file:E:/backup/file {number}.xlsx"),
            name: format!("file {number}.xlsx"),
            size: Some(number * 1000),
            times: (132_000_000_000_000_000 + number, 1, 2),
            gathered: 133_000_000_000_000_000 + number,
            computer: "CALLCENTRE01".to_owned(),
            scope: 2,
            deleted: number == 300,
            ..Item::default()
        })
        .collect();
    let scope = Scope {
        id: 2,
        parent: 1,
        name: "file:".to_owned(),
    };
    let mut plan = database(&written, &[scope]);
    for page_size in [4096, 8192, 16_384, 32_768] {
        plan.page_size = page_size;
        let bytes = write(&plan);
        let folder = std::env::temp_dir().join(format!(
            "kusari-ese-written-{page_size}-{}",
            std::process::id()
        ));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("Windows.edb");
        std::fs::write(&file, &bytes).unwrap();
        let target = folder.join("out");
        let arguments = ["-m", "tables", "-t", target.to_str().unwrap()];
        let arguments = [&arguments[..], &[file.to_str().unwrap()]].concat();
        if tools::output("esedbexport", &arguments).is_none() {
            std::fs::remove_dir_all(&folder).unwrap();
            return;
        }
        let table = folder.join("out.export/SystemIndex_PropertyStore.2");
        let text = std::fs::read_to_string(table).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let mut lines = text.lines().skip(1);
        let database = Database::open(&bytes).unwrap();
        let mut count = 0;
        let outcome = items(&database, &mut |item| {
            if item.deleted {
                // libesedb leaves it out.
                return;
            }
            let fields: Vec<&str> = lines.next().unwrap().split('\t').collect();
            let ticks = |at: Option<kusari_evidence::time::Timestamp>| {
                hexadecimal(u64::try_from(at.unwrap().ticks()).unwrap())
            };
            assert_eq!(fields[0], item.id.unwrap().to_string());
            assert_eq!(fields[1], ticks(item.gathered));
            assert_eq!(fields[2], hexadecimal(item.size.unwrap()));
            assert_eq!(fields[4], ticks(item.modified));
            assert_eq!(fields[9], item.url.unwrap());
            assert_eq!(fields[12], item.computer.unwrap());
            assert_eq!(fields[14], item.name.unwrap());
            count += 1;
        });
        assert_eq!(outcome.damage, []);
        assert_eq!(count, 599);
        assert_eq!(lines.count(), 0);
    }
}
