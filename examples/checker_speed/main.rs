//! The speed of the checker beside Stateright's, on one thread and on the same model: prints one
//! line a run. `benches/compare_checkers.py` adds SPIN and the ratios.
//!
//! `cargo run --release --example checker_speed -- trio 40`
//! `cargo run --release --example checker_speed -- scenarios/lync-2013-lbw.toml`

mod trio;

use std::path::Path;
use std::time::Instant;

use poolproof::check::search::{Limits, search};
use poolproof::check::verdict;
use poolproof::scenario;
use poolproof_models::model::{Bounded, Budget};
use poolproof_models::property::Property;
use poolproof_models::system::System;
use stateright::{Checker, Model};

/// Of so many runs the fastest counts: on a shared machine the others say what the neighbours did.
const RUNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["trio", posts] => {
            let length = posts.parse().expect("the most posts, below 256");
            race(|| Bounded::new(trio::Trio { length }, Budget::of(0)), 1);
        }
        [path] => {
            let loaded = scenario::load(Path::new(path));
            let scenario = loaded.unwrap_or_else(|error| panic!("{error}")).scenario;
            let all = Property::ALL.iter().fold(0, |mask, p| mask | p.bit());
            race(|| verdict::model(&scenario), all);
        }
        _ => panic!("what to search: `trio POSTS` or a scenario"),
    }
}

/// Runs both and prints what they found.
fn race<S: System + Send + 'static>(model: impl Fn() -> Bounded<S>, properties: u32)
where
    S::State: 'static,
{
    let ours = model();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("a pool of one thread").install(|| {
        fastest("poolproof", || {
            let mut limits = Limits {
                states: u64::MAX,
                bytes: u64::MAX,
                on_progress: &mut |_| true,
            };
            let found = search(&ours, properties, &mut limits);
            (found.progress.states, found.progress.transitions)
        });
    });
    fastest("stateright", || {
        let model = model().with_properties(0);
        let found = model.checker().threads(1).spawn_bfs().join();
        // The initial state counts as generated there.
        let transitions = found.state_count() as u64 - 1;
        (found.unique_state_count() as u64, transitions)
    });
}

/// Prints states, transitions and the seconds of the fastest run.
fn fastest(who: &str, run: impl Fn() -> (u64, u64)) {
    let mut seconds = f64::INFINITY;
    let mut counts = (0, 0);
    for _ in 0..RUNS {
        #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
        let start = Instant::now();
        counts = run();
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    let (states, transitions) = counts;
    println!("{who} states={states} transitions={transitions} seconds={seconds:.4}");
}
