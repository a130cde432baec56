//! One event, decoded from its binary XML.

use kusari_evidence::time::Timestamp;

/// The events that a reader is asked for: a provider's name and the event ids wanted of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The provider's name as in `Provider/@Name`: `Microsoft-Windows-Partition`.
    pub provider: &'static str,
    /// The event ids; an empty list asks for all.
    pub event_ids: &'static [u16],
}

/// One event record with its system fields and its data.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRecord {
    /// The record's number from the record header. In a log that a program exported it can be
    /// another than the `EventRecordID` that the machine gave the event; the coverage then says
    /// [`SourceState::Exported`](crate::SourceState::Exported).
    pub record_id: u64,
    /// Byte offset of the record in the file.
    pub offset: u64,
    /// Length of the record in bytes, header and trailing size included.
    pub length: u32,
    /// When the event was written, from the record header; equal to [`EventRecord::created`] in
    /// every log that Windows itself wrote. In an exported log it can be another time or be
    /// missing (then this is `created`), so `created` is the one to use.
    pub written: Timestamp,
    /// `TimeCreated/@SystemTime`; by the machine's clock, in UTC.
    pub created: Timestamp,
    /// `Provider/@Name`.
    pub provider: String,
    /// `EventID`.
    pub event_id: u16,
    /// `Version`.
    pub version: u8,
    /// `Task`: the category. The Security log tells removable storage (12812) from other
    /// storage by nothing else.
    pub task: Option<u16>,
    /// `Keywords`: bits. In the Security log bit 53 (`0x20000000000000`) says that what was
    /// audited succeeded, bit 52 (`0x10000000000000`) that it was refused.
    pub keywords: Option<u64>,
    /// `Channel`.
    pub channel: String,
    /// `Computer`: the name of the machine at the time.
    pub computer: String,
    /// `Security/@UserID`: the SID under which the event was written.
    pub user_sid: Option<String>,
    /// `Execution/@ProcessID`.
    pub process_id: Option<u32>,
    /// The named values of `EventData` or `UserData` in their order. A value without a name has
    /// an empty one; elements inside `UserData` are named by their path below it, with `/`
    /// between (`UMDFDeviceInstallEnd/Status`), their attributes with `@` before the name
    /// (`UMDFHostDeviceRequest/@instance`). A value that is there but holds nothing is
    /// [`EventValue::Empty`]; an array is one [`EventValue::List`].
    pub data: Vec<(String, EventValue)>,
    /// The record was carved from unused space of the file.
    pub recovered: bool,
}

impl EventRecord {
    /// The first value with that name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&EventValue> {
        self.data
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value)
    }

    /// The value with that name as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            EventValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value with that name as a number, also when it was written as text in decimal or in
    /// hexadecimal with `0x`.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.value(name)?.as_number()
    }

    /// The value with that name as bytes.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        match self.value(name)? {
            EventValue::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The value with that name as a moment.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        match self.value(name)? {
            EventValue::Time(time) => Some(*time),
            _ => None,
        }
    }
}

/// One value of an event's data, typed as the binary XML types it.
#[derive(Debug, Clone, PartialEq)]
pub enum EventValue {
    /// Nothing was written.
    Empty,
    /// Text; also a SID (`S-1-5-…`) and a GUID (`{…}`, upper case).
    Text(String),
    /// An unsigned number, also a hexadecimal one or a pointer.
    Unsigned(u64),
    /// A signed number.
    Signed(i64),
    /// A boolean.
    Boolean(bool),
    /// A floating point number, kept as its bits so that nothing is rounded.
    FloatBits(u64),
    /// A FILETIME or SYSTEMTIME.
    Time(Timestamp),
    /// Bytes.
    Binary(Vec<u8>),
    /// An array.
    List(Vec<EventValue>),
}

impl EventValue {
    /// As a number, also when it was written as text in decimal or in hexadecimal with `0x`.
    #[must_use]
    pub fn as_number(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            Self::Signed(number) => u64::try_from(*number).ok(),
            Self::Boolean(yes) => Some(u64::from(*yes)),
            Self::Text(text) => match text.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).ok(),
                None => text.parse().ok(),
            },
            _ => None,
        }
    }
}
