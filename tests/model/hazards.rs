//! The promise of the hazard catalogue: each hazard of handbook section 9 has a decision, and the
//! files that stand for it show what they say. The table in `docs/hazards.md` is made from them.
//!
//! `POOLPROOF_UPDATE=1 cargo test --test model hazards::` writes the table anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use poolproof::app::compile::slices;
use poolproof::app::document::simulation::simulate;
use poolproof::app::document::verdict;
use poolproof::scenario::expect::Verdict as Expected;
use poolproof::scenario::{self, Scenario};
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Start;
use poolproof_reports::document as doc;
use rayon::prelude::*;

use crate::support::scenarios::load;

const HAZARDS: &str = "scenarios/hazards";
const SIMULATED: &str = "scenarios/hazards/simulated";
const INVALID: &str = "scenarios/invalid";
const LBW: &str = "scenarios/lync-2013-lbw.toml";
const TABLE: &str = "docs/hazards.md";

/// No hazard needs a larger space to be shown.
const STATES_MOST: u64 = 1_000_000;

/// Hazards of the catalogue, H-01 to this one.
const LAST: u32 = 52;

/// What is left out, and why.
const OUT_OF_SCOPE: [(&str, &str, &str); 3] = [
    (
        "H-43",
        "automatic failover of `mgc` but not of `mgccomp`",
        "the two databases are two mirrored sessions; one session is modelled",
    ),
    (
        "H-47",
        "client retries after a lost reply",
        "a post is atomic in the model and clients do not repeat it, so no commit is in doubt",
    ),
    (
        "H-49",
        "uploaded files are not shipped",
        "the files of legacy clients are not in the database",
    ),
];

/// A file of the catalogue with what the checker says about it.
struct Case {
    path: PathBuf,
    scenario: Scenario,
    check: doc::Check,
}

impl Case {
    fn name(&self) -> &str {
        self.path.file_stem().unwrap().to_str().unwrap()
    }

    /// The number of the hazard, `H-01`.
    fn number(&self) -> &str {
        &self.name()[..4]
    }

    fn is_guarded(&self) -> bool {
        self.name().ends_with("-guarded")
    }

    /// The one property that the file is about.
    fn property(&self) -> Property {
        let [property] = self.scenario.check.properties[..] else {
            panic!("{}: not one property", self.name());
        };
        property
    }

    fn verdict(&self) -> &doc::Verdict {
        verdict_on(&self.check, self.property())
    }
}

fn verdict_on(check: &doc::Check, property: Property) -> &doc::Verdict {
    let mut verdicts = check.verdicts.iter();
    verdicts.find(|v| v.property == property.name()).unwrap()
}

/// The scenario files of a directory whose names begin with `H-`, in order.
fn files(directory: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("H-")
        })
        .collect();
    found.sort();
    found
}

fn check(scenario: &Scenario) -> doc::Check {
    verdict::check(scenario, &mut |_| true).document
}

/// Every file of the checker's part, checked once for all tests.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let paths = files(HAZARDS);
    let case = |path: PathBuf| {
        let scenario = load(&path, &[]);
        let check = check(&scenario);
        Case {
            path,
            scenario,
            check,
        }
    };
    paths.into_par_iter().map(case).collect()
});

/// A hazard's file and its sibling with the guard.
fn pairs() -> Vec<(&'static Case, &'static Case)> {
    let (guards, hazards): (Vec<_>, Vec<_>) = CASES.iter().partition(|case| case.is_guarded());
    assert_eq!(guards.len(), hazards.len(), "a file without a sibling");
    let pair = |(hazard, guarded): (&'static Case, &'static Case)| {
        assert_eq!(hazard.number(), guarded.number());
        (hazard, guarded)
    };
    hazards.into_iter().zip(guards).map(pair).collect()
}

#[test]
fn every_file_gives_exactly_the_verdicts_that_it_expects() {
    for case in CASES.iter() {
        let name = case.name();
        for verdict in &case.check.verdicts {
            let found = (&verdict.property, verdict.status);
            assert!(verdict.as_expected, "{name}: {found:?}");
        }
        assert_eq!(case.check.cut_off_by, None, "{name}");
        assert!(case.check.goals.iter().all(|goal| goal.reached), "{name}");
        assert!(case.check.states <= STATES_MOST, "{name}");
    }
}

