//! Stays of devices at machines, and which of two came first.

use std::collections::BTreeMap;

use kusari_evidence::time::Timestamp;

use super::gather::Gatherer;
use super::{Input, TimedEvent, places};
use crate::clock::network::{Bounds, Network};
use crate::custody::{Runs, Session, TRAILING};
use crate::event::{Confidence, MachineIndex, SourceIndex, meaning};
use crate::identity::DeviceIndex;

/// A stay: from its first to its last record a device was in a machine.
#[derive(Debug, Clone)]
pub(super) struct Stay {
    pub(super) device: DeviceIndex,
    pub(super) machine: MachineIndex,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) timed_first: TimedEvent,
    pub(super) timed_last: TimedEvent,
    /// The first and the last login.
    logins: Option<(u32, u32)>,
    /// The lowest and the highest number that the device's own log gives to its records.
    numbered: Option<(SourceIndex, u64, u64)>,
    /// Whether the device was in the machine from the first record to the last.
    is_unbroken: bool,
}

/// Two stays of one device, in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct InferredOrder {
    pub(super) first: usize,
    pub(super) second: usize,
    /// The statements that leave no time for the other order.
    pub(super) because: Vec<usize>,
}

/// All stays of devices that were at more than one machine.
#[derive(Default)]
pub(super) struct Stays {
    all: Vec<Stay>,
    by_device: BTreeMap<DeviceIndex, Vec<usize>>,
}

/// With how many of the next stays one is compared.
const LOOKED_AHEAD: usize = 8;

/// In a larger network it is not asked for each order on which statements it rests.
const MOST_REASONS: usize = 10_000;

impl Stays {
    pub(super) fn find(gatherer: &mut Gatherer<'_>) -> Self {
        let input = gatherer.input;
        let mut machines: BTreeMap<DeviceIndex, Vec<MachineIndex>> = BTreeMap::new();
        for session in input.sessions {
            machines
                .entry(session.device)
                .or_default()
                .push(session.machine);
        }
        let travels = |device: DeviceIndex| {
            let own = machines.get(&device).map_or(&[][..], Vec::as_slice);
            own.iter().any(|machine| Some(machine) != own.first())
                && input
                    .device(device)
                    .is_some_and(|device| !device.serial_made_by_windows)
        };
        let mut stays = Self {
            all: Vec::new(),
            by_device: BTreeMap::new(),
        };
        let count = input.sessions.iter().filter(|s| travels(s.device)).count();
        stays.all.reserve_exact(count);
        let runs = Runs::new(input.events);
        for session in input.sessions.iter().filter(|s| travels(s.device)) {
            let numbered = numbered(input, &session.logins);
            let (events, is_unbroken) = without_a_break(input, &runs, session, numbered.is_some());
            let (Some(&first), Some(&last)) = (events.first(), events.last()) else {
                continue;
            };
            let (Some(timed_first), Some(timed_last)) =
                (gatherer.event(first), gatherer.event(last))
            else {
                continue;
            };
            let number = stays.all.len();
            stays
                .by_device
                .entry(session.device)
                .or_default()
                .push(number);
            stays.all.push(Stay {
                device: session.device,
                machine: session.machine,
                first: event_number(first),
                last: event_number(last),
                timed_first,
                timed_last,
                logins: session
                    .logins
                    .first()
                    .zip(session.logins.last())
                    .map(|(a, b)| (event_number(*a), event_number(*b))),
                numbered,
                is_unbroken,
            });
        }
        stays
    }

    pub(super) fn get(&self, number: usize) -> Option<&Stay> {
        self.all.get(number)
    }

    /// The orders that devices' own logs give: each stay and the next, where they are at two machines.
    pub(super) fn by_own_logs(&self) -> Vec<(u32, u32)> {
        let mut orders = Vec::new();
        for stays in self.by_device.values() {
            let mut numbered: Vec<(SourceIndex, u64, u64, usize)> = stays
                .iter()
                .filter_map(|number| {
                    let (source, low, high) = self.get(*number)?.numbered?;
                    Some((source, low, high, *number))
                })
                .collect();
            numbered.sort_unstable();
            for pair in numbered.windows(2) {
                let [(source, _, high, a), (other, low, _, b)] = *pair else {
                    continue;
                };
                if source == other && high < low && self.are_apart(a, b) {
                    orders.extend(u32::try_from(a).ok().zip(u32::try_from(b).ok()));
                }
            }
        }
        orders
    }

