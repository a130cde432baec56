//! Setup logs that are damaged: what stands before and behind the damage is still found.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use kusari_artifacts::setup_log::{self, SectionFilter, SetupLog, SetupSection};
use kusari_artifacts::{Locator, SourceState};
use kusari_fixtures::variants::variant;

fn read(bytes: &[u8]) -> (Vec<SetupSection>, SetupLog) {
    let mut sections = Vec::new();
    let log = setup_log::read(bytes, SectionFilter::Everything, &mut |section| {
        sections.push(section);
    });
    (sections, log)
}

/// A log of Windows 10 with `count` sections, every third of them about a stick.
fn device_log(count: u32) -> String {
    let mut log = String::from(
        "[Device Install Log]\r\n     OS Version = 10.0.19043\r\n     Service Pack = 0.0\r\n\r\n\
         [BeginLog]\r\n\r\n[Boot Session: 2022/06/20 08:59:59.500]\r\n\r\n",
    );
    for number in 0..count {
        let subject = match number % 3 {
            0 => format!(r"USBSTOR\Disk&Ven_A&Prod_B&Rev_1.00\SERIAL{number:04}&0"),
            1 => format!(r"SWD\IP_TUNNEL_VBUS\ISATAP_{number}"),
            _ => format!(r"PCI\VEN_80EE&DEV_BEEF\3&267a616a&1&{number}"),
        };
        let (minute, second) = (number / 60, number % 60);
        log.push_str(&format!(
">>>  [Device Install (Hardware initiated) - {subject}]\r\n\
             >>>  Section start 2022/06/21 09:{minute:02}:{second:02}.123\r\n\
             \x20    dvi:                Selected:\r\n\
             \x20    dvi:                     InfFile     - [c:\\windows\\inf\\disk{number}.inf]\r\n\
             <<<  Section end 2022/06/21 09:{minute:02}:{second:02}.456\r\n\
             <<<  [Exit status: SUCCESS]\r\n\r\n\r\n"
));
    }
    log
}

