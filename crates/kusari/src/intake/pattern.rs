//! Places on a Windows volume, with `*` for any part of one name.

/// Whether one name matches a pattern with any number of `*`. Without case.
pub(super) fn name_matches(pattern: &str, name: &str) -> bool {
    let pattern = pattern.to_lowercase();
    let name = name.to_lowercase();
    let mut parts = pattern.split('*');
    let Some(first) = parts.next() else {
        return false;
    };
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut ends_with_star = false;
    let mut had_star = false;
    for part in parts {
        had_star = true;
        if part.is_empty() {
            ends_with_star = true;
            continue;
        }
        ends_with_star = false;
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = rest.get(at.saturating_add(part.len())..).unwrap_or("");
    }
    if !had_star {
        return rest.is_empty();
    }
    // The last part must stand at the end; taking the last occurrence decides that.
    ends_with_star
        || rest.is_empty()
        || pattern
            .rsplit('*')
            .next()
            .is_some_and(|last| name.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::name_matches;

    #[test]
    fn stars_stand_for_any_part_of_a_name() {
        for (pattern, name, yes) in [
            ("SYSTEM", "system", true),
            ("SYSTEM", "system.log", false),
            ("*", "anything", true),
            ("*.evtx", "System.evtx", true),
            ("*.evtx", "System.evtx.bak", false),
            ("*.evtx", "a.evtx.evtx", true),
            (
                "setupapi.dev*.log",
                "setupapi.dev.20220601_120000.log",
                true,
            ),
            ("setupapi.dev*.log", "setupapi.dev.log", true),
            ("setupapi.dev*.log", "setupapi.setup.log", false),
        ] {
            assert_eq!(name_matches(pattern, name), yes, "{pattern} {name}");
        }
    }
}
