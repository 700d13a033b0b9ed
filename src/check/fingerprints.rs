//! The set of visited states: 64-bit fingerprints in one flat table.

/// A set of fingerprints. A state whose fingerprint is already there counts as visited; the odds
/// that two different states share one are n²/2⁶⁵ and are stated with each verdict.
pub struct Fingerprints {
    /// Open addressing, linear probing; 0 is empty.
    slots: Vec<u64>,
    len: usize,
}

impl Fingerprints {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self {
            slots: vec![0; 1 << 12],
            len: 0,
        }
    }

    /// Adds a fingerprint; false if it was there.
    pub fn insert(&mut self, fingerprint: u64) -> bool {
        // Three quarters full: a probe is still short, and a stored state costs about 11 bytes.
        if self.len * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let fingerprint = fingerprint | u64::from(fingerprint == 0);
        if Self::place(&mut self.slots, fingerprint) {
            self.len += 1;
            return true;
        }
        false
    }

    fn place(slots: &mut [u64], fingerprint: u64) -> bool {
        let mask = slots.len() - 1;
        let mut at = (fingerprint >> 20) as usize & mask;
        loop {
            match slots[at] {
                0 => {
                    slots[at] = fingerprint;
                    return true;
                }
                known if known == fingerprint => return false,
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 2];
        for fingerprint in self.slots.iter().filter(|f| **f != 0) {
            Self::place(&mut slots, *fingerprint);
        }
        self.slots = slots;
    }

    /// The bytes of the table while `new` fingerprints are added; both tables while it grows.
    #[must_use]
    pub const fn bytes_soon(&self, new: usize) -> u64 {
        let grows = (self.len + new) * 4 >= self.slots.len() * 3;
        let tables = if grows { 3 } else { 1 };
        (self.slots.len() * tables * size_of::<u64>()) as u64
    }

    /// Number of states.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Default for Fingerprints {
    fn default() -> Self {
        Self::new()
    }
}

/// Mixes the words of a state into a fingerprint: a multiply-and-fold for each pair of words.
#[must_use]
pub fn fingerprint(words: [u64; 5], spent: u32) -> u64 {
    const KEYS: [u64; 6] = [
        0x9E37_79B9_7F4A_7C15,
        0xD6E8_FEB8_6659_FD93,
        0xA076_1D64_78BD_642F,
        0xE703_7ED1_A0B4_28DB,
        0x8EBC_6AF0_9C88_C6E3,
        0x5899_65CC_7537_4CC3,
    ];
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    let [a, b, c, d, e] = words;
    let first = fold(a ^ KEYS[0], b ^ KEYS[1]);
    let second = fold(c ^ KEYS[2], d ^ KEYS[3]);
    let third = fold(e ^ KEYS[4], u64::from(spent) ^ KEYS[5]);
    fold(first ^ KEYS[1], second ^ third.rotate_left(32) ^ KEYS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_inserted_once_through_growth() {
        let mut set = Fingerprints::new();
        for i in 0..100_000_u64 {
            assert!(set.insert(fingerprint([i, 0, 0, 0, 0], 0)));
        }
        assert_eq!(set.len(), 100_000);
        assert!((0..100_000_u64).all(|i| !set.insert(fingerprint([i, 0, 0, 0, 0], 0))));
        assert!(!set.is_empty());
    }

    #[test]
    fn every_word_and_the_faults_spent_count() {
        let base = fingerprint([1, 2, 3, 4, 5], 6);
        for i in 0..5 {
            let mut words = [1, 2, 3, 4, 5];
            words[i] ^= 1 << 40;
            assert_ne!(fingerprint(words, 6), base);
        }
        assert_ne!(fingerprint([1, 2, 3, 4, 5], 7), base);
    }
}
