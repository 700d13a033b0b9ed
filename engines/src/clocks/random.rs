//! Random numbers with addresses: a draw is a function of (seed, trial, component, purpose, k) and
//! of nothing else.
//!
//! So any trial can be run again alone, results do not depend on threads or on the order in which
//! clocks are sampled, and two configurations can be compared under the same failures: a clock that
//! both have gets the same delays in both (common random numbers).
//!
//! The key is the seed, the ChaCha8 stream is the trial, and [`position`] says where in the stream
//! the rest lies. A refill of the generator makes [`RUN`] draws at once and takes some 70 ns, so
//! the layout decides the speed. Three were measured, in ns per draw, on one core of a shared Xeon
//! with AVX2 (`cargo bench --bench draws`; good to about a tenth):
//!
//! | layout | typical | calm | many | job |
//! |---|---|---|---|---|
//! | row by row: all clocks for k = 0, then all for k = 1, ... | 23.7 | 27.5 | 28.6 | 100.9 |
//! | clock by clock: all k of a clock together | 20.3 | 84.3 | 9.4 | 5.4 |
//! | mixed: k = 0 of all clocks, the rest clock by clock | 19.0 | 38.8 | 7.3 | 5.4 |
//!
//! *Typical* is a year of 14 failure clocks spread over 64 components with 8 to 20 samplings each
//! and 46 other clocks with 1 to 4, about 310 draws; *calm* has 1 or 2 and 0 or 1, about 45 draws;
//! *many* 20 to 80 and 0 or 1; *job* is 2,000 runs of one job. The mixed layout is the best or near
//! it in all but the calm year, where no layout takes more than 4 microseconds, so [`Draws`] has
//! it. Squares of 4 or 8 clocks by 8 or 4 samplings were tried too: better where component numbers
//! are dense, worse where they are not. Components with small numbers share refills.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The number of components that can own clocks.
pub const COMPONENTS: usize = 256;

/// The number of purposes, that is of clocks and choices, per component.
pub const PURPOSES: usize = 256;

/// The number of draws that one refill of the generator makes: four blocks of eight.
pub const RUN: usize = 32;

/// Addresses of clocks: one for each component and purpose.
const SLOTS: usize = COMPONENTS * PURPOSES;

/// A uniform number strictly between 0 and 1: an odd multiple of 2^-53.
///
/// The 52 random bits keep it exact. With 53 bits and a half added, the largest value would round
/// to 1 and its logarithm would be infinite.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Uniform(f64);

impl Uniform {
    /// Makes a uniform number of the upper 52 of 64 random bits.
    #[inline]
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        const ULP: f64 = 1.0 / (1_u64 << 53) as f64;
        Self(((bits >> 11) | 1) as f64 * ULP)
    }

    /// Takes a number that is already strictly between 0 and 1; nothing else, and not NaN.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (value > 0.0 && value < 1.0).then_some(Self(value))
    }

    /// The number, strictly between 0 and 1.
    #[inline]
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

/// The slot of a clock: those of one purpose are neighbours, in the order of components.
const fn slot(component: u8, purpose: u8) -> usize {
    purpose as usize * COMPONENTS + component as usize
}

/// Where a draw lies in the stream of its trial, in words of 64 bits.
///
/// **Never to change**: every stored seed, every reported figure and every golden test rests on it.
///
/// The clock of a purpose of a component has the slot `purpose * 256 + component`, so that the
/// clocks of one purpose are neighbours. The first draws of all slots come first, because nearly
/// every clock is sampled once at the start of a trial and one refill serves 32 of them. After them
/// each slot has 2^32 words for its later draws, because which clocks go on, and how far, differs
/// from trial to trial. Both parts begin on a multiple of [`RUN`], so a refill never straddles two
/// clocks.
#[must_use]
pub const fn position(component: u8, purpose: u8, k: u32) -> u64 {
    let slot = slot(component, purpose) as u64;
    match k {
        0 => slot,
        _ => SLOTS as u64 + (slot << 32) + (k as u64 - 1),
    }
}

/// One refill that is kept: 32 consecutive draws of one trial.
#[derive(Clone)]
struct Line {
    /// The trial that the words belong to, in our own count; 0 for none.
    epoch: u64,
    /// The position of the first word, divided by [`RUN`].
    run: u64,
    words: [u64; RUN],
}

impl Line {
    const EMPTY: Self = Self {
        epoch: 0,
        run: 0,
        words: [0; RUN],
    };
}

/// A clock that has been sampled.
#[derive(Clone)]
struct Clock {
    /// The trial in which it was sampled last, in our own count.
    epoch: u64,
    /// How often it was sampled in that trial.
    k: u32,
    /// Which line of [`Draws::first`] holds its first draw.
    first: u32,
    /// A run of its later draws.
    later: Line,
}

/// No number has been given yet.
const UNKNOWN: u16 = u16::MAX;

