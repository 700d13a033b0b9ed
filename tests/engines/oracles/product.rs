//! The product's own chain: an ordinary scenario file, from the text to the printed figures.

use std::path::{Path, PathBuf};

use poolproof::app::compile::chain;
use poolproof::app::document::simulation::simulate;
use poolproof::scenario::load;
use poolproof_engines::solve::chain::STATES_MOST;
use poolproof_engines::solve::figures::{YEAR_H, long_run, within};
use poolproof_engines::solve::lump::lump;
use poolproof_engines::solve::prism;

use crate::oracles::toy::HOUR_MS;
use crate::support::program::poolproof;

/// One pool server on one database server, both failing and repaired. A mean of 1/0.0007 hours is
/// no whole number of milliseconds: the rate must not suffer from it.
const TWO_SERVERS: &str = r#"
title = "One pool server, one database server"
[pool]
variant = "LBW"
dc1 = { active = 1, idle = 0 }
dc2 = { active = 0, idle = 0 }
users = 1_000
message_rate = "1/s"
reconnect = "0s"
[mirroring]
enabled = false
[log_shipping]
enabled = false
[control]
replication = "0s"
[failures]
database_server = [{ rate = "0.07/h", repair = { exponential = "90min" } }]
pool_server = [{ rate = "0.0007/h", repair = { exponential = "7h" } }]
witness_server = []
share_server = []
site_outage = { rate = "0/year" }
site_disaster = { rate = "0/year" }
inter_site_link = { rate = "0/year" }
local_link = { rate = "0/year" }
[simulate]
trials = 2_000
drill_trials = 0
"#;

fn written(directory: &Path) -> PathBuf {
    let path = directory.join("two-servers.toml");
    std::fs::write(&path, TWO_SERVERS).unwrap();
    path
}

/// Both are needed: a unit each.
fn exact_availability() -> f64 {
    let unit = |lam: f64, hours: f64| 1.0 / (1.0 + lam * hours);
    unit(0.07, 1.5) * unit(0.0007, 7.0)
}

#[test]
fn a_scenario_is_solved_and_simulated_to_the_same_figures() {
    let directory = tempfile::tempdir().unwrap();
    let scenario = load(&written(directory.path())).unwrap().scenario;
    let chain = chain::chain(&scenario, STATES_MOST).chain.unwrap();
    let lumped = lump(&chain.generator).generator;
    let figures = long_run(&lumped).unwrap();
    let exact = exact_availability();
    assert!((figures.unavailability / (1.0 - exact) - 1.0).abs() < 1e-12);
    let first = 1.0 / (0.07 + 0.0007);
    let found = figures.time_to_first_outage_h.unwrap();
    assert!((found / first - 1.0).abs() < 1e-12, "{found} {first}");

    let year = within(&lumped, YEAR_H).unwrap();
    let simulated = simulate(&scenario, &mut |_, _, _| true).document;
    let estimate = &simulated.mean_outage_ms_per_year;
    let half = (estimate.high.unwrap() - estimate.low.unwrap()) / 2.0;
    // Half of a 95% interval is about two standard errors.
    let off = (estimate.value.unwrap() - year.downtime_h * HOUR_MS) / half * 1.96;
    assert!(off.abs() < 4.0, "{off} standard errors");
}

