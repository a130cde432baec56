//! Which files are setup logs.

/// What a setup log is for, by its file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetupLogKind {
    /// `setupapi.dev.log` of Windows Vista and later: devices and drivers.
    Device,
    /// `setupapi.dev.yyyymmdd_hhmmss.log`: a part of the device log that Windows put aside when
    /// the log had grown too long or the machine was upgraded.
    DeviceRotated,
    /// `setupapi.setup.log`: devices installed while Windows itself was installed.
    Setup,
    /// `setupapi.upgrade.log`: devices and drivers taken over from the previous Windows.
    Upgrade,
    /// `setupapi.offline.log` and its rotated copies: changes to an image that wasn't running.
    Offline,
    /// `setupapi.log` of Windows 2000 to Server 2003, with its `.old` copies.
    Xp,
}

impl SetupLogKind {
    /// The kind of setup log that has this file name, in any letter case. `None` for other files,
    /// also for `setupapi.app.log`, which speaks of applications, not of devices.
    #[must_use]
    pub fn of(file_name: &str) -> Option<Self> {
        let name = file_name.to_ascii_lowercase();
        let rest = name.strip_prefix("setupapi.")?;
        match rest {
            "dev.log" => return Some(Self::Device),
            "setup.log" => return Some(Self::Setup),
            "upgrade.log" => return Some(Self::Upgrade),
            "offline.log" => return Some(Self::Offline),
            "log" | "old" => return Some(Self::Xp),
            _ => {}
        }
        if rest.starts_with("log.") && rest.ends_with(".old") {
            return Some(Self::Xp);
        }
        let (kind, stamp) = rest.strip_suffix(".log")?.split_once('.')?;
        if !is_rotation_stamp(stamp) {
            return None;
        }
        match kind {
            "dev" => Some(Self::DeviceRotated),
            "setup" => Some(Self::Setup),
            "upgrade" => Some(Self::Upgrade),
            "offline" => Some(Self::Offline),
            _ => None,
        }
    }
}

/// `yyyymmdd_hhmmss`
fn is_rotation_stamp(stamp: &str) -> bool {
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    stamp
        .split_once('_')
        .is_some_and(|(day, time)| digits(day, 8) && digits(time, 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setup_log_is_known_by_its_name() {
        for (name, kind) in [
            ("setupapi.dev.log", SetupLogKind::Device),
            ("SetupAPI.dev.log", SetupLogKind::Device),
            (
                "setupapi.dev.20220621_173903.log",
                SetupLogKind::DeviceRotated,
            ),
            ("setupapi.setup.log", SetupLogKind::Setup),
            ("setupapi.upgrade.log", SetupLogKind::Upgrade),
            (
                "setupapi.offline.20191207_091437.log",
                SetupLogKind::Offline,
            ),
            ("SETUPAPI.LOG", SetupLogKind::Xp),
            ("setupapi.log.0.old", SetupLogKind::Xp),
        ] {
            assert_eq!(SetupLogKind::of(name), Some(kind), "{name}");
        }
        for name in [
            "setupapi.app.log",
            "setupact.log",
            "setupapi.dev.2022.log",
            "dev.log",
        ] {
            assert_eq!(SetupLogKind::of(name), None, "{name}");
        }
    }
}
