use kusari_artifacts::Locator;
use proptest::prelude::*;

use super::*;

const WHY: &str = "a record of the test";

fn here() -> Locator {
    Locator::Bytes {
        offset: 0,
        length: 0,
    }
}

#[derive(Default, Clone)]
struct Said(
    Vec<(MachineIndex, Identifier, Identifier)>,
    Vec<(String, Option<String>)>,
);

impl Said {
    fn claim(mut self, machine: MachineIndex, a: &Identifier, b: &Identifier) -> Self {
        self.0.push((machine, a.clone(), b.clone()));
        self
    }

    fn label(mut self, label: &str, serial: Option<&str>) -> Self {
        self.1
            .push((label.to_owned(), serial.map(ToOwned::to_owned)));
        self
    }

    fn join(self) -> Identities {
        let claim = |(machine, a, b)| {
            let locator = here();
            let claim = Claim {
                a,
                b,
                why: WHY,
                locator,
            };
            (Some(machine), 0, claim)
        };
        join(&Statements {
            claims: self.0.into_iter().map(claim).collect(),
            properties: Vec::new(),
            labels: self.1,
        })
    }
}

fn usb(make: &str, serial: &str) -> Identifier {
    Identifier::instance(&format!("USB\\{make}\\{serial}"))
}

fn disk(instance: &str) -> Identifier {
    Identifier::instance(&format!("USBSTOR\\Disk&Ven_A&Prod_B\\{instance}"))
}

fn container(last: char) -> Identifier {
    let id = format!("{{11111111-2222-3333-4444-55555555555{last}}}");
    Identifier::guid(IdentifierKind::ContainerId, &id)
}

const MAKE: &str = "VID_0781&PID_5567";
const OTHER: &str = "VID_13FE&PID_4200";

fn kinds(identities: &Identities) -> Vec<ClashKind> {
    identities.clashes.iter().map(|clash| clash.kind).collect()
}

#[test]
fn a_serial_joins_across_machines() {
    let serial = Identifier::usb_serial("abc1");
    let joined = Said::default()
        .claim(0, &usb(MAKE, "ABC1"), &serial)
        .claim(1, &usb(MAKE, "abc1"), &serial)
        .claim(1, &disk("ABC1&0"), &serial)
        .join();
    assert_eq!(joined.devices.len(), 1);
    assert_eq!(joined.devices[0].identities.len(), 3);
    assert_eq!(joined.find(&disk("abc1&0"), 1), Attribution::One(0));
    assert_eq!(joined.find(&disk("abc1&0"), 0), Attribution::None);
}

#[test]
fn one_serial_of_two_makes_is_two_devices_on_one_machine_or_two() {
    let serial = Identifier::usb_serial("0123");
    for second in [0, 1] {
        let joined = Said::default()
            .claim(0, &usb(MAKE, "0123"), &serial)
            .claim(second, &usb(OTHER, "0123"), &serial)
            .label("A", Some("0123"))
            .join();
        assert_eq!(kinds(&joined), [ClashKind::SameSerialDifferentProduct]);
        // The case's own device stays apart too: nothing says which of the two it is.
        assert_eq!(joined.devices.len(), 3);
        assert_eq!(joined.clashes[0].devices, [0, 1, 2]);
        assert_eq!(joined.find(&serial, 0), Attribution::Several(vec![0, 1, 2]));
        let of_first = joined.find(&usb(MAKE, "0123"), 0);
        let of_second = joined.find(&usb(OTHER, "0123"), second);
        assert!(matches!(of_first, Attribution::One(_)));
        assert_ne!(of_first, of_second);
        assert_eq!(joined.devices[0].serial.as_deref(), Some("0123"));
    }
}

#[test]
fn a_record_of_unknown_make_joins_neither_of_two() {
    let serial = Identifier::usb_serial("0123");
    let joined = Said::default()
        .claim(0, &usb(MAKE, "0123"), &serial)
        .claim(0, &usb(OTHER, "0123"), &serial)
        .claim(0, &disk("0123&0"), &serial)
        .claim(0, &disk("0123&1"), &serial)
        .join();
    assert_eq!(joined.devices.len(), 4);
}

