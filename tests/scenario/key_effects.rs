//! The promise of keys: each does what its page says. A key that results are said to depend on
//! changes what the checker or the simulator is given, in some scenario and with some value; a key
//! that is marked *rules only* changes neither.

use std::path::Path;

use poolproof::app::compile;
use poolproof::scenario::keys::{Key, Kind, of_scenarios};
use poolproof::scenario::{Scenario, load_with};

/// Scenarios in which together everything is there that a key can be about.
const BASES: [(&str, &[(&str, &str)]); 4] = [
    ("scenarios/lync-2013-lbw.toml", &[]),
    ("scenarios/lync-2013-hbw.toml", &[]),
    (
        "scenarios/lync-2013-lbw-no-witness.toml",
        &[
            ("compliance.enabled", "true"),
            ("secondary.witness", "true"),
        ],
    ),
    (
        "scenarios/lync-2013-lbw.toml",
        &[
            ("failures.grey_failure.rate", "1/year"),
            ("operators.shifts.from", "8h"),
            ("operators.assumption", "dropped"),
            (
                "check.slices",
                "[\"compliance\", \"grey\", \"retention\", \"sessions\"]",
            ),
        ],
    ),
];

/// Tables whose keys are for others than the engines: texts, judgement of results, how much is
/// simulated or searched, prices.
const NOT_FOR_ENGINES: [&str; 6] = ["", "expect", "cost", "simulate", "check", "allow"];

/// Everything that the engines are given of a scenario.
fn given(scenario: &Scenario) -> String {
    let checked = compile::checked_topology(scenario);
    let request = compile::simulation::request(scenario);
    format!(
        "{checked:?}\n{:?}\n{:?}\n{:?}",
        request.topology, request.activities, request.settings
    )
}

/// Values of a kind; those that do not fit the rest of the scenario are left out.
fn values(kind: &Kind) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match kind {
        Kind::Boolean => words(&["true", "false"]),
        Kind::Words(names) => names.iter().map(|name| format!("\"{name}\"")).collect(),
        Kind::Integer { least, most } => {
            let near = [*least, least + 1, least + 2, (least + most) / 2];
            near.map(|number| number.to_string()).to_vec()
        }
        Kind::Number { above, below }
        | Kind::Within {
            least: above,
            most: below,
        } => [0.25, 0.5, 0.75]
            .map(|part| format!("{:?}", above + part * (below - above)))
            .to_vec(),
        Kind::Duration { .. } | Kind::DurationOrOff { .. } => words(&[
            "\"11s\"",
            "\"7min\"",
            "\"16min\"",
            "\"3h\"",
            "\"50h\"",
            "\"off\"",
        ]),
        Kind::Rate => words(&["\"3/year\"", "\"5/h\""]),
        Kind::Distribution => words(&["\"77s\""]),
        Kind::Modes => words(&["[{ rate = \"7/year\", repair = \"9min\" }]"]),
        _ => Vec::new(),
    }
}

/// Whether a value of the key changes what the engines are given, and whether any value fits.
fn effect(key: &Key) -> (bool, bool) {
    let (mut changes, mut fits) = (false, false);
    for (path, settings) in BASES {
        let load = |more: &[(&str, &str)]| {
            let all = settings.iter().chain(more);
            let mut owned: Vec<_> = all
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect();
            let rules: Vec<String> = (1..=43).map(|number| format!("\"V{number}\"")).collect();
            owned.push(("allow.rules".to_owned(), format!("[{}]", rules.join(", "))));
            load_with(Path::new(path), &owned).map(|loaded| loaded.scenario)
        };
        let before = given(&load(&[]).expect("a base is valid"));
        for value in values(&key.kind) {
            if let Ok(scenario) = load(&[(&key.path, &value)]) {
                fits = true;
                changes |= given(&scenario) != before;
            }
        }
        if changes {
            break;
        }
    }
    (changes, fits)
}

#[test]
fn every_key_does_what_its_page_says() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for key in of_scenarios() {
        let table = key
            .path
            .split('.')
            .next()
            .filter(|_| key.path.contains('.'));
        if NOT_FOR_ENGINES.contains(&table.unwrap_or("")) {
            continue;
        }
        let (changes, fits) = effect(&key);
        seen += usize::from(fits);
        match (key.is_modelled, changes) {
            (true, false) if fits => wrong.push(format!("{} changes nothing", key.path)),
            (false, true) => wrong.push(format!("{} is no rule's alone", key.path)),
            _ => {}
        }
    }
    assert!(seen > 150, "{seen} keys were tried");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
