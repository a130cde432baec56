//! The SOFTWARE hive: which Windows, who had a profile, which volumes had which label.
//!
//! ```no_run
//! use kusari_artifacts::registry::Hive;
//! use kusari_artifacts::software_hive::SoftwareHive;
//!
//! let hive = Hive::open(std::fs::read("SOFTWARE")?, &[])?;
//! let software = SoftwareHive::read(&hive);
//! println!("{:?}", software.version.name());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod portable_device;
mod profile;
mod ready_boost;
mod time_zones;
mod version;
mod volume_label;

#[cfg(test)]
mod tests;

pub use portable_device::PortableDevice;
pub use profile::{Profile, sid_of_bytes};
pub use ready_boost::ReadyBoostVolume;
pub use time_zones::ZoneYears;
pub use version::WindowsVersion;
pub use volume_label::VolumeLabel;

use crate::registry::Hive;

/// What a SOFTWARE hive says of attached storage, users and the Windows itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoftwareHive {
    /// Which Windows.
    pub version: WindowsVersion,
    /// The user profiles.
    pub profiles: Vec<Profile>,
    /// The portable devices, each with the label or letter of its volume.
    pub portable_devices: Vec<PortableDevice>,
    /// The volumes that ReadyBoost looked at, each with its serial number.
    pub ready_boost: Vec<ReadyBoostVolume>,
    /// The label that each drive letter last had for Windows Search.
    pub volume_labels: Vec<VolumeLabel>,
    /// The time zones whose rules changed over the years.
    pub zone_years: Vec<ZoneYears>,
}

impl SoftwareHive {
    /// Reads a SOFTWARE hive.
    #[must_use]
    pub fn read(hive: &Hive) -> Self {
        Self {
            version: WindowsVersion::read(hive),
            profiles: profile::read(hive),
            portable_devices: portable_device::read(hive),
            ready_boost: ready_boost::read(hive),
            volume_labels: volume_label::read(hive),
            zone_years: time_zones::read(hive),
        }
    }
}
