//! The promise of `advise`: what is advised meets every objective at least cost, no candidate that
//! breaks a property is advised, and more trials or threads do not change the advice.

use std::fs;
use std::path::Path;
use std::process::Output;

use poolproof_reports::advice::{
    AdviceCandidate, AdviceDocument, AdviceOutcome, AdviceSearch, CandidateStatus, RaceEnd, SCHEMA,
};

use crate::support::program::{poolproof, stderr, stdout};
#[cfg(unix)]
use crate::support::shell::shell;

const LBW: &str = "scenarios/lync-2013-lbw.toml";

/// A search that takes no time.
const ONE_FAULT: [&str; 4] = ["--set", "check.faults=1", "--set", "check.mistakes=0"];

/// Few trials.
const FEW: [&str; 4] = ["--trials", "400", "--set", "simulate.drill_trials=400"];

/// Only a share that survives DC1 meets it.
const LITTLE_LOST: &str = "expect.objectives=['given_site_loss.data_lost.p95 <= \"24min\"']";

const SHARE: [&str; 2] = ["--vary", "log_shipping.share=DC2"];

fn run(objectives: &str, more: &[&str]) -> Output {
    let base = ["advise", LBW, "--set", objectives];
    poolproof(&[&base, &ONE_FAULT[..], more].concat())
}

