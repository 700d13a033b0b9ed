//! The promise that no verdict of the library is about an empty search: what a file says has to
//! happen does, and what makes the hazard happens beside its guard as well, unless the guard is
//! that it cannot.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use poolproof::app::document::{result, verdict};
use poolproof::scenario;
use poolproof_reports::document as doc;
use poolproof_reports::findings::{self, Outcome};
use rayon::prelude::*;

use crate::support::scenarios::files;

/// Guards that take away the mistake, the operation, the forced failover, the disaster or the
/// filling disk itself: the step that makes the hazard cannot happen there.
const TAKEN_AWAY: [&str; 22] = [
    "H-04", "H-06", "H-07", "H-08", "H-09", "H-10", "H-11", "H-13", "H-23", "H-25", "H-26", "H-27",
    "H-28", "H-29", "H-30", "H-34", "H-36", "H-44", "H-45", "H-46", "H-48", "H-51",
];

fn name(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

fn checked(path: PathBuf) -> (PathBuf, doc::Check) {
    let loaded = scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
    let check = verdict::check(&loaded.scenario, &mut |_| true).document;
    let document = result::document(&loaded.scenario, &[], "", vec![check.clone()], None);
    let outcome = findings::outcome(&document);
    assert_eq!(
        outcome,
        Outcome::AsExpected,
        "{}: {:?}",
        name(&path),
        check.coverage
    );
    (path, check)
}

#[test]
fn what_makes_the_hazard_happens_beside_its_guard() {
    let files: Vec<PathBuf> = files("scenarios/hazards", "toml").into_iter().collect();
    let (guards, hazards): (Vec<_>, Vec<_>) = files
        .into_par_iter()
        .map(checked)
        .partition(|(path, _)| name(path).ends_with("-guarded"));
    assert!(hazards.len() >= 40 && guards.len() == hazards.len());
    let mut listed = 0;
    for ((hazard, open), (guard, guarded)) in hazards.iter().zip(&guards) {
        let number = &name(hazard)[..4];
        assert_eq!(number, &name(guard)[..4]);
        let fired: BTreeSet<&str> = guarded.events.iter().map(|e| e.event.as_str()).collect();
        let ways = open
            .verdicts
            .iter()
            .filter_map(|v| v.counterexample.as_ref());
        let steps: Vec<&doc::Step> = ways.flat_map(|way| &way.steps).collect();
        assert!(!steps.is_empty(), "{number}");
        let missing: Vec<&str> = steps
            .iter()
            .map(|step| step.event.as_str())
            .filter(|event| !fired.contains(event))
            .collect();
        if TAKEN_AWAY.contains(&number) {
            assert!(
                !missing.is_empty(),
                "{number}: its guard takes nothing away"
            );
            listed += 1;
        } else {
            assert!(
                missing.is_empty(),
                "{number}: the guard's search never sees {missing:?}"
            );
        }
    }
    assert_eq!(listed, TAKEN_AWAY.len());
}

/// The reference files reach their goals with one fault, and every class of faults that they
/// consider happens.
#[test]
fn the_reference_files_are_not_empty() {
    for file in ["lync-2013-lbw", "lync-2013-hbw", "lync-2013-lbw-no-witness"] {
        let path = Path::new("scenarios").join(file).with_extension("toml");
        let overrides = [
            ("check.faults", "1"),
            (
                "check.faults_enabled",
                "[\"component-crash\", \"site-loss\", \"link-cut\"]",
            ),
            ("expect.fires", "[\"runbook-step\", \"share-loss\"]"),
        ];
        let overrides = overrides.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let loaded = scenario::load_with(&path, &overrides).unwrap_or_else(|e| panic!("{e}"));
        let check = verdict::check(&loaded.scenario, &mut |_| true).document;
        assert!(check.complete && !check.goals.is_empty());
        assert!(check.goals.iter().all(|goal| goal.reached), "{file}");
        let fired: Vec<bool> = check.coverage.iter().map(|one| one.fired > 0).collect();
        // A class that is not listed is not considered: the share is never lost.
        assert_eq!(
            fired,
            [true, false, true, true, true],
            "{file}: {:?}",
            check.coverage
        );
    }
}
