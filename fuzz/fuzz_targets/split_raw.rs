#![no_main]
//! Split raw images. The input is names and lengths of the parts; the parts hold zeros.
//!
//! ```text
//! the number of the part that is opened (1)
//! then as often as there is room: length of the name (1) | name | size of the part in KiB (1)
//! ```

use std::io;
use std::sync::Arc;

use kusari_evidence::ReadAt;
use kusari_evidence::container::{Beside, split_raw};
use kusari_evidence_fuzz::work;

struct Folder(Vec<(String, Arc<dyn ReadAt>)>);

impl Beside for Folder {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.iter().map(|(name, _)| name.clone()).collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn ReadAt>>> {
        let found = self.0.iter().find(|(other, _)| other == name);
        Ok(found.map(|(_, bytes)| Arc::clone(bytes)))
    }
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((opened, mut rest)) = input.split_first() else {
        return;
    };
    let mut parts = Vec::new();
    while let Some((length, behind)) = rest.split_first() {
        let Some((name, behind)) = behind.split_at_checked(usize::from(*length)) else {
            break;
        };
        let Some((size, behind)) = behind.split_first() else {
            break;
        };
        let bytes: Arc<dyn ReadAt> = Arc::new(vec![0_u8; usize::from(*size) * 1024]);
        parts.push((String::from_utf8_lossy(name).into_owned(), bytes));
        rest = behind;
    }
    let Some((name, bytes)) = parts.get(usize::from(*opened)).cloned() else {
        return;
    };
    if let Ok(Some(container)) = split_raw::join(&name, &bytes, &Folder(parts)) {
        assert!(container.notes.len() < 1000, "notes without end");
        work::read_pieces(container.media.as_ref());
    }
});
