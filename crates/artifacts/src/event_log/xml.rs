//! An event as XML, for a person who follows an event back to its bytes.
//!
//! The XML comes from the `evtx` crate, not from the decoder that gave the record its fields: who
//! checks a finding sees what two independent readers make of the same bytes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use evtx::{EvtxChunkData, ParserSettings};

use super::chunk::CHUNK_SIZE;
use super::scan::{find, span_bytes};
use super::wire::offset;

/// The event whose record begins at that byte offset of the log, as XML.
///
/// # Errors
/// Says what is in the way: there is no such record, its chunk's header is destroyed, or the
/// bytes are too damaged for the `evtx` crate.
pub fn record_xml(bytes: &[u8], at: u64) -> Result<String, String> {
    let (span, record) = find(bytes, at).ok_or_else(|| format!("no event record at {at:#x}"))?;
    if span.header.is_none() {
        return Err(format!(
            "the chunk at {:#x} has no header, which the XML needs",
            offset(span.base)
        ));
    }
    // The crate expects whole chunks. It reads one chunk of a known size here, so its time and
    // memory are bounded; it is not audited against hostile bytes, so a panic is contained.
    let mut chunk = span_bytes(bytes, &span).to_vec();
    chunk.resize(CHUNK_SIZE, 0);
    let rendered = catch_unwind(AssertUnwindSafe(|| {
        let mut data = EvtxChunkData::new(chunk, false).map_err(|error| error.to_string())?;
        let settings = Arc::new(ParserSettings::default().num_threads(1));
        let mut chunk = data.parse(settings).map_err(|error| error.to_string())?;
        chunk
            .iter()
            .flatten()
            .find(|candidate| {
                usize::try_from(candidate.binxml_offset).ok() == Some(record.content().0)
            })
            .ok_or_else(|| "the evtx crate does not read this record".to_owned())?
            .into_xml()
            .map(|xml| xml.data)
            .map_err(|error| error.to_string())
    }));
    rendered.unwrap_or_else(|_| Err("the evtx crate gave up on this chunk".to_owned()))
}
