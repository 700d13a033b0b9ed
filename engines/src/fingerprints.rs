//! The set of visited states: 64-bit fingerprints in flat tables.

use poolproof_models::system::Words;

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
        let same = |known: &u64| if *known == fingerprint { u64::MAX } else { 0 };
        self.0.iter().fold(0, |has, known| has | same(known)) != 0
    }

    const fn is_full(&self) -> bool {
        self.0[WAYS - 1] != 0
    }

    /// Number of fingerprints.
    fn used(&self) -> usize {
        self.0.iter().map(|known| usize::from(*known != 0)).sum()
    }
}

/// A slot that was free for a fingerprint that was not in the set. It saves looking there again
/// when that is added; it says nothing any more once the table has grown or the slot is taken.
#[derive(Debug, Clone, Copy)]
pub struct FreeSlot {
    slot: u32,
    /// Buckets of the table when it was found.
    buckets: u32,
}

/// The fingerprints that begin with the same bits. What does not fit into its bucket goes to the
/// next one with room.
struct Table {
    buckets: Vec<Bucket>,
    len: usize,
}

impl Table {
    fn new() -> Self {
        Self {
            buckets: vec![Bucket::EMPTY; 8],
            len: 0,
        }
    }

    /// Home is a multiplication away instead of a mask: the table can have any size, so that it
    /// grows by a quarter, and it is in the order of fingerprints but for collisions, so that
    /// growing reads and writes it from front to back.
    const fn home(&self, fingerprint: u64) -> usize {
        let rest = (fingerprint << SHARD_BITS) as u128;
        ((rest * self.buckets.len() as u128) >> 64) as usize
    }

    /// The bucket after another.
    const fn next(&self, at: usize) -> usize {
        if at + 1 == self.buckets.len() {
            0
        } else {
            at + 1
        }
    }

    /// Whether a fingerprint is in the table, with the bucket that it is in or would go to.
    #[inline]
    fn find(&self, fingerprint: u64) -> (bool, usize) {
        let mut at = self.home(fingerprint);
        loop {
            let bucket = &self.buckets[at];
            let found = bucket.has(fingerprint);
            // One branch, nearly always taken: whether it is found cannot be foreseen.
            if found | !bucket.is_full() {
                return (found, at);
            }
            at = self.next(at);
        }
    }

    /// Seven eighths full: nearly every fingerprint is still in the first bucket that is looked at.
    const fn is_crowded(len: usize, buckets: usize) -> bool {
        len * 8 >= buckets * WAYS * 7
    }

    /// Buckets after growing: double while that is little memory, which is cheaper, then a quarter.
    const fn grown(buckets: usize) -> usize {
        const LITTLE: usize = 1 << 6;
        if buckets < LITTLE {
            buckets * 2
        } else {
            buckets + buckets / 4
        }
    }

    fn grow(&mut self) {
        let grown = vec![Bucket::EMPTY; Self::grown(self.buckets.len())];
        let before = std::mem::replace(&mut self.buckets, grown);
        let mut used = vec![0_u8; self.buckets.len()];
        for bucket in &before {
            for fingerprint in bucket.0.into_iter().take_while(|known| *known != 0) {
                // It is in no bucket yet.
                let mut at = self.home(fingerprint);
                while usize::from(used[at]) == WAYS {
                    at = self.next(at);
                }
                self.buckets[at].0[usize::from(used[at])] = fingerprint;
                used[at] += 1;
            }
        }
    }

    /// Buckets while `new` fingerprints are added, and those of the table that it grows out of.
    const fn buckets_soon(&self, new: usize) -> (usize, usize) {
        let mut size = self.buckets.len();
        let mut before = 0;
        while Self::is_crowded(self.len + new, size) {
            before = size;
            size = Self::grown(size);
        }
        (size, before)
    }
}

/// Bits of a fingerprint that say in which table it is.
const SHARD_BITS: u32 = 6;
const SHARDS: usize = 1 << SHARD_BITS;

