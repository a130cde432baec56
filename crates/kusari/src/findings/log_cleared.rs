//! A log was cleared.

use super::{Finding, Rule};
use crate::event::Action;
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "log-cleared",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    r.timeline()
        .filter(|event| event.action == Action::LogCleared)
        .map(|event| {
            let machine = event.placed.machine;
            let (en, ja) = machine.map(|m| r.machine_names(m)).unwrap_or_default();
            let times = r.local_times(&[event.index]);
            let by = event.user.unwrap_or("?");
            Finding {
                en: format!(
                    "A log of {en} was cleared at {times} (by {by}): {}. What it held before is \
                     unknown.",
                    event.message
                ),
                ja: format!(
                    "{ja}のログが {times} に消去された（{by}）：{}。それ以前の記録は不明である。",
                    event.message
                ),
                machine,
                events: vec![event.index],
                ..Finding::default()
            }
        })
        .collect()
}
