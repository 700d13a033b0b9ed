//! The promise of a swarm: small searches anywhere find what one search of everything would reach
//! only after its limit, prove it, merge to the same bytes, and never say that a property holds.

use std::fs;
use std::path::Path;

use poolproof::app::compile::check;
use poolproof::app::compile::swarm::Swarm;
use poolproof::app::document::{self, result, verdict};
use poolproof::app::replay::Replay;
use poolproof::app::shard::{Shard, decode, encode};
use poolproof::scenario::Scenario;
use poolproof_engines::check::search::Limits as Exhaustive;
use poolproof_engines::check::swarm::sketch::Sketch;
use poolproof_engines::check::swarm::{self, SearchRecord, SwarmLimits, SwarmObserver};
use poolproof_engines::pools;
use poolproof_models::names::property::Property;
use poolproof_reports::bundle;
use poolproof_reports::document::{self as doc, Check, VerdictStatus};

use crate::support::program::poolproof_in;
use crate::support::scenarios::load;
use crate::support::shards::{SHARDS, assert_refused};

const H02: &str = "scenarios/hazards/H-02-primary-not-fenced.toml";
const H03: &str = "scenarios/hazards/H-03-dc1-returns-by-itself.toml";
const H13: &str = "scenarios/hazards/H-13-recovered-before-all-files.toml";
const H19: &str = "scenarios/hazards/H-19-secondary-overwritten-first.toml";
const GUARDED: &str = "scenarios/hazards/H-01-guarded.toml";

/// Everything that the scenario's system has, so that its space is far too big.
const LARGE: [(&str, &str); 4] = [
    ("check.faults", "4"),
    ("check.servers_per_class", "0"),
    (
        "check.slices",
        "[\"sessions\", \"partner-names\", \"grey\", \"log-full\", \"retention\", \"compliance\", \
         \"front-end\", \"storage\"]",
    ),
    ("check.without", "[]"),
];

fn swarm(scenario: &Scenario, searches: u64, states: u64) -> Swarm {
    let limits = SwarmLimits { depth: 60, states };
    Swarm::new(scenario.clone(), searches, limits)
}

fn all(swarm: &Swarm) -> Vec<SearchRecord> {
    let watch = SwarmObserver {
        stop: &|| false,
        done: &|| {},
    };
    let parts = swarm.engine.run(0..swarm.engine.searches, &watch);
    assert_eq!(parts.len() as u64, swarm.engine.searches);
    parts
}

fn found(swarm: &Swarm) -> Check {
    document::swarm::document(swarm, &all(swarm), false)
}

fn status(check: &Check, property: Property) -> VerdictStatus {
    let named =
        |verdict: &&poolproof_reports::document::Verdict| verdict.property == property.name();
    check
        .verdicts
        .iter()
        .find(named)
        .expect("it is checked")
        .status
}

#[test]
fn a_violation_beyond_the_reach_of_one_search_is_found_and_replays() {
    for (path, property, states) in [
        (H02, Property::SplitBrain, 5_000),
        (H03, Property::SplitBrain, 5_000),
        (H13, Property::NoFinishedBackupLeftOut, 10_000),
        (H19, Property::NothingOverwritten, 20_000),
    ] {
        let mut scenario = load(path, &LARGE);
        scenario.check.states_limit = states;
        let one = verdict::check(&scenario, &mut |_| true).document;
        assert_eq!(status(&one, property), VerdictStatus::Undecided, "{path}");
        // No more states in all than the one search had.
        let check = found(&swarm(&scenario, 10, states / 10));
        assert_eq!(status(&check, property), VerdictStatus::Violated, "{path}");
        let document = result::document(&scenario, &[], "", vec![check], None);
        let traces = bundle::traces(&document);
        assert!(!traces.is_empty());
        for trace in traces {
            let replay = Replay::new(&scenario, &trace).unwrap();
            assert_eq!(replay.run(&trace, &mut |_| {}), Ok(()), "{path}");
        }
    }
}

#[test]
fn nothing_ever_holds_even_when_every_state_was_visited() {
    let scenario = load(GUARDED, &[]);
    let whole = verdict::check(&scenario, &mut |_| true).document;
    assert!(whole.complete);
    let check = found(&swarm(&scenario, 4, 1_000_000));
    let reached = check.swarm.as_ref().expect("it is a swarm");
    assert_eq!(reached.exhausted, 4);
    assert_eq!(reached.visits, 4 * whole.states);
    // An estimate, though one search alone has counted them.
    let off = check.states.abs_diff(whole.states);
    assert!(
        off * 50 <= whole.states,
        "{} of {}",
        check.states,
        whole.states
    );
    assert!(!check.complete);
    for verdict in &check.verdicts {
        assert_eq!(
            verdict.status,
            VerdictStatus::Undecided,
            "{}",
            verdict.property
        );
    }
}

