//! What a statement says, in words for people.

use kusari_evidence::time::{TICKS_PER_SECOND, Timestamp};

use super::statement::{Basis, Claim, ClockConflict, OrderOfStays, Statement};
use crate::case::Reads;
use crate::event::MachineIndex;
use crate::reconstruction::Reconstruction;

/// A sentence in the languages of the reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Says {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

impl Reconstruction {
    /// The statement's id in every output: a letter for its kind and a number; facts have the ids of
    /// the case file.
    #[must_use]
    pub fn statement_id(&self, statement: &Statement) -> String {
        match &statement.claim {
            Claim::Fact { fact, .. } => {
                let own = self.case.facts.get(*fact);
                own.map_or_else(String::new, |fact| fact.id.clone())
            }
            _ => format!("{}{}", statement.letter(), statement.number),
        }
    }

    /// On what a statement stands.
    #[must_use]
    pub fn statement_basis(&self, statement: &Statement) -> Basis {
        match statement.claim {
            Claim::Observation { .. } | Claim::Fact { .. } | Claim::TimeService { .. } => {
                Basis::Declared
            }
            Claim::Drift { .. } if self.case.drift_ppm.is_some() => Basis::Declared,
            Claim::Drift { .. } => Basis::Assumed,
            Claim::RecordOrder { earlier: event, .. }
            | Claim::OnePlace {
                left: event,
                known_by: OrderOfStays::OwnLog,
                ..
            } if !self.is_vouched_for(wide(event)) => Basis::Assumed,
            Claim::ClockChange { .. } | Claim::RecordOrder { .. } | Claim::OnePlace { .. } => {
                Basis::Evidence
            }
        }
    }

    /// Whether the case declares that the own log of the device of an event is in the order of the
    /// operations.
    fn is_vouched_for(&self, event: usize) -> bool {
        let device = self.events.placed(event).and_then(|placed| placed.device);
        let label = device.and_then(|device| self.device(device)?.label.as_ref());
        let is_about = |own: &&crate::case::DeclaredStatement| {
            own.claims == crate::case::LogClaim::RecordsAreInOrder
                && label.is_some_and(|label| own.about.contains(label))
        };
        self.case.statements.iter().any(|own| is_about(&own))
    }

    /// Where a statement comes from: the case file, a fact's own source, or the source of the records.
    #[must_use]
    pub fn statement_source(&self, statement: &Statement) -> String {
        let source = |index: u32| {
            let own = usize::try_from(index).ok();
            own.and_then(|own| self.sources.get(own))
                .map_or_else(String::new, |source| source.name.clone())
        };
        let of_event = |event: usize| {
            let row = self.events.row(event);
            row.map_or_else(String::new, |row| source(row.source))
        };
        const CASE_FILE: &str = "case file";
        match &statement.claim {
            Claim::Observation { .. } => CASE_FILE.to_owned(),
            Claim::Drift { .. } if self.case.drift_ppm.is_some() => CASE_FILE.to_owned(),
            Claim::Drift { .. } => "default".to_owned(),
            Claim::ClockChange { machine, step } | Claim::TimeService { machine, step } => {
                let own = self.machine(*machine);
                let recorded = own.and_then(|machine| machine.clock.steps.get(*step));
                recorded.map_or_else(String::new, |recorded| {
                    format!("{}: {}", source(recorded.source), recorded.step.locator)
                })
            }
            Claim::RecordOrder { source: log, .. } => source(*log),
            Claim::OnePlace { left, came, .. } => {
                let (left, came) = (of_event(wide(*left)), of_event(wide(*came)));
                if left == came {
                    left
                } else {
                    format!("{left}; {came}")
                }
            }
            Claim::Fact { fact, .. } => {
                let own = self.case.facts.get(*fact);
                let named = own.and_then(|fact| fact.source.clone());
                named.unwrap_or_else(|| CASE_FILE.to_owned())
            }
        }
    }

    /// The events that a statement is about.
    #[must_use]
    pub fn statement_events(&self, statement: &Statement) -> Vec<usize> {
        match &statement.claim {
            Claim::Observation { .. }
            | Claim::Drift { .. }
            | Claim::ClockChange { .. }
            | Claim::TimeService { .. } => Vec::new(),
            Claim::RecordOrder { earlier, later, .. } => vec![wide(*earlier), wide(*later)],
            Claim::OnePlace { left, came, .. } => vec![wide(*left), wide(*came)],
            Claim::Fact { events, .. } => events.to_vec(),
        }
    }

