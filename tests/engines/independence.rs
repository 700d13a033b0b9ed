//! The promise of addresses: draws with different addresses are independent of each other.
//!
//! An address is (seed, trial, component, purpose, k). First, no two addresses share a word of a
//! ChaCha stream: the position is inverted, and the seed and the trial are the key and the stream.
//! Then the words look independent: neighbours along each part of an address, and sums along it,
//! are held against what independent uniform numbers give. The limits of every statistic are
//! exceeded by independent draws with the probability [`CHANCE`] on either side. Positive controls
//! show that a weak dependence exceeds them.

use std::collections::BTreeSet;

use poolproof_engines::clocks::random::{Draws, position};
use proptest::prelude::*;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

/// The probability that independent draws exceed a limit of one statistic. About 60 limits are
/// checked, so all of them hold but for one choice of the seeds in 16,000.
const CHANCE: f64 = 1e-6;

type Address = (u64, u64, u8, u8, u32);

/// The draw at an address, from a generator made for it alone.
fn draw((seed, trial, component, purpose, k): Address) -> f64 {
    let mut draws = Draws::new(seed);
    draws.start_trial(trial);
    draws.at(component, purpose, k).get()
}

/// The address at a position, written from the documented layout: 65,536 first draws, and then
/// 2^32 words for each clock.
fn address(position: u64) -> (u8, u8, u32) {
    const FIRST: u64 = 256 * 256;
    let (clock, k) = match position.checked_sub(FIRST) {
        None => (position, 0),
        Some(later) => (later >> 32, (later as u32) + 1),
    };
    (clock as u8, (clock >> 8) as u8, k)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// A function with an inverse takes no value twice.
    #[test]
    fn a_position_has_one_address(component: u8, purpose: u8, k: u32, first in any::<bool>()) {
        let k = if first { 0 } else { k };
        let at = position(component, purpose, k);
        prop_assert_eq!(address(at), (component, purpose, k));
        // In words of 32 bits it fits into the stream, and into the block counter.
        let mut generator = ChaCha8Rng::seed_from_u64(0);
        generator.set_word_pos(u128::from(at) * 2);
        prop_assert_eq!(generator.get_word_pos(), u128::from(at) * 2);
    }

    /// The key is a function of the seed alone, and the stream is the trial.
    #[test]
    fn a_trial_has_a_stream(seed: u64, one: u64, other: u64) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let key = generator.get_seed();
        generator.set_stream(one);
        prop_assert_eq!((generator.get_seed(), generator.get_stream()), (key, one));
        generator.set_stream(other);
        prop_assert_eq!((generator.get_seed(), generator.get_stream()), (key, other));
    }
}

#[test]
fn the_first_and_last_positions_of_all_clocks_differ() {
    let mut seen = BTreeSet::new();
    for component in 0..=u8::MAX {
        for purpose in 0..=u8::MAX {
            for k in [0, 1, 2, 31, 32, 33, u32::MAX - 1, u32::MAX] {
                let at = position(component, purpose, k);
                assert!(seen.insert(at), "{component} {purpose} {k}");
                assert_eq!(address(at), (component, purpose, k));
            }
        }
    }
}

/// Seeds in a row, powers of two and random ones have different keys.
#[test]
fn seeds_have_keys_of_their_own() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let in_a_row = 0..100_000_u64;
    let powers = (0..64).map(|bit| 1 << bit);
    let drawn: Vec<u64> = (0..100_000).map(|_| random.next_u64()).collect();
    let seeds: BTreeSet<u64> = in_a_row.chain(powers).chain(drawn).collect();
    let keys: BTreeSet<[u8; 32]> = seeds
        .iter()
        .map(|seed| ChaCha8Rng::seed_from_u64(*seed).get_seed())
        .collect();
    assert_eq!(keys.len(), seeds.len());
}

/// Fails unless a chi-square value is within its limits.
fn assert_chi_square(name: &str, value: f64, freedom: f64) {
    let law = ChiSquared::new(freedom).expect("positive");
    let limits = [CHANCE, 1.0 - CHANCE].map(|chance| law.inverse_cdf(chance));
    assert!(
        limits[0] < value && value < limits[1],
        "{name}: chi-square {value}, limits {limits:?}"
    );
}

const CELLS: usize = 16;

