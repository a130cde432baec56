//! How a console window looks (MS-SHLLINK 2.5.1).

use crate::terminated;
use crate::wire::{u16_at, u32_at};

/// How a console window looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleProperties {
    /// Colours of text and background.
    pub fill_attributes: u16,
    /// The same for what pops up.
    pub popup_fill_attributes: u16,
    /// Width and height of the buffer, in characters.
    pub buffer_size: (u16, u16),
    /// Width and height of the window, in characters.
    pub window_size: (u16, u16),
    /// Where the window stands, in pixels.
    pub window_origin: (i16, i16),
    /// Size of the font.
    pub font_size: u32,
    /// Family of the font.
    pub font_family: u32,
    /// Weight of the font; 700 and more is bold.
    pub font_weight: u32,
    /// The font.
    pub face_name: String,
    /// Size of the cursor.
    pub cursor_size: u32,
    /// Whether it fills the screen.
    pub full_screen: bool,
    /// Whether quick edit is on.
    pub quick_edit: bool,
    /// Whether insert mode is on.
    pub insert_mode: bool,
    /// Whether Windows places the window.
    pub auto_position: bool,
    /// How many lines the history holds.
    pub history_size: u32,
    /// How many histories there are.
    pub history_buffers: u32,
    /// Whether the history keeps duplicates.
    pub history_keeps_duplicates: bool,
    /// The sixteen colours.
    pub colours: [u32; 16],
}

/// From a whole block with its size and signature.
pub(super) fn read(block: &[u8]) -> Option<ConsoleProperties> {
    let pair = |at: usize| Some((u16_at(block, at)?, u16_at(block, at.checked_add(2)?)?));
    let flag = |at: usize| u32_at(block, at).map(|value| value != 0);
    let mut colours = [0; 16];
    for (colour, at) in colours.iter_mut().zip((140..).step_by(4)) {
        *colour = u32_at(block, at)?;
    }
    Some(ConsoleProperties {
        fill_attributes: u16_at(block, 8)?,
        popup_fill_attributes: u16_at(block, 10)?,
        buffer_size: pair(12)?,
        window_size: pair(16)?,
        window_origin: pair(20).map(|(x, y)| (x.cast_signed(), y.cast_signed()))?,
        font_size: u32_at(block, 32)?,
        font_family: u32_at(block, 36)?,
        font_weight: u32_at(block, 40)?,
        face_name: terminated::utf16(block.get(44..108)?),
        cursor_size: u32_at(block, 108)?,
        full_screen: flag(112)?,
        quick_edit: flag(116)?,
        insert_mode: flag(120)?,
        auto_position: flag(124)?,
        history_size: u32_at(block, 128)?,
        history_buffers: u32_at(block, 132)?,
        history_keeps_duplicates: flag(136)?,
        colours,
    })
}
