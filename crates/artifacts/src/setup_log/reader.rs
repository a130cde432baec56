//! From the lines of a setup log to its sections.

use kusari_evidence::time::RecordedTime;

use super::driver::{DriverSearch, message};
use super::open::{Open, device, removed};
use super::section::{ExitStatus, SectionKind, SetupSection};
use super::stamp;
use super::xp::XpMessages;
use crate::device_path::{DeviceInstance, DeviceKind};
use crate::text::{Line, Text};
use crate::{Damage, Locator, Outcome, SourceState};

/// Which sections are handed out. Coverage counts all of them in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionFilter {
    /// All sections.
    Everything,
    /// Sections whose subject is a device under `USB`, `USBSTOR`, `UASPSTOR`, `SCSI`,
    /// `STORAGE\Volume`, `STORAGE\RemovableMedia`, `SWD\WPDBUSENUM` or `WpdBusEnumRoot`, and
    /// clean-ups that took such a device out, with only those devices.
    UsbAndStorage,
}

impl SectionFilter {
    pub(super) fn wants(self, device: Option<&DeviceInstance>) -> bool {
        self == Self::Everything
            || device.is_some_and(|device| {
                device.is_enumerated_by("USB")
                    || device.is_usb_storage()
                    || device.is_enumerated_by("SCSI")
                    || matches!(
                        device.kind(),
                        DeviceKind::Volume | DeviceKind::PortableDevice
                    )
            })
    }
}

/// What a setup log says besides its sections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupLog {
    /// Coverage and damage. The coverage spans sections and boot sessions.
    pub outcome: Outcome,
    /// The Windows version of the header, as written: `10.0.19043`.
    pub os_version: Option<String>,
    /// The starts of Windows that the log noted. It notes one only when something is logged after
    /// it, so a missing one means nothing.
    pub boots: Vec<BootSession>,
    /// Where time runs backwards from one section or boot session to the next. At most
    /// [`Damage::MOST`] of them.
    pub steps_back: Vec<StepBack>,
}

/// A start of Windows: `[Boot Session: 2022/06/20 08:59:59.500]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootSession {
    /// When Windows started, local time, three decimals.
    pub time: RecordedTime,
    /// Its line.
    pub locator: Locator,
}

/// Time running backwards. Sections stand in the order in which they began (seen in every log of
/// the corpus, also for those that overlap), so a smaller start behind a greater one means that
/// the clock was set back or summer time ended, or that the file was put together from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepBack {
    /// The last start before the step.
    pub from: RecordedTime,
    /// The first start behind it.
    pub to: RecordedTime,
    /// The line that holds `to`.
    pub locator: Locator,
}

/// Reads a setup log of any Windows version and hands the sections that `filter` wants to `sink`,
/// in the order of the file. Never fails: what cannot be read is said in the outcome's damage.
/// Memory stays within the log's own size, whatever stands in it.
pub fn read(bytes: &[u8], filter: SectionFilter, sink: &mut dyn FnMut(SetupSection)) -> SetupLog {
    let mut reader = Reader {
        filter,
        sink,
        log: SetupLog::default(),
        open: None,
        header: true,
        latest: None,
    };
    for line in Text::new(bytes).lines() {
        reader.line(&line);
    }
    reader.close(true);
    if !reader.log.outcome.damage.is_empty() {
        reader.log.outcome.coverage.note(SourceState::Damaged);
    }
    if !reader.log.steps_back.is_empty() {
        reader.log.outcome.coverage.note(SourceState::TimeStepsBack);
    }
    reader.log
}

struct Reader<'s> {
    filter: SectionFilter,
    sink: &'s mut dyn FnMut(SetupSection),
    log: SetupLog,
    open: Option<Open>,
    /// Before the first section, where the versions stand.
    header: bool,
    /// The start of the section or boot session before.
    latest: Option<RecordedTime>,
}

