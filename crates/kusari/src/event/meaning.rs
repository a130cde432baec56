//! What a recorded time says, for those meanings that later floors ask for by name.

/// When the device's driver was last installed or updated on this Windows
/// (`DEVPKEY_Device_InstallDate`, {83da6326-97a6-4088-9453-a1923f573b29} 100 = 0x64).
pub const INSTALL_DATE: &str = "DEVPKEY_Device_InstallDate (0064)";

/// When this Windows first installed the device (`DEVPKEY_Device_FirstInstallDate`, 0x65).
pub const FIRST_INSTALL_DATE: &str = "DEVPKEY_Device_FirstInstallDate (0065)";

/// When the device last came (`DEVPKEY_Device_LastArrivalDate`, 0x66). Earlier ones are not kept.
pub const LAST_ARRIVAL_DATE: &str = "DEVPKEY_Device_LastArrivalDate (0066)";

/// When the device last went (`DEVPKEY_Device_LastRemovalDate`, 0x67). Earlier ones are not kept.
pub const LAST_REMOVAL_DATE: &str = "DEVPKEY_Device_LastRemovalDate (0067)";

/// When a disk arrived, by the log that has a record for each arrival.
pub const DISK_ARRIVED: &str =
    "Partition/Diagnostic 1006: the disk arrived, or was there when Windows started";

/// When a user's `MountPoints2` key for a volume was last written.
pub const MOUNT_POINT_KEY: &str = "MountPoints2 key last written";

/// When a shortcut in `Recent` was last written: its target was opened then through the shell.
pub const RECENT_WRITTEN: &str = "shortcut in Recent last written (last opened)";

/// When a shortcut in `Recent` was made: a file of that name was opened then for the first time, as
/// far as the folder reaches back.
pub const RECENT_MADE: &str = "shortcut in Recent made (a file of this name first opened)";

/// When a program last opened the entry of its jump list. Earlier times are not kept.
pub const JUMP_LIST_LAST_ACCESS: &str = "jump list entry last accessed";

/// When a file was put into the recycle bin.
pub const RECYCLE_BIN_DELETED: &str = "recycle bin record, time of deletion";

/// When a file came to its place, as its file system keeps it; a program can have set another time.
pub const FILE_CREATED: &str = "file system, created";

/// When a file's content was last written, as its file system keeps it; it is copied with the file.
pub const FILE_MODIFIED: &str = "file system, modified";

/// When the change was made that a record of the change journal shows.
pub const JOURNAL: &str = "USN journal record";

/// When a record of the change journal was written that shows a change for the first time; records
/// before it are missing, so the change may have been made earlier.
pub const JOURNAL_NOT_LATER: &str = "USN journal record (the change is not later)";
