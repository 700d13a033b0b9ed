//! The promise about rare losses: what the estimates say of the product's scenarios is what the
//! exact chain and plain trials say, whatever the number of threads.

use std::collections::BTreeMap;

use poolproof::app::compile::simulation::trial_settings;
use poolproof::app::{compile, document};
use poolproof::scenario::Scenario;
use poolproof_engines::clocks::activities::{Activities, CaseOutcome};
use poolproof_engines::clocks::timed::Timed;
use poolproof_engines::pools::{estimate, run};
use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::rare::{Plan, RareEventMethod};
use poolproof_engines::simulate::trial::{Rare, TrialSettings};
use poolproof_engines::solve::chain::Generator;
use poolproof_engines::solve::figures::{YEAR_H, within};
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::{System, Words};
use poolproof_reports::document::RareEvent;

use crate::support::program::{poolproof, stderr, stdout};
use crate::support::scenarios::load;

const HOUR_MS: f64 = 3_600_000.0;

fn estimated(scenario: &Scenario, method: RareEventMethod) -> RareEvent {
    let found = document::rare::simulated(scenario, method, Rare::Loss, &mut |_, _| true);
    found.expect("exponential failures").expect("finished")
}

/// The chain of a scenario in which a loss ends everything.
struct Exact<'a> {
    topology: &'a Topology,
    activities: &'a Activities,
    states: Vec<World>,
    numbers: BTreeMap<Words, u32>,
}

/// The number of the state that stands for any loss.
const LOST: u32 = 0;

impl Exact<'_> {
    /// The probability of a loss within a year.
    fn within_a_year(topology: &Topology, activities: &Activities) -> f64 {
        assert!(activities.shared.is_empty() && !topology.secondary);
        let mut chain = Exact {
            topology,
            activities,
            // The place of what is lost is taken, by a state that nothing leads to.
            states: vec![topology.initial()],
            numbers: BTreeMap::new(),
        };
        let first = chain.settled(topology.initial());
        let mut rows = vec![Vec::new()];
        while rows.len() < chain.states.len() {
            let state = chain.states[rows.len()];
            rows.push(chain.row(&state));
        }
        let up = (0..rows.len()).map(|state| state != LOST as usize);
        let generator = Generator::new(rows, up.collect(), first as usize);
        within(&generator, YEAR_H).unwrap().any_outage
    }

    /// Follows posts and what takes no time; the number of the state.
    fn settled(&mut self, mut state: World) -> u32 {
        loop {
            let serving = self.topology.facts(&state).serving;
            for copy in (0..4).filter(|copy| serving >> copy & 1 == 1) {
                let write = self.topology.write_event(copy).expect("copies are written");
                if self.topology.enabled(&state).contains(write) {
                    (state, _) = self.topology.apply(&state, write);
                }
            }
            let enabled = self.topology.clocked(&state, self.topology.enabled(&state));
            let at_once = enabled
                .iter()
                .find(|event| self.activities.constant(*event) == Some(0));
            let Some(event) = at_once else { break };
            match self.step(&state, event) {
                Some(next) => state = next,
                None => return LOST,
            }
        }
        let number = self.states.len() as u32;
        let known = *self
            .numbers
            .entry(self.topology.words(&state))
            .or_insert(number);
        if known == number {
            self.states.push(state);
        }
        known
    }

    /// The next state; `None` where something is lost.
    fn step(&self, state: &World, event: usize) -> Option<World> {
        let (next, report) = self.topology.apply(state, event);
        report.losses.iter().next().is_none().then_some(next)
    }

    fn after(&mut self, state: &World, events: &[usize]) -> u32 {
        let mut state = *state;
        for event in events {
            match self.step(&state, *event) {
                Some(next) => state = next,
                None => return LOST,
            }
        }
        self.settled(state)
    }

    fn row(&mut self, state: &World) -> Vec<(u32, f64)> {
        let mut row = Vec::new();
        let enabled = self.topology.clocked(state, self.topology.enabled(state));
        for event in enabled.iter() {
            let Some(activity) = &self.activities.by_event[event] else {
                continue;
            };
            let stage = match activity.delays.len() {
                1 => 0,
                _ => self.topology.stage(state, event).unwrap_or(0),
            };
            let mean = activity.delays[stage].exponential_mean();
            let name = self.topology.event_name(event);
            let rate = HOUR_MS / mean.unwrap_or_else(|| panic!("{name} is not exponential"));
            let mut rest = 1.0;
            for case in activity.cases.clone() {
                let CaseOutcome::Events(events) = &case.outcome else {
                    panic!("{name}: no such case here");
                };
                if self.topology.enabled(state).contains(events[0]) {
                    row.push((self.after(state, events), rate * case.probability));
                    rest -= case.probability;
                }
            }
            row.push((self.after(state, &[event]), rate * rest));
        }
        row
    }
}

