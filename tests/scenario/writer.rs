//! The promise of the writer: what is written is read as the same scenario, whatever it holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use poolproof::scenario::keys::{self, Key, Kind};
use poolproof::scenario::library::{Resolver, Unreadable};
use poolproof::scenario::rules::RULES;
use poolproof::scenario::value::duration_text;
use poolproof::scenario::writer::{Form, Written};
use poolproof::scenario::{FileSystem, Scenario, load, load_from};
use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::runbook::{Mistake, Operation};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::tree::tree;

/// Texts by name, and below them the file system.
struct Texts(BTreeMap<String, String>);

impl Resolver for Texts {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        let text = self.0.get(name).cloned();
        text.map_or_else(|| FileSystem.read(name), Ok)
    }
}

/// Reads what was written.
fn read_again(written: Written) -> Result<Scenario, String> {
    let Written { text, mut files } = written;
    files.insert("written.toml".to_owned(), text.clone());
    match load_from(&Texts(files), "written.toml", &[]) {
        Ok(loaded) => Ok(loaded.scenario),
        Err(error) => Err(format!("{error}\n{text}")),
    }
}

/// Writes a scenario in both forms and says what differs when it is read again.
fn round_trip(scenario: &Scenario) -> Result<(), String> {
    for form in [Form::Full, Form::Minimal] {
        let again = read_again(scenario.write(form))?;
        if !again.has_values_of(scenario) {
            let (full, minimal) = (scenario.write(Form::Full), again.write(Form::Full));
            let differ = full.text.lines().zip(minimal.text.lines());
            let differ: Vec<_> = differ.filter(|(one, other)| one != other).collect();
            return Err(format!("{form:?}: {differ:#?}\n{scenario:#?}\n{again:#?}"));
        }
        let topologies = [scenario, &again].map(|scenario| {
            let checked = poolproof::app::compile::checked_topology(scenario);
            let timed = poolproof::app::compile::timed_topology(scenario);
            format!("{checked:?} {timed:?}")
        });
        if topologies[0] != topologies[1] {
            return Err(format!("{form:?}: another topology"));
        }
    }
    Ok(())
}

/// Every file of the repository that is a scenario on its own.
fn library() -> Vec<PathBuf> {
    let below = |root: &'static str| {
        let names = tree(Path::new(root)).into_keys();
        names.map(move |name| Path::new(root).join(name))
    };
    let files = below("scenarios").chain(below("tests"));
    let is_toml = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    };
    files.filter(is_toml).collect()
}

#[test]
fn every_file_of_the_library_is_read_again_as_it_was() {
    let mut read = 0;
    for path in library() {
        let Ok(loaded) = load(&path) else { continue };
        read += 1;
        if let Err(why) = round_trip(&loaded.scenario) {
            panic!("{}: {why}", path.display());
        }
    }
    assert!(read > 120, "{read} files");
}

#[test]
fn the_minimal_form_has_only_what_differs() {
    let scenario = load(Path::new("scenarios/lync-2013-lbw.toml")).unwrap();
    let scenario = scenario.scenario;
    let minimal = scenario.write(Form::Minimal).text;
    assert!(
        minimal.contains("[mirroring]\nwitness = \"DC1\"\n"),
        "{minimal}"
    );
    // 80,000 users are usual for four active servers, and 24/s is the default.
    for default in [
        "users",
        "message_rate",
        "sql",
        "partner_timeout",
        "failures",
    ] {
        assert!(!minimal.contains(default), "{default}:\n{minimal}");
    }
    let full = scenario.write(Form::Full).text;
    for key in keys::of_scenarios() {
        let is_value = !matches!(key.kind, Kind::Table | Kind::Tables);
        if is_value && key.default.is_some() && !key.path.starts_with("cost.") {
            let within = key.table() == "operators.shifts";
            let dc2 = key.table() == "failures.site_disaster_dc2";
            let line = format!("\n{} = ", key.name());
            assert!(within || dc2 || full.contains(&line), "{}", key.path);
        }
    }
}

