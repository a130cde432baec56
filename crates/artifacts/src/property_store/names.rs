//! The names of some properties.
//!
//! Source: Microsoft Learn, "Windows Properties" (System.*): each property's page names its format
//! and number. The security identifier's property has no page; it stands in shortcuts of Windows 7
//! and later with the user's SID as its value.

use kusari_evidence::Guid;

/// Format, number, name.
const NAMES: [(&str, u32, &str); 15] = [
    (
        "{B725F130-47EF-101A-A5F1-02608C9EEBAC}",
        4,
        "System.ItemTypeText",
    ),
    (
        "{B725F130-47EF-101A-A5F1-02608C9EEBAC}",
        10,
        "System.ItemNameDisplay",
    ),
    ("{B725F130-47EF-101A-A5F1-02608C9EEBAC}", 12, "System.Size"),
    (
        "{B725F130-47EF-101A-A5F1-02608C9EEBAC}",
        13,
        "System.FileAttributes",
    ),
    (
        "{B725F130-47EF-101A-A5F1-02608C9EEBAC}",
        14,
        "System.DateModified",
    ),
    (
        "{B725F130-47EF-101A-A5F1-02608C9EEBAC}",
        15,
        "System.DateCreated",
    ),
    (
        "{B725F130-47EF-101A-A5F1-02608C9EEBAC}",
        16,
        "System.DateAccessed",
    ),
    (
        "{B725F130-47EF-101A-A5F1-02608C9EEBAC}",
        21,
        "System.FileFRN",
    ),
    (
        "{28636AA6-953D-11D2-B5D6-00C04FD918D0}",
        30,
        "System.ParsingPath",
    ),
    (
        "{446D16B1-8DAD-4870-A748-402EA43D788C}",
        104,
        "System.VolumeId",
    ),
    (
        "{502CFEAB-47EB-459C-B960-E6D8728F7701}",
        100,
        "System.ZoneIdentifier",
    ),
    (
        "{E3E0584C-B788-4A5A-BB20-7F5A44C9ACDD}",
        6,
        "System.ItemFolderPathDisplay",
    ),
    (
        "{9F4C2855-9F79-4B39-A8D0-E1D42DE1D5F3}",
        5,
        "System.AppUserModel.ID",
    ),
    ("{F29F85E0-4FF9-1068-AB91-08002B27B3D9}", 2, "System.Title"),
    ("{46588AE2-4CBC-4338-BBFC-139326986DCE}", 4, "SID"),
];

pub(super) fn of(format: Guid, number: u32) -> Option<&'static str> {
    let format = format.to_string();
    NAMES
        .iter()
        .find(|(set, key, _)| *key == number && *set == format)
        .map(|(_, _, name)| *name)
}
