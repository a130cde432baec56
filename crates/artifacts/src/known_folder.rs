//! Names of known folders.

use kusari_evidence::Guid;

/// Known folders that paths in users' hives begin with, by the names of their constants. Source:
/// Microsoft Learn, "KNOWNFOLDERID".
const NAMES: [(&str, &str); 31] = [
    ("{0139D44E-6AFE-49F2-8690-3DAFCAE6FFB8}", "CommonPrograms"),
    ("{0762D272-C50A-4BB0-A382-697DCD729B80}", "UserProfiles"),
    ("{18989B1D-99B5-455B-841C-AB7C74E4DDFC}", "Videos"),
    ("{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}", "System"),
    ("{1B3EA5DC-B587-4786-B4EF-BD1DC332AEAE}", "Libraries"),
    ("{2B0F765D-C0E9-4171-908E-08A611B84FF6}", "Cookies"),
    ("{33E28130-4E1E-4676-835A-98395C3BC3BB}", "Pictures"),
    ("{374DE290-123F-4565-9164-39C4925E467B}", "Downloads"),
    ("{3EB685DB-65F9-4CF6-A03A-E3EF65729F3D}", "RoamingAppData"),
    ("{4BD8D571-6D19-48D3-BE97-422220080E43}", "Music"),
    ("{52A4F021-7B75-48A9-9F6B-4B87A210BC8F}", "QuickLaunch"),
    ("{56784854-C6CB-462B-8169-88E350ACB882}", "Contacts"),
    ("{5E6C858F-0E22-4760-9AFE-EA3317B67173}", "Profile"),
    ("{625B53C3-AB48-4EC1-BA1F-A1EF4146FC19}", "StartMenu"),
    ("{62AB5D82-FDC1-4DC3-A9DD-070D1D495D97}", "ProgramData"),
    ("{6D809377-6AF0-444B-8957-A3773F02200E}", "ProgramFilesX64"),
    ("{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}", "ProgramFilesX86"),
    ("{905E63B6-C1BF-494E-B29C-65B732D3D21A}", "ProgramFiles"),
    ("{9E3995AB-1F9C-4F13-B827-48B24B6C7174}", "UserPinned"),
    ("{A4115719-D62E-491D-AA7C-E74B8BE3B067}", "CommonStartMenu"),
    ("{A77F5D77-2E2B-44C3-A6A2-ABA601054A51}", "Programs"),
    ("{AE50C081-EBD2-438A-8655-8A092E34987A}", "Recent"),
    ("{B4BFCC3A-DB2C-424C-B029-7FE99A87C641}", "Desktop"),
    ("{C4AA340D-F20F-4863-AFEF-F87EF2E6BA25}", "PublicDesktop"),
    ("{D65231B0-B2F1-4857-A4CE-A8E7C6EA7D27}", "SystemX86"),
    ("{DFDF76A2-C82A-4D63-906A-5644AC457385}", "Public"),
    ("{ED4824AF-DCE4-45A8-81E2-FC7965083634}", "PublicDocuments"),
    ("{F1B32785-6FBA-4FCF-9D55-7B8E7F157091}", "LocalAppData"),
    ("{F38BF404-1D43-42F2-9305-67DE0B28FC23}", "Windows"),
    ("{FDD39AD0-238F-46AF-ADB4-6C85480369C7}", "Documents"),
    ("{1777F761-68AD-4D8A-87BD-30B759FA33DD}", "Favorites"),
];

/// The name of the folder that a GUID in braces names: `ProgramFilesX64`. Without case.
pub(crate) fn name(id: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(id))
        .map(|(_, name)| *name)
}

/// The folder's name, or its GUID where Kusari does not know it.
pub(crate) fn name_or_id(folder: Guid) -> String {
    let id = folder.to_string();
    name(&id).map_or(id, ToOwned::to_owned)
}

/// A path that begins with the GUID of a known folder, with the folder's name instead:
/// `{1AC14E77-…}\calc.exe` becomes `<System>\calc.exe`. `None` for any other text.
pub(crate) fn with_name(path: &str) -> Option<String> {
    let end = path.find('}')?.checked_add(1)?;
    let (id, rest) = path.split_at_checked(end)?;
    Some(format!("<{}>{rest}", name(id)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_folder_at_the_beginning_gets_its_name() {
        let path = r"{1ac14e77-02e7-4e5d-b744-2eb1ae5198b7}\calc.exe";
        assert_eq!(with_name(path).as_deref(), Some(r"<System>\calc.exe"));
        assert_eq!(with_name(r"{1}\calc.exe"), None);
        assert_eq!(with_name(r"E:\{1ac14e77}"), None);
        assert_eq!(with_name("}"), None);
    }
}
