//! The documents that the program itself writes and reads again: traces, results, manifests, shards
//! and checkpoints.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use poolproof::app::checkpoint::CheckpointStore;
use poolproof::app::replay::Replay;
use poolproof::app::shard::swarm_job::SwarmJob;
use poolproof::app::shard::{Plan, Task, encode, plan};
use poolproof::app::study::PartialResult;
use poolproof::app::study::job::{StudyJob, StudyKind};
use poolproof::app::study::result::{StudyContent, StudyResult, run};
use poolproof::app::sweep;
use poolproof::scenario::{FileSystem, load_with};
use poolproof_reports::document::ResultDocument;
use poolproof_reports::entry::Entry;
use poolproof_reports::trace::Trace;
use poolproof_reports::{
    bundle, csv, github, html, json, junit, markdown, mermaid, sarif, table, timeline,
};

use super::parsers::{ALONE, Parser, text};
use crate::support::program::printed;

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";
const OTHER: &str = "scenarios/lync-2013-lbw-no-witness.toml";

/// Few trials.
const FEW: [(&str, &str); 2] = [("simulate.trials", "100"), ("simulate.drill_trials", "100")];

/// What a command prints about few trials of a scenario.
fn of_few(words: &[&str]) -> String {
    let set = FEW.map(|(key, value)| format!("{key}={value}"));
    let set = set.iter().flat_map(|one| ["--set", one]);
    printed(&words.iter().copied().chain(set).collect::<Vec<_>>())
}

/// The result of an evaluation.
fn evaluated(scenario: &str) -> String {
    of_few(&["evaluate", scenario, "--format", "json"])
}

/// The trace parser.
pub fn traces() -> Parser {
    let set = FEW.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let scenario = load_with(Path::new(H01), &set).unwrap().scenario;
    let document = ResultDocument::parse(&evaluated(H01)).unwrap();
    let found = bundle::traces(&document);
    let mut seeds: Vec<_> = found
        .iter()
        .map(|trace| {
            (
                trace.title.clone(),
                json::trace(trace).unwrap().into_bytes(),
            )
        })
        .collect();
    let words = ["replay", H01, "--trial", "0", "--format", "json"];
    // A whole trial has hundreds of kilobytes.
    let mut trial = Trace::parse(&of_few(&words)).unwrap();
    let path = &mut trial.counterexample;
    path.steps.truncate(8);
    path.faults = path.steps.iter().filter(|step| step.is_fault()).count() as u32;
    let trial = json::trace(&trial).unwrap();
    seeds.push(("trial 0".to_owned(), trial.into_bytes()));
    let read = move |_: &str, bytes: &[u8], _| {
        let trace = Trace::parse(&text(bytes)).map_err(|error| error.to_string())?;
        let _ = json::trace(&trace);
        let _ = timeline::text(&trace.counterexample);
        let _ = mermaid::sequence(&trace.counterexample);
        let replay = Replay::new(&scenario, &trace).map_err(|error| error.to_string())?;
        // As recorded or not: both are answers.
        let _ = replay.run(&trace, &mut |_| {});
        Ok(())
    };
    Parser {
        name: "trace",
        share: 6,
        seeds,
        read: Box::new(read),
    }
}

/// Draws a document in every form; the page, with every chart, only if asked for.
fn draw(document: &ResultDocument, with_page: bool) {
    let entry = [Entry::Result {
        path: "a.toml".to_owned(),
        document: document.clone(),
    }];
    let _ = json::run(&entry, false);
    let _ = table::text(document);
    let _ = markdown::text(document);
    let _ = csv::figures([document]);
    let _ = junit::text(&entry);
    let _ = sarif::text(&entry, "0.0.0");
    let _ = github::text(&entry[0]);
    if with_page {
        let _ = html::page(document);
    }
}

