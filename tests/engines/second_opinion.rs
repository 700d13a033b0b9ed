//! The promise of a second opinion: `check --engine stateright` gives Stateright's own verdicts and
//! counts, agrees with our own search on the library, and says when a limit kept it from an answer.

use std::fs;
use std::path::{Path, PathBuf};

use poolproof::app::check::{CheckRequest, check};
use poolproof::app::evaluation::Evaluation;
use poolproof::app::limits::SearchLimits;
use poolproof::app::reproduction::Reproduction;
use poolproof::app::{ErrorKind, Execution};
use poolproof::scenario;
use poolproof_reports::document::{Check, SecondOpinion, VerdictStatus};

fn files(directory: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    found.sort();
    found
}

fn checked(path: &Path, overrides: &[(&str, &str)]) -> Evaluation {
    let overrides: Vec<(String, String)> = overrides
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let loaded = scenario::load_with(path, &overrides).unwrap_or_else(|error| panic!("{error}"));
    let request = CheckRequest {
        loaded: &loaded,
        budgets: &[],
        limits: &SearchLimits::default(),
        second_opinion: true,
        command: &Reproduction::new("check"),
    };
    check(&request, &Execution::PLAIN).unwrap()
}

fn both(evaluation: &Evaluation) -> (&Check, &SecondOpinion) {
    let check = evaluation.document.checks.first().unwrap();
    (check, check.second_opinion.as_ref().unwrap())
}

/// Every verdict that both give is the same, and at least one property is decided.
fn assert_agreement(path: &Path, evaluation: &Evaluation) {
    let name = path.display();
    assert_eq!(evaluation.problems, [], "{name}");
    let (check, opinion) = both(evaluation);
    assert!(opinion.complete, "{name}");
    let mut compared = 0;
    for theirs in &opinion.verdicts {
        let mut ours = check.verdicts.iter();
        let ours = ours.find(|ours| ours.property == theirs.property).unwrap();
        assert_eq!(ours.status, theirs.status, "{name}: {}", theirs.property);
        assert_eq!(
            theirs.steps.is_some(),
            theirs.status == VerdictStatus::Violated
        );
        compared += 1;
    }
    assert!(
        compared >= 4,
        "{name}: the invariants of mirroring at least"
    );
    if check.complete {
        assert_eq!(
            (check.states, check.transitions),
            (opinion.states, opinion.transitions),
            "{name}"
        );
    }
}

#[test]
fn stateright_agrees_on_every_part() {
    for path in files("scenarios/parts") {
        assert_agreement(&path, &checked(&path, &[]));
    }
}

#[test]
fn stateright_agrees_on_the_oracles() {
    for path in files("scenarios/oracles") {
        assert_agreement(&path, &checked(&path, &[("check.faults", "1")]));
    }
}

#[test]
fn stateright_agrees_on_hazards_and_their_guarded_siblings() {
    for name in [
        "H-01-failover-during-partition",
        "H-01-guarded",
        "H-05-resume-without-looking",
        "H-05-guarded",
        "H-23-ad-hoc-log-backup",
        "H-23-guarded",
    ] {
        let path = Path::new("scenarios/hazards").join(format!("{name}.toml"));
        assert_agreement(&path, &checked(&path, &[("check.faults", "1")]));
    }
}

/// RC is about what can follow a state: Stateright does not decide it, and says nothing.
#[test]
fn what_stateright_cannot_decide_is_left_out() {
    let evaluation = checked(Path::new("scenarios/parts/pool-servers.toml"), &[]);
    let (check, opinion) = both(&evaluation);
    assert!(check.verdicts.iter().any(|one| one.property == "RC"));
    assert!(opinion.verdicts.iter().all(|one| one.property != "RC"));
}

/// What is open at a limit is undecided, what was found violated before stays violated, and the
/// run says that Stateright gave no complete answer.
#[test]
fn a_limit_of_states_leaves_the_rest_undecided() {
    let path = Path::new("scenarios/parts/mirror-pair.toml");
    let evaluation = checked(path, &[("check.states_limit", "1000")]);
    let (_, opinion) = both(&evaluation);
    assert!(!opinion.complete);
    assert!(opinion.states < 1_849, "{} states", opinion.states);
    let undecided = |one: &_| *one == VerdictStatus::Undecided;
    assert!(
        opinion
            .verdicts
            .iter()
            .map(|one| one.status)
            .all(|s| undecided(&s))
    );
    let kinds: Vec<_> = evaluation.problems.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [ErrorKind::Undecided]);
    let again = checked(path, &[("check.states_limit", "1000")]);
    assert_eq!(
        evaluation.document, again.document,
        "on one thread, the same bytes"
    );
}
