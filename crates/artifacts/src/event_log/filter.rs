//! Which records are worth decoding, found out without decoding them.
//!
//! Nearly every record is one template instance. Its definition says which provider writes it
//! and where the event id stands: in the definition itself or among the values. So one look at a
//! definition decides for all its records in the chunk, or leaves a single 16-bit comparison for
//! each. Whatever does not look like that is decoded in full.

use super::binxml::value::{kind, text_of_utf16};
use super::binxml::{Cursor, Fault, InstanceHead, definition_body, token};
use super::chunk::RecordHeader;
use super::record::Wanted;
use crate::wire::{size, u8_at, u16_at};

/// What is asked for, in the form in which records can be compared with it.
#[derive(Debug)]
pub(super) struct Filter {
    /// Providers with the ids asked of them; no ids means all. `None` asks for everything.
    providers: Option<Vec<(Vec<u8>, Vec<u16>)>>,
    /// What was found out about the chunk's template definitions, by their offset.
    definitions: Vec<(u32, Decision)>,
}

#[derive(Debug, Clone, Copy)]
enum Decision {
    /// No record of this definition is wanted.
    Skip,
    /// Every record of this definition is wanted, or it takes a full look to say.
    Decode,
    /// It depends on the record's values.
    Look { provider: Origin, event_id: Origin },
}

/// Where a definition has its provider or its event id.
#[derive(Debug, Clone, Copy)]
enum Origin {
    /// In itself: the index of the wanted provider, or the event id.
    Definition(usize),
    /// In each record: the value with that index.
    Value(usize),
}

impl Filter {
    /// For what is asked for, and what the reader itself wants to see; `None` asks for
    /// everything.
    pub(super) fn new(wanted: Option<&[Wanted]>, own: &Wanted) -> Self {
        let providers = wanted.map(|wanted| {
            let mut merged: Vec<(Vec<u8>, Vec<u16>)> = Vec::new();
            for one in wanted.iter().chain(Some(own)) {
                let name: Vec<u8> = one
                    .provider
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .collect();
                match merged.iter_mut().find(|(own, _)| *own == name) {
                    // "All" stays "all".
                    Some((_, ids)) if ids.is_empty() || one.event_ids.is_empty() => ids.clear(),
                    Some((_, ids)) => ids.extend_from_slice(one.event_ids),
                    None => merged.push((name, one.event_ids.to_vec())),
                }
            }
            merged
        });
        Self {
            providers,
            definitions: Vec::new(),
        }
    }

    /// Forgets the definitions of the last chunk.
    pub(super) fn enter_chunk(&mut self) {
        self.definitions.clear();
    }

    /// Whether the record has to be decoded.
    pub(super) fn lets_through(&mut self, chunk: &[u8], record: &RecordHeader) -> bool {
        if self.providers.is_none() {
            return true;
        }
        // A record that cannot be understood here is decoded, and its damage reported there.
        self.judge(chunk, record).unwrap_or(true)
    }

    fn judge(&mut self, chunk: &[u8], record: &RecordHeader) -> Option<bool> {
        let (start, end) = record.content();
        let mut cursor = Cursor::new(chunk, start, end);
        if cursor.peek()? == token::FRAGMENT {
            cursor.take(4).ok()?;
        }
        if cursor.u8().ok()? != token::TEMPLATE {
            return None;
        }
        let head = InstanceHead::read(&mut cursor).ok()?;
        let known = self
            .definitions
            .iter()
            .find(|(at, _)| *at == head.definition);
        let decision = match known {
            Some((_, decision)) => *decision,
            None => {
                let decision = self
                    .decide(chunk, head.definition)
                    .unwrap_or(Decision::Decode);
                self.definitions.push((head.definition, decision));
                decision
            }
        };
        match decision {
            Decision::Skip => Some(false),
            Decision::Decode => None,
            Decision::Look { provider, event_id } => {
                let values = Values::read(&mut cursor, head.values)?;
                let providers = self.providers.as_deref()?;
                let ids = match provider {
                    Origin::Definition(index) => &providers.get(index)?.1,
                    Origin::Value(index) => {
                        let (value_kind, name) = values.get(index)?;
                        if value_kind != kind::TEXT {
                            return None;
                        }
                        match find(providers, name) {
                            None => return Some(false),
                            Some(index) => &providers.get(index)?.1,
                        }
                    }
                };
                if ids.is_empty() {
                    return Some(true);
                }
                let id = match event_id {
                    Origin::Definition(id) => u16::try_from(id).ok()?,
                    Origin::Value(index) => match values.get(index)? {
                        (kind::UINT16, bytes) if bytes.len() == 2 => u16_at(bytes, 0)?,
                        _ => return None,
                    },
                };
                Some(ids.contains(&id))
            }
        }
    }

    /// Reads a definition up to its provider and event id.
    fn decide(&self, chunk: &[u8], definition: u32) -> Result<Decision, Fault> {
        let mut cursor = definition_body(chunk, definition)?;
        if cursor.peek() == Some(token::FRAGMENT) {
            cursor.take(4)?;
        }
        let unsure = Ok(Decision::Decode);
        if !enter(&mut cursor, "Event")? || !enter(&mut cursor, "System")? {
            return unsure;
        }
        let mut provider = None;
        while let Some(open) = open_element(&mut cursor)? {
            if is(open.name, "Provider") {
                provider = match name_attribute(&mut cursor, &open)? {
                    None => return unsure,
                    Some(Name::Value(index)) => Some(Origin::Value(index)),
                    Some(Name::Text(name)) => {
                        let providers = self.providers.as_deref().unwrap_or_default();
                        match find(providers, name) {
                            None => return Ok(Decision::Skip),
                            Some(index) => Some(Origin::Definition(index)),
                        }
                    }
                };
            } else if is(open.name, "EventID") {
                return Ok(match (provider, event_id(&mut cursor, &open)?) {
                    (Some(provider), Some(event_id)) => Decision::Look { provider, event_id },
                    _ => Decision::Decode,
                });
            }
            cursor.position = open.end;
        }
        unsure
    }
}

