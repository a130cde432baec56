//! From one event back to its bytes and to the rule that read them.

mod dump;

use std::io::{self, Write};

use kusari::explain::{ExplainError, Explanation, Stretch};
use kusari::identity::IdentityLine;
use kusari::{EventView, Reconstruction};
use kusari_artifacts::vendor_log::Profile;
use serde::Serialize;

use self::dump::dump;
use crate::companion::{CompanionJson, companions};
use crate::event_json::EventJson;
use crate::layout::{Column, Grid, Page, visible};
use crate::rows::{self, or_empty};
use crate::shown_time;
use crate::texts::fill;
use crate::view::{Format, View};

#[derive(Debug, Serialize)]
struct ExplainJson<'a> {
    event: EventJson<'a>,
    source: SourceJson<'a>,
    /// Empty when the evidence could not be read again, or is redacted; `problem` says why.
    bytes: Vec<StretchJson>,
    /// What the record says, name by name, as its reader understands it.
    decoded: Vec<DecodedJson>,
    problem: Option<String>,
    rule: RuleJson<'a>,
    identities: Vec<IdentityJson<'a>>,
}

#[derive(Debug, Serialize)]
struct SourceJson<'a> {
    name: &'a str,
    artifact: &'a str,
    size: u64,
    sha256: Option<String>,
    companions: Vec<CompanionJson<'a>>,
}

#[derive(Debug, Serialize)]
struct StretchJson {
    what: String,
    /// The file that it stands in: the source, or a transaction log beside it.
    file: String,
    /// In that file, from its start.
    offset: u64,
    length: usize,
    hexadecimal: String,
}

#[derive(Debug, Serialize)]
struct DecodedJson {
    name: String,
    value: String,
}

#[derive(Debug, Serialize)]
struct RuleJson<'a> {
    /// The reader, by the artifact that it reads.
    artifact: &'a str,
    /// What the time says, in the words of the format's documentation.
    time_meaning: &'a str,
    confidence: &'a str,
    /// Where the reader is described.
    documentation: &'a str,
}

/// Why the event's device is the device it is.
#[derive(Debug, Serialize)]
struct IdentityJson<'a> {
    kind: &'a str,
    value: &'a str,
    with_kind: &'a str,
    with_value: &'a str,
    why: &'a str,
    source: Option<&'a str>,
    locator: Option<String>,
}

/// Writes what is known of one event: the event, its source with hashes, the bytes that it was
/// read from, the rule that read them, and why its device is the device it is.
///
/// # Errors
/// When `out` cannot be written to.
pub fn explain(
    reconstruction: &Reconstruction,
    event: &EventView<'_>,
    view: &View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let told = Told::new(reconstruction, event, view);
    match view.format {
        Format::Json => rows::json(out, &to_json(reconstruction, event, told)),
        Format::JsonLines => {
            rows::json_lines(out, [to_json(reconstruction, event, told)].into_iter())
        }
        Format::Csv => {
            let lines = fields(reconstruction, event, view, &told);
            rows::csv(
                out,
                ["field", "value"],
                lines.into_iter().map(|(a, b)| [a, b.join("\n")]),
            )
        }
        Format::Svg => rows::no_picture(),
        Format::Table => {
            let page = page(reconstruction, event, view, &told);
            out.write_all(page.to_terminal(view.width).as_bytes())
        }
        Format::Markdown => {
            let page = page(reconstruction, event, view, &told);
            out.write_all(page.to_markdown().as_bytes())
        }
    }
}

/// What the evidence says when it is read again.
struct Told {
    stretches: Vec<Stretch>,
    decoded: Vec<(String, String)>,
    problem: Option<String>,
}

impl Told {
    fn new(r: &Reconstruction, event: &EventView<'_>, view: &View) -> Self {
        let told: Result<Explanation<'_>, ExplainError> = r.explain(event.clone());
        match told {
            Ok(_) if !view.show_redacted && is_redacted(r, event) => Self::nothing(
                "the bytes of this login log are not shown, since its notes can hold a mistyped \
                 password; --show-notes shows them"
                    .to_owned(),
            ),
            Ok(told) => Self {
                stretches: told.stretches,
                decoded: told.decoded,
                problem: None,
            },
            Err(error) => Self::nothing(error.to_string()),
        }
    }

