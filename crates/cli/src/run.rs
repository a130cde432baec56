//! One command: read the case, rebuild it, write what was asked for.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use kusari::lineage::{CopiesOptions, NamePattern};
use kusari::{AskForKey, Case, EventId, Opening, Options, Reconstruction};
use kusari_report::{Format, Selection, View};

use crate::args::{Arguments, Command, Common, FormatArgument, Inputs};
use crate::case::{self, InputError};
use crate::key_prompt::KeyPrompt;
use crate::language;
use crate::output::{OutputError, Target};
use crate::progress::Bar;
use crate::said::Said;

/// The exit statuses that scripts rely on.
mod status {
    pub(super) const DONE: u8 = 0;
    pub(super) const NOTHING: u8 = 1;
    pub(super) const USAGE: u8 = 2;
    pub(super) const NOT_WHOLE: u8 = 4;
}

/// Why a command ended without its result.
enum Failure {
    Usage(String),
    Nothing(String),
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Usage(text) => Self::Usage(text),
            InputError::Case(error) => Self::Nothing(error.to_string()),
        }
    }
}

/// Runs a command and says how it ended.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let said = Said::new(arguments.common.quiet, arguments.common.verbose);
    match command(arguments, said) {
        Ok(code) => code.into(),
        Err(Failure::Usage(text)) => {
            said.error(text);
            status::USAGE.into()
        }
        Err(Failure::Nothing(text)) => {
            said.error(text);
            status::NOTHING.into()
        }
    }
}

fn command(arguments: &Arguments, said: Said) -> Result<u8, Failure> {
    let common = &arguments.common;
    let target = match &common.out {
        Some(path) => Target::File {
            path: path.clone(),
            force: common.force,
        },
        None => Target::Standard,
    };
    let format = format(common, &arguments.command)?;
    let case = case::from_inputs(&inputs(&arguments.command).inputs, common)?;
    target
        .check(&case::evidence(&case))
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let wanted_event = match &arguments.command {
        Command::Explain(explain) => {
            let id = explain.event.parse::<EventId>();
            Some(id.map_err(|error| Failure::Usage(error.to_string()))?)
        }
        _ => None,
    };
    let from_case_file = (case.from, case.to);
    let started = Instant::now();
    let reconstruction = match wanted_event {
        None => rebuild(case, common, names(&arguments.command, common.all), said)?,
        Some(id) => {
            // An event is followed wherever its id came from: `--all` and `--carve` list more.
            let everything = Common {
                all: true,
                carve: true,
                ..common.clone()
            };
            let common = &everything;
            let mut found = rebuild(case, common, Vec::new(), said)?;
            // Records of journals are millions, and to carve them whole volumes are read: only for an
            // event that is nowhere else.
            for carve in [false, true] {
                if found.find_event(id).is_some() {
                    break;
                }
                said.detail("no event with this id among those that were read; more are");
                let again = case::from_inputs(&inputs(&arguments.command).inputs, common)?;
                let common = Common {
                    carve,
                    ..everything.clone()
                };
                found = rebuild(again, &common, vec![NamePattern::any()], said)?;
            }
            found
        }
    };
    said.detail(format_args!(
        "read and joined in {} ms",
        started.elapsed().as_millis()
    ));
    warn(&reconstruction, said);

    // Days of interest narrow the timeline; what they leave out is not hidden, but said.
    let span = if common.all && common.from.is_none() && common.to.is_none() {
        (None, None)
    } else {
        from_case_file
    };
    let selection = Selection::new(&reconstruction, &common.machine, &common.device, span)
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let view = View {
        format,
        language: language::choose(common.lang),
        timezone: reconstruction.case().timezone,
        width: width(&target),
        all: common.all,
        show_redacted: common.show_notes,
        selection,
    };
    say_left_out(&arguments.command, &reconstruction, &view, said);
    let verified = match &arguments.command {
        Command::Inspect(inspect) if inspect.verify => {
            let bar = Bar::new(!common.no_progress && !common.quiet, said);
            let verified = kusari_report::verify(&reconstruction, &mut |name, done, of| {
                bar.at(name, done, of);
            });
            bar.finish();
            Some(verified)
        }
        _ => None,
    };
    let written = match &verified {
        Some(verified) => target.write(|out| kusari_report::verified(verified, &view, out)),
        None => write(
            arguments,
            &reconstruction,
            &view,
            wanted_event,
            &target,
            said,
        )?,
    };
    match written {
        // Whoever reads has had enough; that is no failure.
        Ok(()) | Err(OutputError::Closed) => {}
        Err(error) => return Err(Failure::Nothing(error.to_string())),
    }
    said.detail(format_args!("done in {} ms", started.elapsed().as_millis()));
    let bad = |own: &&kusari_report::Verified| own.is_bad();
    if let Some(own) = verified.iter().flatten().find(bad) {
        return Err(Failure::Nothing(match &own.error {
            Some(error) => format!("{}: cannot be read to its end: {error}", own.media),
            None => format!(
                "{}: its {} is not the one that it stores; it was changed or damaged",
                own.media, own.algorithm
            ),
        }));
    }
    Ok(if common.strict && !reconstruction.is_whole() {
        status::NOT_WHOLE
    } else {
        status::DONE
    })
}

