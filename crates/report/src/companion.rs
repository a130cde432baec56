//! Files that were read together with a source.

use kusari::source::Source;
use serde::Serialize;

/// A companion of a source: its name and the hash of its bytes.
#[derive(Debug, Serialize)]
pub(crate) struct CompanionJson<'a> {
    pub(crate) name: &'a str,
    pub(crate) sha256: String,
}

/// The companions of a source, in the order in which they were read.
pub(crate) fn companions(source: &Source) -> Vec<CompanionJson<'_>> {
    let all = source.companions.iter();
    all.map(|(name, hash)| CompanionJson {
        name,
        sha256: hash.to_string(),
    })
    .collect()
}
