//! Makes a BitLocker volume of a plain one (NTFS, FAT, exFAT).
//!
//! ```text
//! bitlocker_volume PLAIN OUT [--recovery DIGITS]... [--password TEXT]... [--bek FILE]
//!     [--method xts128|xts256|cbc128|cbc256] [--description TEXT] [--seed NUMBER]
//!     [--up-to BYTE] [--on-write CHUNK] [--vista] [--clear-key]
//! ```
//!
//! `--bek` writes the startup key there; `--on-write` encrypts two of three chunks.

use std::error::Error;

use kusari_evidence::time::Timestamp;
use kusari_fixtures::bitlocker::{BitLocker, Method, Progress, Protector};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let plain = std::fs::read(arguments.next().ok_or("which plain volume?")?)?;
    let out = arguments.next().ok_or("write it where?")?;
    let mut volume = BitLocker {
        method: Method::AesXts128,
        protectors: Vec::new(),
        description: "KUSARI D: 2022-06-21".to_owned(),
        created: Timestamp::from_civil((2022, 6, 21), (9, 27, 45), 1_234_567).ok_or("no time")?,
        progress: Progress::All,
        seed: 1,
    };
    let mut bek = None;
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().ok_or("a value is missing");
        match option.as_str() {
            "--recovery" => volume
                .protectors
                .push(Protector::RecoveryPassword(value()?)),
            "--password" => volume.protectors.push(Protector::Password(value()?)),
            "--bek" => {
                volume.protectors.push(Protector::StartupKey);
                bek = Some(value()?);
            }
            "--clear-key" => volume.protectors.push(Protector::ClearKey),
            "--description" => volume.description = value()?,
            "--seed" => volume.seed = value()?.parse()?,
            "--up-to" => volume.progress = Progress::UpTo(value()?.parse()?),
            "--on-write" => {
                let chunk = value()?.parse()?;
                let chunks = plain.len().div_ceil(chunk as usize);
                let encrypted = (0..chunks).map(|chunk| chunk % 3 != 1).collect();
                volume.progress = Progress::OnWrite { chunk, encrypted };
            }
            "--vista" => volume.progress = Progress::Vista,
            "--method" => {
                volume.method = match value()?.as_str() {
                    "xts128" => Method::AesXts128,
                    "xts256" => Method::AesXts256,
                    "cbc128" => Method::AesCbc128,
                    "cbc256" => Method::AesCbc256,
                    other => return Err(format!("unknown method {other}").into()),
                };
            }
            other => return Err(format!("unknown option {other}").into()),
        }
    }
    let written = volume.write(&plain)?;
    std::fs::write(out, &written.volume)?;
    if let (Some(path), Some(file)) = (bek, written.startup_keys.first()) {
        std::fs::write(path, file)?;
    }
    println!("volume {}", written.identifier);
    for (protector, kind) in written.protectors.iter().zip(&volume.protectors) {
        let kind = match kind {
            Protector::RecoveryPassword(_) => "recovery password",
            Protector::Password(_) => "password",
            Protector::StartupKey => "startup key",
            Protector::ClearKey => "clear key",
        };
        println!("protector {protector} ({kind})");
    }
    Ok(())
}
