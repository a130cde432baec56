//! Opening the content and the alternate streams of a file.

use std::ops::Range;
use std::sync::Arc;

use super::NtfsVolume;
use super::attribute::AttributeType;
use super::chunks::Chunks;
use super::cluster_stream::{ClusterStream, joined};
use super::compressed::{self, CompressedUnits};
use super::entries::{self, file_of};
use super::extents::{Content, Extents};
use super::file::File;
use super::name::Name;
use super::overlay::{self, OverlayChunks};
use super::reparse::{Overlay, ReparsePoint, ReparseTag};
use crate::fields;
use crate::{EntryKind, Error, EvidenceFile, ReadAt, Result};

impl NtfsVolume {
    /// The file at `path`, with the path as the evidence spells it.
    pub(super) fn file_at(&self, path: &str) -> Result<(String, File)> {
        let unreadable = |problem: String| self.unreadable(path, problem);
        let Some(at) = self.resolve(path).map_err(unreadable)? else {
            return Err(Error::NotFound {
                evidence: self.core.evidence.clone(),
                path: path.to_owned(),
            });
        };
        let file =
            file_of(&self.core, at.reference).map_err(|problem| unreadable(problem.to_string()))?;
        Ok((at.path, file))
    }

    pub(super) fn open_stream(
        &self,
        path: &str,
        file: &File,
        stream: Option<&str>,
    ) -> Result<EvidenceFile> {
        let (full, name) = self.stream_name(path, file, stream)?;
        let name = Name::new(&name);
        let unreadable = |problem: String| self.unreadable(&full, problem);
        if name.is_empty() {
            self.check_is_file(path, file)?;
        }
        let content = self.content(&full, file, name)?;
        let bytes = self.bytes_of(file, name, content).map_err(unreadable)?;
        Ok(EvidenceFile::new(&self.core.evidence, full, bytes))
    }

    pub(super) fn stream_ranges(
        &self,
        path: &str,
        file: &File,
        stream: Option<&str>,
    ) -> Result<Vec<Range<u64>>> {
        let (full, name) = self.stream_name(path, file, stream)?;
        let content = self.content(&full, file, Name::new(&name))?;
        let size = match &content {
            Content::Resident(bytes, _) => fields::length(bytes),
            Content::Clusters(extents) => extents.size,
        };
        let overlaid = name.is_empty()
            && file
                .reparse_point()
                .is_some_and(|point| point.overlay().is_some());
        Ok(match content {
            Content::Clusters(extents) if !overlaid => {
                let compressed = extents.flags.compressed();
                let unit = compressed::unit_clusters(&extents)
                    .saturating_mul(self.core.clusters.size)
                    .max(1);
                let valid = extents.valid;
                let ranges = ClusterStream::new(self.core.clusters.clone(), extents).data_ranges();
                // The clusters of a compressed unit hold all of it.
                let whole = |range: Range<u64>| {
                    let end = range.end.div_ceil(unit).saturating_mul(unit);
                    (range.start / unit).saturating_mul(unit)..end.min(valid)
                };
                if compressed {
                    joined(ranges.into_iter().map(whole))
                } else {
                    ranges
                }
            }
            _ => joined(std::iter::once(0..size)),
        })
    }

    /// The stream's path for messages, and its name in the units of the evidence.
    fn stream_name(
        &self,
        path: &str,
        file: &File,
        stream: Option<&str>,
    ) -> Result<(String, Vec<u8>)> {
        let Some(stream) = stream.filter(|stream| !stream.is_empty()) else {
            return Ok((path.to_owned(), Vec::new()));
        };
        let upcase = self.core.upcase();
        let names = || {
            file.attributes()
                .filter(|attribute| attribute.kind == AttributeType::DATA)
                .map(|attribute| attribute.name)
                .filter(|name| !name.is_empty())
        };
        let found = names().find(|name| name.to_text() == stream).or_else(|| {
            names().find(|name| upcase.compare(name.units(), stream.encode_utf16()).is_eq())
        });
        match found {
            Some(name) => Ok((format!("{path}:{name}"), name.bytes().to_vec())),
            None => Err(Error::NotFound {
                evidence: self.core.evidence.clone(),
                path: format!("{path}:{stream}"),
            }),
        }
    }

    fn check_is_file(&self, path: &str, file: &File) -> Result<()> {
        match entries::of_file(String::new(), file).kind {
            EntryKind::Folder => Err(self.unreadable(path, "it is a folder")),
            EntryKind::Link => {
                let point = file.reparse_point();
                let what = point.map_or("a link", |point| point.tag.name());
                Err(self.unreadable(
                    path,
                    match point.and_then(|point| point.target()) {
                        Some(target) => {
                            format!("it is {what} to `{target}`, which is not followed")
                        }
                        None => format!("it is {what}, which is not followed"),
                    },
                ))
            }
            _ => Ok(()),
        }
    }

