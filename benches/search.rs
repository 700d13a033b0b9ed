//! The speed of the checker on the reference file, with every property on, and of its parts.
//!
//! `cargo bench --bench search`; `benches/compare_checkers.py` puts other checkers beside it.

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use poolproof::app::compile::check;
use poolproof::scenario;
use poolproof_engines::check::search::{Limits, SearchOutcome};
use poolproof_engines::fingerprints::{Fingerprints, fingerprint};
use poolproof_engines::pools::search;
use poolproof_models::model::{Bounded, Node};
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::{System, words_of};

const REFERENCE: &str = "scenarios/lync-2013-lbw.toml";

/// So many states, spread over the space, are what the parts are measured on.
const SAMPLE: usize = 4096;

fn reference() -> Bounded<Topology> {
    let loaded = scenario::load(Path::new(REFERENCE));
    check::model(&loaded.unwrap_or_else(|error| panic!("{error}")).scenario)
}

fn search_all(model: &Bounded<Topology>) -> SearchOutcome {
    let all = Property::ALL.iter().fold(0, |mask, p| mask | p.bit());
    let mut limits = Limits {
        states: u64::MAX,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    search(model, all, &mut limits)
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a pool of threads").install(work)
}

/// States met on walks that take the events in turn.
fn sample(model: &Bounded<Topology>) -> Vec<Node<World>> {
    let mut nodes = Vec::with_capacity(SAMPLE);
    let mut walk = 0;
    while nodes.len() < SAMPLE {
        let mut node = model.initial();
        for step in 0..64 {
            nodes.push(node);
            let mut next = Vec::new();
            model.for_each_successor(&node, |_, after| next.push(after));
            if next.is_empty() {
                break;
            }
            node = next[(walk * 7 + step * 13) % next.len()];
        }
        walk += 1;
    }
    nodes.truncate(SAMPLE);
    nodes
}

fn whole_search(c: &mut Criterion) {
    let model = reference();
    let transitions = search_all(&model).progress.transitions;
    let mut group = c.benchmark_group("search");
    group.sample_size(10);
    group.throughput(Throughput::Elements(transitions));
    for threads in [1, 2] {
        let name = format!("transitions, threads: {threads}");
        group.bench_function(name, |b| {
            with_threads(threads, || b.iter(|| search_all(&model)));
        });
    }
    group.finish();
}

fn parts(c: &mut Criterion) {
    let model = reference();
    let system = &model.system;
    let nodes = sample(&model);
    let steps: Vec<(Node<World>, usize)> = nodes
        .iter()
        .flat_map(|node| {
            system
                .enabled(&node.state)
                .iter()
                .map(|event| (*node, event))
        })
        .take(SAMPLE)
        .collect();
    let mut group = c.benchmark_group("part");
    group.throughput(Throughput::Elements(SAMPLE as u64));
    group.bench_function("enabled", |b| {
        b.iter(|| {
            for node in &nodes {
                black_box(system.enabled(&node.state));
            }
        });
    });
    group.bench_function("violated", |b| {
        b.iter(|| {
            for node in &nodes {
                let enabled = poolproof_models::names::event::EventSet::default();
                black_box(system.violated(&node.state, node.spent, &enabled));
            }
        });
    });
    group.bench_function("apply", |b| {
        b.iter(|| {
            for (node, event) in &steps {
                black_box(system.apply(&node.state, *event));
            }
        });
    });
    group.bench_function("after", |b| {
        b.iter(|| {
            for (node, event) in &steps {
                black_box(system.after(&node.state, *event));
            }
        });
    });
    group.bench_function("canonical", |b| {
        b.iter(|| {
            for node in &nodes {
                black_box(system.canonical(node.state));
            }
        });
    });
    group.bench_function("words and fingerprint", |b| {
        b.iter(|| {
            for node in &nodes {
                black_box(fingerprint(system.words(&node.state), node.spent.bits()));
            }
        });
    });
    group.bench_function("insert", |b| {
        b.iter_batched_ref(
            Fingerprints::new,
            |set| {
                for i in 0..SAMPLE as u64 {
                    black_box(set.insert(fingerprint(words_of([i]), 0)));
                }
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, whole_search, parts);
criterion_main!(benches);
