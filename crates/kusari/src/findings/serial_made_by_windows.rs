//! A device that reports no serial number: Windows made one up, which means nothing elsewhere.

use super::{Finding, Rule};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "serial-made-by-windows",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    (0..)
        .zip(r.devices())
        .filter(|(_, device)| device.carried && device.serial_made_by_windows)
        .map(|(index, device)| {
            let id = &device.id;
            Finding {
                en: format!(
                    "{id} reports no serial number of its own; the one on record was made up by \
                     Windows. Any device of this make in the same port would look the same, and \
                     it cannot be followed to another machine by it."
                ),
                ja: format!(
                    "{id} は固有のシリアル番号を示さず、記録上の番号は Windows が付けたものである。\
                     同じ製品を同じポートに接続すれば同じ番号になり、他の機器との同一性は判断できない。"
                ),
                device: Some(index),
                ..Finding::default()
            }
        })
        .collect()
}