    fn nothing(problem: String) -> Self {
        Self {
            stretches: Vec::new(),
            decoded: Vec::new(),
            problem: Some(problem),
        }
    }
}

/// Whether the event stands in a login log whose profile redacts a field.
fn is_redacted(r: &Reconstruction, event: &EventView<'_>) -> bool {
    let Some(label) = &event.source.device_label else {
        return false;
    };
    let log = r
        .case()
        .devices
        .iter()
        .find(|device| device.label == *label);
    let profile = log
        .and_then(|device| device.vendor_log.as_ref())
        .and_then(|log| {
            Profile::built_in(&log.profile)
                .or_else(|| Profile::from_toml(&std::fs::read_to_string(&log.profile).ok()?).ok())
        });
    // A profile that cannot be read any more may redact.
    profile.is_none_or(|profile| profile.redacts())
}

fn to_json<'a>(r: &'a Reconstruction, event: &EventView<'a>, told: Told) -> ExplainJson<'a> {
    let source = event.source;
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    ExplainJson {
        event: EventJson::new(event),
        source: SourceJson {
            name: &source.name,
            artifact: source.artifact,
            size: source.size,
            sha256: source.sha256.map(|hash| hash.to_string()),
            companions: companions(source),
        },
        bytes: told
            .stretches
            .into_iter()
            .map(|stretch| StretchJson {
                hexadecimal: hexadecimal(&stretch.bytes),
                length: stretch.bytes.len(),
                what: stretch.what,
                file: stretch.file,
                offset: stretch.offset,
            })
            .collect(),
        decoded: told
            .decoded
            .into_iter()
            .map(|(name, value)| DecodedJson { name, value })
            .collect(),
        problem: told.problem,
        rule: RuleJson {
            artifact: source.artifact,
            time_meaning: event.meaning,
            confidence: event.confidence.name(),
            documentation: source.page,
        },
        identities: identity_lines(r, event)
            .map(|line| IdentityJson {
                kind: line.identifier.identifier.kind.name(),
                value: &line.identifier.identifier.value,
                with_kind: line.with.identifier.kind.name(),
                with_value: &line.with.identifier.value,
                why: line.why,
                source: source_name(r, line),
                locator: line.locator.as_ref().map(ToString::to_string),
            })
            .collect(),
    }
}

/// The claims that make the event's device the device it is, on the event's machine or everywhere.
fn identity_lines<'a>(
    r: &'a Reconstruction,
    event: &EventView<'_>,
) -> impl Iterator<Item = &'a IdentityLine> {
    let machine = event.placed.machine;
    let device = event.placed.device.and_then(|index| r.device(index));
    let lines = device
        .map(|device| device.identities.as_slice())
        .unwrap_or_default();
    lines
        .iter()
        .filter(move |line| line.machine.is_none() || line.machine == machine)
}

fn source_name<'a>(r: &'a Reconstruction, line: &IdentityLine) -> Option<&'a str> {
    let index = usize::try_from(line.source?).ok()?;
    r.sources().get(index).map(|source| source.name.as_str())
}