/// A set of fingerprints. A state whose fingerprint is already there counts as visited; the odds
/// that two different states share one are n²/2⁶⁵ and are stated with each verdict.
pub struct Fingerprints {
    /// Many, because a table that grows is made anew: as a single one it took fresh pages from the
    /// system each time, three of four of all that a search asked for.
    tables: Box<[Table; SHARDS]>,
    len: usize,
}

impl Fingerprints {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tables: Box::new(std::array::from_fn(|_| Table::new())),
            len: 0,
        }
    }

    const fn shard(fingerprint: u64) -> usize {
        (fingerprint >> (64 - SHARD_BITS)) as usize
    }

    /// Adds a fingerprint; false if it was there.
    pub fn insert(&mut self, fingerprint: u64) -> bool {
        let nowhere = FreeSlot {
            slot: 0,
            buckets: 0,
        };
        self.insert_at(fingerprint, nowhere)
    }

    /// Adds a fingerprint of which a free_slot is known; false if it has come there since.
    pub fn insert_at(&mut self, fingerprint: u64, free_slot: FreeSlot) -> bool {
        let fingerprint = fingerprint | u64::from(fingerprint == 0);
        let table = &mut self.tables[Self::shard(fingerprint)];
        if Table::is_crowded(table.len, table.buckets.len()) {
            table.grow();
        }
        let slot = free_slot.slot as usize;
        // As long as the slot is free, nothing has come to its bucket.
        let slot = if free_slot.buckets as usize == table.buckets.len()
            && table.buckets[slot / WAYS].0[slot % WAYS] == 0
        {
            slot
        } else {
            let (found, at) = table.find(fingerprint);
            if found {
                return false;
            }
            at * WAYS + table.buckets[at].used()
        };
        table.buckets[slot / WAYS].0[slot % WAYS] = fingerprint;
        table.len += 1;
        self.len += 1;
        true
    }

    /// Whether a fingerprint is in the set, with the bucket that it is in or would go to.
    #[must_use]
    #[inline]
    pub fn find(&self, fingerprint: u64) -> (bool, u32) {
        let fingerprint = fingerprint | u64::from(fingerprint == 0);
        let (found, at) = self.tables[Self::shard(fingerprint)].find(fingerprint);
        (found, at as u32)
    }

    /// Where a fingerprint goes that was not in the set: [`Fingerprints::find`] returned the
    /// bucket.
    #[must_use]
    pub fn free_slot(&self, fingerprint: u64, at: u32) -> FreeSlot {
        let buckets = &self.tables[Self::shard(fingerprint)].buckets;
        FreeSlot {
            slot: at * WAYS as u32 + buckets[at as usize].used() as u32,
            buckets: buckets.len() as u32,
        }
    }

    /// Reads where a fingerprint is or would be: see [`touch`].
    #[must_use]
    pub fn peek(&self, fingerprint: u64) -> u64 {
        let table = &self.tables[Self::shard(fingerprint)];
        table.buckets[table.home(fingerprint)].0[0]
    }

    /// The bytes of the tables while `new` fingerprints are added; one of them exists twice while
    /// it grows.
    #[must_use]
    pub fn bytes_soon(&self, new: usize) -> u64 {
        // Fingerprints spread evenly: no table gets twice its share of many, and few need no room.
        let each = 2 * new.div_ceil(self.tables.len());
        let soon = self.tables.iter().map(|table| table.buckets_soon(each));
        let (size, before) = soon.fold((0, 0), |(size, before), (s, b)| (size + s, before.max(b)));
        ((size + before) * size_of::<Bucket>()) as u64
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
    pub fn bytes(&self) -> u64 {
        let buckets: usize = self.tables.iter().map(|table| table.buckets.len()).sum();
        (buckets * size_of::<Bucket>()) as u64
    }
}

