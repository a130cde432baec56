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
