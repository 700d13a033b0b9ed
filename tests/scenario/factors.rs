//! The promise of factors: `--set KEY=x2` is twice what the scenario says, by whatever it says it,
//! and the command that is recorded says so.

use std::path::Path;

use poolproof::scenario::{Scenario, load_with};

fn with(overrides: &[(&str, &str)]) -> Result<Scenario, String> {
    let overrides: Vec<_> = overrides
        .iter()
        .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/lync-2013-lbw.toml");
    let loaded = load_with(&path, &overrides);
    loaded
        .map(|loaded| loaded.scenario)
        .map_err(|error| error.diagnostics[0].message.clone())
}

fn value(scenario: &Scenario, key: &str) -> String {
    let found = scenario.assumptions().iter().find(|one| one.key == key);
    found.unwrap_or_else(|| panic!("no {key}")).value.clone()
}

#[test]
fn written_and_default_values_are_multiplied() {
    let base = with(&[]).unwrap();
    for (key, was, twice) in [
        ("failures.stall.rate", "12/year", "24/year"),
        ("mirroring.partner_timeout", "10s", "20s"),
        ("operators.error_probability", "0.02", "0.04"),
        (
            "pool.reconnect",
            "{ lognormal = { median = \"3min\", sigma = 0.8 } }",
            "{ lognormal = { median = \"6min\", sigma = 0.8 } }",
        ),
    ] {
        assert_eq!(value(&base, key), was);
        let changed = with(&[(key, "x2")]).unwrap();
        assert_eq!(value(&changed, key), twice);
        assert_eq!(changed.overrides, [(key.to_owned(), "x2".to_owned())]);
        assert_ne!(changed.digest, base.digest);
    }
}

/// Changes are made in their order.
#[test]
fn a_factor_is_of_the_scenario_as_changed_before() {
    let key = "failures.stall.rate";
    for (both, expected) in [
        ([(key, "3/year"), (key, "x2")], "6/year"),
        ([(key, "x2"), (key, "3/year")], "3/year"),
        ([(key, "x2"), (key, "x2")], "48/year"),
    ] {
        assert_eq!(value(&with(&both).unwrap(), key), expected);
    }
    let rate = "failures.database_server.outage.rate";
    let four_times = with(&[(rate, "x2"), (rate, "x2")]).unwrap();
    let base = with(&[]).unwrap().failures.database_server[0].rate.count;
    assert_eq!(
        four_times.failures.database_server[0].rate.count,
        4.0 * base
    );
}

/// Every step of an operation keeps its own duration, and a mode of several its own rate.
#[test]
fn what_no_key_names_by_itself_is_multiplied() {
    let base = with(&[]).unwrap();
    let changed = with(&[
        ("operators.durations.site_failover.decide", "x2"),
        ("failures.database_server.outage.rate", "x2"),
        ("failures.database_server.patching.every", "x0.5"),
    ])
    .unwrap();
    assert_ne!(changed.digest, base.digest);
    let durations =
        |scenario: &Scenario| scenario.operators.site_failover.clone().unwrap().durations;
    for (before, after) in durations(&base).iter().zip(&durations(&changed)).take(2) {
        let mut twice = before.clone();
        twice.multiply(2.0);
        assert_eq!(twice, *after);
    }
    assert_eq!(
        durations(&base)[2],
        durations(&changed)[2],
        "another operation"
    );
    let mode = |scenario: &Scenario, name: &str| {
        let modes = scenario.failures.database_server.iter();
        modes
            .clone()
            .find(|mode| mode.name == name)
            .unwrap()
            .clone()
    };
    let rate = |scenario: &Scenario| mode(scenario, "outage").rate.count;
    assert_eq!(rate(&changed), 2.0 * rate(&base));
    let every = |scenario: &Scenario| mode(scenario, "patching").planned_every.unwrap().ms;
    assert_eq!(2 * every(&changed), every(&base));
    assert_eq!(
        mode(&changed, "process-crash"),
        mode(&base, "process-crash")
    );
    let key = "failures.database_server.outage.rate";
    assert_ne!(
        value(&changed, key),
        value(&base, key),
        "what is shown follows"
    );
}

#[test]
fn what_cannot_be_multiplied_is_refused() {
    for (key, why) in [
        ("pool.variant", "it is \"LBW\", which is no number"),
        (
            "mirroring.enabled",
            "it is true, which cannot be multiplied",
        ),
        ("no.such", "it is no value of the scenario"),
        (
            "failures.database_server.outage.destructive",
            "no share is above 1",
        ),
    ] {
        let error = with(&[(key, "x1000")]).unwrap_err();
        assert!(error.contains(why), "{key}: {error}");
    }
    let beyond = with(&[("operators.error_probability", "x100")]).unwrap_err();
    assert!(!beyond.is_empty(), "a probability of 2");
}
