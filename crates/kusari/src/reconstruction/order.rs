//! Whether it is certain which of two events came first.

use super::Reconstruction;
use crate::clock::cut_off;

impl Reconstruction {
    /// Whether one event certainly came no later than another: its source numbers it before, its
    /// machine's clock shows it before, or the bounds of both leave no other order.
    ///
    /// Two records of one second by one clock have no certain order, unless their source numbers them.
    #[must_use]
    pub fn is_certainly_before(&self, earlier: usize, later: usize) -> bool {
        let (Some(a), Some(b)) = (self.events.row(earlier), self.events.row(later)) else {
            return false;
        };
        let numbered = a.number.zip(b.number);
        if let Some((a, b)) = numbered.filter(|_| a.source == b.source) {
            return a <= b;
        }
        let (Some(at), Some(then)) = (self.events.placed(earlier), self.events.placed(later))
        else {
            return false;
        };
        if let Some(machine) = at
            .machine
            .filter(|machine| Some(*machine) == then.machine)
            .and_then(|machine| self.machine(machine))
        {
            let clock = &machine.clock;
            let (a, b) = (clock.to_utc(a.time).1, clock.to_utc(b.time).0);
            // Between two settings of a clock its own order is the true one.
            let segments = (clock.segments_of(a), clock.segments_of(b));
            if let ([one], [other]) = (segments.0.as_slice(), segments.1.as_slice())
                && one == other
            {
                let cut_off = self.events.row(earlier).map_or(0, |row| cut_off(row.time));
                return a.checked_add_ticks(cut_off).is_some_and(|a| a <= b);
            }
        }
        let bounds = at.corrected.latest.zip(then.corrected.earliest);
        bounds.is_some_and(|(a, b)| a <= b)
    }
}

#[cfg(test)]
mod tests {
    use kusari_evidence::time::RecordedTime;

    use crate::event::Action;
    use crate::reconstruction::testing::{Scene, at};

    #[test]
    fn one_clock_orders_its_records_and_two_only_beyond_their_bounds() {
        let mut scene = Scene::new();
        let (a, b) = (scene.machine("A"), scene.machine("B"));
        scene.clock_seen(a, 30);
        scene.clock_seen(b, 30);
        let unseen = scene.machine("C");
        let stick = scene.device("S", "1");
        let first = scene.log(a, stick, Action::Connected, "2022-07-21 10:00:00");
        let next = scene.log(a, stick, Action::Removed, "2022-07-21 10:00:01");
        let near = scene.log(b, stick, Action::Connected, "2022-07-21 10:00:20");
        let far = scene.log(b, stick, Action::Removed, "2022-07-21 10:02:00");
        let nobody = scene.log(unseen, stick, Action::Connected, "2022-07-21 23:00:00");
        let made = scene.build();
        assert!(made.is_certainly_before(first, next));
        assert!(!made.is_certainly_before(next, first));
        assert!(!made.is_certainly_before(next, near));
        assert!(made.is_certainly_before(next, far));
        assert!(!made.is_certainly_before(next, nobody));
    }

    #[test]
    fn numbers_order_what_one_second_does_not() {
        for (numbers, certain) in [([Some(1), Some(2)], true), ([None, None], false)] {
            let mut scene = Scene::new();
            let machine = scene.machine("A");
            let source = scene.source_of(machine, "event-log");
            let time = RecordedTime {
                decimals: 0,
                ..RecordedTime::utc(at("2022-07-21 10:00:00"))
            };
            let events = numbers.map(|number| {
                scene.numbered((source, machine, None), Action::Started, time, number)
            });
            assert_eq!(
                scene.build().is_certainly_before(events[0], events[1]),
                certain
            );
        }
    }
}
