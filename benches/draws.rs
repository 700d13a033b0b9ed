//! The price of a random delay: the layouts that were compared for `simulate::random`, the one that
//! was chosen as it stands in the product, and the inverse CDFs.
//!
//! `cargo bench --bench draws`; the table in `engines/src/clocks/random.rs` comes from here.

use std::hint::black_box;
use std::marker::PhantomData;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use poolproof_engines::clocks::distribution::{Distribution, Sampler, SimDuration};
use poolproof_engines::clocks::random::{Draws, Uniform};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Where a draw is kept (line), which refill it is in (run) and where in that (word).
trait Layout {
    fn place(component: usize, purpose: usize, k: u32) -> (usize, u64, usize);
}

/// All clocks for k = 0, then all for k = 1, and so on; 32 rows are kept.
struct RowByRow;
impl Layout for RowByRow {
    #[inline]
    fn place(component: usize, purpose: usize, k: u32) -> (usize, u64, usize) {
        let group = purpose * 2 + component / 32;
        let line = (k as usize % 32) * 32 + group;
        (line, u64::from(k) * 32 + group as u64, component % 32)
    }
}

/// All k of the first clock, then all of the second, and so on.
struct ClockByClock;
impl Layout for ClockByClock {
    #[inline]
    fn place(component: usize, purpose: usize, k: u32) -> (usize, u64, usize) {
        let slot = purpose * 64 + component;
        let run = ((slot as u64) << 27) + u64::from(k / 32);
        (slot, run, k as usize % 32)
    }
}

/// First draws row by row, later ones clock by clock.
struct Mixed;
impl Layout for Mixed {
    #[inline]
    fn place(component: usize, purpose: usize, k: u32) -> (usize, u64, usize) {
        let slot = purpose * 64 + component;
        if k == 0 {
            return (slot / 32, slot as u64 / 32, slot % 32);
        }
        let run = 32 + ((slot as u64) << 27) + u64::from((k - 1) / 32);
        (32 + slot, run, (k as usize - 1) % 32)
    }
}

/// The cache of the product, for any layout.
struct Cache<L> {
    generator: ChaCha8Rng,
    epoch: u64,
    cursors: Vec<(u64, u32)>,
    lines: Vec<(u64, u64, [u64; 32])>,
    layout: PhantomData<L>,
}

/// What the bench needs of a source of draws.
trait Source {
    fn start_trial(&mut self, trial: u64);
    fn next(&mut self, component: u8, purpose: u8) -> Uniform;
}

impl<L: Layout> Cache<L> {
    fn new(seed: u64) -> Self {
        Self {
            generator: ChaCha8Rng::seed_from_u64(seed),
            epoch: 1,
            cursors: vec![(0, 0); 1024],
            lines: vec![(0, 0, [0; 32]); 1056],
            layout: PhantomData,
        }
    }

    #[inline(never)]
    fn refill(&mut self, line: usize, run: u64) {
        let mut bytes = [0_u8; 256];
        self.generator.set_word_pos(u128::from(run) * 64);
        self.generator.fill_bytes(&mut bytes);
        let line = &mut self.lines[line];
        for (word, bytes) in line.2.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        (line.0, line.1) = (self.epoch, run);
    }
}

impl<L: Layout> Source for Cache<L> {
    fn start_trial(&mut self, trial: u64) {
        self.epoch += 1;
        self.generator.set_stream(trial);
    }

    #[inline]
    fn next(&mut self, component: u8, purpose: u8) -> Uniform {
        let (component, purpose) = (usize::from(component % 64), usize::from(purpose % 16));
        let cursor = &mut self.cursors[purpose * 64 + component];
        let k = if cursor.0 == self.epoch { cursor.1 } else { 0 };
        *cursor = (self.epoch, k + 1);
        let (line, run, word) = L::place(component, purpose, k);
        if (self.lines[line].0, self.lines[line].1) != (self.epoch, run) {
            self.refill(line, run);
        }
        Uniform::from_bits(self.lines[line].2[word])
    }
}

impl Source for Draws {
    fn start_trial(&mut self, trial: u64) {
        Self::start_trial(self, trial);
    }

    #[inline]
    fn next(&mut self, component: u8, purpose: u8) -> Uniform {
        Self::next(self, component, purpose)
    }
}

