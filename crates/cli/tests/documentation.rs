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
