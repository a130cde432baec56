//! Every text that people read, one file a language. A text that a language lacks does not
//! compile; an action or artifact that a language lacks fails the tests here.

mod en;
mod en_picture;
mod ja;
mod ja_layers;
mod ja_picture;
mod picture;

use kusari::event::Action;
use kusari::intake::{Title, title_of};

pub(crate) use en::ENGLISH;
pub(crate) use ja::JAPANESE;
pub(crate) use picture::PictureTexts;

/// The texts of one language. `{}` stands where a value goes in, in the order of
/// [`fill`]'s values.
pub(crate) struct Texts {
    // Words of the field.
    pub(crate) day: &'static str,
    pub(crate) machine: &'static str,
    pub(crate) device: &'static str,
    pub(crate) time: &'static str,
    pub(crate) recorded: &'static str,
    pub(crate) action: &'static str,
    pub(crate) what: &'static str,
    pub(crate) source: &'static str,
    pub(crate) user: &'static str,
    pub(crate) volume: &'static str,
    pub(crate) volumes: &'static str,
    pub(crate) file: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) serial: &'static str,
    pub(crate) serial_made_by_windows: &'static str,
    pub(crate) first_installed: &'static str,
    pub(crate) letter_inferred: &'static str,
    pub(crate) last_arrival: &'static str,
    pub(crate) last_removal: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) records: &'static str,
    pub(crate) gaps: &'static str,
    pub(crate) state: &'static str,
    pub(crate) size: &'static str,
    pub(crate) sha256: &'static str,
    pub(crate) evidence: &'static str,
    pub(crate) clock: &'static str,
    pub(crate) locator: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) event_id: &'static str,
    pub(crate) bytes: &'static str,
    pub(crate) decoded: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) identities: &'static str,

    // The custody table.
    pub(crate) custody_title: &'static str,
    pub(crate) custody_times: &'static str,
    pub(crate) first_connected: &'static str,
    pub(crate) no_connection: &'static str,
    pub(crate) no_removal: &'static str,
    pub(crate) all_machines: &'static str,
    pub(crate) no_evidence: &'static str,
    pub(crate) nothing_to_show: &'static str,
    pub(crate) left_out: &'static str,
    pub(crate) or: &'static str,
    pub(crate) absences_title: &'static str,
    pub(crate) absences_reading: &'static str,
    pub(crate) absence_time: &'static str,
    /// `{}`: how many.
    pub(crate) absences_cut: &'static str,
    pub(crate) absence_question: &'static str,
    pub(crate) absence_because: &'static str,
    pub(crate) absence_earlier: &'static str,
    pub(crate) asked_login: &'static str,
    pub(crate) asked_connection: &'static str,
    pub(crate) asked_earlier_connection: &'static str,
    pub(crate) asked_file_use: &'static str,
    pub(crate) answer_yes: &'static str,
    pub(crate) answer_no: &'static str,
    pub(crate) answer_cannot_tell: &'static str,
    pub(crate) findings_title: &'static str,
    pub(crate) findings_on_other_days: &'static str,
    pub(crate) clocks_title: &'static str,

    // Clocks.
    pub(crate) clock_unknown: &'static str,
    pub(crate) clock_observed: &'static str,
    pub(crate) reads_the_same: &'static str,
    pub(crate) reads_correction: &'static str,
    pub(crate) reads_deviation: &'static str,
    pub(crate) reads_unknown: &'static str,
    pub(crate) clock_step: &'static str,
    pub(crate) zone_of: &'static str,
    pub(crate) clocks_of: &'static str,
    pub(crate) clocks_reading: &'static str,
    pub(crate) combinations_left: &'static str,
    pub(crate) combinations_untried: &'static str,
    pub(crate) between_events: &'static str,
    pub(crate) conflicts_title: &'static str,
    pub(crate) no_conflicts: &'static str,
    pub(crate) statements_title: &'static str,
    pub(crate) more_statements: &'static str,
    pub(crate) moment: &'static str,
    pub(crate) corrected_time: &'static str,
    pub(crate) rests_on: &'static str,
    pub(crate) left_out_moves: &'static str,
    pub(crate) not_before: &'static str,
    pub(crate) not_after: &'static str,
    pub(crate) unbounded: &'static str,
    pub(crate) basis_evidence: &'static str,
    pub(crate) basis_declared: &'static str,
    pub(crate) basis_assumed: &'static str,
    pub(crate) disputed: &'static str,
    pub(crate) unused_no_event: &'static str,
    pub(crate) unused_not_in_evidence: &'static str,
    pub(crate) unused_set_on_that_day: &'static str,
    pub(crate) unused_several_clocks: &'static str,
    pub(crate) unused_no_moment: &'static str,
    pub(crate) observation_disputed: &'static str,
    pub(crate) observation_unused: &'static str,
    pub(crate) only_reading_left: &'static str,
    pub(crate) both_readings_left: &'static str,
    pub(crate) ruled_out: &'static str,
    pub(crate) ruled_out_together: &'static str,
    pub(crate) ruled_out_decisive: &'static str,
    pub(crate) ruled_out_decisive_one: &'static str,
    pub(crate) ruled_out_up_to: &'static str,
    pub(crate) ruled_out_whatever_drift: &'static str,
    pub(crate) reading_left: &'static str,
    pub(crate) would_be_ruled_out_up_to: &'static str,

    // The other commands.
    pub(crate) order_uncertain: &'static str,
    pub(crate) timeline_title: &'static str,
    pub(crate) devices_title: &'static str,
    pub(crate) coverage_title: &'static str,
    pub(crate) files_first: &'static str,
    pub(crate) files_title: &'static str,
    pub(crate) copies_title: &'static str,
    pub(crate) copies_reading: &'static str,
    pub(crate) copies_counted: &'static str,
    pub(crate) copies_or_of: &'static str,
    pub(crate) no_copies: &'static str,
    pub(crate) copied_from: &'static str,
    pub(crate) copied_because: &'static str,
    pub(crate) copies_places: &'static str,
    pub(crate) traced_by: &'static str,
    pub(crate) more_originals: &'static str,
    pub(crate) now_and_ever: &'static str,
    pub(crate) place: &'static str,
    pub(crate) matched_by: &'static str,
    pub(crate) while_in: &'static str,
    pub(crate) verify_title: &'static str,
    pub(crate) no_media: &'static str,
    pub(crate) windows_installed: &'static str,
    pub(crate) computer_names: &'static str,
    pub(crate) hash: &'static str,
    pub(crate) stored: &'static str,
    pub(crate) inspect_title: &'static str,
    pub(crate) explain_title: &'static str,
    pub(crate) no_devices: &'static str,
    pub(crate) no_events: &'static str,
    pub(crate) more_with_all: &'static str,

    /// The picture of custody.
    pub(crate) picture: PictureTexts,

    /// What an action is called.
    pub(crate) action_name: fn(Action) -> Option<&'static str>,
    /// What a kind of artifact is called.
    artifact_title: fn(Title) -> &'static str,
    /// What the state of a source is called.
    pub(crate) state_name: fn(&str) -> Option<&'static str>,
    /// What a fact about a layer of an image is called.
    fact_name: fn(&str) -> Option<&'static str>,
    layer_title: fn(&str) -> Option<String>,
}

