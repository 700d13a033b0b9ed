//! The promise of drills: a time to recover is split into phases that add up, each phase has the
//! distribution that its steps have, and what was drilled is named.

use std::path::Path;

use poolproof::app::compile;
use poolproof::app::compile::simulation::{drill, trial_settings};
use poolproof::app::document::simulation::simulate;
use poolproof::scenario::{Scenario, load_with};
use poolproof_engines::simulate::tally::Tally;
use poolproof_engines::simulate::trial::{Runner, TrialSettings};
use poolproof_models::names::event::Event;
use poolproof_models::names::runbook::{Phase, Role};
use poolproof_reports::document::{self as doc, ColumnName, Distribution, Estimate, Simulation};
use poolproof_reports::{csv, table, words};

use crate::support::scenarios::load;

/// Nothing fails but what is drilled.
const NOTHING_FAILS: [(&str, &str); 10] = [
    ("failures.inter_site_link.rate", "0/year"),
    ("failures.local_link.rate", "0/year"),
    ("failures.site_outage.rate", "0/year"),
    ("failures.site_disaster.rate", "0/year"),
    ("failures.database_server", "[]"),
    ("failures.share_server", "[]"),
    ("failures.pool_server", "[]"),
    ("failures.witness_server", "[]"),
    ("failures.stall.rate", "0/year"),
    ("operators.error_probability", "0.0"),
];

/// Steps of the failover by what people do, with a duration of its own each. The share is lost with
/// DC1: nothing can be copied, and that takes a look of a minute at most.
const STEPS: [(&str, u64); 9] = [
    ("fail-over-cms", 5),
    ("drop-log-shipping", 2),
    ("copy-backlog", 1),
    ("restore-backlog", 11),
    ("recover-secondary", 7),
    ("set-failed-over", 4),
    ("install-mirror", 13),
    ("activate-dc2", 6),
    ("move-next-hop", 9),
];

fn scenario(changes: &[(&str, &str)]) -> Scenario {
    let mut all: Vec<_> = NOTHING_FAILS.to_vec();
    all.extend([
        ("simulate.trials", "100"),
        ("simulate.drill_trials", "4000"),
    ]);
    all.extend(changes);
    load("scenarios/lync-2013-lbw.toml", &all)
}

/// A failover whose steps take fixed times, but for deciding.
fn timed_failover(decide: &str, reconnect: &str) -> Scenario {
    let key = |step: &str| format!("operators.durations.site_failover.{step}");
    let steps = STEPS.map(|(step, minutes)| (key(step), format!("{minutes}min")));
    let mut changes: Vec<(&str, &str)> = steps
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let decides = key("decide");
    changes.extend([
        (decides.as_str(), decide),
        ("pool.reconnect", reconnect),
        ("control.replication", "0s"),
        ("log_shipping.restore_duration", "0s"),
    ]);
    scenario(&changes)
}

fn simulated(scenario: &Scenario) -> Simulation {
    simulate(scenario, &mut |_, _, _| true).document
}

fn phase(simulation: &Simulation, phase: Phase) -> &Distribution {
    let named = |share: &&_| {
        let share: &poolproof_reports::document::PhaseShare = share;
        words::phase(share.phase) == phase.name()
    };
    let share = simulation.outage_by_phase.iter().find(named);
    &share.expect("every phase").given_site_loss_ms
}

const MINUTE: f64 = 60_000.0;

/// The minutes of the runbook's steps of a phase.
fn minutes(scenario: &Scenario, phase: Phase) -> f64 {
    let file = scenario.operators.runbook(Role::SiteFailover);
    let steps = &file.expect("a runbook").runbook.steps;
    let of_phase = steps.iter().filter(|step| step.phase == phase);
    let minutes = |name: &str| {
        STEPS
            .iter()
            .find(|(step, _)| *step == name)
            .map(|(_, m)| *m)
    };
    let sum: u64 = of_phase
        .filter_map(|step| minutes(step.operation.name()))
        .sum();
    sum as f64
}

#[test]
fn fixed_delays_are_the_whole_distribution_of_their_phase() {
    let scenario = timed_failover("20min", "3min");
    let found = simulated(&scenario);
    let expected = [
        (Phase::Detect, 20.0),
        (Phase::Decide, 20.0),
        (Phase::Act, minutes(&scenario, Phase::Act)),
        (Phase::Recover, minutes(&scenario, Phase::Recover)),
        (Phase::Reconnect, 3.0),
    ];
    for (name, minutes) in expected {
        let phase = phase(&found, name);
        for estimate in [&phase.p50, &phase.p95, &phase.p99, &phase.mean] {
            let value = estimate.value.expect("a value") / (minutes * MINUTE).max(1.0);
            let exact = f64::from(u8::from(minutes > 0.0));
            assert!(
                (value - exact).abs() < 1e-3,
                "{name:?}: {estimate:?}, not {minutes} min"
            );
        }
        assert_eq!(phase.n, 4000, "{name:?}");
    }
}

