//! Setup logs: `setupapi.dev.log` (Windows Vista and later) and `setupapi.log` (Windows 2000 to
//! Server 2003): what plug and play installed, for which device, when, by the local clock.
//!
//! Both are text in sections. From Vista on a section has a header, a body and a footer:
//!
//! ```text
//! >>>  [Device Install (Hardware initiated) - USBSTOR\Disk&Ven_A&Prod_B&Rev_1\0123&0]
//! >>>  Section start 2022/06/21 17:39:03.123
//!      dvi: ...
//! <<<  Section end 2022/06/21 17:39:05.000
//! <<<  [Exit status: SUCCESS]
//! ```
//!
//! In XP a section is a header and numbered messages:
//!
//! ```text
//! [2008/11/12 10:02:03 1234.5 Driver Install]
//! #-019 Searching for hardware ID(s): usbstor\diska_______b_______________1___
//! #I121 Device install of "USBSTOR\DISK&VEN_A&PROD_B&REV_1\0123&0" finished successfully.
//! ```
//!
//! All times are local, without a word about the zone. A section says that a driver was installed,
//! which happens when a device is new to the machine but also when a driver changes: it is no
//! record of each connection.
//!
//! Sources: Microsoft Learn, "Format of a Text Log Section" and its sister pages, "Driver Package
//! Rank Information in the SetupAPI Log"; Microsoft, "Troubleshooting Device Installation with the
//! SetupAPI Log File" (2003); the logs of the corpus, which differ from the documentation in the
//! order of words in the header and footer (both orders are read).

mod driver;
mod name;
mod open;
mod reader;
mod section;
mod stamp;
mod xp;

pub use name::SetupLogKind;
pub use reader::{BootSession, SectionFilter, SetupLog, StepBack, read};
pub use section::{ExitStatus, SectionKind, SelectedDriver, SetupSection};

use crate::Outcome;

/// Reads every section of a setup log of any Windows version and hands it to `sink`, in the
/// order of the file. Never fails: what cannot be read is said in the outcome's damage.
///
/// Use [`read`] to leave out what is no USB device, or to get the boot sessions.
pub fn sections(bytes: &[u8], sink: &mut dyn FnMut(SetupSection)) -> Outcome {
    read(bytes, SectionFilter::Everything, sink).outcome
}
