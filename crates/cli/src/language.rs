//! The language, from the option or the locale.

use kusari_report::Language;

use crate::args::LanguageArgument;

/// The variables that name the locale of messages, strongest first (POSIX.1-2017, 8.2).
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The language that was asked for, else the locale's, else English.
pub(crate) fn choose(asked: Option<LanguageArgument>) -> Language {
    match asked {
        Some(LanguageArgument::En) => Language::English,
        Some(LanguageArgument::Ja) => Language::Japanese,
        None => of_locale(|name| std::env::var(name).ok()),
    }
}

fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Language {
    let locale = VARIABLES
        .iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    match locale {
        Some(locale) if is_japanese(&locale) => Language::Japanese,
        _ => Language::English,
    }
}

fn is_japanese(locale: &str) -> bool {
    let language = locale
        .split(['_', '-', '.', '@'])
        .next()
        .unwrap_or_default();
    language.eq_ignore_ascii_case("ja")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Language {
        of_locale(|name| {
            let found = variables.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_strongest_variable_that_is_set_decides() {
        assert_eq!(with(&[]), Language::English);
        assert_eq!(with(&[("LANG", "ja_JP.UTF-8")]), Language::Japanese);
        assert_eq!(
            with(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")]),
            Language::English
        );
        assert_eq!(
            with(&[("LANG", "C"), ("LC_MESSAGES", "ja")]),
            Language::Japanese
        );
        assert_eq!(
            with(&[("LANG", "ja_JP"), ("LC_ALL", "")]),
            Language::Japanese
        );
        assert_eq!(with(&[("LANG", "jam_JM")]), Language::English);
    }
}
