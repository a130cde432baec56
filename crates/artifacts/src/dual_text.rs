//! Texts that a format keeps twice.

/// A text that stands in ANSI (the machine's code page), in UTF-16, or in both.
///
/// Windows writes the ANSI form for old programs; characters outside the code page become `?` in
/// it, so the UTF-16 form is the one to use where it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DualText {
    /// The ANSI form, decoded by the code page that the caller named.
    pub ansi: Option<String>,
    /// The UTF-16 form.
    pub unicode: Option<String>,
}

impl DualText {
    /// The text: the UTF-16 form where it is there and not empty, else the ANSI form.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let unicode = self.unicode.as_deref().filter(|text| !text.is_empty());
        unicode.or(self.ansi.as_deref())
    }

    /// Whether neither form is there.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        self.ansi.is_none() && self.unicode.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_preferred() {
        let both = DualText {
            ansi: Some("?.txt".into()),
            unicode: Some("鎖.txt".into()),
        };
        assert_eq!(both.text(), Some("鎖.txt"));
        let ansi = DualText {
            ansi: Some("a.txt".into()),
            unicode: Some(String::new()),
        };
        assert_eq!(ansi.text(), Some("a.txt"));
        assert!(DualText::default().is_absent());
    }
}
