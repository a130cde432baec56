//! Runs: which clusters of the volume hold which clusters of an attribute.
//!
//! Source: libfsntfs' format document, "Data runs"; Linux-NTFS documentation, "Data runs".

/// Neighbouring clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The first cluster of the attribute.
    pub vcn: u64,
    /// How many clusters.
    pub clusters: u64,
    /// The first cluster of the volume; `None` where they are not stored and read as zeros.
    pub lcn: Option<u64>,
}

impl Run {
    /// The cluster behind its last.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.vcn.saturating_add(self.clusters)
    }
}

/// Reads runs that start with the cluster `first_vcn` of the attribute, up to their end mark.
/// What stands before a malformed run is given with the problem.
pub fn decode(bytes: &[u8], first_vcn: u64, runs: &mut Vec<Run>) -> Result<(), String> {
    let mut rest = bytes;
    let mut vcn = first_vcn;
    let mut lcn = 0_i64;
    loop {
        let Some((header, after)) = rest.split_first() else {
            return Err("the runs have no end mark".to_owned());
        };
        if *header == 0 {
            return Ok(());
        }
        let (count_size, offset_size) = (usize::from(header & 0x0F), usize::from(header >> 4));
        if count_size == 0 || count_size > 8 || offset_size > 8 {
            return Err(format!("a run has the header {header:#04x}"));
        }
        let Some((count, after)) = after.split_at_checked(count_size) else {
            return Err("the runs are cut off".to_owned());
        };
        let Some((offset, after)) = after.split_at_checked(offset_size) else {
            return Err("the runs are cut off".to_owned());
        };
        let clusters = u64::try_from(signed(count))
            .ok()
            .filter(|count| *count > 0)
            .ok_or("a run has no clusters")?;
        let end = vcn
            .checked_add(clusters)
            .ok_or("the runs are longer than any volume")?;
        let start = if offset.is_empty() {
            None
        } else {
            lcn = lcn
                .checked_add(signed(offset))
                .ok_or("a run stands outside of any volume")?;
            // Windows NT wrote -1 for clusters that are not stored.
            match u64::try_from(lcn) {
                Ok(start) => Some(start),
                Err(_) => return Err("a run stands before the volume".to_owned()),
            }
        };
        runs.push(Run {
            vcn,
            clusters,
            lcn: start,
        });
        vcn = end;
        rest = after;
    }
}

/// A little-endian number of at most eight bytes, whose highest bit is its sign.
fn signed(bytes: &[u8]) -> i64 {
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut whole = [if negative { 0xFF } else { 0 }; 8];
    for (to, from) in whole.iter_mut().zip(bytes) {
        *to = *from;
    }
    i64::from_le_bytes(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Plain = (u64, u64, Option<u64>);

    fn decoded(bytes: &[u8]) -> (Vec<Plain>, Result<(), String>) {
        let mut runs = Vec::new();
        let result = decode(bytes, 0, &mut runs);
        let runs = runs
            .iter()
            .map(|run| (run.vcn, run.clusters, run.lcn))
            .collect();
        (runs, result)
    }

    #[test]
    fn the_examples_of_the_linux_ntfs_documentation() {
        // Fragmented, then sparse, then compressed, as its page "Data runs" explains them.
        let (runs, result) = decoded(&[
            0x31, 0x38, 0x73, 0x25, 0x34, 0x32, 0x14, 0x01, 0xE5, 0x11, 0x02, 0x31, 0x42, 0xAA,
            0x00, 0x03, 0x00,
        ]);
        assert_eq!(
            runs,
            [
                (0, 0x38, Some(0x34_2573)),
                (0x38, 0x114, Some(0x36_3758)),
                (0x14C, 0x42, Some(0x39_3802)),
            ]
        );
        result.unwrap();

        let (runs, result) = decoded(&[
            0x11, 0x30, 0x60, 0x21, 0x10, 0x00, 0x01, 0x01, 0x10, 0x11, 0x20, 0xE0, 0,
        ]);
        assert_eq!(
            runs,
            [
                (0, 0x30, Some(0x60)),
                (0x30, 0x10, Some(0x160)),
                (0x40, 0x10, None),
                (0x50, 0x20, Some(0x140)),
            ]
        );
        result.unwrap();
    }

    #[test]
    fn what_stands_before_a_malformed_run_is_given() {
        for (bytes, count) in [
            (&[][..], 0),
            (&[0x11, 1, 1][..], 1),
            (&[0x11, 1, 1, 0x21, 1, 1], 1),
            (&[0x11, 1, 1, 0x10, 1, 1], 1),
            (&[0x11, 1, 1, 0x11, 0, 1, 0], 1),
            (&[0x11, 1, 1, 0x11, 1, 0x80, 0], 1),
            (&[0x11, 1, 1, 0xF1, 1, 0x80, 0], 1),
            (
                &[
                    0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x08, 0xFF, 0xFF, 0xFF,
                    0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 2, 0,
                ],
                2,
            ),
        ] {
            let (runs, result) = decoded(bytes);
            assert!(result.is_err(), "{bytes:?}");
            assert_eq!(runs.len(), count, "{bytes:?}");
        }
    }
}
