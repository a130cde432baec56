//! Small networks by hand, and random ones against brute force.

use std::collections::BTreeSet;

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};
use proptest::prelude::*;

use super::*;

const SECOND: i64 = TICKS_PER_SECOND;

fn at(seconds: i64) -> Timestamp {
    Timestamp::EPOCH
        .checked_add_ticks(seconds * SECOND)
        .unwrap()
}

fn no_wish(network: &Network) -> Vec<i64> {
    vec![0; network.nodes()]
}

/// Two clocks that do not drift: the first is right, within 30 s; the second was seen 4 minutes slow.
/// A record of the second stands behind one of the first.
fn two_clocks(deviation: bool) -> (Network, [(Row, Timestamp, Moment); 2]) {
    let mut builder = NetworkBuilder::default();
    let (a, b) = (builder.row(0, 0), builder.row(0, 1));
    let (seen_a, seen_b) = (builder.moment(a, at(10_000)), builder.moment(b, at(10_000)));
    let (first, second) = (builder.moment(a, at(60)), builder.moment(b, at(59)));
    let observed = |builder: &mut NetworkBuilder, moment, correction: i64, statement| {
        let (low, high) = (at(10_000 + correction - 30), at(10_000 + correction + 30));
        builder.at_least(Point::True(low), Point::Shown(moment), 0, statement);
        builder.at_least(Point::Shown(moment), Point::True(high), 0, statement);
    };
    observed(&mut builder, seen_a, 0, 2);
    observed(&mut builder, seen_b, if deviation { -240 } else { 240 }, 3);
    builder.at_least(Point::Shown(first), Point::Shown(second), 0, 4);
    let ends = [(a, at(60), first), (b, at(59), second)];
    (builder.build(), ends)
}

#[test]
fn an_order_that_the_clocks_allow_holds_and_narrows_nothing() {
    let (network, [first, second]) = two_clocks(false);
    let all = network.all_in_force();
    let bounds = network.bounds(&all, &no_wish(&network)).unwrap();
    let (a, b) = (network.node(first.2), network.node(second.2));
    assert_eq!(bounds.earliest(a), Some(-30 * SECOND));
    assert_eq!(bounds.latest(b), Some(270 * SECOND));
    assert_eq!(bounds.estimate(a), 0);
    assert_eq!(
        bounds.estimate(b),
        210 * SECOND,
        "as near to the wish as can be"
    );
    assert_eq!(network.latest_rests_on(&bounds, b), [3, 1]);
    let between = network.between(&all, (first.0, first.1), (second.0, second.1));
    assert_eq!(between.unwrap(), (Some(180 * SECOND), Some(300 * SECOND)));
}

#[test]
fn a_hull_holds_what_each_choice_allows_and_is_open_where_one_is() {
    let (network, [first, second]) = two_clocks(false);
    let all = network.all_in_force();
    let bounds = |in_force: &InForce| network.bounds(in_force, &no_wish(&network)).unwrap();
    let (a, b) = (network.node(first.2), network.node(second.2));
    // Without the second observation only the order bounds the second clock, and only from below.
    let open = bounds(&all.without(3));
    assert_eq!(open.latest(b), None);
    for (first, other) in [(bounds(&all), &open), (open.clone(), &bounds(&all))] {
        let mut hull = Hull::from(first);
        hull.widen(other);
        assert_eq!(hull.earliest(a), Some(-30 * SECOND));
        assert_eq!(hull.latest(a), Some(30 * SECOND));
        assert_eq!(hull.earliest(b), open.earliest(b));
        assert_eq!(hull.earliest(b), Some(-29 * SECOND));
        assert_eq!(hull.latest(b), None);
    }
}

#[test]
fn an_order_that_the_clocks_forbid_is_a_conflict() {
    let (network, ..) = two_clocks(true);
    let all = network.all_in_force();
    let conflict = network.hold(&all, no_wish(&network)).unwrap_err();
    let statements: BTreeSet<_> = conflict.statements.iter().copied().collect();
    // Both clocks are carried from when they were seen, so that they ran on belongs to it.
    assert_eq!(statements, [0, 1, 2, 3, 4].into());
    assert_eq!(conflict.by, 181 * SECOND);
    for left_out in [2, 3, 4] {
        assert!(
            network
                .hold(&all.without(left_out), no_wish(&network))
                .is_ok()
        );
    }
}

#[test]
fn a_bound_widens_by_drift_and_says_so() {
    let mut builder = NetworkBuilder::default();
    let row = builder.row(100, 7);
    let seen = builder.moment(row, at(1_000_000));
    let event = builder.moment(row, at(0));
    builder.at_least(Point::True(at(1_000_000)), Point::Shown(seen), 0, 1);
    builder.at_least(Point::Shown(seen), Point::True(at(1_000_000)), 0, 1);
    let network = builder.build();
    let bounds = network
        .bounds(&network.all_in_force(), &no_wish(&network))
        .unwrap();
    assert_eq!(bounds.latest(network.node(event)), Some(100 * SECOND));
    assert_eq!(bounds.latest(network.node(seen)), Some(0));
    assert_eq!(
        network.earliest_rests_on(&bounds, network.node(event)),
        [1, 7]
    );
    assert_eq!(network.latest_rests_on(&bounds, network.node(seen)), [1]);
    let still = network.with_drift(0);
    let bounds = still
        .bounds(&still.all_in_force(), &no_wish(&still))
        .unwrap();
    assert_eq!(bounds.latest(still.node(event)), Some(0));
}