#[test]
fn every_hazard_violates_what_its_guard_keeps() {
    for (hazard, guarded) in pairs() {
        let (property, name) = (hazard.property(), hazard.name());
        assert_eq!(property, guarded.property(), "{name}");
        let expected = |case: &Case| case.scenario.expect.verdict(property);
        assert_eq!(expected(hazard), Expected::Violated, "{name}");
        assert_eq!(expected(guarded), Expected::Holds, "{name}");
        assert_eq!(hazard.verdict().status, doc::VerdictStatus::Violated);
        assert_eq!(guarded.verdict().status, doc::VerdictStatus::Holds);
        assert!(guarded.check.complete, "{name}");
    }
}

#[test]
fn every_file_says_what_it_is_about() {
    for (hazard, guarded) in pairs() {
        let number = hazard.number();
        let what = hazard.scenario.title.strip_prefix(&format!("{number}: "));
        let with_guard = guarded.scenario.title.strip_prefix(number);
        let with_guard = with_guard.and_then(|rest| rest.strip_prefix(", guarded: "));
        assert!(what.is_some(), "{}", hazard.scenario.title);
        assert_eq!(what, with_guard);
        assert!(!hazard.scenario.description.is_empty());
        assert!(!guarded.scenario.description.is_empty());
    }
}

/// The case of a number: the hazard, not its guard.
fn hazard(number: &str) -> &'static Case {
    let mut hazards = CASES.iter().filter(|case| !case.is_guarded());
    hazards.find(|case| case.number() == number).unwrap()
}

fn guarded(number: &str) -> &'static Case {
    let mut guards = CASES.iter().filter(|case| case.is_guarded());
    guards.find(|case| case.number() == number).unwrap()
}

/// The names of the runbooks of a scenario.
fn runbooks(scenario: &Scenario) -> Vec<&str> {
    let runbooks = scenario.operators.runbooks();
    runbooks.map(|file| file.runbook.name.as_str()).collect()
}

fn assert_holds(check: &doc::Check, properties: &[Property]) {
    assert!(check.complete);
    for property in properties {
        let found = verdict_on(check, *property);
        assert_eq!(found.status, doc::VerdictStatus::Holds, "{:?}", found.reach);
    }
}

/// Handbook 9, last paragraph, and the four tests after this one.
#[test]
fn the_documented_failover_is_clean_while_its_assumption_holds() {
    let scenario = load(Path::new(LBW), &[("check.faults", "1")]);
    assert!(runbooks(&scenario).contains(&"site-failover-documented"));
    assert!(scenario.mirroring.witness.is_some() && scenario.log_shipping.mirror_configured);
    let found = check(&scenario);
    let clean = [
        Property::SplitBrain,
        Property::NoLossUnderOneFault,
        Property::NoFinishedBackupLeftOut,
    ];
    assert_holds(&found, &clean);
    assert!(found.goals.iter().all(|goal| goal.reached), "an empty pass");
}

#[test]
fn without_its_assumption_the_documented_failover_splits_the_brain() {
    let dropped = [
        ("check.faults", "1"),
        ("check.properties", "[\"SB\"]"),
        ("operators.assumption", "dropped"),
        ("operators.site_failback", "none"),
    ];
    let found = check(&load(Path::new(LBW), &dropped));
    let split = verdict_on(&found, Property::SplitBrain);
    assert_eq!(split.status, doc::VerdictStatus::Violated);
    for number in ["H-01", "H-03"] {
        let case = hazard(number);
        assert_eq!(case.property(), Property::SplitBrain);
        assert_eq!(runbooks(&case.scenario), ["site-failover-documented"]);
        assert_eq!(case.verdict().status, doc::VerdictStatus::Violated);
    }
}

