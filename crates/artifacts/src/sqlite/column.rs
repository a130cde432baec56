//! The columns of a table, from the text of its `CREATE TABLE`.
//!
//! Sources: sqlite.org, "CREATE TABLE" (rowids, `WITHOUT ROWID`, generated columns), "Datatypes In
//! SQLite" 3.1 (affinity), "Database File Format" 2.4 (order of columns without rowid).

use std::collections::HashMap;

use super::definition::Definition;
use super::record::Value;
use super::token::{Token, tokens};

/// The most columns that a table can have. Source: sqlite.org, "Limits In SQLite".
const MOST_COLUMNS: usize = 32_767;

/// The longest definition of a table that is looked at, in bytes.
const LONGEST: usize = 1 << 20;

/// What a row holds of a column that it knows nothing of.
static NULL: Value = Value::Null;

/// A column whose values are stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether whole numbers in it stand for floating point ones.
    pub(super) is_real: bool,
    /// What a row holds that was written before the column was added, where it is a plain literal.
    pub(super) default: Value,
}

/// How a table's rows are laid out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableShape {
    /// The columns, in the order of the table's definition.
    pub columns: Vec<Column>,
    /// The column that is the rowid: its value is not stored in the record.
    pub rowid_column: Option<usize>,
    /// Whether the table is `WITHOUT ROWID`.
    pub without_rowid: bool,
    /// For each value of a record, whose column it is. Empty where that is the definition's order.
    order: Vec<usize>,
    /// For each column, which value of a record is its. Empty where `order` is.
    stored: Vec<usize>,
}

/// A definition between two commas.
pub(super) type Part<'t> = &'t [Token];

impl TableShape {
    /// Reads the text of a `CREATE TABLE`; `None` when it is none that can be understood.
    pub(super) fn read(sql: &str) -> Option<Self> {
        if sql.len() > LONGEST {
            return None;
        }
        let tokens = tokens(sql);
        let open = tokens.iter().position(|token| *token == Token::Mark('('))?;
        let inside = tokens.get(open.checked_add(1)?..)?;
        let (parts, behind) = split(inside);
        let mut shape = Self {
            without_rowid: behind.windows(2).any(
                |pair| matches!(pair, [first, second] if first.is("WITHOUT") && second.is("ROWID")),
            ),
            ..Self::default()
        };
        // The columns of the primary key, by their place.
        let mut key: Vec<usize> = Vec::new();
        let mut integers: Vec<usize> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for part in parts {
            if let Some(names) = table_key(part) {
                key.extend(
                    names
                        .iter()
                        .filter_map(|name| places.get(&name.to_ascii_lowercase()).copied()),
                );
                continue;
            }
            if is_constraint(part) || shape.columns.len() >= MOST_COLUMNS {
                continue;
            }
            let Some(definition) = Definition::read(part) else {
                continue;
            };
            if definition.is_virtual {
                continue;
            }
            let place = shape.columns.len();
            if definition.is_key {
                key.push(place);
            }
            if definition.is_integer && !definition.is_descending_key {
                integers.push(place);
            }
            let name = definition.column.name.to_ascii_lowercase();
            places.entry(name).or_insert(place);
            shape.columns.push(definition.column);
        }
        if shape.columns.is_empty() {
            return None;
        }
        if let ([only], false) = (key.as_slice(), shape.without_rowid) {
            shape.rowid_column = integers.contains(only).then_some(*only);
        }
        if shape.without_rowid {
            shape.order_by(&key);
        }
        Some(shape)
    }

    /// Where a column stands; names are compared without case.
    #[must_use]
    pub fn place_of(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Which value of a record the column at `place` has.
    pub(super) fn stored_at(&self, place: usize) -> Option<usize> {
        if self.stored.is_empty() {
            Some(place)
        } else {
            self.stored.get(place).copied()
        }
    }

    /// What a record without a value for the column at `place` means.
    pub(super) fn default_of(&self, place: usize) -> &Value {
        self.columns
            .get(place)
            .map_or(&NULL, |column| &column.default)
    }

    /// The columns in the order of a record.
    pub(super) fn in_record(&self) -> impl Iterator<Item = &Column> {
        let all = 0..self.columns.len();
        all.filter_map(|at| {
            let place = self.order.get(at).copied().unwrap_or(at);
            self.columns.get(place)
        })
    }

    /// Without rowid, the columns of the primary key come first.
    fn order_by(&mut self, key: &[usize]) {
        let mut stored: Vec<Option<usize>> = vec![None; self.columns.len()];
        let mut order = Vec::with_capacity(self.columns.len());
        for place in key.iter().copied().chain(0..self.columns.len()) {
            if let Some(at @ None) = stored.get_mut(place) {
                *at = Some(order.len());
                order.push(place);
            }
        }
        self.stored = stored.into_iter().flatten().collect();
        self.order = order;
    }
}

/// The parts between the commas up to the bracket that closes, and what stands behind it.
fn split(tokens: &[Token]) -> (Vec<Part<'_>>, Part<'_>) {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut begin = 0_usize;
    for (place, token) in tokens.iter().enumerate() {
        let next = place.saturating_add(1);
        match token {
            Token::Mark('(') => depth = depth.saturating_add(1),
            Token::Mark(')') if depth == 0 => {
                parts.push(tokens.get(begin..place).unwrap_or_default());
                return (parts, tokens.get(next..).unwrap_or_default());
            }
            Token::Mark(')') => depth = depth.saturating_sub(1),
            Token::Mark(',') if depth == 0 => {
                parts.push(tokens.get(begin..place).unwrap_or_default());
                begin = next;
            }
            _ => {}
        }
    }
    parts.push(tokens.get(begin..).unwrap_or_default());
    (parts, &[])
}

/// Whether a part is a constraint of the whole table.
fn is_constraint(part: Part<'_>) -> bool {
    ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]
        .iter()
        .any(|keyword| part.first().is_some_and(|token| token.is(keyword)))
}

/// The columns that a `PRIMARY KEY (...)` of the whole table names.
fn table_key(part: Part<'_>) -> Option<Vec<&str>> {
    if !is_constraint(part) {
        return None;
    }
    let key = part.windows(3).position(
        |three| matches!(three, [a, b, Token::Mark('(')] if a.is("PRIMARY") && b.is("KEY")),
    )?;
    let inside = part.get(key.checked_add(3)?..)?;
    let (columns, _) = split(inside);
    Some(
        columns
            .into_iter()
            .filter_map(|column| column.first()?.name())
            .collect(),
    )
}
