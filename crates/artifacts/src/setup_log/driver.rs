//! The driver that a section of Windows Vista and later chose.
//!
//! Three forms are known. Up to Windows 10 1607 `Selected:`, later `Selected Driver:`, each
//! followed by `Description - [name]` and `InfFile - [path]` (with or without the brackets); from
//! Windows 10 1809 on a `Driver Node:` whose `Status` is `Selected`, followed by
//! `Driver INF - name (path)`. Candidates that were not chosen stand in the same section
//! (`Created Driver Node:`, `Status - Outranked`) and are not read.

use memchr::memmem;

use super::SelectedDriver;

/// What the lines of a section's body have said so far about the chosen driver.
#[derive(Debug, Default)]
pub(super) struct DriverSearch {
    expecting: bool,
    description: Option<String>,
    found: Option<SelectedDriver>,
}

impl DriverSearch {
    /// Whether a line can say something about the driver, without decoding it.
    pub(super) fn concerns(raw: &[u8]) -> bool {
        memmem::find(raw, b"elected").is_some()
            || memmem::find(raw, b" - ").is_some()
            || memmem::find(raw, b"Driver Node:").is_some()
    }

    /// Takes one line of the body, without its category and indentation.
    pub(super) fn line(&mut self, text: &str) {
        if self.found.is_some() {
            return;
        }
        match text {
            "Selected:" | "Selected Driver:" => {
                self.expecting = true;
                return;
            }
            "Driver Node:" | "Created Driver Node:" => {
                self.expecting = false;
                return;
            }
            _ => {}
        }
        let Some((key, value)) = text.split_once(" - ") else {
            return;
        };
        let value = value.trim();
        let bare = value
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(value);
        match key.trim_end() {
            "Status" => self.expecting = bare == "Selected",
            "Description" if self.expecting => self.description = Some(bare.to_owned()),
            "InfFile" if self.expecting => self.take(bare),
            "Driver INF" if self.expecting => {
                let name = bare.split_once(" (").map_or(bare, |(name, _)| name);
                self.take(name);
            }
            _ => {}
        }
    }

    fn take(&mut self, inf: &str) {
        self.found = Some(SelectedDriver {
            inf: inf.to_owned(),
            description: self.description.take(),
        });
    }

    pub(super) fn finish(self) -> Option<SelectedDriver> {
        self.found
    }
}

/// A body line without what stands before its message: the mark of a warning or error, the
/// category (`dvi:`), the indentation.
pub(super) fn message(text: &str) -> &str {
    let text = text.trim_start_matches(['!', ' ']);
    match text.split_once(':') {
        Some((category, rest)) if category.len() == 3 => rest.trim(),
        _ => text.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[&str]) -> Option<SelectedDriver> {
        let mut search = DriverSearch::default();
        for line in lines {
            search.line(message(line));
        }
        search.finish()
    }

    #[test]
    fn only_the_chosen_driver_counts() {
        let old = found(&[
            "     dvi:      Created Driver Node:",
            "     dvi:           InfName      - C:\\a\\other.inf",
            "     dvi:                Selected:",
            "     dvi:                     Description - [WPD FileSystem Volume Driver]",
            "     dvi:                     InfFile     - [c:\\a\\wpdfs.inf]",
        ]);
        assert_eq!(
            old,
            Some(SelectedDriver {
                inf: "c:\\a\\wpdfs.inf".into(),
                description: Some("WPD FileSystem Volume Driver".into()),
            })
        );
        let new = found(&[
            "     utl:      Driver Node:",
            "     utl:           Status         - Outranked",
            "     utl:           Driver INF     - oem1.inf (C:\\a\\x.inf)",
            "     utl:      Driver Node:",
            "     utl:           Status         - Selected",
            "     utl:           Driver INF     - disk.inf (C:\\a\\disk.inf)",
        ]);
        assert_eq!(new.unwrap().inf, "disk.inf");
        assert_eq!(
            found(&["     dvi:  InfFile     - [c:\\a\\wpdfs.inf]"]),
            None
        );
    }
}
