//! Clocks as data.

use kusari::Reconstruction;
use kusari::case::Reads;
use kusari::clock::{
    ClockConflict, Correction, MomentBounds, Readings, RuledOut, Standing, Statement, UpToDrift,
    WhyUnused,
};
use kusari::machine::Machine;
use kusari_evidence::time::TICKS_PER_SECOND;
use serde::Serialize;

use super::said::{self, zone};
use super::span::{Spans, Stretch};
use crate::event_json::utc;
use crate::rows::or_empty;
use crate::view::View;

#[derive(Debug, Serialize)]
pub(super) struct ClocksJson<'a> {
    machines: Vec<MachineJson<'a>>,
    statements: Vec<StatementJson>,
    conflicts: Vec<ConflictJson>,
    /// How many combinations of readings can hold; `None`: more are left than were tried together.
    combinations: Option<usize>,
    /// The time between the two events that were asked for.
    between: Option<BetweenJson>,
}

#[derive(Debug, Serialize)]
pub(super) struct BetweenJson {
    first: String,
    second: String,
    /// In seconds; negative when the second came first.
    least: Option<Seconds>,
    most: Option<Seconds>,
}

/// A machine's clock.
#[derive(Debug, Serialize)]
pub(crate) struct MachineJson<'a> {
    machine: &'a str,
    /// By which rules local times become UTC: `registry`, `declared` or `assumed`.
    zone_from: &'static str,
    /// The zone's name.
    zone: String,
    segments: Vec<SegmentJson>,
    observations: Vec<ObservationJson<'a>>,
    steps: Vec<StepJson<'a>>,
    moments: Vec<MomentJson>,
}

#[derive(Debug, Serialize)]
struct SegmentJson {
    /// By the machine's own clock, UTC.
    from: String,
    to: String,
    correction: CorrectionJson,
    /// Under each reading that is left, where more than one is.
    alternatives: Vec<AlternativeJson>,
}

#[derive(Debug, Clone, Serialize)]
struct CorrectionJson {
    earliest: Option<Seconds>,
    latest: Option<Seconds>,
    estimate: Seconds,
}

#[derive(Debug, Serialize)]
struct AlternativeJson {
    readings: Vec<ReadingJson>,
    correction: CorrectionJson,
}

#[derive(Debug, Serialize)]
struct ReadingJson {
    observation: String,
    reads: &'static str,
}

#[derive(Debug, Serialize)]
struct ObservationJson<'a> {
    id: String,
    on: &'a str,
    /// In seconds, as written.
    offset: Seconds,
    /// In seconds.
    tolerance: Seconds,
    reads: &'static str,
    note: Option<&'a str>,
    standing: &'static str,
    surviving: Vec<&'static str>,
    ruled_out_by: Vec<String>,
    ruled_out: Vec<RuledOutJson>,
    /// Up to which drift of all clocks each reading is ruled out, in millionths; `None`: it could hold
    /// without any drift, or it was not asked.
    ruled_out_up_to_ppm: Vec<UpToJson>,
}

#[derive(Debug, Serialize)]
struct RuledOutJson {
    reads: &'static str,
    by: Vec<String>,
    /// Those without which it could hold.
    decisive: Vec<String>,
}

#[derive(Debug, Serialize)]
struct UpToJson {
    reads: &'static str,
    ppm: Option<u32>,
}

#[derive(Debug, Serialize)]
struct StepJson<'a> {
    before: String,
    after: String,
    by: Option<&'a str>,
    may_hide_a_pause: bool,
    locator: String,
}

/// A moment that matters.
#[derive(Debug, Serialize)]
struct MomentJson {
    event_id: String,
    correction: BoundsJson,
    earliest_rests_on: Vec<String>,
    latest_rests_on: Vec<String>,
    without: Vec<WithoutJson>,
}

#[derive(Debug, Serialize)]
struct BoundsJson {
    earliest: Option<Seconds>,
    latest: Option<Seconds>,
}

#[derive(Debug, Serialize)]
struct WithoutJson {
    statement: String,
    correction: BoundsJson,
}

#[derive(Debug, Serialize)]
pub(super) struct StatementJson {
    id: String,
    kind: &'static str,
    basis: &'static str,
    standing: &'static str,
    says: String,
    says_ja: String,
    source: String,
    events: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ConflictJson {
    statements: Vec<String>,
    says: String,
    says_ja: String,
    /// By how many seconds they contradict each other.
    by: Seconds,
    restored_by: Vec<String>,
}

/// One line of the JSON lines.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(super) enum LineOf<'a> {
    Machine(MachineJson<'a>),
    Statement(StatementJson),
    Conflict(ConflictJson),
    Between(BetweenJson),
}

pub(super) const CSV_COLUMNS: [&str; 7] = [
    "machine", "from", "to", "reads", "earliest", "latest", "estimate",
];

impl<'a> ClocksJson<'a> {
    pub(super) fn new(r: &'a Reconstruction, view: &View, between: Option<(usize, usize)>) -> Self {
        let clocks = r.clocks();
        let spans = Spans::new(r, view);
        Self {
            machines: (0..)
                .zip(r.machines())
                .filter(|(index, _)| view.selection.has_machine(Some(*index)))
                .map(|(index, machine)| machine_json(r, &spans, index, machine))
                .collect(),
            statements: said::listed(r).map(|own| statement_json(r, own)).collect(),
            conflicts: clocks
                .conflicts
                .iter()
                .map(|own| conflict_json(r, own))
                .collect(),
            combinations: clocks.combinations,
            between: between.and_then(|(first, second)| between_json(r, first, second)),
        }
    }

