//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::vendor_log::VendorLogArgument;

/// Rebuild one USB custody timeline from the Windows evidence of many machines and sticks.
#[derive(Debug, Parser)]
#[command(
    name = "kusari",
    version,
    about,
    long_about = LONG_ABOUT,
    after_long_help = EXIT_STATUS,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

const LONG_ABOUT: &str = "\
Rebuild one USB custody timeline from the Windows evidence of many machines and sticks: which \
stick was in which machine when, who opened it, and what the evidence cannot say.

Evidence is opened for reading only. Every line of a result leads back to the bytes it was read \
from; `kusari explain` follows it.

INPUT is a case file (`*.toml`), a disk image (E01, Ex01, L01, VHD, VHDX, VMDK, QCOW2, raw or split \
raw; the first file of several), a folder or zip (a drive, a KAPE, Velociraptor or CyLR collection, \
or loose artifact files), or a single artifact file. Without a case file each INPUT is one machine, \
named after its computer name; an image without Windows on it is a stick, named after its file.";

const EXIT_STATUS: &str = "\
Exit status:
  0  done; damaged or missing sources are said on standard error and stand in the coverage
  1  nothing could be produced
  2  wrong usage
  4  with --strict: done, but a source was damaged or missing

Environment:
  NO_COLOR         no colours
  COLUMNS          the width of tables when standard output is no terminal (120 if not set)
  LC_ALL, LC_MESSAGES, LANG
                   `ja…` makes Japanese the default language";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The custody table: a row a day and machine, a column a stick; with findings and clocks
    #[command(after_long_help = "\
Examples:
  kusari custody case.toml
  kusari custody case.toml --lang ja --format md --out custody.md
  kusari custody case.toml --out custody.svg
  kusari custody desktop/ notebook/ --vendor-log 012=stick-012.txt --timezone Asia/Tokyo

Each cell holds the times as the machine's own clock recorded them, the corrected time beside it \
where the clock is known to be off, and the sources as footnotes. Findings say \"consistent with\" \
or \"not consistent with\"; they never say who did it.")]
    Custody(Inputs),
    /// Every event, merged and corrected, in the order of corrected time
    #[command(after_long_help = "\
Examples:
  kusari timeline case.toml --format jsonl > events.jsonl
  kusari timeline case.toml --from 2022-06-21 --to 2022-06-24 --device 012
  kusari timeline case.toml --name 'ESB*.bak'

Each event keeps the time its source wrote (time_recorded) beside the corrected one (time, with \
time_earliest and time_latest).")]
    Timeline(TimelineArguments),
    /// One record a physical device, with every name by which the evidence knows it
    #[command(after_long_help = "\
Examples:
  kusari devices SYSTEM
  kusari devices case.toml --all --format json

By default storage that can be carried, and the devices of the case file; --all for the rest.")]
    Devices(Inputs),
    /// Each machine's clock: what was declared, what was solved from all evidence, and what contradicts it
    #[command(after_long_help = "\
Examples:
  kusari clocks case.toml
  kusari clocks case.toml --machine call-centre-server
  kusari clocks case.toml --between 5f0c3a9e2b71d846 a522e4b95eaeb37e
  kusari clocks case.toml --format json

Observations of clocks, recorded clock changes, the order of sticks' own logs, that a stick is in one \
place at a time, and the facts of the case are held against each other. What cannot all hold is said, \
with the smallest set of statements that contradict each other. docs/clocks.md explains the method.")]
    Clocks(ClocksArguments),
    /// What each source could have seen: its span, gaps, cleared, rolled over, dirty, missing
    #[command(after_long_help = "\
Example:
  kusari coverage case.toml --machine call-centre-server

Absence counts only inside what a source could have seen.")]
    Coverage(Inputs),
    /// The copies of a file on all machines and sticks, by its name
    #[command(after_long_help = "\
Examples:
  kusari copies case.toml --name 'ESB*.bak'
  kusari copies pc1.E01 stick.dd --name report.docx --format json

Looks through the file tables of all evidence, deleted entries, recycle bins and shadow copies with them. \
Files are the same by content; where that is gone, by name, size and time of modification.")]
    Copies(CopiesArguments),
    /// What was opened and found: containers, volumes, encryption, shadow copies, artifacts, hashes
    #[command(after_long_help = "\
Examples:
  kusari inspect pc1.E01
  kusari inspect pc1.E01 --verify
  kusari inspect stick.dd --files --format csv
  kusari inspect collection/ --format json

A tree for people: each container with what stands inside it, each artifact with its size, times and \
SHA-256. Notes begin with `!`.")]
    Inspect(Inspect),
    /// From one event back to its bytes and to the rule that read them
    #[command(after_long_help = "\
Example:
  kusari explain 5f0c3a9e2b71d846 case.toml

The id is the event_id of `timeline` and `custody`.")]
    Explain(Explain),
    /// Write a case file from what is found, to be completed by hand
    #[command(after_long_help = "\
Example:
  kusari init desktop/ notebook/ --vendor-log 012=stick-012.txt --out case.toml")]
    Init(Inputs),
}

