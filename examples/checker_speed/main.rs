//! One search by one checker on one thread, for `benches/compare_checkers.py`, which times it and
//! sets SPIN beside it. Prints the numbers of states and transitions.
//!
//! `cargo run --release --example checker_speed -- poolproof trio 32`
//! `cargo run --release --example checker_speed -- stateright scenarios/lync-2013-lbw.toml`

mod trio;

use std::path::Path;

use poolproof::app::compile::check;
use poolproof::scenario;
use poolproof_engines::check::search::{Limits, search};
use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::property::Property;
use poolproof_models::system::System;
use poolproof_stateright::BoundedModel;
use poolproof_stateright::stateright::{Checker, Model};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [who, "trio", posts] => {
            let length = posts.parse().expect("the most posts, below 256");
            run(who, Bounded::new(trio::Trio { length }, Budget::of(0)));
        }
        [who, path] => {
            let loaded = scenario::load(Path::new(path));
            let scenario = loaded.unwrap_or_else(|error| panic!("{error}")).scenario;
            run(who, check::model(&scenario));
        }
        _ => panic!("who searches what: `poolproof` or `stateright`; `trio POSTS` or a scenario"),
    }
}

fn run<S: System + Send + 'static>(who: &str, model: Bounded<S>)
where
    S::State: 'static,
{
    let (states, transitions) = match who {
        "poolproof" => ours(&model),
        "stateright" => theirs(model),
        _ => panic!("`poolproof` or `stateright`, not `{who}`"),
    };
    println!("{states} states, {transitions} transitions");
}

fn ours<S: System>(model: &Bounded<S>) -> (u64, u64) {
    let all = Property::ALL.iter().fold(0, |mask, p| mask | p.bit());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    pool.expect("a pool of one thread").install(|| {
        let mut limits = Limits {
            states: u64::MAX,
            bytes: u64::MAX,
            on_progress: &mut |_| true,
        };
        let found = search(model, all, &mut limits);
        (found.progress.states, found.progress.transitions)
    })
}

fn theirs<S: System + Send + 'static>(model: Bounded<S>) -> (u64, u64)
where
    S::State: 'static,
{
    // Our own search looks at every property of every state too.
    let found = BoundedModel::new(model, &Property::ALL)
        .over_the_whole_space()
        .checker()
        .threads(1)
        .spawn_bfs()
        .join();
    // The initial state counts as generated there.
    let transitions = found.state_count() as u64 - 1;
    (found.unique_state_count() as u64, transitions)
}
