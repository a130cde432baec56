//! Object ids of NTFS as link tracking keeps them.
//!
//! Sources: MS-DLTW 2.2 and MS-SHLLINK 2.5.10 (droids); RFC 9562 5.1 (UUID version 1); MS-DTYP
//! 2.3.4.2.

use std::fmt;

use kusari_evidence::Guid;
use kusari_evidence::time::Timestamp;

/// 100 ns intervals from 1582-10-15, where UUIDs count from, to 1601-01-01: 6653 days.
const FROM_UUID_EPOCH: i64 = 5_748_192_000_000_000;

/// The object id of a volume or file.
///
/// Windows makes a file's id as a UUID of version 1: it holds a time and the address of a network
/// card, both of the machine on which the id was made. The time need not be the moment at which the
/// file got the id: read it as "not before" only where other evidence agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub Guid);

impl ObjectId {
    /// From the first 16 of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Guid::from_bytes(bytes).map(Self)
    }

    /// Whether it is all zeros, which means that there is none.
    #[must_use]
    pub fn is_nil(self) -> bool {
        self.0 == Guid::NIL
    }

    /// The UUID's version; `None` where its variant says that it is no UUID of RFC 9562.
    #[must_use]
    pub fn version(self) -> Option<u8> {
        let [_, _, _, _, _, _, _, version, variant, ..] = self.0.0;
        (variant & 0xC0 == 0x80).then_some(version >> 4)
    }

    /// The time in a UUID of version 1, by the clock of the machine that made it, in UTC. `None`
    /// for other versions and for times before 1601.
    #[must_use]
    pub fn time(self) -> Option<Timestamp> {
        if self.version() != Some(1) {
            return None;
        }
        let [a, b, c, d, e, f, g, h, ..] = self.0.0;
        // The first three parts lie little-endian: low, middle and high part of 60 bits.
        let ticks = i64::from_le_bytes([a, b, c, d, e, f, g, h & 0x0F]);
        Timestamp::from_ticks(ticks.checked_sub(FROM_UUID_EPOCH)?)
    }

    /// The clock sequence of a UUID of version 1: 14 bits that change when the clock was set back
    /// or the node changed.
    #[must_use]
    pub fn clock_sequence(self) -> Option<u16> {
        let [_, _, _, _, _, _, _, _, high, low, ..] = self.0.0;
        (self.version() == Some(1)).then(|| u16::from_be_bytes([high & 0x3F, low]))
    }

    /// The address of a network card of the machine that made a UUID of version 1. `None` for
    /// other versions, and where the multicast bit says that the node is a random number.
    #[must_use]
    pub fn mac_address(self) -> Option<MacAddress> {
        let [.., a, b, c, d, e, f] = self.0.0;
        (self.version() == Some(1) && a & 1 == 0).then_some(MacAddress([a, b, c, d, e, f]))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The address of a network card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddress(pub [u8; 6]);

impl fmt::Display for MacAddress {
    /// `00:50:56:A5:0B:40`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02X}:{b:02X}:{c:02X}:{d:02X}:{e:02X}:{g:02X}")
    }
}

/// A droid (`CDomainRelativeObjId`): where a file is, for link tracking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Droid {
    /// The volume's object id: that in `$OBJECT_ID` of the NTFS volume's `$Volume`.
    pub volume: ObjectId,
    /// The file's object id: that in its `$OBJECT_ID`.
    pub file: ObjectId,
}

impl Droid {
    /// From the first 32 of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            volume: ObjectId::from_bytes(bytes)?,
            file: ObjectId::from_bytes(bytes.get(16..)?)?,
        })
    }

    /// Whether both parts are all zeros, which means that there is none.
    #[must_use]
    pub fn is_nil(self) -> bool {
        self.volume.is_nil() && self.file.is_nil()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A volume's and a file's object id in a jump list of Windows 10.
    const DROID: [u8; 32] = [
        0xFE, 0xA9, 0xED, 0xA0, 0xEF, 0xDB, 0x91, 0x4D, 0xBF, 0x7A, 0xEA, 0xBD, 0x09, 0x71, 0xF8,
        0xDF, 0xD9, 0x82, 0x22, 0x97, 0xD5, 0x87, 0xEC, 0x11, 0x9E, 0x54, 0xEC, 0x63, 0xD7, 0x72,
        0x83, 0x36,
    ];

    #[test]
    fn version_1_holds_time_and_card() {
        // RFC 9562, appendix A.1: C232AB00-9414-11EC-B3C8-9F6BDECED846, which is
        // 2022-02-22T19:22:22Z with a random node.
        let bytes = [
            0x00, 0xAB, 0x32, 0xC2, 0x14, 0x94, 0xEC, 0x11, 0xB3, 0xC8, 0x9F, 0x6B, 0xDE, 0xCE,
            0xD8, 0x46,
        ];
        let id = ObjectId::from_bytes(&bytes).unwrap();
        assert_eq!(id.version(), Some(1));
        assert_eq!(
            id.time().unwrap().to_string(),
            "2022-02-22T19:22:22.0000000Z"
        );
        assert_eq!(id.clock_sequence(), Some(0x33C8));
        assert_eq!(id.mac_address(), None);
        let mut card = bytes;
        card[10] = 0x00;
        let card = ObjectId::from_bytes(&card).unwrap();
        assert_eq!(card.mac_address().unwrap().to_string(), "00:6B:DE:CE:D8:46");
    }

    #[test]
    fn other_versions_hold_neither() {
        let droid = Droid::from_bytes(&DROID).unwrap();
        let (volume, file) = (droid.volume, droid.file);
        assert_eq!(
            (volume.version(), volume.time(), volume.mac_address()),
            (Some(4), None, None)
        );
        assert_eq!(file.version(), Some(1));
        assert_eq!(file.mac_address().unwrap().to_string(), "EC:63:D7:72:83:36");
        assert!(!droid.is_nil() && ObjectId(Guid::NIL).is_nil());
        assert_eq!(Droid::from_bytes(&DROID[..31]), None);
    }
}
