//! A profile from its TOML, key by key, so that a mistake is named with the key that was meant.

use toml::{Table, Value};

use super::layout::{BlockLayout, Layout, RowLayout};
use super::pattern::Pattern;
use super::profile::{Field, TimeSource, Zone};
use super::profile_error::join;
use super::record::LoginAction;
use super::time_format::TimeFormat;
use super::{Profile, ProfileError};
use crate::text::Encoding;

const ROLES: [&str; 6] = ["number", "computer", "user", "mac", "action", "note"];

pub(super) fn read(text: &str) -> Result<Profile, ProfileError> {
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| ProfileError::Syntax(error.to_string()))?;
    let top = Keys::new(
        &table,
        "",
        &[
            "name",
            "description",
            "sources",
            "encoding",
            "zone",
            "redact",
            "optional",
            "layout",
            "time",
            "fields",
            "actions",
        ],
    )?;
    let optional = top.texts("optional")?.unwrap_or_default();
    let fields = fields(&top, &optional)?;
    let profile = Profile {
        name: top.needed_text("name", "the name by which a case asks for it")?,
        description: top.text("description")?.unwrap_or_default(),
        sources: top.texts("sources")?.unwrap_or_default(),
        encoding: encoding(&top)?,
        layout: layout(&top)?,
        times: times(&top)?,
        zone: zone(&top)?,
        number: fields.number,
        computer: fields.computer,
        user: fields.user,
        mac: fields.mac,
        action: fields.action,
        note: fields.note,
        actions: actions(&top)?,
        redact: top.texts("redact")?.unwrap_or_default(),
    };
    check_redaction(&profile)?;
    check_names(&profile)?;
    Ok(profile)
}

/// One table of the profile whose keys are all known.
struct Keys<'t> {
    table: &'t Table,
    path: &'t str,
}

impl<'t> Keys<'t> {
    fn new(table: &'t Table, path: &'t str, known: &[&str]) -> Result<Self, ProfileError> {
        match table.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(ProfileError::unknown(path, key, known)),
            None => Ok(Self { table, path }),
        }
    }

    fn path(&self, key: &str) -> String {
        join(self.path, key)
    }

    fn wrong(&self, key: &str, value: &Value, expected: &str) -> ProfileError {
        ProfileError::value(&self.path(key), value, format!("expected {expected}"))
    }

    fn text(&self, key: &str) -> Result<Option<String>, ProfileError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(value) => Err(self.wrong(key, value, "a text")),
        }
    }

    fn needed_text(&self, key: &str, why: &str) -> Result<String, ProfileError> {
        self.text(key)?
            .ok_or_else(|| ProfileError::missing(&self.path(key), why))
    }

    /// A list of texts, or one text for a list of one.
    fn texts(&self, key: &str) -> Result<Option<Vec<String>>, ProfileError> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let items = match value {
            Value::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        items
            .iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.clone()),
                _ => Err(self.wrong(key, value, "a text or a list of texts")),
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    fn table(&self, key: &str, why: &str) -> Result<&'t Table, ProfileError> {
        match self.table.get(key) {
            Some(Value::Table(table)) => Ok(table),
            Some(value) => Err(self.wrong(key, value, "a table")),
            None => Err(ProfileError::missing(&self.path(key), why)),
        }
    }
}

struct Fields {
    number: Option<Field>,
    computer: Option<Field>,
    user: Option<Field>,
    mac: Option<Field>,
    action: Field,
    note: Option<Field>,
}

fn fields(top: &Keys<'_>, optional: &[String]) -> Result<Fields, ProfileError> {
    let table = top.table("fields", "it says which field is what")?;
    let keys = Keys::new(table, "fields", &ROLES)?;
    for role in optional {
        if !ROLES.contains(&role.as_str()) {
            return Err(ProfileError::unknown("optional", role, &ROLES));
        }
        if !table.contains_key(role) || role == "action" {
            let reason = "only fields that stand in `fields` can be optional, but not `action`";
            return Err(ProfileError::value("optional", role, reason));
        }
    }
    let field = |role: &str| -> Result<Option<Field>, ProfileError> {
        Ok(keys.texts(role)?.map(|names| Field {
            names,
            optional: optional.iter().any(|other| other == role),
        }))
    };
    Ok(Fields {
        number: field("number")?,
        computer: field("computer")?,
        user: field("user")?,
        mac: field("mac")?,
        action: field("action")?
            .ok_or_else(|| ProfileError::missing("fields.action", "it says what was done"))?,
        note: field("note")?,
    })
}

fn encoding(top: &Keys<'_>) -> Result<Option<Encoding>, ProfileError> {
    match top.text("encoding")?.as_deref() {
        None | Some("auto") => Ok(None),
        Some(name) => Encoding::from_name(name).map(Some).ok_or_else(|| {
            let reason = "expected auto, utf-8, utf-16le, utf-16be or cp932";
            ProfileError::value("encoding", name, reason)
        }),
    }
}

