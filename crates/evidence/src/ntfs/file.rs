//! A file: its base record and the records that its attribute list names.

use std::collections::HashSet;

use super::attribute::{Attribute, AttributeType};
use super::extents::Content;
use super::file_name::FileName;
use super::name::Name;
use super::record::{FileRecord, RecordError};
use super::record_pieces::Records;
use super::reference::{FileReference, sequence_when_freed};
use super::reparse::ReparsePoint;
use super::standard_information::StandardInformation;

/// A file with all of its attributes.
pub(super) struct File {
    base: FileRecord<'static>,
    extensions: Vec<FileRecord<'static>>,
    /// What of it is damaged.
    problems: Vec<String>,
}

impl File {
    /// Reads the records of the file that has the base record `number`.
    ///
    /// # Errors
    /// When the base record is damaged or belongs to another file's. A damaged extension costs
    /// what stands in it and is among the [`File::problems`].
    pub(super) fn load(records: &dyn Records, number: u64) -> Result<Self, RecordError> {
        Ok(Self::of_record(records, records.record(number)?))
    }

    pub(super) fn of_record(records: &dyn Records, base: FileRecord<'static>) -> Self {
        let mut file = Self {
            extensions: Vec::new(),
            problems: base.damage().into_iter().collect(),
            base,
        };
        file.load_extensions(records);
        file
    }

    fn load_extensions(&mut self, records: &dyn Records) {
        let list = self
            .base
            .attributes()
            .find(|attribute| attribute.kind == AttributeType::ATTRIBUTE_LIST);
        let Some(list) = list else { return };
        let listed = match records.listed(&self.base, &list) {
            Ok(listed) => listed,
            Err(problem) => {
                self.problems.push(problem);
                return;
            }
        };
        // Each record once, whatever the list says, and never the one that it stands in.
        let mut seen = HashSet::from([self.base.number()]);
        for number in listed {
            if !seen.insert(number) {
                continue;
            }
            match records.record(number) {
                Ok(record) if self.owns(&record) => {
                    self.problems.extend(record.damage());
                    self.extensions.push(record);
                }
                Ok(_) => self
                    .problems
                    .push(format!("record {number} belongs to another file by now")),
                Err(error) => self.problems.push(error.to_string()),
            }
        }
    }

    /// Whether an extension record is of this file: it names the base record, and of a deleted
    /// file with the sequence number that the base record had.
    fn owns(&self, extension: &FileRecord<'_>) -> bool {
        let Some(base) = extension.base() else {
            return false;
        };
        let sequence = self.base.sequence();
        let same_file = base.sequence() == sequence
            || (!self.base.in_use() && sequence_when_freed(base.sequence()) == sequence);
        base.record() == self.base.number() && same_file
    }

    pub(super) fn reference(&self) -> FileReference {
        self.base.reference()
    }

    pub(super) const fn record(&self) -> &FileRecord<'static> {
        &self.base
    }

    /// Its records, the base record first.
    pub(super) fn records(&self) -> impl Iterator<Item = &FileRecord<'static>> {
        std::iter::once(&self.base).chain(&self.extensions)
    }

    pub(super) fn is_folder(&self) -> bool {
        self.base.is_folder()
    }

    /// What of it is damaged, in few words.
    pub(super) fn problems(&self) -> &[String] {
        &self.problems
    }

    /// All attributes, of the base record first.
    pub(super) fn attributes(&self) -> impl Iterator<Item = Attribute<'_>> {
        self.base
            .attributes()
            .chain(self.extensions.iter().flat_map(FileRecord::attributes))
    }

    fn values(&self, kind: AttributeType) -> impl Iterator<Item = &[u8]> {
        self.attributes()
            .filter(move |attribute| attribute.kind == kind)
            .filter_map(|attribute| attribute.resident())
    }

    pub(super) fn standard_information(&self) -> Option<StandardInformation> {
        self.values(AttributeType::STANDARD_INFORMATION)
            .find_map(StandardInformation::parse)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = FileName<'_>> {
        self.values(AttributeType::FILE_NAME)
            .filter_map(FileName::parse)
    }

    pub(super) fn reparse_point(&self) -> Option<ReparsePoint<'_>> {
        self.values(AttributeType::REPARSE_POINT)
            .find_map(ReparsePoint::parse)
    }

    /// The first resident value of a type.
    pub(super) fn value(&self, kind: AttributeType) -> Option<&[u8]> {
        self.values(kind).next()
    }

    /// The size of the attribute with that type and name, where its first extent is there.
    pub(super) fn size_of(&self, kind: AttributeType, name: Name<'_>) -> Option<u64> {
        self.attributes()
            .filter(|attribute| attribute.kind == kind && attribute.name == name)
            .find_map(|attribute| attribute.size())
    }

    /// The attribute with that type and name, put together.
    ///
    /// # Errors
    /// When its first extent is missing.
    pub(super) fn content(
        &self,
        kind: AttributeType,
        name: Name<'_>,
    ) -> Result<Option<Content>, String> {
        let parts = self
            .attributes()
            .filter(|attribute| attribute.kind == kind && attribute.name == name);
        let mut content = Content::gather(parts);
        if let Ok(Some(Content::Clusters(extents))) = &mut content
            && let Some(problem) = self.problems.first()
        {
            extents.say(problem.clone());
        }
        content
    }
}
