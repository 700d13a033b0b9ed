//! The set of visited states: 64-bit fingerprints in one flat table.

/// Fingerprints in one line of the cache: all of them are compared at the price of one.
const WAYS: usize = 8;

/// Filled from the front; 0 is empty.
#[derive(Clone)]
#[repr(align(64))]
struct Bucket([u64; WAYS]);

impl Bucket {
    const EMPTY: Self = Self([0; WAYS]);

    /// No branch depends on where it is: that cannot be foreseen.
    fn has(&self, fingerprint: u64) -> bool {
        self.0
            .iter()
            .fold(false, |has, known| has | (*known == fingerprint))
    }

    const fn is_full(&self) -> bool {
        self.0[WAYS - 1] != 0
    }

    /// Takes one more, if it is not full.
    fn push(&mut self, fingerprint: u64) {
        let used = self.0.iter().map(|known| usize::from(*known != 0)).sum();
        if let Some(free) = self.0.get_mut::<usize>(used) {
            *free = fingerprint;
        }
    }
}

/// A bucket with room for a fingerprint that was not in the set. It saves looking there again when
/// that is added; it says nothing any more once the table has grown.
#[derive(Debug, Clone, Copy)]
pub struct Vacancy {
    at: usize,
    /// Buckets of the table when it was found.
    size: usize,
}

/// A set of fingerprints. A state whose fingerprint is already there counts as visited; the odds
/// that two different states share one are n²/2⁶⁵ and are stated with each verdict.
pub struct Fingerprints {
    /// What does not fit into its bucket goes to the next one with room.
    buckets: Vec<Bucket>,
    len: usize,
}

impl Fingerprints {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self {
            buckets: vec![Bucket::EMPTY; 1 << 9],
            len: 0,
        }
    }

    /// Adds a fingerprint; false if it was there.
    pub fn insert(&mut self, fingerprint: u64) -> bool {
        let vacancy = Vacancy {
            at: self.home(fingerprint),
            size: self.buckets.len(),
        };
        self.insert_at(fingerprint, vacancy)
    }

    /// Adds a fingerprint of which a vacancy is known; false if it has come there since.
    pub fn insert_at(&mut self, fingerprint: u64, vacancy: Vacancy) -> bool {
        if Self::is_crowded(self.len, self.buckets.len()) {
            self.grow();
        }
        let fingerprint = fingerprint | u64::from(fingerprint == 0);
        let from = if vacancy.size == self.buckets.len() {
            vacancy.at
        } else {
            self.home(fingerprint)
        };
        match self.find(fingerprint, from) {
            Ok(()) => false,
            Err(free) => {
                self.buckets[free].push(fingerprint);
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
        let size = self.buckets.len();
        found.err().map(|at| Vacancy { at, size })
    }

    /// Reads where the fingerprints are or would be, so that the next lookups need not wait for
    /// memory one after the other: no branch depends on what is read.
    pub fn touch(&self, fingerprints: impl Iterator<Item = u64>) {
        let read = fingerprints.fold(0, |sum, f| sum ^ self.buckets[self.home(f)].0[0]);
        std::hint::black_box(read);
    }

    /// Home is a multiplication away instead of a mask: the table can have any size, so that it
    /// grows by a quarter, and it is in the order of fingerprints but for collisions, so that
    /// growing reads and writes it from front to back.
    const fn home(&self, fingerprint: u64) -> usize {
        ((fingerprint as u128 * self.buckets.len() as u128) >> 64) as usize
    }

    /// Whether a fingerprint is in the table, with the bucket that it would go to if it is not.
    /// The buckets from its home to `from` are known to be full of others.
    fn find(&self, fingerprint: u64, from: usize) -> Result<(), usize> {
        let mut at = from;
        loop {
            let bucket = &self.buckets[at];
            if bucket.has(fingerprint) {
                return Ok(());
            }
            if !bucket.is_full() {
                return Err(at);
            }
            at += 1;
            if at == self.buckets.len() {
                at = 0;
            }
        }
    }

    /// Seven eighths full: nearly every fingerprint is still in the first bucket that is looked at.
    const fn is_crowded(len: usize, buckets: usize) -> bool {
        len * 8 >= buckets * WAYS * 7
    }

    /// Buckets after growing: double while that is little memory, which is cheaper, then a quarter.
    const fn grown(buckets: usize) -> usize {
        const LITTLE: usize = 1 << 12;
        if buckets < LITTLE {
            buckets * 2
        } else {
            buckets + buckets / 4
        }
    }

    fn grow(&mut self) {
        let grown = vec![Bucket::EMPTY; Self::grown(self.buckets.len())];
        let before = std::mem::replace(&mut self.buckets, grown);
        for fingerprint in before.iter().flat_map(|bucket| bucket.0) {
            if fingerprint == 0 {
                continue;
            }
            // It is in no bucket yet.
            let mut at = self.home(fingerprint);
            while self.buckets[at].is_full() {
                at = if at + 1 == self.buckets.len() {
                    0
                } else {
                    at + 1
                };
            }
            self.buckets[at].push(fingerprint);
        }
    }

    /// The bytes of the table while `new` fingerprints are added; both tables while it grows.
    #[must_use]
    pub const fn bytes_soon(&self, new: usize) -> u64 {
        let mut size = self.buckets.len();
        let mut before = 0;
        while Self::is_crowded(self.len + new, size) {
            before = size;
            size = Self::grown(size);
        }
        ((before + size) * size_of::<Bucket>()) as u64
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
        (self.buckets.len() * size_of::<Bucket>()) as u64
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
