//! Reads a stick's login log by a profile: a built-in one, or one of your own in TOML.
//!
//! `cargo run -p kusari-artifacts --example login_log -- examples/vendor-log/log.csv
//! examples/vendor-log/profile.toml`

use std::error::Error;

use kusari_artifacts::vendor_log::{self, Profile, Redaction};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(log), Some(profile)) = (arguments.next(), arguments.next()) else {
        return Err("usage: login_log LOG PROFILE (a built-in name or a TOML file)".into());
    };
    let profile = match Profile::built_in(&profile) {
        Some(profile) => profile,
        None => Profile::from_toml(&std::fs::read_to_string(&profile)?)?,
    };
    let bytes = std::fs::read(log)?;
    let outcome = vendor_log::records(&bytes, &profile, Redaction::Hide, &mut |record| {
        println!(
            "{}\t{}\t{}\t{}\t{}",
            record
                .number
                .map_or_else(|| "-".to_owned(), |number| number.to_string()),
            record.time,
            record.action.name(),
            record.computer.as_deref().unwrap_or("-"),
            record.user.as_deref().unwrap_or("-"),
        );
    });
    for gap in &outcome.coverage.gaps {
        eprintln!("the numbering jumps from {} to {}", gap.after, gap.before);
    }
    for damage in &outcome.damage {
        eprintln!("{damage}");
    }
    Ok(())
}
