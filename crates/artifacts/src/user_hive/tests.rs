//! The users' hives of the corpus; see `docs/validation/usb-registry.md`.

use kusari_fixtures::corpus;

use super::*;

fn user(file: &str) -> Option<UserHive> {
    let hive = Hive::open(corpus::bytes(file)?, &[]).unwrap();
    Some(UserHive::read(&hive))
}

fn has_volume(user: &UserHive, guid: &str) -> bool {
    let wanted = MountPointName::Volume(guid.to_ascii_uppercase());
    user.mount_points.iter().any(|point| point.name == wanted)
}

#[test]
fn names_are_told_apart() {
    assert_eq!(
        MountPointName::parse("##192.168.1.1#m57"),
        Some(MountPointName::Share(r"\\192.168.1.1\m57".into()))
    );
    assert_eq!(
        MountPointName::parse("e"),
        Some(MountPointName::Letter('E'))
    );
    assert_eq!(MountPointName::parse("CPC"), None);
    assert_eq!(MountPointName::parse(""), None);
}

#[test]
fn xp_user_had_the_stick_that_the_prefix_leads_to() {
    let Some(user) = user("m57-pat-winxp/NTUSER.DAT") else {
        return;
    };
    assert_eq!(user.user.name(), Some("Pat"));
    assert!(has_volume(&user, "{b005e6d6-d0b3-11de-89e2-000bdb635bd4}"));
    assert_eq!(user.mount_points.len(), 12);
    let drive = &user.network_drives[0];
    assert_eq!(
        (drive.letter, drive.remote_path.as_deref()),
        ('Z', Some(r"\\192.168.1.1\m57"))
    );
}

#[test]
fn seven_user_did_not_have_the_stick_of_the_machine() {
    let Some(user) = user("srl2012-WKS-WIN732BITA-win7/Users/vibranium/NTUSER.DAT") else {
        return;
    };
    assert_eq!(user.user.name(), Some("vibranium"));
    assert!(!has_volume(&user, "{eba74da6-5bb2-11e0-95d1-000c2971073c}"));
    assert!(has_volume(&user, "{656b1718-ecf6-11df-92e6-806e6f6e6963}"));
}