    /// What a statement says.
    #[must_use]
    pub fn statement_says(&self, statement: &Statement) -> Says {
        match &statement.claim {
            Claim::Observation {
                machine,
                observation,
                reads,
            } => self.observation_says(*machine, *observation, *reads),
            Claim::Drift { machine } => {
                let (en, ja) = self.machine_names(*machine);
                let ppm = self
                    .machine(*machine)
                    .map_or(0, |machine| machine.clock.drift_ppm);
                let a_day =
                    shown_span(86_400_i64.saturating_mul(i64::from(ppm)).saturating_mul(10));
                let unread = self.machine(*machine).is_none_or(|own| !own.has_evidence);
                let (unread_en, unread_ja) = if unread {
                    (
                        "; nothing of that machine was read, so a change would not be known",
                        "。同機の証拠がなく、変更があっても分からない",
                    )
                } else {
                    ("", "")
                };
                Says {
                    en: format!(
                        "between its recorded changes the clock of {en} ran by itself and drifted by \
                         at most {ppm} ppm ({a_day} a day){unread_en}"
                    ),
                    ja: format!(
                        "{ja}の時計は、記録された変更の間は自走し、そのずれの変化は {ppm} ppm\
                         （1日あたり {a_day}）以内である{unread_ja}"
                    ),
                }
            }
            Claim::ClockChange { machine, step } => self.change_says(*machine, *step),
            Claim::TimeService { machine, step } => self.time_service_says(*machine, *step),
            Claim::RecordOrder { earlier, later, .. } => {
                let (earlier, later) = (wide(*earlier), wide(*later));
                let number = |event: usize| {
                    let number = self.events.row(event).and_then(|row| row.number);
                    number.map_or_else(String::new, |number| number.to_string())
                };
                let device = self
                    .events
                    .placed(earlier)
                    .and_then(|placed| placed.device)
                    .map_or_else(String::new, |device| self.device_name(device));
                let (a, b) = (self.event_says(earlier), self.event_says(later));
                Says {
                    en: format!(
                        "the own log of {device} has record {} ({}) before record {} ({})",
                        number(earlier),
                        a.en,
                        number(later),
                        b.en
                    ),
                    ja: format!(
                        "「{device}」自身のログでは、記録 {}（{}）が記録 {}（{}）より前である",
                        number(earlier),
                        a.ja,
                        number(later),
                        b.ja
                    ),
                }
            }
            Claim::OnePlace {
                device,
                left,
                came,
                travel,
                known_by,
            } => {
                let device = self.device_name(*device);
                let (a, b) = (self.event_says(wide(*left)), self.event_says(wide(*came)));
                let (way_en, way_ja) = if *travel > 0 {
                    let span = shown_span(*travel);
                    (
                        format!(", and to carry it takes {span} at least"),
                        format!("。運ぶには少なくとも {span} かかる"),
                    )
                } else {
                    (String::new(), String::new())
                };
                let (how_en, how_ja) = match known_by {
                    OrderOfStays::OwnLog => (
                        "its own log has them in this order",
                        "本体のログの順序による",
                    ),
                    OrderOfStays::Clocks(_) => (
                        "the clocks leave no time for the other order",
                        "時計の誤差を見込んでも逆の順序はあり得ない",
                    ),
                };
                Says {
                    en: format!(
                        "{device} is in one place at a time: it left {} before it was in {}{way_en} \
                         ({how_en})",
                        a.en, b.en
                    ),
                    ja: format!(
                        "「{device}」は同時に2か所に存在しない。{}を離れた後に{}に現れた{way_ja}\
                         （{how_ja}）",
                        a.ja, b.ja
                    ),
                }
            }
            Claim::Fact { fact, .. } => {
                let own = self.case.facts.get(*fact);
                Says {
                    en: own.map_or_else(String::new, |fact| fact.says.en().to_owned()),
                    ja: own.map_or_else(String::new, |fact| fact.says.ja().to_owned()),
                }
            }
        }
    }

    /// The ids of statements by their places among all, each once.
    #[must_use]
    pub fn statement_ids(&self, places: &[usize]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for statement in places
            .iter()
            .filter_map(|place| self.clocks.statements.get(*place))
        {
            let id = self.statement_id(statement);
            if !all.contains(&id) {
                all.push(id);
            }
        }
        all
    }

    /// What a conflict says: its statements, by how much they contradict each other, and which of them,
    /// left out, would let all others hold.
    #[must_use]
    pub fn conflict_says(&self, conflict: &ClockConflict) -> Says {
        let places = conflict.statements.iter();
        let all: Vec<(String, Says)> = places
            .filter_map(|place| self.clocks.statements.get(*place))
            .map(|statement| (self.statement_id(statement), self.statement_says(statement)))
            .collect();
        let listed = |says: fn(&Says) -> &String| {
            let each = all.iter().map(|(id, own)| format!("{id}: {}", says(own)));
            each.collect::<Vec<_>>().join("; ")
        };
        let by = shown_span(conflict.by / TICKS_PER_SECOND * TICKS_PER_SECOND);
        let restored = self.statement_ids(&conflict.restored_by);
        let (restored_en, restored_ja) = if restored.is_empty() {
            (
                "No single one of them, left out, lets all others hold.".to_owned(),
                "そのうち1つを除くだけでは、残りのすべては両立しない。".to_owned(),
            )
        } else {
            (
                format!(
                    "Left out, {} would let all others hold.",
                    restored.join(" or ")
                ),
                format!(
                    "{}のいずれかを除けば、残りはすべて両立する。",
                    restored.join("、")
                ),
            )
        };
        Says {
            en: format!(
                "Not consistent with each other, by {by}: {}. {restored_en} No corrected time rests \
                 on what is in doubt.",
                listed(|own| &own.en)
            ),
            ja: format!(
                "次の{}件は互いに{by}だけ整合しない：{}。{restored_ja}補正後の時刻は、疑わしい記述には\
                 基づかない。",
                all.len(),
                listed(|own| &own.ja)
            ),
        }
    }

