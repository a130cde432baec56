//! From the case and its evidence to statements and a network.

use std::collections::BTreeMap;

use kusari_evidence::time::Timestamp;

use super::stays::{InferredOrder, Stays, event_number};
use super::{Input, TimedEvent, facts};
use crate::case::Reads;
use crate::clock::cut_off;
use crate::clock::network::{Moment, Network, NetworkBuilder, Point, Row, StatementIndex};
use crate::clock::statement::{Claim, OrderOfStays, Standing, Statement, WhyUnused};
use crate::custody::TRAILING;
use crate::event::{Action, Confidence, MachineIndex};
use crate::intake::vendor_log;

/// The statements and the network that they make.
pub(super) struct Gathered {
    pub(super) statements: Vec<Statement>,
    pub(super) network: Network,
    /// The runs of each machine's clock, by machine and segment.
    pub(super) rows: Vec<Vec<Row>>,
    /// The drift of each machine's clock, in millionths.
    pub(super) drifts: Vec<u32>,
    /// Observations that can be read in two ways.
    pub(super) unknown: Vec<UnknownReading>,
    /// The statement of each observation that can be read in one way only, by machine and place.
    pub(super) plain: BTreeMap<(usize, usize), StatementIndex>,
    /// The moments that matter: events, and the first moment that each can mean.
    pub(super) moments: Vec<(usize, Moment)>,
    pub(super) stays: Stays,
}

/// An observation whose reading is not known.
pub(super) struct UnknownReading {
    pub(super) machine: usize,
    pub(super) observation: usize,
    /// States that one of the two readings holds.
    pub(super) either: StatementIndex,
    /// States one reading each.
    pub(super) each: [(Reads, StatementIndex); 2],
}

/// Times that no clock of evidence shows; with numbers this far off nothing is stated.
const FIRST_YEAR: i32 = 1970;
const LAST_YEAR: i32 = 2200;

pub(super) struct Gatherer<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) statements: Vec<Statement>,
    pub(super) builder: NetworkBuilder,
    rows: Vec<Vec<Row>>,
    unknown: Vec<UnknownReading>,
    plain: BTreeMap<(usize, usize), StatementIndex>,
    numbers: BTreeMap<char, u32>,
}

/// Gathers what is stated; `inferred` are orders of stays that bounds of an earlier network gave.
pub(super) fn gather(input: &Input<'_>, inferred: &[InferredOrder]) -> Gathered {
    let mut own = Gatherer {
        input,
        statements: Vec::new(),
        builder: NetworkBuilder::default(),
        rows: Vec::new(),
        unknown: Vec::new(),
        plain: BTreeMap::new(),
        numbers: BTreeMap::new(),
    };
    own.clocks();
    own.observations();
    own.time_service();
    facts::state(&mut own);
    let mut stays = Stays::find(&mut own);
    let orders = stays.by_own_logs();
    own.record_order(&stays.told_by(input, &orders));
    for (first, second) in orders {
        let both = usize::try_from(first)
            .ok()
            .zip(usize::try_from(second).ok());
        if let Some(both) = both {
            own.one_place(&stays, both, OrderOfStays::OwnLog);
        }
    }
    let moments = own.moments_that_matter();
    for order in inferred {
        let known_by = OrderOfStays::Clocks(order.because.clone().into());
        own.one_place(&stays, (order.first, order.second), known_by);
    }
    stays.forget_ordered();
    Gathered {
        statements: own.statements,
        network: own.builder.build(),
        rows: own.rows,
        drifts: input
            .machines
            .iter()
            .map(|own| own.clock.drift_ppm)
            .collect(),
        unknown: own.unknown,
        plain: own.plain,
        moments,
        stays,
    }
}

