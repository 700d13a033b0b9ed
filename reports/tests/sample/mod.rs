//! A document made by hand, for the tests of this crate and of its callers.
//!
//! It looks like the result of a real scenario, with one property of each verdict, but its
//! figures are invented: nothing here may be quoted.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses a part of the sample"
)]

use poolproof_reports::document::*;
use poolproof_reports::figure::Figure;

mod entries;
mod parts;
mod scenario;

pub use entries::{entry, refused};
use parts::{cut_sets, estimate, examples, exceedance, incidents_by_length};
use scenario::scenario;

const MINUTE_MS: f64 = 60_000.0;

/// Returns a document with every part filled in.
pub fn document() -> ResultDocument {
    ResultDocument {
        schema: SCHEMA.to_owned(),
        identity: document_identity(),
        scenario: scenario(),
        checks: vec![check()],
        simulation: Some(simulation()),
        cut_sets: Some(cut_sets()),
        objectives: objectives(),
    }
}

fn document_identity() -> RunIdentity {
    RunIdentity {
        poolproof_version: "0.1.0".to_owned(),
        build: "0123abc".to_owned(),
        scenario_name: "sample".to_owned(),
        scenario_digest: "9f2c41d07be85a36".to_owned(),
        seed: 42,
        scenario_path: "scenarios/sample.toml".to_owned(),
        overrides: Vec::new(),
        command: "poolproof evaluate scenarios/sample.toml --seed 42".to_owned(),
    }
}

/// Returns a document whose search has three budgets, with a verdict of its own in each.
pub fn budgets() -> ResultDocument {
    let mut document = document();
    let check = document.checks.remove(0);
    let within = |name: &str| Check {
        name: Some(name.to_owned()),
        ..check.clone()
    };
    let mut holds = within("one fault");
    holds.verdicts.truncate(1);
    holds.goals.truncate(1);
    let mut broken = within("a mistake");
    broken.verdicts.truncate(2);
    broken.goals.truncate(1);
    document.checks = vec![holds, within("two faults"), broken];
    document
}

/// Returns a document in which nothing was checked and nothing was simulated.
pub fn empty() -> ResultDocument {
    ResultDocument {
        checks: Vec::new(),
        simulation: None,
        cut_sets: None,
        objectives: Vec::new(),
        ..document()
    }
}

/// Returns a document whose simulation saw no incident and ran no drill.
pub fn quiet() -> ResultDocument {
    let mut document = document();
    if let Some(simulation) = &mut document.simulation {
        simulation.drill_trials = 0;
        simulation.availability = exactly(1.0, 10_000);
        simulation.unavailability = exactly(0.0, 10_000);
        simulation.mean_outage_ms_per_year = exactly(0.0, 10_000);
        simulation.unplanned_outage_ms_per_year = exactly(0.0, 10_000);
        simulation.planned_outage_ms_per_year = exactly(0.0, 10_000);
        simulation.user_minutes_per_year = exactly(0.0, 10_000);
        simulation.incidents_by_length.clear();
        simulation.outage_by_cause.clear();
        simulation.outage_exceedance.clear();
        simulation.data_lost_exceedance.clear();
        simulation.examples.clear();
        for column in &mut simulation.columns {
            let n = if column.name == ColumnName::PerYear {
                10_000
            } else {
                0
            };
            column.n = n;
            column.time_ms = nothing(n);
            column.data_lost_ms = nothing(n);
            column.messages_lost = nothing(n);
            column.any_loss = estimate((n > 0).then_some(0.0), None, (n > 0).then_some(0.000_3), n);
            column.time_cdf.clear();
            column.data_lost_cdf.clear();
        }
    }
    document
}

/// Returns a document whose violation nobody expected.
pub fn unexpected() -> ResultDocument {
    let mut document = document();
    for verdict in document
        .checks
        .iter_mut()
        .flat_map(|check| &mut check.verdicts)
    {
        verdict.expected = VerdictStatus::Holds;
        verdict.as_expected = verdict.status == VerdictStatus::Holds;
    }
    for check in &mut document.checks {
        let coverage = |event: &str, fired, complete| Coverage {
            event: event.to_owned(),
            listed_in: ListedIn::ExpectFires,
            fired,
            complete,
        };
        check.coverage = vec![
            coverage("site-loss:DC1", 88_120, true),
            coverage("witness-vote:late", 0, true),
            coverage("witness-vote", 0, false),
        ];
    }
    document
}