    pub(super) fn into_lines(self) -> impl Iterator<Item = LineOf<'a>> {
        let machines = self.machines.into_iter().map(LineOf::Machine);
        let statements = self.statements.into_iter().map(LineOf::Statement);
        let conflicts = self.conflicts.into_iter().map(LineOf::Conflict);
        let between = self.between.into_iter().map(LineOf::Between);
        machines.chain(statements).chain(conflicts).chain(between)
    }

    /// One row a segment and reading.
    pub(super) fn into_csv_rows(self) -> impl Iterator<Item = [String; 7]> {
        self.machines.into_iter().flat_map(|machine| {
            let name = machine.machine.to_owned();
            machine.segments.into_iter().flat_map(move |segment| {
                let row = |reads: String, own: &CorrectionJson| {
                    let text = |own: Option<Seconds>| or_empty(own.map(Seconds::text));
                    [
                        name.clone(),
                        segment.from.clone(),
                        segment.to.clone(),
                        reads,
                        text(own.earliest),
                        text(own.latest),
                        own.estimate.text(),
                    ]
                };
                let mut rows = vec![row(String::new(), &segment.correction)];
                rows.extend(segment.alternatives.iter().map(|own| {
                    let each = own.readings.iter();
                    let each = each.map(|own| format!("{}={}", own.observation, own.reads));
                    row(each.collect::<Vec<_>>().join(";"), &own.correction)
                }));
                rows
            })
        })
    }
}

/// A machine's clock as data.
pub(crate) fn machine_json<'a>(
    r: &'a Reconstruction,
    spans: &Spans,
    index: u32,
    machine: &'a Machine,
) -> MachineJson<'a> {
    let (zone_from, zone) = zone(machine);
    let stretches = spans.stretches(index, machine);
    let moments = r.clocks().moments.iter();
    MachineJson {
        machine: &machine.id,
        zone_from,
        zone,
        segments: stretches
            .iter()
            .map(|stretch| segment_json(r, index, machine, stretch))
            .collect(),
        observations: said::observations(r, index)
            .map(|own| observation_json(r, machine, &own))
            .collect(),
        steps: machine
            .clock
            .steps
            .iter()
            .map(|recorded| StepJson {
                before: utc(recorded.step.before, 7),
                after: utc(recorded.step.after, 7),
                by: recorded.step.by(),
                may_hide_a_pause: recorded.step.may_hide_a_pause(),
                locator: recorded.step.locator.to_string(),
            })
            .collect(),
        moments: moments
            .filter(|own| own.machine == index)
            .filter_map(|own| moment_json(r, own))
            .collect(),
    }
}

fn between_json(r: &Reconstruction, first: usize, second: usize) -> Option<BetweenJson> {
    let between = r.time_between(first, second)?;
    Some(BetweenJson {
        first: r.event(first)?.id.to_string(),
        second: r.event(second)?.id.to_string(),
        least: between.least.map(Seconds),
        most: between.most.map(Seconds),
    })
}

fn correction_json(own: &Correction) -> CorrectionJson {
    CorrectionJson {
        earliest: own.earliest.map(Seconds),
        latest: own.latest.map(Seconds),
        estimate: Seconds(own.estimate),
    }
}

fn segment_json(
    r: &Reconstruction,
    index: u32,
    machine: &Machine,
    stretch: &Stretch,
) -> SegmentJson {
    let span = (stretch.from, stretch.to);
    let (all, each) = machine.clock.corrections_in(stretch.segment, span);
    SegmentJson {
        from: utc(stretch.from, 7),
        to: utc(stretch.to, 7),
        correction: correction_json(&all),
        alternatives: each
            .into_iter()
            .map(|(readings, own)| AlternativeJson {
                readings: readings
                    .iter()
                    .map(|(place, reads)| ReadingJson {
                        observation: said::observation_id(r, index, *place),
                        reads: reads.name(),
                    })
                    .collect(),
                correction: correction_json(&own),
            })
            .collect(),
    }
}

