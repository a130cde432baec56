//! Generated cases with known clocks: the truth lies inside every bound, and every planted lie is found.

use std::time::Instant;

use kusari_evidence::time::{RecordedTime, TICKS_PER_SECOND, Timestamp};
use proptest::prelude::*;

use crate::case::{Observation, Reads};
use crate::clock::{Claim, Clocks, MachineClock, RecordedStep, Standing};
use crate::event::Action;
use crate::reconstruction::testing::{Scene, at, set};

const SECOND: i64 = TICKS_PER_SECOND;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 1440 * MINUTE;

/// The drift that the clocks of generated cases stay within, in millionths.
const DRIFT: u32 = 60;

/// Numbers that look random and are the same in every run (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// From `low` up to and without `high`.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low).unwrap();
        low + i64::try_from((self.next() >> 11) % span).unwrap()
    }
}

/// What a case is like.
#[derive(Debug, Clone, Copy)]
struct Size {
    machines: u32,
    sticks: u32,
    sessions_a_stick: u32,
    /// Every so many machines, one whose observation does not say how its number is read.
    unknown_every: u32,
    /// Every so many machines, one whose clock was set once.
    stepped_every: u32,
    lies: u32,
}

/// A clock as it truly went: its correction at the end of the case, how it drifted, and when it was set,
/// in true time, by how much.
#[derive(Debug, Clone, Copy)]
struct TrueClock {
    correction: i64,
    ppm: i64,
    set: Option<(i64, i64)>,
}

struct Case {
    scene: Scene,
    clocks: Vec<TrueClock>,
    /// The true moment of each event, in ticks.
    truth: Vec<i64>,
    /// The machines whose observation is a lie.
    lies: Vec<u32>,
}

fn end() -> Timestamp {
    at("2022-07-21 00:00:00")
}

impl TrueClock {
    /// What the clock shows at a moment of true time.
    fn shows(&self, truth: i64) -> i64 {
        let drifted = (truth - end().ticks()) / 1_000_000 * self.ppm;
        let step = match self.set {
            // Before it was put forward it lacked that.
            Some((when, by)) if truth < when => by,
            _ => 0,
        };
        truth - self.correction + drifted - step
    }
}

fn generate(seed: u64, size: Size) -> Case {
    let mut random = Numbers(seed | 1);
    let mut scene = Scene::new();
    scene.case.drift_ppm = Some(DRIFT);
    let span = 90 * DAY;
    let begin = end().ticks() - span;
    let mut clocks = Vec::new();
    let mut lies = Vec::new();
    for number in 0..size.machines {
        let machine = scene.machine(&format!("PC{number}"));
        let setting = (number % size.stepped_every == 1).then(|| {
            let when = begin + random.between(span / 4, span / 2);
            (when, random.between(-20 * MINUTE, 20 * MINUTE))
        });
        let clock = TrueClock {
            correction: random.between(-30 * MINUTE, 30 * MINUTE),
            ppm: random.between(-40, 40),
            set: setting,
        };
        clocks.push(clock);
        let mut offset = clock.correction + random.between(-20 * SECOND, 20 * SECOND);
        if number < size.lies {
            // Longer than any stick is ever between two machines, so that it must show.
            offset += 3 * DAY;
            lies.push(machine);
        }
        let (reads, offset) = match number % size.unknown_every {
            0 if number >= size.lies => (Reads::Unknown, offset),
            1 => (Reads::Deviation, -offset),
            _ => (Reads::Correction, offset),
        };
        let own = &mut scene.machines[usize::try_from(machine).unwrap()].clock;
        let steps = setting.map(|(when, by)| RecordedStep {
            // By a person: the machine did not stand still.
            step: set(
                ticks(clock.shows(when - 1)),
                ticks(clock.shows(when - 1) + by),
                Some(super::PERSON),
            ),
            source: 0,
        });
        let seen = Observation {
            from: end(),
            to: end().checked_add_ticks(DAY).unwrap(),
            on: "2022-07-21".to_owned(),
            offset,
            tolerance: 30 * SECOND,
            reads,
            note: None,
        };
        let steps = steps.into_iter().collect();
        *own = MachineClock::new(own.zone.clone(), vec![seen], steps, DRIFT);
    }
    let mut truth = Vec::new();
    for number in 0..size.sticks {
        let stick = scene.device(&format!("stick{number}"), &format!("S{number}"));
        let log = scene.source("vendor-log", None);
        let pause = span / i64::from(size.sessions_a_stick);
        let mut now = begin + random.between(0, pause);
        for session in 0..size.sessions_a_stick {
            let machine = u32::try_from(random.between(0, i64::from(size.machines))).unwrap();
            let clock = clocks[usize::try_from(machine).unwrap()];
            let stay = random.between(MINUTE, pause / 2);
            let own = scene.source_of(machine, "event-log");
            let mut record = |source, action, truth_at: i64, number: Option<u64>| {
                let decimals = if number.is_some() { 0 } else { 7 };
                let shown = clock.shows(truth_at);
                let shown = if number.is_some() {
                    shown / SECOND * SECOND
                } else {
                    shown
                };
                let time = RecordedTime {
                    decimals,
                    ..RecordedTime::utc(ticks(shown))
                };
                scene.numbered((source, machine, Some(stick)), action, time, number);
                truth.push(truth_at);
            };
            record(own, Action::Connected, now, None);
            let login = random.between(SECOND, stay.min(50 * SECOND) + SECOND);
            record(
                log,
                Action::LoginSucceeded,
                now + login,
                Some(u64::from(session)),
            );
            record(own, Action::Removed, now + stay, None);
            now += stay + random.between(MINUTE, pause / 2);
        }
    }
    Case {
        scene,
        clocks,
        truth,
        lies,
    }
}

