//! Writes databases of the Extensible Storage Engine, for other people's readers to read.
//!
//! `write_ese FOLDER`: one database a page size, with all ways in which values are stored, and a
//! Windows Search index.

use kusari_fixtures::ese::{
    Column, Database, Row, Stored, Table, seven_bit, utf16, windows_search, write, xpress_literals,
};

fn every_way(page_size: usize) -> Database {
    let columns = vec![
        Column::new(1, "number", 4, 4),
        Column::new(2, "time", 8, 8),
        Column::new(3, "guid", 16, 16),
        Column::new(128, "short text", 10, 255),
        Column::new(129, "short bytes", 9, 255),
        Column::new(256, "long text", 12, 0),
        Column::new(257, "long bytes", 11, 0),
        Column::new(258, "numbers", 4, 4),
    ];
    let rows = (0_u32..2000).map(|number| {
        let text = format!("row {number} of many, and not a short one");
        let mut values = vec![
            (1, Stored::Plain(number.to_le_bytes().to_vec())),
            (128, Stored::Plain(utf16(&text))),
        ];
        if number % 3 == 0 {
            let time = 132_000_000_000_000_000_u64 + u64::from(number);
            values.push((2, Stored::Plain(time.to_le_bytes().to_vec())));
            values.push((
                129,
                Stored::Plain(vec![7; usize::try_from(number % 40).unwrap() + 1]),
            ));
        }
        values.push((
            256,
            match number % 4 {
                0 => Stored::Plain(utf16(&text)),
                1 => Stored::Compressed(seven_bit(text.as_bytes(), true)),
                2 => Stored::Compressed(xpress_literals(&utf16(&text.repeat(3)))),
                _ => Stored::Long(utf16(&text.repeat(40)), 1200, number % 8 == 3),
            },
        ));
        if number % 5 == 0 {
            values.push((
                258,
                match number % 2 {
                    0 => Stored::Many(vec![vec![1, 0, 0, 0], vec![2, 0, 0, 0], vec![3, 0, 0, 0]]),
                    _ => Stored::Two(vec![1, 0, 0, 0], number.to_le_bytes().to_vec()),
                },
            ));
        }
        Row {
            values,
            deleted: number % 100 == 50,
        }
    });
    Database {
        page_size,
        clean: true,
        tables: vec![
            Table {
                name: "every way".to_owned(),
                rows: rows.collect(),
                columns,
            },
            Table {
                name: "empty".to_owned(),
                columns: vec![Column::new(1, "number", 4, 4)],
                rows: Vec::new(),
            },
        ],
    }
}

fn main() -> std::io::Result<()> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".into()));
    for page_size in [4096, 8192, 16_384, 32_768] {
        let bytes = write(&every_way(page_size));
        std::fs::write(folder.join(format!("every-way-{page_size}.edb")), bytes)?;
    }
    let items: Vec<_> = (0..300_u64)
        .map(|number| windows_search::Item {
            url: format!("file:E:/backup/file {number}.xlsx"),
            name: format!("file {number}.xlsx"),
            size: (number % 10 != 0).then_some(number * 1000),
            times: (
                132_000_000_000_000_000,
                132_000_000_000_000_001,
                132_000_000_000_000_002,
            ),
            gathered: 133_000_000_000_000_000 + number,
            volume_id: Some(*b"kusari-volume-id"),
            computer: "CALLCENTRE01".to_owned(),
            kinds: vec!["document".to_owned()],
            scope: 6,
            deleted: number % 50 == 7,
        })
        .collect();
    let scopes = [
        (2, 1, "file:"),
        (3, 2, "E:"),
        (4, 3, "/"),
        (5, 4, "[43cec11d-65ac-4ce1-90d0-4851dfc7a806]/"),
        (6, 5, "backup/"),
    ];
    let scopes = scopes.map(|(id, parent, name)| windows_search::Scope {
        id,
        parent,
        name: name.to_owned(),
    });
    let bytes = write(&windows_search::database(&items, &scopes));
    std::fs::write(folder.join("Windows.edb"), bytes)
}
