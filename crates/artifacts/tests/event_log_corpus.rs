//! The event log reader on real logs.

use kusari_artifacts::event_log::scan_all;

const LOGS: &[&str] = &[
    "evtx-6416/ID4674,6416 New external device connected (PrintNightmare).evtx",
    "evtx-6416/ID4688,6416,4648-SystemNightMare.evtx",
    "srl2012-WKS-WIN764BITB-win7-nfury/System.evtx",
    "win10-DESKTOP-2KGM189/System.evtx",
    "win10-DESKTOP-2KGM189/Microsoft-Windows-Sysmon%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Application.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-DeviceSetupManager%4Admin.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-DeviceSetupManager%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Kernel-PnP%4Configuration.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Ntfs%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Partition%4Diagnostic.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-ReadyBoost%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Shell-Core%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Storage-ClassPnP%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Storage-Storport%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-Storsvc%4Diagnostic.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-UserPnp%4DeviceInstall.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Microsoft-Windows-VolumeSnapshot-Driver%4Operational.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/Security.evtx",
    "rathbun-win10-DESKTOP-GNCCVRK-nousb/winevt/System.evtx",
];

/// Every record of every log decodes, and its own fields are there.
#[test]
fn every_record_of_real_logs_decodes() {
    for log in LOGS {
        let Some(bytes) = kusari_fixtures::corpus::bytes(log) else {
            continue;
        };
        let mut records = 0;
        let outcome = scan_all(&bytes, &mut |event| {
            records += 1;
            assert!(!event.provider.is_empty(), "{log}: {event:?}");
            assert!(!event.computer.is_empty(), "{log}: {event:?}");
        });
        eprintln!(
            "{log}: {records} {:?} {:?}",
            outcome.coverage, outcome.damage
        );
        assert_eq!(outcome.coverage.records, records, "{log}");
    }
}