fn ticks(ticks: i64) -> Timestamp {
    Timestamp::EPOCH.checked_add_ticks(ticks).unwrap()
}

/// Every bound holds the truth; how many events have both bounds.
fn holds_the_truth(case: Case) -> (usize, usize, Clocks) {
    let truth = case.truth;
    let (clocks, events, _) = case.scene.solve();
    let mut bounded = 0;
    for (event, truth) in truth.iter().enumerate() {
        let time = events.placed(event).unwrap().corrected;
        let truth = ticks(*truth);
        assert!(
            time.earliest.is_none_or(|least| least <= truth),
            "{event}: {time:?} {truth:?}"
        );
        assert!(
            time.latest.is_none_or(|most| truth <= most),
            "{event}: {time:?} {truth:?}"
        );
        bounded += usize::from(time.earliest.is_some() && time.latest.is_some());
    }
    (bounded, truth.len(), clocks)
}

const SMALL: Size = Size {
    machines: 12,
    sticks: 25,
    sessions_a_stick: 20,
    unknown_every: 5,
    stepped_every: 4,
    lies: 0,
};

/// Whether a conflict holds the observation of a machine.
fn accuses(clocks: &Clocks, of: u32) -> bool {
    let is_it = |place: &usize| {
        let claim = clocks.statements.get(*place).map(|own| &own.claim);
        matches!(claim, Some(Claim::Observation { machine, .. }) if *machine == of)
    };
    clocks
        .conflicts
        .iter()
        .any(|own| own.statements.iter().any(is_it))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_truth_is_never_excluded(seed in any::<u64>(), machines in 2_u32..15) {
        let case = generate(seed, Size { machines, ..SMALL });
        let corrections: Vec<i64> = case.clocks.iter().map(|own| own.correction).collect();
        let (bounded, events, clocks) = holds_the_truth(case);
        prop_assert_eq!(bounded, events, "every clock was seen");
        prop_assert!(clocks.conflicts.is_empty(), "what is true contradicts nothing");
        // The reading that is true is left.
        for readings in &clocks.readings {
            if let Claim::Observation { machine, .. } = clocks.statements[readings.statement].claim {
                let correction = corrections[usize::try_from(machine).unwrap()];
                prop_assert!(correction.abs() <= 30 * MINUTE);
                prop_assert!(readings.left.contains(&Reads::Correction));
            }
        }
    }

    #[test]
    fn a_planted_lie_is_found_and_its_conflict_holds_it(seed in any::<u64>(), lies in 1_u32..4) {
        let case = generate(seed, Size { lies, ..SMALL });
        let planted = case.lies.clone();
        let truth = case.truth.clone();
        let (clocks, events, _) = case.scene.solve();
        for machine in planted {
            prop_assert!(accuses(&clocks, machine), "{:?}", clocks.conflicts);
        }
        for conflict in &clocks.conflicts {
            prop_assert!(conflict.statements.len() <= 12, "a small set explains it");
        }
        // A lie that can be told from the truth costs nobody else.
        let lie_left = clocks.statements.iter().any(|own| {
            matches!(own.claim, Claim::Observation { machine, .. } if machine < lies)
                && own.standing == Standing::InForce
        });
        prop_assert!(!lie_left);
        for (event, truth) in truth.iter().enumerate() {
            let time = events.placed(event).unwrap().corrected;
            prop_assert!(time.earliest.is_none_or(|least| least <= ticks(*truth)));
            prop_assert!(time.latest.is_none_or(|most| ticks(*truth) <= most));
        }
    }
}

/// A case of a thousand machines, ten thousand sticks and a million sessions. It takes a minute to
/// generate, so it is run by hand:
/// `cargo test --release -p kusari --no-default-features --lib a_thousand_machines -- --ignored --nocapture`.
#[test]
#[ignore = "large; run by hand, see docs/performance.md"]
fn a_thousand_machines_and_a_million_sessions() {
    let size = Size {
        machines: 1000,
        sticks: 10_000,
        sessions_a_stick: 100,
        unknown_every: 50,
        stepped_every: 10,
        lies: 0,
    };
    for lies in [0, 3] {
        let case = generate(7, Size { lies, ..size });
        let (truth, planted) = (case.truth, case.lies);
        let mut started = Instant::now();
        let (clocks, events, _) = case.scene.solve_behind(|| {
            eprintln!("{lies} lies; events and sessions are there: {}", memory());
            started = Instant::now();
        });
        eprintln!(
            "solved and corrected {} events by {} statements in {} ms: {}",
            truth.len(),
            clocks.statements.len(),
            started.elapsed().as_millis(),
            memory()
        );
        let mut widths: Vec<i64> = Vec::new();
        for (event, truth) in truth.iter().enumerate() {
            let time = events.placed(event).unwrap().corrected;
            let (least, most) = (time.earliest.unwrap(), time.latest.unwrap());
            assert!(least <= ticks(*truth) && ticks(*truth) <= most);
            widths.push(most.ticks_since(least) / SECOND);
        }
        widths.sort_unstable();
        eprintln!(
            "bounds: half are narrower than {} s",
            widths[widths.len() / 2]
        );
        assert!(planted.into_iter().all(|machine| accuses(&clocks, machine)));
        assert!(lies > 0 || clocks.conflicts.is_empty());
        for own in &clocks.conflicts {
            eprintln!("conflict of {} statements", own.statements.len());
        }
    }
}

/// The memory that this process has, and the most that it had.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status
        .lines()
        .filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"));
    lines.collect::<Vec<_>>().join(", ")
}
