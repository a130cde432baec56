//! Pages of headings, sentences and tables, independent of what they are written as.
//!
//! A [`Page`] becomes a terminal text ([`Page::to_terminal`]) or Markdown
//! ([`Page::to_markdown`]). Widths are those of a terminal: a kanji takes two columns.

mod columns;
mod footnotes;
mod markdown;
mod plain;
mod terminal;
mod width;
mod wrap;

pub use footnotes::Footnotes;
pub use plain::visible;
pub(crate) use width::of_char as char_columns;
pub(crate) use wrap::pieces;

/// What stands on a page, from top to bottom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    blocks: Vec<Block>,
}

/// One piece of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Heading(String),
    Text(String),
    Table(Grid),
    /// Each with what stands before it: a footnote's mark, a bullet.
    List(Vec<(String, String)>),
    Tree(Branch),
}

/// A branch of a tree: what stands at it, line by line, and what hangs on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branch {
    /// The first is its name; the others say what it is.
    pub lines: Vec<String>,
    /// What hangs on it.
    pub children: Vec<Branch>,
}

impl Branch {
    /// A branch with nothing on it yet.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            lines: vec![name.into()],
            children: Vec::new(),
        }
    }
}

impl Page {
    /// A heading.
    pub fn heading(&mut self, text: impl Into<String>) -> &mut Self {
        self.blocks.push(Block::Heading(text.into()));
        self
    }

    /// A paragraph.
    pub fn text(&mut self, text: impl Into<String>) -> &mut Self {
        self.blocks.push(Block::Text(text.into()));
        self
    }

    /// A table; one without rows is left out.
    pub fn table(&mut self, grid: Grid) -> &mut Self {
        if !grid.rows.is_empty() {
            self.blocks.push(Block::Table(grid));
        }
        self
    }

    /// A tree.
    pub fn tree(&mut self, root: Branch) -> &mut Self {
        self.blocks.push(Block::Tree(root));
        self
    }

    /// A list, each line with its mark; an empty one is left out.
    pub fn list(&mut self, lines: Vec<(String, String)>) -> &mut Self {
        if !lines.is_empty() {
            self.blocks.push(Block::List(lines));
        }
        self
    }
}

/// A table of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// One a column.
    pub columns: Vec<Column>,
    /// Each as long as `columns`; what is missing is empty.
    pub rows: Vec<Vec<Cell>>,
    /// Lines between rows, for cells of several lines.
    pub ruled: bool,
}

/// The head of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: String,
    /// Numbers stand at the right.
    pub right: bool,
}

impl Column {
    /// A column of texts.
    pub fn text(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            right: false,
        }
    }

    /// A column of numbers.
    pub fn number(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            right: true,
        }
    }
}

/// What stands in one place of a table: lines from top to bottom. A line that is too long goes
/// on below, set in; a no-break space keeps its neighbours on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// The lines.
    pub lines: Vec<String>,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self {
            lines: text.lines().map(str::to_owned).collect(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Vec<String>> for Cell {
    fn from(lines: Vec<String>) -> Self {
        Self { lines }
    }
}
