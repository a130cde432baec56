//! From the bytes of one fragment or template definition to a tree of nodes.

use std::collections::HashMap;
use std::rc::Rc;

use super::value::{RawValue, text_of_utf16};
use super::{Cursor, Fault, MOST_DEPTH, token};
use crate::wire::{size, u32_at};

/// How many tokens may be read in one chunk's template definitions and fragments together. Every
/// token takes at least one byte, so the 64 KiB of an honest chunk cannot hold more than a
/// quarter of this; hostile definitions that overlap each other could.
const MOST_TOKENS: u32 = 1 << 20;

/// What the names, texts and events of one chunk may grow to. Those of an honest chunk fit into
/// its 64 KiB; hostile bytes could name a long name or a large value many times.
const MOST_OUTPUT: usize = 1 << 24;

/// The values of one template instance, by the index that substitutions name.
pub(in crate::event_log) type Scope<'a> = [RawValue<'a>];

/// A piece of XML whose substitutions are still open.
#[derive(Debug)]
pub(in crate::event_log) enum Node<'a> {
    /// An element.
    Element(Element<'a>),
    /// Text that stands in the bytes as such.
    Text(Box<str>),
    /// A literal value that is not text.
    Value(RawValue<'a>),
    /// A character reference, already as its character.
    Character(char),
    /// The value with that index of the template instance around it.
    Substitution(u16),
    /// Another template with its values.
    Instance(Instance<'a>),
}

/// An element with its attributes and content.
#[derive(Debug)]
pub(in crate::event_log) struct Element<'a> {
    /// Its name.
    pub(in crate::event_log) name: Box<str>,
    /// Names and values of the attributes.
    pub(in crate::event_log) attributes: Vec<(Box<str>, Vec<Node<'a>>)>,
    /// What stands between its tags.
    pub(in crate::event_log) content: Vec<Node<'a>>,
}

/// A template with the values that fill its substitutions.
#[derive(Debug)]
pub(in crate::event_log) struct Instance<'a> {
    /// The nodes of the template definition.
    pub(in crate::event_log) template: Rc<Vec<Node<'a>>>,
    /// The values.
    pub(in crate::event_log) values: Vec<RawValue<'a>>,
}

/// Reads the binary XML of one chunk and keeps its template definitions.
#[derive(Debug)]
pub(in crate::event_log) struct Parser<'a> {
    chunk: &'a [u8],
    templates: HashMap<u32, Rc<Vec<Node<'a>>>>,
    tokens_left: u32,
    output_left: usize,
    strict: bool,
}

impl<'a> Parser<'a> {
    /// For the bytes of one chunk, header included: offsets inside count from its start.
    pub(in crate::event_log) fn new(chunk: &'a [u8]) -> Self {
        Self {
            chunk,
            templates: HashMap::new(),
            tokens_left: MOST_TOKENS,
            output_left: MOST_OUTPUT,
            strict: false,
        }
    }

    /// For records in space that is no longer used: the definition that a record names may have
    /// been written over by another, so its id must be the one that the record expects.
    pub(in crate::event_log) fn strict(chunk: &'a [u8]) -> Self {
        Self {
            strict: true,
            ..Self::new(chunk)
        }
    }

    /// Takes so much from what the chunk's events may grow to; `false` when nothing is left.
    pub(in crate::event_log) fn spend_output(&mut self, amount: usize) -> bool {
        match self.output_left.checked_sub(amount) {
            Some(left) => {
                self.output_left = left;
                true
            }
            None => false,
        }
    }

