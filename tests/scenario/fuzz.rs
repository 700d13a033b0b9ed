//! The promise that no document does harm, wherever it is from. For each parser of the program
//! valid documents are damaged in their structure, thousands of times and always alike, and
//! read as the program reads them. Each is refused with a reason, or accepted and worked with;
//! within seconds, and never with a panic.

mod damage;
mod parsers;
mod stored;

use std::collections::BTreeMap;
use std::env;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::exit;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{available_parallelism, scope, sleep};
use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;

use self::damage::Damage;
use self::parsers::{Parser, parsers};

/// How many inputs all parsers get together, in half a minute on two cores; `POOLPROOF_FUZZ_INPUTS`
/// says otherwise.
const INPUTS: u64 = 20_000;

/// The seed of the damage; `POOLPROOF_FUZZ_SEED` says otherwise.
const SEED: u64 = 1;

/// One input may take no longer, on a slow machine under load.
const SLOWEST: Duration = Duration::from_secs(20);

/// So many failures of a parser are shown.
const SHOWN: usize = 3;

/// What became of the inputs of a parser.
#[derive(Default)]
struct Tally {
    accepted: u64,
    refused: u64,
    slowest: (Duration, u64),
    failures: Vec<String>,
}

/// What the time is, to notice a hang.
#[expect(
    clippy::disallowed_methods,
    reason = "a hang is a matter of the real clock, and no result"
)]
fn now() -> Instant {
    Instant::now()
}

fn number(variable: &str, otherwise: u64) -> u64 {
    let text = env::var(variable).ok();
    text.map_or(otherwise, |text| text.parse().expect("a number"))
}

/// One input, which its number and the seed give again.
fn input(parser: &Parser, seed: u64, case: u64) -> (String, Vec<u8>, bool) {
    let mut damage = Damage::new(seed, case, &parser.seeds);
    let at = damage.below(parser.seeds.len());
    let (name, whole) = &parser.seeds[at];
    (name.clone(), damage.damaged(whole), damage.below(16) == 0)
}

/// Reads one input.
fn read(parser: &Parser, seed: u64, case: u64, tally: &Mutex<Tally>) {
    let (name, bytes, deep) = input(parser, seed, case);
    let start = now();
    let outcome = catch_unwind(AssertUnwindSafe(|| (parser.read)(&name, &bytes, deep)));
    let took = start.elapsed();
    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    tally.slowest = tally.slowest.max((took, case));
    let why = match outcome {
        Ok(Ok(())) => {
            tally.accepted += 1;
            None
        }
        Ok(Err(reason)) => {
            tally.refused += 1;
            reason
                .trim()
                .is_empty()
                .then(|| "refused without a reason".to_owned())
        }
        Err(_) => Some("a panic".to_owned()),
    };
    let slow = (took > SLOWEST).then(|| format!("it took {took:?}"));
    if let Some(why) = why.or(slow) {
        let shown = String::from_utf8_lossy(&bytes);
        let shown: String = shown.chars().take(3_000).collect();
        tally.failures.push(format!(
            "{} {case}, of {name}, {} bytes: {why}\n{shown}",
            parser.name,
            bytes.len()
        ));
    }
}

/// All inputs of a parser, on all cores. Each thread works alone, so that what an input takes is
/// its own time.
fn all(parser: &Parser, seed: u64, inputs: u64) -> Tally {
    let tally = Mutex::new(Tally::default());
    let next = AtomicU64::new(0);
    let at_work: Mutex<BTreeMap<u64, Instant>> = Mutex::new(BTreeMap::new());
    let is_done = AtomicBool::new(false);
    let threads = available_parallelism().map_or(1, NonZero::get);
    scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
                    pool.install(|| {
                        loop {
                            let case = next.fetch_add(1, Ordering::Relaxed);
                            if case >= inputs {
                                break;
                            }
                            at_work.lock().unwrap().insert(case, now());
                            read(parser, seed, case, &tally);
                            at_work.lock().unwrap().remove(&case);
                        }
                    });
                })
            })
            .collect();
        // A hang cannot be ended from within: the program is, once it is named.
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                sleep(Duration::from_millis(20));
                let working = at_work.lock().unwrap();
                for (case, since) in working.iter() {
                    if since.elapsed() > 5 * SLOWEST {
                        eprintln!("{} {case} of seed {seed} hangs", parser.name);
                        exit(1);
                    }
                }
            }
        });
        for worker in workers {
            worker.join().unwrap();
        }
        is_done.store(true, Ordering::Relaxed);
    });
    tally.into_inner().unwrap()
}

#[test]
fn damaged_documents_of_every_kind_are_refused_or_worked_with() {
    let seed = number("POOLPROOF_FUZZ_SEED", SEED);
    let inputs = number("POOLPROOF_FUZZ_INPUTS", INPUTS);
    // One parser alone, to find a failure again.
    let only = env::var("POOLPROOF_FUZZ_PARSER").ok();
    let parsers = parsers();
    for parser in &parsers {
        for (name, whole) in &parser.seeds {
            let answer = (parser.read)(name, whole, true);
            let is_right = answer.is_ok() || name.contains("/invalid/");
            assert!(is_right, "{} refuses {name}: {answer:?}", parser.name);
        }
    }
    let whole: u64 = parsers.iter().map(|parser| parser.share).sum();
    let mut failures = Vec::new();
    for parser in &parsers {
        if only.as_ref().is_some_and(|only| only != parser.name) {
            continue;
        }
        let start = now();
        let inputs = inputs * parser.share / whole;
        let tally = all(parser, seed, inputs);
        println!(
            "{:<12} {inputs:>8} inputs: {:>7} accepted, {:>7} refused, {} failed; {:.1} s; the \
             slowest, {}, took {:.0} ms",
            parser.name,
            tally.accepted,
            tally.refused,
            tally.failures.len(),
            start.elapsed().as_secs_f64(),
            tally.slowest.1,
            tally.slowest.0.as_secs_f64() * 1e3,
        );
        // Damage that is never noticed, or always fatal, would test little.
        if inputs >= 1_000 {
            let least = inputs / 200;
            let counts = [tally.accepted, tally.refused];
            assert!(
                counts.iter().all(|n| *n >= least),
                "{}: {counts:?}",
                parser.name
            );
        }
        failures.extend(tally.failures.into_iter().take(SHOWN));
    }
    let count = failures.len();
    assert!(
        failures.is_empty(),
        "seed {seed}, {count}: {}",
        failures.join("\n\n")
    );
}