/// The draws of one trial after another; one worker owns it and uses it again for every trial.
///
/// Starting a trial costs a few nanoseconds: the kept refills and the counters carry the number of
/// their trial and are dropped when they are next looked at. Clocks get dense numbers in the order
/// in which they are first sampled; a draw does not depend on them. It occupies 128 kB and about
/// 300 bytes for each clock in use.
pub struct Draws {
    generator: ChaCha8Rng,
    epoch: u64,
    /// The dense number of each slot's clock; [`UNKNOWN`] before it is sampled.
    numbers: Box<[u16]>,
    clocks: Vec<Clock>,
    /// First draws: a line serves 32 neighbouring clocks.
    first: Vec<Line>,
    /// The place in `first` of each run of first draws; [`UNKNOWN`] before it is needed.
    first_lines: Box<[u16]>,
}

impl Draws {
    /// Prepares the draws of a seed and starts trial 0.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            generator: ChaCha8Rng::seed_from_u64(seed),
            epoch: 1,
            numbers: vec![UNKNOWN; SLOTS].into_boxed_slice(),
            clocks: Vec::new(),
            first: Vec::new(),
            first_lines: vec![UNKNOWN; SLOTS / RUN].into_boxed_slice(),
        }
    }

    /// Starts a trial: every clock counts from k = 0 again.
    pub fn start_trial(&mut self, trial: u64) {
        self.epoch += 1;
        // Free of charge: the generator's own buffer is always used up (see `refill`).
        self.generator.set_stream(trial);
    }

    /// Draws the next number of a clock: k = 0 at its first sampling in this trial, then 1, ...
    ///
    /// After 2^32 samplings the count begins again.
    #[inline]
    pub fn next(&mut self, component: u8, purpose: u8) -> Uniform {
        let number = self.number(component, purpose);
        let epoch = self.epoch;
        let clock = &mut self.clocks[number];
        let k = if clock.epoch == epoch { clock.k } else { 0 };
        clock.epoch = epoch;
        clock.k = k.wrapping_add(1);
        self.of_clock(number, position(component, purpose, k), k)
    }

    /// Draws the number with a given k, whatever was drawn before, without advancing the clock.
    ///
    /// Job runs use the number of their tick as k.
    #[inline]
    pub fn at(&mut self, component: u8, purpose: u8, k: u32) -> Uniform {
        let number = self.number(component, purpose);
        self.of_clock(number, position(component, purpose, k), k)
    }

    /// The dense number of a clock.
    #[inline]
    fn number(&mut self, component: u8, purpose: u8) -> usize {
        match self.numbers[slot(component, purpose)] {
            UNKNOWN => self.add_clock(slot(component, purpose)),
            number => usize::from(number),
        }
    }

    /// Gives a clock the next dense number.
    #[cold]
    fn add_clock(&mut self, slot: usize) -> usize {
        let number = self.clocks.len();
        // The last of 65,536 clocks would not have a number; no topology has that many.
        assert!(number < usize::from(UNKNOWN), "too many clocks are sampled");
        let line = &mut self.first_lines[slot / RUN];
        if *line == UNKNOWN {
            *line = self.first.len() as u16;
            self.first.push(Line::EMPTY);
        }
        self.clocks.push(Clock {
            epoch: 0,
            k: 0,
            first: u32::from(*line),
            later: Line::EMPTY,
        });
        self.numbers[slot] = number as u16;
        number
    }

    #[inline]
    fn of_clock(&mut self, number: usize, position: u64, k: u32) -> Uniform {
        let run = position / RUN as u64;
        let clock = &mut self.clocks[number];
        let line = match k {
            0 => &mut self.first[clock.first as usize],
            _ => &mut clock.later,
        };
        if line.epoch != self.epoch || line.run != run {
            refill(&mut self.generator, line, run);
            line.epoch = self.epoch;
        }
        Uniform::from_bits(line.words[(position % RUN as u64) as usize])
    }
}