#[test]
fn the_command_prints_digits_and_writes_the_chain() {
    let directory = tempfile::tempdir().unwrap();
    let scenario = written(directory.path());
    let out = directory.path().join("chains");
    let args = ["solve", scenario.to_str().unwrap(), "--format", "json"];
    let prism_args = ["--prism", out.to_str().unwrap()];
    let output = poolproof(&[&args[..], &prism_args[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let solution: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = solution["availability"].as_f64().unwrap();
    assert!((found / exact_availability() - 1.0).abs() < 1e-11);
    let text =
        |suffix: &str| std::fs::read_to_string(out.join(format!("two-servers{suffix}"))).unwrap();
    let read = prism::read(&text(prism::TRANSITIONS), &text(prism::LABELS)).unwrap();
    assert_eq!(read.len() as u64, solution["states"].as_u64().unwrap());
    let figures = long_run(&read).unwrap();
    assert!((figures.availability / found - 1.0).abs() < 1e-11);
    assert!(text(prism::DOWNTIME).lines().count() > 1);
    assert!(text(prism::OUTAGES).lines().count() > 1);
    let again = poolproof(&args);
    assert_eq!(again.stdout, output.stdout, "twice the same bytes");
}

/// A unit's availability depends on the means of its delays alone, so that the exponential pool has
/// that of the one with lognormal and fixed repairs, and both are simulated beside it.
#[test]
fn exponential_delays_of_the_same_means_stand_for_others() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("two-servers.toml");
    let text = TWO_SERVERS
        .replace(
            "{ exponential = \"90min\" }",
            "{ lognormal = { median = \"3275266ms\", sigma = 1.0 } }",
        )
        .replace("{ exponential = \"7h\" }", "\"7h\"");
    std::fs::write(&path, text).unwrap();
    let output = poolproof(&[
        "solve",
        path.to_str().unwrap(),
        "--exponential",
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let solution: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = solution["unavailability"].as_f64().unwrap();
    let exact = 1.0 - exact_availability();
    assert!((found / exact - 1.0).abs() < 1e-6, "{found} {exact}");
    let keys = solution["replaced"]["delays"].as_array().unwrap();
    let keys: Vec<_> = keys
        .iter()
        .map(|one| one["key"].as_str().unwrap())
        .collect();
    let repair = |server: &str| {
        let start = format!("failures.{server}");
        keys.iter().any(|key| key.starts_with(&start))
    };
    assert!(
        repair("database_server") && repair("pool_server"),
        "{keys:?}"
    );
    for row in solution["beside"]["rows"].as_array().unwrap() {
        assert_eq!(row["agrees"], true, "{row}");
    }
    // The downtime of a long time is that of the real delays too.
    let row = &solution["beside"]["rows"][0];
    let [low, high] = ["low", "high"].map(|end| row["scenario"][end].as_f64().unwrap());
    let exact = row["exact"].as_f64().unwrap() * HOUR_MS;
    assert!(low * HOUR_MS <= exact && exact <= high * HOUR_MS, "{row}");
}

/// Two servers that share some of their causes: the third state in closed form, with the rates of
/// the beta-factor model. A common cause takes what still runs.
#[test]
fn a_cause_in_common_is_part_of_the_chain() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("common.toml");
    let text = TWO_SERVERS
        .replace("active = 1, idle = 0", "active = 2, idle = 0")
        .replace(
            "pool_server = [{ rate = \"0.0007/h\", repair = { exponential = \"7h\" } }]",
            "pool_server = [{ rate = \"0.01/h\", repair = { exponential = \"5h\" }, \
             common_cause = 0.3 }]",
        )
        .replace(
            "database_server = [{ rate = \"0.07/h\", repair = { exponential = \"90min\" } }]",
            "database_server = []",
        );
    std::fs::write(&path, text).unwrap();
    let scenario = load(&path).unwrap().scenario;
    let chain = chain::chain(&scenario, STATES_MOST).chain.unwrap();
    let found = long_run(&lump(&chain.generator).generator).unwrap();
    let (lam, mu, beta) = (0.01, 0.2, 0.3);
    let one = (2.0 - beta) * lam / mu;
    let none = (one * lam + beta * lam) / (2.0 * mu);
    let exact = none / (1.0 + one + none);
    let off = found.unavailability / exact - 1.0;
    assert!(off.abs() < 1e-6, "{} {exact}", found.unavailability);
}

#[test]
fn what_cannot_be_solved_names_the_keys_to_change() {
    let output = poolproof(&["solve", "scenarios/lync-2013-lbw.toml"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    for key in [
        "mirroring.redo",
        "failures.local_link.repair",
        "pool.reconnect",
    ] {
        assert!(text.contains(key), "{key} is missing:\n{text}");
    }
    assert!(output.stdout.is_empty());
    let args = ["--set", "pool.reconnect={ exponential = \"3min\" }"];
    let output = poolproof(&[&["solve", "scenarios/lync-2013-lbw.toml"], &args[..]].concat());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        !text.contains("pool.reconnect"),
        "changed, and no longer named:\n{text}"
    );
    let most = ["--max-states", "1"];
    let directory = tempfile::tempdir().unwrap();
    let scenario = written(directory.path());
    let output = poolproof(&[&["solve", scenario.to_str().unwrap()], &most[..]].concat());
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}
