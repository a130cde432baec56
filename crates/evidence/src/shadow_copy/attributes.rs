//! The attributes of a shadow copy in words.

/// The bits of `_VSS_VOLUME_SNAPSHOT_ATTRIBUTES` (Windows SDK, `vss.h`) and what they say.
const NAMES: [(u32, &str); 18] = [
    (0x0000_0001, "persistent"),
    (0x0000_0002, "no auto-recovery"),
    (0x0000_0004, "client-accessible"),
    (0x0000_0008, "no auto-release"),
    (0x0000_0010, "no writers"),
    (0x0000_0020, "transportable"),
    (0x0000_0040, "not surfaced"),
    (0x0000_0080, "not transacted"),
    (0x0001_0000, "hardware-assisted"),
    (0x0002_0000, "differential"),
    (0x0004_0000, "plex"),
    (0x0008_0000, "imported"),
    (0x0010_0000, "exposed locally"),
    (0x0020_0000, "exposed remotely"),
    (0x0040_0000, "auto-recovered"),
    (0x0080_0000, "rollback recovery"),
    (0x0100_0000, "delayed post-snapshot"),
    (0x0200_0000, "TxF recovery"),
];

/// The words for the bits that are set, from the lowest on; a bit without a name is left out.
pub(super) fn words(flags: u32) -> Vec<&'static str> {
    let set = NAMES.iter().filter(|(bit, _)| flags & bit != 0);
    set.map(|(_, name)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_point_of_windows_7() {
        // As the copies in the corpus have it.
        assert_eq!(
            words(0x0042_0009),
            [
                "persistent",
                "no auto-release",
                "differential",
                "auto-recovered"
            ]
        );
        assert!(words(0x8000_0000).is_empty());
    }
}
