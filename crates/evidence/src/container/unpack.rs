//! Decompression of one block into memory of a known size, so that no bytes can ask for more.

use std::io::{self, Read};

use flate2::{Decompress, FlushDecompress, Status};

/// Decompresses deflate with the header and checksum of zlib (RFC 1950). The stream must end
/// within `out`, with the right checksum. Returns how many bytes it gave.
///
/// # Errors
/// When it is damaged, cut, or longer than `out`.
pub(super) fn zlib(packed: &[u8], out: &mut [u8]) -> io::Result<usize> {
    let mut stream = Decompress::new(true);
    match stream.decompress(packed, out, FlushDecompress::Finish) {
        Ok(Status::StreamEnd) => Ok(usize::try_from(stream.total_out()).unwrap_or(0)),
        Ok(_) if stream.total_out() < super::mapped::as_u64(out.len()) => {
            Err(damaged("deflate", "it ends too early"))
        }
        Ok(_) => Err(damaged("deflate", "it is longer than a block")),
        Err(error) => Err(damaged("deflate", error)),
    }
}

/// Decompresses bare deflate (RFC 1951) until `out` is full.
///
/// # Errors
/// When it is damaged, or ends before.
pub(super) fn deflate(packed: &[u8], out: &mut [u8]) -> io::Result<usize> {
    let mut stream = Decompress::new(false);
    stream
        .decompress(packed, out, FlushDecompress::Finish)
        .map_err(|error| damaged("deflate", error))?;
    if stream.total_out() < super::mapped::as_u64(out.len()) {
        return Err(damaged("deflate", "it ends too early"));
    }
    Ok(out.len())
}

/// The largest window of Zstandard that is given memory; RFC 8878 (3.1.1.1.2) asks decoders for
/// as much.
const ZSTANDARD_WINDOW: u64 = 8 << 20;

/// Decompresses a frame of Zstandard (RFC 8878) until `out` is full.
///
/// # Errors
/// When it is damaged, ends before, or needs more memory than is given.
pub(super) fn zstandard(packed: &[u8], out: &mut [u8]) -> io::Result<usize> {
    let mut stream =
        ruzstd::decoding::StreamingDecoder::new_with_max_window_size(packed, ZSTANDARD_WINDOW)
            .map_err(|error| damaged("zstd", error))?;
    stream
        .read_exact(out)
        .map_err(|error| damaged("zstd", error))?;
    Ok(out.len())
}

fn damaged(what: &str, why: impl std::fmt::Display) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the {what} data is damaged: {why}"),
    )
}
