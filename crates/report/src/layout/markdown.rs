//! A page as Markdown (GitHub Flavored Markdown 0.29, section 4.10 for tables).

use super::{Block, Branch, Cell, Grid, Page};

impl Page {
    /// The page as Markdown. Texts from evidence cannot break out of their place.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        for (index, block) in self.blocks.iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            match block {
                Block::Heading(text) => {
                    let level = if index == 0 { "#" } else { "##" };
                    out.push_str(&format!("{level} {}\n", escape(text)));
                }
                Block::Text(text) => {
                    for line in text.lines() {
                        out.push_str(&escape(line));
                        out.push('\n');
                    }
                }
                Block::Table(grid) => table(&mut out, grid),
                Block::Tree(root) => tree(&mut out, root, 0),
                Block::List(lines) => {
                    for (mark, text) in lines {
                        let text = text.lines().map(escape).collect::<Vec<_>>().join("<br>");
                        out.push_str(&format!("- {} {text}\n", escape(mark)));
                    }
                }
            }
        }
        out
    }
}

fn tree(out: &mut String, branch: &Branch, depth: usize) {
    let lines: Vec<String> = branch.lines.iter().map(|line| escape(line)).collect();
    let indent = "  ".repeat(depth);
    out.push_str(&format!("{indent}- {}\n", lines.join("<br>")));
    for child in &branch.children {
        tree(out, child, depth + 1);
    }
}

fn table(out: &mut String, grid: &Grid) {
    let mut row = |cells: &[String]| {
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    };
    let titles: Vec<String> = grid
        .columns
        .iter()
        .map(|column| escape(&column.title))
        .collect();
    row(&titles);
    let rule = |right| if right { "---:" } else { "---" }.to_owned();
    row(&grid
        .columns
        .iter()
        .map(|column| rule(column.right))
        .collect::<Vec<_>>());
    let empty = Cell::default();
    for cells in &grid.rows {
        let texts: Vec<String> = (0..grid.columns.len())
            .map(|index| cells.get(index).unwrap_or(&empty))
            .map(|cell| {
                cell.lines
                    .iter()
                    .map(|line| escape(line))
                    .collect::<Vec<_>>()
            })
            .map(|lines| lines.join("<br>"))
            .collect();
        row(&texts);
    }
}

/// A text with everything that Markdown or HTML could take for markup escaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Column;

    #[test]
    fn a_page_as_markdown() {
        let mut page = Page::default();
        page.heading("Custody").text("Times in Asia/Tokyo.");
        page.table(Grid {
            columns: vec![Column::text("day"), Column::number("n")],
            rows: vec![
                vec![vec!["a|b".to_owned(), "<b>".to_owned()].into(), "1".into()],
                vec![r"USB\VID_1".into()],
            ],
            ruled: true,
        });
        page.list(vec![("※1".to_owned(), "[x](y)".to_owned())]);
        insta::assert_snapshot!(page.to_markdown());
    }
}
