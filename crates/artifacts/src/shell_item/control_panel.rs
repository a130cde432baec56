//! Parts of the control panel.

use kusari_evidence::Guid;

use crate::terminated;
use crate::wire::u32_at;

/// Part of the control panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlPanelItem {
    /// An item, by its class.
    Item(Guid),
    /// A category, by its number: 2 is "Hardware and Sound".
    Category(u32),
    /// A `.cpl` file.
    File {
        /// Its path.
        path: String,
        /// Its name in the control panel.
        name: Option<String>,
        /// What it says about itself.
        comments: Option<String>,
    },
}

/// The signature of a category.
const CATEGORY: u32 = 0x39DE_2184;
/// The signature of a `.cpl` file.
const CPL_FILE: u32 = 0xFFFF_FF38;

pub(super) fn read(own: &[u8], class: u8) -> Option<ControlPanelItem> {
    match (class, u32_at(own, 4)) {
        (0x71, _) => own
            .get(14..)
            .and_then(Guid::from_bytes)
            .map(ControlPanelItem::Item),
        (0x01, Some(CATEGORY)) => u32_at(own, 8).map(ControlPanelItem::Category),
        (0x00, Some(CPL_FILE)) => {
            let (path, taken) = terminated::utf16_z(own.get(24..)?)?;
            let mut rest = own.get(24..)?.get(taken..)?;
            let mut next = || {
                let (text, taken) = terminated::utf16_z(rest)?;
                rest = rest.get(taken..)?;
                Some(text)
            };
            Some(ControlPanelItem::File {
                path,
                name: next(),
                comments: next(),
            })
        }
        _ => None,
    }
}