#[test]
fn with_a_confirmed_fence_the_split_brain_vanishes() {
    for number in ["H-01", "H-03"] {
        let (open, fenced) = (hazard(number), guarded(number));
        assert_eq!(runbooks(&fenced.scenario), ["site-failover-hardened"]);
        assert_eq!(fenced.scenario.check, open.scenario.check, "{number}");
        assert_eq!(
            fenced.scenario.operators.assumption,
            open.scenario.operators.assumption
        );
        assert_holds(&fenced.check, &[Property::SplitBrain]);
    }
    let fenced = [
        ("check.faults", "1"),
        ("check.properties", "[\"SB\"]"),
        ("operators.assumption", "dropped"),
        (
            "operators.site_failover",
            "runbooks/site-failover-hardened.toml",
        ),
        ("operators.site_failback", "none"),
        (
            "expect.reachable",
            "[\"automatic-failover\", \"failover-to-dc2\"]",
        ),
    ];
    let found = check(&load(Path::new(LBW), &fenced));
    assert_holds(&found, &[Property::SplitBrain]);
    assert!(found.goals.iter().all(|goal| goal.reached), "an empty pass");
}

const DOCUMENTED_FAILBACK: (&str, &str) = (
    "operators.site_failback",
    "../runbooks/site-failback-documented.toml",
);

#[test]
fn the_documented_failback_shows_activation_before_normal_and_writes_after_the_backup() {
    for (number, property) in [
        ("H-16", Property::NothingOverwritten),
        ("H-17", Property::RightSide),
        ("H-18", Property::NothingOverwritten),
    ] {
        let case = hazard(number);
        assert_eq!(case.property(), property);
        // H-18's own file waits for replication, so that only the old sessions are left.
        let found = check(&load(&case.path, &[DOCUMENTED_FAILBACK]));
        let found = verdict_on(&found, property);
        assert_eq!(found.status, doc::VerdictStatus::Violated, "{number}");
        assert_eq!(found.counterexample.as_ref().unwrap().faults, 0, "{number}");
    }
}

/// What a clean failback keeps, from S with nothing newer in DC1.
const CLEAN_FAILBACK: [Property; 6] = [
    Property::SplitBrain,
    Property::NoLoss,
    Property::NothingDestroyed,
    Property::NothingOverwritten,
    Property::RightSide,
    Property::NumbersUnique,
];

#[test]
fn the_hardened_failback_is_clean() {
    let names = CLEAN_FAILBACK.map(|property| format!("\"{}\"", property.name()));
    let properties = format!("[{}]", names.join(", "));
    let clean = guarded("H-18");
    let start = |start: &str| {
        let overrides = [("check.properties", &*properties), ("check.start", start)];
        load(&clean.path, &overrides)
    };
    let scenario = start("failed-over");
    assert!(runbooks(&scenario).contains(&"site-failback-hardened"));
    assert_eq!(scenario.check.start, Start::FailedOver);
    assert!(slices::of_check(&scenario).sessions);
    assert_holds(&check(&scenario), &CLEAN_FAILBACK);

    // With disks that survive, S lacks what they hold from the start (AL, ID), and nothing more
    // is lost: they are salvaged (H-15).
    let kept = [
        Property::SplitBrain,
        Property::NothingDestroyed,
        Property::NothingOverwritten,
        Property::RightSide,
    ];
    assert_holds(&check(&start("failed-over-old-disks")), &kept);
}

/// Minutes of a time in milliseconds.
fn minutes(ms: Option<f64>) -> f64 {
    ms.unwrap() / 60_000.0
}

/// What a pair of simulations shows: the same figure with the hazard and with its guard.
struct Shown {
    what: &'static str,
    unit: &'static str,
    hazard: doc::Estimate,
    guarded: doc::Estimate,
    /// From the figure to its unit.
    scale: fn(Option<f64>) -> f64,
}

impl Shown {
    fn text(&self) -> String {
        let [with, without] = [&self.hazard, &self.guarded].map(|e| (self.scale)(e.value));
        format!(
            "{} {with:.0} {}, guarded {without:.0}",
            self.what, self.unit
        )
    }
}

fn simulated(path: &Path) -> doc::Simulation {
    simulate(&load(path, &[]), &mut |_, _, _| true).document
}

fn column(simulation: &doc::Simulation, name: doc::ColumnName) -> &doc::Column {
    let mut columns = simulation.columns.iter();
    columns.find(|c| c.name == name).unwrap()
}

