//! Small inputs that once gave wrong answers: each file of `scenarios/field/` shows what it says.

use poolproof::app::document::verdict;
use poolproof::scenario::Scenario;
use poolproof_reports::document::Check;
use rayon::prelude::*;

use crate::support::scenarios::{files, load};

/// No case needs a larger space to be shown.
const STATES_MOST: u64 = 3_000_000;

#[test]
fn every_field_case_gives_the_verdicts_in_its_head() {
    let cases = files("scenarios/field", "toml");
    assert!(cases.len() >= 9, "{}", cases.len());
    let wrong: Vec<String> = cases
        .par_iter()
        .flat_map_iter(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let mut wrong = Vec::new();
            let budgets = load(path, &[]).budgets(&[]).expect("no name is asked for");
            for check in budgets.iter().map(document_of) {
                wrong.extend(mistakes(&name, &check));
            }
            wrong
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn document_of(scenario: &Scenario) -> Check {
    verdict::check(scenario, &mut |_| true).document
}

/// What is not as the file says.
fn mistakes(name: &str, check: &Check) -> Vec<String> {
    let mut wrong = Vec::new();
    for verdict in check.verdicts.iter().filter(|v| !v.as_expected) {
        wrong.push(format!("{name}: {} {:?}", verdict.property, verdict.status));
    }
    for goal in check.goals.iter().filter(|goal| !goal.reached) {
        wrong.push(format!("{name}: {} is not reached", goal.name));
    }
    if !check.complete || check.states > STATES_MOST {
        wrong.push(format!("{name}: {} states", check.states));
    }
    wrong
}