#[test]
fn what_windows_made_up_joins_on_one_machine_only() {
    let own = disk("7&1a2b&0");
    let joined = Said::default()
        .claim(0, &own, &container('A'))
        .claim(1, &own, &container('A'))
        .claim(0, &usb(MAKE, "6&1&0&2"), &container('A'))
        .join();
    assert_eq!(joined.devices.len(), 2);
    assert_eq!(joined.find(&usb(MAKE, "6&1&0&2"), 0), joined.find(&own, 0));
    assert_ne!(joined.find(&own, 0), joined.find(&own, 1));
}

#[test]
fn the_computers_own_container_and_zeros_join_nothing() {
    for id in [
        "{00000000-0000-0000-ffff-ffffffffffff}",
        "{00000000-0000-0000-0000-000000000000}",
    ] {
        let nothing = Identifier::guid(IdentifierKind::ContainerId, id);
        let serial = Identifier::usb_serial("A1");
        let other = Identifier::usb_serial("B1");
        let zero = Identifier::usb_serial("0000");
        let joined = Said::default()
            .claim(0, &disk("A1&0"), &serial)
            .claim(0, &disk("B1&0"), &other)
            .claim(0, &disk("A1&0"), &nothing)
            .claim(0, &disk("B1&0"), &nothing)
            .claim(0, &disk("A1&0"), &zero)
            .claim(0, &disk("B1&0"), &zero)
            .join();
        assert_eq!(joined.devices.len(), 2);
        assert_eq!(joined.clashes, []);
    }
}

#[test]
fn shared_media_fit_several_devices_and_none_is_chosen() {
    let signature = Identifier::disk_signature(0xA1B2_C3D4);
    let partition = Identifier::mbr_partition(0xA1B2_C3D4, 1_048_576);
    let joined = Said::default()
        .claim(0, &disk("A&0"), &signature)
        .claim(1, &disk("B&0"), &signature)
        .claim(0, &signature, &partition)
        .join();
    assert_eq!(joined.devices.len(), 2);
    assert_eq!(joined.find(&partition, 5), Attribution::Several(vec![0, 1]));
    assert_eq!(kinds(&joined), [ClashKind::SameMediaOnTwoDevices]);
}

#[test]
fn a_shared_volume_serial_leads_to_no_other_disk() {
    let short = Identifier::volume_serial(0x1234_5678);
    let on = |signature| Identifier::mbr_partition(signature, 512);
    let joined = Said::default()
        .claim(0, &disk("A&0"), &on(1))
        .claim(0, &disk("B&0"), &on(2))
        .claim(0, &on(1), &short)
        .claim(0, &on(2), &short)
        .join();
    assert_eq!(joined.find(&short, 0), Attribution::Several(vec![0, 1]));
    assert_eq!(joined.find(&on(1), 0), joined.find(&disk("A&0"), 0));
    assert_eq!(joined.find(&on(2), 0), joined.find(&disk("B&0"), 0));
    assert_eq!(joined.devices[0].volumes[0].partitions, ["00000001@512"]);
}

#[test]
fn an_empty_signature_names_no_partition() {
    let nothing = Identifier::mbr_partition(0, 512);
    let joined = Said::default()
        .claim(0, &disk("A&0"), &nothing)
        .claim(0, &disk("B&0"), &nothing)
        .join();
    assert_eq!(joined.find(&nothing, 0), Attribution::None);
    assert_eq!(joined.clashes, []);
}

#[test]
fn a_volume_guid_means_something_on_its_machine_only() {
    let guid = Identifier::guid(
        IdentifierKind::VolumeGuid,
        "{a1111111-2222-3333-4444-555555555555}",
    );
    let joined = Said::default()
        .claim(0, &disk("A&0"), &guid)
        .claim(1, &disk("B&0"), &guid)
        .join();
    assert_eq!(joined.find(&guid, 0), joined.find(&disk("A&0"), 0));
    assert_eq!(joined.find(&guid, 1), joined.find(&disk("B&0"), 1));
    assert_eq!(joined.find(&guid, 2), Attribution::None);
}

#[test]
fn a_label_is_a_device_whatever_the_evidence_says() {
    let serial = Identifier::usb_serial("ABC1");
    let joined = Said::default()
        .claim(0, &usb(MAKE, "ABC1"), &serial)
        .label("nowhere", Some("FFFF"))
        .label("without", None)
        .label("known", Some("abc1"))
        .join();
    let ids: Vec<_> = joined.devices.iter().map(|d| d.id.as_str()).collect();
    assert_eq!(ids, ["nowhere", "without", "known"]);
    assert_eq!(joined.find(&usb(MAKE, "ABC1"), 0), Attribution::One(2));
}