/// The hazards whose difference is shown on the clock, each simulated once for all tests.
static SHOWN: LazyLock<BTreeMap<&'static str, (PathBuf, Shown)>> = LazyLock::new(|| {
    let pair = |number: &str| {
        let of = |path: &PathBuf| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(number)
        };
        let mut pair = files(SIMULATED).into_iter().filter(of);
        let (guarded, hazard) = (pair.next().unwrap(), pair.next().unwrap());
        assert!(guarded.ends_with(format!("{number}-guarded.toml")));
        let found = [simulated(&hazard), simulated(&guarded)];
        (hazard, found)
    };
    let (share, [with, without]) = pair("H-14");
    let drills = doc::ColumnName::GivenSiteLoss;
    let median = |found| column(found, drills).data_lost_ms.p50.clone();
    let share_shown = Shown {
        what: "median of the data lost given the loss of DC1:",
        unit: "min",
        hazard: median(&with),
        guarded: median(&without),
        scale: minutes,
    };
    let (shipping, [with, without]) = pair("H-31");
    let year = doc::ColumnName::PerYear;
    let nothing_left = |found| column(found, year).no_copy_left.share.clone();
    let shipping_shown = Shown {
        what: "years in which no copy is left, at a disaster of each site in two years:",
        unit: "%",
        hazard: nothing_left(&with),
        guarded: nothing_left(&without),
        scale: |share| share.unwrap() * 100.0,
    };
    [
        ("H-14", (share, share_shown)),
        ("H-31", (shipping, shipping_shown)),
    ]
    .into()
});

#[test]
fn every_simulated_pair_differs_beyond_chance() {
    for (number, (_, shown)) in SHOWN.iter() {
        let (least, most) = (shown.hazard.low.unwrap(), shown.guarded.high.unwrap());
        assert!(least > most, "{number}: {least} ms is not above {most} ms");
    }
    // The copy interval of the backups, at the median: between one half and two of it.
    let share = &SHOWN["H-14"].1;
    let more = minutes(share.hazard.value) - minutes(share.guarded.value);
    assert!((7.5..30.0).contains(&more), "{more} min");
}

/// What validation says about a file: whether it is refused, and the codes and messages that name
/// the hazard.
fn validated(path: &Path, number: &str) -> (bool, Vec<String>) {
    let (refused, found) = match scenario::load(path) {
        Ok(loaded) => (false, loaded.warnings),
        Err(error) => (true, error.diagnostics),
    };
    let named = found
        .iter()
        .filter(|d| d.hazards.iter().any(|h| h == number));
    let texts = named.map(|d| format!("{}: {}", d.code, d.message));
    (refused, texts.collect())
}

/// The files for validation: refused ones stand with the other invalid files.
fn validation_files() -> Vec<PathBuf> {
    let simulated = files(SIMULATED).into_iter();
    let alone = simulated.filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        !SHOWN.keys().any(|number| name.starts_with(number))
    });
    files(INVALID).into_iter().chain(alone).collect()
}

#[test]
fn validation_catches_what_needs_no_search() {
    let path = |number: &str| {
        let mut files = validation_files().into_iter();
        let named = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().contains(number);
        files.find(named).unwrap()
    };
    let no_target = "E0132: the failover to DC2 has no secondary database to go to";
    let found = validated(&path("H-40"), "H-40");
    assert_eq!(found, (true, vec![no_target.to_owned()]));
    let timeout = "W0128: a partner timeout of 5s sees false failures";
    let found = validated(&path("H-41"), "H-41");
    assert_eq!(found, (false, vec![timeout.to_owned()]));
}

/// A row of the table.
struct Row {
    what: String,
    decision: &'static str,
    how: String,
    guard: String,
}