/// Without bounds a search visits the states of the exhaustive one, each once, and finds the same.
#[test]
fn one_search_without_bounds_is_exhaustive() {
    for path in [
        "scenarios/hazards/H-01-failover-during-partition.toml",
        "scenarios/hazards/H-20-wrong-backup-file.toml",
        "scenarios/hazards/H-09-failure-while-synchronizing.toml",
        GUARDED,
    ] {
        let model = check::model(&load(path, &[]));
        let mask = Property::ALL.iter().fold(0, |mask, p| mask | p.bit());
        let mut limits = Exhaustive {
            states: u64::MAX,
            bytes: u64::MAX,
            on_progress: &mut |_| true,
        };
        let whole = pools::search(&model, mask, &mut limits);
        let bounds = SwarmLimits {
            depth: u32::MAX,
            states: u64::MAX,
        };
        for seed in 0..3 {
            let dive = swarm::search(&model, mask, bounds, seed, &|| false).unwrap();
            assert!(dive.exhausted, "{path}");
            assert_eq!(dive.states, whole.progress.states, "{path}");
            assert_eq!(dive.transitions, whole.progress.transitions, "{path}");
            assert_eq!(dive.fired, whole.fired, "{path}");
            assert_eq!(dive.fired_as_fault, whole.fired_as_fault, "{path}");
            for (deep, broad) in dive.violations.iter().zip(&whole.violations) {
                assert_eq!(deep.is_some(), broad.is_some(), "{path}");
                let Some((deep, broad)) = deep.as_ref().zip(broad.as_ref()) else {
                    continue;
                };
                let rank = (broad.faults, broad.depth as usize);
                assert!((deep.faults, deep.events.len()) >= rank, "{path}");
            }
        }
    }
}

#[test]
fn the_bounds_are_kept() {
    let scenario = load(H03, &LARGE);
    for (depth, states) in [(1, 10), (7, 500), (60, 1), (500, 3_000)] {
        let limits = SwarmLimits { depth, states };
        for part in all(&Swarm::new(scenario.clone(), 3, limits)) {
            assert!(part.depth <= depth, "{} steps of {depth}", part.depth);
            assert!(part.states <= states, "{} states of {states}", part.states);
        }
    }
}

#[test]
fn searches_differ_and_reach_more_together_than_alone() {
    let mut scenario = load("scenarios/lync-2013-hbw.toml", &[]);
    let parts = all(&swarm(&scenario, 6, 5_000));
    let sketches: Vec<_> = parts
        .iter()
        .map(|part| Sketch::parse(&part.sketch).unwrap())
        .collect();
    let mut union = Sketch::default();
    let mut before = 0;
    for (number, sketch) in sketches.iter().enumerate() {
        assert!(sketches[..number].iter().all(|other| other != sketch));
        union.merge(sketch);
        let now = union.estimate();
        assert!(now > before + 250, "search {number} adds {}", now - before);
        before = now;
    }
    assert!(before > 10_000, "{before} states by six searches of 5,000");
    scenario.simulate.seed += 1;
    let other = all(&swarm(&scenario, 6, 5_000));
    let same = |(a, b): (&SearchRecord, &SearchRecord)| a.sketch == b.sketch;
    assert!(
        !parts.iter().zip(&other).any(same),
        "another seed, other searches"
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let swarm = swarm(&load(H03, &LARGE), 7, 3_000);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| all(&swarm))
    };
    let one = on(1);
    for threads in [2, 3, 8] {
        assert!(one == on(threads), "{threads} threads");
    }
}

#[test]
fn a_search_that_is_told_to_stop_is_left_out() {
    let swarm = swarm(&load(H03, &LARGE), 3, 1_000_000);
    let watch = SwarmObserver {
        stop: &|| true,
        done: &|| {},
    };
    let parts = swarm.engine.run(0..3, &watch);
    assert!(parts.is_empty());
    let check = document::swarm::document(&swarm, &parts, true);
    assert_eq!(check.states, 0);
    assert_eq!(check.cut_off_by, Some(doc::CutOff::Interrupt));
    assert!(
        check
            .verdicts
            .iter()
            .all(|one| one.status == VerdictStatus::Undecided)
    );
}

