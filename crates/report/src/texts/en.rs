//! English.

use kusari::event::Action;

use super::Texts;

pub(crate) const ENGLISH: Texts = Texts {
    day: "Day",
    machine: "Machine",
    device: "Device",
    time: "Time (corrected)",
    recorded: "As recorded",
    action: "Action",
    what: "What the record says",
    source: "Source",
    user: "User",
    volume: "Volume",
    volumes: "Volumes",
    file: "File",
    kind: "Kind",
    serial: "Serial number",
    serial_made_by_windows: "made up by Windows; means nothing on another machine",
    first_installed: "First installed",
    letter_inferred: "inferred, at {}",
    last_arrival: "Last arrival",
    last_removal: "Last removal",
    from: "From",
    to: "To",
    records: "Records",
    gaps: "Gaps",
    state: "State",
    size: "Bytes",
    sha256: "SHA-256",
    evidence: "Evidence",
    clock: "Clock",
    locator: "Locator",
    meaning: "What the time says",
    event_id: "Event",
    bytes: "Bytes there",
    decoded: "Decoded",
    rule: "Rule that read it",
    identities: "Known as",

    custody_title: "Custody: {}",
    custody_times: "The first time of a line is as recorded, by that machine's own clock and zone. \
                    Behind `=` stands the corrected time in {}, with its bounds, where the clock \
                    is known. ※ leads to the source.",
    first_connected: "first connection",
    no_connection: "no record of a connection",
    no_removal: "no record of a removal",
    all_machines: "all",
    no_evidence: "no evidence of its own",
    nothing_to_show: "No connection, removal, installation or login of a device that can be carried is on record. \
                      `kusari devices` lists the devices that other records name.",
    left_out: "Not in the table, because the case does not name them, though they have records in \
               this time: {}.",
    findings_title: "Findings",
    findings_on_other_days: "{} more findings are about other days; --all shows them.",
    clocks_title: "Clocks",

    clock_unknown: "nothing is known of this clock; its times are shown as recorded",
    clock_observed: "seen on {}: {} ({}, tolerance {})",
    reads_the_same: "no difference either way",
    reads_correction: "read as the correction to add",
    reads_deviation: "read as the clock minus true time",
    reads_unknown: "not written down whether it is to be added or is how far the clock stands; \
                    both readings are inside the bounds",
    clock_step: "set from {} to {} (UTC by its own clock)",
    zone_of: "local time: {}",

    timeline_title: "Timeline",
    devices_title: "Devices",
    coverage_title: "Coverage",
    inspect_title: "Evidence",
    explain_title: "Event {}",
    no_devices: "No device.",
    no_events: "No event.",
    more_with_all: "{} more are no storage that can be carried; --all shows them.",

    action_name: action,
    artifact_title: |title| title.en,
    state_name: state,
};

fn action(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::Connected => "connected",
        Action::Present => "present, when it came is not recorded",
        Action::Removed => "removed",
        Action::Installed => "installed",
        Action::Uninstalled => "uninstalled",
        Action::Mounted => "mounted",
        Action::Dismounted => "dismounted",
        Action::RegistryKeyWritten => "registry key written",
        Action::LoginSucceeded => "login succeeded",
        Action::LoginFailed => "login failed",
        Action::PasswordChanged => "password changed",
        Action::PasswordChangeFailed => "password change failed",
        Action::DeviceOperation => "device operation",
        Action::FileCreated => "file created",
        Action::FileWritten => "file written",
        Action::FileRenamed => "file renamed",
        Action::FileDeleted => "file deleted",
        Action::FileOpened => "file opened",
        Action::FileAccessRequested => "file access requested",
        Action::FolderOpened => "folder opened",
        Action::ProgramRun => "program run",
        Action::ClockChanged => "clock changed",
        Action::ClockSynchronised => "clock synchronised",
        Action::LogCleared => "log cleared",
        Action::Started => "started",
        Action::ShutDown => "shut down",
        Action::ShutDownUnexpectedly => "shut down unexpectedly",
        Action::LoggedOn => "logged on",
        Action::LoggedOff => "logged off",
        Action::Locked => "locked",
        Action::Unlocked => "unlocked",
        Action::SessionReconnected => "session reconnected",
        Action::SessionDisconnected => "session disconnected",
        Action::NetworkConnected => "network connected",
        _ => return None,
    })
}

fn state(state: &str) -> Option<&'static str> {
    Some(match state {
        "dirty" => "dirty: last changes may be missing",
        "logs-replayed" => "transaction logs applied",
        "logs-missing" => "dirty, and its transaction logs are missing or do not fit",
        "cleared" => "cleared",
        "rolled-over" => "rolled over: older records overwritten",
        "cut-short" => "shorter than its header says",
        "damaged" => "damaged in places",
        "last-time-only" => "keeps only the last such time",
        "missing" => "missing",
        "unreadable" => "cannot be read",
        _ => return None,
    })
}