impl Gatherer<'_> {
    /// Adds a statement: its number in the network.
    pub(super) fn state(&mut self, claim: Claim, standing: Standing) -> StatementIndex {
        let mut statement = Statement {
            claim,
            number: 0,
            standing,
        };
        let number = self.numbers.entry(statement.letter()).or_insert(0);
        *number = number.saturating_add(1);
        statement.number = *number;
        self.statements.push(statement);
        StatementIndex::try_from(self.statements.len().saturating_sub(1))
            .unwrap_or(StatementIndex::MAX)
    }

    /// The runs of all clocks, and the changes between them.
    fn clocks(&mut self) {
        for (machine, own) in (0..).zip(self.input.machines) {
            let drift = self.state(Claim::Drift { machine }, Standing::InForce);
            let clock = &own.clock;
            let rows: Vec<Row> = clock
                .segments()
                .iter()
                .map(|_| self.builder.row(clock.drift_ppm, drift))
                .collect();
            for (step, recorded) in clock.steps.iter().enumerate() {
                let claim = Claim::ClockChange { machine, step };
                let statement = self.state(claim, Standing::InForce);
                let (Some(&row), Some(&next)) = (rows.get(step), rows.get(step.saturating_add(1)))
                else {
                    continue;
                };
                let (before, after) = (recorded.step.before, recorded.step.after);
                if !is_plausible(before) || !is_plausible(after) {
                    continue;
                }
                let before = Point::Shown(self.builder.moment(row, before));
                let after = Point::Shown(self.builder.moment(next, after));
                self.builder.at_least(before, after, 0, statement);
                if !recorded.step.may_hide_a_pause() {
                    self.builder.at_least(after, before, 0, statement);
                }
            }
            self.rows.push(rows);
        }
    }

    fn observations(&mut self) {
        for (machine, own) in (0..).zip(self.input.machines) {
            for (observation, seen) in own.clock.observations.iter().enumerate() {
                let claim = |reads| Claim::Observation {
                    machine,
                    observation,
                    reads,
                };
                let within = |at: Timestamp| match own.clock.segments_of(at).as_slice() {
                    [one] => Some(*one),
                    _ => None,
                };
                let row = within(seen.from)
                    .filter(|from| within(seen.to) == Some(*from))
                    .and_then(|segment| self.row(machine, segment));
                let Some(row) = row.filter(|_| is_plausible(seen.from) && is_plausible(seen.to))
                else {
                    let why = Standing::Unused(WhyUnused::SetOnThatDay);
                    self.state(claim(seen.reads), why);
                    continue;
                };
                let days = [
                    (seen.from, self.builder.moment(row, seen.from)),
                    (seen.to, self.builder.moment(row, seen.to)),
                ];
                let mut between = |low: i64, high: i64, statement| {
                    for (shown, moment) in days {
                        let at = |correction: i64| shown.checked_add_ticks(correction);
                        let (Some(low), Some(high)) = (
                            at(low.saturating_sub(seen.tolerance)),
                            at(high.saturating_add(seen.tolerance)),
                        ) else {
                            continue;
                        };
                        let shown = Point::Shown(moment);
                        self.builder.at_least(Point::True(low), shown, 0, statement);
                        self.builder
                            .at_least(shown, Point::True(high), 0, statement);
                    }
                };
                let (add, subtract) = (seen.offset, seen.offset.saturating_neg());
                let number = |reads| match reads {
                    Reads::Correction => add,
                    Reads::Deviation | Reads::Unknown => subtract,
                };
                if seen.reads != Reads::Unknown || seen.offset == 0 {
                    let statement = next(&self.statements);
                    between(number(seen.reads), number(seen.reads), statement);
                    let place = usize::try_from(machine).unwrap_or(usize::MAX);
                    self.plain.insert((place, observation), statement);
                    self.state(claim(seen.reads), Standing::InForce);
                    continue;
                }
                let either = next(&self.statements);
                let each = [
                    (Reads::Correction, either.saturating_add(1)),
                    (Reads::Deviation, either.saturating_add(2)),
                ];
                between(add.min(subtract), add.max(subtract), either);
                for (reads, statement) in each {
                    between(number(reads), number(reads), statement);
                }
                self.state(claim(Reads::Unknown), Standing::InForce);
                let of_observation = self.numbers.get(&'O').copied();
                for (reads, _) in each {
                    self.state(claim(reads), Standing::InForce);
                }
                self.number_as_one(of_observation);
                self.unknown.push(UnknownReading {
                    machine: usize::try_from(machine).unwrap_or(usize::MAX),
                    observation,
                    either,
                    each,
                });
            }
        }
    }

    /// Settings by the time service, where the case says how near to true time they bring a clock.
    fn time_service(&mut self) {
        let Some(tolerance) = self.input.case.time_service else {
            return;
        };
        for (machine, own) in (0..).zip(self.input.machines) {
            for (step, recorded) in own.clock.steps.iter().enumerate() {
                let after = recorded.step.after;
                let row = self.row(machine, step.saturating_add(1));
                let (Some(row), Some(low), Some(high)) = (
                    row.filter(|_| recorded.step.is_by_the_time_service() && is_plausible(after)),
                    after.checked_add_ticks(tolerance.saturating_neg()),
                    after.checked_add_ticks(tolerance),
                ) else {
                    continue;
                };
                let claim = Claim::TimeService { machine, step };
                let statement = self.state(claim, Standing::InForce);
                let shown = Point::Shown(self.builder.moment(row, after));
                self.builder.at_least(Point::True(low), shown, 0, statement);
                self.builder
                    .at_least(shown, Point::True(high), 0, statement);
            }
        }
    }

    /// An observation and its two readings are one statement to people.
    fn number_as_one(&mut self, number: Option<u32>) {
        let Some(number) = number else { return };
        self.numbers.insert('O', number);
        for statement in self.statements.iter_mut().rev().take(2) {
            statement.number = number;
        }
    }

    fn row(&self, machine: MachineIndex, segment: usize) -> Option<Row> {
        let rows = self.rows.get(usize::try_from(machine).ok()?)?;
        rows.get(segment).copied()
    }

    /// The moments of an event on its machine's clock; `None` when it is not known on which, when its
    /// time could stand on both sides of a clock change, or when the record is not a plain one.
    pub(super) fn event(&mut self, event: usize) -> Option<TimedEvent> {
        let row = self.input.events.row(event)?;
        let machine = self.input.events.placed(event)?.machine?;
        if row.confidence != Confidence::Recorded {
            return None;
        }
        let own = self.input.machine(machine)?;
        let (first, last) = own.clock.to_utc(row.time);
        let segment = match own.clock.segments_of(first).as_slice() {
            [one] if own.clock.segments_of(last) == [*one] => *one,
            _ => return None,
        };
        if !is_plausible(first) || !is_plausible(last) {
            return None;
        }
        let row_of_clock = self.row(machine, segment)?;
        let moment = self.builder.moment(row_of_clock, first);
        Some(TimedEvent {
            first: moment,
            last: if first == last {
                moment
            } else {
                self.builder.moment(row_of_clock, last)
            },
            cut_off: u32::try_from(cut_off(row.time)).unwrap_or(u32::MAX),
        })
    }

    /// States that one event came at least so many ticks behind another.
    pub(super) fn after(
        &mut self,
        earlier: TimedEvent,
        later: TimedEvent,
        at_least: i64,
        statement: StatementIndex,
    ) {
        self.builder.at_least(
            Point::Shown(earlier.first),
            Point::Shown(later.last),
            at_least.saturating_sub(i64::from(later.cut_off)),
            statement,
        );
    }

    /// The order of the records of sticks' own logs, where it says more than one clock does by itself and
    /// more than that a stick left one machine before it was in the next; `told` are the later records
    /// of pairs of which that is stated.
    fn record_order(&mut self, told: &[bool]) {
        let input = self.input;
        let mut numbered: Vec<(u32, u64, usize)> = (0..input.events.len())
            .filter(|event| input.events.artifact(*event) == Some(vendor_log::NAME))
            .filter_map(|event| {
                let row = input.events.row(event)?;
                Some((row.source, row.number?, event))
            })
            .collect();
        numbered.sort_unstable();
        for pair in numbered.windows(2) {
            let [(source, number, earlier), (other, next, later)] = *pair else {
                continue;
            };
            if source != other || number == next {
                continue;
            }
            let own = |event: usize| input.events.own_time(event);
            let machine = |event| input.events.placed(event).and_then(|placed| placed.machine);
            let is_by_its_clock = machine(earlier) == machine(later) && own(earlier) <= own(later);
            if is_by_its_clock || told.get(later) == Some(&true) {
                continue;
            }
            let (Some(a), Some(b)) = (self.event(earlier), self.event(later)) else {
                continue;
            };
            let claim = Claim::RecordOrder {
                source,
                earlier: event_number(earlier),
                later: event_number(later),
            };
            let statement = self.state(claim, Standing::InForce);
            self.after(a, b, 0, statement);
        }
    }

    fn one_place(
        &mut self,
        stays: &Stays,
        (first, second): (usize, usize),
        known_by: OrderOfStays,
    ) {
        let (Some(left), Some(came)) = (stays.get(first), stays.get(second)) else {
            return;
        };
        let travel = self.input.travel(left.machine, came.machine);
        let is_login = |event: u32| {
            let row = usize::try_from(event)
                .ok()
                .and_then(|event| self.input.events.row(event));
            row.is_some_and(|row| row.number.is_some())
        };
        if known_by == OrderOfStays::OwnLog
            && travel <= 0
            && is_login(left.last)
            && is_login(came.first)
        {
            // The order of the two records says the same.
            return;
        }
        let claim = Claim::OnePlace {
            device: left.device,
            left: left.last,
            came: came.first,
            travel,
            known_by,
        };
        let removal = usize::try_from(left.last).ok();
        let removal = removal.and_then(|event| self.input.events.row(event));
        // A removal is written a little behind the pull.
        let behind = match removal.map(|row| row.action) {
            Some(Action::Removed) => TRAILING,
            _ => 0,
        };
        let statement = self.state(claim, Standing::InForce);
        let (left, came) = (left.timed_last, came.timed_first);
        self.after(left, came, travel.saturating_sub(behind), statement);
    }

    /// The first and the last record of sticks at each machine in the days of interest.
    fn moments_that_matter(&mut self) -> Vec<(usize, Moment)> {
        let input = self.input;
        let mut spans: BTreeMap<MachineIndex, (usize, usize)> = BTreeMap::new();
        let own = |event: usize| (input.events.own_time(event), event);
        for session in input.sessions {
            let all = [&session.connected, &session.logins, &session.removed];
            for event in all.into_iter().flatten().copied() {
                let time = input.events.own_time(event);
                let recorded = input.events.row(event);
                if !input.case.is_of_interest(time)
                    || !input.is_named(session.device)
                    || recorded.is_none_or(|row| row.confidence != Confidence::Recorded)
                {
                    continue;
                }
                let span = spans.entry(session.machine).or_insert((event, event));
                span.0 = std::cmp::min_by_key(span.0, event, |event| own(*event));
                span.1 = std::cmp::max_by_key(span.1, event, |event| own(*event));
            }
        }
        let mut moments = Vec::new();
        for (first, last) in spans.into_values() {
            let mut events = vec![first, last];
            events.dedup();
            for event in events {
                moments.extend(self.event(event).map(|timed| (event, timed.first)));
            }
        }
        moments
    }
}

fn next(statements: &[Statement]) -> StatementIndex {
    StatementIndex::try_from(statements.len()).unwrap_or(StatementIndex::MAX)
}

fn is_plausible(at: Timestamp) -> bool {
    let (year, ..) = at.date();
    (FIRST_YEAR..=LAST_YEAR).contains(&year)
}