/// Chi-square of the pairs in 16 by 16 cells (255 degrees of freedom), and the correlation
/// coefficient in standard errors.
fn statistics(pairs: &[(f64, f64)]) -> (f64, f64) {
    let mut cells = [[0_u32; CELLS]; CELLS];
    let mut products = 0.0;
    for (one, other) in pairs {
        let cell = |u: f64| (u * CELLS as f64) as usize;
        cells[cell(*one)][cell(*other)] += 1;
        products += (one - 0.5) * (other - 0.5);
    }
    let count = pairs.len() as f64;
    let expected = count / (CELLS * CELLS) as f64;
    let chi_square = cells
        .iter()
        .flatten()
        .map(|found| (f64::from(*found) - expected).powi(2) / expected)
        .sum();
    // A product has the variance 1/12 * 1/12.
    (chi_square, 12.0 * products / libm::sqrt(count))
}

fn normal_limit() -> f64 {
    let normal = Normal::new(0.0, 1.0).expect("valid");
    normal.inverse_cdf(1.0 - CHANCE)
}

fn assert_independent(name: &str, pairs: &[(f64, f64)]) {
    let (chi_square, correlation) = statistics(pairs);
    assert_chi_square(name, chi_square, (CELLS * CELLS - 1) as f64);
    assert!(
        correlation.abs() < normal_limit(),
        "{name}: correlation of {correlation} standard errors"
    );
}

/// Pairs of draws whose addresses differ by `step` in one part. Both ends of each pair belong to
/// it alone: the bases are `2 * step` apart or drawn at random from so many that none is met twice.
fn neighbours(
    name: &str,
    count: u64,
    base: impl Fn(&mut ChaCha8Rng, u64) -> Address,
    next: impl Fn(Address) -> Address,
) {
    let mut random = ChaCha8Rng::seed_from_u64(2013);
    let mut used = BTreeSet::new();
    let mut pairs = Vec::new();
    for number in 0..count {
        let one = base(&mut random, number);
        let other = next(one);
        if used.insert(one) && used.insert(other) {
            pairs.push((draw(one), draw(other)));
        }
    }
    assert!(
        pairs.len() as u64 > count * 9 / 10,
        "{name}: {}",
        pairs.len()
    );
    assert_independent(name, &pairs);
}

const PAIRS: u64 = 20_000;

/// A small address, such as simulations use most.
fn small(random: &mut ChaCha8Rng, number: u64) -> Address {
    let (component, purpose) = (random.random_range(0..48), random.random_range(0..28));
    (2013, number, component, purpose, random.random_range(0..4))
}

#[test]
fn neighbouring_seeds_and_trials_are_independent() {
    for step in [1, 2, 256, 1 << 32] {
        neighbours(
            &format!("seeds {step} apart"),
            PAIRS,
            |random, number| {
                let (_, _, component, purpose, k) = small(random, 0);
                (number * 2 * step + number % step, 7, component, purpose, k)
            },
            |(seed, trial, c, p, k)| (seed + step, trial, c, p, k),
        );
        neighbours(
            &format!("trials {step} apart"),
            PAIRS,
            |random, number| {
                let (seed, _, component, purpose, k) = small(random, 0);
                (seed, number * 2 * step, component, purpose, k)
            },
            |(seed, trial, c, p, k)| (seed, trial + step, c, p, k),
        );
    }
    // The seed and the trial are different parts: neither stands in for the other.
    neighbours(
        "the seed and the trial exchanged",
        PAIRS,
        |random, number| {
            let (_, _, component, purpose, k) = small(random, 0);
            (
                number,
                number + 1 + random.random_range(0..1000),
                component,
                purpose,
                k,
            )
        },
        |(seed, trial, c, p, k)| (trial, seed, c, p, k),
    );
}

#[test]
fn neighbouring_components_and_purposes_are_independent() {
    for step in [1_u8, 2, 31, 32, 128] {
        neighbours(
            &format!("components {step} apart"),
            PAIRS,
            small,
            |(seed, trial, c, p, k)| (seed, trial, c + step, p, k),
        );
        neighbours(
            &format!("purposes {step} apart"),
            PAIRS,
            small,
            |(seed, trial, c, p, k)| (seed, trial, c, p + step, k),
        );
    }
    // The component and the purpose are different parts too.
    neighbours(
        "the component and the purpose exchanged",
        PAIRS,
        |random, number| {
            let component = random.random_range(1..48);
            let purpose = random.random_range(0..component);
            (2013, number, component, purpose, random.random_range(0..4))
        },
        |(seed, trial, c, p, k)| (seed, trial, p, c, k),
    );
}

