//! Unknown keys of a case file, each with the nearest known one.

use toml::{Table, Value};

/// The keys that a table of the case file may hold, and the tables below them.
struct Known {
    keys: &'static [&'static str],
    tables: &'static [(&'static str, &'static Known)],
}

const LEAF: &[(&str, &Known)] = &[];

const ROOT: Known = Known {
    keys: &[
        "case",
        "machine",
        "device",
        "fact",
        "statement",
        "clock",
        "exposure",
    ],
    tables: &[
        ("statement", &STATEMENT),
        ("case", &CASE),
        ("machine", &MACHINE),
        ("device", &DEVICE),
        ("fact", &FACT),
        ("clock", &CLOCK),
        ("exposure", &EXPOSURE),
    ],
};
const CASE: Known = Known {
    keys: &["name", "timezone", "from", "to"],
    tables: LEAF,
};
const MACHINE: Known = Known {
    keys: &[
        "id", "label", "names", "evidence", "unlock", "timezone", "clock",
    ],
    tables: &[
        ("label", &LABEL),
        ("unlock", &UNLOCK),
        ("clock", &OBSERVATION),
    ],
};
const UNLOCK: Known = Known {
    keys: &["recovery-key", "password", "startup-key"],
    tables: LEAF,
};
const LABEL: Known = Known {
    keys: &["en", "ja"],
    tables: LEAF,
};
const OBSERVATION: Known = Known {
    keys: &["on", "offset", "tolerance", "reads", "note"],
    tables: LEAF,
};
const DEVICE: Known = Known {
    keys: &["label", "serial", "evidence", "unlock", "vendor-log"],
    tables: &[("unlock", &UNLOCK), ("vendor-log", &VENDOR_LOG)],
};
const VENDOR_LOG: Known = Known {
    keys: &["path", "profile"],
    tables: LEAF,
};
const FACT: Known = Known {
    keys: &[
        "id",
        "says",
        "source",
        "event",
        "not-before",
        "not-after",
        "at",
        "tolerance",
    ],
    tables: &[("says", &LABEL), ("event", &FACT_EVENT)],
};
const STATEMENT: Known = Known {
    keys: &["id", "says", "source", "about", "claims"],
    tables: &[("says", &LABEL)],
};
const FACT_EVENT: Known = Known {
    keys: &["machine", "device", "action", "which"],
    tables: LEAF,
};
const CLOCK: Known = Known {
    keys: &["drift-ppm", "travel"],
    tables: &[("travel", &TRAVEL)],
};
const TRAVEL: Known = Known {
    keys: &["between", "at-least"],
    tables: LEAF,
};
const EXPOSURE: Known = Known {
    keys: &["inventory", "deletions", "accesses", "personal", "robots"],
    tables: LEAF,
};

/// The first unknown key, as a sentence for people.
pub(super) fn first_unknown(file: &Table) -> Option<String> {
    check(file, &ROOT, "")
}

fn check(table: &Table, known: &Known, place: &str) -> Option<String> {
    for (key, value) in table {
        if !known.keys.contains(&key.as_str()) {
            let within = if place.is_empty() {
                String::new()
            } else {
                format!(" in `{place}`")
            };
            let nearest = nearest(key, known.keys)
                .map(|nearest| format!("; did you mean `{nearest}`?"))
                .unwrap_or_default();
            let all = known.keys.join("`, `");
            return Some(format!(
                "unknown key `{key}`{within}{nearest} Known are `{all}`"
            ));
        }
        let Some((_, below)) = known.tables.iter().find(|(name, _)| name == key) else {
            continue;
        };
        let place = if place.is_empty() {
            key.clone()
        } else {
            format!("{place}.{key}")
        };
        let found = match value {
            Value::Table(table) => check(table, below, &place),
            Value::Array(list) => list.iter().enumerate().find_map(|(index, value)| {
                check(value.as_table()?, below, &format!("{place}[{index}]"))
            }),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The known key that is the fewest edits away.
fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .copied()
        .min_by_key(|candidate| edits(key, candidate))
}

/// How many characters have to be changed, added or left out (Levenshtein).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i.saturating_add(1));
        for (j, to) in b.iter().enumerate() {
            let diagonal = row.get(j).copied().unwrap_or(0);
            let above = row
                .get(j.saturating_add(1))
                .copied()
                .unwrap_or(0)
                .saturating_add(1);
            let left = next.last().copied().unwrap_or(0).saturating_add(1);
            let changed = diagonal.saturating_add(usize::from(from != *to));
            next.push(changed.min(above).min(left));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(text: &str) -> Option<String> {
        first_unknown(&text.parse().unwrap())
    }

    #[test]
    fn the_nearest_key_is_named_with_its_place() {
        let said = unknown("[[machine]]\nid = 'a'\n[[machine.clock]]\noffest = '1m'\n").unwrap();
        assert!(said.contains("`offest` in `machine[0].clock[0]`"), "{said}");
        assert!(said.contains("did you mean `offset`?"), "{said}");
    }

    #[test]
    fn known_keys_pass() {
        assert_eq!(
            unknown("[case]\nname = 'x'\n[clock]\ndrift-ppm = 50\n"),
            None
        );
    }
}
