//! Encrypted volumes that stayed locked.

/// An encrypted volume that none of the keys opened. That it is there, and locked, is a fact about
/// the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedVolume {
    /// Its place inside the evidence; empty when it is all of it.
    pub place: String,
    /// Its identifier, by which Windows asks for the recovery key.
    pub identifier: String,
    /// How it is encrypted.
    pub method: String,
    /// What would open it: `recovery password {…}`, `TPM`.
    pub protectors: Vec<String>,
    /// Why none of the keys did.
    pub reason: String,
}
