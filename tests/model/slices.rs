//! The promise that no verdict is vacuous: a property that reads a part of the system is judged
//! with it, or is not checked.

use std::path::PathBuf;

use poolproof::app::compile::slices;
use poolproof::app::document::{result, verdict};
use poolproof::scenario::{self, Scenario};
use poolproof_models::names::property::Property;
use poolproof_models::names::slice::Slice;
use poolproof_models::state::topology::Slices;
use poolproof_reports::document::{Check, Reach, Reduction, VerdictStatus};
use poolproof_reports::findings::{self, Outcome};

use crate::support::scenarios::{files, load};

const LBW: &str = "scenarios/lync-2013-lbw.toml";

/// The hazards that need a part of the system that can be left out.
const HAZARDS: [(&str, Slice); 9] = [
    ("H-02", Slice::FrontEnd),
    ("H-18", Slice::Sessions),
    ("H-25", Slice::Retention),
    ("H-32", Slice::Storage),
    ("H-33", Slice::PartnerNames),
    ("H-42", Slice::Grey),
    ("H-44", Slice::Compliance),
    ("H-45", Slice::Compliance),
    ("H-48", Slice::LogFull),
];

fn check(scenario: &Scenario) -> Check {
    verdict::check(scenario, &mut |_| true).document
}

fn outcome(scenario: &Scenario, check: &Check) -> Outcome {
    let document = result::document(scenario, &[], "", vec![check.clone()], None);
    findings::outcome(&document)
}

fn hazard(number: &str) -> PathBuf {
    let is_it = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy();
        name.starts_with(number) && !name.ends_with("guarded")
    };
    files("scenarios/hazards", "toml")
        .into_iter()
        .find(is_it)
        .unwrap()
}

#[test]
fn a_property_switches_on_what_it_reads() {
    for (number, slice) in HAZARDS {
        let scenario = load(hazard(number), &[]);
        let [property] = scenario.check.properties[..] else {
            panic!("{number} checks one property");
        };
        assert_eq!(scenario.check.slices, None, "{number} lists nothing");
        assert!(property.reads().contains(&slice), "{number}");
        assert!(slices::of_check(&scenario).has(slice), "{number}");
    }
}

#[test]
fn without_what_it_reads_a_property_is_not_checked() {
    for (number, slice) in HAZARDS {
        let scenario = load(hazard(number), &[("check.slices", "[]")]);
        let check = check(&scenario);
        let property = scenario.check.properties[0].name();
        let verdict = check.verdicts.iter().find(|one| one.property == property);
        let verdict = verdict.unwrap();
        assert_eq!(verdict.status, VerdictStatus::NotChecked, "{number}");
        assert_eq!(verdict.reach, Reach::LeftOut);
        let named: Vec<&str> = verdict
            .left_out
            .iter()
            .map(|one| one.slice.as_str())
            .collect();
        assert!(named.contains(&slice.name()), "{number}: {named:?}");
        assert!(!verdict.as_expected);
        assert_eq!(outcome(&scenario, &check), Outcome::Differs, "{number}");
    }
}

#[test]
fn not_even_an_expectation_that_it_holds_is_met_without_it() {
    let scenario = load(
        LBW,
        &[
            ("check.faults", "1"),
            ("check.mistakes", "0"),
            ("check.properties", "[\"CO\"]"),
            ("check.without", "[\"compliance\", \"storage\"]"),
            ("expect.reachable", "[]"),
        ],
    );
    let check = check(&scenario);
    let verdict = &check
        .verdicts
        .iter()
        .find(|one| one.property == "CO")
        .unwrap();
    assert_eq!(verdict.status, VerdictStatus::NotChecked);
    assert_eq!(outcome(&scenario, &check), Outcome::Differs);
    // With the records it is violated by one fault.
    let with = load(
        LBW,
        &[
            ("check.faults", "1"),
            ("check.mistakes", "0"),
            ("check.properties", "[\"CO\"]"),
            ("expect.CO", "violated"),
            ("expect.reachable", "[]"),
        ],
    );
    let check = self::check(&with);
    assert_eq!(outcome(&with, &check), Outcome::AsExpected);
}

#[test]
fn what_is_assumed_away_is_named_with_the_verdict() {
    let scenario = load(hazard("H-19").with_file_name("H-19-guarded.toml"), &[]);
    assert!(!scenario.check.without.is_empty());
    let check = check(&scenario);
    let reductions = serde_json::to_string(&check.reductions).unwrap();
    for slice in &scenario.check.without {
        assert!(reductions.contains(slice.name()), "{reductions}");
    }
    assert!(check.verdicts.iter().all(|one| one.left_out.is_empty()));
}

/// A fence that cannot fail within the budget is an assumption.
#[test]
fn what_a_verdict_rests_on_is_named() {
    let rests_on_a_fence = |mistakes| {
        let path = "scenarios/hazards/H-03-guarded.toml";
        let limits = [("check.faults", "1"), ("check.limits.mistake", mistakes)];
        let reductions = check(&load(path, &limits)).reductions;
        let mut fences = reductions.iter();
        fences.any(|one| matches!(one, Reduction::FenceHolds(_)))
    };
    assert!(rests_on_a_fence("0"));
    assert!(!rests_on_a_fence("1"));
}

/// Lost disks have a rate in the reference file, so the simulator plays them.
#[test]
fn what_the_simulator_plays_is_searched() {
    let scenario = load(LBW, &[]);
    assert!(slices::of_check(&scenario).storage);
    let never = load(
        LBW,
        &[(
            "failures.database_server",
            "[{ rate = \"1/year\", repair = \"1h\", destructive = 0.0 }]",
        )],
    );
    assert!(!slices::of_check(&never).storage);
    let check = scenario::load(LBW.as_ref()).unwrap().scenario.check;
    assert!(check.properties.contains(&Property::NeverStuck));
    assert!(check.properties.contains(&Property::ServiceReturns));
}

#[test]
fn every_slice_is_switched_by_its_name() {
    for slice in Slice::ALL {
        let on = Slices::default().with(slice);
        let others = Slice::ALL.into_iter().filter(|other| *other != slice);
        assert!(on.has(slice) && !others.into_iter().any(|other| on.has(other)));
    }
}