/// Servers that fail once in a million hours, some with their disks.
const RARELY: [(&str, &str); 3] = [
    (
        "failures.database_server",
        r#"[{ rate = "0.000002/h", destructive = 0.02, repair = { exponential = "2h" } }]"#,
    ),
    (
        "failures.witness_server",
        r#"[{ rate = "0.000002/h", repair = { exponential = "2h" } }]"#,
    ),
    ("operators.reseeding", r#"{ exponential = "4h" }"#),
];

#[test]
fn losses_of_a_mirrored_pair_are_the_exact_ones() {
    let scenario = load("scenarios/oracles/m4.toml", &RARELY);
    let topology = compile::timed_topology(&scenario);
    let activities = compile::activities(&scenario, &topology);
    let exact = Exact::within_a_year(&topology, &activities);
    assert!((1e-9..1e-8).contains(&exact), "{exact}");
    // The chain ends with the year, where plain trials follow an incident to its end.
    let mission = TrialSettings {
        follow_ms: 0,
        ..trial_settings(&scenario)
    };
    for (method, paths) in [
        (RareEventMethod::Cycles, 100_000),
        (RareEventMethod::Hazard, 100_000),
    ] {
        let plan = Plan {
            rare: Rare::Loss,
            method,
            settings: &mission,
            seed: 1,
            paths,
            confidence: Confidence::default(),
        };
        let found = estimate(&topology, &activities, &plan, &mut |_, _| true);
        let found = found.expect("exponential failures").expect("finished");
        println!("{method:?}: exact {exact:e}, {found:?}");
        let value = found.probability.value;
        let half_width = found.probability.interval.high.unwrap() - value;
        assert!(
            ((value - exact) / half_width).abs() < 2.0,
            "{method:?}: {value}, exact {exact}"
        );
        if method == RareEventMethod::Cycles {
            assert!((value / exact - 1.0).abs() < 0.05, "{value}, exact {exact}");
            assert_eq!(found.doubts, []);
        }
    }
}

#[test]
fn plain_trials_of_the_reference_pool_agree() {
    let scenario = load(
        "scenarios/lync-2013-lbw.toml",
        &[("simulate.trials", "48_000")],
    );
    let topology = compile::timed_topology(&scenario);
    let activities = compile::activities(&scenario, &topology);
    let trials = 8_000;
    let mission = trial_settings(&scenario);
    let plain = run(&topology, &activities, &mission, 99, trials, &mut |_| true).tally;
    let share = 1.0 - plain.per_trial.data_lost.zeros() as f64 / trials as f64;
    let share_error = (share * (1.0 - share) / trials as f64).sqrt();
    for method in [RareEventMethod::Cycles, RareEventMethod::Hazard] {
        let found = estimated(&scenario, method);
        let value = found.probability.value.expect("not withheld");
        let error = (found.probability.high.unwrap() - value) / 1.96;
        let z = (value - share) / error.hypot(share_error);
        println!("{method:?}: {value} ± {error}, plain {share} ± {share_error}, z {z:.2}");
        assert!(z.abs() < 4.0, "{method:?}: {value}, plain trials {share}");
        // The quiet times end with the loss of DC1, most of all.
        if method == RareEventMethod::Cycles {
            let first = found.first_failures[0].failure.as_deref();
            assert_eq!(first, Some("outage:DC1"));
        }
    }
}

fn simulate(arguments: &[&str]) -> (Option<i32>, String, String) {
    let run = poolproof(&[&["simulate", "--set", "simulate.drill_trials=0"], arguments].concat());
    (run.status.code(), stdout(&run), stderr(&run))
}

#[test]
fn the_result_is_the_same_on_any_number_of_threads() {
    let scenario = load(
        "scenarios/lync-2013-lbw.toml",
        &[("simulate.trials", "9000")],
    );
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap()
            .install(|| estimated(&scenario, RareEventMethod::Cycles))
    };
    let one = on(1);
    assert!(one.effective_paths > 0.0);
    assert_eq!(one, on(3));
}

#[test]
fn what_is_refused_says_what_would_be_right() {
    let scenario = "scenarios/lync-2013-lbw.toml";
    let clustered = ["--set", "failures.shape=0.7"];
    let (code, _, err) = simulate(&[&[scenario, "--rare"], &clustered[..]].concat());
    assert_eq!(code, Some(3), "{err}");
    assert!(
        err.contains("crash:A") && err.contains("failures.shape = 1.0"),
        "{err}"
    );
    let (code, _, err) = simulate(&[scenario, "--rare", "--trials=1000"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("help: --trials"), "{err}");
    let (code, _, err) = simulate(&[scenario, "--rare-event=outage"]);
    assert_eq!(code, Some(2), "{err}");
    let (code, _, err) = simulate(&[scenario, "--rare=hazard", "--rare-event=outage"]);
    assert_eq!(code, Some(2), "{err}");
}

/// Where nothing can be lost, no number is given, and the exit code says that nothing is decided.
#[test]
fn what_was_never_seen_is_withheld() {
    let (code, out, err) = simulate(&["scenarios/oracles/m4.toml", "--trials=5000", "--rare"]);
    assert_eq!(code, Some(4), "{err}");
    assert!(
        out.contains("withheld") && out.contains("no path led there"),
        "{out}"
    );
}
