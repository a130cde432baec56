//! Records as blocks of `key = value` lines.
//!
//! What follows a line that can't be understood may belong to the next record, whose first line
//! that may have been: it is left out until the next record begins.

use super::builder::{Builder, Place};
use super::layout::BlockLayout;
use crate::text::{Line, Text};

/// The most lines of one block.
const MOST_LINES: usize = 256;

pub(super) fn read(text: &Text<'_>, layout: &BlockLayout, builder: &mut Builder<'_, '_>) {
    let mut reader = Reader {
        layout,
        builder,
        block: None,
        lost: None,
        began: false,
    };
    for line in text.lines() {
        reader.line(&line);
    }
    reader.close();
}

struct Reader<'l, 'b, 'p, 's> {
    layout: &'l BlockLayout,
    builder: &'b mut Builder<'p, 's>,
    block: Option<Block>,
    /// Lines that belong to no record for sure.
    lost: Option<(Place, &'static str)>,
    /// Whether a record has begun; a heading before the first one is no damage.
    began: bool,
}

struct Block {
    place: Place,
    values: Vec<(String, String)>,
    /// How many keys of the layout's list have been read.
    keys: usize,
}

impl Reader<'_, '_, '_, '_> {
    fn line(&mut self, line: &Line<'_>) {
        let decoded = line.decode();
        let text = decoded.text.trim();
        if text.is_empty() {
            return;
        }
        if decoded.damaged || line.cut {
            return self.lose(line, "bytes that are no text");
        }
        if let Some(fields) = self.layout.begins.fit(text) {
            self.close();
            self.began = true;
            let values = fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), unquoted(value).to_owned()));
            self.block = Some(Block {
                place: place(line),
                values: values.collect(),
                keys: 0,
            });
            return;
        }
        if self.lost.is_some() {
            return self.lose(line, "");
        }
        let Some(block) = &mut self.block else {
            if self.began {
                self.lose(line, "a line that belongs to no record");
            }
            return;
        };
        let Some((key, value)) = text.split_once(&*self.layout.separator) else {
            return self.lose(
                line,
                "a line that is neither a key with its value nor a record's first",
            );
        };
        let key = key.trim();
        if block.values.iter().any(|(known, _)| known == key) {
            return self.lose(
                line,
                "a key for the second time; the next record's first line is missing",
            );
        }
        if !self.layout.keys.is_empty() {
            if self
                .layout
                .keys
                .get(block.keys)
                .is_none_or(|expected| expected != key)
            {
                return self.lose(line, "a key that is not the next one of its record");
            }
            block.keys += 1;
        }
        if block.values.len() >= MOST_LINES {
            return self.lose(line, "more lines than a record can have");
        }
        block
            .values
            .push((key.to_owned(), unquoted(value.trim()).to_owned()));
        block.place.end = line.end();
    }

    fn lose(&mut self, line: &Line<'_>, reason: &'static str) {
        match &mut self.lost {
            Some((place, _)) => place.end = line.end(),
            None => {
                self.began = true;
                self.lost = Some((place(line), reason));
            }
        }
    }

    fn close(&mut self) {
        if let Some(block) = self.block.take() {
            let values: Vec<(&str, &str)> = block
                .values
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect();
            if block.keys < self.layout.keys.len() {
                let reason = "a record without all of its lines";
                self.builder.damaged(block.place, &values, reason);
            } else {
                self.builder.record(block.place, &values);
            }
        }
        if let Some((place, reason)) = self.lost.take() {
            self.builder.damage(place, reason);
        }
    }
}

const fn place(line: &Line<'_>) -> Place {
    Place {
        line: line.number,
        offset: line.offset,
        end: line.end(),
    }
}

/// Some tools put names in quotation marks only where they hold certain characters.
fn unquoted(value: &str) -> &str {
    value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value)
}
