//! What was done with the files of a stick while no machine has it on record.

use super::gaps::Gap;
use super::records::{Lies, Records, lies};
use super::{Absence, Answer, Question, Reason};
use crate::event::Confidence;
use crate::intake::vendor_log;
use crate::reconstruction::Reconstruction;

/// A stick keeps no record of who reads it. What its own file system says of changes was written by the
/// clock of some machine that nobody knows, or came with a copy. So only a machine's record of use is a
/// yes, and nothing is a no.
pub(super) fn ask(r: &Reconstruction, records: &Records, gap: &Gap) -> Option<Absence> {
    let device = r.device(gap.device)?;
    let own: Vec<u32> = (0..)
        .zip(&r.sources)
        .filter(|(_, source)| {
            source.machine.is_none()
                && source.device_label.is_some()
                && source.device_label == device.label
                && source.artifact != vendor_log::NAME
        })
        .map(|(index, _)| index)
        .collect();
    let (mut by_machines, mut perhaps) = (Vec::new(), Vec::new());
    for &event in records.file_use(gap.device) {
        let is_of_a_machine = r
            .events
            .placed(event)
            .is_some_and(|own| own.machine.is_some());
        let is_plain = r
            .events
            .row(event)
            .is_some_and(|row| row.confidence == Confidence::Recorded);
        match lies(r, event, gap.from, gap.to) {
            Lies::Inside if is_of_a_machine && is_plain => by_machines.push(event),
            Lies::Inside | Lies::Perhaps => perhaps.push(event),
            Lies::Outside => {}
        }
    }
    let (answer, mut reason, events) = if !by_machines.is_empty() {
        let reason = Reason::evidence(
            "a machine has records of files on the device in this time",
            "この期間に当該機器上のファイルの使用を記録した機器がある",
        );
        (Answer::Yes, reason, by_machines)
    } else if !perhaps.is_empty() {
        let reason = Reason::evidence(
            "records of its files may lie in this time, by clocks that nobody knows or whose bounds leave it open",
            "ファイルの記録がこの期間に入り得るが、どの時計によるか不明であるか、時計の幅により定まらない",
        );
        (Answer::CannotTell, reason, perhaps)
    } else if own.is_empty() {
        let reason = Reason::evidence(
            "no image of the device was given, and no machine has it on record in this time",
            "当該機器のイメージがなく、この期間にどの機器にも記録がない",
        );
        (Answer::CannotTell, reason, Vec::new())
    } else {
        let reason = Reason::evidence(
            "what was read of the device's image (recycle bins, change journals) has nothing of this time; the times in its file table were not looked at, and reading leaves no record",
            "当該機器のイメージから読み取った記録（ごみ箱、変更ジャーナル）にこの期間のものはない。ファイルテーブルの時刻は対象とせず、閲覧は記録に残らない",
        );
        (Answer::CannotTell, reason, Vec::new())
    };
    reason.sources = own;
    reason.events = events;
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
