//! The pages lead where they say: every relative link and every path of this repository in the
//! Markdown pages is there.

// Helpers of tests may fail as loudly as the tests themselves.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// Folders of the repository whose paths the pages name from the top.
const TOP: [&str; 5] = ["crates/", "docs/", "examples/", "testdata/", "benches/"];

fn pages(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // Hidden folders, and what a build leaves, are no pages of ours.
            if !name.starts_with('.') && name != "target" {
                pages(&path, into);
            }
        } else if path.extension().is_some_and(|ending| ending == "md") {
            into.push(path);
        }
    }
}

/// What stands between `open` and `close`, each time.
fn between<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open)
        .skip(1)
        .filter_map(move |rest| rest.split_once(close).map(|(inside, _)| inside))
}

/// The relative links and the paths of a page that lead nowhere.
fn broken(root: &Path, page: &Path, text: &str) -> Vec<String> {
    let folder = page.parent().unwrap();
    let mut broken = Vec::new();
    for link in between(text, "](", ')') {
        let file = link.split('#').next().unwrap_or_default();
        if !file.is_empty() && !file.contains("://") && !folder.join(file).exists() {
            broken.push(link.to_owned());
        }
    }
    for word in text.split(|c: char| c.is_whitespace() || "`()[],;".contains(c)) {
        let path = word.trim_end_matches(['.', ':']);
        let is_pattern = path.contains(['<', '*', '…', '%']);
        if TOP.iter().any(|top| path.starts_with(top)) && !is_pattern && !root.join(path).exists() {
            // A link below a page's own folder may begin with the same word.
            if !folder.join(path).exists() {
                broken.push(path.to_owned());
            }
        }
    }
    broken
}

#[test]
fn every_link_and_path_of_the_pages_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = Vec::new();
    pages(&root, &mut all);
    assert!(all.len() > 30, "{} pages", all.len());
    let mut said = Vec::new();
    for page in &all {
        let text = std::fs::read_to_string(page).unwrap();
        for link in broken(&root, page, &text) {
            said.push(format!("{}: {link}", page.display()));
        }
    }
    assert!(said.is_empty(), "{said:#?}");
}

#[test]
fn a_broken_link_is_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = "[a](docs/nowhere.md) [b](README.md#part) [c](https://example.org) \
                `docs/architecture.md`, `crates/nowhere/src/lib.rs`.";
    assert_eq!(
        broken(&root, &root.join("README.md"), text),
        [
            "docs/nowhere.md",
            "docs/nowhere.md",
            "crates/nowhere/src/lib.rs"
        ]
    );
}

/// The commands of a page's console blocks, each with the lines that it is said to print.
fn consoles(text: &str) -> Vec<(String, Vec<&str>)> {
    let blocks = text.split("```console\n").skip(1);
    blocks
        .filter_map(|block| block.split_once("```"))
        .filter_map(|(block, _)| {
            let mut lines = block.lines();
            let command = lines.next()?.strip_prefix("$ kusari ")?;
            Some((command.to_owned(), lines.collect()))
        })
        .collect()
}

/// A line without what only fills a column.
fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first line of a block that the output does not hold, in that order.
fn first_missing<'a>(output: &str, lines: &[&'a str]) -> Option<&'a str> {
    let mut printed = output.lines();
    let is_there = |line: &&&str| !printed.any(|own| squeezed(own) == squeezed(line));
    lines.iter().find(is_there).copied()
}

#[test]
fn what_the_walk_through_the_incident_shows_is_printed_so() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for page in ["docs/amagasaki.md", "docs/amagasaki.ja.md"] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        let consoles = consoles(&text);
        assert!(consoles.len() >= 3, "{page}");
        for (command, lines) in consoles {
            let out = std::process::Command::new(env!("CARGO_BIN_EXE_kusari"))
                .args(command.split_whitespace())
                .current_dir(&root)
                .env("COLUMNS", "120")
                .output()
                .unwrap();
            let output = String::from_utf8(out.stdout).unwrap();
            let missing = first_missing(&output, &lines);
            assert_eq!(missing, None, "{page}: $ kusari {command}\n{output}");
        }
    }
}

#[test]
fn a_line_that_is_not_printed_is_seen() {
    let page = "```console\n$ kusari x y\na\nb\n```\n";
    let consoles = consoles(page);
    assert_eq!(consoles, [("x y".to_owned(), vec!["a", "b"])]);
    assert_eq!(first_missing("a\nc\nb\n", &consoles[0].1), None);
    assert_eq!(first_missing("b\na\n", &consoles[0].1), Some("b"));
}
