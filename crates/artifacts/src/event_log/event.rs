//! From a fragment of binary XML to the fields of an event.
//!
//! Source: MS-EVEN6 2.2.13 (the event's schema).

use std::rc::Rc;

use encoding_rs::Encoding;
use kusari_evidence::time::Timestamp;

use super::binxml::value::{into_text, is_hexadecimal, kind, plain_text};
use super::binxml::{Element, Fault, MOST_DEPTH, Node, Parser, Scope};
use super::record::EventValue;

/// What one record may grow to when its values are filled into its templates. A record is at most
/// 64 KiB; a hostile template could still name one large value thousands of times.
const MOST_OUTPUT: usize = 1 << 20;

/// What stands in an event besides the record header.
#[derive(Debug, Default)]
pub(super) struct Event {
    pub(super) provider: String,
    pub(super) event_id: u16,
    pub(super) version: u8,
    pub(super) task: Option<u16>,
    pub(super) keywords: Option<u64>,
    pub(super) created: Option<Timestamp>,
    /// `EventRecordID`: the number that the machine gave the event.
    pub(super) record_number: Option<u64>,
    pub(super) channel: String,
    pub(super) computer: String,
    pub(super) user_sid: Option<String>,
    pub(super) process_id: Option<u32>,
    pub(super) data: Vec<(String, EventValue)>,
}

/// Reads the event between two offsets of the chunk that `parser` stands for.
pub(super) fn read(
    parser: &mut Parser<'_>,
    start: usize,
    end: usize,
    ansi: &'static Encoding,
) -> Result<Event, Fault> {
    let nodes = parser.fragment(start, end, 0)?;
    let mut reader = Reader {
        parser,
        ansi,
        event: Event::default(),
        seen: false,
        output_left: MOST_OUTPUT,
        start,
    };
    reader.children(&nodes, &[], 0, &mut |reader, child, depth| {
        if let Child::Element(element, scope) = child
            && &*element.name == "Event"
        {
            reader.seen = true;
            reader.event(element, scope, depth)?;
        }
        Ok(())
    })?;
    if !reader.seen {
        return Err(Fault {
            at: start,
            reason: "the binary XML holds no Event element",
        });
    }
    Ok(reader.event)
}

struct Reader<'p, 'a> {
    parser: &'p mut Parser<'a>,
    ansi: &'static Encoding,
    event: Event,
    seen: bool,
    output_left: usize,
    start: usize,
}

/// What an element holds, with all templates and embedded fragments opened up.
enum Child<'n, 'a> {
    Element(&'n Element<'a>, &'n Scope<'a>),
    /// Anything that is not an element.
    Text,
}

type Visitor<'v, 'p, 'a> =
    dyn FnMut(&mut Reader<'p, 'a>, Child<'_, 'a>, usize) -> Result<(), Fault> + 'v;

impl<'p, 'a> Reader<'p, 'a> {
    fn spend(&mut self, amount: usize) -> Result<(), Fault> {
        let fault = Fault {
            at: self.start,
            reason: "the event grows beyond what a record can mean",
        };
        self.output_left = self.output_left.checked_sub(amount).ok_or(fault)?;
        if self.parser.spend_output(amount) {
            Ok(())
        } else {
            Err(fault)
        }
    }