/// The result parser.
pub fn results() -> Parser {
    let seeds = [H01, "scenarios/hazards/H-01-guarded.toml"].map(|name| {
        // Of what there are many, a few say as much.
        let mut document = ResultDocument::parse(&evaluated(name)).unwrap();
        let simulation = document.simulation.as_mut().unwrap();
        simulation.examples.truncate(1);
        for example in &mut simulation.examples {
            example.incidents.truncate(2);
        }
        let text = json::result(&document).unwrap();
        (name.to_owned(), text.into_bytes())
    });
    let read = |_: &str, bytes: &[u8], deep| {
        let document = ResultDocument::parse(&text(bytes)).map_err(|error| error.to_string())?;
        draw(&document, deep);
        Ok(())
    };
    Parser {
        name: "result",
        share: 3,
        seeds: seeds.into(),
        read: Box::new(read),
    }
}

fn job(kind: StudyKind, scenarios: &[&str]) -> StudyJob {
    StudyJob {
        kind,
        scenarios: scenarios.iter().map(|name| (*name).to_owned()).collect(),
        set: vec![
            ("simulate.drill_trials".to_owned(), "100".to_owned()),
            ("simulate.incident_trials".to_owned(), "2".to_owned()),
            ("simulate.horizon".to_owned(), "300h".to_owned()),
        ],
        seed: None,
        trials: Some(100),
        drill: None,
        check: false,
        design: None,
        design_file: None,
    }
}

/// The text of a manifest of a task.
fn planned(task: Task) -> String {
    let manifest = plan(task, 2, &FileSystem).unwrap();
    serde_json::to_string_pretty(&manifest).unwrap()
}

/// A text with the digest that would be right, where it is refused because of one: what stands
/// behind a checksum is read as if somebody had computed it anew.
fn signed(text: &str, refusal: &str) -> Option<String> {
    let (before, after) = refusal.split_once(", but ")?;
    let found = before.rsplit(' ').next()?;
    let stated = after.strip_suffix(" is stated in it")?;
    let is_hex = |digest: &str| digest.len() == 32 && !digest.contains(['"', '\\']);
    let is_refused = is_hex(found) && is_hex(stated) && text.contains(stated);
    is_refused.then(|| text.replacen(stated, found, 1))
}

/// The manifest parser.
pub fn manifests() -> Parser {
    let sweep = StudyJob {
        design: sweep::parse(&fs::read_to_string("scenarios/sweeps/what-matters.toml").unwrap())
            .ok(),
        ..job(StudyKind::Sweep, &[LBW])
    };
    let swarm = SwarmJob {
        scenario: H01.to_owned(),
        set: Vec::new(),
        seed: None,
        searches: 4,
        depth: 20,
        states: 200,
    };
    let tasks = [
        ("simulate", Task::Study(job(StudyKind::Simulate, &[H01]))),
        (
            "compare",
            Task::Study(job(StudyKind::Compare, &[LBW, OTHER])),
        ),
        ("sweep", Task::Study(sweep)),
        ("swarm", Task::Swarm(swarm)),
    ];
    let seeds = tasks.map(|(name, task)| (name.to_owned(), planned(task).into_bytes()));
    let read = |_: &str, bytes: &[u8], _| {
        let mut text = text(bytes);
        // The checksum, the digest of the study, and then the checksum over it.
        for _ in 0..3 {
            match Plan::open(&text).map_err(|error| error.to_string()) {
                Ok((manifest, plan)) => {
                    let _ = plan.commands();
                    let nothing = plan.merge(&manifest, [], &ALONE).map(|_| ());
                    assert_ne!(
                        nothing.map_err(|error| error.to_string()),
                        Err(String::new())
                    );
                    return Ok(());
                }
                Err(refusal) => match signed(&text, &refusal) {
                    Some(better) => text = better,
                    None => return Err(refusal),
                },
            }
        }
        Err("its digests change with each other".to_owned())
    };
    Parser {
        name: "manifest",
        share: 3,
        seeds: seeds.into(),
        read: Box::new(read),
    }
}

/// Everything that is made of a study.
fn delivered(result: &StudyResult) {
    if let StudyContent::Simulations(found) = &result.content {
        for one in found {
            draw(&one.document, false);
        }
    }
}