/// Returns two incidents, one of them still going on at the horizon.
pub fn incidents() -> Vec<Incident> {
    let first = Incident {
        trial: 3,
        start_ms: 86_400_000,
        end_ms: Some(86_490_000),
        cause: Cause::PoolServer,
        detect_ms: 30_000,
        decide_ms: 0,
        act_ms: 0,
        recover_ms: 20_000,
        reconnect_ms: 40_000,
        data_lost_ms: 0,
        messages_lost: 0,
        loss_cause: None,
    };
    let second = Incident {
        trial: 17,
        end_ms: None,
        cause: Cause::SiteDisaster,
        decide_ms: 3_600_000,
        data_lost_ms: 540_000,
        messages_lost: 1_080,
        loss_cause: Some(LossCause::SiteLost),
        ..first.clone()
    };
    vec![first, second]
}

fn check() -> Check {
    let text = str::to_owned;
    Check {
        name: None,
        budget: Budget {
            faults: 2,
            mistakes: None,
            per_class: vec![ClassLimit {
                class: FaultClass::SiteLoss,
                faults: 1,
            }],
        },
        limits: Limits {
            states: 20_000_000,
            time_ms: None,
            bytes: None,
        },
        states: 1_284_331,
        transitions: 7_902_118,
        depth: 43,
        complete: true,
        cut_off_by: None,
        swarm: None,
        second_opinion: None,
        collision_odds: 4.471_037_2e-8,
        reductions: vec![Reduction::InterchangeableServers],
        verdicts: vec![
            Verdict {
                property: text("AL0"),
                title: text("no loss under one fault"),
                meaning: text(
                    "No acknowledged message is lost under at most one fault that is not the \
                     loss of a site.",
                ),
                status: VerdictStatus::Holds,
                expected: VerdictStatus::Holds,
                as_expected: true,
                reach: Reach::EveryState,
                left_out: Vec::new(),
                counterexample: None,
            },
            Verdict {
                property: text("SB"),
                title: text("no split brain"),
                meaning: text("Two histories are never both acknowledged."),
                status: VerdictStatus::Violated,
                expected: VerdictStatus::Violated,
                as_expected: true,
                reach: Reach::Shortest {
                    faults: 2,
                    steps: 4,
                },
                left_out: Vec::new(),
                counterexample: Some(counterexample()),
            },
            Verdict {
                property: text("RC"),
                title: text("service can return"),
                meaning: text(
                    "From every reachable state, without further faults, service is reached.",
                ),
                status: VerdictStatus::Undecided,
                expected: VerdictStatus::Holds,
                as_expected: false,
                reach: Reach::NoTrap {
                    states: 1_000_000,
                    complete_up_to: Some(1),
                },
                left_out: Vec::new(),
                counterexample: None,
            },
        ],
        goals: vec![
            Goal {
                name: text("failed-over"),
                title: text("service runs in DC2"),
                reached: true,
                expected: true,
                complete: true,
                witness: None,
            },
            Goal {
                name: text("failed-back"),
                title: text("service is back in DC1"),
                reached: false,
                expected: true,
                complete: false,
                witness: None,
            },
        ],
        coverage: Vec::new(),
        events: vec![
            EventCount {
                event: text("crash:pchat-1"),
                fired: 201_334,
            },
            EventCount {
                event: text("site-loss:DC1"),
                fired: 88_120,
            },
        ],
        never_fired: vec![text("witness-vote:late")],
    }
}

/// Returns the shortest path to the violation of the sample.
pub fn counterexample() -> Counterexample {
    let step = |number, actor: &str, event: &str, words: &str, changes: &[&str], fault| Step {
        number,
        actor: actor.to_owned(),
        event: event.to_owned(),
        kind: event.split(':').next().unwrap_or_default().to_owned(),
        component: event.split(':').nth(1).unwrap_or_default().to_owned(),
        sites: vec![
            if (2..4).contains(&number) {
                "DC2"
            } else {
                "DC1"
            }
            .to_owned(),
        ],
        fault,
        text: words.to_owned(),
        changes: changes.iter().map(|change| (*change).to_owned()).collect(),
        at_ms: None,
        state: Vec::new(),
        links: Vec::new(),
    };
    Counterexample {
        faults: 2,
        start: Start::default(),
        steps: vec![
            step(
                1,
                "DC1",
                "site-outage:DC1",
                "DC1 loses power; its disks survive.",
                &["DC1: up → down", "service: on → off"],
                Some(FaultClass::SiteLoss),
            ),
            step(
                2,
                "operator",
                "restore-with-recovery:sql-c",
                "The operator recovers the log-shipping secondary.",
                &["sql-c: restoring → online, timeline 2"],
                None,
            ),
            step(
                3,
                "pool",
                "serve:DC2",
                "The pool starts in DC2 and acknowledges messages.",
                &["service: off → on in DC2", "timeline 2: acknowledged"],
                None,
            ),
            step(
                4,
                "DC1",
                "late-return:DC1",
                "DC1 comes back with its old state, which nobody fenced.",
                &["DC1: down → up", "sql-a: principal on timeline 1"],
                Some(FaultClass::LateReturn),
            ),
        ],
        cause: "The old principal was never fenced, so both sites acknowledge messages.".to_owned(),
        loss_cause: None,
    }
}

