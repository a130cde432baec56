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

/// When a user's `MountPoints2` key for a volume was last written.
pub const MOUNT_POINT_KEY: &str = "MountPoints2 key last written";
