//! The hives of the corpus, read as a case reads them: events, and devices joined from claims.

use kusari_fixtures::corpus;

use super::*;
use crate::identity::{Attribution, IdentifierKind, Identities, Statements, join};

fn harvest(file: &str, kind: &ArtifactKind) -> Option<Harvest> {
    let file = ArtifactFile {
        path: file.rsplit('/').next().unwrap().to_owned(),
        bytes: corpus::bytes(file)?,
        companions: Vec::new(),
    };
    let mut harvest = Harvest::default();
    let around = Surroundings::of_path("SYSTEM");
    (kind.read)(file, &around, &ReadOptions::default(), &mut harvest);
    Some(harvest)
}

/// Time, action and device of each event, in the order of time.
fn events(harvest: &Harvest) -> Vec<(String, Action, String)> {
    let mut events: Vec<_> = harvest
        .events
        .rows()
        .filter_map(|row| {
            let device = harvest.strings.get(row.device?.value)?.to_owned();
            Some((row.time.wall.to_text(3), row.action, device))
        })
        .collect();
    events.sort_unstable();
    events
}

fn devices(harvest: &Harvest) -> Identities {
    join(&Statements {
        claims: harvest
            .claims
            .iter()
            .map(|c| (Some(0), 0, c.clone()))
            .collect(),
        properties: harvest
            .properties
            .iter()
            .map(|p| (Some(0), 0, p.clone()))
            .collect(),
        labels: Vec::new(),
    })
}

fn carried(identities: &Identities) -> Vec<&str> {
    identities
        .devices
        .iter()
        .filter(|device| device.carried)
        .map(|device| device.id.as_str())
        .collect()
}

/// The devices one of whose volumes has the letter.
fn with_letter<'a>(identities: &'a Identities, letter: &str) -> Vec<&'a str> {
    identities
        .devices
        .iter()
        .filter(|device| {
            let mut letters = device.volumes.iter().flat_map(|volume| &volume.letters);
            letters.any(|used| used.letter == letter)
        })
        .map(|device| device.id.as_str())
        .collect()
}

#[test]
fn xp_has_five_sticks_and_no_connection_that_only_a_key_tells() {
    let Some(harvest) = harvest("m57-pat-winxp/SYSTEM", &KIND) else {
        return;
    };
    let identities = devices(&harvest);
    assert_eq!(
        carried(&identities),
        [
            "00D04B881007C255",
            "00D04B881A01BF8E",
            "152D203380B6",
            "43175107A4C24AD4",
            "51491E64"
        ]
    );
    assert_eq!(identities.clashes, []);
    let events = events(&harvest);
    assert!(
        events
            .iter()
            .all(|event| event.1 == Action::RegistryKeyWritten)
    );
    assert!(!events.is_empty());
    // The stick's volume, by which the user's mount point names it.
    let volume = Identifier::guid(
        IdentifierKind::VolumeGuid,
        "{b005e6d6-d0b3-11de-89e2-000bdb635bd4}",
    );
    let Attribution::One(index) = identities.find(&volume, 0) else {
        panic!();
    };
    let stick = &identities.devices[usize::try_from(index).unwrap()];
    assert_eq!(stick.id, "43175107A4C24AD4");
    assert_eq!(stick.usb_ids.as_deref(), Some("0781:5406"));
    assert_eq!(with_letter(&identities, "E:"), ["51491E64"]);
    let letter = Identifier::drive_letter('E');
    assert_eq!(
        identities.find(&letter, 0),
        Attribution::None,
        "a letter alone tells of no device"
    );
}

#[test]
fn seven_has_its_stick_as_e_and_installed() {
    let Some(harvest) = harvest("srl2012-WKS-WIN732BITA-win7/SYSTEM", &KIND) else {
        return;
    };
    let identities = devices(&harvest);
    assert_eq!(carried(&identities), ["AA951D0000007252"]);
    let stick = &identities
        .devices
        .iter()
        .find(|device| device.carried)
        .unwrap();
    assert_eq!(stick.volumes.len(), 1);
    assert_eq!(stick.volumes[0].letters[0].letter, "E:");
    assert_eq!(stick.volumes[0].label.as_deref(), Some("SECRETPLANS"));
    let installed: Vec<_> = events(&harvest)
        .into_iter()
        .filter(|event| event.1 != Action::RegistryKeyWritten)
        .collect();
    assert_eq!(installed.len(), 2);
    assert!(installed.iter().all(|event| event.1 == Action::Installed
        && event.0 == "2011-04-01T04:52:38.686"
        && event.2.ends_with(r"\AA951D0000007252&0")));
}

