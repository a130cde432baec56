//! What a reading gave, as lines that can be compared with those of another reading.

use kusari::event::{Confidence, IdentifierText};
use kusari::harvest::Harvest;
use kusari::intake::{ArtifactFile, ArtifactKind, ReadOptions, Surroundings};
use kusari::lineage::NamePattern;
use kusari_artifacts::{Locator, Outcome};

/// One event, claim, property, fact or clock step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Where it stands.
    pub(crate) at: Locator,
    /// Everything else, with as much of the place as does not move when bytes before it are cut
    /// out.
    pub(crate) text: String,
    /// Whether it comes from unused space.
    pub(crate) recovered: bool,
}

/// What one reading gave.
pub(crate) struct Seen {
    pub(crate) lines: Vec<Line>,
    pub(crate) outcome: Outcome,
}

/// Reads a file with everything that can be asked for, so that the most code meets the damage.
pub(crate) fn harvest(kind: &ArtifactKind, file: ArtifactFile) -> Harvest {
    let options = ReadOptions {
        all: true,
        show_redacted: true,
        carve: true,
        names: [NamePattern::any()].into(),
    };
    let path = file.path.clone();
    let around = Surroundings::of_path(&path);
    let mut harvest = Harvest::default();
    (kind.read)(file, &around, &options, &mut harvest);
    harvest
}

impl Seen {
    pub(crate) fn of(harvest: &Harvest) -> Self {
        let mut lines = events(harvest);
        let mut add = |at: &Locator, text: String| {
            // A recovered key whose place is not known.
            let recovered = matches!(at, Locator::Registry { key, .. } if key.starts_with("?\\"));
            let text = match at {
                Locator::Registry { .. } => format!("{at} {text}"),
                _ => text,
            };
            lines.push(Line {
                at: at.clone(),
                text,
                recovered,
            });
        };
        for claim in harvest.claims() {
            let text = format!("claim {:?} {:?} {}", claim.a, claim.b, claim.why);
            add(&claim.locator, text);
        }
        for property in harvest.properties() {
            let text = format!(
                "property {:?} {:?} {}",
                property.of, property.kind, property.value
            );
            add(&property.locator, text);
        }
        for fact in harvest.facts() {
            add(&fact.locator, format!("{:?}", fact.fact));
        }
        for change in harvest.clock_changes() {
            let text = format!(
                "clock set {} {} {:?}",
                change.before,
                change.after,
                change.by()
            );
            add(&change.locator, text);
        }
        Self {
            lines,
            outcome: harvest.said().clone(),
        }
    }
}

fn events(harvest: &Harvest) -> Vec<Line> {
    let strings = harvest.strings();
    let table = harvest.events();
    let named = |name: Option<IdentifierText>| {
        name.map(|name| (name.kind, strings.get(name.value).unwrap_or_default()))
    };
    let mut lines = Vec::new();
    for (index, row) in table.rows().enumerate() {
        let at = table.locator(strings, index).unwrap();
        let message = strings.get(row.message).unwrap_or_default();
        // A hive's event is told with the device's name, which stands in a key beside its own.
        let (place, message) = match &at {
            Locator::Registry { .. } => (at.to_string(), ""),
            Locator::EventRecord { record, .. } => (record.to_string(), message),
            Locator::Lines { .. } | Locator::Bytes { .. } | Locator::WriteAheadLog { .. } => {
                (String::new(), message)
            }
        };
        let text = format!(
            "{place} {} {} {} on {:?}: device {:?}, volume {:?}, user {:?}, file {:?}, {}, {}",
            row.time,
            strings.get(row.meaning).unwrap_or_default(),
            row.action.name(),
            strings.get(row.computer),
            named(row.device),
            named(row.volume),
            strings.get(row.user),
            strings.get(row.file),
            message,
            row.confidence.name()
        );
        lines.push(Line {
            at,
            text,
            recovered: row.confidence == Confidence::Recovered,
        });
    }
    lines
}
