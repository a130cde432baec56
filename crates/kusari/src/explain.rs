//! From one event back to its bytes.
//!
//! The source is read again and held against the hash that was recorded when it was read, so
//! that an explanation never shows other bytes than those that the event came from.

mod database;

use kusari_artifacts::event_log::{EventValue, record_at, record_xml};
use kusari_artifacts::registry::{Hive, Value};
use kusari_artifacts::{Locator, text};
use std::sync::Arc;

use kusari_evidence::hash::{Sha256, sha256};
use kusari_evidence::{EvidenceFile, ReadAt, Window, read_vec_at};

use crate::intake::{self, ArtifactFile, ArtifactKind};
use crate::reconstruction::{EventView, Reconstruction};
use crate::source::Source;

/// What an event rests on.
#[derive(Debug)]
pub struct Explanation<'a> {
    /// The event.
    pub event: EventView<'a>,
    /// Hash of the source's bytes as they were read now; `None` for a whole volume.
    pub sha256: Option<Sha256>,
    /// The stretches of bytes that the record consists of.
    pub stretches: Vec<Stretch>,
    /// What the record says, name by name, as its reader understands it.
    pub decoded: Vec<(String, String)>,
}

/// A stretch of bytes of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// What it is: `event record 4711`, `value cell`.
    pub what: String,
    /// The file that it stands in: the source, or a transaction log beside it.
    pub file: String,
    /// Its byte offset there.
    pub offset: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Why an event cannot be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The source could not be opened again.
    #[error("{source_name}: cannot be opened again: {reason}")]
    Unreadable {
        /// The source.
        source_name: String,
        /// Why.
        reason: String,
    },
    /// The source, or a file that was read with it, is not what it was.
    #[error("{source_name}: has changed since it was read: its SHA-256 was {was} and is {is}")]
    Changed {
        /// The source.
        source_name: String,
        /// The hash when it was read.
        was: Sha256,
        /// The hash now.
        is: Sha256,
    },
    /// Nothing stands at the locator.
    #[error("{source_name}: no record at {locator}")]
    NothingThere {
        /// The source.
        source_name: String,
        /// Where it was looked for.
        locator: Locator,
    },
}

/// The most bytes of one stretch that are shown; a value can be of megabytes.
const MOST_BYTES: usize = 4096;

impl Reconstruction {
    /// Follows an event to its bytes.
    ///
    /// # Errors
    /// When the source cannot be opened again, has changed, or has nothing at the locator.
    pub fn explain<'a>(&'a self, event: EventView<'a>) -> Result<Explanation<'a>, ExplainError> {
        let name = event.source.name.clone();
        if let Some(bytes) = self.open_in_place(&event) {
            return in_place(event, bytes.as_ref());
        }
        let file = self
            .load_again(&event)
            .map_err(|reason| ExplainError::Unreadable {
                source_name: name.clone(),
                reason,
            })?;
        let is = sha256(&file.bytes);
        if let Some(was) = event.source.sha256
            && was != is
        {
            return Err(ExplainError::Changed {
                source_name: name,
                was,
                is,
            });
        }
        // What a record says may come from a file beside the source.
        for (companion, was) in &event.source.companions {
            let found = file.companions.iter().find(|(name, _)| name == companion);
            let is = found.map_or_else(|| sha256(&[]), |(_, bytes)| sha256(bytes));
            if is != *was {
                return Err(ExplainError::Changed {
                    source_name: companion.clone(),
                    was: *was,
                    is,
                });
            }
        }
        let nothing = || ExplainError::NothingThere {
            source_name: name.clone(),
            locator: event.locator.clone(),
        };
        let (stretches, decoded) = match &event.locator {
            Locator::Registry { cell, key, value } => {
                registry(&name, file, *cell, key, value.as_deref())
            }
            Locator::EventRecord { record, offset } => event_record(&name, &file, *record, *offset),
            Locator::Lines {
                line,
                offset,
                length,
            } => {
                let what = format!("from line {line}");
                bytes(&name, &file, what, *offset, *length).map(|stretch| {
                    let encoding = text::detect(&file.bytes);
                    let said = text::decode(&stretch.bytes, encoding)
                        .text
                        .trim_end()
                        .to_owned();
                    (vec![stretch], vec![("text".to_owned(), said)])
                })
            }
            Locator::Bytes { offset, length } => {
                database::row(&name, event.source.artifact, &file, &event.locator).or_else(|| {
                    bytes(&name, &file, "bytes".to_owned(), *offset, *length)
                        .map(|stretch| (vec![stretch], Vec::new()))
                })
            }
            Locator::WriteAheadLog { .. } => {
                database::row(&name, event.source.artifact, &file, &event.locator)
            }
        }
        .ok_or_else(nothing)?;
        Ok(Explanation {
            event,
            sha256: Some(is),
            stretches,
            decoded,
        })
    }

