//! Just enough XML to compare with another reader's rendering of an event.

// A test may fail loudly; the XML is that of a renderer, not evidence.
#![allow(clippy::unwrap_used, clippy::string_slice)]

/// A value somewhere in the XML: an element's text or an attribute.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Its path below `Event`; an attribute's last part begins with `@`.
    pub(crate) path: String,
    /// The `Name` attribute of the element, when it is `Data`.
    pub(crate) name: Option<String>,
    /// The text.
    pub(crate) text: String,
}

impl Leaf {
    /// The name under which Kusari gives the value.
    pub(crate) fn data_name(&self) -> &str {
        if self.path == "EventData/Data" {
            return self.name.as_deref().unwrap_or("");
        }
        self.path
            .strip_prefix("EventData/")
            .or_else(|| self.path.strip_prefix("UserData/"))
            .unwrap_or(&self.path)
    }
}

/// All values in their order. Attributes of `Data` and namespaces are left out.
pub(crate) fn leaves(xml: &str) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let mut open: Vec<(String, Option<String>, bool)> = Vec::new();
    let mut rest = xml;
    let mut text = String::new();
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        if rest.starts_with("<?") {
            rest = &rest[rest.find("?>").unwrap() + 2..];
            text.clear();
            continue;
        }
        // A `>` inside a quoted attribute value does not end the tag.
        let mut quote = None;
        let end = rest
            .char_indices()
            .find(|(_, c)| match (quote, c) {
                (None, '"' | '\'') => {
                    quote = Some(*c);
                    false
                }
                (Some(open), c) if open == *c => {
                    quote = None;
                    false
                }
                (None, '>') => true,
                _ => false,
            })
            .unwrap()
            .0;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if let Some(_name) = tag.strip_prefix('/') {
            let path = path(&open);
            let (_, name, had_children) = open.pop().unwrap();
            if !had_children {
                leaves.push(Leaf {
                    path,
                    name,
                    text: unescape(&text),
                });
            }
            text.clear();
            continue;
        }
        text.clear();
        let (tag, empty) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (element, mut attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        if let Some(parent) = open.last_mut() {
            parent.2 = true;
        }
        open.push((element.to_owned(), None, false));
        while let Some((name, after)) = attributes.split_once('=') {
            let quote = after.chars().next().unwrap();
            let close = after[1..].find(quote).unwrap() + 1;
            let (name, value) = (name.trim(), unescape(&after[1..close]));
            attributes = &after[close + 1..];
            if name.starts_with("xmlns") {
                continue;
            }
            if element == "Data" {
                open.last_mut().unwrap().1 = Some(value);
            } else {
                let path = format!("{}/@{name}", path(&open));
                leaves.push(Leaf {
                    path,
                    name: None,
                    text: value,
                });
            }
        }
        if empty {
            open.pop();
        }
    }
    leaves
}

fn path(open: &[(String, Option<String>, bool)]) -> String {
    open.iter()
        .skip(1)
        .map(|(name, ..)| name.as_str())
        .collect::<Vec<_>>()
        .join("/")
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(';').unwrap() + at;
        match &rest[at + 1..end] {
            "amp" => out.push('&'),
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "quot" => out.push('"'),
            "apos" => out.push('\''),
            code => {
                let code = code.strip_prefix('#').unwrap();
                let code = match code.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).unwrap(),
                    None => code.parse().unwrap(),
                };
                out.push(char::from_u32(code).unwrap());
            }
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}
