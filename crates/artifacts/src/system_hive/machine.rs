//! What the SYSTEM hive says of the machine itself.
//!
//! Sources: libyal winreg-kb, "Computer name" and "Shutdown time"; the hives of the corpus.

use kusari_evidence::time::Timestamp;

use super::control_set::ControlSet;
use super::time_zone::TimeZoneRules;
use crate::hive_fact::{self, HiveFact};
use crate::registry::Hive;

/// The machine as one control set describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MachineFacts {
    /// `Control\ComputerName\ComputerName`: the NetBIOS name from the next start on. It is the
    /// name in use unless the machine was renamed after its last start.
    pub computer_name: Option<HiveFact<String>>,
    /// `Services\Tcpip\Parameters\Hostname`: the DNS host name, in its own letter case.
    pub host_name: Option<HiveFact<String>>,
    /// `Services\Tcpip\Parameters\Domain`: the primary DNS suffix.
    pub domain: Option<HiveFact<String>>,
    /// `Control\Nls\CodePage`, `ACP`: the code page in which programs without Unicode, and many
    /// records of Windows, write texts.
    pub ansi_code_page: Option<HiveFact<u32>>,
    /// The time zone with its daylight rules.
    pub time_zone: Option<HiveFact<TimeZoneRules>>,
    /// `Control\Windows\ShutdownTime`: the last orderly shutdown, by the machine's clock, in UTC.
    /// A machine that lost power or crashed has an older one; so has one with fast startup, which
    /// hibernates instead of shutting down.
    pub last_shutdown: Option<HiveFact<Timestamp>>,
    /// The names of `Setup\Source OS (Updated on ...)`: one for each feature update, with its
    /// local date and time in the name.
    pub upgraded_from: Vec<HiveFact<String>>,
}

impl MachineFacts {
    pub(super) fn read(hive: &Hive, control_set: &ControlSet<'_>) -> Self {
        let text = |path: &str, name: &str| {
            let key = control_set.key.subkey(path)?;
            hive_fact::text_fact(&key, name)
        };
        Self {
            computer_name: text(r"Control\ComputerName\ComputerName", "ComputerName"),
            host_name: text(r"Services\Tcpip\Parameters", "Hostname"),
            domain: text(r"Services\Tcpip\Parameters", "Domain"),
            ansi_code_page: ansi_code_page(control_set),
            time_zone: TimeZoneRules::read(control_set),
            last_shutdown: last_shutdown(control_set),
            upgraded_from: upgrades(hive),
        }
    }
}

/// The number stands there as a text.
pub(super) fn ansi_code_page(control_set: &ControlSet<'_>) -> Option<HiveFact<u32>> {
    let key = control_set.key.subkey(r"Control\Nls\CodePage")?;
    let value = key.value("ACP")?;
    let number = value.text()?.trim().parse().ok()?;
    Some(HiveFact::of_value(&key, &value, number))
}

fn last_shutdown(control_set: &ControlSet<'_>) -> Option<HiveFact<Timestamp>> {
    let key = control_set.key.subkey(r"Control\Windows")?;
    let value = key.value("ShutdownTime")?;
    let at = value.time()?;
    Some(HiveFact::of_value(&key, &value, at))
}

/// `Setup\Source OS (Updated on ...)`: the installations that feature updates replaced.
fn upgrades(hive: &Hive) -> Vec<HiveFact<String>> {
    hive.key("Setup")
        .into_iter()
        .flat_map(|setup| setup.subkeys())
        .filter(|key| key.name().starts_with("Source OS"))
        .map(|key| HiveFact {
            value: key.name(),
            locator: key.locator(),
            key_written: key.last_written(),
        })
        .collect()
}
