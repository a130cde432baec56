//! A progress bar on a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use kusari::Progress;
use kusari::intake::Reading;

use crate::said::Said;

/// Shows how far the reading is, and says each source when that is asked for.
pub(crate) struct Bar {
    bar: ProgressBar,
    said: Said,
}

impl Bar {
    /// Hidden unless standard error is a terminal and the bar is wanted.
    pub(crate) fn new(wanted: bool, said: Said) -> Self {
        let bar = if wanted && std::io::stderr().is_terminal() {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        let template = "{bytes}/{total_bytes} [{bar:30}] {wide_msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, said }
    }

    /// Shows that so many bytes of something are done.
    pub(crate) fn at(&self, what: &str, done: u64, of: u64) {
        self.bar.set_length(of);
        self.bar.set_position(done);
        self.bar.set_message(kusari_report::layout::visible(what));
    }

    /// Removes the bar from the terminal.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Reading for Bar {
    fn done(&self, path: &str, bytes: u64) {
        self.bar.inc(bytes);
        self.bar.set_message(kusari_report::layout::visible(path));
        self.said
            .detail(format_args!("read {path} ({bytes} bytes)"));
    }
}

impl Progress for Bar {
    fn opening(&self, what: &str, done: u64, of: u64) {
        self.at(what, done, of);
    }

    fn start(&self, sources: usize, bytes: u64) {
        self.bar.set_position(0);
        self.bar.set_length(bytes);
        self.said
            .detail(format_args!("{sources} sources, {bytes} bytes"));
    }
}
