//! What it costs to check every simulated event: the reference file with the monitors of all
//! properties, and with none.
//!
//! `cargo bench --bench monitors`

use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use poolproof::app::compile;
use poolproof::scenario;
use poolproof_engines::clocks::activities::Activities;
use poolproof_engines::clocks::timed::{Facts, Job, Planned, Timed};
use poolproof_engines::simulate::run::run;
use poolproof_engines::simulate::trial::TrialSettings;
use poolproof_models::names::event::{EventSet, FaultClass};
use poolproof_models::names::incident::Cause;
use poolproof_models::names::property::Spent;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::{System, Words};
use poolproof_models::transition::step::Report;

const REFERENCE: &str = "scenarios/lync-2013-lbw.toml";
const YEAR_MS: u64 = 31_557_600_000;
const TRIALS: u64 = 2_000;

/// The same system, at which nobody looks.
struct Unwatched(Topology);

impl System for Unwatched {
    type State = World;

    fn initial(&self) -> World {
        self.0.initial()
    }

    fn event_count(&self) -> usize {
        self.0.event_count()
    }

    fn event_id(&self, index: usize) -> u16 {
        self.0.event_id(index)
    }

    fn event_name(&self, index: usize) -> String {
        self.0.event_name(index)
    }

    fn enabled(&self, state: &World) -> EventSet {
        System::enabled(&self.0, state)
    }

    fn apply(&self, state: &World, index: usize) -> (World, Report) {
        System::apply(&self.0, state, index)
    }

    fn words(&self, state: &World) -> Words {
        self.0.words(state)
    }

    fn fault_class(&self, state: &World, index: usize) -> Option<FaultClass> {
        System::fault_class(&self.0, state, index)
    }

    fn violated(&self, _state: &World, _spent: Spent, _enabled: &EventSet) -> u32 {
        0
    }

    fn reached(&self, index: usize, after: &World) -> u32 {
        System::reached(&self.0, index, after)
    }

    fn is_serving(&self, state: &World) -> bool {
        self.0.is_serving(state)
    }
}

impl Timed for Unwatched {
    fn facts(&self, state: &World) -> Facts {
        let violated = 0;
        Facts {
            violated,
            ..self.0.facts(state)
        }
    }

    fn site_losses(&self) -> [Option<usize>; 2] {
        self.0.site_losses()
    }

    fn write_event(&self, copy: usize) -> Option<usize> {
        self.0.write_event(copy)
    }

    fn job_event(&self, job: Job) -> Option<usize> {
        self.0.job_event(job)
    }

    fn touches_log(&self, before: &World, after: &World) -> bool {
        self.0.touches_log(before, after)
    }

    fn stage(&self, state: &World, event: usize) -> Option<usize> {
        self.0.stage(state, event)
    }

    fn cause(&self, event: usize) -> Cause {
        self.0.cause(event)
    }

    fn is_fault(&self, event: usize) -> bool {
        self.0.is_fault(event)
    }

    fn clocked(&self, state: &World, enabled: EventSet) -> EventSet {
        self.0.clocked(state, enabled)
    }

    fn planned(&self, state: &World, event: usize) -> Planned {
        self.0.planned(state, event)
    }
}

/// The events of so many years.
fn events<T: Timed>(system: &T, activities: &Activities) -> u64 {
    let mission = TrialSettings {
        horizon_ms: YEAR_MS,
        follow_ms: YEAR_MS,
        messages_per_s: 10.0,
        incident_trials: 0,
        drill: None,
    };
    let run = run(system, activities, &mission, 1, TRIALS, &mut |_| true);
    run.tally.events
}

fn monitors(criterion: &mut Criterion) {
    let loaded = scenario::load(Path::new(REFERENCE));
    let scenario = loaded.unwrap_or_else(|error| panic!("{error}")).scenario;
    let topology = compile::timed_topology(&scenario);
    let activities = compile::activities(&scenario, &topology);
    let unwatched = Unwatched(topology.clone());
    assert_eq!(
        events(&topology, &activities),
        events(&unwatched, &activities)
    );
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.expect("a pool of one thread");
    let mut group = criterion.benchmark_group("simulated years of the reference file");
    group.throughput(Throughput::Elements(TRIALS));
    group.sample_size(20);
    group.bench_function("every property watched", |bencher| {
        bencher.iter(|| pool.install(|| events(&topology, &activities)));
    });
    group.bench_function("none watched", |bencher| {
        bencher.iter(|| pool.install(|| events(&unwatched, &activities)));
    });
    group.finish();
}

criterion_group!(benches, monitors);
criterion_main!(benches);
