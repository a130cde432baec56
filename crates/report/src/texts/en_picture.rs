//! English: the picture of custody.

use super::PictureTexts;

pub(super) const PICTURE: PictureTexts = PictureTexts {
    description: "A lane for each device: its stays in machines as blocks on an axis of time, hatched where \
                  none is on record. Below it, for each machine, what is to be added to its time.",
    caption: "Times are corrected where the clock is known, in {}. The axis is broken where nothing is on record: \
              a cut stretch has one width and says how long it is; every other stretch has its own scale.",
    declared_facts: "Facts of the case",
    stays_counted: "stays on record: {}",
    no_stay: "no stay on record",

    unknown_before: "{}: no stay on record before {}",
    unknown_between: "{}: no stay on record from {} to {} (about {})",
    unknown_after: "{}: no stay on record after {}",
    unknown_always: "{}: no stay on record",
    unknown_for: "no stay for about {}",

    record: "{}: recorded {}, corrected {}, event {}",
    record_unbounded: "{}: recorded {}, nothing bounds this clock, event {}",

    not_before: "not before {}",
    not_after: "not after {}",
    said_by: " ({})",

    lanes_left_out: "Left out of the picture: {} more devices. --device shows them.",
    stays_left_out: "{}: the {} last stays are left out of the picture. --from and --to show them.",
    flags_left_out: "Left out of the picture: {} more facts of the case. --from and --to show them.",
    clocks_left_out: "Left out of the picture: the clocks of {} more machines. --machine shows them.",
    crowded: "{}: {} stays had no room of their own and are drawn over others, without a name. --from and --to \
              give them room.",

    legend_stay: "stay, from connection to removal",
    legend_open_end: "no record of this end",
    legend_login: "login succeeded",
    legend_failure: "login failed",
    legend_other: "other record (installation, operation)",
    legend_whisker: "bounds of the corrected time: above a block of its begin, below of its end",
    legend_readings: "bounds under each reading of the clock that is left",
    legend_unbounded: "nothing bounds it to this side",
    legend_unknown: "no stay on record: where it was is unknown",
    legend_hidden: "stay on record that is not shown",
    legend_break: "axis broken",
    legend_flag: "fact that the case declares, with its tolerance",
    legend_read: "observation as it is read",
    legend_unread: "observation not written down how to read: both ways",
    legend_estimate: "estimate",

    clocks_caption: "What is to be added to a machine's time to get true time, when its clock shows {} ({}).",
    clocks_without_moment: "What is to be added to a machine's time to get true time.",
    clock_between: "{} … {}, estimate {}",
    clock_at_least: "{} or more, estimate {}",
    clock_at_most: "{} or less, estimate {}",
    clock_open: "nothing is known of this clock",
    declared_right: "seen on {}: right, ±{}",
    declared_correction: "seen on {}: {} is to be added, ±{}",
    declared_deviation: "seen on {}: the clock stands {} from true time, ±{}",
    declared_unknown: "seen on {}: {}, not written down which way, ±{}",
    declared_solved: "seen on {}: {}, not written down which way, ±{}; only left: {}",
    reading: "{} {}",
};
