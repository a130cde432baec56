//! The SAM hive: the machine's own accounts and its SID.
//!
//! Only names, numbers, flags and times are read. Password hashes and everything that protects
//! them stay untouched. The formats are not documented by Microsoft; what is read here is what
//! the sources agree on and the hives of the corpus (Windows XP and 10) bear out.
//!
//! Sources: libyal winreg-kb, "Security Accounts Manager: domains and users"; public descriptions
//! of the `F` and `V` values (P. Nordahl-Hagen's ntreg; Clark, "Security Accounts Manager");
//! MS-SAMR 2.2.1.12 (account control codes).

mod account;
mod domain;

#[cfg(test)]
mod tests;

pub use account::{AccountFlags, LocalAccount};
pub use domain::LocalDomain;

use crate::registry::Hive;

/// What a SAM hive says of the machine's own accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SamHive {
    /// The machine as the domain of its accounts.
    pub domain: Option<LocalDomain>,
    /// The accounts.
    pub accounts: Vec<LocalAccount>,
}

impl SamHive {
    /// Reads a SAM hive.
    #[must_use]
    pub fn read(hive: &Hive) -> Self {
        let Some(key) = hive.key(r"SAM\Domains\Account") else {
            return Self::default();
        };
        Self {
            domain: LocalDomain::read(&key),
            accounts: account::read(&key),
        }
    }

    /// The full SID of an account.
    #[must_use]
    pub fn sid_of(&self, account: &LocalAccount) -> Option<String> {
        let domain = self.domain.as_ref()?.sid.as_ref()?;
        Some(format!("{domain}-{}", account.rid))
    }
}