fn advised(objectives: &str, code: i32, more: &[&str]) -> AdviceDocument {
    let output = run(objectives, &[more, &["--format", "json"]].concat());
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{more:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn without_sensitivities(objectives: &str, code: i32, more: &[&str]) -> AdviceDocument {
    let more = [&FEW[..], &["--no-sensitivities"], more].concat();
    advised(objectives, code, &more)
}

#[test]
fn the_only_candidate_that_meets_the_objective_is_advised() {
    let found = without_sensitivities(LITTLE_LOST, 0, &SHARE);
    assert_eq!(found.schema, SCHEMA);
    assert_eq!(found.outcome, AdviceOutcome::Advised);
    let statuses: Vec<_> = found.candidates.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [CandidateStatus::Meets, CandidateStatus::Misses]);
    assert_eq!(found.candidates[0].changes, ["log_shipping.share = DC2"]);
    // The simulator alone says the same of each.
    for (share, code) in [("DC1", 1), ("DC2", 0)] {
        let share = format!("log_shipping.share={share}");
        let set = ["simulate", LBW, "--set", &share, "--set", LITTLE_LOST];
        let output = poolproof(&[&set, &FEW[..]].concat());
        assert_eq!(output.status.code(), Some(code), "{share}");
    }
}

#[test]
fn the_cheapest_of_those_that_meet_the_objectives_is_advised() {
    let prices = ["--set", "cost.database_server=100/year"];
    let mirror = ["--vary", "secondary.mirror=false"];
    let more = [&SHARE[..], &prices, &mirror].concat();
    let found = without_sensitivities(LITTLE_LOST, 0, &more);
    let best = &found.candidates[0];
    let changes = ["log_shipping.share = DC2", "secondary.mirror = false"];
    assert_eq!(best.changes, changes);
    // A, B and S; SM is the fourth.
    assert_eq!(best.cost_per_year, Some(300.0));
    assert!(best.on_front);
    let meeting = found.candidates.iter();
    let meeting = meeting.filter(|one| one.status == CandidateStatus::Meets);
    assert_eq!(meeting.count(), 2);
}

#[cfg(unix)]
#[test]
fn a_candidate_that_breaks_a_property_is_out_and_the_command_shows_why() {
    let runbook = "operators.site_failover=runbooks/site-failover-without-next-hop.toml";
    let more = [
        "--vary",
        runbook,
        "--vary",
        "log_shipping.mirror_configured=false",
    ];
    let found = without_sensitivities(LITTLE_LOST, 1, &more);
    let [nearest, out] = &found.candidates[..] else {
        panic!("{:?}", found.candidates);
    };
    assert_eq!(
        (found.outcome, found.binding),
        (AdviceOutcome::NoneMeets, Some(0))
    );
    assert!(nearest.changes.is_empty());
    assert_eq!((out.status, out.trials), (CandidateStatus::Unsafe, 0));
    let broken = &out.properties[0];
    assert_eq!((broken.property.as_str(), broken.faults), ("UQ", Some(1)));
    let shown = shell(&broken.command, ".".as_ref()).output().unwrap();
    assert_eq!(shown.status.code(), Some(1), "{}", stderr(&shown));
    let steps = format!("(1 fault, {} steps)", broken.steps.unwrap());
    assert!(stdout(&shown).contains(&steps), "{}", stdout(&shown));
    // A mirror that does not ship breaks a rule of the handbook: no candidate.
    assert_eq!(found.invalid.len(), 2);
    assert!(found.invalid.iter().all(|one| one.code == "V18 (E0118)"));
}

#[test]
fn where_nothing_meets_the_objectives_the_answer_says_what_binds() {
    let objectives = "expect.objectives=['given_site_loss.time_to_recover.p95 <= \"1h\"', \
                      'per_year.outage.mean <= \"30d\"']";
    // Without a witness the recovery from the loss of DC1 is the same, and the outage is longer.
    let more = ["--vary", "mirroring.witness=none", "--no-sensitivities"];
    let output = run(objectives, &[&FEW[..], &SHARE, &more].concat());
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert!(
        text.starts_with("No candidate meets every objective."),
        "{text}"
    );
    assert!(
        text.contains("(a) binds: 4 of 4 safe candidates miss it"),
        "{text}"
    );
    // A share in DC2 saves files that people then copy and restore, which takes them time.
    let nearest = "The nearest is [1], the scenario as it is.\nIt misses (a)";
    assert!(text.contains(nearest), "{text}");
    let passes = "of an average recovery pass before people";
    assert!(text.contains(passes), "{text}");
    assert!(text.contains("Reproduce with: poolproof advise"), "{text}");
    for line in text.lines().filter(|line| !line.contains("poolproof ")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn threads_do_not_matter() {
    let of = |threads: &str| {
        let short = ["--set", "simulate.horizon=30d", "--threads", threads];
        run(LITTLE_LOST, &[&FEW[..], &SHARE, &short].concat()).stdout
    };
    let one = of("1");
    assert!(!one.is_empty());
    assert!(one == of("2"), "the advice differs");
}

#[test]
fn more_trials_give_the_same_advice_and_are_not_spent_on_what_is_out() {
    let many = ["--trials", "3200", "--set", "simulate.drill_trials=3200"];
    let more = [&many[..], &SHARE, &["--no-sensitivities"]].concat();
    let (few, many) = (
        without_sensitivities(LITTLE_LOST, 0, &SHARE),
        advised(LITTLE_LOST, 0, &more),
    );
    let of = |found: &AdviceDocument| {
        let each = found.candidates.iter();
        let each = each.map(|one| (one.changes.clone(), one.status));
        each.collect::<Vec<_>>()
    };
    assert_eq!(of(&few), of(&many));
    assert!(
        many.candidates.iter().all(|one| one.trials == 400),
        "an eighth is enough"
    );
}

/// Without a witness nothing fails over by itself, as `compare` shows too: the outage is longer.
#[test]
fn of_two_that_meet_the_objectives_the_one_with_more_outage_leaves() {
    let objectives = "expect.objectives=['per_year.outage.mean <= \"30d\"']";
    let amounts = ["--trials", "1000", "--set", "simulate.drill_trials=100"];
    let witness = ["--vary", "mirroring.witness=none", "--no-sensitivities"];
    let found = advised(objectives, 0, &[&amounts[..], &witness].concat());
    let each = found.candidates.iter().map(|one| (one.status, one.ended));
    let each: Vec<_> = each.collect();
    let meets = CandidateStatus::Meets;
    assert_eq!(each, [(meets, None), (meets, Some(RaceEnd::MoreOutage))]);
    assert!(found.candidates[0].trials < 1_000);
}

#[test]
fn what_the_search_leaves_open_is_not_safe() {
    let limit = ["--set", "check.states_limit=1000"];
    let found = without_sensitivities(LITTLE_LOST, 4, &[&SHARE[..], &limit].concat());
    let open = |one: &AdviceCandidate| one.status == CandidateStatus::SafetyUndecided;
    assert!(found.candidates.iter().all(open));
    assert_eq!(
        (found.outcome, found.best_command),
        (AdviceOutcome::Undecided, None)
    );
}

/// The limit is the exact mean outage of the first year, so that every decision would be wrong.
#[test]
fn on_the_edge_nothing_is_decided_more_often_than_stated() {
    let limit = "expect.objectives=['per_year.outage.mean <= \"31518888ms\"']";
    let modes = ["\"2h\"", "{ uniform = [\"1h\", \"3h\"] }"]
        .map(|repair| format!("[{{ rate = \"0.0005/h\", repair = {repair} }}]"));
    let modes = format!("failures.database_server={}", modes.join(","));
    let wrong = (0..30).filter(|seed| {
        let m1 = ["advise", "scenarios/oracles/m1.toml", "--trials", "1600"];
        let set = ["--set", "check.faults=0", "--set", limit, "--vary", &modes];
        let seed = ["--seed", &seed.to_string(), "--no-sensitivities"];
        let output = poolproof(&[&m1[..], &set, &seed].concat());
        let code = output.status.code().unwrap();
        assert!([0, 1, 4].contains(&code), "{}", stderr(&output));
        code != 4
    });
    // Measured over 1,000 seeds: 8 of them.
    let wrong = wrong.count();
    assert!(wrong <= 2, "{wrong} of 30");
}

#[test]
fn an_assumption_that_changes_the_advice_is_named() {
    let objectives = "expect.objectives=['given_site_loss.time_to_recover.p50 <= \"3h 10min\"']";
    let amounts = [
        "--trials",
        "100",
        "--set",
        "simulate.drill_trials=2400",
        "--set",
        "simulate.horizon=30d",
    ];
    let found = advised(objectives, 0, &[&amounts[..], &SHARE].concat());
    let of = |words: &str, factor: f64| {
        let mut all = found.sensitivities.iter();
        let one = all.find(|one| one.assumption.contains(words) && one.factor == factor);
        one.unwrap_or_else(|| panic!("{words}")).changes
    };
    assert_eq!(of("to decide", 2.0), Some(true));
    assert_eq!(of("to decide", 0.5), Some(false));
    assert_eq!(of("link between the data centres", 2.0), Some(false));
}

#[test]
fn many_combinations_are_searched_one_decision_at_a_time() {
    let vary = ["backup", "copy", "restore"]
        .map(|job| format!("log_shipping.{job}_interval=5min,10min,20min"));
    let few = ["--trials", "100", "--set", "simulate.drill_trials=200"];
    let short = ["--set", "simulate.horizon=30d", "--no-sensitivities"];
    let vary = ["--vary", &vary[0], "--vary", &vary[1], "--vary", &vary[2]];
    let objectives = "expect.objectives=['given_site_loss.data_lost.p50 <= \"1s\"']";
    let more = [&vary[..], &SHARE, &few, &short].concat();
    let found = advised(objectives, 1, &more);
    let AdviceSearch::OneAtATime { combinations, .. } = found.search else {
        panic!("{:?}", found.search);
    };
    assert_eq!(combinations, 128);
    assert!(found.candidates.len() < 64, "{}", found.candidates.len());
    let best = found.candidates[0].changes.join(", ");
    assert!(best.contains("backup_interval = 5min"), "{best}");
    assert!(best.contains("share = DC2"), "{best}");
}

#[test]
fn questions_that_have_no_answer_are_refused() {
    let output = poolproof(&["advise", LBW]);
    let errors = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert!(errors.contains("has no objectives"), "{errors}");
    assert!(errors.contains("[expect]"), "{errors}");
    let days: Vec<String> = (1..=65).map(|days| format!("{days}min")).collect();
    let many = format!("log_shipping.backup_interval={}", days.join(","));
    for (more, why) in [
        (
            vec!["--vary", "check.faults=2"],
            "no decision about the pool",
        ),
        (
            vec![
                "--vary",
                "secondary.mirror=false",
                "--together",
                "secondary.mirror=true",
            ],
            "twice",
        ),
        (vec!["--vary", "nonsense"], "PATH=V1,V2"),
        (vec!["--together", "a.b=1,2"], "more than one value"),
        (vec!["--together", "a.b=1;a.b=2"], "sets `a.b` twice"),
        (vec!["--vary", "a.b=1,'1'"], "has the choice `'1'` twice"),
        (vec!["--vary", &many], "at most 64"),
    ] {
        let output = run(LITTLE_LOST, &more);
        let errors = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {errors}");
        assert!(errors.contains(why), "{more:?}: {errors}");
    }
}

/// The choices that the file declares are the candidates, with their costs, and are in the report.
#[test]
fn declared_decisions_vary_and_cost() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("advise-report");
    let _ = fs::remove_dir_all(&out);
    let file = ["advise", "scenarios/advice/what-may-vary.toml"];
    let out_option = ["--out", out.to_str().unwrap(), "--format", "json"];
    let more = [&ONE_FAULT[..], &FEW, &["--no-sensitivities"], &out_option];
    let output = poolproof(&[&file, &more.concat()[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let found: AdviceDocument = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found.candidates.len(), 12);
    // A, B and S at 12,000 each, and the share in DC2 at 600.
    let best = &found.candidates[0];
    let changes = ["log_shipping.share = DC2", "secondary.mirror = false"];
    assert_eq!(best.changes, changes);
    assert_eq!(best.cost_per_year, Some(36_600.0));
    let staffed = found.candidates.iter();
    let staffed = staffed.filter(|one| one.cost_per_year > Some(90_000.0));
    assert_eq!(staffed.count(), 6);
    let written = |name: &str| fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(written("advice.json"), stdout(&output));
    assert_eq!(written("advice.csv").lines().count(), 13);
    assert!(written("index.html").contains(&found.command));
    // Its own report is replaced, and what somebody else wrote is not.
    fs::write(out.join("index.html"), "mine").unwrap();
    let output = poolproof(&[&file, &more.concat()[..]].concat());
    assert_eq!(output.status.code(), Some(74), "{}", stderr(&output));
}