    /// Calls `visit` for each child, through templates, embedded fragments and their values.
    fn children(
        &mut self,
        nodes: &[Node<'a>],
        scope: &Scope<'a>,
        depth: usize,
        visit: &mut Visitor<'_, 'p, 'a>,
    ) -> Result<(), Fault> {
        if depth > MOST_DEPTH {
            return Err(Fault {
                at: self.start,
                reason: "the event nests too deep",
            });
        }
        for node in nodes {
            self.spend(16)?;
            match node {
                Node::Element(element) => visit(self, Child::Element(element, scope), depth + 1)?,
                Node::Instance(instance) => {
                    let template = Rc::clone(&instance.template);
                    self.children(&template, &instance.values, depth + 1, visit)?;
                }
                Node::Substitution(index) => match scope.get(usize::from(*index)) {
                    Some(value) if value.kind == kind::FRAGMENT && !value.bytes.is_empty() => {
                        let end = value.at + value.bytes.len();
                        let nodes = self.parser.fragment(value.at, end, depth)?;
                        self.children(&nodes, &[], depth + 1, visit)?;
                    }
                    _ => visit(self, Child::Text, depth + 1)?,
                },
                Node::Text(_) | Node::Value(_) | Node::Character(_) => {
                    visit(self, Child::Text, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// The value of an attribute or of an element's own text: typed when it is one value, text
    /// when it is put together from several.
    fn value(&mut self, nodes: &[Node<'a>], scope: &Scope<'a>) -> Result<EventValue, Fault> {
        if let [node] = nodes {
            return Ok(self.piece(node, scope)?.0);
        }
        let mut text = String::new();
        for node in nodes {
            let (value, hexadecimal) = self.piece(node, scope)?;
            let piece = plain_text(&value, hexadecimal);
            self.spend(piece.len())?;
            text.push_str(&piece);
        }
        Ok(if text.is_empty() {
            EventValue::Empty
        } else {
            EventValue::Text(text)
        })
    }

    /// One piece of text or one value, and whether Windows writes it in hexadecimal.
    fn piece(&mut self, node: &Node<'a>, scope: &Scope<'a>) -> Result<(EventValue, bool), Fault> {
        self.spend(16)?;
        let raw = match node {
            Node::Text(text) => {
                self.spend(text.len())?;
                return Ok((EventValue::Text(String::from(&**text)), false));
            }
            Node::Character(character) => {
                return Ok((EventValue::Text(character.to_string()), false));
            }
            Node::Value(raw) => Some(*raw),
            Node::Substitution(index) => scope.get(usize::from(*index)).copied(),
            Node::Element(_) | Node::Instance(_) => None,
        };
        match raw {
            Some(raw) if raw.kind != kind::FRAGMENT => {
                self.spend(raw.bytes.len())?;
                Ok((raw.typed(self.ansi), is_hexadecimal(raw.kind)))
            }
            _ => Ok((EventValue::Empty, false)),
        }
    }

    fn event(&mut self, event: &Element<'a>, scope: &Scope<'a>, depth: usize) -> Result<(), Fault> {
        self.children(&event.content, scope, depth, &mut |reader, child, depth| {
            let Child::Element(element, scope) = child else {
                return Ok(());
            };
            match &*element.name {
                "System" => reader.system(element, scope, depth),
                "EventData" => reader.event_data(element, scope, depth),
                "UserData" => reader.below(element, scope, "", depth).map(|_| ()),
                other => reader.leaf_or_tree(element, scope, other, depth),
            }
        })
    }

    fn system(
        &mut self,
        system: &Element<'a>,
        scope: &Scope<'a>,
        depth: usize,
    ) -> Result<(), Fault> {
        self.children(&system.content, scope, depth, &mut |reader, child, _| {
            let Child::Element(element, scope) = child else {
                return Ok(());
            };
            match &*element.name {
                "Provider" => {
                    if let Some(name) = reader.attribute(element, scope, "Name")? {
                        reader.event.provider = into_text(name);
                    }
                }
                "EventID" => {
                    let id = reader.value(&element.content, scope)?.as_number();
                    reader.event.event_id =
                        id.and_then(|id| u16::try_from(id).ok()).ok_or(Fault {
                            at: reader.start,
                            reason: "the event's EventID is no 16-bit number",
                        })?;
                }
                "Version" => {
                    let version = reader.value(&element.content, scope)?.as_number();
                    reader.event.version = version.and_then(|v| u8::try_from(v).ok()).unwrap_or(0);
                }
                "Task" => {
                    let task = reader.value(&element.content, scope)?.as_number();
                    reader.event.task = task.and_then(|task| u16::try_from(task).ok());
                }
                "Keywords" => {
                    reader.event.keywords = reader.value(&element.content, scope)?.as_number();
                }
                "TimeCreated" => {
                    reader.event.created = match reader.attribute(element, scope, "SystemTime")? {
                        Some(EventValue::Time(time)) => Some(time),
                        Some(EventValue::Text(text)) => utc_of_text(&text),
                        _ => None,
                    };
                }
                "EventRecordID" => {
                    reader.event.record_number = reader.value(&element.content, scope)?.as_number();
                }
                "Channel" => {
                    let channel = reader.value(&element.content, scope)?;
                    reader.event.channel = into_text(channel);
                }
                "Computer" => {
                    let computer = reader.value(&element.content, scope)?;
                    reader.event.computer = into_text(computer);
                }
                "Security" => {
                    reader.event.user_sid = match reader.attribute(element, scope, "UserID")? {
                        Some(EventValue::Text(sid)) if !sid.is_empty() => Some(sid),
                        _ => None,
                    };
                }
                "Execution" => {
                    let process = reader.attribute(element, scope, "ProcessID")?;
                    reader.event.process_id = process
                        .and_then(|value| value.as_number())
                        .and_then(|id| u32::try_from(id).ok());
                }
                _ => {}
            }
            Ok(())
        })
    }

    fn attribute(
        &mut self,
        element: &Element<'a>,
        scope: &Scope<'a>,
        name: &str,
    ) -> Result<Option<EventValue>, Fault> {
        match element.attributes.iter().find(|(own, _)| &**own == name) {
            Some((_, value)) => self.value(value, scope).map(Some),
            None => Ok(None),
        }
    }

    /// `EventData`: each `Data` by its `Name`; anything else (`Binary`, `ComplexData`) by the
    /// name of its element.
    fn event_data(
        &mut self,
        data: &Element<'a>,
        scope: &Scope<'a>,
        depth: usize,
    ) -> Result<(), Fault> {
        self.children(&data.content, scope, depth, &mut |reader, child, depth| {
            let Child::Element(element, scope) = child else {
                return Ok(());
            };
            if &*element.name != "Data" {
                return reader.leaf_or_tree(element, scope, &element.name, depth);
            }
            let name = match reader.attribute(element, scope, "Name")? {
                Some(name) => into_text(name),
                None => String::new(),
            };
            let value = reader.value(&element.content, scope)?;
            reader.push(name, value)
        })
    }

    /// The element's own value under `path`, or everything below it under longer paths.
    fn leaf_or_tree(
        &mut self,
        element: &Element<'a>,
        scope: &Scope<'a>,
        path: &str,
        depth: usize,
    ) -> Result<(), Fault> {
        for (name, value) in &element.attributes {
            // A namespace says nothing about the event.
            if !name.starts_with("xmlns") {
                let value = self.value(value, scope)?;
                self.push(format!("{path}/@{name}"), value)?;
            }
        }
        if !self.below(element, scope, path, depth)? {
            let value = self.value(&element.content, scope)?;
            self.push(path.to_owned(), value)?;
        }
        Ok(())
    }

    /// Everything below an element, named by path. Says whether there was any element.
    fn below(
        &mut self,
        element: &Element<'a>,
        scope: &Scope<'a>,
        path: &str,
        depth: usize,
    ) -> Result<bool, Fault> {
        let mut any = false;
        self.children(
            &element.content,
            scope,
            depth,
            &mut |reader, child, depth| {
                if let Child::Element(element, scope) = child {
                    any = true;
                    let path = if path.is_empty() {
                        String::from(&*element.name)
                    } else {
                        format!("{path}/{}", element.name)
                    };
                    reader.leaf_or_tree(element, scope, &path, depth)?;
                }
                Ok(())
            },
        )?;
        Ok(any)
    }

    fn push(&mut self, name: String, value: EventValue) -> Result<(), Fault> {
        self.spend(name.len() + 32)?;
        self.event.data.push((name, value));
        Ok(())
    }
}

/// A UTC time that a forwarded or hand-made event carries as text: `2022-06-21T00:27:45.123Z`.
fn utc_of_text(text: &str) -> Option<Timestamp> {
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Timestamp::from_naive(time.naive_utc())
}
