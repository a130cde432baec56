//! The catalogue: the table `MSysObjects`, which describes all tables, itself included.

use std::collections::BTreeMap;

use super::column::{self, Column, ColumnType};
use super::database::Database;
use super::row::Row;
use super::value::Value;
use crate::Damage;

/// The page with the root of the catalogue, and that of its copy `MSysObjectsShadow`.
const ROOT: u32 = 4;
const COPY_ROOT: u32 = 24;

/// The most tables and columns that are kept; the largest of Windows' own databases have some
/// thousands.
const MOST: usize = 1 << 20;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its number (object identifier).
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its columns in the order of their numbers, those of its template first.
    pub columns: Vec<Column>,
    /// The name of the table that it takes columns from.
    pub template: Option<String>,
    /// The page with the root of its tree.
    pub(super) root: u32,
    /// The page with the root of the tree of its long values.
    pub(super) long_values: Option<u32>,
}

impl Table {
    /// The column with that name, without regard to the case of ASCII letters.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        let mut columns = self.columns.iter();
        columns.find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub(super) tables: Vec<Table>,
    pub(super) damage: Vec<Damage>,
}

/// Reads the catalogue, and its copy where something of it is damaged.
pub(super) fn read(database: &Database<'_>) -> Catalog {
    let mut first = read_at(database, ROOT);
    if first.damage.is_empty() && !first.tables.is_empty() {
        return first;
    }
    let copy = read_at(database, COPY_ROOT);
    let weight = |catalog: &Catalog| {
        let columns = catalog.tables.iter().map(|table| table.columns.len());
        columns.fold(catalog.tables.len(), usize::saturating_add)
    };
    if weight(&copy) > weight(&first) {
        first.tables = copy.tables;
        for damage in copy.damage {
            damage.push_to(&mut first.damage);
        }
        Damage::new(0, 0, "the catalogue is damaged; its copy is used").push_to(&mut first.damage);
    }
    first
}

fn read_at(database: &Database<'_>, root: u32) -> Catalog {
    let table = own_description(root);
    let mut catalog = Catalog::default();
    let mut tables: BTreeMap<u32, Table> = BTreeMap::new();
    let mut columns: BTreeMap<u32, Vec<Column>> = BTreeMap::new();
    let mut trees: BTreeMap<u32, u32> = BTreeMap::new();
    let mut entries = 0_usize;
    for row in database.rows(&table) {
        let row = match row {
            Ok(row) if row.is_deleted() => continue,
            Ok(row) => row,
            Err(damage) => {
                damage.push_to(&mut catalog.damage);
                continue;
            }
        };
        entries = entries.saturating_add(1);
        if entries > MOST {
            Damage::new(
                row.offset(),
                0,
                "the catalogue has more entries than are kept",
            )
            .push_to(&mut catalog.damage);
            break;
        }
        let read = Entry { row: &row };
        match read.object(&mut tables, &mut columns, &mut trees) {
            Ok(()) => {}
            Err(damage) => damage.push_to(&mut catalog.damage),
        }
    }
    for (id, own) in columns {
        if let Some(table) = tables.get_mut(&id) {
            table.columns = own;
        }
    }
    for (id, root) in trees {
        if let Some(table) = tables.get_mut(&id) {
            table.long_values = Some(root);
        }
    }
    for table in tables.values_mut() {
        table.columns.sort_by_key(|column| column.id);
        table.columns.dedup_by_key(|column| column.id);
        column::place_fixed(&mut table.columns);
    }
    let names: BTreeMap<String, u32> = tables
        .values()
        .filter(|table| table.template.is_none())
        .map(|table| (table.name.clone(), table.id))
        .collect();
    let derived: Vec<(u32, u32)> = tables
        .values()
        .filter_map(|table| Some((table.id, *names.get(table.template.as_ref()?)?)))
        .collect();
    let mut inherited = 0_usize;
    for (id, template) in derived {
        let Some(template) = tables.get(&template) else {
            continue;
        };
        // Every table of a hostile catalogue could take all columns of one template.
        inherited = inherited.saturating_add(template.columns.len());
        if inherited > MOST {
            Damage::new(
                0,
                0,
                "tables take more columns from templates than are kept",
            )
            .push_to(&mut catalog.damage);
            break;
        }
        let mut columns: Vec<Column> = template.columns.clone();
        for column in &mut columns {
            column.from_template = true;
        }
        if let Some(table) = tables.get_mut(&id) {
            columns.append(&mut table.columns);
            table.columns = columns;
        }
    }
    catalog.tables = tables.into_values().collect();
    catalog
}