impl Texts {
    /// What an action is called; its word where the language has none.
    pub(crate) fn action(&self, action: Action) -> &'static str {
        (self.action_name)(action).unwrap_or_else(|| action.name())
    }

    /// What a kind of artifact is called; its word where the language has none.
    pub(crate) fn artifact<'a>(&self, kind: &'a str) -> &'a str {
        title_of(kind).map_or(kind, self.artifact_title)
    }

    /// What the state of a source is called; its word where the language has none.
    pub(crate) fn state<'a>(&self, state: &'a str) -> &'a str {
        (self.state_name)(state).unwrap_or(state)
    }

    /// What a fact about a layer of an image is called; its own name where the language has none.
    pub(crate) fn fact<'a>(&self, name: &'a str) -> &'a str {
        (self.fact_name)(name).unwrap_or(name)
    }

    /// The title of a layer of evidence.
    pub(crate) fn layer<'a>(&self, title: &'a str) -> std::borrow::Cow<'a, str> {
        (self.layer_title)(title).map_or(title.into(), Into::into)
    }
}

/// A text with its values in place of its `{}`.
pub(crate) fn fill(text: &str, values: &[&str]) -> String {
    let mut out = String::new();
    let mut values = values.iter();
    let mut pieces = text.split("{}").peekable();
    while let Some(piece) = pieces.next() {
        out.push_str(piece);
        if pieces.peek().is_some() {
            out.push_str(values.next().unwrap_or(&""));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_text_of_its_own_in_every_language() {
        for texts in [&ENGLISH, &JAPANESE] {
            let mut seen = std::collections::BTreeSet::new();
            for action in Action::ALL {
                let text = (texts.action_name)(*action);
                assert!(
                    text.is_some_and(|text| seen.insert(text)),
                    "{}",
                    action.name()
                );
            }
        }
    }

    #[test]
    fn both_languages_take_the_same_values() {
        let count = |text: &str| text.matches("{}").count();
        for (english, japanese) in [
            (ENGLISH.custody_times, JAPANESE.custody_times),
            (
                ENGLISH.findings_on_other_days,
                JAPANESE.findings_on_other_days,
            ),
            (ENGLISH.left_out, JAPANESE.left_out),
            (ENGLISH.clock_observed, JAPANESE.clock_observed),
            (ENGLISH.clock_step, JAPANESE.clock_step),
            (ENGLISH.more_with_all, JAPANESE.more_with_all),
            (ENGLISH.zone_of, JAPANESE.zone_of),
            (ENGLISH.clocks_of, JAPANESE.clocks_of),
            (ENGLISH.clocks_reading, JAPANESE.clocks_reading),
            (ENGLISH.combinations_left, JAPANESE.combinations_left),
            (ENGLISH.more_statements, JAPANESE.more_statements),
            (ENGLISH.only_reading_left, JAPANESE.only_reading_left),
            (ENGLISH.ruled_out, JAPANESE.ruled_out),
            (ENGLISH.ruled_out_together, JAPANESE.ruled_out_together),
            (ENGLISH.ruled_out_decisive, JAPANESE.ruled_out_decisive),
            (
                ENGLISH.ruled_out_decisive_one,
                JAPANESE.ruled_out_decisive_one,
            ),
            (ENGLISH.ruled_out_up_to, JAPANESE.ruled_out_up_to),
            (ENGLISH.reading_left, JAPANESE.reading_left),
            (
                ENGLISH.would_be_ruled_out_up_to,
                JAPANESE.would_be_ruled_out_up_to,
            ),
        ] {
            assert_eq!(count(english), count(japanese), "{english}");
            assert!(count(english) > 0);
        }
    }

    #[test]
    fn both_languages_take_the_same_values_in_the_picture() {
        let count = |text: &str| text.matches("{}").count();
        let japanese = JAPANESE.picture.with_values();
        for (english, japanese) in ENGLISH.picture.with_values().into_iter().zip(japanese) {
            assert_eq!(count(english), count(japanese), "{english}");
            assert!(count(english) > 0, "{english}");
        }
    }

    #[test]
    fn values_go_in_in_order() {
        assert_eq!(fill("{} of {}", &["1", "2"]), "1 of 2");
        assert_eq!(fill("none", &["1"]), "none");
        assert_eq!(fill("{}{}", &["{}", "x"]), "{}x");
    }
}