#[test]
fn a_statement_added_later_is_held_against_the_others() {
    let (network, ..) = two_clocks(true);
    let mut in_force = network.all_in_force();
    in_force.set(4, false);
    let held = network.hold(&in_force, no_wish(&network)).unwrap();
    in_force.set(4, true);
    assert!(network.hold_too(&in_force, &held, &[4]).is_err());
    let (network, ..) = two_clocks(false);
    let mut in_force = network.all_in_force();
    in_force.set(4, false);
    let held = network.hold(&in_force, no_wish(&network)).unwrap();
    in_force.set(4, true);
    assert!(network.hold_too(&in_force, &held, &[4]).is_ok());
}

/// A random network: rows with moments, and constraints between them, each a statement of its own.
#[derive(Debug, Clone)]
struct Random {
    rows: Vec<(u32, Vec<i64>)>,
    /// From, to (0 is true time, others moments), at least.
    constraints: Vec<(usize, usize, i64)>,
}

fn random() -> impl Strategy<Value = Random> {
    let row = (
        prop_oneof![Just(0_u32), Just(100), Just(50_000), Just(300_000)],
        prop::collection::vec(0_i64..200, 1..4),
    );
    let rows = prop::collection::vec(row, 1..4);
    (
        rows,
        prop::collection::vec((0_usize..9, 0_usize..9, -60_i64..60), 0..9),
    )
        .prop_map(|(rows, constraints)| {
            let moments: usize = rows.iter().map(|(_, shown)| shown.len()).sum();
            let constraints = constraints
                .into_iter()
                .map(|(a, b, least)| (a % (moments + 1), b % (moments + 1), least))
                .filter(|(a, b, _)| a != b)
                .collect();
            Random { rows, constraints }
        })
}

impl Random {
    fn moments(&self) -> Vec<(usize, i64)> {
        let rows = self.rows.iter().enumerate();
        rows.flat_map(|(row, (_, shown))| shown.iter().map(move |at| (row, *at)))
            .collect()
    }

    fn network(&self) -> (Network, Vec<Moment>, Vec<Row>) {
        let mut builder = NetworkBuilder::default();
        let count = u32::try_from(self.constraints.len()).unwrap();
        let rows: Vec<Row> = (0..)
            .zip(&self.rows)
            .map(|(index, (ppm, _))| builder.row(*ppm, count + index))
            .collect();
        let moments: Vec<Moment> = self
            .moments()
            .into_iter()
            .map(|(row, shown)| builder.moment(rows[row], at(shown)))
            .collect();
        let point = |index: usize| match index {
            0 => Point::True(at(100)),
            index => Point::Shown(moments[index - 1]),
        };
        for (statement, (a, b, least)) in (0..).zip(&self.constraints) {
            builder.at_least(point(*a), point(*b), least * SECOND, statement);
        }
        (builder.build(), moments, rows)
    }

    /// All shortest paths between corrections by Floyd and Warshall, every pair of moments of a row
    /// joined by their own drift; `None`: contradictory.
    fn brute(&self, kept: &[bool]) -> Option<Vec<Vec<i128>>> {
        const FAR: i128 = i128::MAX / 4;
        let moments = self.moments();
        let nodes = moments.len() + 1;
        let mut d = vec![vec![FAR; nodes]; nodes];
        for (node, row) in d.iter_mut().enumerate() {
            row[node] = 0;
        }
        for (a, (row_a, at_a)) in moments.iter().enumerate() {
            for (b, (row_b, at_b)) in moments.iter().enumerate() {
                if row_a == row_b && a != b {
                    let ppm = i128::from(self.rows[*row_a].0);
                    let span = i128::from((at_a - at_b).abs() * SECOND);
                    d[a + 1][b + 1] = (span * ppm + 999_999) / 1_000_000;
                }
            }
        }
        let shown = |node: usize| match node {
            0 => 100 * SECOND,
            node => moments[node - 1].1 * SECOND,
        };
        for ((a, b, least), kept) in self.constraints.iter().zip(kept) {
            if *kept {
                let weight = i128::from(shown(*b) - shown(*a) - least * SECOND);
                d[*b][*a] = d[*b][*a].min(weight);
            }
        }
        for k in 0..nodes {
            for i in 0..nodes {
                for j in 0..nodes {
                    d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
                }
            }
        }
        (0..nodes).all(|node| d[node][node] >= 0).then_some(d)
    }
}

/// Drift is rounded up at each neighbour, by less than a tick each.
const ROUNDED: i128 = 24;

