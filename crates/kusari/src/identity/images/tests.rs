use super::*;
use crate::identity::{Attribution, Claim, Identifier, join};

fn claim(a: Identifier, b: Identifier) -> Claim {
    let locator = Locator::Bytes {
        offset: 440,
        length: 4,
    };
    Claim {
        a,
        b,
        why: "test",
        locator,
    }
}

const SIGNATURE: u32 = 0x1234_abcd;

fn stick(serial: &str) -> Identifier {
    Identifier::instance(&format!("USBSTOR\\DISK&VEN_A&PROD_B\\{serial}&0"))
}

/// Machine 0 knows sticks by these serial numbers, all with one disk signature; an image has it,
/// too.
fn case(serials: &[&str], label_serial: Option<&str>) -> Identities {
    let mut statements = Statements {
        labels: vec![("image".to_owned(), label_serial.map(ToOwned::to_owned))],
        ..Statements::default()
    };
    for serial in serials {
        for other in [
            Identifier::usb_serial(serial),
            Identifier::disk_signature(SIGNATURE),
        ] {
            let said = claim(stick(serial), other);
            statements.claims.push((Some(0), 0, said));
        }
    }
    let said = claim(
        Identifier::label("image"),
        Identifier::disk_signature(SIGNATURE),
    );
    statements.claims.push((None, 1, said));
    join(&statements)
}

#[test]
fn an_image_is_of_the_one_device_that_has_its_names() {
    let joined = case(&["AAA"], None);
    assert_eq!(joined.devices.len(), 1);
    assert_eq!(joined.devices[0].label.as_deref(), Some("image"));
    assert_eq!(joined.devices[0].serial.as_deref(), Some("AAA"));
    let said = |line: &crate::identity::IdentityLine| line.why == WHY && line.source == Some(1);
    assert!(joined.devices[0].identities.iter().any(said));
    assert!(joined.clashes.is_empty());
}

#[test]
fn of_two_devices_with_its_names_none_is_chosen() {
    let joined = case(&["AAA", "BBB"], None);
    assert_eq!(joined.devices.len(), 3);
    assert!(!joined.clashes.is_empty());
    let found = joined.find(&Identifier::disk_signature(SIGNATURE), 0);
    assert_eq!(found, Attribution::Several(vec![0, 1, 2]));
}

#[test]
fn a_serial_number_in_the_case_file_stands_against_the_names() {
    let joined = case(&["AAA"], Some("CCC"));
    assert_eq!(joined.devices.len(), 2);
    assert!(!joined.clashes.is_empty());
}