impl Default for Fingerprints {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits for what was read at many places at once, so that the lookups there need not wait for
/// memory one after the other: no branch depends on what is read.
pub fn touch(reads: impl Iterator<Item = u64>) {
    std::hint::black_box(reads.fold(0, |sum, read| sum ^ read));
}

/// Mixes the words of a state into a fingerprint: a multiply-and-fold for each pair of words.
#[must_use]
#[inline]
pub fn fingerprint(words: Words, spent: u32) -> u64 {
    const KEYS: [u64; 8] = [
        0x9E37_79B9_7F4A_7C15,
        0xD6E8_FEB8_6659_FD93,
        0xA076_1D64_78BD_642F,
        0xE703_7ED1_A0B4_28DB,
        0x8EBC_6AF0_9C88_C6E3,
        0x5899_65CC_7537_4CC3,
        0x1D8E_4E27_C47D_124F,
        0xEB44_ACCA_B455_D165,
    ];
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    let [a, b, c, d, e, f, g] = words;
    let first = fold(a ^ KEYS[0], b ^ KEYS[1]);
    let second = fold(c ^ KEYS[2], d ^ KEYS[3]);
    let third = fold(e ^ KEYS[4], f ^ KEYS[5]);
    let fourth = fold(g ^ KEYS[6], u64::from(spent) ^ KEYS[7]);
    fold(
        first ^ fourth.rotate_left(32) ^ KEYS[1],
        second ^ third.rotate_left(32) ^ KEYS[0],
    )
}

#[cfg(test)]
mod tests {
    use poolproof_models::system::words_of;

    use super::*;

    #[test]
    fn a_fingerprint_is_inserted_once_through_growth() {
        let mut set = Fingerprints::new();
        for i in 0..100_000_u64 {
            assert!(set.insert(fingerprint(words_of([i, 0]), 0)));
        }
        assert_eq!(set.len(), 100_000);
        assert!((0..100_000_u64).all(|i| !set.insert(fingerprint(words_of([i, 0]), 0))));
        let known = |i| set.find(fingerprint(words_of([i, 0]), 0)).0;
        assert!((0..100_000_u64).all(known));
        assert!(!(100_000..200_000).any(known));
        assert!(!set.is_empty());
    }

    #[test]
    fn the_least_and_the_largest_fingerprint_have_a_place() {
        let mut set = Fingerprints::new();
        for fingerprint in [0, u64::MAX, u64::MAX - 1, u64::MAX - 2] {
            assert!(!set.find(fingerprint).0);
            assert!(set.insert(fingerprint));
            assert!(set.find(fingerprint).0);
        }
        // 0 is an empty slot: 1 stands for it.
        assert!(set.find(1).0);
    }

    fn free_slot(set: &Fingerprints, fingerprint: u64) -> FreeSlot {
        let (found, at) = set.find(fingerprint);
        assert!(!found, "not yet there");
        set.free_slot(fingerprint, at)
    }

    #[test]
    fn a_free_slot_that_was_taken_or_outgrown_leads_to_the_right_slot() {
        let mut set = Fingerprints::new();
        let f = |i: u64| fingerprint(words_of([i, 1]), 0);
        // Each of two finds its free slot before both are added, and the table grows between.
        for i in (0..100_000).step_by(2) {
            let free_slots = [i, i, i + 1].map(|i| free_slot(&set, f(i)));
            assert!(set.insert_at(f(i), free_slots[0]));
            assert!(
                !set.insert_at(f(i), free_slots[1]),
                "it has come there since"
            );
            assert!(set.insert_at(f(i + 1), free_slots[2]));
        }
        let late = free_slot(&set, f(100_000));
        assert!((100_001..200_000).all(|i| set.insert(f(i))));
        assert!(set.insert_at(f(100_000), late));
        assert_eq!(set.len(), 200_000);
        assert!((0..200_000).all(|i| !set.insert(f(i))));
    }

    #[test]
    fn every_word_and_the_faults_spent_count() {
        let numbered: Words = std::array::from_fn(|i| i as u64 + 1);
        let base = fingerprint(numbered, 6);
        for i in 0..numbered.len() {
            let mut words = numbered;
            words[i] ^= 1 << 40;
            assert_ne!(fingerprint(words, 6), base);
        }
        assert_ne!(fingerprint(numbered, 7), base);
    }
}