    /// Which events are the later records of those neighbours in devices' own logs whose order follows from
    /// these orders of stays: the stay of the one ended well behind it.
    pub(super) fn told_by(&self, input: &Input<'_>, orders: &[(u32, u32)]) -> Vec<bool> {
        let own = |event: u32| {
            usize::try_from(event)
                .map(|event| input.events.own_time(event))
                .ok()
        };
        let told = orders.iter().filter_map(|(first, second)| {
            let (first, second) = (self.numbered(*first)?, self.numbered(*second)?);
            let (last_login, next_login) = (first.logins?.1, second.logins?.0);
            let since = own(first.last)?.ticks_since(own(last_login)?);
            (since >= TRAILING).then_some(usize::try_from(next_login).ok()?)
        });
        let mut all = vec![false; input.events.len()];
        for event in told {
            if let Some(own) = all.get_mut(event) {
                *own = true;
            }
        }
        all
    }

    /// Lets go of devices whose own logs order all of their stays: bounds have nothing to add. In a case of
    /// such devices only, no stay is kept beside the statements.
    pub(super) fn forget_ordered(&mut self) {
        let all = &self.all;
        self.by_device.retain(|_, stays| {
            let log = |number: &usize| all.get(*number)?.numbered.map(|(source, ..)| source);
            let first = stays.first().and_then(log);
            first.is_none() || stays.iter().any(|number| log(number) != first)
        });
        if self.by_device.is_empty() {
            self.all = Vec::new();
        }
    }

    /// Whether bounds have nothing to add to any order.
    pub(super) fn are_ordered(&self) -> bool {
        self.by_device.is_empty()
    }

    fn numbered(&self, number: u32) -> Option<&Stay> {
        self.get(usize::try_from(number).ok()?)
    }

    fn are_apart(&self, a: usize, b: usize) -> bool {
        let machine = |number| self.get(number).map(|stay| stay.machine);
        machine(a) != machine(b)
    }

    /// Orders that bounds give: the other order would leave no time.
    pub(super) fn by_bounds(
        &self,
        input: &Input<'_>,
        network: &Network,
        bounds: &Bounds,
    ) -> Vec<InferredOrder> {
        let mut orders = Vec::new();
        for stays in self.by_device.values() {
            let mut sorted = stays.clone();
            let begin = |number: &usize| {
                self.get(*number).map(|stay| {
                    let node = network.node(stay.timed_first.first);
                    network.shown(node).saturating_add(bounds.estimate(node))
                })
            };
            sorted.sort_by_key(|number| (begin(number), *number));
            for (place, &a) in sorted.iter().enumerate() {
                let ahead = sorted.iter().skip(place.saturating_add(1));
                for &b in ahead.take(LOOKED_AHEAD) {
                    if !self.are_apart(a, b) || self.numbers_order(a, b) {
                        continue;
                    }
                    if let Some(order) = self.excluded(input, network, bounds, (a, b)) {
                        orders.push(order);
                        break;
                    }
                }
            }
        }
        if orders.len() > MOST_REASONS {
            for order in &mut orders {
                order.because.clear();
            }
        }
        orders.sort_unstable();
        orders
    }

    /// Whether the device's own log says which of two stays came first.
    fn numbers_order(&self, a: usize, b: usize) -> bool {
        let numbered = |number: usize| self.get(number).and_then(|stay| stay.numbered);
        numbered(a)
            .zip(numbered(b))
            .is_some_and(|((a, ..), (b, ..))| a == b)
    }

    /// That `a` came before `b`, when `b` cannot have come before `a`. Where neither can have come before
    /// the other, no order is stated: that the device was at two machines at once is a finding, and no
    /// ground for doubting what is known of the clocks.
    fn excluded(
        &self,
        input: &Input<'_>,
        network: &Network,
        bounds: &Bounds,
        (a, b): (usize, usize),
    ) -> Option<InferredOrder> {
        let (first, second) = (self.get(a)?, self.get(b)?);
        if !first.is_unbroken || !second.is_unbroken {
            // One can lie between two visits of the other.
            return None;
        }
        let travel = input.travel(first.machine, second.machine);
        let is_impossible = |left: &Stay, came: &Stay| {
            let at = |node: usize, correction: i64| network.shown(node).saturating_add(correction);
            let node = network.node(left.timed_last.first);
            let earliest = at(node, bounds.earliest(node)?).saturating_add(travel);
            let node = network.node(came.timed_first.last);
            let latest =
                at(node, bounds.latest(node)?).saturating_add(i64::from(came.timed_first.cut_off));
            // A removal that is written a little late does not make an order impossible.
            Some(earliest > latest.saturating_add(TRAILING))
        };
        let one_way = is_impossible(second, first)? && is_impossible(first, second) != Some(true);
        one_way.then(|| {
            let left = network.earliest_rests_on(bounds, network.node(second.timed_last.first));
            let came = network.latest_rests_on(bounds, network.node(first.timed_first.last));
            let mut because = places(left.into_iter().chain(came));
            because.sort_unstable();
            because.dedup();
            InferredOrder {
                first: a,
                second: b,
                because,
            }
        })
    }
}