/// Returns the same path, with how everything stands after each step.
pub fn counterexample_with_state() -> Counterexample {
    let mut path = counterexample();
    let state = |holder: &str, site: Option<&str>, role, up, messages: &[u32]| HolderState {
        holder: holder.to_owned(),
        site: site.map(str::to_owned),
        role,
        up,
        content: if messages.is_empty() {
            Content::NoLog
        } else {
            Content::Messages(messages.to_vec())
        },
    };
    let link = |name: &str, ends: [&str; 2], cut| LinkState {
        link: name.to_owned(),
        ends: ends.map(str::to_owned),
        cut,
        believed: !cut,
    };
    for step in &mut path.steps {
        let dc1_up = step.number == 4;
        let dc2_serves = step.number >= 3;
        let c_role = if step.number >= 2 {
            HolderRole::Principal
        } else {
            HolderRole::Restoring
        };
        let c_holds: &[u32] = if dc2_serves { &[1, 2] } else { &[1] };
        let pool = if dc2_serves {
            HolderRole::ServesUsers
        } else {
            HolderRole::Idle
        };
        let (dc1, dc2) = (Some("DC1"), Some("DC2"));
        step.state = vec![
            state("pchat-1", dc1, HolderRole::Active, dc1_up, &[]),
            state("sql-a", dc1, HolderRole::Principal, dc1_up, &[1, 3]),
            state("sql-b", dc1, HolderRole::Mirror, dc1_up, &[1]),
            state("pchat-3", dc2, pool, true, &[]),
            state("sql-c", dc2, c_role, true, c_holds),
            state("the share", None, HolderRole::LogBackups, dc1_up, &[1]),
        ];
        step.links = vec![
            link("sql-a-sql-b", ["sql-a", "sql-b"], false),
            link("DC1-DC2", ["DC1", "DC2"], !dc1_up),
        ];
    }
    path
}

fn simulation() -> Simulation {
    let ms = |cause, per_year: f64, incidents: f64| CauseShare {
        cause,
        ms_per_year: around(per_year * MINUTE_MS, 0.06, 10_000),
        incidents_per_year: around(incidents, 0.03, 10_000),
    };
    let phase = |phase, incident: f64, drill: f64| PhaseShare {
        phase,
        ms_per_incident: distribution(&|p| incident * MINUTE_MS * spread(p), 0.05, 12_408),
        given_site_loss_ms: distribution(&|p| drill * MINUTE_MS * spread(p), 0.02, 5_000),
    };
    Simulation {
        trials: 10_000,
        horizon_ms: 31_536_000_000,
        drill_trials: 5_000,
        drilled: Drilled::SiteLoss,
        cut_off_by: None,
        availability: estimate(
            Some(0.999_871_3),
            Some(0.999_866_1),
            Some(0.999_876_5),
            10_000,
        ),
        unavailability: estimate(
            Some(0.000_128_7),
            Some(0.000_123_5),
            Some(0.000_133_9),
            10_000,
        ),
        mean_outage_ms_per_year: around(67.6 * MINUTE_MS, 0.04, 10_000),
        unplanned_outage_ms_per_year: around(62.3 * MINUTE_MS, 0.04, 10_000),
        planned_outage_ms_per_year: around(5.3 * MINUTE_MS, 0.02, 10_000),
        user_minutes_per_year: around(5_431_000.0, 0.04, 10_000),
        incidents_by_length: incidents_by_length(),
        columns: vec![
            column(ColumnName::PerIncident, 12_408, 1.6, 0.02),
            column(ColumnName::PerYear, 10_000, 9.0, 0.05),
            column(ColumnName::GivenSiteLoss, 5_000, 130.0, 9.5),
        ],
        outage_by_cause: vec![
            ms(Cause::SiteDisaster, 31.2, 0.02),
            ms(Cause::PoolServer, 18.4, 0.91),
            ms(Cause::InterSiteLink, 0.7, 0.05),
            ms(Cause::Mistake, 11.9, 0.006),
            ms(Cause::Share, 0.0, 0.0),
            ms(Cause::DatabaseServer, 5.4, 0.26),
        ],
        outage_by_phase: vec![
            phase(Phase::Detect, 0.5, 4.0),
            phase(Phase::Decide, 0.8, 55.0),
            phase(Phase::Act, 0.9, 48.0),
            phase(Phase::Recover, 2.2, 21.0),
            phase(Phase::Reconnect, 1.0, 2.5),
        ],
        outage_exceedance: exceedance(MINUTE_MS, 0.98),
        data_lost_exceedance: exceedance(0.4 * MINUTE_MS, 0.021),
        examples: examples(),
        violations_seen: vec![ViolationSeen {
            property: "SB".to_owned(),
            trials: 7,
            share: Some(estimate(Some(7e-5), Some(2.81e-5), Some(1.44e-4), 100_000)),
            first_trial: 1_203,
            drill: false,
            replay: "poolproof replay --trial 1203 lbw.toml".to_owned(),
        }],
        variance_reductions: vec![VarianceReduction {
            figure: Figure::OUTAGE,
            factor: 3.02,
        }],
        incidents_csv_trials: 1_000,
        events_executed: 48_200_193,
        rare: None,
        cost: None,
    }
}

