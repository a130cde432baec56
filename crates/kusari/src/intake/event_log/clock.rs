//! The machine's clock and its runs.

use kusari_artifacts::event_log::events::{ClockRecorder, ClockSet, SystemRun, TimeService};
use kusari_evidence::time::TICKS_PER_SECOND;

use super::Intake;
use super::record::{Row, Says};
use crate::event::Action;
use crate::harvest::ClockChange;

/// The kernel read the hardware clock: at a resume from sleep, while the clock had stood still.
const HARDWARE_CLOCK: u64 = 2;

/// Only the time zone changed.
const TIME_ZONE: u64 = 3;

impl Intake<'_> {
    pub(super) fn clock_set(&mut self, event: &ClockSet, row: &Row) {
        // The time service trims the clock by less than this all day long.
        if event.step().abs() < TICKS_PER_SECOND || event.reason == Some(TIME_ZONE) {
            return;
        }
        let resumed = event.reason == Some(HARDWARE_CLOCK);
        let by = event.program.clone().or_else(|| event.account.name.clone());
        let meaning = match event.recorder {
            ClockRecorder::Kernel => "Kernel-General 1: the clock was set; the time of the record",
            ClockRecorder::Audit => "Security 4616: the clock was set; the time of the record",
        };
        let message = format!(
            "clock set from {} to {} ({} seconds){}{}",
            event.before,
            event.after,
            event.step() / TICKS_PER_SECOND,
            by.as_deref()
                .map(|by| format!(" by {by}"))
                .unwrap_or_default(),
            if resumed {
                ", read from the hardware clock after sleep"
            } else {
                ""
            },
        );
        let mut says = Says::new(Action::ClockChanged, meaning, &message);
        says.user = event.account.sid.as_deref();
        row.add(self.harvest, &says);
        let account = event.account.sid.clone();
        let account = account.or_else(|| event.written_as.clone());
        // After sleep the clock goes on from the hardware's: what it showed before was not wrong.
        // Windows before 10 writes no reason, so a jump forward may be such a resume.
        let may_be_resume = resumed
            || (event.recorder == ClockRecorder::Kernel
                && event.reason.is_none()
                && event.step() > 0);
        self.harvest.clock_change(ClockChange {
            before: event.before,
            after: event.after,
            program: event.program.clone(),
            account,
            account_name: event.account.name.clone(),
            may_be_resume,
            locator: row.locator.clone(),
        });
    }

    pub(super) fn system_run(&mut self, event: &SystemRun, row: &Row) {
        let (action, meaning, message) = match event {
            SystemRun::KernelStarted(at) => (
                Action::Started,
                "Kernel-General 12: the operating system started",
                match at {
                    Some(at) => format!("Windows started at {at}"),
                    None => "Windows started".to_owned(),
                },
            ),
            SystemRun::KernelStopped(at) => (
                Action::ShutDown,
                "Kernel-General 13: the operating system is shutting down",
                match at {
                    Some(at) => format!("Windows shut down at {at}"),
                    None => "Windows shut down".to_owned(),
                },
            ),
            SystemRun::LogStarted => (
                Action::Started,
                "EventLog 6005: the event log service started",
                "the event log service started".to_owned(),
            ),
            SystemRun::LogStopped => (
                Action::ShutDown,
                "EventLog 6006: the event log service was stopped",
                "the event log service was stopped".to_owned(),
            ),
            SystemRun::EndedUnexpectedly {
                last_alive,
                spelled,
                ..
            } => (
                Action::ShutDownUnexpectedly,
                "EventLog 6008: when Windows noticed, at its next start",
                match (last_alive, spelled) {
                    (Some(at), _) => {
                        format!("the last run ended without shutdown, last alive {at}")
                    }
                    (None, Some(local)) => {
                        format!(
                            "the last run ended without shutdown, last alive {local} local time"
                        )
                    }
                    (None, None) => "the last run ended without shutdown".to_owned(),
                },
            ),
        };
        row.add(self.harvest, &Says::new(action, meaning, &message));
    }

    pub(super) fn time_service(&mut self, event: &TimeService, row: &Row) {
        let source = event.source.as_deref().unwrap_or("an unnamed source");
        let (meaning, message) = match event.event_id {
            35 => (
                "Time-Service 35: the clock is now set by this source",
                format!("the clock is set by {source}"),
            ),
            37 => (
                "Time-Service 37: valid time came from this source",
                format!("valid time came from {source}"),
            ),
            // 158 speaks of a provider, and of no comparison.
            _ => return,
        };
        row.add(
            self.harvest,
            &Says::new(Action::ClockSynchronised, meaning, &message),
        );
    }
}