#[test]
fn two_labels_of_one_serial_clash() {
    let joined = Said::default()
        .label("B", Some("abc"))
        .label("A", Some("ABC"))
        .join();
    assert_eq!(joined.devices.len(), 1);
    assert_eq!(kinds(&joined), [ClashKind::TwoLabels]);
    assert_eq!(joined.clashes[0].sides, ["A", "B"]);
}

#[test]
fn one_letter_on_two_volumes_does_not_make_them_one() {
    let letter = Identifier::drive_letter('e');
    let on = |offset| Identifier::mbr_partition(7, offset);
    let joined = Said::default()
        .claim(0, &disk("A&0"), &on(512))
        .claim(0, &disk("A&0"), &on(1024))
        .claim(0, &on(512), &letter)
        .claim(0, &on(1024), &letter)
        .join();
    let volumes = &joined.devices[0].volumes;
    assert_eq!(volumes.len(), 2);
    assert!(volumes.iter().all(|volume| volume.letters.len() == 1));
}

#[test]
fn no_serial_of_a_volume_that_was_formatted_again_is_chosen() {
    let partition = Identifier::mbr_partition(7, 512);
    let joined = Said::default()
        .claim(0, &disk("A&0"), &partition)
        .claim(0, &partition, &Identifier::volume_serial(1))
        .claim(0, &partition, &Identifier::volume_serial(2))
        .join();
    let serials: Vec<_> = joined.devices[0]
        .volumes
        .iter()
        .map(|volume| volume.serial.as_deref())
        .collect();
    assert_eq!(serials, [None, Some("00000001"), Some("00000002")]);
}

#[test]
fn very_many_sticks_of_one_signature_take_no_long_time() {
    let signature = Identifier::disk_signature(9);
    let mut said = Said::default();
    for number in 0..20_000 {
        let serial = format!("S{number}");
        said = said
            .claim(number, &disk(&serial), &Identifier::usb_serial(&serial))
            .claim(number, &disk(&serial), &signature);
    }
    let begin = std::time::Instant::now();
    let joined = said.join();
    assert_eq!(joined.devices.len(), 20_000);
    // Looking at all claims for each device takes minutes.
    assert!(begin.elapsed().as_secs() < 30);
}

fn any_name() -> impl Strategy<Value = Identifier> {
    prop_oneof![
        (0..3).prop_map(|n| usb(MAKE, &format!("S{n}"))),
        (0..3).prop_map(|n| usb(OTHER, &format!("S{n}"))),
        (0..3).prop_map(|n| disk(&format!("S{n}&0"))),
        (0..3).prop_map(|n| Identifier::usb_serial(&format!("S{n}"))),
        (0..2_u32).prop_map(Identifier::disk_signature),
        (1..3_u32).prop_map(|n| Identifier::mbr_partition(n, 512)),
        (1..3_u32).prop_map(Identifier::volume_serial),
        (1..3_u64).prop_map(Identifier::volume_serial_64),
        Just(Identifier::drive_letter('E')),
        Just(container('A')),
    ]
}

proptest! {
    #[test]
    fn the_order_of_claims_changes_no_device(
        claims in prop::collection::vec((0_u32..2, any_name(), any_name()), 0..25),
    ) {
        let labels = vec![("L".to_owned(), Some("S1".to_owned()))];
        let view = |joined: Identities| {
            let devices: Vec<_> = joined
                .devices
                .into_iter()
                .map(|mut device| {
                    device.identities.sort_by_key(|line| {
                        let (a, b) = (line.identifier.clone(), line.with.clone());
                        (a.clone().min(b.clone()), a.max(b))
                    });
                    let names: Vec<_> = device
                        .identities
                        .iter()
                        .map(|line| {
                            let (a, b) = (line.identifier.clone(), line.with.clone());
                            (a.clone().min(b.clone()), a.max(b))
                        })
                        .collect();
                    (device.id, device.serial, device.volumes, names)
                })
                .collect();
            (devices, joined.clashes)
        };
        let mut backward = claims.clone();
        backward.reverse();
        prop_assert_eq!(
            view(Said(claims, labels.clone()).join()),
            view(Said(backward, labels).join())
        );
    }
}
