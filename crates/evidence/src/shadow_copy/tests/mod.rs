//! Tests on built volumes, on the corpus, and against libvshadow.

mod built;
mod damage;
mod hostile;
mod libvshadow;
mod random;
mod reading;
mod waiting;

use std::sync::Arc;

use super::{ShadowCopies, list};
use crate::hash::Sha256;
use crate::{EvidenceFile, ReadAt, hash, read_vec_at};

/// The SHA-256 of all bytes.
fn sha256_of(bytes: &Arc<dyn ReadAt>) -> Sha256 {
    let mut file = EvidenceFile::new("test", "volume", Arc::clone(bytes));
    hash::sha256_of(&mut file).unwrap()
}
