//! Custody: which device was in which machine when, and who opened it.

mod runs;
mod session;
mod table;

pub(crate) use runs::Runs;
pub use session::{EventList, Session};
pub(crate) use session::{TRAILING, sessions};
pub use table::{Cell, CustodyTable, Day, Line, LineKind, Row};
pub(crate) use table::{Input, table};