fn layout(top: &Keys<'_>) -> Result<Layout, ProfileError> {
    let table = top.table("layout", "it says how the records stand in the text")?;
    let known = [
        "kind",
        "begins",
        "separator",
        "keys",
        "delimiter",
        "header",
        "columns",
    ];
    let keys = Keys::new(table, "layout", &known)?;
    let kind = keys.needed_text("kind", "`blocks` or `rows`")?;
    let misplaced = match kind.as_str() {
        "blocks" => ["delimiter", "header", "columns"],
        "rows" => ["begins", "separator", "keys"],
        other => {
            let reason = "expected `blocks` or `rows`";
            return Err(ProfileError::value("layout.kind", other, reason));
        }
    };
    if let Some((key, value)) = misplaced
        .iter()
        .find_map(|key| Some((key, table.get(*key)?)))
    {
        return Err(keys.wrong(key, value, &format!("no such key where `kind` is `{kind}`")));
    }
    if kind == "blocks" {
        let begins = keys.needed_text("begins", "the line that begins a record")?;
        let separator = keys.text("separator")?.unwrap_or_else(|| "=".to_owned());
        if separator.trim().is_empty() {
            let reason = "expected a text such as `=` or `:`";
            return Err(ProfileError::value("layout.separator", separator, reason));
        }
        return Ok(Layout::Blocks(BlockLayout {
            begins: Pattern::parse("layout.begins", &begins)?,
            separator: separator.trim().to_owned(),
            keys: keys.texts("keys")?.unwrap_or_default(),
        }));
    }
    Ok(Layout::Rows(RowLayout {
        delimiter: delimiter(&keys)?,
        columns: columns(&keys)?,
    }))
}

fn delimiter(keys: &Keys<'_>) -> Result<char, ProfileError> {
    let text = keys.text("delimiter")?.unwrap_or_else(|| ",".to_owned());
    let mut letters = text.chars();
    match (text.as_str(), letters.next(), letters.next()) {
        ("tab", ..) => Ok('\t'),
        (_, Some(letter), None) if !matches!(letter, '"' | '\r' | '\n') => Ok(letter),
        _ => Err(ProfileError::value(
            "layout.delimiter",
            &text,
            "expected one character, or `tab`",
        )),
    }
}

fn columns(keys: &Keys<'_>) -> Result<Option<Vec<String>>, ProfileError> {
    let header = match keys.table.get("header") {
        None => None,
        Some(Value::Boolean(header)) => Some(*header),
        Some(value) => return Err(keys.wrong("header", value, "true or false")),
    };
    match (header, keys.texts("columns")?) {
        (Some(true) | None, None) => Ok(None),
        (Some(false) | None, Some(columns)) => Ok(Some(columns)),
        (Some(false), None) => Err(ProfileError::missing(
            "layout.columns",
            "without a header row they name the columns",
        )),
        (Some(true), Some(columns)) => Err(ProfileError::value(
            "layout.columns",
            columns.join(", "),
            "where there is a header row, it names the columns",
        )),
    }
}

/// `[time]`, or several `[[time]]`.
fn times(top: &Keys<'_>) -> Result<Vec<TimeSource>, ProfileError> {
    let tables: Vec<&Table> = match top.table.get("time") {
        None => {
            return Err(ProfileError::missing(
                "time",
                "it says where the time stands",
            ));
        }
        Some(Value::Table(table)) => vec![table],
        Some(value @ Value::Array(items)) => items
            .iter()
            .map(|item| {
                item.as_table()
                    .ok_or_else(|| top.wrong("time", value, "a table"))
            })
            .collect::<Result<_, _>>()?,
        Some(value) => return Err(top.wrong("time", value, "a table")),
    };
    if tables.is_empty() {
        return Err(ProfileError::missing(
            "time",
            "it says where the time stands",
        ));
    }
    tables.into_iter().map(time).collect()
}

fn time(table: &Table) -> Result<TimeSource, ProfileError> {
    let keys = Keys::new(table, "time", &["fields", "formats"])?;
    let fields = keys.texts("fields")?.unwrap_or_default();
    if fields.is_empty() || fields.len() > 2 {
        let why = "one field, or two that are joined with a space";
        return Err(ProfileError::missing("time.fields", why));
    }
    let formats = keys.texts("formats")?.unwrap_or_default();
    if formats.is_empty() {
        let why = "how the time is written, as in `%Y/%m/%d %H:%M:%S`";
        return Err(ProfileError::missing("time.formats", why));
    }
    Ok(TimeSource {
        fields,
        formats: formats
            .iter()
            .map(|format| TimeFormat::parse("time.formats", format))
            .collect::<Result<_, _>>()?,
    })
}

/// `pc-local`, `Z`, `+09:00`
fn zone(top: &Keys<'_>) -> Result<Zone, ProfileError> {
    let text = top.needed_text("zone", "`pc-local`, or an offset such as `+09:00`")?;
    let bad = || ProfileError::value("zone", &text, "expected `pc-local`, `Z` or `+09:00`");
    match text.as_str() {
        "pc-local" => return Ok(Zone::PcLocal),
        "Z" => return Ok(Zone::Offset(0)),
        _ => {}
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-').ok_or_else(bad)?),
    };
    let (hours, minutes) = rest.split_once(':').ok_or_else(bad)?;
    let part = |digits: &str, limit: i32| {
        let whole = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        let value = whole.then(|| digits.parse::<i32>().ok()).flatten();
        value.filter(|value| *value <= limit).ok_or_else(bad)
    };
    let minutes = part(hours, 14)? * 60 + part(minutes, 59)?;
    Ok(Zone::Offset(sign * minutes * 60))
}