/// A link from the documents to a file.
fn link(text: &str, path: &Path) -> String {
    let path = path.to_str().unwrap().replace('\\', "/");
    format!("[{text}](../{path})")
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

const FOUND: &str = "found by the checker";
const CAUGHT: &str = "caught by validation";
const QUANTIFIED: &str = "quantified by simulation";
const LEFT_OUT: &str = "out of scope";

/// The title of a file without its number, read from the text because an invalid file has none.
fn title(path: &Path, number: &str) -> String {
    let text = fs::read_to_string(path).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let title = table["title"].as_str().unwrap();
    let what = title.strip_prefix(&format!("{number}: "));
    what.unwrap_or_else(|| panic!("{title}")).to_owned()
}

fn rows() -> Vec<(String, Row)> {
    let mut rows = Vec::new();
    for (hazard, guarded) in pairs() {
        let found = hazard.verdict();
        let way = found.counterexample.as_ref().unwrap();
        let row = Row {
            what: link(&title(&hazard.path, hazard.number()), &hazard.path),
            decision: FOUND,
            how: format!(
                "{}: {}, {}. {}",
                found.property,
                counted(way.faults as usize, "fault"),
                counted(way.steps.len(), "step"),
                hazard.scenario.description
            ),
            guard: format!(
                "{}: {}",
                link("holds", &guarded.path),
                guarded.scenario.description
            ),
        };
        rows.push((hazard.number().to_owned(), row));
    }
    for path in validation_files() {
        let number = path.file_name().unwrap().to_str().unwrap()[..4].to_owned();
        let (_, texts) = validated(&path, &number);
        let row = Row {
            what: link(&title(&path, &number), &path),
            decision: CAUGHT,
            how: texts.join("; "),
            guard: String::new(),
        };
        rows.push((number, row));
    }
    for (number, (path, shown)) in SHOWN.iter() {
        let sibling = path.with_file_name(format!("{number}-guarded.toml"));
        let description = load(&sibling, &[]).description;
        let row = Row {
            what: link(&title(path, number), path),
            decision: QUANTIFIED,
            how: shown.text(),
            guard: format!("{}: {description}", link("smaller", &sibling)),
        };
        rows.push(((*number).to_owned(), row));
    }
    for (number, what, why) in OUT_OF_SCOPE {
        let row = Row {
            what: what.to_owned(),
            decision: LEFT_OUT,
            how: format!("because {why}"),
            guard: String::new(),
        };
        rows.push((number.to_owned(), row));
    }
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    rows
}

fn table(rows: &[(String, Row)]) -> String {
    let count = |decision| rows.iter().filter(|(_, r)| r.decision == decision).count();
    let mut text = format!(
        "# What becomes of each hazard\n\n\
         Section 9 of [the handbook](handbook.md) lists {LAST} ways in which a stretched pool can \
         come to harm.\n\
         This is what poolproof makes of each; the table is made from the files by \
         `tests/model/hazards.rs`, which\nfails when it is out of date.\n\n\
         - **{FOUND}** ({}): the checker finds the way to the violation, shortest in faults, \
         then in steps;\n  with the guard the property holds in the whole space.\n\
         - **{CAUGHT}** ({}): a rule names the hazard before anything runs.\n\
         - **{QUANTIFIED}** ({}): a pair of simulations shows what the guard is worth.\n\
         - **{LEFT_OUT}** ({}): the model cannot show it.\n\n\
         | # | Hazard | Decision | How | With the guard |\n\
         |---|---|---|---|---|\n",
        count(FOUND),
        count(CAUGHT),
        count(QUANTIFIED),
        count(LEFT_OUT),
    );
    for (number, row) in rows {
        let Row {
            what,
            decision,
            how,
            guard,
        } = row;
        let line = writeln!(text, "| {number} | {what} | {decision} | {how} | {guard} |");
        line.unwrap();
    }
    text
}

#[test]
fn every_hazard_of_the_handbook_has_one_decision() {
    let rows = rows();
    let numbers: Vec<&str> = rows.iter().map(|(number, _)| number.as_str()).collect();
    let all: Vec<String> = (1..=LAST).map(|n| format!("H-{n:02}")).collect();
    assert_eq!(numbers, all);
    let count = |decision| rows.iter().filter(|(_, r)| r.decision == decision).count();
    assert!(count(FOUND) >= 30);
    assert!(count(LEFT_OUT) <= 6);

    let text = table(&rows);
    if std::env::var_os("POOLPROOF_UPDATE").is_some() {
        fs::write(TABLE, &text).unwrap();
    }
    let stored = fs::read_to_string(TABLE).unwrap_or_default();
    assert_eq!(text, stored, "{TABLE} is out of date");
}