    /// The bytes of a source that is always read where it lies, since it can be larger than memory.
    fn open_in_place(&self, event: &EventView<'_>) -> Option<Arc<dyn ReadAt>> {
        let place = event.source.place.as_ref()?;
        let of_volumes = [intake::file_entries::NAME, intake::carved_journal::NAME];
        let is_volume = of_volumes.contains(&event.source.artifact);
        let always = |kind: &ArtifactKind| kind.in_place.is_some_and(|way| way.from == 0);
        if !is_volume && !kind_of(event.source).is_some_and(always) {
            return None;
        }
        let opened = self.evidence.get(place.evidence)?;
        let volume = opened.evidence.volumes.get(place.volume)?;
        if place.path.is_empty() {
            let stands = volume.stands.as_ref()?;
            let media = opened.evidence.media.get(stands.media)?;
            let bytes = Arc::clone(&media.bytes);
            return Some(Arc::new(Window::new(bytes, stands.start, stands.length)));
        }
        let file = volume.file_system.open(&place.path, place.stream).ok()?;
        Some(EvidenceFile::bytes(&file))
    }

    /// Opens the event's source once more.
    fn load_again(&self, event: &EventView<'_>) -> Result<ArtifactFile, String> {
        let source = event.source;
        if let (Some(label), None) = (&source.device_label, &source.place) {
            let log = self
                .case
                .devices
                .iter()
                .find(|device| device.label == *label)
                .and_then(|device| device.vendor_log.as_ref())
                .ok_or("the case no longer names it")?;
            let evidence = kusari_evidence::open(&log.path).map_err(|error| error.to_string())?;
            return intake::load_single(&evidence);
        }
        let place = source.place.as_ref().ok_or("it is no file")?;
        let opened = self.evidence.get(place.evidence);
        let opened = opened.ok_or("its evidence is not there any more")?;
        let volume = opened.evidence.volumes.get(place.volume);
        let volume = volume.ok_or("its volume is not there any more")?;
        let kind = kind_of(source).ok_or("nothing reads this kind of source")?;
        intake::load_file(volume.file_system.as_ref(), kind, &place.path, place.stream)
            .map(|loaded| loaded.file)
            .map_err(|error| error.to_string())
    }
}

fn kind_of(source: &Source) -> Option<&'static ArtifactKind> {
    let kind = intake::ARTIFACTS
        .iter()
        .find(|kind| kind.name == source.artifact);
    kind.copied()
}

/// Follows an event to its bytes in a source that is not taken into memory.
fn in_place<'a>(
    event: EventView<'a>,
    source: &dyn ReadAt,
) -> Result<Explanation<'a>, ExplainError> {
    let name = event.source.name.clone();
    // Whole volumes are not hashed, neither when they are read.
    let is = match event.source.sha256 {
        None => None,
        Some(was) => {
            let is =
                intake::hash_behind_hole(source).map_err(|error| ExplainError::Unreadable {
                    source_name: name.clone(),
                    reason: error.to_string(),
                })?;
            if was != is {
                return Err(ExplainError::Changed {
                    source_name: name,
                    was,
                    is,
                });
            }
            Some(is)
        }
    };
    let nothing = || ExplainError::NothingThere {
        source_name: name.clone(),
        locator: event.locator.clone(),
    };
    let Locator::Bytes { offset, length } = &event.locator else {
        return Err(nothing());
    };
    let shown = (*length).min(u64::try_from(MOST_BYTES).unwrap_or(u64::MAX));
    let bytes = read_vec_at(source, *offset, shown).map_err(|_| nothing())?;
    if bytes.is_empty() {
        return Err(nothing());
    }
    let of_journals = [intake::usn_journal::NAME, intake::carved_journal::NAME];
    let decoded = if of_journals.contains(&event.source.artifact) {
        intake::usn_journal::decoded(&bytes)
    } else {
        Vec::new()
    };
    Ok(Explanation {
        sha256: is,
        stretches: vec![Stretch {
            what: "bytes".to_owned(),
            file: name,
            offset: *offset,
            bytes,
        }],
        decoded,
        event,
    })
}

type Told = (Vec<Stretch>, Vec<(String, String)>);

fn registry(
    name: &str,
    file: ArtifactFile,
    cell: u32,
    path: &str,
    value: Option<&str>,
) -> Option<Told> {
    let (names, logs): (Vec<String>, Vec<Vec<u8>>) = file.companions.into_iter().unzip();
    let hive = Hive::open(file.bytes, &logs).ok()?;
    let what = if value.is_some() {
        "value cell"
    } else {
        "key cell"
    };
    let mut stretches = Vec::new();
    cell_stretches(&hive, name, &names, what, cell, &mut stretches)?;
    let mut decoded = vec![("key".to_owned(), path.to_owned())];
    let living = hive
        .key(path)
        .filter(|key| value.is_some() || key.cell() == cell);
    let key = living.or_else(|| hive.recovered_keys().find(|key| key.path() == path));
    if let Some(key) = &key {
        decoded.extend(
            key.last_written()
                .map(|at| ("key last written".to_owned(), at.to_string())),
        );
        if key.is_recovered() {
            decoded.push((
                "recovered".to_owned(),
                "from a deleted or cut-off key".to_owned(),
            ));
        }
    }
    if let Some(value) = key
        .as_ref()
        .zip(value)
        .and_then(|(key, value)| key.value(value))
    {
        if let Some(data) = value.data_cell() {
            cell_stretches(&hive, name, &names, "data cell", data, &mut stretches)?;
        }
        decoded.extend(value_of(&value));
    }
    Some((stretches, decoded))
}

