use super::*;

#[test]
fn sids_are_read_whole_or_not() {
    let mut bytes = vec![1, 5, 0, 0, 0, 0, 0, 5];
    for part in [21_u32, 1, 2, 3, 1001] {
        bytes.extend(part.to_le_bytes());
    }
    assert_eq!(sid_of_bytes(&bytes).as_deref(), Some("S-1-5-21-1-2-3-1001"));
    bytes.pop();
    assert_eq!(sid_of_bytes(&bytes), None);
    assert_eq!(sid_of_bytes(&[]), None);
}

#[test]
fn the_build_tells_windows_11() {
    let version = |name: &str, build| WindowsVersion {
        product_name: Some(crate::HiveFact {
            value: name.to_owned(),
            locator: crate::Locator::Bytes {
                offset: 0,
                length: 0,
            },
            key_written: None,
        }),
        build: Some(build),
        ..WindowsVersion::default()
    };
    let name = |name, build| version(name, build).name().unwrap();
    assert_eq!(name("Windows 10 Pro", 22_621), "Windows 11 Pro");
    assert_eq!(name("Windows 10 Pro", 19_045), "Windows 10 Pro");
    assert_eq!(name("Windows 7 Ultimate", 7601), "Windows 7 Ultimate");
    assert_eq!(
        name("Windows Server 2022 Standard", 20_348),
        "Windows Server 2022 Standard"
    );
}

#[test]
fn a_zone_gets_the_years_of_its_own_name() {
    use crate::system_hive::TimeZoneRules;
    let zones = [ZoneYears {
        key_name: "Tokyo Standard Time".into(),
        standard_name: Some("東京 (標準時)".into()),
        years: [(2000, TimeZoneRules::fixed(-540).rules)].into(),
        locator: crate::Locator::Bytes {
            offset: 0,
            length: 0,
        },
    }];
    let mut zone = TimeZoneRules::fixed(-540);
    zone.standard_name = Some("東京 (標準時)".into());
    assert_eq!(zone.clone().with_years_of(&zones).years.len(), 1);
    zone.key_name = Some("Korea Standard Time".into());
    assert!(zone.with_years_of(&zones).years.is_empty());
    assert!(
        TimeZoneRules::fixed(0)
            .with_years_of(&zones)
            .years
            .is_empty()
    );
}

/// A hive of our own writing, since the corpus has no SOFTWARE hive.
#[test]
fn a_written_hive_gives_all_that_is_in_it() {
    use kusari_fixtures::hive::{Hive as Written, Key as K, Value as V};
    const TIME: u64 = 132_900_000_000_000_000;
    let version = r"Microsoft\Windows NT\CurrentVersion";
    let mut root = K::new("ROOT", TIME);
    root.at(version, TIME).values.extend([
        V::sz("ProductName", "Windows 10 Pro"),
        V::sz("CurrentBuild", "19044"),
        V::dword("UBR", 1766),
        V::sz("DisplayVersion", "21H2"),
        V::dword("InstallDate", 1_600_000_000),
    ]);
    let sid = "S-1-5-21-1-2-3-1001";
    root.at(&format!(r"{version}\ProfileList\{sid}"), TIME)
        .values
        .extend([
            V::expand_sz("ProfileImagePath", r"C:\Users\suzuki"),
            V::dword("LocalProfileLoadTimeHigh", 30_943_000),
            V::dword("LocalProfileLoadTimeLow", 1),
        ]);
    root.at(&format!(r"{version}\ProfileList\S-1-5-18"), TIME)
        .values
        .push(V::expand_sz(
            "ProfileImagePath",
            r"%systemroot%\system32\config\systemprofile",
        ));
    let portable = r"SWD#WPDBUSENUM#_??_USBSTOR#DISK&VEN_HP&PROD_V100W&REV_1024#AA951D0000007252&0#{53F56307-B6BF-11D0-94F2-00A0C91EFB8B}";
    root.at(
        &format!(r"Microsoft\Windows Portable Devices\Devices\{portable}"),
        TIME,
    )
    .values
    .push(V::sz("FriendlyName", "SECRETPLANS"));
    root.at(r"Microsoft\Windows Search\VolumeInfoCache\e:", TIME)
        .values
        .extend([
            V::sz("VolumeLabel", "SECRETPLANS"),
            V::dword("DriveType", 2),
        ]);
    let mut tzi = (-540_i32).to_le_bytes().to_vec();
    tzi.resize(44, 0);
    root.at(
        &format!(r"{version}\Time Zones\Tokyo Standard Time\Dynamic DST"),
        TIME,
    )
    .values
    .extend([V::binary("2022", tzi), V::dword("FirstEntry", 2022)]);
    let written = Written::new("SOFTWARE", &root, TIME, 1).to_bytes();
    let software = SoftwareHive::read(&Hive::open(written, &[]).unwrap());

    assert_eq!(software.version.name().as_deref(), Some("Windows 10 Pro"));
    assert_eq!(software.version.build, Some(19_044));
    assert_eq!(software.version.update_build, Some(1766));
    assert_eq!(
        software.version.installed.unwrap().value.unix_seconds(),
        1_600_000_000
    );
    let people: Vec<_> = software
        .profiles
        .iter()
        .filter(|p| p.is_of_account())
        .collect();
    assert_eq!(people.len(), 1);
    assert_eq!(
        (people[0].sid.as_str(), people[0].folder_name()),
        (sid, Some("suzuki"))
    );
    assert_eq!(
        people[0].loaded.unwrap().ticks(),
        (30_943_000_i64 << 32) | 1
    );
    let device = &software.portable_devices[0];
    assert_eq!(
        (device.label(), device.letter()),
        (Some("SECRETPLANS"), None)
    );
    assert_eq!(
        device.device.contained().unwrap().device_serial(),
        Some("AA951D0000007252")
    );
    assert_eq!(software.volume_labels[0].letter, 'E');
    assert_eq!(software.volume_labels[0].drive_type, Some(2));
    assert_eq!(software.zone_years[0].years[&2022].standard(), -540);
    assert_eq!(software.zone_years[0].years.len(), 1);
}