fn expect(directory: &Path, code: i32, arguments: &[&str]) -> Vec<u8> {
    let output = poolproof_in(directory, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    output.stdout
}

fn absolute(path: &str) -> String {
    fs::canonicalize(path).unwrap().display().to_string()
}

const SMALL: [&str; 6] = ["--swarm", "5", "--depth", "40", "--states", "3000"];

#[test]
fn shards_in_any_cut_and_order_merge_to_the_bytes_of_one_machine() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let scenario = absolute(H03);
    let json = ["--format", "json"];
    let check = |more: &[&str]| {
        let what = ["check", &scenario, "--set", "expect.SB=holds"];
        [&what, &SMALL[..], more]
            .concat()
            .iter()
            .map(|s| (*s).to_owned())
            .collect::<Vec<_>>()
    };
    let words = check(&["--format", "json", "--threads", "2"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // The violation that is found is not as expected.
    let here = expect(at, 1, &words);
    for (cut, order) in [
        (&[][..], &[4, 1, 0, 3, 2][..]),
        (&["--shards", "2"][..], &[1, 0][..]),
    ] {
        let plan = ["check", "plan", &scenario, "--set", "expect.SB=holds"];
        expect(at, 0, &[&plan, &SMALL[..], cut].concat());
        let mut files = Vec::new();
        for shard in order {
            let number = shard.to_string();
            let run = ["run-shard", "manifest.json", &number, "--threads", "2"];
            let printed = String::from_utf8(expect(at, 0, &run)).unwrap();
            let file = printed.trim().to_owned();
            let before = fs::read(at.join(&file)).unwrap();
            assert!(before.len() < 1 << 20, "one megabyte through a scheduler");
            expect(
                at,
                0,
                &["run-shard", "manifest.json", &number, "--threads", "1"],
            );
            assert!(before == fs::read(at.join(&file)).unwrap(), "run again");
            files.push(file);
        }
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let merge = [&["merge", "manifest.json"], &files[..], &json].concat();
        assert!(here == expect(at, 1, &merge), "{order:?}");
        let reversed: Vec<&str> = files.iter().rev().copied().collect();
        let report = ["--out", "report"];
        let merge = [&["merge", "manifest.json"], &reversed[..], &json, &report].concat();
        assert!(here == expect(at, 1, &merge), "{order:?}");
        fs::remove_dir_all(at.join("shards")).unwrap();
    }
    // The written trace is a proof by itself.
    let trace = "report/H-03-dc1-returns-by-itself/traces/SB.json";
    expect(at, 0, &["replay", trace]);
}

#[test]
fn exit_codes_are_those_of_a_check() {
    let at = Path::new(".");
    let small = [&["check", GUARDED], &SMALL[..]].concat();
    expect(at, 4, &small);
    // As the file expects, SB is violated; the invariants of mirroring are undecided.
    expect(at, 4, &[&["check", H03], &SMALL[..]].concat());
    let other = ["--set", "expect.SB=holds"];
    expect(at, 1, &[&["check", H03], &SMALL[..], &other].concat());
    expect(at, 2, &[&small[..], &["--time-limit", "1s"]].concat());
    expect(at, 2, &["check", GUARDED, "--depth", "3"]);
}

#[test]
fn what_is_not_the_swarm_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let scenario = absolute(H03);
    expect(
        at,
        0,
        &[
            &["check", "plan", &scenario],
            &SMALL[..],
            &["--shards", "3"],
        ]
        .concat(),
    );
    for shard in ["0", "1", "2"] {
        expect(at, 0, &["run-shard", "manifest.json", shard]);
    }
    let shards = SHARDS;
    let refused = |files: &[&str], why: &str| assert_refused(at, files, why);
    refused(
        &[shards[0], shards[2]],
        "the searches 1 to 2 are missing: run shard 1",
    );
    refused(
        &[shards[0], shards[1], shards[1], shards[2]],
        "both have the searches 1 to 2",
    );
    // Another depth is another swarm.
    let deeper = [
        "--swarm", "5", "--depth", "41", "--states", "3000", "--shards", "3",
    ];
    let other = [
        &["check", "plan", &scenario],
        &deeper[..],
        &["--manifest", "other.json"],
    ];
    expect(at, 0, &other.concat());
    expect(at, 0, &["run-shard", "other.json", "1", "--out", "foreign"]);
    let foreign = "foreign/shard-00001.json";
    refused(&[shards[0], foreign, shards[2]], "belongs to another study");
    // So is a study of the same scenario.
    let trials = [
        "--trials",
        "100",
        "--set",
        "simulate.drill_trials=100",
        "--shards",
        "3",
    ];
    let study = [
        &["simulate", "plan", &scenario],
        &trials[..],
        &["--manifest", "study.json"],
    ];
    expect(at, 0, &study.concat());
    expect(at, 0, &["run-shard", "study.json", "1", "--out", "study"]);
    refused(
        &[shards[0], "study/shard-00001.json", shards[2]],
        "belongs to another study",
    );
    let into = poolproof_in(at, &["merge", "study.json", shards[0]]);
    assert_eq!(into.status.code(), Some(3));
    // A damaged byte, half a file.
    let text = fs::read_to_string(at.join(shards[1])).unwrap();
    let damaged = text.replacen("\"exhausted\":false", "\"exhausted\":true", 1);
    assert_ne!(damaged, text);
    fs::write(at.join("damaged.json"), damaged).unwrap();
    refused(&[shards[0], "damaged.json", shards[2]], "it is damaged");
    fs::write(at.join("half.json"), &text[..text.len() / 2]).unwrap();
    refused(&[shards[0], "half.json", shards[2]], "it is damaged");
    lies(&text, &mut |lie, why| {
        fs::write(at.join("lie.json"), lie).unwrap();
        refused(&[shards[0], "lie.json", shards[2]], why);
    });
    // Another version, another number of searches in the manifest.
    let manifest = fs::read_to_string(at.join("manifest.json")).unwrap();
    let version = format!("\"poolproof_version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let changed = manifest.replace(&version, "\"poolproof_version\": \"9.9.9\"");
    fs::write(at.join("manifest.json"), changed).unwrap();
    refused(&shards, "made by poolproof 9.9.9");
    let changed = manifest.replace("\"searches\": 5", "\"searches\": 6");
    assert_ne!(changed, manifest);
    fs::write(at.join("manifest.json"), changed).unwrap();
    refused(&shards, "it was changed");
    fs::write(at.join("manifest.json"), manifest).unwrap();
    let whole = [
        &["merge", "manifest.json"],
        &shards[..],
        &["--format", "csv"],
    ]
    .concat();
    expect(at, 2, &whole);
    // As the file expects, SB is violated; the invariants of mirroring are undecided.
    expect(at, 4, &[&["merge", "manifest.json"], &shards[..]].concat());
}

/// Shards with a right checksum and wrong contents.
fn lies(text: &str, refused: &mut dyn FnMut(&str, &str)) {
    let honest: Shard<SearchRecord> = decode(text).unwrap();
    let mut lie = |why: &str, change: &dyn Fn(&mut Vec<SearchRecord>)| {
        let mut parts = honest.parts.clone();
        change(&mut parts);
        assert!(parts != honest.parts);
        refused(
            &encode(&honest.study, honest.range.clone(), &parts).unwrap(),
            why,
        );
    };
    let of = "its counts are not those of the searches that it states";
    lie(of, &|parts| {
        parts.pop();
    });
    lie(of, &|parts| parts[0].search += 7);
    lie("search 1 has counts that no search", &|parts| {
        parts[0].states = 3_001;
    });
    lie("search 1 has counts that no search", &|parts| {
        parts[0].fired.pop();
    });
    lie("search 1 has counts that no search", &|parts| {
        parts[0].sketch.truncate(9);
    });
    lie("search 1 has counts that no search", &|parts| {
        *parts[0].fired_as_fault.last_mut().unwrap() = u64::MAX;
    });
    lie("search 1 has counts that no search", &|parts| {
        parts[0].fired[0] = u64::MAX;
    });
    lie("search 1 has counts that no search", &|parts| {
        parts[0].transitions += 1;
    });
    lie("its path to SB does not lead there", &|parts| {
        parts[0].violations[0].events.pop();
    });
    lie("its path to SB does not lead there", &|parts| {
        parts[0].violations[0]
            .events
            .insert(0, "backup:S".to_owned());
    });
    lie("its path to OW does not lead there", &|parts| {
        parts[0].violations[0].to = "OW".to_owned();
    });
}