/// The same of Windows XP.
fn xp_log(count: u32) -> String {
    let mut log = String::from("[SetupAPI Log]\r\nOS Version = 5.1.2600 Service Pack 2\r\n");
    for number in 0..count {
        let (minute, second) = (number / 60, number % 60);
        log.push_str(&format!(
"[2008/11/12 10:{minute:02}:{second:02} 1234.{number} Driver Install]\r\n\
             #-019 Searching for hardware ID(s): usbstor\\disk{number},gendisk\r\n\
             #I063 Selected driver installs from section [disk_install] in \"c:\\windows\\inf\\disk.inf\".\r\n\
             #-166 Device install function: DIF_INSTALLDEVICE.\r\n\
             #I123 Doing full install of \"USBSTOR\\DISK&VEN_A&PROD_B&REV_1\\SERIAL{number:04}&0\".\r\n\
             #I121 Device install of \"USBSTOR\\DISK&VEN_A&PROD_B&REV_1\\SERIAL{number:04}&0\" finished successfully.\r\n"
));
    }
    log
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn damage_costs_the_damaged_section_only() {
    for bytes in [
        device_log(30).into_bytes(),
        xp_log(30).into_bytes(),
        utf16(&device_log(30)),
    ] {
        let (whole, log) = read(&bytes);
        assert_eq!((whole.len(), log.outcome.damage), (30, vec![]));
        for seed in 0..700 {
            let variant = variant(&bytes, seed, 600);
            let (found, _) = read(&variant.bytes);
            for section in &whole {
                let Locator::Lines { offset, length, .. } = section.locator else {
                    panic!("{section:?}");
                };
                // The line ends around a section belong to its readability.
                let start = usize::try_from(offset).unwrap().saturating_sub(4);
                let end = usize::try_from(offset + length).unwrap() + 4;
                let touched =
                    variant.touched.start..variant.touched.end.max(variant.touched.start + 1);
                if touched.start < end && start < touched.end {
                    continue;
                }
                let same = |other: &SetupSection| {
                    (
                        &other.title,
                        &other.device,
                        other.start,
                        other.end,
                        &other.exit,
                        &other.driver,
                    ) == (
                        &section.title,
                        &section.device,
                        section.start,
                        section.end,
                        &section.exit,
                        &section.driver,
                    )
                };
                assert!(
                    found.iter().any(same),
                    "seed {seed}, {:?} {:?}: {section:?} is lost",
                    variant.kind,
                    variant.touched
                );
            }
        }
    }
}

#[test]
fn variants_of_real_logs_end_in_bounded_time_and_memory() {
    for name in [
        "setupapi-win10-plaso/setupapi.dev.log",
        "rathbun-win10-DESKTOP-GNCCVRK-nousb/INF/setupapi.dev.log",
    ] {
        let Some(bytes) = kusari_fixtures::corpus::bytes(name) else {
            return;
        };
        let bytes = &bytes[bytes.len() - 100_000..];
        for seed in 0..200 {
            let variant = variant(bytes, seed, 5000);
            let (sections, log) = read(&variant.bytes);
            let most = variant.bytes.len() / ">>>  []".len();
            assert!(sections.len() <= most && log.outcome.damage.len() <= 1000);
            for section in sections {
                let Locator::Lines { offset, length, .. } = section.locator else {
                    panic!("{section:?}");
                };
                assert!(usize::try_from(offset + length).unwrap() <= variant.bytes.len());
            }
        }
    }
}

#[test]
fn a_lost_first_line_does_not_give_one_device_another_one_s_time() {
    let first = ">>>  [Device Install (Hardware initiated) - SWD\\IP_TUNNEL_VBUS\\ISATAP_1]\r\n";
    let log = device_log(3).replace(first, "");
    let (sections, outcome) = read(log.as_bytes());
    assert_eq!(sections.len(), 2);
    assert!(!outcome.outcome.damage.is_empty());
    assert_eq!(
        sections[0].end.unwrap().to_string(),
        "2022-06-21T09:00:00.456"
    );
    // The same in XP, where no line ends a section: its device is then in doubt.
    let log = xp_log(3).replace("[2008/11/12 10:00:01 1234.1 Driver Install]\r\n", "");
    let (sections, _) = read(log.as_bytes());
    assert_eq!(sections.len(), 2);
    assert_eq!(sections[0].device, None);
    assert_eq!(
        sections[1].device.as_ref().unwrap().serial(),
        Some("SERIAL0002")
    );
}

#[test]
fn a_section_that_never_ended_says_so() {
    let log = device_log(2);
    let (cut, _) = log.rsplit_once("<<<  Section end").unwrap();
    let (sections, outcome) = read(cut.as_bytes());
    assert_eq!(sections.len(), 2);
    assert_eq!((sections[1].end, &sections[1].exit), (None, &None));
    assert_eq!(outcome.outcome.coverage.states, [SourceState::CutShort]);
}

#[test]
fn the_order_of_words_that_microsoft_documents_is_read_too() {
    let log = ">>>  [Device Install - PCI\\VEN_104C&DEV_8019\\3&61aaa01&0&38]\n\
               >>>  2005/02/13 22:06:20.000: Section start\n\
               <<<  [2005/02/13 22:06:28.109: Section end]\n\
               <<<  [Exit Status(0x00000000)]\n";
    let (sections, outcome) = read(log.as_bytes());
    assert_eq!(outcome.outcome.damage, []);
    assert_eq!(
        sections[0].start.unwrap().to_string(),
        "2005-02-13T22:06:20.000"
    );
    assert_eq!(
        sections[0].end.unwrap().to_string(),
        "2005-02-13T22:06:28.109"
    );
    assert!(sections[0].exit.as_ref().unwrap().is_success());
}

#[test]
fn the_clock_set_back_is_noticed() {
    let log = device_log(2) + "[Boot Session: 2022/06/21 08:00:00.000]\r\n";
    let (_, outcome) = read(log.as_bytes());
    assert_eq!(outcome.steps_back.len(), 1);
    assert_eq!(
        outcome.steps_back[0].from.to_string(),
        "2022-06-21T09:00:01.123"
    );
    assert!(
        outcome
            .outcome
            .coverage
            .states
            .contains(&SourceState::TimeStepsBack)
    );
}
