#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn numbers_of_programs_are_computed() {
    // Files of the corpus, and what their items show of the program.
    for (file, program) in [
        (
            "f01b4d95cf55d32a.automaticDestinations-ms",
            "Windows Explorer",
        ),
        (
            "1b4dd67f29cb1962.automaticDestinations-ms",
            "Windows Explorer (Windows 7)",
        ),
        ("9b9cdc69c1c24e2b.automaticDestinations-ms", "Notepad"),
        (
            "590aee7bdd69b59b.customDestinations-ms",
            "Windows PowerShell",
        ),
        ("ccba5a5986c77e43.customDestinations-ms", "Microsoft Edge"),
        ("dd7c3b1adb1c168b.automaticDestinations-ms", "Game Bar"),
        ("5f7b5f1e01b83767.automaticDestinations-ms", "Quick Access"),
    ] {
        let id = application_of_file(&format!("Recent/{file}")).unwrap();
        assert_eq!(id.program(), Some(program), "{file}");
        assert!(file.starts_with(&id.to_string()));
    }
    assert_eq!(ApplicationId(1).program(), None);
}

#[test]
fn other_names_are_no_jump_list_s() {
    for name in [
        "a.lnk",
        "xyz.automaticDestinations-ms",
        "1b4d.customDestinations",
        "",
    ] {
        assert_eq!(application_of_file(name), None, "{name}");
    }
}
