//! The recycle bin of Windows 95 to XP: one index a bin.

use kusari_artifacts::recycle_bin::{Info2Record, read_info2};
use kusari_artifacts::text::AnsiCodePage;

use super::recycle_bin::PutIntoBin;
use super::{
    ArtifactFile, ArtifactKind, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::harvest::Harvest;

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "recycle-bin-index",
    title: Title {
        en: "Recycle bin (INFO2)",
        ja: "ごみ箱（INFO2）",
    },
    page: "docs/artifacts/recycle-bin.md",
    places: &[
        "RECYCLER/*/INFO2",
        "RECYCLER/INFO2",
        "RECYCLED/INFO2",
        "RECYCLED/INFO",
    ],
    on_devices: true,
    recognise,
    companions: no_companions,
    read,
    in_place: None,
};

/// By its header: a version that there was, and records of a length that there was.
fn recognise(file: &LooseFile<'_>) -> bool {
    let header = read_info2(file.head, AnsiCodePage::default().encoding()).header;
    header.is_some_and(|header| matches!(header.version, 0 | 2 | 4 | 5))
}

fn read(
    file: ArtifactFile,
    around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let index = read_info2(&file.bytes, around.ansi.encoding());
    for record in &index.records {
        deleted(record, around, harvest);
    }
    harvest.outcome(index.outcome);
}

fn deleted(record: &Info2Record, around: &Surroundings<'_>, harvest: &mut Harvest) {
    let (Some(at), Some(path)) = (record.deleted, record.path()) else {
        return;
    };
    let content = record
        .content_name()
        .and_then(|content| Some((around.has_beside(&content)?, content)));
    let state = match (record.is_gone, content) {
        (true, _) => "; marked as gone: restored, or removed for good".to_owned(),
        (false, Some((true, content))) => format!("; its content {content} is there"),
        (false, Some((false, content))) => format!("; its content {content} is gone"),
        (false, None) => String::new(),
    };
    PutIntoBin {
        at,
        path: &path,
        // In whole clusters, which is not the file's size.
        size: None,
        message: &format!(
            "put into the recycle bin, {} bytes on the disk{state}",
            record.size_on_disk
        ),
        locator: &record.locator,
    }
    .tell(around, harvest);
}
