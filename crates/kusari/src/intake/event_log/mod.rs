//! Event logs (`.evtx`): devices that came and went, people at the machine, its clock, cleared
//! logs.
//!
//! Only storage that can be carried becomes connections and removals: a disk whose bus is made
//! for plugging, a device under `USBSTOR`, a disk whose parent is a USB device. Each log gives
//! one row for one plug or pull, where it can: the disk's own record, and not also those of its
//! volume, its portable device and the USB device under it.

mod clock;
mod devices;
mod disk;
mod people;
mod record;

use std::collections::{HashMap, HashSet};

use kusari_artifacts::Locator;
use kusari_artifacts::event_log::events::{TypedEvent, WANTED, typed};
use kusari_artifacts::event_log::{EventRecord, ScanOptions, scan_stored, scan_with};
use kusari_evidence::ReadAt;

use super::{
    ArtifactFile, ArtifactKind, InPlace, LooseFile, ReadOptions, Surroundings, Title, no_companions,
};
use crate::harvest::{Harvest, MachineFact};
use crate::identity::{Identifier, PropertyKind};
use record::Row;

/// Event logs that hold an event of [`WANTED`], and their archived parts. Other logs are not
/// read: they could add nothing but time.
pub(super) static KIND: ArtifactKind = ArtifactKind {
    name: "event-log",
    title: Title {
        en: "Windows event log",
        ja: "Windowsイベントログ",
    },
    page: "docs/artifacts/event-log.md",
    places: &[
        "Windows/System32/winevt/Logs/System.evtx",
        "Windows/System32/winevt/Logs/Security.evtx",
        "Windows/System32/winevt/Logs/Archive-System-*.evtx",
        "Windows/System32/winevt/Logs/Archive-Security-*.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-Partition%4Diagnostic.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-Kernel-PnP%4Configuration.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-Kernel-PnP%4Device Configuration.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-Kernel-PnP%4Device Management.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-DriverFrameworks-UserMode%4Operational.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-UserPnp%4DeviceInstall.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-Storsvc%4Diagnostic.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-Storage-ClassPnP%4Operational.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-Ntfs%4Operational.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-WPD-MTPClassDriver%4Operational.evtx",
        "Windows/System32/winevt/Logs/Microsoft-Windows-Time-Service%4Operational.evtx",
    ],
    recognise,
    on_devices: false,
    companions: no_companions,
    read,
    in_place: Some(InPlace {
        from: IN_PLACE_FROM,
        read: read_in_place,
    }),
};

fn recognise(file: &LooseFile<'_>) -> bool {
    file.head.starts_with(b"ElfFile\0")
}

/// From this size on, a log is not taken into memory. Such a one is read twice, once for its hash;
/// that costs little where it is stored as it is, and much where it is packed, so smaller ones are
/// read once.
const IN_PLACE_FROM: u64 = 128 << 20;

fn scan_options(options: &ReadOptions) -> ScanOptions<'static> {
    ScanOptions {
        wanted: Some(WANTED),
        carve: options.carve,
        ..ScanOptions::default()
    }
}

fn read(
    file: ArtifactFile,
    _around: &Surroundings<'_>,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let mut intake = Intake::new(harvest);
    let mut take = |record| intake.take(&record);
    let outcome = scan_with(&file.bytes, &scan_options(options), &mut take);
    harvest.outcome(outcome);
}

fn read_in_place(
    log: &dyn ReadAt,
    _around: &Surroundings<'_>,
    options: &ReadOptions,
    harvest: &mut Harvest,
) {
    let mut intake = Intake::new(harvest);
    let mut take = |record| intake.take(&record);
    let outcome = scan_stored(log, &scan_options(options), &mut take);
    harvest.outcome(outcome);
}

/// The most entries that each memory of [`Intake`] keeps; a hostile log could fill it otherwise.
const MOST_REMEMBERED: usize = 200_000;

/// What is remembered while one log is read.
struct Intake<'h> {
    harvest: &'h mut Harvest,
    /// Claims and properties that were stated already: a stick comes and goes many times.
    claimed: HashSet<(Identifier, Identifier)>,
    described: HashSet<(Identifier, PropertyKind, String)>,
    /// Computer names and SIDs that were stated already.
    computers: HashSet<String>,
    users: HashSet<String>,
    /// Lifetimes of the driver framework whose arrival or removal has its row.
    arrived: HashSet<String>,
    removed: HashSet<String>,
    /// SCSI disks whose parent is a USB device, by the key of their path.
    behind_usb: HashMap<String, Identifier>,
    /// Open handles on removable storage: process and handle to the object's name.
    handles: HashMap<(u64, u64), String>,
}

impl<'h> Intake<'h> {
    fn new(harvest: &'h mut Harvest) -> Self {
        Self {
            harvest,
            claimed: HashSet::new(),
            described: HashSet::new(),
            computers: HashSet::new(),
            users: HashSet::new(),
            arrived: HashSet::new(),
            removed: HashSet::new(),
            behind_usb: HashMap::new(),
            handles: HashMap::new(),
        }
    }

    fn take(&mut self, record: &EventRecord) {
        let Some(event) = typed(record) else { return };
        let row = Row::new(record);
        self.computer(&record.computer, &row.locator);
        match &event {
            TypedEvent::PartitionDiagnostic(event) => self.partition_diagnostic(event, &row),
            TypedEvent::KernelPnp(event) => self.kernel_pnp(event, &row),
            TypedEvent::DriverFrameworks(event) => self.driver_frameworks(event, &row),
            TypedEvent::UserPnp(event) => self.user_pnp(event, &row),
            TypedEvent::StorageService(event) => self.storage_service(event, &row),
            TypedEvent::NtfsVolume(event) => self.ntfs_volume(event, &row),
            TypedEvent::PortableDevice(event) => self.portable_device(event, &row),
            TypedEvent::DeviceRecognised(event) => self.device_recognised(event, &row),
            TypedEvent::RemovableStorageAccess(event) => self.storage_access(event, &row),
            TypedEvent::Session(event) => self.session(event, &row),
            TypedEvent::ClockSet(event) => self.clock_set(event, &row),
            TypedEvent::SystemRun(event) => self.system_run(event, &row),
            TypedEvent::TimeService(event) => self.time_service(event, &row),
            TypedEvent::LogCleared(event) => self.log_cleared(event, &row),
            // A failed request says only that the disk was there, and names it by nothing that
            // other sources know.
            _ => {}
        }
    }

    fn computer(&mut self, name: &str, locator: &Locator) {
        if !name.is_empty()
            && self.computers.len() < MOST_REMEMBERED
            && !self.computers.contains(name)
        {
            self.computers.insert(name.to_owned());
            let fact = MachineFact::ComputerNameInEvents(name.to_owned());
            self.harvest.fact(fact, locator);
        }
    }

    /// States a claim once.
    fn claim(&mut self, a: &Identifier, b: &Identifier, why: &'static str, locator: &Locator) {
        let pair = (a.clone(), b.clone());
        if a != b && self.claimed.len() < MOST_REMEMBERED && self.claimed.insert(pair) {
            self.harvest.claim(a.clone(), b.clone(), why, locator);
        }
    }

    /// States a property once.
    fn property(&mut self, of: &Identifier, kind: PropertyKind, value: &str, locator: &Locator) {
        let stated = (of.clone(), kind, value.to_owned());
        if self.described.len() < MOST_REMEMBERED && self.described.insert(stated) {
            self.harvest.property(of, kind, value, locator);
        }
    }
}

#[cfg(test)]
mod tests;
