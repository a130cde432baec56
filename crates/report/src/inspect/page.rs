//! What was opened and found, as a tree for people.

use super::data::{ArtifactJson, EvidenceJson, InspectJson, LayerJson, MachineJson};
use crate::layout::{Branch, Page, visible};
use crate::texts::Texts;
use crate::view::View;

/// Facts that are numbers of bytes.
const BYTES: &[&str] = &["media size", "size", "length"];

pub(super) fn page(data: &InspectJson<'_>, view: &View) -> Page {
    let texts = view.language.texts();
    let mut page = Page::default();
    page.heading(texts.inspect_title);
    for one in &data.evidence {
        let mut root = Branch::new(format!("{}: {}", visible(&one.machine), visible(&one.path)));
        let machine = data.machines.iter().find(|own| own.machine == one.machine);
        if let Some(machine) = machine {
            root.lines.extend(of_machine(machine, texts));
        }
        match &one.layers {
            Some(layers) => root.children.push(of_layer(layers, one, data, texts)),
            None => {
                let kind = one.kind.iter().chain(&one.error).map(|text| visible(text));
                root.lines.extend(kind);
                let logs = data.artifacts.iter().filter(|artifact| {
                    artifact.device == Some(&one.machine)
                        && one.path.ends_with(artifact.source)
                        && artifact.source_data.place.is_none()
                });
                root.children
                    .extend(logs.map(|log| of_artifact(log, texts)));
            }
        }
        page.tree(root);
    }
    page
}

fn of_machine(machine: &MachineJson<'_>, texts: &Texts) -> Vec<String> {
    let mut lines = Vec::new();
    let windows = machine.windows.map(visible);
    let installed = machine
        .installed
        .as_ref()
        .map(|at| format!("{} {at}", texts.windows_installed));
    let first: Vec<String> = windows.into_iter().chain(installed).collect();
    if !first.is_empty() {
        lines.push(first.join(", "));
    }
    lines.push(crate::texts::fill(
        texts.zone_of,
        &[&visible(&machine.timezone)],
    ));
    if !machine.names.is_empty() {
        let names: Vec<String> = machine.names.iter().map(|name| visible(name)).collect();
        lines.push(format!("{}: {}", texts.computer_names, names.join(", ")));
    }
    if !machine.users.is_empty() {
        let users = machine.users.iter();
        let users: Vec<String> = users
            .map(|user| format!("{} ({})", visible(user.name), visible(user.sid)))
            .collect();
        lines.push(format!("{}: {}", texts.user, users.join(", ")));
    }
    lines
}

fn of_layer(
    layer: &LayerJson<'_>,
    of: &EvidenceJson<'_>,
    data: &InspectJson<'_>,
    texts: &Texts,
) -> Branch {
    let mut branch = Branch::new(visible(&texts.layer(layer.title)));
    let (hashes, others): (Vec<_>, Vec<_>) = layer
        .facts
        .iter()
        .partition(|fact| fact.name.starts_with("stored ") || fact.name == "locked");
    let said = |name: &str, value: &str| {
        let value = match value.parse::<u64>() {
            Ok(bytes) if BYTES.contains(&name) => human_size(bytes),
            _ => visible(value),
        };
        format!("{}: {value}", texts.fact(name))
    };
    if !others.is_empty() {
        let facts = others.iter().map(|fact| said(fact.name, &fact.value));
        branch.lines.push(facts.collect::<Vec<_>>().join(", "));
    }
    branch
        .lines
        .extend(hashes.iter().map(|fact| said(fact.name, &fact.value)));
    let notes = layer.notes.iter();
    branch
        .lines
        .extend(notes.map(|note| format!("! {}", visible(note))));
    if let Some(volume) = layer.volume_index {
        let here = data.artifacts.iter().filter(|artifact| {
            let place = artifact.source_data.place.as_ref();
            place.is_some_and(|place| Some(place.evidence) == of.opened && place.volume == volume)
        });
        branch
            .children
            .extend(here.map(|artifact| of_artifact(artifact, texts)));
    }
    let children = layer.children.iter();
    branch
        .children
        .extend(children.map(|child| of_layer(child, of, data, texts)));
    branch
}

fn of_artifact(artifact: &ArtifactJson<'_>, texts: &Texts) -> Branch {
    let place = artifact.source_data.place.as_ref();
    let path = place.map_or(artifact.source, |place| place.path.as_str());
    let mut branch = Branch::new(visible(path));
    let mut facts = vec![
        texts.artifact(artifact.artifact).to_owned(),
        human_size(artifact.size),
        format!("{}: {}", texts.records, artifact.records),
    ];
    let modified = artifact.source_data.times.modified;
    facts.extend(modified.map(|at| {
        let at = crate::shown_time::to_the_second(at);
        format!("{}: {at}", texts.fact("modified"))
    }));
    branch.lines.push(facts.join(", "));
    branch.lines.extend(
        artifact
            .sha256
            .as_ref()
            .map(|hash| format!("{} {hash}", texts.sha256)),
    );
    branch.lines.extend(
        artifact
            .companions
            .iter()
            .map(|own| format!("+ {} {} {}", visible(own.name), texts.sha256, own.sha256)),
    );
    branch
        .lines
        .extend(artifact.error.map(|error| format!("! {}", visible(error))));
    branch
}

/// A number of bytes for people; small ones exactly. Cut, not rounded.
fn human_size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut unit = "B";
    let (mut whole, mut tenths) = (bytes, 0);
    for larger in UNITS {
        if whole < 1024 {
            break;
        }
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit = larger;
    }
    if unit == "B" {
        format!("{bytes} B")
    } else {
        format!("{whole}.{tenths} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::human_size;

    #[test]
    fn sizes_are_cut_and_not_rounded() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1_048_575, "1023.9 KiB"),
            (64_424_509_440, "60.0 GiB"),
            (u64::MAX, "16383.9 PiB"),
        ] {
            assert_eq!(human_size(bytes), shown);
        }
    }
}