/// Reads all evidence and puts it together.
fn rebuild(
    case: Case,
    common: &Common,
    names: Vec<NamePattern>,
    said: Said,
) -> Result<Reconstruction, Failure> {
    let asker = KeyPrompt::where_possible(common.no_prompt || common.quiet, said);
    let bar = Bar::new(!common.no_progress && !common.quiet, said);
    let options = Options {
        read: kusari::intake::ReadOptions {
            all: common.all,
            show_redacted: common.show_notes,
            carve: common.carve,
            names: names.into(),
        },
        opening: Opening {
            lost_partitions: common.lost_partitions,
            without_shadow_copies: common.no_shadow_copies,
            ask: asker.as_ref().map(|asker| asker as &dyn AskForKey),
        },
        threads: common.threads.map(std::num::NonZeroUsize::get),
        progress: Some(&bar),
    };
    let reconstruction = case.reconstruct(&options);
    bar.finish();
    reconstruction.map_err(|error| Failure::Nothing(error.to_string()))
}

/// The files by whose names records of journals are wanted.
fn names(command: &Command, all: bool) -> Vec<NamePattern> {
    match command {
        Command::Timeline(_) if all => vec![NamePattern::any()],
        Command::Timeline(timeline) => timeline.name.clone(),
        Command::Copies(copies) => copies.name.clone(),
        _ => Vec::new(),
    }
}

fn inputs(command: &Command) -> &Inputs {
    match command {
        Command::Custody(inputs)
        | Command::Devices(inputs)
        | Command::Coverage(inputs)
        | Command::Init(inputs) => inputs,
        Command::Timeline(timeline) => &timeline.inputs,
        Command::Clocks(clocks) => &clocks.inputs,
        Command::Copies(copies) => &copies.inputs,
        Command::Inspect(inspect) => &inspect.inputs,
        Command::Explain(explain) => &explain.inputs,
    }
}

fn write(
    arguments: &Arguments,
    reconstruction: &Reconstruction,
    view: &View,
    wanted_event: Option<EventId>,
    target: &Target,
    said: Said,
) -> Result<Result<(), OutputError>, Failure> {
    let r = reconstruction;
    Ok(match &arguments.command {
        Command::Custody(_) => target.write(|out| kusari_report::custody(r, view, out)),
        Command::Timeline(_) => target.write(|out| kusari_report::timeline(r, view, out)),
        Command::Devices(_) => target.write(|out| kusari_report::devices(r, view, out)),
        Command::Clocks(clocks) => {
            let between = match clocks.between.as_slice() {
                [first, second] => Some((event_of(r, first)?, event_of(r, second)?)),
                _ => None,
            };
            target.write(|out| kusari_report::clocks(r, view, between, out))
        }
        Command::Coverage(_) => target.write(|out| kusari_report::coverage(r, view, out)),
        Command::Copies(copies) => {
            let bar = Bar::new(
                !arguments.common.no_progress && !arguments.common.quiet,
                said,
            );
            let found = r.copies(&CopiesOptions {
                names: &copies.name,
                without_content: copies.without_content,
                progress: Some(&|place: &str| bar.at(place, 0, 0)),
            });
            bar.finish();
            for note in &found.notes {
                said.warning(note);
            }
            target.write(|out| kusari_report::copies(r, &found, view, out))
        }
        Command::Inspect(inspect) if inspect.files => {
            let mut notes = Vec::new();
            let written = target.write(|out| kusari_report::files(r, view, &mut notes, out));
            for note in notes {
                said.warning(note);
            }
            written
        }
        Command::Inspect(_) => target.write(|out| kusari_report::inspect(r, view, out)),
        Command::Explain(explain) => {
            let event = wanted_event
                .and_then(|id| r.find_event(id))
                .ok_or_else(|| {
                    Failure::Nothing(format!(
                        "no event `{}` in this evidence; `kusari timeline` lists the ids, and the \
                     same INPUT must be given here",
                        explain.event
                    ))
                })?;
            target.write(|out| kusari_report::explain(r, &event, view, out))
        }
        Command::Init(_) => {
            let folder = match target {
                Target::File { path, .. } => path.parent(),
                Target::Standard => None,
            };
            let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            target.write(|out| kusari_report::case_file(r, view.timezone, folder, out))
        }
    })
}

