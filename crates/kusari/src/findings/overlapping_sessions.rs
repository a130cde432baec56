//! One device in two machines at the same time, under the clocks as they are known.

use std::collections::BTreeSet;

use kusari_evidence::time::Timestamp;

use super::{Finding, Rule};
use crate::custody::{Runs, Session};
use crate::event::Confidence;
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "two-machines-at-once",
    check,
};

/// What is certain of a session whatever the clocks' bounds.
struct Certain<'a> {
    session: &'a Session,
    number: usize,
    from: Timestamp,
    to: Timestamp,
    /// Whether it lasted at least from `from` to `to`; else one record lies between the two.
    lasted: bool,
}

fn check(r: &Reconstruction) -> Vec<Finding> {
    let runs = Runs::new(&r.events);
    let mut certain: Vec<Certain<'_>> = Vec::new();
    for (number, session) in r.sessions().iter().enumerate() {
        certain.extend(of_session(r, &runs, number, session));
    }
    certain.sort_by_key(|c| (c.session.device, c.from, !c.lasted, c.number));
    let mut pairs = BTreeSet::new();
    for (i, a) in certain.iter().enumerate().filter(|(_, a)| a.lasted) {
        let rest = certain.iter().skip(i.saturating_add(1));
        let meets = |b: &&Certain<'_>| b.session.device == a.session.device && b.from < a.to;
        for b in rest.take_while(meets) {
            if a.session.machine != b.session.machine && (b.lasted || b.to <= a.to) {
                pairs.insert((a.number.min(b.number), a.number.max(b.number)));
            }
        }
    }
    let session = |number: usize| r.sessions().get(number);
    pairs
        .into_iter()
        .filter_map(|(a, b)| Some(finding(r, session(a)?, session(b)?)))
        .collect()
}

fn finding(r: &Reconstruction, a: &Session, b: &Session) -> Finding {
    let (a_en, a_ja) = r.machine_names(a.machine);
    let (b_en, b_ja) = r.machine_names(b.machine);
    let device = r.device_name(a.device);
    let spans = |s: &Session| r.local_times(&ends(r, s));
    Finding {
        en: format!(
            "{device} is on record in {a_en} ({}) and in {b_en} ({}) at overlapping times, each \
             by its own clock, also after correction with all bounds. Not consistent with one \
             device, these clocks and complete records of its removals.",
            spans(a),
            spans(b)
        ),
        ja: format!(
            "「{device}」は{a_ja}（{}）と{b_ja}（{}）に、各機の時計を補正し誤差を見込んでも重なる時刻に\
             記録されている。1本の機器、これらの時計、および完全な取外し記録とは整合しない。",
            spans(a),
            spans(b)
        ),
        device: Some(a.device),
        events: a.events().chain(b.events()).collect(),
        ..Finding::default()
    }
}

/// The first and the last record of a session.
fn ends(r: &Reconstruction, session: &Session) -> Vec<usize> {
    let mut events: Vec<usize> = session.events().collect();
    events.sort_by_key(|&event| r.events.own_time(event));
    let last = events.last().copied();
    events.truncate(1);
    events.extend(last);
    events.dedup();
    events
}

/// From the latest that its connection can be to the earliest that its removal can be, when it has
/// both and the machine ran all the time. Of others, each record by itself: between two logins
/// the device can have been anywhere. Nothing without bounds.
fn of_session<'a>(
    r: &Reconstruction,
    runs: &Runs,
    number: usize,
    session: &'a Session,
) -> Vec<Certain<'a>> {
    let bounds = |event: usize| {
        let row = r.events.row(event)?;
        let at = r.events.placed(event)?.corrected;
        let bounds = at.earliest.zip(at.latest);
        bounds.filter(|_| row.confidence == Confidence::Recorded)
    };
    let certain = |from, to, lasted| Certain {
        session,
        number,
        from,
        to,
        lasted,
    };
    let whole = || {
        let (&first, &last) = (session.connected.first()?, session.removed.first()?);
        let own = |event| r.events.own_time(event);
        if runs.ended_between(session.machine, own(first), own(last)) {
            return None;
        }
        let (from, to) = (bounds(first)?.1, bounds(last)?.0);
        (from < to).then(|| certain(from, to, true))
    };
    match whole() {
        Some(whole) => vec![whole],
        None => session
            .events()
            .filter_map(|event| bounds(event).map(|(from, to)| certain(from, to, false)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Action;
    use crate::reconstruction::testing::{Scene, rules_of};

    fn scene(seen: bool) -> (Scene, [u32; 3]) {
        let mut scene = Scene::new();
        let (a, b, device) = (
            scene.machine("A"),
            scene.machine("B"),
            scene.device("S", "1"),
        );
        if seen {
            scene.clock_seen(a, 30);
            scene.clock_seen(b, 30);
        }
        (scene, [a, b, device])
    }

    fn fires(scene: Scene) -> bool {
        rules_of(&scene.build()).contains(&super::RULE.name)
    }

    #[test]
    fn overlapping_stays_fire_only_beyond_all_bounds() {
        for (seen, out, expected) in [
            (true, "2022-07-21 10:30:00", true),
            // Each clock may be off by 30 s.
            (true, "2022-07-21 10:01:00", false),
            (false, "2022-07-21 10:30:00", false),
        ] {
            let (mut scene, [a, b, device]) = scene(seen);
            scene.log(a, device, Action::Connected, "2022-07-21 09:00:00");
            scene.log(a, device, Action::Removed, out);
            scene.log(b, device, Action::Connected, "2022-07-21 10:00:00");
            scene.log(b, device, Action::Removed, "2022-07-21 11:00:00");
            assert_eq!(fires(scene), expected, "{out}");
        }
    }

    #[test]
    fn a_login_elsewhere_inside_a_stay_fires() {
        let (mut scene, [a, b, device]) = scene(true);
        scene.log(a, device, Action::Connected, "2022-07-21 09:00:00");
        scene.log(a, device, Action::Removed, "2022-07-21 11:00:00");
        scene.login(b, device, "2022-07-21 10:00:00");
        assert!(fires(scene));
    }

    #[test]
    fn between_two_logins_the_device_can_be_elsewhere() {
        let (mut scene, [a, b, device]) = scene(true);
        scene.login(a, device, "2022-07-21 09:00:00");
        scene.login(a, device, "2022-07-21 12:00:00");
        scene.log(b, device, Action::Connected, "2022-07-21 10:00:00");
        scene.log(b, device, Action::Removed, "2022-07-21 11:00:00");
        assert!(!fires(scene));
    }

    #[test]
    fn a_device_can_leave_a_machine_that_is_off() {
        let (mut scene, [a, b, device]) = scene(true);
        scene.log(a, device, Action::Connected, "2022-07-21 09:00:00");
        scene.of_machine(a, Action::ShutDown, "2022-07-21 09:30:00");
        scene.log(a, device, Action::Removed, "2022-07-21 12:00:00");
        scene.log(b, device, Action::Connected, "2022-07-21 10:00:00");
        scene.log(b, device, Action::Removed, "2022-07-21 11:00:00");
        assert!(!fires(scene));
    }
}