/// Texts of values that may stand at a key.
fn values(kind: &Kind) -> BoxedStrategy<String> {
    let quoted = |text: &str| format!("{text:?}");
    let durations = |least: SimDuration, most: SimDuration| {
        let most = most.ms.min(least.ms.max(1_000_000) * 1_000);
        (least.ms..=most).prop_map(|ms| duration_text(SimDuration { ms }))
    };
    match kind {
        Kind::Text => "[a-zA-Z0-9 \\\\\"'#=é\\n]{1,12}x"
            .prop_map(move |text| quoted(&text))
            .boxed(),
        Kind::Name => "[a-z][a-z0-9._-]{0,20}".boxed(),
        Kind::Boolean => any::<bool>().prop_map(|value| value.to_string()).boxed(),
        // TOML's own integers end at 2^63.
        Kind::Integer { least, most } => (*least..=(*most).min(i64::MAX as u64))
            .prop_map(|value| value.to_string())
            .boxed(),
        Kind::Number { above, below } => (above + 1e-9..*below)
            .prop_map(|value| format!("{value:?}"))
            .boxed(),
        Kind::Within { least, most } => (*least..=*most)
            .prop_map(|value| format!("{value:?}"))
            .boxed(),
        Kind::Duration { least, most } => durations(*least, *most).boxed(),
        Kind::DurationOrOff { least, most } => {
            prop_oneof![Just("off".to_owned()), durations(*least, *most)].boxed()
        }
        Kind::Rate => rates().boxed(),
        Kind::Distribution => distributions(),
        Kind::Words(words) => proptest::sample::select(words.clone())
            .prop_map(move |word| quoted(&word))
            .boxed(),
        Kind::Event => Just("heal:DC1-DC2".to_owned())
            .prop_map(move |word| quoted(&word))
            .boxed(),
        Kind::Objective => (1_u32..1000)
            .prop_map(|minutes| format!("'per_year.outage.p95 <= \"{minutes}min\"'"))
            .boxed(),
        Kind::Figure => proptest::sample::select(vec![
            "per_year.outage.p99",
            "per_year.availability",
            "per_incident.time_to_recover.mean",
        ])
        .prop_map(quoted)
        .boxed(),
        Kind::Fault => faults(),
        Kind::Modes => modes(),
        Kind::List(item) => proptest::collection::vec(values(item), 0..4)
            .prop_map(|items| format!("[{}]", items.join(", ")))
            .boxed(),
        Kind::Path | Kind::Table | Kind::Tables => Just(String::new()).boxed(),
    }
}

fn rates() -> impl Strategy<Value = String> {
    let units = proptest::sample::select(vec!["s", "min", "h", "day", "year"]);
    (0_u32..1000, 0_u32..1000, units)
        .prop_map(|(whole, part, unit)| format!("\"{whole}.{part:03}/{unit}\""))
}

fn faults() -> BoxedStrategy<String> {
    let classes = FaultClass::ALL.map(|class| class.name().to_owned());
    let mistakes = Mistake::ALL.map(|mistake| mistake.name().to_owned());
    let operations = Operation::ALL.map(|operation| format!("misoperation:{}", operation.name()));
    let names = classes.into_iter().chain(mistakes).chain(operations);
    proptest::sample::select(names.collect::<Vec<_>>())
        .prop_map(|name| format!("{name:?}"))
        .boxed()
}

/// The shapes that are not mixtures, without braces.
fn shapes() -> BoxedStrategy<String> {
    let time = || (1_u64..10_000_000_000).prop_map(|ms| duration_text(SimDuration { ms }));
    let factor = || (0.01..20.0_f64).prop_map(|value| format!("{value:?}"));
    prop_oneof![
        time().prop_map(|value| format!("fixed = \"{value}\"")),
        (1_u64..1_000_000, 0_u64..1_000_000).prop_map(|(low, more)| {
            let ends = [low, low + more].map(|ms| duration_text(SimDuration { ms }));
            format!("uniform = [\"{}\", \"{}\"]", ends[0], ends[1])
        }),
        time().prop_map(|mean| format!("exponential = \"{mean}\"")),
        (time(), factor()).prop_map(|(median, sigma)| {
            format!("lognormal = {{ median = \"{median}\", sigma = {sigma} }}")
        }),
        (1_u64..1_000_000, 2_u64..50).prop_map(|(ms, times)| {
            let both = [ms, ms * times].map(|ms| duration_text(SimDuration { ms }));
            format!(
                "lognormal = {{ median = \"{}\", p95 = \"{}\" }}",
                both[0], both[1]
            )
        }),
        (time(), factor()).prop_map(|(mean, shape)| format!(
            "weibull = {{ mean = \"{mean}\", shape = {shape} }}"
        )),
        (time(), factor())
            .prop_map(|(mean, shape)| format!("gamma = {{ mean = \"{mean}\", shape = {shape} }}")),
        (time(), 1_u32..=1000).prop_map(|(mean, stages)| format!(
            "erlang = {{ mean = \"{mean}\", stages = {stages} }}"
        )),
        Just("empirical = \"observed.csv\"".to_owned()),
        Just("empirical = { file = \"observed.csv\", unit = \"h\", column = \"more\" }".to_owned()),
    ]
    .boxed()
}

