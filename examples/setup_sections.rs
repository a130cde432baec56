//! Prints the sections of a setup log, one a line, with tabs between the fields.
//!
//! `cargo run -p kusari-artifacts --example setup_sections -- setupapi.dev.log [--usb]`

use std::process::ExitCode;

use kusari_artifacts::setup_log::{self, SectionFilter};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: setup_sections LOG [--usb]");
        return ExitCode::from(2);
    };
    let filter = match arguments.next().as_deref() {
        Some("--usb") => SectionFilter::UsbAndStorage,
        _ => SectionFilter::Everything,
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let log = setup_log::read(&bytes, filter, &mut |section| {
        let time = |time: Option<_>| {
            time.map_or_else(
                || "-".to_owned(),
                |time: kusari_evidence::time::RecordedTime| time.to_string(),
            )
        };
        println!(
            "{}\t{}\t{}\t{}\t{:?}\t{}",
            time(section.start),
            time(section.end),
            section.title,
            section.subject.as_deref().unwrap_or("-"),
            section.exit,
            section.locator
        );
    });
    for damage in &log.outcome.damage {
        eprintln!("{damage}");
    }
    ExitCode::SUCCESS
}
