//! The command line of Kusari: arguments to calls to exit codes, and nothing else.

mod args;
mod case;
mod key_prompt;
mod language;
mod moment;
mod output;
mod progress;
mod run;
mod said;
mod vendor_log;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    run::run(&args::Arguments::parse())
}
