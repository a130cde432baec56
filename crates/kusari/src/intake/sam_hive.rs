//! The SAM hive: the machine's own users and when each last logged on.

use kusari_artifacts::sam_hive::{LocalAccount, SamHive};
use kusari_evidence::time::RecordedTime;

use super::{ArtifactFile, ArtifactKind, ReadOptions, Surroundings, Title, hive};
use crate::event::{Action, Confidence, NewEvent, Whose};
use crate::harvest::{Harvest, MachineFact};

pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "sam-hive",
    title: Title {
        en: "Windows registry, SAM",
        ja: "Windowsレジストリ（SAM）",
    },
    page: "docs/artifacts/users.md",
    places: &["Windows/System32/config/SAM", "WINNT/system32/config/SAM"],
    on_devices: false,
    recognise: |file| hive::is_hive_named(file, "SAM"),
    companions: hive::logs,
    read,
    in_place: None,
};

fn read(
    file: ArtifactFile,
    _around: &Surroundings<'_>,
    _options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let Some(hive) = hive::open(file, harvest) else {
        return;
    };
    let sam = SamHive::read(&hive);
    for account in &sam.accounts {
        let Some(name) = &account.name else { continue };
        if let Some(sid) = sam.sid_of(account) {
            let fact = MachineFact::User {
                sid,
                name: name.clone(),
            };
            harvest.fact(fact, &account.locator);
        }
        last_logon(account, name, harvest);
    }
}

fn last_logon(account: &LocalAccount, name: &str, harvest: &mut Harvest) {
    let Some(at) = account.last_logon else { return };
    harvest.event(&NewEvent {
        time: RecordedTime::utc(at),
        meaning: "SAM: last logon of the account",
        action: Action::LoggedOn,
        whose: Whose::ThisMachine,
        device: None,
        volume: None,
        user: Some(name),
        file: None,
        message: "last logon that the account database keeps",
        locator: &account.locator,
        number: None,
        confidence: if account.recovered {
            Confidence::Recovered
        } else {
            Confidence::Recorded
        },
    });
}
