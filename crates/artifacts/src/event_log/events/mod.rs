//! The events that matter, typed: devices that came and went, people at the machine, its clock,
//! cleared logs. One file a subject; each names what its records mean and on what that rests.

mod clock;
mod driver_frameworks;
mod fields;
mod kernel_pnp;
mod logon;
mod ntfs;
mod partition_diagnostic;
mod portable_device;
mod security;
mod storage;
mod tampering;
#[cfg(test)]
mod testing;
mod user_pnp;

pub use clock::{ClockRecorder, ClockSet, SystemRun, TimeService};
pub use driver_frameworks::{DriverFrameworks, UmdfMeaning};
pub use kernel_pnp::{KernelPnp, PnpEvent};
pub use logon::{LogonType, Session, SessionEvent};
pub use ntfs::{NtfsMeaning, NtfsVolume};
pub use partition_diagnostic::{BusType, DiskTransition, PartitionDiagnostic};
pub use portable_device::PortableDevice;
pub use security::{Account, DeviceRecognised, ObjectAction, RemovableStorageAccess};
pub use storage::{StorageError, StorageService};
pub use tampering::LogCleared;
pub use user_pnp::{Installation, UserPnp};

use super::{EventRecord, Wanted};

const PARTITION: &str = "Microsoft-Windows-Partition";
const KERNEL_PNP: &str = "Microsoft-Windows-Kernel-PnP";
const DRIVER_FRAMEWORKS: &str = "Microsoft-Windows-DriverFrameworks-UserMode";
const USER_PNP: &str = "Microsoft-Windows-UserPnp";
const STORAGE_SERVICE: &str = "Microsoft-Windows-Storsvc";
const STORAGE_DIAGNOSTICS: &str = "Microsoft-Windows-StorDiag";
const NTFS: &str = "Microsoft-Windows-Ntfs";
const MTP: &str = "Microsoft-Windows-WPD-MTPClassDriver";
const AUDIT: &str = "Microsoft-Windows-Security-Auditing";
const KERNEL: &str = "Microsoft-Windows-Kernel-General";
const OLD_EVENT_LOG: &str = "EventLog";
const EVENT_LOG: &str = "Microsoft-Windows-Eventlog";
const TIME_SERVICE: &str = "Microsoft-Windows-Time-Service";

/// The events that [`typed`] understands, for [`scan`](super::scan).
pub const WANTED: &[Wanted] = &[
    Wanted {
        provider: PARTITION,
        event_ids: &[1006],
    },
    Wanted {
        provider: KERNEL_PNP,
        event_ids: kernel_pnp::IDS,
    },
    Wanted {
        provider: DRIVER_FRAMEWORKS,
        event_ids: driver_frameworks::IDS,
    },
    Wanted {
        provider: USER_PNP,
        event_ids: &[20001, 20003],
    },
    Wanted {
        provider: STORAGE_SERVICE,
        event_ids: &[1001, 1002],
    },
    Wanted {
        provider: STORAGE_DIAGNOSTICS,
        event_ids: &[507],
    },
    Wanted {
        provider: NTFS,
        event_ids: &[4, 98, 142, 145],
    },
    Wanted {
        provider: MTP,
        event_ids: &[1005],
    },
    Wanted {
        provider: AUDIT,
        event_ids: &[
            4616, 4624, 4634, 4647, 4656, 4660, 4663, 4778, 4779, 4800, 4801, 6416,
        ],
    },
    Wanted {
        provider: KERNEL,
        event_ids: &[1, 12, 13],
    },
    Wanted {
        provider: OLD_EVENT_LOG,
        event_ids: &[6005, 6006, 6008],
    },
    Wanted {
        provider: EVENT_LOG,
        event_ids: &[104, 1102],
    },
    Wanted {
        provider: TIME_SERVICE,
        event_ids: &[35, 37, 158],
    },
];

/// An event whose meaning is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypedEvent {
    /// A disk came or went.
    PartitionDiagnostic(Box<PartitionDiagnostic>),
    /// The plug and play manager did something with a device.
    KernelPnp(KernelPnp),
    /// A driver in user mode served a device.
    DriverFrameworks(DriverFrameworks),
    /// A driver or service was installed for a device.
    UserPnp(UserPnp),
    /// The storage service described a disk.
    StorageService(StorageService),
    /// A request to a disk failed.
    StorageError(StorageError),
    /// A volume with NTFS was mounted or in use.
    NtfsVolume(NtfsVolume),
    /// A portable device was attached.
    PortableDevice(PortableDevice),
    /// The audit recognised a device.
    DeviceRecognised(DeviceRecognised),
    /// An object on removable storage was accessed.
    RemovableStorageAccess(RemovableStorageAccess),
    /// A logon session began, ended, was locked or unlocked.
    Session(Session),
    /// The clock was set.
    ClockSet(ClockSet),
    /// Windows or its event log started or ended.
    SystemRun(SystemRun),
    /// The time service did something.
    TimeService(TimeService),
    /// A log was cleared.
    LogCleared(LogCleared),
}

/// The event in a record; `None` for one that isn't in [`WANTED`], or that lacks what makes it
/// mean something (the device, the time).
#[must_use]
pub fn typed(record: &EventRecord) -> Option<TypedEvent> {
    use TypedEvent as E;
    match (record.provider.as_str(), record.event_id) {
        (PARTITION, 1006) => Some(E::PartitionDiagnostic(Box::new(
            partition_diagnostic::read(record),
        ))),
        (KERNEL_PNP, _) => kernel_pnp::read(record).map(E::KernelPnp),
        (DRIVER_FRAMEWORKS, id) if driver_frameworks::IDS.contains(&id) => {
            driver_frameworks::read(record).map(E::DriverFrameworks)
        }
        (USER_PNP, 20001 | 20003) => user_pnp::read(record).map(E::UserPnp),
        (STORAGE_SERVICE, 1001 | 1002) => Some(E::StorageService(storage::service(record))),
        (STORAGE_DIAGNOSTICS, 507) => Some(E::StorageError(storage::error(record))),
        (NTFS, 4 | 98 | 142 | 145) => Some(E::NtfsVolume(ntfs::read(record))),
        (MTP, 1005) => portable_device::read(record).map(E::PortableDevice),
        (AUDIT, 4616) => clock::audit_set(record).map(E::ClockSet),
        (AUDIT, 6416) => security::device(record).map(E::DeviceRecognised),
        (AUDIT, 4656 | 4660 | 4663) => security::access(record).map(E::RemovableStorageAccess),
        (AUDIT, _) => logon::read(record).map(E::Session),
        (KERNEL, 1) => clock::kernel_set(record).map(E::ClockSet),
        (KERNEL, _) => clock::kernel_run(record).map(E::SystemRun),
        (OLD_EVENT_LOG, _) => clock::log_run(record).map(E::SystemRun),
        (EVENT_LOG, 104 | 1102) => tampering::read(record).map(E::LogCleared),
        (TIME_SERVICE, 35 | 37 | 158) => Some(E::TimeService(clock::time_service(record))),
        _ => None,
    }
}