/// Fetches the 32 draws of a run into a line.
#[inline(never)]
fn refill(generator: &mut ChaCha8Rng, line: &mut Line, run: u64) {
    let mut bytes = [0_u8; RUN * 8];
    // Seeking makes the four blocks and reading all of them leaves nothing in the generator's
    // buffer. Otherwise `set_stream` would make four blocks that nobody reads.
    generator.set_word_pos(u128::from(run) * (2 * RUN) as u128);
    generator.fill_bytes(&mut bytes);
    for (word, bytes) in line.words.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    line.run = run;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::rand_core::RngCore;

    /// The definition, without caches: key, stream, position.
    fn by_definition(seed: u64, trial: u64, component: u8, purpose: u8, k: u32) -> u64 {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(trial);
        generator.set_word_pos(u128::from(position(component, purpose, k)) * 2);
        generator.next_u64()
    }

    /// If this fails, the change is wrong, not the test: see [`position`].
    #[test]
    fn the_words_at_some_addresses_never_change() {
        type Address = (u64, u64, u8, u8, u32);
        let golden: [(Address, u64); 10] = [
            ((0, 0, 0, 0, 0), 0xb585_f767_a79a_3b6c),
            ((0, 0, 1, 0, 0), 0x7746_a55f_bad8_c037),
            ((0, 0, 0, 0, 1), 0x21a4_95cb_cca7_a1a8),
            ((0, 0, 0, 0, 33), 0x1ef6_bbab_eebe_0b73),
            ((0, 1, 0, 0, 0), 0xc16a_7b0f_c8d4_8f13),
            ((1, 0, 0, 0, 0), 0x6709_4cea_8ca4_0db1),
            ((42, 7, 13, 3, 0), 0x9ea3_fb38_15b2_5c2f),
            ((42, 7, 13, 3, 70_176), 0x39d0_dd4f_edb2_bab6),
            ((u64::MAX, u64::MAX, 255, 255, 0), 0x3cce_6b8c_3026_3b6f),
            (
                (u64::MAX, u64::MAX, 255, 255, u32::MAX),
                0x7253_2210_0971_e6c0,
            ),
        ];
        let found = golden.map(|((seed, trial, component, purpose, k), _)| {
            let word = by_definition(seed, trial, component, purpose, k);
            let mut draws = Draws::new(seed);
            draws.start_trial(trial);
            assert_eq!(draws.at(component, purpose, k), Uniform::from_bits(word));
            ((seed, trial, component, purpose, k), word)
        });
        assert_eq!(found, golden, "{found:#x?}");
    }

    #[test]
    fn positions_are_disjoint_and_runs_belong_to_one_clock() {
        assert_eq!(position(0, 0, 0), 0);
        assert_eq!(position(255, 255, 0), 65_535);
        assert_eq!(position(0, 0, 1), 65_536);
        assert_eq!(position(0, 0, u32::MAX), 65_536 + (1 << 32) - 2);
        assert_eq!(position(1, 0, 1), 65_536 + (1 << 32));
        let last = position(255, 255, u32::MAX);
        assert_eq!(last, 65_536 + (1 << 48) - 2);
        // The block counter has 64 bits and a block has eight words.
        assert!(last / 8 < u64::MAX);
    }

    #[test]
    fn uniforms_are_strictly_inside() {
        assert_eq!(Uniform::from_bits(0).get(), 1.0 / (1_u64 << 53) as f64);
        assert_eq!(Uniform::from_bits(u64::MAX).get(), 1.0 - f64::EPSILON / 2.0);
        assert_eq!(
            Uniform::from_bits(u64::MAX).get() + Uniform::from_bits(0).get(),
            1.0
        );
        for outside in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
            assert_eq!(Uniform::new(outside), None);
        }
    }

    #[test]
    fn uniforms_fill_the_interval_evenly_across_clocks_and_samplings() {
        let mut draws = Draws::new(20_260_101);
        let mut cells = [0_u32; 100];
        for trial in 0..100 {
            draws.start_trial(trial);
            for n in 0..1000_u32 {
                let u = draws.next((n % 50) as u8, (n % 3) as u8);
                cells[(u.get() * 100.0) as usize] += 1;
            }
        }
        // Chi-square with 99 degrees of freedom: beyond these limits once in 10^6 seeds each.
        let chi_square: f64 = cells
            .iter()
            .map(|&n| (f64::from(n) - 1000.0).powi(2) / 1000.0)
            .sum();
        assert!((45.0..180.0).contains(&chi_square), "{chi_square}");
    }

    proptest! {
        #[test]
        fn any_order_of_access_gives_the_same_draws(
            seed: u64,
            steps in proptest::collection::vec(
                (0..3_u64, any::<u8>(), any::<u8>(), 0..100_u32, any::<bool>()), 1..200),
        ) {
            let mut draws = Draws::new(seed);
            let mut counts = std::collections::BTreeMap::new();
            let mut current = 0;
            for (trial, component, purpose, k, sequential) in steps {
                if trial != current {
                    draws.start_trial(trial);
                    counts.clear();
                    current = trial;
                }
                // Few clocks, so that sequences get long.
                let (component, purpose) = (component % 40 * 6, purpose % 2 * 255);
                let (found, k) = if sequential {
                    let count = counts.entry((component, purpose)).or_insert(0);
                    *count += 1;
                    (draws.next(component, purpose), *count - 1)
                } else {
                    (draws.at(component, purpose, k), k)
                };
                let expected = by_definition(seed, trial, component, purpose, k);
                prop_assert_eq!(found, Uniform::from_bits(expected));
            }
        }

        #[test]
        fn a_clock_goes_on_where_it_was_whatever_is_read_between(seed: u64, k in 0..1000_u32) {
            let mut plain = Draws::new(seed);
            let mut disturbed = Draws::new(seed);
            for n in 0..100 {
                disturbed.at(5, 1, k);
                let found = disturbed.next(5, 1);
                prop_assert_eq!(found, plain.next(5, 1));
                prop_assert_eq!(found, plain.at(5, 1, n));
            }
        }
    }
}
