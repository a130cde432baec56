//! A section that is being read.

use kusari_evidence::time::RecordedTime;

use super::SectionFilter;
use super::driver::DriverSearch;
use super::section::{ExitStatus, SectionKind, SetupSection};
use super::xp::XpMessages;
use crate::Locator;
use crate::device_path::DeviceInstance;
use crate::text::Line;

/// A section whose end has not come yet.
pub(super) struct Open {
    pub(super) line: u64,
    pub(super) offset: u64,
    pub(super) end_offset: u64,
    pub(super) title: String,
    pub(super) subject: Option<String>,
    pub(super) device: Option<DeviceInstance>,
    pub(super) kind: SectionKind,
    pub(super) wanted: bool,
    pub(super) start: Option<RecordedTime>,
    pub(super) end: Option<RecordedTime>,
    pub(super) exit: Option<ExitStatus>,
    pub(super) driver: DriverSearch,
    pub(super) removed: Vec<DeviceInstance>,
    pub(super) xp: Option<XpMessages>,
}

impl Open {
    pub(super) fn new(line: &Line<'_>, title: &str) -> Self {
        Self {
            line: line.number,
            offset: line.offset,
            end_offset: line.end(),
            title: title.to_owned(),
            subject: None,
            device: None,
            kind: SectionKind::Other,
            wanted: true,
            start: None,
            end: None,
            exit: None,
            driver: DriverSearch::default(),
            removed: Vec::new(),
            xp: None,
        }
    }

    pub(super) fn finish(mut self, filter: SectionFilter) -> Option<SetupSection> {
        let mut driver = self.driver.finish();
        if let Some(messages) = self.xp {
            self.device = messages.device().and_then(device);
            self.subject = messages
                .device()
                .map(str::to_owned)
                .or(messages.hardware_id);
            self.exit = messages.exit;
            driver = messages.driver;
            self.wanted = filter.wants(self.device.as_ref());
        }
        (self.wanted || !self.removed.is_empty()).then(|| SetupSection {
            title: self.title,
            kind: self.kind,
            subject: self.subject,
            device: self.device,
            start: self.start,
            end: self.end,
            exit: self.exit,
            driver,
            removed: self.removed,
            locator: Locator::Lines {
                line: self.line,
                offset: self.offset,
                length: self.end_offset.saturating_sub(self.offset),
            },
        })
    }
}

/// A file's path has the same backslashes as a device instance; its drive letter tells it apart.
/// Device ids hold printable ASCII only (Microsoft Learn, "Device identification strings").
pub(super) fn device(subject: &str) -> Option<DeviceInstance> {
    if !subject.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        return None;
    }
    DeviceInstance::parse(subject).filter(|device| !device.enumerator.contains(':'))
}

/// `Device SW\{..}\{..} was removed.`
pub(super) fn removed(message: &str) -> Option<DeviceInstance> {
    device(
        message
            .strip_prefix("Device ")?
            .strip_suffix(" was removed.")?,
    )
}
