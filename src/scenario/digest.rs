//! The digest of a scenario: 128-bit FNV-1a over its texts.
//!
//! It distinguishes scenarios in reports; it guards against accidents, not against malice, so a
//! cryptographic hash would be a dependency without a use.

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A running digest.
#[derive(Debug, Clone)]
pub(crate) struct Digest {
    state: u128,
}

impl Digest {
    pub(crate) const fn new() -> Self {
        Self { state: OFFSET }
    }

    /// Adds a text with the part it plays. Lengths go in first, so that moving a character from
    /// one text to the next changes the digest.
    pub(crate) fn add(&mut self, part: &str, text: &str) {
        for piece in [part, text] {
            self.bytes(&(piece.len() as u64).to_le_bytes());
            self.bytes(piece.as_bytes());
        }
    }

    /// Adds bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.state = (self.state ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }

    /// 32 hexadecimal digits.
    pub(crate) fn hex(&self) -> String {
        format!("{:032x}", self.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // From the published test suite of FNV: the empty string, "a" and "foobar".
        let of = |text: &str| {
            let mut digest = Digest::new();
            digest.bytes(text.as_bytes());
            digest.hex()
        };
        assert_eq!(of(""), "6c62272e07bb014262b821756295c58d");
        assert_eq!(of("a"), "d228cb696f1a8caf78912b704e4a8964");
        assert_eq!(of("foobar"), "343e1662793c64bf6f0d3597ba446f18");
    }

    #[test]
    fn boundaries_count() {
        let mut one = Digest::new();
        one.add("ab", "c");
        let mut other = Digest::new();
        other.add("a", "bc");
        assert_ne!(one.hex(), other.hex());
    }
}