struct Entry<'r, 'd> {
    row: &'r Row<'d>,
}

impl Entry<'_, '_> {
    fn number(&self, name: &str) -> Result<u32, Damage> {
        let value = self.row.named(name)?;
        Ok(match value {
            Some(Value::I32(number)) => number.cast_unsigned(),
            Some(Value::I16(number)) => u32::from(number.cast_unsigned()),
            _ => 0,
        })
    }

    fn object(
        &self,
        tables: &mut BTreeMap<u32, Table>,
        columns: &mut BTreeMap<u32, Vec<Column>>,
        trees: &mut BTreeMap<u32, u32>,
    ) -> Result<(), Damage> {
        let table = self.number("ObjidTable")?;
        let id = self.number("Id")?;
        let target = self.number("ColtypOrPgnoFDP")?;
        let name = |name| {
            let value = self.row.named(name)?;
            Ok(value.and_then(|value| value.text().map(str::to_owned)))
        };
        match self.number("Type")? {
            1 => {
                tables.insert(
                    table,
                    Table {
                        id: table,
                        name: name("Name")?.unwrap_or_default(),
                        columns: Vec::new(),
                        template: name("TemplateTable")?.filter(|name| !name.is_empty()),
                        root: target,
                        long_values: None,
                    },
                );
            }
            2 => {
                let default = self.row.named("DefaultValue")?;
                let record_offset = self.number("RecordOffset")?;
                columns.entry(table).or_default().push(Column {
                    id,
                    name: name("Name")?.unwrap_or_default(),
                    kind: ColumnType::from(target),
                    size: self.number("SpaceUsage")?,
                    flags: self.number("Flags")?,
                    code_page: self.number("PagesOrLocale")?,
                    from_template: false,
                    record_offset: u16::try_from(record_offset).unwrap_or(0),
                    default: match default {
                        Some(Value::Bytes(bytes)) => Some(bytes),
                        _ => None,
                    },
                });
            }
            4 => {
                trees.insert(table, target);
            }
            // Indexes and callbacks are not needed to read rows.
            _ => {}
        }
        Ok(())
    }
}

/// The columns of the catalogue that are needed to read it, as they are in every database.
fn own_description(root: u32) -> Table {
    let fixed = [
        (1, "ObjidTable", ColumnType::Long, 4),
        (2, "Type", ColumnType::Short, 8),
        (3, "Id", ColumnType::Long, 10),
        (4, "ColtypOrPgnoFDP", ColumnType::Long, 14),
        (5, "SpaceUsage", ColumnType::Long, 18),
        (6, "Flags", ColumnType::Long, 22),
        (7, "PagesOrLocale", ColumnType::Long, 26),
        (9, "RecordOffset", ColumnType::Short, 31),
    ];
    let variable = [
        (128, "Name", ColumnType::Text),
        (130, "TemplateTable", ColumnType::Text),
        (131, "DefaultValue", ColumnType::Binary),
    ];
    let column = |id, name: &str, kind, record_offset| Column {
        id,
        name: name.to_owned(),
        kind,
        size: 0,
        flags: 0,
        code_page: 1252,
        from_template: false,
        record_offset,
        default: None,
    };
    let fixed = fixed.map(|(id, name, kind, at)| column(id, name, kind, at));
    let variable = variable.map(|(id, name, kind)| column(id, name, kind, 0));
    Table {
        id: 0,
        name: "MSysObjects".to_owned(),
        columns: fixed.into_iter().chain(variable).collect(),
        template: None,
        root,
        long_values: None,
    }
}
