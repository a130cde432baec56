//! `SAM\Domains\Account`: the machine as the domain of its own accounts.

use kusari_evidence::time::Timestamp;

use super::account::{field, stretch};
use crate::Locator;
use crate::registry::Key;
use crate::software_hive::sid_of_bytes;

/// Where the data of the `V` value begins, behind its four descriptors.
const V_DATA: usize = 48;

/// The machine as the domain of its own accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalDomain {
    /// The machine's SID (`S-1-5-21-a-b-c`).
    pub sid: Option<String>,
    /// When the account database was made, from the `F` value, by the machine's clock, in UTC:
    /// during the installation, or when the image was prepared for copying.
    pub created: Option<Timestamp>,
    /// The `V` value, or else the key.
    pub locator: Locator,
}

impl LocalDomain {
    pub(super) fn read(key: &Key<'_>) -> Option<Self> {
        let value = key.value("V");
        let sid = value.as_ref().and_then(|value| {
            // The second descriptor is that of the SID.
            let data = value.data();
            sid_of_bytes(stretch(&data, 1, V_DATA)?).filter(|sid| sid.starts_with("S-1-5-21-"))
        });
        let created = key
            .value("F")
            .and_then(|value| Timestamp::from_filetime_bytes(field(&value.data(), 8, 8)?));
        (sid.is_some() || created.is_some()).then(|| Self {
            sid,
            created,
            locator: value.map_or_else(|| key.locator(), |value| value.locator()),
        })
    }
}