#[test]
fn exponential_delays_have_their_quantiles() {
    let found = simulated(&timed_failover("{ exponential = \"30min\" }", "3min"));
    for name in [Phase::Detect, Phase::Decide] {
        let phase = phase(&found, name);
        let exact = |share: f64| -30.0 * MINUTE * libm::log(1.0 - share);
        for (estimate, exact) in [
            (&phase.p50, exact(0.5)),
            (&phase.p95, exact(0.95)),
            (&phase.p99, exact(0.99)),
            (&phase.mean, 30.0 * MINUTE),
        ] {
            let (low, high) = (estimate.low.expect("low"), estimate.high.expect("high"));
            // A fixed seed: an interval at 95 %, half as wide again, and the histogram's grain.
            let slack = (high - low) / 4.0 + exact / 1000.0;
            assert!(
                low - slack < exact && exact < high + slack,
                "{name:?} {estimate:?}"
            );
            assert!(high - low < exact / 3.0, "{estimate:?} is not narrow");
        }
    }
}

/// Steps take the time of their work (handbook 13.8): people restore a backlog as fast as the job
/// does, and what is not needed, or cannot be done, takes no more than a look.
#[test]
fn a_failover_takes_as_long_as_its_backlog() {
    let acting = |changes: &[(&str, &str)]| {
        let mut all = vec![
            ("operators.durations.site_failover.copy-backlog", "5min"),
            ("simulate.drill_trials", "2000"),
        ];
        let cms = "operators.durations.site_failover.fail-over-cms";
        if changes.iter().all(|(key, _)| *key != cms) {
            all.push((cms, "5min"));
        }
        all.extend(changes);
        let found = simulated(&scenario(&all));
        phase(&found, Phase::Act).mean.value.expect("a mean") / MINUTE
    };
    let default = acting(&[]);
    // Log of 6 h that was held back, at 15 min of log in 3 min.
    let late = acting(&[("log_shipping.restore_delay", "6h")]);
    assert!((late - default - 72.0).abs() < 0.01, "{late} {default}");
    // Without time to decide, in which runs go on, S lags by a run and, on average, half an
    // interval: 5 h, at 4 h of log in 3 h, in place of 10.5 min, at 15 min of log in 3 min.
    let at_once = |changes: &[(&str, &str)]| {
        let steps = ["decide", "fail-over-cms", "drop-log-shipping"]
            .map(|step| format!("operators.durations.site_failover.{step}"));
        let steps = steps.iter().map(|key| (key.as_str(), "0s"));
        acting(&steps.chain(changes.iter().copied()).collect::<Vec<_>>())
    };
    let slow = at_once(&[
        ("log_shipping.restore_interval", "4h"),
        ("log_shipping.restore_duration", "3h"),
    ]);
    let more = slow - at_once(&[]);
    assert!((more - 300.0 * 0.75 + 10.5 * 0.2).abs() < 5.0, "{more}");
    let in_dc2 = acting(&[("control.cms_site", "DC2")]);
    assert!((default - in_dc2 - 4.0).abs() < 0.01, "{in_dc2} {default}");
    // A share in DC2 is copied from to the end while people decide: the step is done, and finds
    // little to copy.
    let more = acting(&[("log_shipping.share", "DC2")]) - default;
    assert!((3.99..4.5).contains(&more), "{more}");
}

/// A silent principal is noticed after the time-out of 10 s, and the mirror's redo of 5 s to 20 s
/// is recovery, whoever has been alarmed meanwhile.
#[test]
fn an_automatic_failover_is_detection_and_recovery() {
    let mut scenario = scenario(&[]);
    scenario.simulate.drill = Event::from_name("crash:A");
    let found = simulated(&scenario);
    let detect = phase(&found, Phase::Detect);
    for estimate in [&detect.p50, &detect.p99, &detect.mean] {
        assert!(
            (estimate.value.expect("a value") - 10_000.0).abs() < 10.0,
            "{estimate:?}"
        );
    }
    let recover = phase(&found, Phase::Recover);
    for (estimate, exact) in [(&recover.p50, 12_500.0), (&recover.p95, 19_250.0)] {
        assert!(
            (estimate.value.expect("a value") - exact).abs() < 400.0,
            "{estimate:?}"
        );
    }
    assert_eq!(phase(&found, Phase::Decide).max, 0.0);
}