#[test]
fn ten_has_one_stick_and_two_uasp_disks() {
    let Some(harvest) = harvest("win10-DESKTOP-2KGM189/SYSTEM", &KIND) else {
        return;
    };
    let identities = devices(&harvest);
    assert_eq!(
        carried(&identities),
        [
            "160087320341700000F9",
            "200608767007B7C08A6A",
            "313735303835343230333437"
        ]
    );
    assert_eq!(with_letter(&identities, "F:"), ["313735303835343230333437"]);
    let ssd = identities
        .devices
        .iter()
        .find(|device| device.id == "313735303835343230333437")
        .unwrap();
    assert_eq!(ssd.bus.as_deref(), Some("uasp"));
    let connections: Vec<_> = events(&harvest)
        .into_iter()
        .filter(|event| matches!(event.1, Action::Connected | Action::Removed))
        .collect();
    let of = |end: &str| {
        connections
            .iter()
            .filter(|event| event.2.ends_with(end))
            .map(|event| (event.0.as_str(), event.1))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(r"\200608767007B7C08A6A&0"),
        [
            ("2020-03-17T14:02:38.946", Action::Connected),
            ("2020-03-17T14:23:45.504", Action::Removed)
        ]
    );
    assert_eq!(connections.len(), 6);
    // No key time where there are dates.
    assert!(
        events(&harvest)
            .iter()
            .all(|event| event.1 != Action::RegistryKeyWritten)
    );
}

#[test]
fn machines_without_usb_storage_have_none() {
    let Some(harvest) = harvest("hive-negative-SENSEI/SYSTEM_2", &KIND) else {
        return;
    };
    assert_eq!(carried(&devices(&harvest)), [""; 0]);
    assert!(events(&harvest).is_empty());
}

#[test]
fn every_hive_says_what_it_is_when_it_lies_loose() {
    use crate::intake::{LooseFile, sam_hive, software_hive, user_hive};
    let kinds = [
        &KIND,
        &software_hive::KIND,
        &user_hive::KIND,
        &sam_hive::KIND,
    ];
    for (file, expected) in [
        ("m57-pat-winxp/SYSTEM", "system-hive"),
        ("hive-corrupt/corrupted_system_hive", "system-hive"),
        ("win10-DESKTOP-2KGM189/SYSTEM", "system-hive"),
        ("m57-pat-winxp/SAM", "sam-hive"),
        ("m57-pat-winxp/NTUSER.DAT", "user-hive"),
        (
            "shellbags-regipy-NTUSER_BAGMRU/NTUSER_BAGMRU.DAT",
            "user-hive",
        ),
    ] {
        let Some(bytes) = corpus::bytes(file) else {
            return;
        };
        let loose = LooseFile {
            path: file,
            name: file.rsplit('/').next().unwrap(),
            head: &bytes[..LooseFile::HEAD],
        };
        let known: Vec<_> = kinds
            .iter()
            .filter(|kind| (kind.recognise)(&loose))
            .map(|kind| kind.name)
            .collect();
        assert_eq!(known, [expected], "{file}");
    }
}

#[test]
fn the_xp_user_had_the_stick() {
    use crate::intake::{sam_hive, user_hive};
    let (Some(user), Some(sam)) = (
        harvest("m57-pat-winxp/NTUSER.DAT", &user_hive::KIND),
        harvest("m57-pat-winxp/SAM", &sam_hive::KIND),
    ) else {
        return;
    };
    let row = user
        .events
        .rows()
        .find(|row| {
            row.volume.is_some_and(|volume| {
                user.strings.get(volume.value) == Some("{B005E6D6-D0B3-11DE-89E2-000BDB635BD4}")
            })
        })
        .unwrap();
    assert_eq!(user.strings.get(row.user), Some("Pat"));
    assert_eq!(row.action, Action::RegistryKeyWritten);
    assert!(sam.facts.iter().any(|fact| matches!(
        &fact.fact,
        MachineFact::User { sid, name } if name == "Pat" && sid.ends_with("-1003")
    )));
}
