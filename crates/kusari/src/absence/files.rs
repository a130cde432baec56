//! What was done with the files of a stick while no machine has it on record.

use super::gaps::Gap;
use super::{Absence, Answer, Question, Reason};
use crate::event::Action;
use crate::reconstruction::Reconstruction;

/// A stick keeps no record of who reads it. What its own file system says of changes was written by the
/// clock of some machine that nobody knows.
pub(super) fn ask(r: &Reconstruction, gap: &Gap) -> Option<Absence> {
    let device = r.device(gap.device)?;
    let begin = r.end_time(gap.from)?;
    let end = r.end_time(gap.to)?;
    let own: Vec<u32> = (0..)
        .zip(&r.sources)
        .filter(|(_, source)| {
            source.machine.is_none()
                && source.device_label.is_some()
                && source.device_label == device.label
                && source.artifact != crate::intake::vendor_log::NAME
        })
        .map(|(index, _)| index)
        .collect();
    let inside: Vec<usize> = (0..r.events.len())
        .filter(|event| {
            let (Some(row), Some(placed)) = (r.events.row(*event), r.events.placed(*event)) else {
                return false;
            };
            let is_use = matches!(
                row.action,
                Action::FileOpened
                    | Action::FileCreated
                    | Action::FileWritten
                    | Action::FileRenamed
                    | Action::FileDeleted
                    | Action::FolderOpened
            );
            let at = placed.corrected.estimate;
            is_use && placed.device == Some(gap.device) && begin.estimate < at && at < end.estimate
        })
        .collect();
    let (answer, mut reason) = if !inside.is_empty() {
        let reason = Reason::evidence(
            "records of files on the device have times in it; those that stand on the device itself are by a clock that nobody knows",
            "当該機器上のファイルの記録にこの期間の時刻がある。機器自身にある時刻はどの時計によるか不明である",
        );
        (Answer::Yes, reason)
    } else if own.is_empty() {
        let reason = Reason::evidence(
            "no image of the device was given, and no machine has it on record in this time",
            "当該機器のイメージがなく、この期間にどの機器にも記録がない",
        );
        (Answer::CannotTell, reason)
    } else {
        let reason = Reason::evidence(
            "the device's own file system has no change in this time; but it keeps no record of reading, and its times are by a clock that nobody knows",
            "当該機器のファイルシステムにはこの期間の変更がない。ただし閲覧は記録されず、時刻はどの時計によるか不明である",
        );
        (Answer::CannotTell, reason)
    };
    reason.sources = own;
    reason.events = inside;
    Some(Absence {
        question: Question::FileUse,
        device: gap.device,
        machine: None,
        from: gap.from,
        to: gap.to,
        gap: Some((gap.from, gap.to)),
        answer,
        because: vec![reason],
    })
}
