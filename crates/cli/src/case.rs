//! From the inputs on the command line to a case.

use std::path::{Path, PathBuf};

use kusari::Case;

use crate::args::Common;
use crate::moment;

/// Why there is no case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// The case file cannot be read.
    #[error(transparent)]
    Case(#[from] kusari::case::CaseError),
}

/// The case that the inputs and options mean.
///
/// # Errors
/// When the inputs contradict each other, or the case file cannot be read.
pub(crate) fn from_inputs(inputs: &[PathBuf], common: &Common) -> Result<Case, InputError> {
    let case_files: Vec<&PathBuf> = inputs.iter().filter(|path| is_case_file(path)).collect();
    let mut case = match (case_files.as_slice(), inputs) {
        ([], []) if common.vendor_log.is_empty() => {
            return Err(InputError::Usage(
                "no INPUT is given; give a case file (*.toml), disk images, folders, or artifact files"
                    .to_owned(),
            ));
        }
        ([], _) => without_case_file(inputs, common),
        ([file], [_]) if common.vendor_log.is_empty() => Case::from_file(file)?,
        ([file], [_]) => {
            return Err(InputError::Usage(format!(
                "--vendor-log is for use without a case file; in {} a login log stands as \
                 `vendor-log = {{ path = …, profile = … }}` of its [[device]]",
                file.display()
            )));
        }
        ([file, ..], _) => {
            return Err(InputError::Usage(format!(
                "the case file {} stands for the whole case; give it alone, and list all \
                 evidence in it",
                file.display()
            )));
        }
    };
    if let Some(zone) = common.timezone {
        case.timezone = zone;
    }
    let zone = case.timezone;
    let moment = |option: &str, text: &Option<String>, read: Read| {
        let read = text.as_deref().map(|text| read(text, zone));
        read.transpose()
            .map_err(|error| InputError::Usage(format!("{option}: {error}")))
    };
    if let Some(from) = moment("--from", &common.from, moment::from)? {
        case.from = Some(from);
    }
    if let Some(to) = moment("--to", &common.to, moment::to)? {
        case.to = Some(to);
    }
    if let (Some(from), Some(to)) = (case.from, case.to)
        && from >= to
    {
        return Err(InputError::Usage("--from is not before --to".to_owned()));
    }
    Ok(case)
}

type Read = fn(&str, chrono_tz::Tz) -> Result<kusari_evidence::time::Timestamp, String>;

fn is_case_file(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

fn without_case_file(inputs: &[PathBuf], common: &Common) -> Case {
    let mut builder = Case::builder();
    for input in inputs {
        builder = builder.machine([input.clone()]);
    }
    for log in &common.vendor_log {
        builder = builder.vendor_log(&log.label, log.path.clone(), &log.profile);
    }
    builder.build()
}

/// Everything that a case names on the examiner's machine, which is never written to.
pub(crate) fn evidence(case: &Case) -> Vec<PathBuf> {
    let machines = case
        .machines
        .iter()
        .flat_map(|machine| machine.evidence.iter().cloned());
    let logs = case
        .devices
        .iter()
        .filter_map(|device| Some(device.vendor_log.as_ref()?.path.clone()));
    let images = case
        .devices
        .iter()
        .flat_map(|device| device.evidence.iter().cloned());
    machines.chain(logs).chain(images).collect()
}
