//! Microsoft-Windows-WPD-MTPClassDriver 1005: the MTP driver adapts itself to a device, which is
//! a phone, a camera or a player that was attached at this time. There is no serial number.
//!
//! Sources: the provider's message table ("Customizing for 'Manufacturer, Model, Version'") and
//! etl-parser's template. The corpus has none.

use super::super::EventRecord;
use super::fields::text;

/// A portable device that speaks MTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortableDevice {
    /// The maker, as the device says.
    pub manufacturer: Option<String>,
    /// The model, as the device says.
    pub model: Option<String>,
    /// The device's version.
    pub version: Option<String>,
}

pub(super) fn read(record: &EventRecord) -> Option<PortableDevice> {
    let device = PortableDevice {
        manufacturer: text(record, "Manufacturer"),
        model: text(record, "Model"),
        version: text(record, "Version"),
    };
    (device.manufacturer.is_some() || device.model.is_some()).then_some(device)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{record, text};
    use super::super::{TypedEvent, typed};

    #[test]
    fn phone_gives_maker_and_model() {
        let made = record(
            "Microsoft-Windows-WPD-MTPClassDriver",
            1005,
            &[
                ("Manufacturer", text("Sony")),
                ("Model", text("SO-01K")),
                ("Version", text("1.0")),
            ],
        );
        let Some(TypedEvent::PortableDevice(device)) = typed(&made) else {
            panic!();
        };
        assert_eq!(device.model.as_deref(), Some("SO-01K"));
        assert_eq!(
            typed(&record("Microsoft-Windows-WPD-MTPClassDriver", 1005, &[])),
            None
        );
    }
}
