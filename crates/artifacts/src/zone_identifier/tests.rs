#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn of(bytes: &[u8]) -> ZoneIdentifier {
    read(bytes, AnsiCodePage::default())
}

#[test]
fn a_download_says_zone_and_addresses() {
    let text = "[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://example.com/a=b\r\n\
                HostUrl=https://example.com/ファイル.zip\r\n";
    let read = of(text.as_bytes());
    assert_eq!(read.zone(), Some(Zone(3)));
    assert_eq!(read.zone().unwrap().to_string(), "3 internet");
    assert_eq!(read.referrer_url(), Some("https://example.com/a=b"));
    assert_eq!(read.host_url(), Some("https://example.com/ファイル.zip"));
    assert_eq!(read.outcome.damage, []);
    assert_eq!(read.outcome.coverage.records, 1);
    let line = &read.value("hosturl").unwrap().locator;
    let offset = text.find("HostUrl").unwrap();
    assert_eq!(
        line.to_string(),
        format!("line:4@{offset:#x}+{}", text.len() - offset)
    );
}

#[test]
fn code_pages_and_utf_16_are_read() {
    let mut bytes = b"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=http://a/".to_vec();
    bytes.extend(b"\x8c\xc2\x90\x6c");
    let japanese = AnsiCodePage::from_number(932).unwrap();
    assert_eq!(read(&bytes, japanese).host_url(), Some("http://a/個人"));

    let text = "\u{FEFF}[ZoneTransfer]\r\nZoneId=1\r\nHostUrl=http://個人/";
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
        assert_eq!(of(&bytes).zone(), Some(Zone(1)));
        assert_eq!(of(&bytes).host_url(), Some("http://個人/"));
    }
}

#[test]
fn odd_streams_give_what_is_there_and_say_what_is_not() {
    let read =
        of(b"\n[zonetransfer]\nzoneid = 4 \nnothing\nZoneId=3\nLastWriterPackageFamilyName=x_y");
    assert_eq!(read.zone(), Some(Zone(4)));
    assert_eq!(read.values.len(), 3);
    assert_eq!(read.outcome.damage.len(), 1);
    assert_eq!(read.outcome.damage[0].offset, 28);

    let read = of(b"ZoneId=3\r\n");
    assert_eq!((read.zone(), read.outcome.coverage.records), (None, 0));
    assert_eq!(read.outcome.damage.len(), 2);
    assert_eq!(of(b"[ZoneTransfer]\nZoneId=three").zone(), None);
    assert_eq!(of(b"").outcome.damage.len(), 1);
    assert_eq!(Zone(1001).to_string(), "1001");
}

#[test]
fn long_streams_cost_bounded_memory() {
    let mut bytes = b"[ZoneTransfer]\n".to_vec();
    bytes.extend(b"a=b\n".repeat(100_000));
    let read = of(&bytes);
    assert_eq!(read.values.len(), MOST_LINES);
    assert_eq!(read.outcome.damage.len(), 2);
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut with_head = b"[ZoneTransfer]\n".to_vec();
        with_head.extend(&bytes);
        let _ = of(&bytes);
        let read = of(&with_head);
        for value in &read.values {
            let Locator::Lines { offset, length, .. } = value.locator else { panic!() };
            prop_assert!(offset + length <= u64::try_from(with_head.len()).unwrap());
        }
    }
}
