//! A page as the text of a terminal.
//!
//! Frames are of ASCII only: box-drawing characters are of ambiguous width, and a terminal that
//! draws them two columns wide would tear every table.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Block, Cell, Grid, Page, columns, width, wrap};

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