impl Reader<'_> {
    fn line(&mut self, line: &Line<'_>) {
        // The encodings differ in the line's bytes; only UTF-16 hides the first character.
        let utf16 = line.is_utf16();
        let first = if utf16 {
            line.decode().text.bytes().next()
        } else {
            line.raw.first().copied()
        };
        let Some(first) = first else {
            return;
        };
        match first {
            b'>' | b'<' | b'[' => self.marked(line),
            0 => self.damage(line, "zeros where a line was expected"),
            _ => self.body(line, utf16),
        }
        if let Some(open) = &mut self.open
            && open.xp.is_some() | (first != b'[')
        {
            open.end_offset = line.end();
        }
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.exit.is_some() && open.xp.is_none())
        {
            self.close(false);
        }
    }

    fn marked(&mut self, line: &Line<'_>) {
        let decoded = line.decode();
        if decoded.damaged || line.cut {
            // The rest of the section cannot be told from that of the one before.
            self.close(false);
            self.damage(
                line,
                "a section's first or last line with bytes that are no text",
            );
            return;
        }
        let text = decoded.text.trim_end();
        if let Some(rest) = text.strip_prefix(">>>") {
            self.opening(line, rest.trim_start());
        } else if let Some(rest) = text.strip_prefix("<<<") {
            self.closing(line, rest.trim_start());
        } else if let Some(rest) = text.strip_prefix("[Boot Session: ") {
            self.boot(line, rest);
        } else if let Some(rest) = text.strip_prefix('[') {
            match stamp::leading(rest.as_bytes()) {
                Some((start, rest)) => self.open_xp(line, start, rest),
                // A log that begins anew: put together from several, or cleared while open.
                None if matches!(text, "[Device Install Log]" | "[SetupAPI Log]") => {
                    self.close(false);
                    self.header = true;
                }
                None if self.header || text == "[BeginLog]" => {}
                None => self.body(line, line.is_utf16()),
            }
        }
    }

    /// `[title - subject]`, `Section start time` or `time: Section start`
    fn opening(&mut self, line: &Line<'_>, rest: &str) {
        if let Some(inner) = rest.strip_prefix('[') {
            let Some(inner) = inner.strip_suffix(']') else {
                self.close(false);
                return self.damage(line, "a section's first line without its closing bracket");
            };
            self.close(false);
            let (title, subject) = match inner.split_once(" - ") {
                Some((title, subject)) => (title, Some(subject.trim())),
                None => (inner, None),
            };
            let mut open = Open::new(line, title.trim());
            open.kind = SectionKind::of_title(&open.title);
            open.subject = subject.map(str::to_owned);
            if open.kind != SectionKind::Other {
                open.device = subject.and_then(device);
            }
            open.wanted = self.filter.wants(open.device.as_ref());
            return self.begin(open);
        }
        let Some(time) = rest
            .strip_prefix("Section start ")
            .or_else(|| rest.strip_suffix(": Section start"))
        else {
            return self.damage(line, "a line with >>> that begins no section");
        };
        let time = whole_stamp(time);
        let Some(open) = &mut self.open else {
            return self.damage(line, "a section's start without its first line");
        };
        if open.start.is_some() || open.end.is_some() {
            self.close(false);
            return self.damage(line, "a section's start without its first line");
        }
        match time {
            Some(time) => {
                open.start = Some(time);
                self.started(time, line);
            }
            None => self.damage(line, "a section's start without a readable time"),
        }
    }

    /// `Section end time`, `[time: Section end]`, `[Exit status: text]`, `[Exit Status(code)]`,
    /// `[Exit]`
    fn closing(&mut self, line: &Line<'_>, rest: &str) {
        let Some(open) = &mut self.open else {
            return self.damage(line, "a section's end without its beginning");
        };
        let bare = rest
            .strip_prefix('[')
            .and_then(|inner| inner.strip_suffix(']'))
            .unwrap_or(rest);
        if let Some(time) = bare
            .strip_prefix("Section end ")
            .or_else(|| bare.strip_suffix(": Section end"))
        {
            match whole_stamp(time) {
                Some(time) if open.end.is_none() => {
                    open.end = Some(time);
                    self.log.outcome.coverage.widen(time);
                }
                Some(_) => self.damage(line, "a second end of one section"),
                None => self.damage(line, "a section's end without a readable time"),
            }
            return;
        }
        let status = bare.strip_prefix("Exit status: ").or_else(|| {
            bare.strip_prefix("Exit Status(")
                .and_then(|code| code.strip_suffix(')'))
        });
        match status {
            Some(status) => open.exit = Some(ExitStatus::parse(status)),
            None if bare == "Exit" => open.exit = Some(ExitStatus::Other(String::new())),
            None => self.damage(line, "a line with <<< that ends no section"),
        }
    }

    fn boot(&mut self, line: &Line<'_>, rest: &str) {
        self.close(false);
        self.header = false;
        let Some(time) = rest.strip_suffix(']').and_then(whole_stamp) else {
            return self.damage(line, "a boot session without a readable time");
        };
        self.started(time, line);
        self.log.boots.push(BootSession {
            time,
            locator: line.locator(),
        });
    }

    /// `[2008/11/12 10:02:03 1234.5 Driver Install]`, from behind the time on.
    fn open_xp(&mut self, line: &Line<'_>, start: RecordedTime, rest: &[u8]) {
        self.close(false);
        let Some(inner) = rest.strip_suffix(b"]") else {
            return self.damage(line, "a section's first line without its closing bracket");
        };
        let inner = String::from_utf8_lossy(inner);
        let title = inner.trim().split_once(' ').map_or("", |(_, title)| title);
        let mut open = Open::new(line, title);
        open.kind = match title {
            "Driver Install" => SectionKind::DeviceInstall,
            _ => SectionKind::Other,
        };
        open.start = Some(start);
        open.xp = Some(XpMessages::default());
        self.started(start, line);
        self.begin(open);
    }

    fn body(&mut self, line: &Line<'_>, utf16: bool) {
        if let Some(open) = &mut self.open {
            if let Some(messages) = &mut open.xp {
                let decoded = line.decode();
                let text = decoded.text.trim_end();
                if decoded.damaged || line.cut || !text.starts_with(['#', '@']) {
                    // It may have been the next section's first line: what follows may belong
                    // to another device.
                    self.close(false);
                    self.damage(line, "a line that is no message");
                } else {
                    messages.line(text);
                }
            } else if open.kind == SectionKind::CleanUp {
                let decoded = line.decode();
                if let Some(device) = removed(message(&decoded.text))
                    && !decoded.damaged
                    && self.filter.wants(Some(&device))
                {
                    open.removed.push(device);
                }
            } else if open.wanted && (utf16 || DriverSearch::concerns(line.raw)) {
                let decoded = line.decode();
                if !decoded.damaged {
                    open.driver.line(message(&decoded.text));
                }
            }
        } else if self.header
            && let Some((key, value)) = line.decode().text.split_once('=')
            && key.trim() == "OS Version"
            && self.log.os_version.is_none()
        {
            self.log.os_version = Some(value.trim().to_owned());
        }
    }

    fn begin(&mut self, open: Open) {
        self.header = false;
        self.log.outcome.coverage.records += 1;
        self.open = Some(open);
    }

    fn started(&mut self, time: RecordedTime, line: &Line<'_>) {
        self.log.outcome.coverage.widen(time);
        if let Some(latest) = self.latest
            && time.wall < latest.wall
            && self.log.steps_back.len() < Damage::MOST
        {
            self.log.steps_back.push(StepBack {
                from: latest,
                to: time,
                locator: line.locator(),
            });
        }
        self.latest = Some(time);
    }

    fn close(&mut self, at_the_end: bool) {
        let Some(open) = self.open.take() else {
            return;
        };
        if at_the_end && open.xp.is_none() && open.exit.is_none() {
            self.log.outcome.coverage.note(SourceState::CutShort);
        }
        if let Some(section) = open.finish(self.filter) {
            (self.sink)(section);
        }
    }

    fn damage(&mut self, line: &Line<'_>, reason: &str) {
        Damage::new(
            line.offset,
            line.length,
            format!("line {}: {reason}", line.number),
        )
        .push_to(&mut self.log.outcome.damage);
    }
}

fn whole_stamp(text: &str) -> Option<RecordedTime> {
    match stamp::leading(text.trim().as_bytes()) {
        Some((time, b"")) => Some(time),
        _ => None,
    }
}
