//! Paths on evidence: names with `/` between them, none at the beginning.

/// A path below a folder; either may be empty, which is the root.
pub(crate) fn below(folder: &str, path: &str) -> String {
    match (folder.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (_, true) => folder.to_owned(),
        _ => format!("{folder}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn the_root_adds_nothing() {
        assert_eq!(below("", "a"), "a");
        assert_eq!(below("a/b", "c"), "a/b/c");
        assert_eq!(below("a", ""), "a");
        assert_eq!(below("", ""), "");
    }
}