    /// The fragment between two offsets of the chunk.
    ///
    /// An element that stands directly in a fragment has no dependency id, one inside a template
    /// definition has. Some writers put it into fragments too, so what does not parse without is
    /// tried with it.
    pub(in crate::event_log) fn fragment(
        &mut self,
        start: usize,
        end: usize,
        depth: usize,
    ) -> Result<Vec<Node<'a>>, Fault> {
        let mut cursor = Cursor::new(self.chunk, start, end);
        match self.nodes(&mut cursor, false, depth) {
            Ok(nodes) => Ok(nodes),
            Err(fault) => {
                let mut cursor = Cursor::new(self.chunk, start, end);
                self.nodes(&mut cursor, true, depth).map_err(|_| fault)
            }
        }
    }

    /// Nodes up to an end token, an end tag or the end of the bytes.
    fn nodes(
        &mut self,
        cursor: &mut Cursor<'a>,
        dependency_ids: bool,
        depth: usize,
    ) -> Result<Vec<Node<'a>>, Fault> {
        if depth > MOST_DEPTH {
            return Err(cursor.fault("the binary XML nests too deep"));
        }
        let mut nodes = Vec::new();
        while let Some(byte) = cursor.peek() {
            self.tokens_left = self
                .tokens_left
                .checked_sub(1)
                .ok_or_else(|| cursor.fault("the chunk's templates hold too many tokens"))?;
            let kind = byte & !token::MORE;
            match kind {
                token::END => {
                    cursor.u8()?;
                    break;
                }
                token::END_ELEMENT => break,
                token::FRAGMENT => {
                    cursor.take(4)?;
                }
                token::OPEN_ELEMENT => {
                    nodes.push(Node::Element(self.element(
                        cursor,
                        dependency_ids,
                        depth,
                    )?));
                }
                token::TEMPLATE => {
                    cursor.u8()?;
                    nodes.push(Node::Instance(self.instance(cursor, depth)?));
                }
                token::INSTRUCTION_TARGET => {
                    cursor.u8()?;
                    cursor.name()?;
                }
                token::INSTRUCTION_DATA => {
                    cursor.u8()?;
                    cursor.prefixed_text()?;
                }
                _ => nodes.push(self.character_data(cursor)?),
            }
        }
        Ok(nodes)
    }

    fn element(
        &mut self,
        cursor: &mut Cursor<'a>,
        dependency_ids: bool,
        depth: usize,
    ) -> Result<Element<'a>, Fault> {
        let opening = cursor.u8()?;
        if dependency_ids {
            cursor.u16()?;
        }
        let length = size(cursor.u32()?);
        if length > cursor.end.saturating_sub(cursor.position) {
            return Err(cursor.fault("an element is longer than what holds it"));
        }
        let name = self.name(cursor)?;
        let mut attributes = Vec::new();
        if opening & token::MORE != 0 {
            let list = size(cursor.u32()?);
            let end = cursor
                .position
                .checked_add(list)
                .filter(|end| *end <= cursor.end)
                .ok_or_else(|| cursor.fault("an attribute list is longer than its element"))?;
            while cursor.position < end
                && cursor.peek().map(|byte| byte & !token::MORE) == Some(token::ATTRIBUTE)
            {
                cursor.u8()?;
                let name = self.name(cursor)?;
                attributes.push((name, self.attribute_value(cursor, end)?));
            }
            if cursor.position > end {
                return Err(cursor.fault("an attribute is longer than its list"));
            }
            cursor.position = end;
        }
        let content = match cursor.u8()? {
            token::CLOSE_EMPTY => Vec::new(),
            token::CLOSE_START => {
                let content = self.nodes(cursor, dependency_ids, depth + 1)?;
                if cursor.u8()? != token::END_ELEMENT {
                    return Err(cursor.fault("an element without an end tag"));
                }
                content
            }
            _ => return Err(cursor.fault("an element whose start tag is not closed")),
        };
        Ok(Element {
            name,
            attributes,
            content,
        })
    }

    fn attribute_value(
        &mut self,
        cursor: &mut Cursor<'a>,
        end: usize,
    ) -> Result<Vec<Node<'a>>, Fault> {
        let mut nodes = Vec::new();
        while cursor.position < end {
            match cursor.peek().map(|byte| byte & !token::MORE) {
                Some(
                    token::VALUE
                    | token::CDATA
                    | token::CHARACTER
                    | token::ENTITY
                    | token::SUBSTITUTION
                    | token::OPTIONAL_SUBSTITUTION,
                ) => nodes.push(self.character_data(cursor)?),
                _ => break,
            }
            self.tokens_left = self
                .tokens_left
                .checked_sub(1)
                .ok_or_else(|| cursor.fault("the chunk's templates hold too many tokens"))?;
        }
        Ok(nodes)
    }

    /// A template instance behind its token: the definition (here, or by offset), then values.
    fn instance(&mut self, cursor: &mut Cursor<'a>, depth: usize) -> Result<Instance<'a>, Fault> {
        let head = InstanceHead::read(cursor)?;
        let values = head.values(cursor)?;
        if self.strict && !head.fits_definition(self.chunk) {
            return Err(cursor.fault("another template stands where the record's own should"));
        }
        let template = match self.templates.get(&head.definition) {
            Some(template) => Rc::clone(template),
            None => {
                let template = Rc::new(self.definition(head.definition, depth)?);
                self.templates.insert(head.definition, Rc::clone(&template));
                template
            }
        };
        Ok(Instance { template, values })
    }

    fn definition(&mut self, offset: u32, depth: usize) -> Result<Vec<Node<'a>>, Fault> {
        let mut cursor = definition_body(self.chunk, offset)?;
        self.nodes(&mut cursor, true, depth + 1)
    }

    fn name(&mut self, cursor: &mut Cursor<'a>) -> Result<Box<str>, Fault> {
        let utf16 = cursor.name()?;
        self.keep(utf16, cursor)
    }

    fn text(&mut self, cursor: &mut Cursor<'a>) -> Result<Node<'a>, Fault> {
        let utf16 = cursor.prefixed_text()?;
        self.keep(utf16, cursor).map(Node::Text)
    }

    /// Text that stays in memory as long as the chunk is read.
    fn keep(&mut self, utf16: &[u8], cursor: &Cursor<'_>) -> Result<Box<str>, Fault> {
        if !self.spend_output(utf16.len()) {
            return Err(cursor.fault("the chunk's names and texts grow beyond its size"));
        }
        Ok(text_of_utf16(utf16).into_boxed_str())
    }

    /// A value, a substitution, a character or an entity.
    fn character_data(&mut self, cursor: &mut Cursor<'a>) -> Result<Node<'a>, Fault> {
        let kind = cursor.u8()? & !token::MORE;
        match kind {
            token::VALUE => {
                let kind = cursor.u8()?;
                if kind == super::value::kind::TEXT {
                    self.text(cursor)
                } else {
                    // The grammar knows only text here; a fixed-size value would have no length.
                    let length = super::value::fixed_length(kind).ok_or_else(|| {
                        cursor.fault("a literal value of a type without a length")
                    })?;
                    Ok(Node::Value(RawValue {
                        kind,
                        at: cursor.position,
                        bytes: cursor.take(length)?,
                    }))
                }
            }
            token::CDATA => self.text(cursor),
            token::CHARACTER => {
                let code = cursor.u16()?;
                Ok(Node::Character(
                    char::from_u32(u32::from(code)).unwrap_or(char::REPLACEMENT_CHARACTER),
                ))
            }
            token::ENTITY => {
                let name = text_of_utf16(cursor.name()?);
                Ok(Node::Character(match name.as_str() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => return Err(cursor.fault("an entity that XML does not define")),
                }))
            }
            token::SUBSTITUTION | token::OPTIONAL_SUBSTITUTION => {
                let index = cursor.u16()?;
                cursor.u8()?;
                Ok(Node::Substitution(index))
            }
            _ => Err(cursor.fault("a byte that is no token of binary XML")),
        }
    }
}