/// The bytes of one cell as they were read, and where those of them stand that come from a
/// transaction log: with logs applied, the hive file itself may hold older bytes.
fn cell_stretches(
    hive: &Hive,
    name: &str,
    logs: &[String],
    what: &str,
    cell: u32,
    stretches: &mut Vec<Stretch>,
) -> Option<()> {
    let bytes = hive.bytes_of(cell)?;
    let pages = hive.log_pages_of(cell);
    let applied = if pages.is_empty() {
        ""
    } else {
        ", with the transaction logs applied"
    };
    stretches.push(Stretch {
        what: format!("{what}{applied}"),
        file: name.to_owned(),
        offset: u64::from(cell),
        bytes: bytes.iter().copied().take(MOST_BYTES).collect(),
    });
    for page in pages {
        let start = usize::try_from(page.at.saturating_sub(u64::from(cell))).ok()?;
        let end = start.saturating_add(usize::try_from(page.length).ok()?);
        let part = bytes.get(start..end).unwrap_or_default();
        stretches.push(Stretch {
            what: format!("the part of the {what} that stands in the transaction log"),
            file: logs.get(page.log).cloned().unwrap_or_default(),
            offset: page.log_offset,
            bytes: part.iter().copied().take(MOST_BYTES).collect(),
        });
    }
    Some(())
}

fn value_of(value: &Value<'_>) -> Vec<(String, String)> {
    let shown = value
        .text()
        .or_else(|| value.texts().map(|texts| texts.join("; ")))
        .or_else(|| value.guid())
        .or_else(|| value.time().map(|at| at.to_string()))
        .or_else(|| value.number().map(|number| number.to_string()));
    let mut told = vec![
        ("value".to_owned(), value.name()),
        ("type".to_owned(), format!("{:#x}", value.data_type())),
    ];
    told.extend(shown.map(|shown| ("data".to_owned(), shown)));
    let data: Vec<String> = value
        .data()
        .iter()
        .take(MOST_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    told.push(("data bytes".to_owned(), data.join(" ")));
    told
}

fn event_record(name: &str, file: &ArtifactFile, number: u64, offset: u64) -> Option<Told> {
    let record = record_at(&file.bytes, offset)?;
    let what = format!("event record {number}");
    let stretch = bytes(name, file, what, offset, u64::from(record.length))?;
    let mut decoded = vec![
        ("Provider".to_owned(), record.provider.clone()),
        ("EventID".to_owned(), record.event_id.to_string()),
        ("EventRecordID".to_owned(), record.record_id.to_string()),
        ("TimeCreated".to_owned(), record.created.to_string()),
        ("Channel".to_owned(), record.channel.clone()),
        ("Computer".to_owned(), record.computer.clone()),
    ];
    decoded.extend(
        record
            .user_sid
            .clone()
            .map(|sid| ("UserID".to_owned(), sid)),
    );
    decoded.extend(
        record
            .data
            .iter()
            .map(|(name, value)| (name.clone(), shown(value))),
    );
    // A second, independent reading of the same bytes.
    if let Ok(xml) = record_xml(&file.bytes, offset) {
        let one_line: String = xml.lines().map(str::trim).collect();
        decoded.push(("XML, as the evtx crate reads it".to_owned(), one_line));
    }
    Some((vec![stretch], decoded))
}

/// A value of an event for people.
fn shown(value: &EventValue) -> String {
    match value {
        EventValue::Empty => String::new(),
        EventValue::Text(text) => text.clone(),
        EventValue::Unsigned(number) => number.to_string(),
        EventValue::Signed(number) => number.to_string(),
        EventValue::Boolean(yes) => yes.to_string(),
        EventValue::FloatBits(bits) => f64::from_bits(*bits).to_string(),
        EventValue::Time(at) => at.to_string(),
        EventValue::Binary(bytes) => bytes
            .iter()
            .take(MOST_BYTES)
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        EventValue::List(values) => values.iter().map(shown).collect::<Vec<_>>().join("; "),
    }
}

fn bytes(
    name: &str,
    file: &ArtifactFile,
    what: String,
    offset: u64,
    length: u64,
) -> Option<Stretch> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    Some(Stretch {
        what,
        file: name.to_owned(),
        offset,
        bytes: file
            .bytes
            .get(start..end)?
            .iter()
            .copied()
            .take(MOST_BYTES * 16)
            .collect(),
    })
}
