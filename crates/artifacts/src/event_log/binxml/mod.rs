//! Binary XML: the form in which an event's content lies in its record.
//!
//! Source: MS-EVEN6 2.2.12 (grammar) and 3.1.4.7 (types, templates, optional substitutions); for
//! what differs in files (names by offset, template definitions by offset, dependency ids only
//! inside template definitions) Joachim Metz, "Windows XML Event Log (EVTX) format".
//!
//! Bytes become a tree of [`Node`]s whose substitutions are still open; a template definition is
//! read once a chunk and then shared by all records that use it. [`value`] gives the values
//! their types.

mod cursor;
mod parse;
pub(super) mod value;

pub(super) use cursor::{Cursor, Fault};
pub(super) use parse::{Element, InstanceHead, Node, Parser, Scope, definition_body};

/// How deep elements, templates and embedded fragments may nest. Events of Windows nest about
/// ten deep; hostile bytes could otherwise exhaust the stack.
pub(super) const MOST_DEPTH: usize = 48;

/// Token bytes (MS-EVEN6 2.2.12), without the flag 0x40 ("more follows").
pub(super) mod token {
    pub(in super::super) const END: u8 = 0x00;
    pub(in super::super) const OPEN_ELEMENT: u8 = 0x01;
    pub(in super::super) const CLOSE_START: u8 = 0x02;
    pub(in super::super) const CLOSE_EMPTY: u8 = 0x03;
    pub(in super::super) const END_ELEMENT: u8 = 0x04;
    pub(in super::super) const VALUE: u8 = 0x05;
    pub(in super::super) const ATTRIBUTE: u8 = 0x06;
    pub(in super::super) const CDATA: u8 = 0x07;
    pub(in super::super) const CHARACTER: u8 = 0x08;
    pub(in super::super) const ENTITY: u8 = 0x09;
    pub(in super::super) const INSTRUCTION_TARGET: u8 = 0x0a;
    pub(in super::super) const INSTRUCTION_DATA: u8 = 0x0b;
    pub(in super::super) const TEMPLATE: u8 = 0x0c;
    pub(in super::super) const SUBSTITUTION: u8 = 0x0d;
    pub(in super::super) const OPTIONAL_SUBSTITUTION: u8 = 0x0e;
    pub(in super::super) const FRAGMENT: u8 = 0x0f;
    /// "More follows"; on an open element "attributes follow".
    pub(in super::super) const MORE: u8 = 0x40;
}