/// The cursor over the body of the template definition at `offset`.
///
/// Layout: next definition (4), GUID (16), length (4), then the body.
pub(in crate::event_log) fn definition_body(
    chunk: &[u8],
    offset: u32,
) -> Result<Cursor<'_>, Fault> {
    let mut cursor = Cursor::new(chunk, size(offset), chunk.len());
    cursor.take(20)?;
    let length = size(cursor.u32()?);
    let end = cursor
        .position
        .checked_add(length)
        .filter(|end| *end <= chunk.len())
        .ok_or_else(|| cursor.fault("a template definition is longer than the chunk"))?;
    cursor.end = end;
    Ok(cursor)
}

/// The head of a template instance: where its definition stands and how many values follow.
#[derive(Debug, Clone, Copy)]
pub(in crate::event_log) struct InstanceHead {
    /// The first four bytes of the definition's GUID.
    id: u32,
    /// Offset of the definition in the chunk.
    pub(in crate::event_log) definition: u32,
    /// How many values the instance has.
    pub(in crate::event_log) values: usize,
}

impl InstanceHead {
    /// Reads it behind the template token and leaves the cursor at the first value descriptor.
    /// The first instance of a template in a chunk carries the definition itself.
    pub(in crate::event_log) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Fault> {
        cursor.u8()?;
        let id = cursor.u32()?;
        let definition = cursor.u32()?;
        if size(definition) == cursor.position {
            cursor.take(20)?;
            let length = size(cursor.u32()?);
            cursor.take(length)?;
        }
        let values = size(cursor.u32()?);
        Ok(Self {
            id,
            definition,
            values,
        })
    }

    /// Whether the definition at that offset is the one meant.
    fn fits_definition(self, chunk: &[u8]) -> bool {
        size(self.definition)
            .checked_add(4)
            .and_then(|guid| u32_at(chunk, guid))
            == Some(self.id)
    }

    /// The values: first all descriptors (length, type, zero), then all bytes.
    fn values<'a>(self, cursor: &mut Cursor<'a>) -> Result<Vec<RawValue<'a>>, Fault> {
        let length = self
            .values
            .checked_mul(4)
            .ok_or_else(|| cursor.fault("more values than the record can hold"))?;
        let descriptors = cursor.take(length)?;
        let mut values = Vec::with_capacity(self.values);
        for descriptor in descriptors.chunks_exact(4) {
            let &[low, high, kind, _] = descriptor else {
                continue;
            };
            let length = usize::from(u16::from_le_bytes([low, high]));
            values.push(RawValue {
                kind,
                at: cursor.position,
                bytes: cursor.take(length)?,
            });
        }
        Ok(values)
    }
}
