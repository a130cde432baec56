//! What is said on standard error.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Loudness {
    /// Errors only.
    Quiet,
    /// What a person should know.
    Usual,
    /// What is done, too.
    Verbose,
}

/// Says things on standard error, as loud as asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    loudness: Loudness,
    colours: bool,
}

impl Said {
    pub(crate) fn new(quiet: bool, verbose: bool) -> Self {
        let loudness = match (quiet, verbose) {
            (true, _) => Loudness::Quiet,
            (false, true) => Loudness::Verbose,
            (false, false) => Loudness::Usual,
        };
        // https://no-color.org: set and not empty means no colours.
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            loudness,
            colours: !refused && std::io::stderr().is_terminal(),
        }
    }

    pub(crate) fn error(&self, text: impl Display) {
        self.line("error", "31", &text);
    }

    pub(crate) fn warning(&self, text: impl Display) {
        if self.loudness >= Loudness::Usual {
            self.line("warning", "33", &text);
        }
    }

    pub(crate) fn note(&self, text: impl Display) {
        if self.loudness >= Loudness::Usual {
            self.line("note", "36", &text);
        }
    }

    pub(crate) fn detail(&self, text: impl Display) {
        if self.loudness >= Loudness::Verbose {
            self.line("", "0", &text);
        }
    }

    fn line(&self, kind: &str, colour: &str, text: &dyn Display) {
        // A path or a label from evidence may hold a terminal's control sequence.
        let text = text.to_string();
        let text: Vec<String> = text.lines().map(kusari_report::layout::visible).collect();
        let text = text.join("\n");
        let mut out = std::io::stderr().lock();
        // There is nowhere left to say that standard error is closed.
        let _ = match (kind, self.colours) {
            ("", _) => writeln!(out, "{text}"),
            (_, true) => writeln!(out, "\u{1b}[1;{colour}m{kind}:\u{1b}[0m {text}"),
            (_, false) => writeln!(out, "{kind}: {text}"),
        };
    }
}
