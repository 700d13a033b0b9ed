//! How many different states were visited, by searches that know nothing of each other: a sketch
//! of fixed size that merges exactly.
//!
//! HyperLogLog over the fingerprints of states. The registers of two searches together are the
//! larger of each pair, whatever the order, so that the estimate does not depend on how searches
//! are spread over shards. The estimator is the improved one of Ertl (2017, "New cardinality
//! estimation algorithms for HyperLogLog sketches", algorithm 6): no tables and no thresholds, and
//! nothing but sums, products and square roots, which are the same on every platform.

/// The number of registers is two to this.
const BITS: u32 = 14;
const REGISTERS: usize = 1 << BITS;
/// The largest value of a register: one more than the bits of a fingerprint that are left.
const MOST: u8 = (u64::BITS - BITS + 1) as u8;

/// A digit for each value that a register can have.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A sketch of a set of fingerprints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    registers: Vec<u8>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            registers: vec![0; REGISTERS],
        }
    }
}

impl Sketch {
    /// The standard error of an estimate, as a share of it.
    pub const RELATIVE_ERROR: f64 = 0.008_125;

    /// Adds a fingerprint; again makes no difference.
    pub fn insert(&mut self, fingerprint: u64) {
        let mixed = mix(fingerprint);
        let register = (mixed >> (u64::BITS - BITS)) as usize;
        let zeros = (mixed << BITS).leading_zeros() as u8 + 1;
        self.registers[register] = self.registers[register].max(zeros.min(MOST));
    }

    /// Adds everything that another sketch has seen.
    pub fn merge(&mut self, other: &Self) {
        for (own, others) in self.registers.iter_mut().zip(&other.registers) {
            *own = (*own).max(*others);
        }
    }

    /// About how many different fingerprints were added.
    #[must_use]
    pub fn estimate(&self) -> u64 {
        let mut counts = [0_u32; MOST as usize + 1];
        for register in &self.registers {
            counts[usize::from(*register)] += 1;
        }
        let all = REGISTERS as f64;
        let share = |value: usize| f64::from(counts[value]) / all;
        let mut sum = all * tau(1.0 - share(usize::from(MOST)));
        for value in (1..usize::from(MOST)).rev() {
            sum = 0.5 * (sum + f64::from(counts[value]));
        }
        sum += all * sigma(share(0));
        let estimate = all * all / (2.0 * std::f64::consts::LN_2 * sum);
        (estimate + 0.5) as u64
    }

    /// The registers as text, one letter each.
    #[must_use]
    pub fn text(&self) -> String {
        let digit = |register: &u8| char::from(DIGITS[usize::from(*register)]);
        self.registers.iter().map(digit).collect()
    }

    /// Reads such a text; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let value = |digit: u8| DIGITS.iter().position(|one| *one == digit);
        let registers: Option<Vec<u8>> = text
            .bytes()
            .map(|digit| value(digit).map(|value| value as u8))
            .collect();
        let registers = registers?;
        let fits = registers.len() == REGISTERS && registers.iter().all(|r| *r <= MOST);
        fits.then_some(Self { registers })
    }
}

/// Spreads the bits of a fingerprint, whose upper ones alone choose the register (SplitMix64).
pub(super) const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The correction for registers that nothing has reached.
fn sigma(share: f64) -> f64 {
    if share >= 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut y, mut z) = (share, 1.0, share);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// The correction for registers that are full.
fn tau(share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 {
        return 0.0;
    }
    let (mut x, mut y, mut z) = (share, 1.0, 1.0 - share);
    loop {
        x = libm::sqrt(x);
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: std::ops::Range<u64>) -> Sketch {
        let mut sketch = Sketch::default();
        range.for_each(|i| sketch.insert(i));
        sketch
    }

    #[test]
    fn estimates_are_within_five_standard_errors() {
        for n in [0, 1, 2, 10, 1_000, 30_000, 50_000, 300_000, 3_000_000] {
            let estimate = of(7..7 + n).estimate();
            let error = (estimate as f64 - n as f64).abs();
            let allowed = 5.0 * Sketch::RELATIVE_ERROR * n as f64;
            assert!(error <= allowed, "{estimate} for {n}");
        }
    }

    #[test]
    fn merging_is_the_union_in_any_order() {
        let parts = [of(0..20_000), of(15_000..40_000), of(39_000..40_001)];
        let whole = of(0..40_001);
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut merged = Sketch::default();
            order.iter().for_each(|i| merged.merge(&parts[*i]));
            assert_eq!(merged, whole);
        }
    }

    #[test]
    fn the_text_is_the_sketch() {
        let mut sketch = of(0..100_000);
        // The largest value that a register can have.
        sketch.registers[3] = MOST;
        assert_eq!(Sketch::parse(&sketch.text()).as_ref(), Some(&sketch));
        assert_eq!(Sketch::parse("AAAA"), None);
        assert_eq!(Sketch::parse(&"/".repeat(REGISTERS)), None);
        assert_eq!(Sketch::parse(&"?".repeat(REGISTERS)), None);
    }
}