/// The clocks that 64 trials sample, in order: `failures` per failure clock of 14 components that
/// are spread over the table, `others` per each of 46 further clocks.
fn trials(failures: (u64, u64), others: (u64, u64)) -> Vec<Vec<(u8, u8)>> {
    let between = |generator: &mut ChaCha8Rng, (low, high): (u64, u64)| {
        low + generator.next_u64() % (high - low + 1)
    };
    let component = |n: usize| (n % 14 * 64 / 14) as u8;
    let trial = |seed| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let mut order = Vec::new();
        for n in 0..60 {
            let range = if n < 14 { failures } else { others };
            for _ in 0..between(&mut generator, range) {
                order.push((component(n), (n / 14) as u8));
            }
        }
        // Clocks run side by side, so their draws are interleaved.
        for n in (1..order.len()).rev() {
            order.swap(n, between(&mut generator, (0, n as u64)) as usize);
        }
        order
    };
    (0..64).map(trial).collect()
}

/// Runs the trial of a number and of the clocks given.
type Year<'a> = dyn FnMut(u64, &[(u8, u8)]) -> f64 + 'a;

fn measure(criterion: &mut Criterion, group: &str, trials: &[Vec<(u8, u8)>]) {
    let mut group = criterion.benchmark_group(group);
    group.throughput(Throughput::Elements(
        trials.iter().map(|trial| trial.len() as u64).sum(),
    ));
    let mut run = |name: &str, year: &mut Year| {
        group.bench_function(name, |bencher| {
            let mut number = 0;
            bencher.iter(|| {
                for trial in trials {
                    number += 1;
                    black_box(year(number, trial));
                }
            });
        });
    };
    fn year(source: &mut impl Source, number: u64, trial: &[(u8, u8)]) -> f64 {
        source.start_trial(number);
        let draws = trial.iter().map(|&(c, p)| source.next(c, p).get());
        draws.fold(0.0, f64::max)
    }
    let mut row = Cache::<RowByRow>::new(1);
    run("row by row", &mut |n, trial| year(&mut row, n, trial));
    let mut clock = Cache::<ClockByClock>::new(1);
    run("clock by clock", &mut |n, trial| year(&mut clock, n, trial));
    let mut mixed = Cache::<Mixed>::new(1);
    run("mixed", &mut |n, trial| year(&mut mixed, n, trial));
    let mut product = Draws::new(1);
    run("product", &mut |n, trial| year(&mut product, n, trial));
}

fn draws(criterion: &mut Criterion) {
    measure(criterion, "typical year", &trials((8, 20), (1, 4)));
    measure(criterion, "calm year", &trials((1, 2), (0, 1)));
    measure(criterion, "many failures", &trials((20, 80), (0, 1)));
    let job = vec![vec![(3, 5); 2000]];
    measure(criterion, "job of 2,000 runs", &job);
}

fn delays(criterion: &mut Criterion) {
    let span = |ms| SimDuration { ms };
    let hour = span(3_600_000);
    let exponential = Distribution::Exponential { mean: hour };
    let lognormal = Distribution::Lognormal {
        median: hour,
        sigma: 0.8,
        most: None,
    };
    let mixture = Distribution::Mixture {
        parts: vec![(0.9, exponential.clone()), (0.1, lognormal.clone())],
    };
    let uniform = Distribution::Uniform {
        low: span(0),
        high: hour,
    };
    let weibull = Distribution::Weibull {
        mean: hour,
        shape: 0.7,
    };
    let mut group = criterion.benchmark_group("delay");
    group.throughput(Throughput::Elements(1024));
    for (name, distribution) in [
        ("uniform", uniform),
        ("exponential", exponential),
        ("lognormal", lognormal),
        ("weibull", weibull),
        ("mixture", mixture),
    ] {
        let sampler = Sampler::new(&distribution);
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let inputs: Vec<_> = (0..1024)
            .map(|_| Uniform::from_bits(generator.next_u64()))
            .collect();
        group.bench_function(name, |bencher| {
            bencher.iter(|| inputs.iter().map(|&u| sampler.sample(u).ms).max());
        });
    }
}

criterion_group!(benches, draws, delays);
criterion_main!(benches);
