use super::*;

fn parse(text: &str) -> DeviceInstance {
    DeviceInstance::parse(text).unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn usb_storage_in_both_forms_is_one_device() {
    let path = parse(r"USBSTOR\Disk&Ven_HP&Prod_v100w&Rev_1024\AA951D0000007252&0");
    for other in [
        r"USBSTOR\DISK&VEN_HP&PROD_V100W&REV_1024\AA951D0000007252&0",
        r"\\?\USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}",
        r"\??\USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}",
        "_??_USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}",
        "_??_USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#",
        "##?#USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}",
    ] {
        assert_eq!(parse(other).key(), path.key(), "{other}");
        assert_eq!(parse(other).serial(), Some("AA951D0000007252"), "{other}");
    }
    assert_eq!(path.kind(), DeviceKind::Disk);
    assert_eq!(path.vendor(), Some("HP"));
    assert_eq!(path.product(), Some("v100w"));
    assert_eq!(path.revision(), Some("1024"));
    assert_eq!(path.logical_unit(), Some(0));
    assert!(!path.serial_made_by_windows());
    assert!(path.is_usb_storage());
    assert_eq!(
        path.to_string(),
        r"USBSTOR\Disk&Ven_HP&Prod_v100w&Rev_1024\AA951D0000007252&0"
    );
}

#[test]
fn slash_in_the_product_does_not_part_the_forms() {
    let path = parse(r"USBSTOR\Disk&Ven_LaCie&Prod_Rugged_FW/USB&Rev_\00D04B881A01BF8E&0");
    let interface = parse(
        r"\\?\USBSTOR#Disk&Ven_LaCie&Prod_Rugged_FW#USB&Rev_#00D04B881A01BF8E&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}",
    );
    assert_eq!(path.key(), interface.key());
    assert_eq!(path.product(), Some("Rugged_FW/USB"));
    assert_eq!(path.revision(), None);
    assert_eq!(interface.serial(), Some("00D04B881A01BF8E"));
    let empty = parse(r"USBSTOR\Disk&Ven_&Prod_&Rev_\152D203380B6&0");
    assert_eq!((empty.vendor(), empty.product()), (None, None));
}

#[test]
fn serial_made_by_windows_is_told() {
    let made = parse(r"USBSTOR\Disk&Ven_USB&Prod_Disk&Rev_1.00\7&1c0a2bd5&0&_&0");
    assert!(made.serial_made_by_windows());
    assert_eq!(made.serial(), Some("7&1c0a2bd5&0&_&0"));
    assert_eq!(made.device_serial(), None);
    assert!(parse(r"USB\Vid_413c&Pid_3200\5&2f6f8af0&0&2").serial_made_by_windows());
    assert!(!parse(r"USB\VID_0781&PID_5530\200608767007B7C08A6A").serial_made_by_windows());
}

#[test]
fn usb_device_gives_its_ids() {
    let path = parse(r"USB\Vid_0781&Pid_5406\43175107A4C24AD4");
    assert_eq!((path.vid(), path.pid()), (Some(0x0781), Some(0x5406)));
    assert_eq!(path.kind(), DeviceKind::UsbDevice);
    assert_eq!(path.serial(), Some("43175107A4C24AD4"));
    let part = parse(r"USB\VID_0E0F&PID_0003&MI_01\7&1ffda586&0&0001");
    assert_eq!(part.interface_number(), Some(1));
    assert_eq!(part.serial(), None);
    assert_eq!(
        parse(r"USB\ROOT_HUB30\5&20be2fcd&0&0").kind(),
        DeviceKind::UsbHub
    );
}

#[test]
fn uasp_disk_has_its_serial_at_its_parent_only() {
    let disk = parse(r"SCSI\Disk&Ven_SanDisk&Prod_Extreme_SSD\000000");
    assert_eq!(disk.kind(), DeviceKind::Disk);
    assert_eq!(disk.serial(), None);
    assert_eq!(disk.product(), Some("Extreme_SSD"));
    let parent = parse(r"USB\VID_0781&PID_558C\MSFT30313735303835343230333437");
    assert_eq!(parent.serial(), Some("MSFT30313735303835343230333437"));
    assert_eq!(parent.device_serial(), Some("313735303835343230333437"));
    let bulk = parse(r"USBSTOR\Disk&Ven_A&Prod_B&Rev_1\MSFT3021008659211&0");
    assert_eq!(bulk.device_serial(), Some("21008659211"));
    assert!(parse(r"SCSI\Disk&Ven_Msft&Prod_Virtual_Disk\2&1f4adffe&0&000001").is_virtual_disk());
}

#[test]
fn volumes_lead_to_their_disk() {
    let on_stick = parse(
        r"STORAGE\Volume\_??_USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}",
    );
    assert_eq!(on_stick.kind(), DeviceKind::Volume);
    assert_eq!(on_stick.serial(), None);
    let Some(VolumeInstance::OnDevice(disk)) = on_stick.volume() else {
        panic!("{on_stick:?}");
    };
    assert_eq!(disk.serial(), Some("AA951D0000007252"));

    let interface = parse(
        r"\\?\STORAGE#Volume#_??_USBSTOR#Disk&Ven_HP&Prod_v100w&Rev_1024#AA951D0000007252&0#{53f56307-b6bf-11d0-94f2-00a0c91efb8b}#{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}",
    );
    assert_eq!(interface.key(), on_stick.key());

    let portable = parse(
        r"WpdBusEnumRoot\UMB\2&37c186b&0&STORAGE#VOLUME#_??_USBSTOR#DISK&VEN_HP&PROD_V100W&REV_1024#AA951D0000007252&0#",
    );
    assert_eq!(portable.kind(), DeviceKind::PortableDevice);
    assert_eq!(
        portable.contained().unwrap().serial(),
        Some("AA951D0000007252")
    );

    let fixed = parse(r"STORAGE\Volume\{cf149392-91ca-11e9-bcff-784f439fa657}#0000000000100000");
    assert_eq!(
        fixed.volume(),
        Some(VolumeInstance::OnDisk {
            disk_id: "{cf149392-91ca-11e9-bcff-784f439fa657}".into(),
            offset: 0x10_0000,
        })
    );
    let old = parse(r"STORAGE\Volume\1&30a96598&0&SignatureD350D350Offset7E00Length3071B5C00");
    assert_eq!(
        old.volume(),
        Some(VolumeInstance::BySignature {
            signature: 0xD350_D350,
            offset: 0x7E00,
            length: 0x3_071B_5C00,
        })
    );
    let removable =
        parse(r"\??\STORAGE#RemovableMedia#7&18ec28b&0&RM#{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}");
    assert_eq!(removable.instance, "7&18ec28b&0&RM");
    assert_eq!(removable.volume(), None);
}

#[test]
fn printers_are_printers() {
    for path in [
        r"SWD\PRINTENUM\{A0B1C2D3-1111-2222-3333-444455556666}",
        r"USBPRINT\HPLaserJet\6&123abc&0&USB001",
    ] {
        assert_eq!(parse(path).kind(), DeviceKind::Printer, "{path}");
    }
}

#[test]
fn other_texts_are_no_path() {
    for text in [
        "",
        "USBSTOR",
        r"USB\VID_0781&PID_5530",
        r"\\?\",
        r"\\\",
        "###",
        "C:",
        r"C:\Windows",
        "_??_",
        "\u{0}",
    ] {
        assert_eq!(DeviceInstance::parse(text), None, "{text}");
    }
    assert_eq!(DeviceInstance::parse(&"#".repeat(100_000)), None);
}

#[test]
fn every_usb_storage_key_of_a_hive_is_the_one_in_its_device_class() {
    // The interface names and the instance paths of one hive, both as they stand in its bytes.
    let Some(bytes) = kusari_fixtures::corpus::bytes("srl2012-WKS-WIN732BITA-win7/SYSTEM") else {
        return;
    };
    let needle: Vec<u8> = r"\\?\USBSTOR#"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut found = 0;
    for at in memchr::memmem::find_iter(&bytes, &needle) {
        let units: Vec<u16> = bytes[at..]
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .take_while(|unit| *unit != 0)
            .take(300)
            .collect();
        let path = parse(&String::from_utf16_lossy(&units));
        assert_eq!(path.device_serial(), Some("AA951D0000007252"));
        assert_eq!(path.vendor(), Some("HP"));
        found += 1;
    }
    assert!(found > 0);
}
