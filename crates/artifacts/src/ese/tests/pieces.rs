//! Values alone.

use kusari_fixtures::ese::{seven_bit, xpress_literals};

use super::super::compressed::decompress;
use super::super::tagged::{self, Field};
use super::super::{ole_date, xpress};

#[test]
fn the_examples_of_the_specification_are_decompressed() {
    // MS-XCA 3.1: the alphabet, and "abc" a hundred times.
    let alphabet = [&[0x3F, 0, 0, 0], &b"abcdefghijklmnopqrstuvwxyz"[..]].concat();
    let made = xpress::decompress(&alphabet, 26).unwrap();
    assert_eq!(made, b"abcdefghijklmnopqrstuvwxyz");
    let many = [
        0xFF, 0xFF, 0xFF, 0x1F, 0x61, 0x62, 0x63, 0x17, 0x00, 0x0F, 0xFF, 0x26, 0x01,
    ];
    let made = xpress::decompress(&many, 300).unwrap();
    assert_eq!(made, b"abc".repeat(100));
    for end in 0..many.len() {
        assert!(xpress::decompress(&many[..end], 300).is_err(), "{end}");
    }
    assert!(xpress::decompress(&many, 299).is_err());
    // A copy from before the beginning.
    assert!(xpress::decompress(&[0, 0, 0, 0x80, 0, 0], 3).is_err());
}

#[test]
fn units_of_seven_bits_are_as_many_as_there_were() {
    for length in 0..40 {
        let text: Vec<u8> = (0..length).map(|at| b'a' + at % 26).collect();
        let wide: Vec<u8> = text.iter().flat_map(|unit| [*unit, 0]).collect();
        if length > 0 {
            assert_eq!(decompress(&seven_bit(&text, false), 100), Ok(text.clone()));
            assert_eq!(decompress(&seven_bit(&text, true), 100), Ok(wide));
        }
    }
    assert!(decompress(&seven_bit(b"abcdefgh", true), 15).is_err());
    let runs = [vec![7; 500], b"abc".to_vec(), vec![9; 40]].concat();
    assert_eq!(decompress(&xpress_literals(&runs), 1000), Ok(runs.clone()));
    assert!(decompress(&xpress_literals(&runs), 542).is_err());
    for other in [&[][..], &[0x20, 1], &[0x28, 1], &[0x30, 1], &[0xF8], &[0]] {
        assert!(decompress(other, 100).is_err());
    }
}

#[test]
fn columns_of_the_template_come_first() {
    // Two columns with the same number, that of the template first.
    let tagged = [0, 1, 8, 0x80, 0, 1, 9, 0, b'a', b'b'];
    let found = |template| tagged::find(&tagged, 256, template, false).unwrap();
    assert_eq!(found(true).map(|field| field.bytes), Some(&b"a"[..]));
    assert_eq!(found(false).map(|field| field.bytes), Some(&b"b"[..]));
    assert_eq!(tagged::find(&tagged, 257, false, false), Ok(None));
    assert_eq!(tagged::find(&tagged[..3], 256, false, false), Ok(None));
    for broken in [[0, 1, 200, 0], [0, 1, 3, 0], [0, 1, 0, 0], [0, 1, 5, 0]] {
        assert!(tagged::find(&broken, 256, false, false).is_err());
    }
}

#[test]
fn many_values_outside_of_their_column_are_refused() {
    let field = |flags, bytes| Field {
        flags,
        is_null: false,
        bytes,
    };
    assert!(field(0x08, &[4, 0, 9, 0, 1]).parts().is_err());
    assert!(field(0x08, &[3, 0, 1]).parts().is_err());
    assert!(field(0x08, &[]).parts().is_err());
    assert!(field(0x08, &[200, 0]).parts().is_err());
    assert!(field(0x18, &[9, 1]).parts().is_err());
    assert_eq!(
        field(0x08, &[4, 0, 4, 0x80, 1, 0, 0, 0])
            .parts()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn an_ole_date_is_a_moment() {
    let text = |date: f64| ole_date(date.to_bits()).map(|time| time.to_string());
    assert_eq!(text(0.0).as_deref(), Some("1899-12-30T00:00:00.0000000Z"));
    assert_eq!(text(2.25).as_deref(), Some("1900-01-01T06:00:00.0000000Z"));
    // MS-OAUT: the fraction counts upwards from the day before, too.
    assert_eq!(text(-1.25).as_deref(), Some("1899-12-29T06:00:00.0000000Z"));
    assert_eq!(
        text(44562.5).as_deref(),
        Some("2022-01-01T12:00:00.0000000Z")
    );
    for none in [f64::NAN, f64::INFINITY, -1e9, 1e9] {
        assert_eq!(text(none), None);
    }
}