#[test]
fn neighbouring_samplings_are_independent() {
    for step in [1, 2, 7, 8, 31, 32, 64, 1 << 16] {
        neighbours(
            &format!("samplings {step} apart"),
            PAIRS,
            small,
            |(seed, trial, c, p, k)| (seed, trial, c, p, k + step),
        );
    }
    // The first draw is stored elsewhere than the later ones.
    neighbours(
        "the first sampling and the second",
        PAIRS,
        |random, number| {
            let (seed, trial, component, purpose, _) = small(random, number);
            (seed, trial, component, purpose, 0)
        },
        |(seed, trial, c, p, _)| (seed, trial, c, p, 1),
    );
}

/// The index of dispersion of counts along one part of an address: how many of the draws are below
/// 1/2, in `groups` groups, against the variance of independent draws.
fn dispersion(name: &str, groups: u64, members: u64, address: impl Fn(u64, u64) -> Address) {
    let mut sum = 0.0;
    for group in 0..groups {
        // A group has one seed and one trial, or one member for each.
        let below = (0..members)
            .filter(|member| draw(address(group, *member)) < 0.5)
            .count() as f64;
        sum += (below - members as f64 / 2.0).powi(2) / (members as f64 / 4.0);
    }
    // The excess kurtosis -2/n of a binomial number makes the variance smaller than that of
    // chi-square, so the limits are a little wide.
    assert_chi_square(name, sum, groups as f64);
}

#[test]
fn sums_along_each_part_have_the_variance_of_independent_draws() {
    const GROUPS: u64 = 200;
    const MEMBERS: u64 = 200;
    dispersion("seeds", GROUPS, MEMBERS, |group, member| {
        (member, 3, group as u8, 1, 0)
    });
    dispersion("trials", GROUPS, MEMBERS, |group, member| {
        (5, member, group as u8, 0, 0)
    });
    dispersion("components", GROUPS, MEMBERS, |group, member| {
        (5, group, member as u8, 0, 0)
    });
    dispersion("purposes", GROUPS, MEMBERS, |group, member| {
        (5, group, 3, member as u8, 0)
    });
    dispersion("samplings", GROUPS, MEMBERS, |group, member| {
        (5, group, 3, 2, member as u32)
    });
}

/// The sums that the test of shares is made of: 500 samplings of one clock in each of 2,000 trials.
#[test]
fn counts_of_hits_are_binomial() {
    for (seed, probability) in [(4, 0.5), (5, 0.05), (6, 0.01)] {
        let (groups, members) = (2000, 500.0);
        let mut draws = Draws::new(seed);
        let mut sum = 0.0;
        for trial in 0..groups {
            draws.start_trial(trial);
            let hits = (0..500)
                .filter(|_| draws.next(1, 0).get() < probability)
                .count() as f64;
            let variance = members * probability * (1.0 - probability);
            sum += (hits - members * probability).powi(2) / variance;
        }
        // The variance of a squared standardised binomial number is 2 and its excess kurtosis.
        let spread = probability * (1.0 - probability);
        let kurtosis = (1.0 - 6.0 * spread) / (members * spread);
        let deviation =
            (sum - f64::from(groups as u32)) / libm::sqrt(groups as f64 * (2.0 + kurtosis));
        assert!(
            deviation.abs() < normal_limit(),
            "{probability}: {deviation} standard errors"
        );
    }
}

/// A dependence in one pair of twenty exceeds the limits, and so do numbers that are not uniform.
#[test]
fn a_weak_dependence_is_seen() {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let mut uniform = move || random.random_range(0.0..1.0);
    let mut of = |shared: f64| {
        let pairs: Vec<(f64, f64)> = (0..PAIRS)
            .map(|_| {
                let one = uniform();
                let other = uniform();
                (one, if uniform() < shared { one } else { other })
            })
            .collect();
        statistics(&pairs)
    };
    let limit = ChiSquared::new(255.0)
        .expect("positive")
        .inverse_cdf(1.0 - CHANCE);
    let (chi_square, correlation) = of(0.05);
    assert!(chi_square > limit, "{chi_square}");
    assert!(correlation > normal_limit(), "{correlation}");
    let (chi_square, correlation) = of(0.0);
    assert!(chi_square < limit && correlation.abs() < normal_limit());
}
