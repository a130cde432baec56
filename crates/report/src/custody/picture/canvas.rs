//! Shapes on a page, in tenths of a pixel: whole numbers, so that the same evidence gives the same
//! picture byte for byte.

use super::text;

/// Pixels as the unit of every place and size: a tenth of one.
pub(super) const fn px(pixels: i64) -> i64 {
    pixels * 10
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: i64,
    pub(super) top: i64,
    pub(super) right: i64,
    pub(super) bottom: i64,
}

impl Area {
    pub(super) fn width(&self) -> i64 {
        self.right.saturating_sub(self.left)
    }

    pub(super) fn height(&self) -> i64 {
        self.bottom.saturating_sub(self.top)
    }

    #[cfg(test)]
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Title,
    Heading,
    Strong,
    Plain,
    Small,
    SmallStrong,
    /// Of a block: what lies below it answers the pointer.
    Label,
}

impl Style {
    /// The height of its letters (the font's size).
    pub(super) const fn size(self) -> i64 {
        match self {
            Self::Title => px(18),
            Self::Heading => px(14),
            Self::Strong | Self::Plain => px(12),
            Self::Small | Self::SmallStrong | Self::Label => px(10),
        }
    }

    pub(super) const fn is_bold(self) -> bool {
        !matches!(self, Self::Plain | Self::Small)
    }

    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Heading => "heading",
            Self::Strong => "strong",
            Self::Plain => "plain",
            Self::Small => "small",
            Self::SmallStrong => "small-strong",
            Self::Label => "label",
        }
    }
}

/// One shape. `class` says how it looks; the sheet stands in `svg.rs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    Rectangle {
        area: Area,
        class: &'static str,
        /// The number of a machine's colour, where it is filled with one.
        colour: Option<usize>,
    },
    /// A line through points; `closed` fills it.
    Path {
        points: Vec<(i64, i64)>,
        closed: bool,
        class: &'static str,
    },
    Circle {
        centre: (i64, i64),
        radius: i64,
        class: &'static str,
    },
    Text {
        at: (i64, i64),
        anchor: Anchor,
        style: Style,
        text: String,
    },
    /// Shapes with a text that shows when the pointer rests on them.
    Group { says: String, shapes: Vec<Self> },
}

/// A page that is being drawn.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    pub(super) shapes: Vec<Shape>,
}

impl Canvas {
    pub(super) fn rectangle(&mut self, area: Area, class: &'static str) {
        self.shapes.push(Shape::Rectangle {
            area,
            class,
            colour: None,
        });
    }

    pub(super) fn coloured(&mut self, area: Area, class: &'static str, colour: usize) {
        self.shapes.push(Shape::Rectangle {
            area,
            class,
            colour: Some(colour),
        });
    }

    pub(super) fn line(&mut self, from: (i64, i64), to: (i64, i64), class: &'static str) {
        self.path(vec![from, to], class);
    }

    pub(super) fn path(&mut self, points: Vec<(i64, i64)>, class: &'static str) {
        self.shapes.push(Shape::Path {
            points,
            closed: false,
            class,
        });
    }

    pub(super) fn filled(&mut self, points: Vec<(i64, i64)>, class: &'static str) {
        self.shapes.push(Shape::Path {
            points,
            closed: true,
            class,
        });
    }

    pub(super) fn circle(&mut self, centre: (i64, i64), radius: i64, class: &'static str) {
        self.shapes.push(Shape::Circle {
            centre,
            radius,
            class,
        });
    }

    /// A text whose letters stand on `at`.
    pub(super) fn text(
        &mut self,
        at: (i64, i64),
        anchor: Anchor,
        style: Style,
        text: impl Into<String>,
    ) {
        self.shapes.push(Shape::Text {
            at,
            anchor,
            style,
            text: text.into(),
        });
    }

    /// What `draw` draws gets a text that shows when the pointer rests on it.
    pub(super) fn group(&mut self, says: String, draw: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        draw(&mut inner);
        self.shapes.push(Shape::Group {
            says,
            shapes: inner.shapes,
        });
    }
}

/// The place that a text takes at most: fonts differ, and the widest usual one is reckoned with.
pub(super) fn area_of_text(at: (i64, i64), anchor: Anchor, style: Style, text: &str) -> Area {
    let width = text::width(text, style);
    let left = match anchor {
        Anchor::Start => at.0,
        Anchor::Middle => at.0.saturating_sub(width / 2),
    };
    let size = style.size();
    Area {
        left,
        top: at.1.saturating_sub(size.saturating_mul(4) / 5),
        right: left.saturating_add(width),
        bottom: at.1.saturating_add(size / 5),
    }
}

#[cfg(test)]
impl Canvas {
    /// The texts with the places that they take.
    pub(super) fn texts(&self) -> Vec<(String, Area)> {
        fn walk(shapes: &[Shape], into: &mut Vec<(String, Area)>) {
            for shape in shapes {
                match shape {
                    Shape::Text {
                        at,
                        anchor,
                        style,
                        text,
                    } => into.push((text.clone(), area_of_text(*at, *anchor, *style, text))),
                    Shape::Group { shapes, .. } => walk(shapes, into),
                    _ => {}
                }
            }
        }
        let mut all = Vec::new();
        walk(&self.shapes, &mut all);
        all
    }
}