/// The shard parser.
pub fn shards() -> Parser {
    let of = |task: Task| {
        let text = planned(task);
        let (manifest, plan) = Plan::open(&text).unwrap();
        let shard = |at: usize| {
            let text = plan.run_shard(&manifest, &manifest.shards[at], &ALONE);
            text.unwrap().unwrap()
        };
        let both = [shard(0), shard(1)];
        (manifest, plan, both)
    };
    let swarm = SwarmJob {
        scenario: H01.to_owned(),
        set: Vec::new(),
        seed: None,
        searches: 2,
        depth: 20,
        states: 200,
    };
    let plans = [
        of(Task::Study(job(StudyKind::Simulate, &[H01]))),
        of(Task::Study(job(StudyKind::Compare, &[LBW, OTHER]))),
        of(Task::Swarm(swarm)),
    ];
    let seeds = plans.iter().enumerate().flat_map(|(plan, (_, _, both))| {
        let each = both.iter().enumerate();
        each.map(move |(shard, text)| (format!("{plan}/{shard}"), text.clone().into_bytes()))
    });
    let seeds = seeds.collect();
    let read = move |name: &str, bytes: &[u8], _| {
        let (at, damaged) = name.split_once('/').unwrap();
        let (manifest, plan, both) = &plans[at.parse::<usize>().unwrap()];
        let damaged: usize = damaged.parse().unwrap();
        let mut text = text(bytes);
        for _ in 0..2 {
            let whole = Ok(("whole".to_owned(), both[1 - damaged].clone()));
            let files = [whole, Ok(("damaged".to_owned(), text.clone()))];
            match plan
                .merge(manifest, files, &ALONE)
                .map_err(|error| error.to_string())
            {
                Ok(result) => {
                    delivered(&result);
                    return Ok(());
                }
                Err(refusal) => match signed(&text, &refusal) {
                    Some(better) => text = better,
                    None => return Err(refusal),
                },
            }
        }
        Err("its checksum changes with it".to_owned())
    };
    Parser {
        name: "shard",
        share: 3,
        seeds,
        read: Box::new(read),
    }
}

/// A checkpoint in memory.
struct Kept(Mutex<Option<String>>);

impl CheckpointStore for Kept {
    fn name(&self) -> String {
        "checkpoint.json".to_owned()
    }

    fn read(&self) -> Result<Option<String>, String> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn write(&self, text: &str) -> Result<(), String> {
        *self.0.lock().unwrap() = Some(text.to_owned());
        Ok(())
    }

    fn remove(&self) {
        *self.0.lock().unwrap() = None;
    }
}

/// The checkpoint parser.
pub fn checkpoints() -> Parser {
    let job = job(StudyKind::Simulate, &[H01]);
    let ready = job.ready(&FileSystem).unwrap();
    let study = &ready.study;
    let after = |trials: u64| {
        let (parts, _) = study.run(0..trials, Vec::new(), &mut |_| true);
        let views: Vec<_> = parts.iter().map(PartialResult::view).collect();
        encode(&study.digest(), 0..trials, &views)
            .unwrap()
            .into_bytes()
    };
    let seeds = [60, 100, 150].map(|trials| (trials.to_string(), after(trials)));
    let read = move |_: &str, bytes: &[u8], _| {
        let mut text = text(bytes);
        for _ in 0..2 {
            let store = Kept(Mutex::new(Some(text.clone())));
            match run(&job, &ready, Some(&store), true, &ALONE).map_err(|error| error.to_string()) {
                Ok(result) => {
                    delivered(&result);
                    assert!(store.read().unwrap().is_none(), "it is left over");
                    return Ok(());
                }
                Err(refusal) => match signed(&text, &refusal) {
                    Some(better) => text = better,
                    None => return Err(refusal),
                },
            }
        }
        Err("its checksum changes with it".to_owned())
    };
    Parser {
        name: "checkpoint",
        share: 2,
        seeds: seeds.into(),
        read: Box::new(read),
    }
}
