//! The SAM hives of the corpus; see `docs/validation/usb-registry.md`.

use kusari_fixtures::corpus;

use super::*;

fn sam(file: &str) -> Option<SamHive> {
    let hive = Hive::open(corpus::bytes(file)?, &[]).unwrap();
    Some(SamHive::read(&hive))
}

#[test]
fn xp_accounts() {
    let Some(sam) = sam("m57-pat-winxp/SAM") else {
        return;
    };
    let names: Vec<_> = sam
        .accounts
        .iter()
        .map(|account| (account.rid, account.name.as_deref().unwrap()))
        .collect();
    assert_eq!(
        names,
        [
            (500, "Administrator"),
            (501, "Guest"),
            (1000, "HelpAssistant"),
            (1002, "SUPPORT_388945a0"),
            (1003, "Pat")
        ]
    );
    assert!(
        sam.accounts
            .iter()
            .all(|account| account.other_name.is_none())
    );
    let pat = sam.accounts.last().unwrap();
    // The members of a local group stand under this SID.
    let sid = "S-1-5-21-1292428093-1645522239-1547161642-1003";
    assert_eq!(sam.sid_of(pat).as_deref(), Some(sid));
    assert_eq!(pat.logons, Some(86));
    assert!(!pat.flags.unwrap().is_disabled());
    assert_eq!(pat.last_logon.unwrap().to_text(0), "2009-12-08T01:45:07");
}

#[test]
fn ten_accounts() {
    let Some(sam) = sam("rathbun-win10-DESKTOP-GNCCVRK-nousb/registry/SAM") else {
        return;
    };
    let last = sam.accounts.last().unwrap();
    assert_eq!(
        (last.rid, last.name.as_deref()),
        (1001, Some("AndrewRathbun"))
    );
    assert_eq!(sam.accounts.len(), 5);
    assert_eq!(last.logons, Some(4));
    let disabled = sam
        .accounts
        .iter()
        .filter(|account| account.flags.unwrap().is_disabled());
    assert_eq!(disabled.count(), 4);
    assert_eq!(
        sam.domain.unwrap().sid.unwrap(),
        "S-1-5-21-2290304894-658537038-505560459"
    );
}
