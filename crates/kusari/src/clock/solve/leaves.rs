//! The combinations of readings that hold, taken together.

use std::collections::BTreeMap;

use kusari_evidence::time::Timestamp;

use super::gather::Gathered;
use crate::case::Reads;
use crate::clock::machine_clock::{Alternative, Correction, SolvedMoment, SolvedMoments, between};
use crate::clock::network::{Bounds, Hull, Row};

/// What holds under the combinations of readings that are left: for each clock under all of them, and
/// under each reading of the clock's own observations. The bounds of single combinations are let go, since
/// there can be many combinations in a network of millions of nodes.
#[derive(Default)]
pub(super) struct Leaves {
    /// `None`: there is one combination, or there are too many to try.
    hull: Option<Hull>,
    of_machines: BTreeMap<(usize, Key), Alternative>,
}

/// How the observations of one machine are read: its place among them, and the reading's name.
type Key = Vec<(usize, &'static str)>;

impl Leaves {
    /// Takes one combination: the reading of each observation that more than one is left for, by its place
    /// in [`Gathered::unknown`], and the bounds under it.
    pub(super) fn take(
        &mut self,
        gathered: &Gathered,
        readings: &[(usize, Reads)],
        bounds: Bounds,
    ) {
        let mut of_machines: BTreeMap<usize, Vec<(usize, Reads)>> = BTreeMap::new();
        for (place, reads) in readings {
            if let Some(unknown) = gathered.unknown.get(*place) {
                let own = of_machines.entry(unknown.machine).or_default();
                own.push((unknown.observation, *reads));
            }
        }
        for (machine, readings) in of_machines {
            let key = readings
                .iter()
                .map(|(place, reads)| (*place, reads.name()))
                .collect();
            let moments = moments(gathered, machine, &|node| Correction::of(&bounds, node));
            self.of_machines
                .entry((machine, key))
                .and_modify(|own| widen(&mut own.moments, &moments))
                .or_insert(Alternative { readings, moments });
        }
        match &mut self.hull {
            Some(hull) => hull.widen(&bounds),
            None => self.hull = Some(Hull::from(bounds)),
        }
    }

    /// The corrections of one clock: under all readings that are left, and under each reading of its own
    /// observations. `chosen` are the bounds before readings were ruled out in combination.
    pub(super) fn of_machine(
        &mut self,
        gathered: &Gathered,
        machine: usize,
        chosen: &Bounds,
    ) -> (SolvedMoments, Vec<Alternative>) {
        let hull = self.hull.as_ref();
        let all = moments(gathered, machine, &|node| {
            let correction = Correction::of(chosen, node);
            hull.map_or(correction, |hull| Correction {
                earliest: hull.earliest(node),
                latest: hull.latest(node),
                ..correction
            })
        });
        let drift_ppm = gathered.drifts.get(machine).copied().unwrap_or(0);
        let mut alternatives = Vec::new();
        while let Some(first) = self.of_machines.first_entry()
            && first.key().0 <= machine
        {
            let own = first.remove();
            alternatives.push(Alternative {
                moments: settled(own.moments, drift_ppm),
                ..own
            });
        }
        (settled(all, drift_ppm), alternatives)
    }
}

impl Correction {
    /// The correction at a node.
    fn of(bounds: &Bounds, node: usize) -> Self {
        Self {
            earliest: bounds.earliest(node),
            latest: bounds.latest(node),
            estimate: bounds.estimate(node),
        }
    }

    /// With the estimate inside of the bounds: it can have been made under other readings than they. Of a
    /// clock of which nothing is known times stay as they were recorded.
    fn with_estimate_inside(self) -> Self {
        if self.earliest.or(self.latest).is_none() {
            return Self::UNKNOWN;
        }
        let low = self.earliest.unwrap_or(i64::MIN);
        let high = self.latest.unwrap_or(i64::MAX);
        Self {
            estimate: self.estimate.max(low).min(high),
            ..self
        }
    }
}

/// The corrections of a clock at each of its moments.
fn moments(gathered: &Gathered, machine: usize, at: &dyn Fn(usize) -> Correction) -> SolvedMoments {
    let network = &gathered.network;
    let rows = gathered.rows.get(machine).map_or(&[][..], Vec::as_slice);
    let moment = |node: usize| {
        let shown = Timestamp::EPOCH.checked_add_ticks(network.shown(node))?;
        Some(SolvedMoment {
            shown,
            correction: at(node),
        })
    };
    let row = |row: &Row| network.row_nodes(*row).filter_map(moment).collect();
    rows.iter().map(row).collect()
}

/// Holds other corrections of the same moments, too.
fn widen(own: &mut SolvedMoments, other: &SolvedMoments) {
    for (own, other) in own.iter_mut().flatten().zip(other.iter().flatten()) {
        own.correction = own.correction.or(other.correction);
    }
}

/// What a clock keeps of its corrections.
fn settled(moments: SolvedMoments, drift_ppm: u32) -> SolvedMoments {
    let settle = |mut row: Vec<SolvedMoment>| {
        for own in &mut row {
            own.correction = own.correction.with_estimate_inside();
        }
        thinned(row, drift_ppm)
    };
    moments.into_iter().map(settle).collect()
}

/// Leaves out the moments that follow from those beside them: of many moments few bound the others.
fn thinned(all: Vec<SolvedMoment>, drift_ppm: u32) -> Vec<SolvedMoment> {
    let mut kept: Vec<SolvedMoment> = Vec::new();
    let mut rest = all.into_iter().peekable();
    while let Some(own) = rest.next() {
        let beside = kept.last().copied().into_iter().chain(rest.peek().copied());
        let beside: Vec<SolvedMoment> = beside.collect();
        let follows = beside.len() == 2 && between(&beside, own.shown, drift_ppm) == own.correction;
        if !follows {
            kept.push(own);
        }
    }
    kept
}
