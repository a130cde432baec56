//! What a user's hive says was used.

use encoding_rs::Encoding;

use super::common_dialog::{self, DialogFile, DialogProgram};
use super::office::{self, OfficeItem};
use super::reading::Reading;
use super::recent_docs::{self, RecentDocument};
use super::shellbag::{self, Shellbag};
use super::trusted::TrustedDocument;
use super::typed::{self, Typed};
use super::user_assist::{self, UserAssistEntry};
use crate::Damage;
use crate::registry::Hive;

/// The traces of use in a user's `NTUSER.DAT` or `UsrClass.dat`. Of each list those used last come
/// first.
///
/// Only living keys are read. What a list keeps is the last use of each thing, in order; only the
/// first entry of a list has a time, that of its key (see
/// [`MruPlace::used`](super::MruPlace::used)), except where the entries have times of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TracesOfUse {
    /// Folders that Explorer kept a view of, each before those in it.
    pub shellbags: Vec<Shellbag>,
    /// `RecentDocs`.
    pub recent_documents: Vec<RecentDocument>,
    /// Files chosen in open and save dialogs.
    pub dialog_files: Vec<DialogFile>,
    /// Programs with the folder of their last dialog.
    pub dialog_programs: Vec<DialogProgram>,
    /// Paths typed into Explorer's address bar.
    pub typed_paths: Vec<Typed>,
    /// Words typed into Explorer's search box.
    pub searches: Vec<Typed>,
    /// Programs and shortcuts started through Explorer (`UserAssist`).
    pub programs: Vec<UserAssistEntry>,
    /// Documents and folders that Office lists, each with its time.
    pub office_items: Vec<OfficeItem>,
    /// Documents for which the user allowed editing or macros.
    pub trusted_documents: Vec<TrustedDocument>,
    /// What could not be read, by its offset in the hive.
    pub damage: Vec<Damage>,
}

impl TracesOfUse {
    /// Reads them. `ansi` is the code page of the machine, for names in old shell items.
    #[must_use]
    pub fn read(hive: &Hive, ansi: &'static Encoding) -> Self {
        let mut reading = Reading::new(ansi);
        // The short lists first, so that a made-up tree of folders costs none of them.
        let (office_items, trusted_documents) = office::read(hive, &mut reading);
        let mut found = Self {
            office_items,
            trusted_documents,
            programs: user_assist::read(hive, &mut reading),
            recent_documents: recent_docs::read(hive, &mut reading),
            dialog_files: common_dialog::files(hive, &mut reading),
            dialog_programs: common_dialog::programs(hive, &mut reading),
            typed_paths: typed::paths(hive, &mut reading),
            searches: typed::searches(hive, &mut reading),
            shellbags: shellbag::read(hive, &mut reading),
            damage: Vec::new(),
        };
        found.damage = reading.damage;
        found.damage.sort_by_key(|damage| damage.offset);
        found
    }
}
