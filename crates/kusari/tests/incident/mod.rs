//! The recorded incident of Amagasaki, as its case file has it or changed.

use std::path::Path;

use kusari::{Case, Options, Reconstruction};

/// The incident, rebuilt after a change of its case.
pub(crate) fn solved(change: impl FnOnce(&mut Case)) -> Reconstruction {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/amagasaki/case.toml");
    let mut case = Case::from_file(&path).unwrap();
    change(&mut case);
    case.reconstruct(&Options::default()).unwrap()
}