fn close(own: Option<i64>, brute: i128) -> bool {
    const FAR: i128 = i128::MAX / 8;
    match own {
        None => brute > FAR,
        Some(own) => (0..=ROUNDED).contains(&(i128::from(own) - brute)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn bounds_and_conflicts_are_those_of_brute_force(random in random()) {
        let (network, moments, rows) = random.network();
        let all = network.all_in_force();
        let every = vec![true; random.constraints.len()];
        match (network.bounds(&all, &no_wish(&network)), random.brute(&every)) {
            (Ok(bounds), Some(d)) => {
                for (number, moment) in moments.iter().enumerate() {
                    let node = network.node(*moment);
                    prop_assert!(close(bounds.latest(node), d[0][number + 1]));
                    let least = bounds.earliest(node).map(|v| -v);
                    prop_assert!(close(least, d[number + 1][0]));
                }
                let own: Vec<(Row, Timestamp)> = random
                    .moments()
                    .into_iter()
                    .map(|(row, shown)| (rows[row], at(shown)))
                    .collect();
                for (a, first) in own.iter().enumerate() {
                    for (b, second) in own.iter().enumerate() {
                        let (least, most) = network.between(&all, *first, *second).unwrap();
                        prop_assert!(close(most, d[a + 1][b + 1]));
                        prop_assert!(close(least.map(|v| -v), d[b + 1][a + 1]));
                    }
                }
            }
            // A contradiction that is smaller than what rounding gives away.
            (Ok(_), None) => {
                let (network, ..) = shrunk(&random).network();
                prop_assert!(network.hold(&network.all_in_force(), no_wish(&network)).is_ok());
            }
            (Err(conflict), None) => {
                let statements = statements_of(&random, &conflict);
                let kept: Vec<bool> = (0..every.len()).map(|i| statements.contains(&i)).collect();
                prop_assert!(random.brute(&kept).is_none(), "it is a conflict");
                for one in &statements {
                    let mut less = kept.clone();
                    less[*one] = false;
                    prop_assert!(random.brute(&less).is_some(), "none can be spared");
                }
                let smallest = smallest_by_trying(&random);
                prop_assert_eq!(statements.len(), smallest, "no smaller one exists");
            }
            (Err(conflict), Some(_)) => prop_assert!(false, "no conflict: {:?}", conflict),
        }
    }

    #[test]
    fn the_chosen_corrections_hold_together(random in random(), wish in -100_i64..100) {
        let (network, moments, _) = random.network();
        let wished = vec![wish * SECOND; network.nodes()];
        if let Ok(bounds) = network.bounds(&network.all_in_force(), &wished) {
            let true_time = |index: usize| match index {
                0 => 100 * SECOND,
                index => {
                    let node = network.node(moments[index - 1]);
                    network.shown(node) + bounds.estimate(node)
                }
            };
            for (a, b, least) in &random.constraints {
                prop_assert!(true_time(*b) - true_time(*a) >= least * SECOND);
            }
            prop_assert_eq!(bounds.estimate(0), 0);
            for node in 0..network.nodes() {
                let estimate = bounds.estimate(node);
                prop_assert!(bounds.earliest(node).is_none_or(|least| least <= estimate));
                prop_assert!(bounds.latest(node).is_none_or(|most| estimate <= most));
            }
        }
    }

    #[test]
    fn the_truth_is_never_excluded(random in random(), offsets in prop::collection::vec(-90_i64..90, 4)) {
        // Clocks that stand off by these seconds and do not drift; only what is true of them is said.
        let mut random = random;
        let moments = random.moments();
        let truth = |node: usize| match node {
            0 => 100,
            node => moments[node - 1].1 + offsets[moments[node - 1].0],
        };
        random.constraints.retain(|(a, b, least)| truth(*b) - truth(*a) >= *least);
        let (network, handles, _) = random.network();
        let bounds = network.bounds(&network.all_in_force(), &no_wish(&network));
        let Ok(bounds) = bounds else {
            return Err(TestCaseError::fail("true statements hold together"));
        };
        for (number, moment) in handles.iter().enumerate() {
            let node = network.node(*moment);
            let correction = offsets[moments[number].0] * SECOND;
            prop_assert!(bounds.earliest(node).is_none_or(|least| least <= correction));
            prop_assert!(bounds.latest(node).is_none_or(|most| correction <= most));
        }
    }
}

/// The same with every constraint a little easier.
fn shrunk(random: &Random) -> Random {
    let mut easier = random.clone();
    for (_, _, least) in &mut easier.constraints {
        *least -= 1;
    }
    easier
}

/// The constraints among a conflict's statements; the others are drifts.
fn statements_of(random: &Random, conflict: &Conflict) -> BTreeSet<usize> {
    let all = conflict.statements.iter();
    all.filter_map(|statement| usize::try_from(*statement).ok())
        .filter(|statement| *statement < random.constraints.len())
        .collect()
}

fn smallest_by_trying(random: &Random) -> usize {
    let count = random.constraints.len();
    (0_u32..1 << count)
        .filter(|set| {
            let kept: Vec<bool> = (0..count).map(|i| set >> i & 1 == 1).collect();
            random.brute(&kept).is_none()
        })
        .map(|set| usize::try_from(set.count_ones()).unwrap())
        .min()
        .unwrap()
}
