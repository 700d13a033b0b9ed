//! The promise that each part of the system can be checked on its own: the small scenarios of
//! `scenarios/parts` find what they expect, and the examples with Stateright's checker run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use poolproof::app::document::verdict;
use poolproof::scenario;
use poolproof_reports::document::VerdictStatus;

#[path = "../../models/stateright/examples/log_shipping.rs"]
mod log_shipping;
#[path = "../../models/stateright/examples/mirror_pair.rs"]
mod mirror_pair;
#[path = "../../models/stateright/examples/operators.rs"]
mod operators;
#[path = "../../models/stateright/examples/pool_servers.rs"]
mod pool_servers;

const PARTS: &str = "scenarios/parts";
const EXAMPLES: &str = "models/stateright/examples";

fn names(directory: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_part_finds_what_it_expects() {
    let parts = names(PARTS);
    let expected = [
        "log-shipping",
        "mirror-pair",
        "mirror-pair-no-witness",
        "operators",
        "pool-servers",
    ];
    assert!(parts.iter().eq(expected));
    for part in parts {
        let path = Path::new(PARTS).join(format!("{part}.toml"));
        let loaded = scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let check = verdict::check(&loaded.scenario, &mut |_| true).document;
        assert_eq!(check.cut_off_by, None, "{part}");
        for verdict in &check.verdicts {
            assert!(verdict.as_expected, "{part}: {}", verdict.property);
            assert_ne!(verdict.status, VerdictStatus::Undecided);
        }
        for goal in &check.goals {
            assert_eq!(goal.reached, goal.expected, "{part}: {}", goal.name);
        }
    }
}

#[test]
fn every_example_runs() {
    let examples: [(&str, fn()); 4] = [
        ("log_shipping", log_shipping::main),
        ("mirror_pair", mirror_pair::main),
        ("operators", operators::main),
        ("pool_servers", pool_servers::main),
    ];
    assert!(names(EXAMPLES).iter().eq(examples.map(|(name, _)| name)));
    for (_, example) in examples {
        example();
    }
}
