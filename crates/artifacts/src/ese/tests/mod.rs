//! Databases of our writer, damaged ones among them, and one of the corpus.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod built;
mod corpus;
mod damage;
mod pieces;

use kusari_fixtures::ese::{Column, Database as Plan, Row, Stored, Table, utf16};

use super::*;

/// A table with every kind of column, and as many rows as wanted.
fn plan(page_size: usize, rows: u32) -> Plan {
    let row = |number: u32| {
        let text = format!("row {number} of many, and not a short one");
        let mut values = vec![
            (1, Stored::Plain(number.to_le_bytes().to_vec())),
            (3, Stored::Plain(vec![0xFF])),
            (128, Stored::Plain(utf16(&text))),
        ];
        if number.is_multiple_of(3) {
            values.push((2, Stored::Plain(1.5_f64.to_le_bytes().to_vec())));
            values.push((129, Stored::Plain(vec![7; 5])));
        }
        values.push((
            256,
            match number % 4 {
                0 => Stored::Plain(utf16(&text)),
                1 => Stored::Compressed(kusari_fixtures::ese::seven_bit(text.as_bytes(), true)),
                2 => Stored::Compressed(kusari_fixtures::ese::xpress_literals(&utf16(&text))),
                _ => Stored::Long(utf16(&text.repeat(40)), 1200, number % 8 == 3),
            },
        ));
        if number.is_multiple_of(5) {
            let many = vec![vec![1, 0, 0, 0], vec![2, 0, 0, 0], vec![3, 0, 0, 0]];
            values.push((257, Stored::Many(many)));
        } else if number % 5 == 1 {
            values.push((257, Stored::Two(vec![1, 0, 0, 0], vec![9, 0, 0, 0])));
        } else if number % 5 == 2 {
            values.push((258, Stored::Null));
        }
        Row {
            values,
            deleted: number % 100 == 50,
        }
    };
    let mut with_default = Column::new(258, "with default", 4, 4);
    with_default.default = Some(77_i32.to_le_bytes().to_vec());
    Plan {
        page_size,
        clean: true,
        tables: vec![Table {
            name: "every way".to_owned(),
            columns: vec![
                Column::new(1, "number", 14, 4),
                Column::new(2, "float", 7, 8),
                Column::new(3, "flag", 1, 1),
                Column::new(128, "short text", 10, 255),
                Column::new(129, "short bytes", 9, 255),
                Column::new(256, "long text", 12, 0),
                Column::new(257, "numbers", 4, 4),
                with_default,
            ],
            rows: (0..rows).map(row).collect(),
        }],
    }
}

/// All that can be read: rows' numbers, and how much damage there was.
fn read(bytes: &Vec<u8>) -> Option<(Vec<u64>, usize)> {
    let database = Database::open(bytes).ok()?;
    let mut damage = database.outcome().damage.len();
    let mut numbers = Vec::new();
    for table in database.tables() {
        for row in database.rows(table) {
            let Ok(row) = row else {
                damage += 1;
                continue;
            };
            for column in &table.columns {
                match row.value(column) {
                    Ok(Some(value)) if column.name == "number" => {
                        numbers.extend(value.unsigned());
                    }
                    Ok(_) => {}
                    Err(_) => damage += 1,
                }
            }
        }
    }
    Some((numbers, damage))
}