fn observation_json<'a>(
    r: &Reconstruction,
    machine: &'a Machine,
    own: &said::Observed<'_>,
) -> ObservationJson<'a> {
    let seen = machine.clock.observations.get(own.place);
    let readings = own.readings;
    ObservationJson {
        id: r.statement_id(own.statement),
        on: seen.map_or("", |seen| &seen.on),
        offset: Seconds(seen.map_or(0, |seen| seen.offset)),
        tolerance: Seconds(seen.map_or(0, |seen| seen.tolerance)),
        reads: seen.map_or(Reads::Unknown, |seen| seen.reads).name(),
        note: seen.and_then(|seen| seen.note.as_deref()),
        standing: standing(own.statement.standing),
        surviving: own.surviving().into_iter().map(Reads::name).collect(),
        ruled_out_by: readings.map_or_else(Vec::new, |own| {
            let mut all: Vec<usize> = own
                .ruled_out
                .iter()
                .flat_map(|out| out.by.clone())
                .collect();
            all.sort_unstable();
            all.dedup();
            r.statement_ids(&all)
        }),
        ruled_out: readings.map_or_else(Vec::new, |own| {
            own.ruled_out
                .iter()
                .map(|out| ruled_out_json(r, out))
                .collect()
        }),
        ruled_out_up_to_ppm: readings.map_or_else(Vec::new, up_to),
    }
}

fn ruled_out_json(r: &Reconstruction, own: &RuledOut) -> RuledOutJson {
    RuledOutJson {
        reads: own.reads.name(),
        by: r.statement_ids(&own.by),
        decisive: r.statement_ids(&own.decisive),
    }
}

fn up_to(own: &Readings) -> Vec<UpToJson> {
    let each = own.up_to_drift.iter();
    each.map(|(reads, up_to)| UpToJson {
        reads: reads.name(),
        ppm: match up_to {
            UpToDrift::Ppm(ppm) | UpToDrift::Beyond(ppm) => Some(*ppm),
            UpToDrift::Never | UpToDrift::NotAsked => None,
        },
    })
    .collect()
}

fn moment_json(r: &Reconstruction, own: &MomentBounds) -> Option<MomentJson> {
    let bounds = |earliest: Option<i64>, latest: Option<i64>| BoundsJson {
        earliest: earliest.map(Seconds),
        latest: latest.map(Seconds),
    };
    Some(MomentJson {
        event_id: r.event(own.event)?.id.to_string(),
        correction: bounds(own.earliest, own.latest),
        earliest_rests_on: r.statement_ids(&own.earliest_rests_on),
        latest_rests_on: r.statement_ids(&own.latest_rests_on),
        without: own
            .without
            .iter()
            .map(|without| WithoutJson {
                statement: r.statement_ids(&[without.statement]).concat(),
                correction: bounds(without.earliest, without.latest),
            })
            .collect(),
    })
}

/// The word for how a statement stands.
fn standing(own: Standing) -> &'static str {
    match own {
        Standing::InForce => "in-force",
        Standing::Disputed => "disputed",
        Standing::Unused(WhyUnused::NoEvent) => "unused-no-event",
        Standing::Unused(WhyUnused::NotInEvidence) => "unused-not-in-evidence",
        Standing::Unused(WhyUnused::SetOnThatDay) => "unused-clock-set-on-that-day",
        Standing::Unused(WhyUnused::NoMoment) => "unused-no-moment",
        Standing::Unused(WhyUnused::SeveralClocks) => "unused-several-clocks",
    }
}

fn statement_json(r: &Reconstruction, own: &Statement) -> StatementJson {
    let says = r.statement_says(own);
    let events = r.statement_events(own).into_iter();
    StatementJson {
        id: r.statement_id(own),
        kind: own.kind(),
        basis: r.statement_basis(own).name(),
        standing: standing(own.standing),
        says: says.en,
        says_ja: says.ja,
        source: r.statement_source(own),
        events: events
            .filter_map(|event| Some(r.event(event)?.id.to_string()))
            .collect(),
    }
}

fn conflict_json(r: &Reconstruction, own: &ClockConflict) -> ConflictJson {
    let says = r.conflict_says(own);
    ConflictJson {
        statements: r.statement_ids(&own.statements),
        says: says.en,
        says_ja: says.ja,
        by: Seconds(own.by),
        restored_by: r.statement_ids(&own.restored_by),
    }
}

/// 100 ns as a JSON number in seconds: an integer where it is whole, else with its decimals.
#[derive(Debug, Clone, Copy)]
struct Seconds(i64);

impl Seconds {
    /// The decimal number, exact.
    fn text(self) -> String {
        let size = self.0.unsigned_abs();
        let unit = TICKS_PER_SECOND.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        match size % unit {
            0 => format!("{sign}{}", size / unit),
            rest => format!("{sign}{}.{rest:07}", size / unit),
        }
    }
}

impl Serialize for Seconds {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % TICKS_PER_SECOND == 0 {
            serializer.serialize_i64(self.0 / TICKS_PER_SECOND)
        } else {
            // The shortest number that reads back the same is the decimal text itself: spans of
            // clocks have far fewer than the 15 digits that a float keeps.
            match self.text().parse::<f64>() {
                Ok(number) => serializer.serialize_f64(number),
                Err(_) => serializer.serialize_str(&self.text()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        let text = |ticks| serde_json::to_string(&Seconds(ticks)).unwrap();
        assert_eq!(text(-19 * 60 * TICKS_PER_SECOND), "-1140");
        assert_eq!(text(15_000_000), "1.5");
        assert_eq!(text(-12_345_678), "-1.2345678");
    }
}