/// Everything as lines for people, without the identities.
fn fields(
    r: &Reconstruction,
    event: &EventView<'_>,
    view: &View,
    told: &Told,
) -> Vec<(String, Vec<String>)> {
    let texts = view.language.texts();
    let source = event.source;
    let corrected = {
        let at = shown_time::date_and_time(event.time.estimate, view.timezone);
        let offset = shown_time::offset(event.time.estimate, view.timezone);
        let bounds = shown_time::bounds(&event.time);
        let bounds = bounds.unwrap_or_else(|| texts.clock_unknown.to_owned());
        format!("{at} {offset} ({}) {bounds}", view.timezone)
    };
    let mut hashes = vec![format!(
        "{} {}",
        visible(&source.name),
        or_empty(source.sha256)
    )];
    hashes.extend(
        source
            .companions
            .iter()
            .map(|(name, hash)| format!("+ {} {hash}", visible(name))),
    );
    let mut bytes: Vec<String> = told
        .problem
        .iter()
        .map(|problem| visible(problem))
        .collect();
    for stretch in &told.stretches {
        let length = stretch.bytes.len();
        bytes.push(format!(
            "{}: {}, {:#x} + {length}",
            visible(&stretch.file),
            visible(&stretch.what),
            stretch.offset
        ));
        bytes.extend(dump(
            stretch.offset,
            stretch.bytes.get(..MOST_SHOWN).unwrap_or(&stretch.bytes),
        ));
        if length > MOST_SHOWN {
            bytes.push(format!("… {MOST_SHOWN} / {length}"));
        }
    }
    let decoded = told.decoded.iter();
    let decoded =
        decoded.map(|(name, value)| format!("{}: {}", visible(name), visible(&shortened(value))));
    let decoded: Vec<String> = decoded.collect();
    let name = |text: &str| text.to_owned();
    let one = |text: Option<&str>| vec![visible(text.unwrap_or("-"))];
    let machine = event.placed.machine;
    let machine = machine.and_then(|index| Some((index, r.machine(index)?)));
    let clock = machine.map(|(index, machine)| {
        crate::clocks::describe(r, index, machine, view.language, view.timezone)
    });
    vec![
        (name(texts.event_id), vec![event.id.to_string()]),
        (
            name(texts.action),
            vec![texts.action(event.action).to_owned()],
        ),
        (name(texts.what), one(Some(event.message))),
        (name(texts.recorded), vec![event.recorded.to_string()]),
        (name(texts.meaning), one(Some(event.meaning))),
        (name(texts.time), vec![corrected]),
        (name(texts.clock), clock.unwrap_or_else(|| one(None))),
        (name(texts.machine), one(event.machine)),
        (name(texts.device), one(event.device)),
        (name(texts.volume), one(event.volume)),
        (name(texts.user), one(event.user)),
        (name(texts.file), one(event.file)),
        (name(texts.source), hashes),
        (
            name(texts.locator),
            vec![visible(&event.locator.to_string())],
        ),
        (name(texts.bytes), bytes),
        (name(texts.decoded), decoded),
        (
            name(texts.rule),
            vec![format!(
                "{} ({}), {}",
                texts.artifact(source.artifact),
                event.confidence.name(),
                source.page
            )],
        ),
    ]
}

/// A value that is too long for a table, cut at its end; the data has all of it.
fn shortened(value: &str) -> String {
    const MOST: usize = 300;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    value.chars().take(MOST).chain(['…']).collect()
}

/// How many bytes of a stretch are shown to people; the data has more.
const MOST_SHOWN: usize = 256;

/// How many claims are listed to people; the data has all.
const MOST_CLAIMS: usize = 40;

fn page(r: &Reconstruction, event: &EventView<'_>, view: &View, told: &Told) -> Page {
    let texts = view.language.texts();
    let mut page = Page::default();
    page.heading(fill(texts.explain_title, &[&event.id.to_string()]));
    page.table(Grid {
        // The id heads the table, as it heads the page.
        columns: vec![
            Column::text(texts.event_id),
            Column::text(event.id.to_string()),
        ],
        rows: fields(r, event, view, told)
            .into_iter()
            .skip(1)
            .map(|(name, lines)| vec![name.into(), lines.into()])
            .collect(),
        ruled: true,
    });
    let claims: Vec<(String, String)> = identity_lines(r, event)
        .take(MOST_CLAIMS)
        .map(|line| {
            let shown = |own: &kusari::identity::ScopedIdentifier| {
                format!(
                    "{} {}",
                    own.identifier.kind.name(),
                    visible(&own.identifier.value)
                )
            };
            let source = source_name(r, line).map(|name| format!(" [{}]", visible(name)));
            let claim = format!("{} = {}", shown(&line.identifier), shown(&line.with));
            (
                "-".to_owned(),
                format!("{claim}: {}{}", line.why, source.unwrap_or_default()),
            )
        })
        .collect();
    if !claims.is_empty() {
        page.heading(texts.identities).list(claims);
    }
    page
}
