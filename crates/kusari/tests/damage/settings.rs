//! How much is tried, and which damage.

/// How many variants of each file were asked for.
pub(crate) fn variants() -> Option<u64> {
    number("KUSARI_DAMAGE_VARIANTS")
}

/// Where the damage of one file begins in the row of all seeds: other files, other damage.
pub(crate) fn first_seed(name: &str) -> u64 {
    let start = number("KUSARI_DAMAGE_SEED").unwrap_or(0xCBF2_9CE4_8422_2325);
    // FNV-1a: the same on every machine and in every version of the standard library.
    let hash = name.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    hash >> 8
}

/// Whether a file was asked for.
pub(crate) fn is_wanted(name: &str) -> bool {
    std::env::var("KUSARI_DAMAGE_FILE").map_or(true, |part| name.contains(&part))
}

/// Whether all that a failing variant lost is written out (`KUSARI_DAMAGE_VERBOSE`).
pub(crate) fn is_verbose() -> bool {
    std::env::var_os("KUSARI_DAMAGE_VERBOSE").is_some()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
