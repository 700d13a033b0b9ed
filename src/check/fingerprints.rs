//! The set of visited states: 64-bit fingerprints in one flat table.

/// A free slot for a fingerprint that was not in the set. It saves a second probe when that is
/// added, a third of the price of the set; it says nothing any more once the table has grown.
#[derive(Debug, Clone, Copy)]
pub struct Vacancy {
    at: usize,
    /// Slots of the table when it was found.
    size: usize,
}

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
        let home = self.home(fingerprint);
        let vacancy = Vacancy {
            at: home,
            size: self.slots.len(),
        };
        self.insert_at(fingerprint, vacancy)
    }

    /// Adds a fingerprint of which a vacancy is known; false if it has come there since.
    pub fn insert_at(&mut self, fingerprint: u64, vacancy: Vacancy) -> bool {
        // Four fifths full: a probe is still short, and a slot is not much more than its state.
        if self.len * 5 >= self.slots.len() * 4 {
            self.grow();
        }
        let fingerprint = fingerprint | u64::from(fingerprint == 0);
        let from = if vacancy.size == self.slots.len() {
            vacancy.at
        } else {
            self.home(fingerprint)
        };
        match self.find(fingerprint, from) {
            Ok(()) => false,
            Err(free) => {
                self.slots[free] = fingerprint;
                self.len += 1;
                true
            }
        }
    }

    /// Where a fingerprint would go; `None` if it is in the set.
    #[must_use]
    pub fn vacancy(&self, fingerprint: u64) -> Option<Vacancy> {
        let fingerprint = fingerprint | u64::from(fingerprint == 0);
        let found = self.find(fingerprint, self.home(fingerprint));
        let size = self.slots.len();
        found.err().map(|at| Vacancy { at, size })
    }

    /// Reads where the fingerprints are or would be, so that the next lookups need not wait for
    /// memory one after the other: no branch depends on what is read.
    pub fn touch(&self, fingerprints: impl Iterator<Item = u64>) {
        let read = fingerprints.fold(0, |sum, f| sum ^ self.slots[self.home(f)]);
        std::hint::black_box(read);
    }

    /// Home is a multiplication away instead of a mask: the table can have any size, so that it
    /// grows by a quarter, and it is in the order of fingerprints but for collisions, so that
    /// growing reads and writes it from front to back.
    const fn home(&self, fingerprint: u64) -> usize {
        ((fingerprint as u128 * self.slots.len() as u128) >> 64) as usize
    }

    /// Whether a fingerprint is in the table, with the slot that it would take if it is not.
    /// Everything from its home to `from` is known to be something else.
    fn find(&self, fingerprint: u64, from: usize) -> Result<(), usize> {
        let size = self.slots.len();
        let mut at = from;
        loop {
            match self.slots[at] {
                0 => return Err(at),
                known if known == fingerprint => return Ok(()),
                _ => at += 1,
            }
            if at == size {
                at = 0;
            }
        }
    }

    fn grow(&mut self) {
        let size = self.slots.len();
        let before = std::mem::replace(&mut self.slots, vec![0; size + size / 4]);
        for fingerprint in before.into_iter().filter(|f| *f != 0) {
            if let Err(free) = self.find(fingerprint, self.home(fingerprint)) {
                self.slots[free] = fingerprint;
            }
        }
    }

    /// The bytes of the table while `new` fingerprints are added; both tables while it grows.
    #[must_use]
    pub const fn bytes_soon(&self, new: usize) -> u64 {
        let mut size = self.slots.len();
        let mut before = 0;
        while (self.len + new) * 5 >= size * 4 {
            before = size;
            size += size / 4;
        }
        ((before + size) * size_of::<u64>()) as u64
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

    /// Bytes of memory.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        (self.slots.len() * size_of::<u64>()) as u64
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
        let known = |i| set.vacancy(fingerprint([i, 0, 0, 0, 0], 0)).is_none();
        assert!((0..100_000_u64).all(known));
        assert!(!(100_000..200_000).any(known));
        assert!(!set.is_empty());
    }

    #[test]
    fn the_least_and_the_largest_fingerprint_have_a_place() {
        let mut set = Fingerprints::new();
        for fingerprint in [0, u64::MAX, u64::MAX - 1, u64::MAX - 2] {
            assert!(set.vacancy(fingerprint).is_some());
            assert!(set.insert(fingerprint));
            assert!(set.vacancy(fingerprint).is_none());
        }
        // 0 is an empty slot: 1 stands for it.
        assert!(set.vacancy(1).is_none());
    }

    #[test]
    fn a_vacancy_that_was_taken_or_outgrown_leads_to_the_right_slot() {
        let mut set = Fingerprints::new();
        let f = |i: u64| fingerprint([i, 1, 0, 0, 0], 0);
        // Each of two finds its vacancy before both are added, and the table grows between.
        for i in (0..100_000).step_by(2) {
            let vacancies = [i, i, i + 1].map(|i| set.vacancy(f(i)).expect("not yet there"));
            assert!(set.insert_at(f(i), vacancies[0]));
            assert!(
                !set.insert_at(f(i), vacancies[1]),
                "it has come there since"
            );
            assert!(set.insert_at(f(i + 1), vacancies[2]));
        }
        let late = set.vacancy(f(100_000)).expect("not yet there");
        assert!((100_001..200_000).all(|i| set.insert(f(i))));
        assert!(set.insert_at(f(100_000), late));
        assert_eq!(set.len(), 200_000);
        assert!((0..200_000).all(|i| !set.insert(f(i))));
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
