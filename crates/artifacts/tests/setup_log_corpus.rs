//! The setup logs of the corpus: what they hold was counted with other tools, see
//! `docs/validation/text-logs.md`.

use kusari_artifacts::setup_log::{self, ExitStatus, SectionFilter, SectionKind, SetupSection};

fn read(bytes: &[u8], filter: SectionFilter) -> (Vec<SetupSection>, setup_log::SetupLog) {
    let mut sections = Vec::new();
    let log = setup_log::read(bytes, filter, &mut |section| sections.push(section));
    (sections, log)
}

#[test]
fn the_windows_10_log_gives_its_one_stick() {
    let Some(bytes) = kusari_fixtures::corpus::bytes("setupapi-win10-plaso/setupapi.dev.log")
    else {
        return;
    };
    let (sections, log) = read(&bytes, SectionFilter::UsbAndStorage);
    assert_eq!(sections.len(), 1);
    let stick = &sections[0];
    assert_eq!(stick.kind, SectionKind::DeviceInstall);
    let inner = stick.device.as_ref().unwrap().contained().unwrap();
    assert_eq!(inner.serial(), Some("99E2116A"));
    assert_eq!(stick.start.unwrap().to_string(), "2016-11-22T23:50:30.938");
    assert_eq!(
        stick.exit,
        Some(ExitStatus::Success {
            reboot_required: false
        })
    );
    assert!(stick.driver.as_ref().unwrap().inf.ends_with("wpdfs.inf"));
    assert_eq!(log.os_version.as_deref(), Some("10.0.10240"));
    assert_eq!(log.outcome.damage, []);
    assert_eq!(log.outcome.coverage.records, 194);
    // The machine went through Sysprep and got another time zone: 11:38 is followed by 01:53.
    assert_eq!(log.steps_back.len(), 1);
    assert_eq!(log.steps_back[0].to.to_string(), "2016-10-05T01:53:52.487");
    assert_eq!(
        log.outcome.coverage.first.unwrap().to_string(),
        "2015-11-22T17:58:03.498"
    );
}

#[test]
fn a_machine_without_usb_storage_gives_no_section() {
    for name in [
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/INF/setupapi.dev.log",
        "setupapi-win10-plaso/setupapi.setup.log",
    ] {
        let Some(bytes) = kusari_fixtures::corpus::bytes(name) else {
            return;
        };
        let (sections, log) = read(&bytes, SectionFilter::UsbAndStorage);
        assert_eq!(sections, []);
        assert_eq!(log.outcome.damage, []);
        assert_eq!(log.steps_back, []);
        assert!(log.outcome.coverage.records > 0);
    }
}

#[test]
fn locators_lead_back_to_the_whole_section() {
    let Some(bytes) = kusari_fixtures::corpus::bytes("setupapi-win10-plaso/setupapi.dev.log")
    else {
        return;
    };
    let (sections, _) = read(&bytes, SectionFilter::Everything);
    for section in sections {
        let kusari_artifacts::Locator::Lines {
            offset,
            length,
            line,
        } = section.locator
        else {
            panic!("{:?}", section.locator);
        };
        let offset = usize::try_from(offset).unwrap();
        let length = usize::try_from(length).unwrap();
        let text = std::str::from_utf8(&bytes[offset..offset + length]).unwrap();
        assert!(text.starts_with(">>>  ["), "{text}");
        assert!(text.ends_with("]\r\n"), "{text}");
        assert_eq!(text.matches("<<<  [Exit status").count(), 1);
        let before = bytes[..offset]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        assert_eq!(usize::try_from(line).unwrap(), before + 1);
    }
}

#[test]
fn the_clean_up_names_what_it_removed() {
    let Some(bytes) = kusari_fixtures::corpus::bytes("setupapi-win10-plaso/setupapi.dev.log")
    else {
        return;
    };
    let (sections, _) = read(&bytes, SectionFilter::Everything);
    let removed: usize = sections.iter().map(|section| section.removed.len()).sum();
    let lines = String::from_utf8_lossy(&bytes)
        .matches(" was removed.")
        .count();
    assert_eq!(removed, lines);
    assert!(removed > 0);
}

#[test]
fn the_recorded_incident_s_server_installed_the_stick_at_its_first_connection() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../testdata/amagasaki/evidence/call-centre-server/C/Windows/INF/setupapi.dev.log"
    );
    let bytes = std::fs::read(path).unwrap();
    let (sections, log) = read(&bytes, SectionFilter::UsbAndStorage);
    assert_eq!(log.outcome.damage, []);
    let installed = sections.iter().any(|section| {
        let stick = section
            .device
            .as_ref()
            .is_some_and(|device| device.is_usb_storage());
        stick
            && section.kind == SectionKind::DeviceInstall
            && section
                .start
                .is_some_and(|start| start.to_string().starts_with("2022-06-21T17:39:03."))
    });
    assert!(installed);
}
