//! A page as the text of a terminal.
//!
//! Frames are of ASCII only: box-drawing characters are of ambiguous width, and a terminal that
//! draws them two columns wide would tear every table.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Block, Branch, Cell, Grid, Page, columns, width, wrap};

impl Page {
    /// The page for a terminal that is so many columns wide, ending in a line break.
    #[must_use]
    pub fn to_terminal(&self, columns: usize) -> String {
        let mut out = String::new();
        for (index, block) in self.blocks.iter().enumerate() {
            if index > 0 {
                out.push('\n');
            }
            match block {
                Block::Heading(text) => {
                    push_line(&mut out, text);
                    push_line(&mut out, &"=".repeat(width::of(text).min(columns)));
                }
                Block::Text(text) => {
                    for paragraph in text.lines() {
                        for line in wrap::wrap(paragraph, columns) {
                            push_line(&mut out, line.trim_start());
                        }
                    }
                }
                Block::Table(grid) => out.push_str(&table(grid, columns)),
                Block::List(lines) => list(&mut out, lines, columns),
                Block::Tree(root) => tree(&mut out, root, "", "", columns),
            }
        }
        out
    }
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

fn list(out: &mut String, lines: &[(String, String)], columns: usize) {
    let mark = lines
        .iter()
        .map(|(mark, _)| width::of(mark))
        .max()
        .unwrap_or(0);
    for (name, text) in lines {
        let room = columns.saturating_sub(mark + 1).max(20);
        let pad = " ".repeat(mark.saturating_sub(width::of(name)));
        let wrapped = text.lines().flat_map(|line| wrap::wrap(line, room));
        for (index, line) in wrapped.enumerate() {
            if index == 0 {
                push_line(out, &format!("{name}{pad} {line}"));
            } else {
                push_line(out, &format!("{} {line}", " ".repeat(mark)));
            }
        }
    }
}

/// A branch: `first` stands before its name, `rest` before all that belongs to it.
fn tree(out: &mut String, branch: &Branch, first: &str, rest: &str, columns: usize) {
    // Room for some words is kept however deep a branch hangs.
    let room = columns.saturating_sub(width::of(rest)).max(24);
    let below = if branch.children.is_empty() {
        "  "
    } else {
        "| "
    };
    for (index, line) in branch.lines.iter().enumerate() {
        let room = if index == 0 {
            room
        } else {
            room.saturating_sub(2)
        };
        for (piece, text) in wrap::wrap(line, room).into_iter().enumerate() {
            match (index, piece) {
                (0, 0) => push_line(out, &format!("{first}{text}")),
                (0, _) => push_line(out, &format!("{rest}{text}")),
                _ => push_line(out, &format!("{rest}{below}{text}")),
            }
        }
    }
    let last = branch.children.len().saturating_sub(1);
    for (index, child) in branch.children.iter().enumerate() {
        let (first, below) = if index == last {
            ("`-", "  ")
        } else {
            ("|-", "| ")
        };
        tree(
            out,
            child,
            &format!("{rest}{first} "),
            &format!("{rest}{below} "),
            columns,
        );
    }
}

fn table(grid: &Grid, total: usize) -> String {
    let widths = columns::widths(grid, total);
    let broken = |cell: &Cell, width: usize| -> String {
        let lines: Vec<String> = cell
            .lines
            .iter()
            .flat_map(|line| wrap::wrap(line, width))
            .collect();
        lines.join("\n")
    };
    let mut table = Table::new();
    // Lines are broken already, so that comfy-table needs only to align them.
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.load_style(if grid.ruled {
        presets::ASCII_FULL
    } else {
        presets::ASCII_FULL_CONDENSED
    });
    table.set_header(
        grid.columns
            .iter()
            .zip(&widths)
            .map(|(column, width)| broken(&Cell::from(column.title.as_str()), *width)),
    );
    let empty = Cell::default();
    for row in &grid.rows {
        let cells = widths
            .iter()
            .enumerate()
            .map(|(index, width)| broken(row.get(index).unwrap_or(&empty), *width));
        table.add_row(cells);
    }
    for (index, column) in grid.columns.iter().enumerate() {
        if let Some(shape) = table.column_mut(index).filter(|_| column.right) {
            shape.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut out = String::new();
    for line in table.to_string().lines() {
        push_line(&mut out, line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_hangs_together() {
        let leaf = |name: &str| Branch::new(name);
        let mut disk = Branch::new("disk");
        disk.lines.push("size: 60.0 GiB".to_owned());
        disk.children = vec![leaf("p1"), leaf("p2")];
        let mut page = Page::default();
        page.tree(Branch {
            lines: vec!["root".to_owned()],
            children: vec![disk, leaf("last one")],
        });
        assert_eq!(
            page.to_terminal(60),
            "root\n|- disk\n|  | size: 60.0 GiB\n|  |- p1\n|  `- p2\n`- last one\n"
        );
    }
    use crate::layout::Column;

    fn sample() -> Page {
        let mut page = Page::default();
        page.heading("台帳 ledger");
        page.text("A sentence that is longer than the terminal is wide, so it goes on below.");
        page.table(Grid {
            columns: vec![
                Column::text("日付"),
                Column::text("機器"),
                Column::number("件"),
            ],
            rows: vec![
                vec![
                    "2022-06-21".into(),
                    vec!["開発用デスクトップPC".to_owned(), "desktop".to_owned()].into(),
                    "3".into(),
                ],
                vec![
                    "".into(),
                    "コールセンターサーバの長い名前を折り返す".into(),
                    "12".into(),
                ],
                vec!["short row".into()],
            ],
            ruled: true,
        });
        page.list(vec![
            (
                "※1".to_owned(),
                "Windows Registry, C/Windows/System32/config/SYSTEM".to_owned(),
            ),
            ("※12".to_owned(), "ログ".to_owned()),
        ]);
        page
    }

    #[test]
    fn every_line_of_a_table_is_equally_wide() {
        for columns in [40, 44, 60, 120] {
            let text = sample().to_terminal(columns);
            let framed: Vec<&str> = text
                .lines()
                .filter(|line| line.starts_with(['+', '|']))
                .collect();
            assert!(framed.len() > 5);
            let expected = width::of(framed[0]);
            assert!(expected <= columns, "{columns}\n{text}");
            for line in framed {
                assert_eq!(width::of(line), expected, "{columns}\n{text}");
            }
        }
    }

    #[test]
    fn a_page_at_44_columns() {
        insta::assert_snapshot!(sample().to_terminal(44));
    }

    #[test]
    fn tables_and_lists_without_content_are_left_out() {
        let mut page = Page::default();
        page.table(Grid::default()).list(Vec::new());
        assert_eq!(page.to_terminal(80), "");
    }
}
