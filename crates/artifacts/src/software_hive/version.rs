//! Which Windows: `Microsoft\Windows NT\CurrentVersion`.
//!
//! Sources: Microsoft Learn, "Operating system version" and "Windows 11 release information"
//! (Windows 11 begins with build 22000); public accounts of `InstallDate` and `InstallTime`.

use kusari_evidence::time::Timestamp;

use crate::hive_fact::{self, HiveFact};
use crate::registry::{Hive, Key};

/// The first build of Windows 11.
const WINDOWS_11: u32 = 22_000;

/// The Windows that is installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowsVersion {
    /// `ProductName`. Windows 11 writes "Windows 10 ..." here: see [`name`](Self::name).
    pub product_name: Option<HiveFact<String>>,
    /// `CurrentVersion`: `5.1` for XP, `6.1` for 7; `6.3` ever since 8.1.
    pub current_version: Option<String>,
    /// `CurrentBuild`
    pub build: Option<u32>,
    /// `UBR`, the number behind the build that each update raises.
    pub update_build: Option<u32>,
    /// `DisplayVersion` (`22H2`), or else `ReleaseId` (`1909`).
    pub release: Option<String>,
    /// `EditionID`
    pub edition: Option<String>,
    /// `CSDVersion`: the service pack (XP to 7).
    pub service_pack: Option<String>,
    /// `RegisteredOwner`
    pub registered_owner: Option<String>,
    /// `InstallDate`, in whole seconds: when this Windows was installed, by the machine's clock,
    /// in UTC. A feature update counts as an installation and moves it.
    pub installed: Option<HiveFact<Timestamp>>,
    /// `InstallTime` (Windows 10 and later): the same to 100 ns.
    pub install_time: Option<HiveFact<Timestamp>>,
}

impl WindowsVersion {
    pub(super) fn read(hive: &Hive) -> Self {
        let Some(key) = hive.key(r"Microsoft\Windows NT\CurrentVersion") else {
            return Self::default();
        };
        let text = |name| hive_fact::text(&key, name);
        let build = text("CurrentBuild")
            .or_else(|| text("CurrentBuildNumber"))
            .and_then(|build| build.parse().ok());
        Self {
            product_name: hive_fact::text_fact(&key, "ProductName"),
            current_version: text("CurrentVersion"),
            build,
            update_build: hive_fact::number(&key, "UBR"),
            release: text("DisplayVersion").or_else(|| text("ReleaseId")),
            edition: text("EditionID"),
            service_pack: text("CSDVersion"),
            registered_owner: text("RegisteredOwner"),
            installed: installed(&key),
            install_time: install_time(&key),
        }
    }

    /// The product's name, with "Windows 11" where the build says so.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let name = &self.product_name.as_ref()?.value;
        let is_11 = self.build.is_some_and(|build| build >= WINDOWS_11);
        match name.strip_prefix("Windows 10") {
            Some(edition) if is_11 => Some(format!("Windows 11{edition}")),
            _ => Some(name.clone()),
        }
    }
}

fn installed(key: &Key<'_>) -> Option<HiveFact<Timestamp>> {
    let value = key.value("InstallDate")?;
    let seconds = i64::try_from(value.number()?).ok()?;
    // Zero means that it was never set.
    let at = Timestamp::from_unix(seconds, 0).filter(|_| seconds != 0)?;
    Some(HiveFact::of_value(key, &value, at))
}

fn install_time(key: &Key<'_>) -> Option<HiveFact<Timestamp>> {
    let value = key.value("InstallTime")?;
    let at = value.time()?;
    Some(HiveFact::of_value(key, &value, at))
}