fn distributions() -> BoxedStrategy<String> {
    let mixture = (shapes(), shapes(), 1_u32..1000).prop_map(|(one, other, weight)| {
        let weight = f64::from(weight) / 1000.0;
        let rest = 1.0 - weight;
        format!(
            "{{ mixture = [{{ weight = {weight:?}, {one} }}, {{ weight = {rest:?}, {other} }}] }}"
        )
    });
    prop_oneof![
        4 => shapes().prop_map(|shape| format!("{{ {shape} }}")),
        1 => mixture,
    ]
    .boxed()
}

fn modes() -> BoxedStrategy<String> {
    let fraction = || (0.0..=1.0_f64).prop_map(|value| format!("{value:?}"));
    let mode = prop_oneof![
        (rates(), distributions(), fraction(), fraction()).prop_map(
            |(rate, repair, common, destructive)| {
                format!(
                    "rate = {rate}, repair = {repair}, common_cause = {common}, \
                     destructive = {destructive}"
                )
            }
        ),
        (1_u32..100, distributions())
            .prop_map(|(days, repair)| format!("every = \"{days}d\", repair = {repair}")),
    ];
    proptest::collection::vec(mode, 0..5)
        .prop_map(|modes| {
            let modes = modes.iter().map(|mode| format!("{{ {mode} }}"));
            format!("[{}]", modes.collect::<Vec<_>>().join(", "))
        })
        .boxed()
}

/// Keys with random values, and every rule only warns.
fn overrides() -> impl Strategy<Value = Vec<(String, String)>> {
    let plain = |key: &Key| !matches!(key.kind, Kind::Path | Kind::Table | Kind::Tables);
    let keys: Vec<Key> = keys::of_scenarios().into_iter().filter(plain).collect();
    let one = proptest::sample::select(keys).prop_flat_map(|key| {
        let path = key.path.clone();
        values(&key.kind).prop_map(move |value| (path.clone(), value))
    });
    proptest::collection::vec(one, 1..9).prop_map(|mut set| {
        let rules: Vec<String> = RULES.iter().map(|rule| format!("{:?}", rule.id)).collect();
        set.push(("allow.rules".to_owned(), format!("[{}]", rules.join(", "))));
        set
    })
}

/// Values from the range of each key, of which some contradict each other: those are left out.
#[test]
fn random_values_of_every_key_are_read_again_as_they_were() {
    let observed = "time,more\n12min,3\n90s,0.25\n".to_owned();
    let texts = Texts(BTreeMap::from([(
        "scenarios/observed.csv".to_owned(),
        observed,
    )]));
    let config = Config {
        cases: 3_000,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let read = std::cell::Cell::new(0);
    let keys_read = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let outcome = TestRunner::new_with_rng(config, rng).run(&overrides(), |overrides| {
        let file = "scenarios/lync-2013-lbw.toml";
        if let Ok(loaded) = load_from(&texts, file, &overrides) {
            read.set(read.get() + 1);
            let keys = overrides.iter().map(|(key, _)| key.clone());
            keys_read.borrow_mut().extend(keys);
            round_trip(&loaded.scenario).map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(
        read.get() > 1_000,
        "only {} files could be read",
        read.get()
    );
    let keys = keys::of_scenarios().into_iter();
    let never: Vec<String> = keys
        .filter(|key| !matches!(key.kind, Kind::Path | Kind::Table | Kind::Tables))
        .filter(|key| !keys_read.borrow().contains(&key.path))
        .map(|key| key.path)
        .collect();
    assert!(never.len() < 60, "{never:#?}");
}
