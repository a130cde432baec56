//! One record a physical device, with its identity chain.

mod data;

use std::io::{self, Write};

use kusari::Reconstruction;
use kusari::identity::DeviceIndex;

use self::data::DeviceJson;
use crate::layout::{Column, Grid, Page, visible};
use crate::rows::{self, or_empty};
use crate::shown_time;
use crate::texts::{Texts, fill};
use crate::view::{Format, View};

/// Writes the devices: those that are storage that can be carried (and the case's own), or all.
///
/// # Errors
/// When `out` cannot be written to.
pub fn devices(
    reconstruction: &Reconstruction,
    view: &View,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all =
        || -> Vec<DeviceJson<'_>> { data::all(reconstruction, &selected(reconstruction, view)) };
    match view.format {
        Format::Json => rows::json(out, &all()),
        Format::JsonLines => rows::json_lines(out, all().into_iter()),
        Format::Csv => rows::csv(out, COLUMNS, all().iter().map(to_row)),
        Format::Svg => rows::no_picture(),
        Format::Table => {
            let page = page(reconstruction, &all(), view);
            out.write_all(page.to_terminal(view.width).as_bytes())
        }
        Format::Markdown => {
            out.write_all(page(reconstruction, &all(), view).to_markdown().as_bytes())
        }
    }
}

/// The devices that are asked for: by name, or those that can be carried, or all; and of these
/// such as are known on the machines that are asked for.
fn selected(r: &Reconstruction, view: &View) -> Vec<DeviceIndex> {
    let named = view.selection.names_devices();
    (0..)
        .zip(r.devices())
        .filter(|(index, device)| {
            let kind = if named {
                view.selection.has_device(Some(*index))
            } else {
                view.all || device.carried
            };
            let somewhere = !view.selection.names_machines()
                || device
                    .identities
                    .iter()
                    .any(|line| view.selection.has_machine(line.machine));
            kind && somewhere
        })
        .map(|(index, _)| index)
        .collect()
}

const COLUMNS: [&str; 13] = [
    "device",
    "label",
    "bus",
    "kind",
    "vendor",
    "product",
    "revision",
    "serial",
    "serial_made_by_windows",
    "capacity",
    "identities",
    "volumes",
    "machines",
];

fn to_row(device: &DeviceJson<'_>) -> [String; 13] {
    let identities = device
        .identities
        .iter()
        .map(|own| format!("{}={}", own.kind, own.value));
    let volumes = device.volumes.iter().map(|volume| {
        let parts = [
            volume.serial64.or(volume.serial),
            volume.label,
            volume.file_system,
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    let machines = device.machines.iter().map(|on| {
        let times = [
            ("first_installed", &on.first_installed),
            ("last_arrival", &on.last_arrival),
            ("last_removal", &on.last_removal),
        ];
        let said = times
            .into_iter()
            .filter_map(|(name, time)| time.as_ref().map(|time| format!("{name}={}", time.0)));
        [on.machine.to_owned()]
            .into_iter()
            .chain(said)
            .collect::<Vec<_>>()
            .join(" ")
    });
    [
        device.device.to_owned(),
        or_empty(device.label),
        or_empty(device.bus),
        or_empty(device.kind),
        or_empty(device.vendor),
        or_empty(device.product),
        or_empty(device.revision),
        or_empty(device.serial),
        device.serial_made_by_windows.to_string(),
        or_empty(device.capacity),
        identities.collect::<Vec<_>>().join(";"),
        volumes.collect::<Vec<_>>().join(";"),
        machines.collect::<Vec<_>>().join(";"),
    ]
}

fn page(r: &Reconstruction, all: &[DeviceJson<'_>], view: &View) -> Page {
    let texts = view.language.texts();
    let mut grid = Grid {
        columns: [
            texts.device,
            texts.kind,
            texts.serial,
            texts.volumes,
            texts.machine,
        ]
        .into_iter()
        .map(Column::text)
        .collect(),
        rows: Vec::new(),
        ruled: true,
    };
    for device in all {
        let mut what: Vec<String> = Vec::new();
        let make = [device.vendor, device.product, device.revision];
        let make: Vec<&str> = make.into_iter().flatten().map(str::trim).collect();
        what.push(visible(&make.join(" ")));
        let sort = [device.bus, device.kind]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ");
        what.push(visible(&sort));
        if let Some(capacity) = device.capacity {
            what.push(format!("{capacity} B"));
        }
        let mut serial = vec![visible(device.serial.unwrap_or("-"))];
        if device.serial_made_by_windows {
            serial.push(format!("({})", texts.serial_made_by_windows));
        }
        grid.rows.push(vec![
            visible(device.device).into(),
            what.into_iter()
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .into(),
            serial.into(),
            device
                .volumes
                .iter()
                .flat_map(|volume| volume_lines(texts, volume))
                .collect::<Vec<_>>()
                .into(),
            device
                .machines
                .iter()
                .flat_map(|on| machine_lines(texts, on))
                .collect::<Vec<_>>()
                .into(),
        ]);
    }
    let mut page = Page::default();
    page.heading(texts.devices_title);
    if grid.rows.is_empty() {
        page.text(texts.no_devices);
    }
    page.table(grid);
    let others = r.devices().iter().filter(|device| !device.carried).count();
    if others > 0 && !view.all && !view.selection.names_devices() {
        page.text(fill(texts.more_with_all, &[&others.to_string()]));
    }
    page
}

fn volume_lines(texts: &Texts, volume: &data::VolumeJson<'_>) -> Vec<String> {
    let parts = [
        volume.serial64.or(volume.serial),
        volume.label,
        volume.file_system,
    ];
    let mut lines = vec![
        parts
            .into_iter()
            .flatten()
            .map(visible)
            .collect::<Vec<_>>()
            .join(" "),
    ];
    lines.extend(volume.letters.iter().map(|at| {
        let line = format!("{} {}", visible(at.letter), visible(at.machine));
        match &at.from {
            Some(moment) if at.inferred => {
                format!("{line} ({})", fill(texts.letter_inferred, &[moment]))
            }
            _ => line,
        }
    }));
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

fn machine_lines(texts: &Texts, on: &data::MachineJson<'_>) -> Vec<String> {
    let times = [
        (texts.first_installed, &on.first_installed),
        (texts.last_arrival, &on.last_arrival),
        (texts.last_removal, &on.last_removal),
    ];
    let mut lines = vec![visible(on.machine)];
    lines.extend(times.into_iter().filter_map(|(name, time)| {
        time.as_ref()
            .map(|time| format!("{name}: {}", shown_time::to_the_second(time.0)))
    }));
    if !on.users.is_empty() {
        lines.push(format!("{}: {}", texts.user, visible(&on.users.join(", "))));
    }
    lines
}
