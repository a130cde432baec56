//! A user's hives: which volumes and shares the user's Explorer had before it (`NTUSER.DAT`), and
//! what the user opened and ran ([`TracesOfUse`], also of `UsrClass.dat`).
//!
//! Whose hive it is, is said by the path that it was found under and by `ProfileList` of the
//! SOFTWARE hive; the hive itself gives only hints ([`UserHive::user`]).
//!
//! Sources: public accounts of `MountPoints2`; libyal winreg-kb, "Mount points 2"; Microsoft
//! Learn, "WNetAddConnection2" (`Network`); the hives of the corpus (Windows XP, 7, 10).

mod common_dialog;
mod mount_point;
mod mru;
mod office;
mod reading;
mod recent_docs;
mod shellbag;
mod traces;
mod trusted;
mod typed;
mod user;
mod user_assist;

#[cfg(test)]
mod tests;

pub use common_dialog::{DialogFile, DialogProgram, DialogTarget};
pub use mount_point::{MountPoint, MountPointName};
pub use mru::MruPlace;
pub use office::{OfficeItem, OfficeProgram};
pub use recent_docs::RecentDocument;
pub use shellbag::{BagKey, Shellbag};
pub use traces::TracesOfUse;
pub use trusted::TrustedDocument;
pub use typed::Typed;
pub use user::{NetworkDrive, UserHint};
pub use user_assist::{Focus, UserAssistEntry};

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