    fn observation_says(&self, machine: MachineIndex, observation: usize, reads: Reads) -> Says {
        let (en, ja) = self.machine_names(machine);
        let seen = self
            .machine(machine)
            .and_then(|machine| machine.clock.observations.get(observation));
        let Some(seen) = seen else {
            return Says::default();
        };
        let sign = if seen.offset > 0 { "+" } else { "" };
        let number = format!("{sign}{}", shown_span(seen.offset));
        let tolerance = shown_span(seen.tolerance);
        let (how_en, how_ja) = match reads {
            _ if seen.offset == 0 => ("the clock was right", "時計は合っていた"),
            Reads::Correction => ("read as what to add", "補正値（加える値）と読む"),
            Reads::Deviation => (
                "read as the clock minus true time",
                "時計のずれ（時計－真の時刻）と読む",
            ),
            Reads::Unknown => (
                "read one way or the other",
                "補正値かずれかのいずれかと読む",
            ),
        };
        Says {
            en: format!(
                "{en} was seen to stand off by {number} ±{tolerance} on {} ({how_en})",
                seen.on
            ),
            ja: format!(
                "{} に{ja}の時刻差は {number} ±{tolerance} と観測された（{how_ja}）",
                seen.on
            ),
        }
    }

    fn change_says(&self, machine: MachineIndex, step: usize) -> Says {
        let (en, ja) = self.machine_names(machine);
        let recorded = self
            .machine(machine)
            .and_then(|machine| machine.clock.steps.get(step));
        let Some(recorded) = recorded else {
            return Says::default();
        };
        let step = &recorded.step;
        let shown = |at: Timestamp| self.local_time(machine, at).to_text(0).replace('T', " ");
        let (before, after) = (shown(step.before), shown(step.after));
        let (pause_en, pause_ja) = if step.may_hide_a_pause() {
            (
                "; how long that took is not known, since the machine may have stood still",
                "。機械が停止していた可能性があり、その間の長さは不明である",
            )
        } else {
            ("", "")
        };
        Says {
            en: format!("the clock of {en} was set from {before} to {after}{pause_en}"),
            ja: format!("{ja}の時計は {before} から {after} に変更された{pause_ja}"),
        }
    }

    fn time_service_says(&self, machine: MachineIndex, step: usize) -> Says {
        let (en, ja) = self.machine_names(machine);
        let own = self.machine(machine);
        let Some(recorded) = own.and_then(|machine| machine.clock.steps.get(step)) else {
            return Says::default();
        };
        let after = self
            .local_time(machine, recorded.step.after)
            .to_text(0)
            .replace('T', " ");
        let within = shown_span(self.case.time_service.unwrap_or_default());
        Says {
            en: format!(
                "Windows' time service set the clock of {en} to {after}, and such a setting is right to \
                 {within}"
            ),
            ja: format!(
                "Windowsのタイムサービスが{ja}の時計を {after} に設定した。その設定は {within} 以内で正しい"
            ),
        }
    }

    /// An event in a few words: where, when by that machine's clock, and what.
    fn event_says(&self, event: usize) -> Says {
        let machine = self.events.placed(event).and_then(|placed| placed.machine);
        let (en, ja) = machine.map_or_else(Default::default, |machine| self.machine_names(machine));
        let time = self.local_times(&[event]);
        let action = self.events.row(event).map_or("", |row| row.action.name());
        Says {
            en: format!("{en}, {action} {time}"),
            ja: format!("{ja}、{time}、{action}"),
        }
    }
}

/// An event's number, which a statement keeps in less room.
fn wide(event: u32) -> usize {
    usize::try_from(event).unwrap_or(usize::MAX)
}

/// A span in ticks as case files write it: `-19m`, `1m30s`, `8.64s`.
fn shown_span(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let size = ticks.unsigned_abs();
    let unit = TICKS_PER_SECOND.unsigned_abs();
    let (seconds, rest) = (size / unit, size % unit);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = String::from(sign);
    if hours > 0 {
        text.push_str(&format!("{hours}h"));
    }
    if minutes > 0 {
        text.push_str(&format!("{minutes}m"));
    }
    if rest > 0 {
        let decimals = format!("{rest:07}");
        text.push_str(&format!("{seconds}.{}s", decimals.trim_end_matches('0')));
    } else if seconds > 0 || (hours, minutes) == (0, 0) {
        text.push_str(&format!("{seconds}s"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_case_files_write_them() {
        for (ticks, text) in [
            (0, "0s"),
            (-1140 * TICKS_PER_SECOND, "-19m"),
            (90 * TICKS_PER_SECOND, "1m30s"),
            (3600 * TICKS_PER_SECOND, "1h"),
            (86_400_000, "8.64s"),
        ] {
            assert_eq!(shown_span(ticks), text);
        }
    }
}