/// An event's number as it is kept here; a case of four thousand million events is past our reach.
pub(super) fn event_number(event: usize) -> u32 {
    u32::try_from(event).unwrap_or(u32::MAX)
}

/// The records of a session between which the device stayed in the machine, in the order of its clock, and
/// whether it stayed in all of that time.
///
/// It did behind a connection when the source that records it would also have recorded the next one: to
/// come back from elsewhere the device would have had to be connected again. Without such a source one login
/// can be of another visit than the next, and a removal of yet another. Then what the device's own log
/// numbers is in its order, but the device can have been elsewhere between; what it does not number is
/// taken by itself. A device can leave unseen while the machine is off.
fn without_a_break(
    input: &Input<'_>,
    runs: &Runs,
    session: &Session,
    is_numbered: bool,
) -> (Vec<usize>, bool) {
    let own = |event: usize| input.events.own_time(event);
    let recorded = |events: &[usize]| {
        let mut events: Vec<usize> = events
            .iter()
            .copied()
            .filter(|event| {
                let row = input.events.row(*event);
                row.is_some_and(|row| row.confidence == Confidence::Recorded)
            })
            .collect();
        events.sort_by_key(|event| (own(*event), *event));
        events
    };
    let connected = recorded(&session.connected);
    let logins = recorded(&session.logins);
    let removed = recorded(&session.removed);
    let mut stayed = connected.clone();
    if let Some(&first) = connected.first() {
        let last = connected
            .iter()
            .filter_map(|event| records_the_next(input, *event))
            .max();
        let is_of_stay = |event: &usize| {
            last.is_some_and(|last| own(*event) <= last)
                && !runs.ended_between(session.machine, own(first), own(*event))
        };
        stayed.extend(logins.iter().chain(&removed).copied().filter(is_of_stay));
        stayed.sort_by_key(|event| (own(*event), *event));
    }
    if stayed.len() > connected.len() || (!stayed.is_empty() && logins.is_empty()) {
        return (stayed, true);
    }
    if is_numbered {
        let is_one = logins.len() == 1;
        return (logins, is_one);
    }
    let one = stayed.first().or(logins.first()).or(removed.first());
    (one.copied().into_iter().collect(), true)
}

/// Up to when the source of a connection would have recorded the next one, by the machine's clock: the
/// registry replaces its last arrival, and the log of disks has a record for each. `None`: it would not.
fn records_the_next(input: &Input<'_>, event: usize) -> Option<Timestamp> {
    let row = input.events.row(event)?;
    let meaning = input.events.strings().get(row.meaning)?;
    if meaning != meaning::LAST_ARRIVAL_DATE && meaning != meaning::DISK_ARRIVED {
        return None;
    }
    let source = input.sources.get(usize::try_from(row.source).ok()?)?;
    if source.is_damaged() || !source.outcome.coverage.gaps.is_empty() {
        return None;
    }
    let machine = input.machine(input.events.placed(event)?.machine?)?;
    let last = source.outcome.coverage.last?;
    Some(machine.clock.to_utc(last).1)
}

/// The source that numbers the records of a stay, and the lowest and highest of their numbers.
fn numbered(input: &Input<'_>, logins: &[usize]) -> Option<(SourceIndex, u64, u64)> {
    let mut found: Option<(SourceIndex, u64, u64)> = None;
    for &login in logins {
        let row = input.events.row(login)?;
        let number = row.number?;
        found = Some(match found {
            None => (row.source, number, number),
            Some((source, low, high)) if source == row.source => {
                (source, low.min(number), high.max(number))
            }
            // Two logs of one device number apart from each other.
            Some(_) => return None,
        });
    }
    found
}