/// The wanted provider with that name in UTF-16.
fn find(providers: &[(Vec<u8>, Vec<u16>)], mut name: &[u8]) -> Option<usize> {
    while let Some(shorter) = name.strip_suffix(&[0, 0]) {
        name = shorter;
    }
    providers.iter().position(|(own, _)| own == name)
}

/// Where the content of the element `EventID` comes from.
fn event_id(cursor: &mut Cursor<'_>, open: &Open<'_>) -> Result<Option<Origin>, Fault> {
    cursor.position = open.attributes_end;
    if cursor.u8()? != token::CLOSE_START {
        return Ok(None);
    }
    let origin = match cursor.u8()? {
        token::VALUE if cursor.u8()? == kind::TEXT => {
            let text = text_of_utf16(cursor.prefixed_text()?);
            text.parse().ok().map(Origin::Definition)
        }
        token::SUBSTITUTION | token::OPTIONAL_SUBSTITUTION => {
            let index = usize::from(cursor.u16()?);
            cursor.u8()?;
            Some(Origin::Value(index))
        }
        _ => None,
    };
    Ok(origin.filter(|_| cursor.u8() == Ok(token::END_ELEMENT)))
}

/// The values of a template instance, in place.
struct Values<'a> {
    descriptors: &'a [u8],
    bytes: Cursor<'a>,
}

impl<'a> Values<'a> {
    /// The cursor stands at the first descriptor.
    fn read(cursor: &mut Cursor<'a>, count: usize) -> Option<Self> {
        let descriptors = cursor.take(count.checked_mul(4)?).ok()?;
        Some(Self {
            descriptors,
            bytes: cursor.clone(),
        })
    }

    /// The type and bytes of one value.
    fn get(&self, index: usize) -> Option<(u8, &'a [u8])> {
        let at = index.checked_mul(4)?;
        let before = self.descriptors.get(..at)?;
        let skip: usize = before
            .chunks_exact(4)
            .filter_map(|descriptor| u16_at(descriptor, 0).map(usize::from))
            .sum();
        let mut bytes = self.bytes.clone();
        bytes.take(skip).ok()?;
        let length = usize::from(u16_at(self.descriptors, at)?);
        let kind = u8_at(self.descriptors, at.checked_add(2)?)?;
        Some((kind, bytes.take(length).ok()?))
    }
}

/// An element whose start was read up to its attributes.
struct Open<'a> {
    name: &'a [u8],
    /// Where its attributes end; where the cursor stands when there are none.
    attributes_end: usize,
    /// Where the element ends.
    end: usize,
}

/// Reads the start of an element inside a definition; `None` at anything else.
fn open_element<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Open<'a>>, Fault> {
    let Some(byte) = cursor.peek() else {
        return Ok(None);
    };
    if byte & !token::MORE != token::OPEN_ELEMENT {
        return Ok(None);
    }
    cursor.take(3)?;
    let length = size(cursor.u32()?);
    let end = cursor.position.saturating_add(length);
    let name = cursor.name()?;
    let mut attributes_end = cursor.position;
    if byte & token::MORE != 0 {
        let list = size(cursor.u32()?);
        attributes_end = cursor.position.saturating_add(list);
    }
    // Everything that moves the cursor there is checked against its end when it is read.
    if end > cursor.end || attributes_end > end {
        return Err(cursor.fault("an element is longer than what holds it"));
    }
    Ok(Some(Open {
        name,
        attributes_end,
        end,
    }))
}

/// Moves to the content of an element with that name.
fn enter(cursor: &mut Cursor<'_>, name: &str) -> Result<bool, Fault> {
    let Some(open) = open_element(cursor)? else {
        return Ok(false);
    };
    cursor.position = open.attributes_end;
    Ok(is(open.name, name) && cursor.u8()? == token::CLOSE_START)
}

/// A provider's name in its definition.
enum Name<'a> {
    /// As such.
    Text(&'a [u8]),
    /// The value with that index of each record.
    Value(usize),
}

/// The attribute `Name`; `None` when there is none or it is put together from several pieces.
fn name_attribute<'a>(cursor: &mut Cursor<'a>, open: &Open<'a>) -> Result<Option<Name<'a>>, Fault> {
    while cursor.position < open.attributes_end {
        if cursor.u8()? & !token::MORE != token::ATTRIBUTE {
            return Ok(None);
        }
        let name = cursor.name()?;
        let value = match cursor.u8()? {
            token::VALUE => {
                if cursor.u8()? != kind::TEXT {
                    return Ok(None);
                }
                Name::Text(cursor.prefixed_text()?)
            }
            token::SUBSTITUTION | token::OPTIONAL_SUBSTITUTION => {
                let index = usize::from(cursor.u16()?);
                cursor.u8()?;
                Name::Value(index)
            }
            _ => return Ok(None),
        };
        if is(name, "Name") {
            let alone = cursor.position == open.attributes_end
                || cursor
                    .peek()
                    .is_some_and(|byte| byte & !token::MORE == token::ATTRIBUTE);
            return Ok(alone.then_some(value));
        }
    }
    Ok(None)
}

/// Whether UTF-16 text is that ASCII text.
fn is(utf16: &[u8], ascii: &str) -> bool {
    utf16.len() == ascii.len() * 2
        && utf16
            .chunks_exact(2)
            .zip(ascii.bytes())
            .all(|(unit, byte)| unit == [byte, 0])
}