/// Makes a column whose times spread over two decades around the median.
fn column(name: ColumnName, n: u64, median_min: f64, lost_min: f64) -> Column {
    let time = |share: f64| median_min * MINUTE_MS * spread(share);
    // Log shipping loses what came after the last backup: nearly uniform over an interval.
    let lost = |share: f64| lost_min * MINUTE_MS * 2.0 * share;
    Column {
        name,
        n,
        no_return: never(n),
        no_copy_left: never(n),
        time_ms: distribution(&time, 0.03, n),
        data_lost_ms: distribution(&lost, 0.02, n),
        messages_lost: distribution(&|share| lost(share) / 500.0, 0.02, n),
        any_loss: around(
            if name == ColumnName::GivenSiteLoss {
                0.998
            } else {
                0.021
            },
            0.001,
            n,
        ),
        time_cdf: cdf(&time),
        data_lost_cdf: cdf(&lost),
    }
}

/// An outcome that was never seen.
fn never(n: u64) -> OutcomeSeen {
    OutcomeSeen {
        count: 0,
        share: estimate(Some(0.0), Some(0.0), Some(3.0 / n as f64), n),
    }
}

/// A smooth increasing function with `spread(0.5) == 1` and long tails.
fn spread(share: f64) -> f64 {
    let odds = share / (1.0 - share).max(0.002);
    odds.sqrt().max(0.08)
}

fn cdf(quantile: &dyn Fn(f64) -> f64) -> Vec<CdfPoint> {
    let points = 120_u32;
    (1..=points)
        .map(|index| {
            let p = f64::from(index) / f64::from(points);
            let x = quantile(p);
            CdfPoint {
                x,
                p,
                low: (p - 0.019).max(0.0),
                high: (p + 0.019).min(1.0),
            }
        })
        .collect()
}

fn distribution(quantile: &dyn Fn(f64) -> f64, width: f64, n: u64) -> Distribution {
    let at = |share: f64| around(quantile(share), width, n);
    Distribution {
        mean: around(quantile(0.5) * 1.31, width, n),
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        max: quantile(1.0),
        n,
    }
}

fn around(value: f64, width: f64, n: u64) -> Estimate {
    estimate(
        Some(value),
        Some(value * (1.0 - width)),
        Some(value * (1.0 + width)),
        n,
    )
}

fn exactly(value: f64, n: u64) -> Estimate {
    estimate(Some(value), Some(value), Some(value), n)
}

fn nothing(n: u64) -> Distribution {
    let none = if n == 0 {
        estimate(None, None, None, 0)
    } else {
        exactly(0.0, n)
    };
    Distribution {
        mean: none.clone(),
        p50: none.clone(),
        p95: none.clone(),
        p99: none,
        max: 0.0,
        n,
    }
}

fn objectives() -> Vec<Objective> {
    let objective = |text: &str, figure, status, value_ms: f64, limit: f64| Objective {
        text: text.to_owned(),
        figure,
        comparison: Comparison::AtMost,
        limit: limit * MINUTE_MS,
        status,
        value: around(value_ms, 0.02, 5_000),
        downtime: None,
    };
    vec![
        objective(
            "given_site_loss.data_lost.p95 <= \"30min\"",
            Figure::DATA_LOST,
            ObjectiveStatus::Met,
            18.05 * MINUTE_MS,
            30.0,
        ),
        objective(
            "given_site_loss.time_to_recover.p95 <= \"4h\"",
            Figure::TIME_TO_RECOVER,
            ObjectiveStatus::Missed,
            566.0 * MINUTE_MS,
            240.0,
        ),
    ]
}
