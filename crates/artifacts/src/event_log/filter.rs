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
use super::wire::{size, u16_at};

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
    /// The provider is wanted; the id is the value with that index.
    ById { provider: usize, index: usize },
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
            Decision::ById { provider, index } => {
                let id = value_u16(&mut cursor, head.values, index)?;
                let (_, ids) = self.providers.as_ref()?.get(provider)?;
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
                let Some(name) = literal_attribute(&mut cursor, &open, "Name")? else {
                    return unsure;
                };
                let providers = self.providers.as_deref().unwrap_or_default();
                let Some(index) = providers.iter().position(|(own, _)| own == name) else {
                    return Ok(Decision::Skip);
                };
                if providers.get(index).is_some_and(|(_, ids)| ids.is_empty()) {
                    return unsure;
                }
                provider = Some(index);
            } else if is(open.name, "EventID") {
                let Some(provider) = provider else {
                    return unsure;
                };
                return self.event_id(cursor, &open, provider);
            }
            cursor.position = open.end;
        }
        unsure
    }

    fn event_id(
        &self,
        mut cursor: Cursor<'_>,
        open: &Open<'_>,
        provider: usize,
    ) -> Result<Decision, Fault> {
        cursor.position = open.attributes_end;
        if cursor.u8()? != token::CLOSE_START {
            return Ok(Decision::Decode);
        }
        let decision = match cursor.u8()? {
            token::VALUE if cursor.u8()? == kind::TEXT => {
                let text = text_of_utf16(cursor.prefixed_text()?);
                let ids = self.providers.as_deref().and_then(|all| all.get(provider));
                match (text.parse::<u16>(), ids) {
                    (Ok(id), Some((_, ids))) if !ids.contains(&id) => Decision::Skip,
                    _ => Decision::Decode,
                }
            }
            token::SUBSTITUTION | token::OPTIONAL_SUBSTITUTION => {
                let index = usize::from(cursor.u16()?);
                cursor.u8()?;
                Decision::ById { provider, index }
            }
            _ => Decision::Decode,
        };
        if cursor.u8()? == token::END_ELEMENT {
            Ok(decision)
        } else {
            Ok(Decision::Decode)
        }
    }
}

/// The 16-bit value with that index; the cursor stands at the value descriptors.
fn value_u16(cursor: &mut Cursor<'_>, values: usize, index: usize) -> Option<u16> {
    let descriptors = cursor.take(values.checked_mul(4)?).ok()?;
    let mut before = 0_usize;
    for descriptor in descriptors.chunks_exact(4).take(index) {
        before += usize::from(u16_at(descriptor, 0)?);
    }
    let own = descriptors.get(index * 4..index * 4 + 4)?;
    if own.get(..3)? != [2, 0, kind::UINT16] {
        return None;
    }
    cursor.take(before).ok()?;
    cursor.u16().ok()
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

/// The text of an attribute that stands in the definition itself; `None` when there is no such
/// attribute or it is filled in by each record.
fn literal_attribute<'a>(
    cursor: &mut Cursor<'a>,
    open: &Open<'a>,
    wanted: &str,
) -> Result<Option<&'a [u8]>, Fault> {
    while cursor.position < open.attributes_end {
        if cursor.u8()? & !token::MORE != token::ATTRIBUTE {
            return Ok(None);
        }
        let name = cursor.name()?;
        match cursor.u8()? {
            token::VALUE => {
                if cursor.u8()? != kind::TEXT {
                    return Ok(None);
                }
                let mut text = cursor.prefixed_text()?;
                while let Some(shorter) = text.strip_suffix(&[0, 0]) {
                    text = shorter;
                }
                if is(name, wanted) {
                    return Ok(Some(text));
                }
            }
            token::SUBSTITUTION | token::OPTIONAL_SUBSTITUTION if !is(name, wanted) => {
                cursor.take(3)?;
            }
            _ => return Ok(None),
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
