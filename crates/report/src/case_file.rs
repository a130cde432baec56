//! A case file written from what was found, to be completed by hand.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use kusari::Reconstruction;

/// Writes a case file: the machines with their computer names and evidence, the devices that can
/// be carried with their serial numbers and login logs. Paths are made relative to `folder`,
/// where the case file will stand.
///
/// # Errors
/// When `out` cannot be written to.
pub fn case_file(
    reconstruction: &Reconstruction,
    timezone: chrono_tz::Tz,
    folder: &Path,
    out: &mut dyn Write,
) -> io::Result<()> {
    let r = reconstruction;
    let case = r.case();
    let name = if case.name.is_empty() {
        "New case"
    } else {
        &case.name
    };
    writeln!(
        out,
        "# Written by `kusari init` from what was found; complete it by hand.\n"
    )?;
    writeln!(out, "[case]")?;
    writeln!(out, "name = {}", quoted(name))?;
    writeln!(
        out,
        "timezone = {}          # how times are shown",
        quoted(timezone.name())
    )?;
    writeln!(
        out,
        "# from = \"2022-06-21\"        # the first day of interest"
    )?;
    writeln!(
        out,
        "# to = \"2022-06-24\"          # the last day of interest"
    )?;

    for (index, machine) in r.machines().iter().enumerate() {
        let evidence = case.machines.get(index).map(|own| own.evidence.as_slice());
        let paths: Vec<String> = evidence
            .unwrap_or_default()
            .iter()
            .map(|path| quoted_path(path, folder))
            .collect();
        let names: Vec<String> = machine.names.iter().map(|name| quoted(name)).collect();
        writeln!(out, "\n[[machine]]")?;
        if !machine.has_evidence {
            writeln!(
                out,
                "# Named by other sources only; there is no evidence of its own."
            )?;
        }
        if let Some(windows) = &machine.windows {
            writeln!(out, "# {}", comment(windows))?;
        }
        writeln!(out, "id = {}", quoted(&machine.id))?;
        writeln!(out, "names = [{}]", names.join(", "))?;
        writeln!(out, "evidence = [{}]", paths.join(", "))?;
        writeln!(
            out,
            "  # [[machine.clock]]        # what an examiner saw of its clock"
        )?;
        writeln!(out, "  # on = \"2022-07-07\"")?;
        writeln!(out, "  # offset = \"-10m\"")?;
        writeln!(
            out,
            "  # reads = \"unknown\"        # correction, deviation or unknown"
        )?;
    }

    let mut labels = BTreeSet::new();
    for own in &case.devices {
        labels.insert(own.label.clone());
        let device = r
            .devices()
            .iter()
            .find(|device| device.label.as_ref() == Some(&own.label));
        let serial = own
            .serial
            .as_ref()
            .or(device.and_then(|device| device.serial.as_ref()));
        writeln!(out, "\n[[device]]")?;
        writeln!(out, "label = {}", quoted(&own.label))?;
        match serial {
            Some(serial) => writeln!(out, "serial = {}", quoted(serial))?,
            None => writeln!(
                out,
                "# serial = \"\"             # its USB serial number, if known"
            )?,
        }
        if !own.evidence.is_empty() {
            let images = own.evidence.iter().map(|path| quoted_path(path, folder));
            let images = images.collect::<Vec<_>>().join(", ");
            writeln!(out, "evidence = [{images}]")?;
        }
        if let Some(log) = &own.vendor_log {
            let path = quoted_path(&log.path, folder);
            let profile = quoted(&log.profile);
            writeln!(out, "vendor-log = {{ path = {path}, profile = {profile} }}")?;
        }
    }
    let found = r.devices().iter().filter(|device| device.carried);
    for device in found.filter(|device| device.label.is_none()) {
        let Some(serial) = &device.serial else {
            continue;
        };
        let make = [&device.vendor, &device.product].into_iter().flatten();
        let make: Vec<&str> = make.map(|text| text.trim()).collect();
        // A number that Windows made up names nothing on another machine.
        if device.serial_made_by_windows || !labels.insert(serial.clone()) {
            continue;
        }
        writeln!(out, "\n# {}", comment(&make.join(" ")))?;
        writeln!(out, "# [[device]]")?;
        writeln!(
            out,
            "# label = {}        # what is written on it",
            quoted(serial)
        )?;
        writeln!(out, "# serial = {}", quoted(serial))?;
    }
    Ok(())
}

/// A TOML string (TOML 1.0, "String").
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A text that stays on its comment line.
fn comment(text: &str) -> String {
    crate::layout::visible(text)
}

/// A path as seen from the case file, with `/` between names, as case files have it on every
/// system.
fn quoted_path(path: &Path, folder: &Path) -> String {
    let relative = relative(path, folder).unwrap_or_else(|| path.to_owned());
    let text = relative.to_string_lossy();
    quoted(&if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    })
}

fn relative(path: &Path, folder: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    let folder = folder.canonicalize().ok()?;
    if let Ok(below) = path.strip_prefix(&folder) {
        return Some(below.to_owned());
    }
    // Up to the last folder that both share; not across drives or from the root.
    let shared = folder
        .ancestors()
        .find(|ancestor| path.starts_with(ancestor))?;
    if shared.parent().is_none() {
        return Some(path);
    }
    let ups = folder.strip_prefix(shared).ok()?.components().count();
    let mut relative = PathBuf::new();
    for _ in 0..ups {
        relative.push("..");
    }
    Some(relative.join(path.strip_prefix(shared).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_inside_their_quotes() {
        assert_eq!(quoted("a\"b\\c\n台"), "\"a\\\"b\\\\c\\u000A台\"");
    }

    #[test]
    fn paths_are_seen_from_the_case_file() {
        let base = std::env::temp_dir().join(format!("kusari-relative-{}", std::process::id()));
        let (case, evidence) = (base.join("case"), base.join("evidence/pc"));
        std::fs::create_dir_all(&case).unwrap();
        std::fs::create_dir_all(&evidence).unwrap();
        let seen = [
            relative(&evidence, &base).unwrap(),
            relative(&evidence, &case).unwrap(),
            relative(&case, &case).unwrap(),
        ];
        std::fs::remove_dir_all(&base).unwrap();
        let expected = ["evidence/pc", "../evidence/pc", ""];
        assert_eq!(seen, expected.map(PathBuf::from));
    }
}