    fn content(&self, full: &str, file: &File, name: Name<'_>) -> Result<Content> {
        let content = file
            .content(AttributeType::DATA, name)
            .map_err(|problem| self.unreadable(full, problem))?;
        content.ok_or_else(|| {
            self.unreadable(
                full,
                match file.problems().first() {
                    Some(problem) => format!("its content cannot be found: {problem}"),
                    None => "it has no unnamed stream, so no content".to_owned(),
                },
            )
        })
    }

    /// The bytes of an attribute, however they are kept.
    fn bytes_of(
        &self,
        file: &File,
        name: Name<'_>,
        content: Content,
    ) -> std::result::Result<Arc<dyn ReadAt>, String> {
        let (flags, size) = match &content {
            Content::Resident(bytes, flags) => (*flags, fields::length(bytes)),
            Content::Clusters(extents) => (extents.flags, extents.size),
        };
        if flags.encrypted() {
            return Err(
                "it is encrypted by EFS (Encrypting File System), which is not decrypted"
                    .to_owned(),
            );
        }
        if name.is_empty()
            && let Some(point) = file.reparse_point()
            && let Some(bytes) = self.reparsed(file, &point, size)?
        {
            return Ok(bytes);
        }
        match content {
            // What is resident is never compressed, whatever the flags say.
            Content::Resident(bytes, _) => Ok(Arc::new(bytes)),
            Content::Clusters(extents) if extents.flags.compressed() => {
                self.decompressed(file, extents)
            }
            Content::Clusters(extents) => self.stored(file, extents),
        }
    }

    /// The bytes of an attribute that lie in clusters as they are.
    fn stored(
        &self,
        file: &File,
        extents: Extents,
    ) -> std::result::Result<Arc<dyn ReadAt>, String> {
        Ok(Arc::new(self.cluster_stream(file, extents)?))
    }

    fn cluster_stream(
        &self,
        file: &File,
        extents: Extents,
    ) -> std::result::Result<ClusterStream, String> {
        let stream = ClusterStream::new(self.core.clusters.clone(), extents);
        if file.record().in_use() {
            return Ok(stream);
        }
        Ok(stream.of_deleted(self.core.cluster_bitmap()?))
    }

    /// The bytes of an attribute that NTFS compressed.
    fn decompressed(
        &self,
        file: &File,
        extents: Extents,
    ) -> std::result::Result<Arc<dyn ReadAt>, String> {
        let (size, valid) = (extents.size, extents.valid);
        let units = CompressedUnits::new(valid, self.core.clusters.size, &extents)?;
        let stored =
            self.cluster_stream(file, compressed::as_stored(extents, &self.core.clusters))?;
        let unit = units.unit_size();
        Ok(Arc::new(Chunks::new(size, unit, units.of(stored))))
    }

    /// The content of a file that the Windows Overlay Filter keeps compressed in a stream.
    fn overlaid(
        &self,
        file: &File,
        overlay: Overlay,
        size: u64,
    ) -> std::result::Result<Arc<dyn ReadAt>, String> {
        let name: Vec<u8> = overlay::STREAM
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let stored: Arc<dyn ReadAt> = match file.content(AttributeType::DATA, Name::new(&name))? {
            Some(Content::Resident(bytes, _)) => Arc::new(bytes),
            Some(Content::Clusters(extents)) => self.stored(file, extents)?,
            None => {
                return Err(format!(
                    "its reparse point says that its content is compressed in the stream `{}`, \
                     which is not there",
                    overlay::STREAM
                ));
            }
        };
        let chunks = OverlayChunks::new(overlay, size, stored)?;
        let chunk = chunks.chunk_size();
        Ok(Arc::new(Chunks::new(size, chunk, chunks)))
    }

    /// The content of a file that a reparse point stands in for; `None` where the content is the
    /// file's own.
    fn reparsed(
        &self,
        file: &File,
        point: &ReparsePoint<'_>,
        size: u64,
    ) -> std::result::Result<Option<Arc<dyn ReadAt>>, String> {
        match point.tag {
            ReparseTag::OVERLAY => match point.overlay() {
                Some(Overlay::Wim) => {
                    Err("its content is in a WIM file (WIMBoot), which is not read".to_owned())
                }
                Some(overlay) => self.overlaid(file, overlay, size).map(Some),
                None => Err("its reparse point is cut off".to_owned()),
            },
            ReparseTag::DEDUPLICATED => Err(
                "it is deduplicated: its content is in the chunk store under `System Volume \
                 Information/Dedup`, which is not read"
                    .to_owned(),
            ),
            ReparseTag::SINGLE_INSTANCE | ReparseTag::WIM => {
                Err(format!("it is {}, which is not read", point.tag.name()))
            }
            tag => {
                let elsewhere = file
                    .standard_information()
                    .is_some_and(|information| information.flags.content_elsewhere());
                if elsewhere {
                    return Err(format!(
                        "it is {} (tag {:#010X}); its content is not on the volume, or not all of it",
                        tag.name(),
                        tag.0
                    ));
                }
                Ok(None)
            }
        }
    }
}
