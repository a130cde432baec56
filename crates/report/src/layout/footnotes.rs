//! Sources as footnotes: `※1`, `※2`, numbered in the order in which they are first cited.

/// The footnotes of one page. The same text gets the same number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footnotes {
    texts: Vec<String>,
}

impl Footnotes {
    /// The mark for a text: `※3`.
    pub fn mark(&mut self, text: &str) -> String {
        let known = self.texts.iter().position(|own| own == text);
        let number = known.unwrap_or_else(|| {
            self.texts.push(text.to_owned());
            self.texts.len() - 1
        });
        format!("※{}", number + 1)
    }

    /// The marks for several texts, in rising order and each once: `※3,5`.
    pub fn marks<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> String {
        let mut numbers: Vec<usize> = texts
            .into_iter()
            .filter_map(|text| self.mark(text).trim_start_matches('※').parse().ok())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.is_empty() {
            return String::new();
        }
        let listed: Vec<String> = numbers.iter().map(usize::to_string).collect();
        format!("※{}", listed.join(","))
    }

    /// All of them, each with its mark, for [`Page::list`](super::Page::list).
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String)> {
        let numbered = self.texts.iter().enumerate();
        numbered
            .map(|(index, text)| (format!("※{}", index + 1), text.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_by_first_use() {
        let mut notes = Footnotes::default();
        assert_eq!(notes.mark("registry"), "※1");
        assert_eq!(notes.marks(["log", "registry", "log"]), "※1,2");
        assert_eq!(notes.marks([]), "");
        assert_eq!(
            notes.lines(),
            [
                ("※1".to_owned(), "registry".to_owned()),
                ("※2".to_owned(), "log".to_owned())
            ]
        );
    }
}