/// Every drill of a scenario, with its incidents.
fn drills(scenario: &Scenario, fault: Option<Event>) -> Tally {
    let topology = compile::timed_topology(scenario);
    let activities = compile::activities(scenario, &topology);
    let mission = TrialSettings {
        incident_trials: u64::MAX,
        drill: drill(&topology, fault),
        ..trial_settings(scenario)
    };
    assert!(mission.drill.is_some());
    let mut runner = Runner::new(&topology, &activities, 5);
    let mut tally = Tally::default();
    for trial in 0..300 {
        runner.run(trial, &mission, &mut tally);
    }
    tally
}

#[test]
fn the_phases_of_a_drill_add_up_to_its_time_to_recover() {
    for file in [
        "scenarios/lync-2013-lbw.toml",
        "scenarios/lync-2013-hbw.toml",
    ] {
        let scenario = load_with(Path::new(file), &[]).expect("valid").scenario;
        for fault in [
            None,
            Event::from_name("crash:A"),
            Event::from_name("cut:DC1-DC2"),
        ] {
            let tally = drills(&scenario, fault);
            let mut sum = 0;
            for incident in &tally.incidents {
                let end = incident.end_ms.expect("these all end");
                assert_eq!(
                    incident.length_ms(),
                    end - incident.start_ms,
                    "{incident:?}"
                );
                sum += i128::from(end - incident.start_ms);
            }
            assert_eq!(tally.incidents.len(), 300, "{fault:?}");
            let by_phase: i128 = tally.by_phase.iter().map(|one| one.mean.sum()).sum();
            assert_eq!(by_phase, sum);
            assert_eq!(tally.per_incident.time_mean.sum(), sum);
        }
    }
}

#[test]
fn what_was_drilled_is_named_wherever_it_is_told() {
    let mut scenario = scenario(&[("simulate.drill_trials", "500")]);
    assert_eq!(simulated(&scenario).drilled, doc::Drilled::SiteLoss);
    scenario.simulate.drill = Event::from_name("crash:A");
    let simulation = simulated(&scenario);
    assert_eq!(
        simulation.drilled,
        doc::Drilled::Fault("crash:A".to_owned())
    );
    let phases = table::phases(&simulation);
    assert!(
        phases.contains("time to recover from crash:A, by phase"),
        "{phases}"
    );
    let document = poolproof::app::document::result::document(
        &scenario,
        &[],
        "poolproof simulate",
        Vec::new(),
        Some(simulation),
    );
    let text = table::text(&document);
    assert!(text.contains("500 drills of crash:A"), "{text}");
    assert!(!text.contains("site loss"), "{text}");
    let page = poolproof_reports::html::page(&document).expect("a page");
    for (words, expected) in [("500 drills of crash:A", true), ("first site", false)] {
        assert_eq!(page.contains(words), expected, "{words}");
    }
    let figures = csv::figures([&document]).expect("written");
    assert!(
        figures.contains(",given_site_loss,time_ms.detect,p95,"),
        "{figures}"
    );
}

/// S has lost its disks and DC1 everything: no procedure brings the service back, and the figures
/// say so in place of counting the time that was simulated as a time to recover.
#[test]
fn what_never_ends_is_told() {
    let scenario = scenario(&[
        (
            "failures.database_server",
            "[{ rate = \"12/year\", repair = \"20d\", destructive = 1.0 }]",
        ),
        ("simulate.drill_trials", "500"),
        ("operators.log_shipping_repair", "none"),
        ("operators.last_resort", "none"),
    ]);
    let found = simulated(&scenario);
    let given =
        |column: &&poolproof_reports::document::Column| column.name == ColumnName::GivenSiteLoss;
    let column = found.columns.iter().find(given).expect("the column");
    assert!(
        column.no_return.count > 0 && column.no_return.count < column.n,
        "{:?}",
        column.no_return
    );
    let last = column.time_cdf.last().expect("points");
    let ended = 1.0 - column.no_return.count as f64 / column.n as f64;
    assert!((last.p - ended).abs() < 1e-12, "{last:?} {ended}");
}

#[test]
fn without_drills_nothing_is_said_of_them() {
    let found = simulated(&scenario(&[("simulate.drill_trials", "0")]));
    let column = |name| found.columns.iter().find(|column| column.name == name);
    let drills = column(ColumnName::GivenSiteLoss).expect("the column");
    let limits = |estimate: &Estimate| (estimate.value, estimate.low, estimate.high);
    assert_eq!(limits(&drills.any_loss), (None, None, None));
    // Beside 100 years in which nothing was lost, which say that it is seldom.
    let years = column(ColumnName::PerYear).expect("the column");
    assert!(matches!(limits(&years.any_loss), (Some(0.0), Some(0.0), Some(high)) if high < 0.05));
}