fn actions(top: &Keys<'_>) -> Result<Vec<(String, LoginAction)>, ProfileError> {
    let table = top.table("actions", "it says which values mean a login")?;
    let keys = Keys::new(table, "actions", &LoginAction::NAMED.map(LoginAction::name))?;
    let mut meanings: Vec<(String, LoginAction)> = Vec::new();
    for action in LoginAction::NAMED {
        for value in keys.texts(action.name())?.unwrap_or_default() {
            if meanings.iter().any(|(known, _)| *known == value) {
                let key = keys.path(action.name());
                return Err(ProfileError::value(
                    &key,
                    value,
                    "has another meaning already",
                ));
            }
            meanings.push((value, action));
        }
    }
    Ok(meanings)
}

/// What orders and places a record can't be hidden.
fn check_redaction(profile: &Profile) -> Result<(), ProfileError> {
    let times = profile.times.iter().flat_map(|source| &source.fields);
    let numbers = profile.number.iter().flat_map(|field| &field.names);
    let mut shown = times.chain(numbers).chain(&profile.action.names);
    match shown.find(|name| profile.redact.contains(name)) {
        Some(name) => Err(ProfileError::value(
            "redact",
            name,
            "the time, the number and the action can't be redacted",
        )),
        None => Ok(()),
    }
}

/// Where the profile itself names all fields, a slip in another place is found here and not on
/// the evidence.
fn check_names(profile: &Profile) -> Result<(), ProfileError> {
    let known: Vec<&str> = match &profile.layout {
        Layout::Blocks(layout) if !layout.keys.is_empty() => {
            let captured = layout.begins.fields();
            captured
                .chain(layout.keys.iter().map(String::as_str))
                .collect()
        }
        Layout::Rows(layout) => match &layout.columns {
            Some(columns) => columns.iter().map(String::as_str).collect(),
            None => return Ok(()),
        },
        Layout::Blocks(_) => return Ok(()),
    };
    let roles = profile.fields().flat_map(|(role, field)| {
        field
            .names
            .iter()
            .map(move |name| (join("fields", role), name))
    });
    let times = profile.times.iter().flat_map(|source| {
        source
            .fields
            .iter()
            .map(|name| ("time.fields".to_owned(), name))
    });
    let redacted = profile
        .redact
        .iter()
        .map(|name| ("redact".to_owned(), name));
    for (key, name) in roles.chain(times).chain(redacted) {
        if !known.contains(&name.as_str()) {
            let meant = super::nearest::nearest(name, &known);
            let meant =
                meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
            return Err(ProfileError::value(
                &key,
                name,
                format!("the layout has no such field{meant}"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
name = "x"
zone = "+09:00"
[layout]
kind = "rows"
columns = ["when", "pc", "what"]
[time]
fields = "when"
formats = "%Y-%m-%d %H:%M:%S"
[fields]
computer = "pc"
action = "what"
[actions]
login-succeeded = "ok"
"#;

    fn error(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        read(&GOOD.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn a_small_profile_is_enough() {
        let profile = read(GOOD).unwrap();
        assert_eq!(profile.zone, Zone::Offset(9 * 3600));
        assert_eq!(
            profile.actions,
            [("ok".to_owned(), LoginAction::LoginSucceeded)]
        );
    }

    #[test]
    fn mistakes_name_the_key_and_the_one_that_was_meant() {
        for (from, to, expected) in [
            (
                "computer =",
                "compter =",
                "`fields.compter` that is not known; did you mean `computer`?",
            ),
            (
                "login-succeeded",
                "login-suceeded",
                "did you mean `login-succeeded`?",
            ),
            (
                "[layout]",
                "[layouts]",
                "`layouts` that is not known; did you mean `layout`?",
            ),
            ("zone = \"+09:00\"", "", "lacks the key `zone`"),
            ("\"+09:00\"", "\"JST\"", "`zone` is `JST`: expected"),
            (
                "\"pc\"\naction",
                "\"pcs\"\naction",
                "`fields.computer` is `pcs`: the layout has no such field; did you mean `pc`?",
            ),
            ("\"rows\"", "\"row\"", "`layout.kind` is `row`"),
            ("%S", "%s", "`%s` is not known"),
            ("action = \"what\"", "", "lacks the key `fields.action`"),
            ("name = \"x\"", "name = 1", "`name` is `1`: expected a text"),
            ("[time]", "[time", "no TOML"),
            (
                "name = \"x\"",
                "name = \"x\"\nredact = \"what\"",
                "can't be redacted",
            ),
            (
                "name = \"x\"",
                "name = \"x\"\nencoding = \"sjis\"",
                "expected auto",
            ),
        ] {
            let error = error(from, to);
            assert!(error.contains(expected), "{to}: {error}");
        }
    }
}
