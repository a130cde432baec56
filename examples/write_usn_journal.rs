//! Writes a change journal with records of versions 2, 3 and 4, for other people's readers:
//! `write_usn_journal FILE`.

use kusari_fixtures::usn_journal::{Change, JournalWriter, Ranges};

/// 2022-06-21T00:00:00Z.
const TIME: u64 = 133_002_432_000_000_000;

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).unwrap_or("usn_journal".into());
    let mut writer = JournalWriter::new(0x1_2340);
    for number in 0..30_000_u64 {
        let bit = |at: u64| 1_u32 << at;
        let length = usize::try_from(number % 255).unwrap_or_default();
        let name = format!("見積書 {number} 😀{}", "é".repeat(length));
        let file = ((1000 + number) | ((number % 900 + 1) << 48), 0);
        let parent = (5 | 5 << 48, 0);
        if number % 3 == 2 {
            writer.ranges(&Ranges {
                file: (file.0, number % 5),
                parent,
                reasons: 0x8000_0000 | bit(number % 3),
                source: bit(number % 4),
                remaining: u32::try_from(number % 7).unwrap_or_default(),
                extents: (0..number % 60).map(|n| (n << 20, number << 12)).collect(),
            });
            continue;
        }
        let version = if number % 3 == 0 { 2 } else { 3 };
        writer.change(&Change {
            version,
            file: (file.0, if version == 3 { number % 4 } else { 0 }),
            parent,
            time: TIME + number,
            reasons: bit(number % 23)
                | if number.is_multiple_of(2) {
                    0x8000_0000
                } else {
                    0x8000
                },
            source: if number.is_multiple_of(5) {
                bit(number % 4)
            } else {
                0
            },
            security_id: u32::try_from(number).unwrap_or_default(),
            attributes: bit(number % 17),
            name: name.encode_utf16().take(255).collect(),
        });
    }
    std::fs::write(path, writer.into_bytes())
}
