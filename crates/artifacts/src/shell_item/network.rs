//! Places in the network (classes `0x40` to `0x4F`, and `0xC0` to `0xCF`).

use encoding_rs::Encoding;

use crate::DualText;
use crate::terminated;
use crate::wire::u8_at;

/// A place in the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkItem {
    /// What kind of place.
    pub kind: NetworkKind,
    /// Its name, or its path: `\\server\share`.
    pub location: DualText,
    /// What the network calls itself: `Microsoft Network`.
    pub description: Option<DualText>,
    /// The comment that an administrator gave it.
    pub comments: Option<DualText>,
}

/// What kind of place in the network an item names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkKind {
    /// A domain or workgroup.
    Domain,
    /// A server.
    Server,
    /// A share of a server.
    Share,
    /// The network of one provider, such as Microsoft's.
    Network,
    /// The entire network.
    Entire,
    /// Another kind, by its number.
    Other(u8),
}

const HAS_COMMENTS: u8 = 0x40;
const HAS_DESCRIPTION: u8 = 0x80;
/// The texts stand there once more in UTF-16: so in all shortcuts of the corpus that have the bit.
const HAS_UNICODE: u8 = 0x10;

pub(super) fn read(own: &[u8], class: u8, ansi: &'static Encoding) -> Option<NetworkItem> {
    let flags = u8_at(own, 4)?;
    let mut rest = own.get(5..)?;
    let mut next = |is_unicode: bool| {
        let (text, taken) = if is_unicode {
            terminated::utf16_z(rest)?
        } else {
            terminated::ansi_z(rest, ansi)?
        };
        rest = rest.get(taken..)?;
        Some(text)
    };
    let has = |flag: u8| flags & flag != 0;
    let ansi_texts = [
        next(false),
        has(HAS_DESCRIPTION).then(|| next(false)).flatten(),
        has(HAS_COMMENTS).then(|| next(false)).flatten(),
    ];
    let unicode_texts = if has(HAS_UNICODE) {
        [
            next(true),
            has(HAS_DESCRIPTION).then(|| next(true)).flatten(),
            has(HAS_COMMENTS).then(|| next(true)).flatten(),
        ]
    } else {
        [None, None, None]
    };
    let [location, description, comments] = ansi_texts;
    let [unicode_location, unicode_description, unicode_comments] = unicode_texts;
    let dual = |ansi, unicode| Some(DualText { ansi, unicode }).filter(|text| !text.is_absent());
    Some(NetworkItem {
        kind: match class & 0x0F {
            0x01 => NetworkKind::Domain,
            0x02 => NetworkKind::Server,
            0x03 => NetworkKind::Share,
            0x06 => NetworkKind::Network,
            0x07 => NetworkKind::Entire,
            other => NetworkKind::Other(other),
        },
        location: dual(location, unicode_location)?,
        description: dual(description, unicode_description),
        comments: dual(comments, unicode_comments),
    })
}