/// The number of the event with that id.
fn event_of(r: &Reconstruction, id: &str) -> Result<usize, Failure> {
    let id = id.parse::<EventId>();
    let id = id.map_err(|error| Failure::Usage(error.to_string()))?;
    let event = r.find_event(id).ok_or_else(|| {
        Failure::Nothing(format!(
            "no event `{id}` in this evidence; `kusari timeline` lists the ids"
        ))
    })?;
    Ok(event.index)
}

/// What could not be read, or only in part. It stands in the coverage, too.
fn warn(reconstruction: &Reconstruction, said: Said) {
    for problem in reconstruction.problems() {
        said.warning(problem);
    }
    for source in reconstruction.sources() {
        if let Some(error) = &source.error {
            said.warning(format_args!("{}: not read: {error}", source.name));
        } else if let Some(first) = source.outcome.damage.first() {
            let more = match source.outcome.damage.len() {
                1 => String::new(),
                count => format!(
                    " (and {} more; see `kusari coverage`)",
                    count.saturating_sub(1)
                ),
            };
            said.warning(format_args!("{}: damaged {first}{more}", source.name));
        }
    }
}

/// Says how many events the days of interest leave out of a timeline.
fn say_left_out(command: &Command, r: &Reconstruction, view: &View, said: Said) {
    if !matches!(command, Command::Timeline(_)) || !view.selection.has_span() {
        return;
    }
    let columns = r.event_columns();
    let placed = columns
        .order()
        .iter()
        .filter_map(|index| columns.placed(*index));
    let left_out = placed
        .filter(|placed| !view.selection.has_time_of(placed))
        .count();
    if left_out > 0 {
        said.note(format_args!(
            "{left_out} of {} events lie outside the days of interest and are left out; --all, \
             --from and --to show them",
            columns.len()
        ));
    }
}

/// The format that was asked for, or that the ending of the file says.
fn format(common: &Common, command: &Command) -> Result<Format, Failure> {
    if matches!(command, Command::Init(_)) {
        if common.format.is_some() {
            return Err(Failure::Usage(
                "`init` writes a case file (TOML); --format does not apply".to_owned(),
            ));
        }
        return Ok(Format::Table);
    }
    let ending = || {
        let path = common.out.as_ref()?;
        let ending = path.extension()?.to_str()?.to_lowercase();
        Some(match ending.as_str() {
            "json" => FormatArgument::Json,
            "jsonl" | "ndjson" => FormatArgument::Jsonl,
            "csv" => FormatArgument::Csv,
            "md" | "markdown" => FormatArgument::Md,
            "svg" => FormatArgument::Svg,
            _ => return None,
        })
    };
    let format = common
        .format
        .or_else(ending)
        .unwrap_or(FormatArgument::Table);
    Ok(match format {
        FormatArgument::Table => Format::Table,
        FormatArgument::Json => Format::Json,
        FormatArgument::Jsonl => Format::JsonLines,
        FormatArgument::Csv => Format::Csv,
        FormatArgument::Md => Format::Markdown,
        FormatArgument::Svg if matches!(command, Command::Custody(_)) => Format::Svg,
        FormatArgument::Svg => {
            return Err(Failure::Usage(
                "only `custody` can be written as a picture (SVG); give another --format"
                    .to_owned(),
            ));
        }
    })
}

/// The columns of the terminal; 120 where there is none.
fn width(target: &Target) -> usize {
    const WITHOUT_TERMINAL: usize = 120;
    const NARROWEST: usize = 40;
    let asked = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse::<usize>().ok());
    let terminal = || {
        if *target != Target::Standard || !std::io::stdout().is_terminal() {
            return None;
        }
        terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
    };
    asked
        .or_else(terminal)
        .unwrap_or(WITHOUT_TERMINAL)
        .max(NARROWEST)
}
