//! The way from a record back to its bytes.

use std::fmt;
use std::str::FromStr;

/// Where in its source a record stands. Its text form is stable: it is part of every output and
/// of the event's id, and [`FromStr`] reads it back.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Locator {
    /// A key or value of a registry hive.
    Registry {
        /// Byte offset of the key's (or value's) cell in the hive file, behind the 4 KiB header,
        /// pointing at the cell's size field.
        cell: u32,
        /// The key's path from the hive's root.
        key: String,
        /// The value's name, when the record comes from a value; empty for the default value.
        value: Option<String>,
    },
    /// A record of an event log.
    EventRecord {
        /// The record's own number.
        record: u64,
        /// Byte offset of the record in the file.
        offset: u64,
    },
    /// A line, or several, of a text file.
    Lines {
        /// The number of the first line, from 1.
        line: u64,
        /// Byte offset of the first line.
        offset: u64,
        /// How many bytes the lines take.
        length: u64,
    },
    /// A stretch of bytes.
    Bytes {
        /// Byte offset.
        offset: u64,
        /// How many bytes.
        length: u64,
    },
    /// A stretch of bytes of the write-ahead log (`-wal`) beside an SQLite database.
    WriteAheadLog {
        /// Byte offset in the log.
        offset: u64,
        /// How many bytes.
        length: u64,
    },
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry {
                cell,
                key,
                value: None,
            } => write!(f, "registry:{cell:#x}:{key}"),
            // A NUL cannot stand in a value's name that Windows' own tools write, and `\\`
            // separates key names, so the double backslash cannot stand in a path.
            Self::Registry {
                cell,
                key,
                value: Some(value),
            } => {
                write!(f, "registry:{cell:#x}:{key}\\\\{value}")
            }
            Self::EventRecord { record, offset } => write!(f, "event-record:{record}@{offset:#x}"),
            Self::Lines {
                line,
                offset,
                length,
            } => write!(f, "line:{line}@{offset:#x}+{length}"),
            Self::Bytes { offset, length } => write!(f, "bytes:{offset:#x}+{length}"),
            Self::WriteAheadLog { offset, length } => write!(f, "wal:{offset:#x}+{length}"),
        }
    }
}

/// A text that is not a locator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a locator; expected `registry:`, `event-record:`, `line:`, `bytes:` or `wal:`"
)]
pub struct LocatorError(String);

impl FromStr for Locator {
    type Err = LocatorError;

    fn from_str(text: &str) -> Result<Self, LocatorError> {
        parse(text).ok_or_else(|| LocatorError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Locator> {
    let (kind, rest) = text.split_once(':')?;
    match kind {
        "registry" => {
            let (cell, path) = rest.split_once(':')?;
            let cell = u32::try_from(hexadecimal(cell)?).ok()?;
            let (key, value) = match path.split_once("\\\\") {
                Some((key, value)) => (key, Some(value.to_owned())),
                None => (path, None),
            };
            Some(Locator::Registry {
                cell,
                key: key.to_owned(),
                value,
            })
        }
        "event-record" => {
            let (record, offset) = rest.split_once('@')?;
            Some(Locator::EventRecord {
                record: record.parse().ok()?,
                offset: hexadecimal(offset)?,
            })
        }
        "line" => {
            let (line, stretch) = rest.split_once('@')?;
            let (offset, length) = stretch.split_once('+')?;
            Some(Locator::Lines {
                line: line.parse().ok()?,
                offset: hexadecimal(offset)?,
                length: length.parse().ok()?,
            })
        }
        "bytes" | "wal" => {
            let (offset, length) = rest.split_once('+')?;
            let offset = hexadecimal(offset)?;
            let length = length.parse().ok()?;
            Some(if kind == "wal" {
                Locator::WriteAheadLog { offset, length }
            } else {
                Locator::Bytes { offset, length }
            })
        }
        _ => None,
    }
}

fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_what_it_wrote() {
        let all = [
            Locator::Registry {
                cell: 0x1020,
                key: r"ControlSet001\Enum".into(),
                value: None,
            },
            Locator::Registry {
                cell: 0x1020,
                key: r"MountedDevices".into(),
                value: Some(r"\DosDevices\E:".into()),
            },
            Locator::Registry {
                cell: 0x20,
                key: r"A".into(),
                value: Some(String::new()),
            },
            Locator::EventRecord {
                record: 7,
                offset: 0x1200,
            },
            Locator::Lines {
                line: 3,
                offset: 0x45,
                length: 12,
            },
            Locator::Bytes {
                offset: 0,
                length: 512,
            },
            Locator::WriteAheadLog {
                offset: 0x38,
                length: 70,
            },
        ];
        for locator in all {
            assert_eq!(locator.to_string().parse(), Ok(locator));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "registry", "line:1", "bytes:12+3", "event-record:x@0x1"] {
            assert!(text.parse::<Locator>().is_err(), "{text}");
        }
    }
}
