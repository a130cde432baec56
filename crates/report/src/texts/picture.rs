//! The texts of the picture of custody.

/// The texts of one language. `{}` stands where a value goes in.
pub(crate) struct PictureTexts {
    pub(crate) description: &'static str,
    /// Takes the zone.
    pub(crate) caption: &'static str,
    pub(crate) declared_facts: &'static str,
    /// Takes how many.
    pub(crate) stays_counted: &'static str,
    pub(crate) no_stay: &'static str,

    // What is unknown; each takes the device, then times.
    pub(crate) unknown_before: &'static str,
    pub(crate) unknown_between: &'static str,
    pub(crate) unknown_after: &'static str,
    pub(crate) unknown_always: &'static str,
    /// Takes how long.
    pub(crate) unknown_for: &'static str,

    /// Takes what happened, the recorded time, the corrected time with its bounds, and the event's id.
    pub(crate) record: &'static str,
    /// Takes what happened, the recorded time, and the event's id.
    pub(crate) record_unbounded: &'static str,

    // Facts.
    pub(crate) not_before: &'static str,
    pub(crate) not_after: &'static str,
    pub(crate) said_by: &'static str,

    // What is left out; each takes how many.
    pub(crate) lanes_left_out: &'static str,
    /// Takes the device, too, in front.
    pub(crate) stays_left_out: &'static str,
    pub(crate) flags_left_out: &'static str,
    pub(crate) clocks_left_out: &'static str,
    /// Takes the device, too, in front.
    pub(crate) crowded: &'static str,

    // The legend.
    pub(crate) legend_stay: &'static str,
    pub(crate) legend_open_end: &'static str,
    pub(crate) legend_login: &'static str,
    pub(crate) legend_failure: &'static str,
    pub(crate) legend_other: &'static str,
    pub(crate) legend_whisker: &'static str,
    pub(crate) legend_readings: &'static str,
    pub(crate) legend_unbounded: &'static str,
    pub(crate) legend_unknown: &'static str,
    pub(crate) legend_hidden: &'static str,
    pub(crate) legend_break: &'static str,
    pub(crate) legend_flag: &'static str,
    pub(crate) legend_read: &'static str,
    pub(crate) legend_unread: &'static str,
    pub(crate) legend_estimate: &'static str,

    // Clocks.
    /// Takes the moment and the zone.
    pub(crate) clocks_caption: &'static str,
    pub(crate) clocks_without_moment: &'static str,
    /// Takes both bounds and the estimate.
    pub(crate) clock_between: &'static str,
    /// Takes the bound and the estimate.
    pub(crate) clock_at_least: &'static str,
    /// Takes the bound and the estimate.
    pub(crate) clock_at_most: &'static str,
    pub(crate) clock_open: &'static str,
    /// Takes the day and the tolerance.
    pub(crate) declared_right: &'static str,
    /// Takes the day, the written number and the tolerance.
    pub(crate) declared_correction: &'static str,
    /// Takes the day, the written number and the tolerance.
    pub(crate) declared_deviation: &'static str,
    /// Takes the day, the written number and the tolerance.
    pub(crate) declared_unknown: &'static str,
    /// Takes the same, and the only reading that is left.
    pub(crate) declared_solved: &'static str,
    /// Takes the written number, and how it is read.
    pub(crate) reading: &'static str,
}

#[cfg(test)]
impl PictureTexts {
    /// The texts that take values.
    pub(super) fn with_values(&self) -> [&'static str; 27] {
        [
            self.caption,
            self.stays_counted,
            self.unknown_before,
            self.unknown_between,
            self.unknown_after,
            self.unknown_always,
            self.unknown_for,
            self.record,
            self.record_unbounded,
            self.not_before,
            self.not_after,
            self.said_by,
            self.lanes_left_out,
            self.stays_left_out,
            self.flags_left_out,
            self.clocks_left_out,
            self.crowded,
            self.clocks_caption,
            self.clock_between,
            self.clock_at_least,
            self.clock_at_most,
            self.declared_right,
            self.declared_correction,
            self.declared_deviation,
            self.declared_unknown,
            self.declared_solved,
            self.reading,
        ]
    }
}
