//! The time between two events.

use kusari_evidence::time::Timestamp;

use super::cut_off;
use super::network::{Row, drift};
use crate::reconstruction::Reconstruction;

/// The least and the most time from one event to another, in 100 ns; negative when the second came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    /// At least so much; `None` when nothing bounds it.
    pub least: Option<i64>,
    /// At most so much; `None` when nothing bounds it.
    pub most: Option<i64>,
}

impl Reconstruction {
    /// How much time lay between two events. Two records of one clock lie as far apart as it shows, but for
    /// its drift, however far off it stood; those of two clocks as far as everything that is stated
    /// allows. `None` when there is no such event, or its machine is not known.
    #[must_use]
    pub fn time_between(&self, first: usize, second: usize) -> Option<Between> {
        let (a, b) = (self.on_a_clock(first)?, self.on_a_clock(second)?);
        let solved = self.clocks.solved.as_ref()?;
        let row = |of: &OnAClock| -> Option<Row> {
            let rows = solved.rows.get(usize::try_from(of.machine).ok()?)?;
            rows.get(of.segment?).copied()
        };
        let corrections = match (row(&a), row(&b)) {
            (Some(from), Some(to)) => {
                let network = &solved.network;
                network
                    .between(&solved.in_force, (from, a.first), (to, b.first))
                    .ok()
            }
            _ => None,
        };
        let (least, most) = corrections.unwrap_or((None, None));
        // Local time that can mean two moments, and what a record cuts off, make both ends wider.
        let apart = b.first.ticks_since(a.first);
        let (a_wide, b_wide) = (self.width(&a), self.width(&b));
        let by_network = Between {
            least: least.map(|least| apart.saturating_add(least).saturating_sub(a_wide)),
            most: most.map(|most| apart.saturating_add(most).saturating_add(b_wide)),
        };
        Some(by_network.and(self.by_bounds(first, second)))
    }

    /// How much later an event can have been than the first moment that its record means.
    fn width(&self, own: &OnAClock) -> i64 {
        let ppm = self
            .machine(own.machine)
            .map_or(0, |machine| machine.clock.drift_ppm);
        let shown = own.last.ticks_since(own.first).saturating_add(own.cut_off);
        shown.saturating_add(drift(0, shown, ppm))
    }

    /// What the bounds of both give.
    fn by_bounds(&self, first: usize, second: usize) -> Between {
        let time = |event| self.events.placed(event).map(|placed| placed.corrected);
        let (Some(a), Some(b)) = (time(first), time(second)) else {
            return Between {
                least: None,
                most: None,
            };
        };
        Between {
            least: b.earliest.zip(a.latest).map(|(b, a)| b.ticks_since(a)),
            most: b.latest.zip(a.earliest).map(|(b, a)| b.ticks_since(a)),
        }
    }

    fn on_a_clock(&self, event: usize) -> Option<OnAClock> {
        let row = self.events.row(event)?;
        let machine = self.events.placed(event)?.machine?;
        let clock = &self.machine(machine)?.clock;
        let (first, last) = clock.to_utc(row.time);
        let segment = match (
            clock.segments_of(first).as_slice(),
            clock.segments_of(last).as_slice(),
        ) {
            ([one], [other]) if one == other => Some(*one),
            _ => None,
        };
        Some(OnAClock {
            machine,
            segment,
            first,
            last,
            cut_off: cut_off(row.time),
        })
    }
}

/// An event on its machine's clock.
struct OnAClock {
    machine: u32,
    /// `None`: the clock can have shown its time in more than one.
    segment: Option<usize>,
    first: Timestamp,
    last: Timestamp,
    cut_off: i64,
}

impl Between {
    /// The tighter of each bound.
    fn and(self, other: Self) -> Self {
        Self {
            least: self.least.max(other.least),
            most: match (self.most, other.most) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND};

    use crate::event::Action;
    use crate::reconstruction::testing::{Scene, at};

    const SECOND: i64 = TICKS_PER_SECOND;

    #[test]
    fn one_clock_tells_apart_what_its_own_bounds_do_not() {
        let mut scene = Scene::new();
        let (a, b) = (scene.machine("A"), scene.machine("B"));
        let first = scene.of_machine(a, Action::Started, "2022-07-21 10:00:00");
        let second = scene.of_machine(a, Action::ShutDown, "2022-07-21 10:05:00");
        let elsewhere = scene.of_machine(b, Action::Started, "2022-07-21 10:05:00");
        let made = scene.build();
        // Nobody saw the clock, so neither has bounds; but it ran on between them.
        let between = made.time_between(first, second).unwrap();
        assert_eq!(between.least, Some(300 * SECOND));
        assert_eq!(between.most, Some(300 * SECOND));
        let back = made.time_between(second, first).unwrap();
        assert_eq!(back.least, Some(-300 * SECOND));
        let apart = made.time_between(first, elsewhere).unwrap();
        assert_eq!((apart.least, apart.most), (None, None));
    }

    #[test]
    fn a_stick_s_own_log_orders_two_clocks_that_nobody_saw() {
        let mut scene = Scene::new();
        let (a, b) = (scene.machine("A"), scene.machine("B"));
        let stick = scene.device("S", "1");
        let log = scene.source("vendor-log", None);
        let mut login = |machine, number, time: &str| {
            let time = RecordedTime {
                decimals: 0,
                ..RecordedTime::utc(at(time))
            };
            let place = (log, machine, Some(stick));
            scene.numbered(place, Action::LoginSucceeded, time, Some(number))
        };
        let first = login(a, 1, "2022-07-21 10:00:00");
        let second = login(b, 2, "2022-07-21 09:00:00");
        let made = scene.build();
        let between = made.time_between(first, second).unwrap();
        // To the second that both records cut off.
        assert!(between.least.is_some_and(|least| least > -2 * SECOND));
        assert_eq!(between.most, None);
    }
}
