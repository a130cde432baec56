//! A user's hive (`NTUSER.DAT`): which volumes and shares the user's Explorer had before it.
//!
//! Whose hive it is, is said by the path that it was found under and by `ProfileList` of the
//! SOFTWARE hive; the hive itself gives only hints ([`UserHive::user`]).
//!
//! Sources: public accounts of `MountPoints2`; libyal winreg-kb, "Mount points 2"; Microsoft
//! Learn, "WNetAddConnection2" (`Network`); the hives of the corpus (Windows XP, 7, 10).

mod mount_point;
mod user;

#[cfg(test)]
mod tests;

pub use mount_point::{MountPoint, MountPointName};
pub use user::{NetworkDrive, UserHint};

use crate::registry::Hive;

/// What a user's hive says of volumes and of the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserHive {
    /// Hints at whose hive it is.
    pub user: UserHint,
    /// The volumes, letters and shares that the user's Explorer had before it.
    pub mount_points: Vec<MountPoint>,
    /// The network drives that are connected anew at each logon.
    pub network_drives: Vec<NetworkDrive>,
}

impl UserHive {
    /// Reads a user's hive.
    #[must_use]
    pub fn read(hive: &Hive) -> Self {
        Self {
            user: UserHint::read(hive),
            mount_points: mount_point::read(hive),
            network_drives: user::network_drives(hive),
        }
    }

    /// Adds the mount points of deleted keys. Searches the whole hive.
    pub fn add_recovered(&mut self, hive: &Hive) {
        let found = mount_point::recovered(hive);
        for point in found {
            if !self.mount_points.iter().any(|own| own.name == point.name) {
                self.mount_points.push(point);
            }
        }
    }
}