#[derive(Debug, Args)]
pub(crate) struct Inputs {
    /// A case file, or images, folders, zips and artifact files, each one machine or stick
    #[arg(value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ClocksArguments {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// Also say how much time lay between two events, by their event_id
    ///
    /// Two records of one clock lie as far apart as it shows, however far off it stood; those of two
    /// clocks as far as everything that is known allows.
    #[arg(long, num_args = 2, value_names = ["EVENT", "EVENT"])]
    pub(crate) between: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TimelineArguments {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// Also take in what change journals say of files with this name, with * for any characters and
    /// ? for one; may be given again
    ///
    /// The journals of sticks are taken in whole. Those of machines hold millions of records of
    /// Windows' own files, and give their records only for names that are asked for, or with --all.
    #[arg(long, value_name = "GLOB")]
    pub(crate) name: Vec<kusari::lineage::NamePattern>,
}

#[derive(Debug, Args)]
pub(crate) struct CopiesArguments {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// The file's name, with * for any characters and ? for one; may be given again
    #[arg(long, required = true, value_name = "GLOB")]
    pub(crate) name: Vec<kusari::lineage::NamePattern>,

    /// Compare no contents: faster, and surer of less
    #[arg(long)]
    pub(crate) without_content: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) inputs: Inputs,

    /// Read every image to its end, and hold its MD5, SHA-1 and SHA-256 against those that it stores
    ///
    /// Ends with status 1 when one differs or an image cannot be read to its end.
    #[arg(long, conflicts_with = "files")]
    pub(crate) verify: bool,

    /// List the files of every volume instead, with their times, deleted ones marked
    #[arg(long)]
    pub(crate) files: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The event's id: 16 hexadecimal digits
    #[arg(value_name = "EVENT-ID")]
    pub(crate) event: String,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options for every command")]
pub(crate) struct Common {
    /// How the result is written [default: what the ending of --out says, else table]
    #[arg(long, value_enum, global = true, value_name = "FORMAT")]
    pub(crate) format: Option<FormatArgument>,

    /// Write the result to a file, whole or not at all, instead of standard output
    #[arg(long, short, global = true, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Let --out replace a file that is there
    #[arg(long, global = true)]
    pub(crate) force: bool,

    /// The language of tables and Markdown [default: from the locale, else en]
    ///
    /// Machine-readable formats keep their field names and words in either language.
    #[arg(long, value_enum, global = true, value_name = "LANGUAGE")]
    pub(crate) lang: Option<LanguageArgument>,

    /// The zone in which times are shown, and days are meant [default: the case's, else UTC]
    ///
    /// A name of the IANA time zone database, such as Asia/Tokyo.
    #[arg(long, global = true, value_name = "ZONE")]
    pub(crate) timezone: Option<chrono_tz::Tz>,

    /// Leave out what was before this day or moment: 2022-06-21, 2022-06-21T09:00,
    /// 2022-06-21T09:00:00+09:00
    ///
    /// A day, and a time without an offset, are meant in the zone in which times are shown.
    /// Events are held against it by their corrected time; one that may lie inside stays.
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) from: Option<String>,

    /// Leave out what was after this day (which counts in whole) or moment
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) to: Option<String>,

    /// Only this machine, by its id; may be given again
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) machine: Vec<String>,

    /// Only this device, by its label, id or serial number; may be given again
    #[arg(long, global = true, value_name = "DEVICE")]
    pub(crate) device: Vec<String>,

    /// A stick's own login log, for use without a case file: LABEL=PATH[,profile=PROFILE]
    ///
    /// LABEL is what is written on the stick. PROFILE is the name of a built-in profile or the
    /// path of a profile file (TOML) that describes the log [default: iodata]. May be given
    /// again.
    #[arg(long, global = true, value_name = "LABEL=PATH")]
    pub(crate) vendor_log: Vec<VendorLogArgument>,

    /// Also show what is left out by default: devices that are no storage that can be carried,
    /// control sets that are not the current one, all records of change journals
    #[arg(long, global = true)]
    pub(crate) all: bool,

    /// Show the notes of login logs, which are redacted by default: one can hold a mistyped
    /// password
    #[arg(long, global = true)]
    pub(crate) show_notes: bool,

    /// Also carve event records from the unused space of event logs, and records of change journals
    /// from whole NTFS volumes for `timeline --name`; they are marked as recovered
    ///
    /// Deleted keys and values of SYSTEM and NTUSER.DAT hives are always read, and marked so.
    #[arg(long, global = true)]
    pub(crate) carve: bool,

    /// Also search images for partitions that no partition table knows; it reads them whole
    #[arg(long, global = true)]
    pub(crate) lost_partitions: bool,

    /// Leave volume shadow copies unread
    #[arg(long, global = true)]
    pub(crate) no_shadow_copies: bool,

    /// Never ask for the key of a locked volume
    ///
    /// Without it, and on a terminal, the key of a BitLocker volume that none of the case file's
    /// keys opens is asked for. A key is never given on the command line, where others could read
    /// it.
    #[arg(long, global = true)]
    pub(crate) no_prompt: bool,

    /// How many threads read at once [default: one a processor]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,

    /// Say nothing on standard error but errors
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say on standard error what is read, and how long it takes
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,

    /// Show no progress bar
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,

    /// End with status 4 when a source was damaged or missing
    #[arg(long, global = true)]
    pub(crate) strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArgument {
    /// Tables for people
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header (RFC 4180)
    Csv,
    /// Markdown
    Md,
    /// A picture, of `custody` only: devices as lanes, stays as blocks, and the clocks
    Svg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LanguageArgument {
    /// English
    En,
    /// Japanese
    Ja,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_long_help_with_an_example() {
        for command in Arguments::command().get_subcommands() {
            let help = command.get_after_long_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            assert!(help.contains("kusari"), "{}", command.get_name());
        }
    }
}
