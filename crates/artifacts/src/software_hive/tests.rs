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
