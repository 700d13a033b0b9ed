//! The promise of clocks with cases: what a scenario says of common causes, planned work, destroyed
//! disks and mistakes is what the simulated years contain.

use std::path::Path;

use poolproof::app::compile;
use poolproof::scenario::{Scenario, load_with};
use poolproof_engines::clocks::timed::Timed;
use poolproof_engines::simulate::tally::Tally;
use poolproof_engines::simulate::trial::{Runner, TrialSettings};
use poolproof_models::names::event::EventKind;
use poolproof_models::names::runbook::Operation;

use crate::support::scenarios::load;
use crate::support::tree::tree;

const YEAR_MS: u64 = 8_766 * 3_600_000;
const TRIALS: u64 = 150;

pub fn scenario(overrides: &[(&str, &str)]) -> Scenario {
    load("scenarios/lync-2013-lbw.toml", overrides)
}

/// Clocks that drew from one address would depend on each other.
#[test]
fn no_two_clocks_of_a_scenario_draw_from_one_address() {
    let mut clocks = 0;
    let files = tree("scenarios".as_ref());
    for path in files
        .keys()
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
    {
        // Runbooks, sweeps and invalid files are no scenarios.
        let Ok(loaded) = load_with(&Path::new("scenarios").join(path), &[]) else {
            continue;
        };
        let topology = compile::timed_topology(&loaded.scenario);
        let activities = compile::activities(&loaded.scenario, &topology);
        assert_eq!(activities.shared_address(), None, "{}", path.display());
        clocks += activities.by_event.iter().flatten().count();
    }
    assert!(clocks > 1000, "{clocks} clocks");
}

/// Time and name of every event of some years.
pub fn years(scenario: &Scenario) -> Vec<Vec<(u64, String)>> {
    let topology = compile::timed_topology(scenario);
    let activities = compile::activities(scenario, &topology);
    let mission = TrialSettings {
        horizon_ms: YEAR_MS,
        follow_ms: 0,
        messages_per_s: 1.0,
        incident_trials: 0,
        drill: None,
    };
    let mut runner = Runner::new(&topology, &activities, 7);
    let named = |(at, event): (u64, usize)| (at, topology.events()[event].name());
    let trial = |trial| {
        runner
            .trace(trial, &mission, &mut Tally::default())
            .into_iter()
            .map(named)
            .collect()
    };
    (0..TRIALS).map(trial).collect()
}

pub fn per_year(years: &[Vec<(u64, String)>], name: &str) -> f64 {
    let count = |year: &Vec<(u64, String)>| year.iter().filter(|(_, n)| n == name).count();
    years.iter().map(count).sum::<usize>() as f64 / years.len() as f64
}

pub fn quiet<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("failures.site_disaster.rate", "0/year"),
        ("failures.site_outage.rate", "0/year"),
        ("failures.stall.rate", "0/year"),
    ];
    all.extend(more);
    all
}

#[test]
fn a_common_cause_is_a_share_of_each_servers_failures() {
    let mode = "[{ rate = \"10/year\", repair = \"1min\", common_cause = 0.4 }]";
    let years = years(&scenario(&quiet(&[("failures.database_server", mode)])));
    let crashes = per_year(&years, "crash:A");
    let together = years.iter().flatten().zip(years.iter().flatten().skip(1));
    let together = together
        .filter(|((at, one), (then, other))| at == then && one == "crash:A" && other == "crash:B")
        .count() as f64
        / TRIALS as f64;
    // Poisson: 1500 crashes of A, 600 of them with B; 4 standard deviations.
    assert!(
        (crashes - 10.0).abs() < 4.0 * (10.0 / TRIALS as f64).sqrt(),
        "{crashes}"
    );
    assert!(
        (together - 4.0).abs() < 4.0 * (4.0 / TRIALS as f64).sqrt(),
        "{together}"
    );
}

#[test]
fn patching_is_regular_and_moves_the_roles_once() {
    let mode = "[{ every = \"730.5h\", repair = \"10min\" }]";
    let years = years(&scenario(&quiet(&[("failures.database_server", mode)])));
    for server in ["A", "B", "S"] {
        let stops = per_year(&years, &format!("crash:{server}"));
        assert!((11.5..=12.5).contains(&stops), "{server}: {stops}");
    }
    let moved = per_year(&years, "misoperation:manual-failover");
    // The mirror is done first, then the roles are moved once (handbook 13.16).
    assert!((11.0..=12.5).contains(&moved), "{moved}");
    for year in &years {
        let mut roles_moved = 0;
        for (_, name) in year {
            roles_moved += u64::from(name == "swap-roles:pair-A-B");
            // A is the principal at first and after every second failover.
            let principal = if roles_moved % 2 == 0 {
                "crash:A"
            } else {
                "crash:B"
            };
            assert_ne!(name, principal, "the principal is stopped");
        }
    }
}

/// Handbook 13.15: once a year to DC2 and, in the next weekly window, back: the time without
/// service is planned, and nothing is lost.
#[test]
fn a_planned_switch_comes_once_a_year_and_its_outage_is_planned() {
    let never = "{ rate = \"0/year\", repair = \"1h\" }";
    let scenario = scenario(&quiet(&[
        ("operators.planned_switch", "runbooks/planned-switch.toml"),
        ("failures.database_server", "[]"),
        ("failures.pool_server", "[]"),
        ("failures.witness_server", "[]"),
        ("failures.share_server", "[]"),
        ("failures.inter_site_link", never),
        ("failures.local_link", never),
    ]));
    let found = years(&scenario);
    let team = "planned-operators";
    let switches = per_year(&found, &format!("start-runbook:{team}"));
    assert!(
        (0.9..=1.1).contains(&switches),
        "{switches} switches a year"
    );
    let back = per_year(&found, "start-runbook:failback-operators");
    assert!((0.9..=1.1).contains(&back), "{back} failbacks a year");
    let mut tally = Tally::default();
    let topology = compile::timed_topology(&scenario);
    let activities = compile::activities(&scenario, &topology);
    let mission = TrialSettings {
        horizon_ms: YEAR_MS,
        follow_ms: YEAR_MS,
        messages_per_s: 1.0,
        incident_trials: 0,
        drill: None,
    };
    let mut runner = Runner::new(&topology, &activities, 7);
    for trial in 0..TRIALS {
        runner.run(trial, &mission, &mut tally);
    }
    let [unplanned, planned] = tally
        .incidents_by_length
        .map(|counts| counts.iter().sum::<u64>());
    assert_eq!(unplanned, 0, "nothing fails");
    assert!(planned >= TRIALS, "{planned} planned interruptions");
}

/// Handbook 13.6, H-25: without a log backup the drive is full after its time, and files that
/// nobody copies are deleted after theirs.
#[test]
fn a_held_log_fills_its_drive_and_uncopied_files_are_deleted() {
    const DAY_MS: u64 = 86_400_000;
    let broken = "[{ rate = \"4/year\", repair = \"6d\" }]";
    let cut = "{ rate = \"4/year\", repair = \"6d\" }";
    let cases = [
        (
            "failures.share_server",
            broken,
            "crash:share",
            "log-full:pair-A-B",
            4 * DAY_MS,
        ),
        (
            "failures.inter_site_link",
            cut,
            "cut:DC1-DC2",
            "retention:share",
            3 * DAY_MS,
        ),
    ];
    for (key, failure, begins, ends, after) in cases {
        let drive = ("sql.log_drive_lasts", "4d");
        let found = years(&scenario(&quiet(&[(key, failure), drive])));
        let mut waits = Vec::new();
        for year in &found {
            let mut since = None;
            for (at, event) in year {
                if event == begins {
                    since = Some(*at);
                } else if event == ends {
                    waits.extend(since.take().map(|since| at - since));
                }
            }
        }
        assert!(waits.len() > 300, "{ends}: {}", waits.len());
        let exact = waits.iter().filter(|wait| **wait == after).count();
        assert!(
            exact * 2 > waits.len(),
            "{ends}: {exact} of {}",
            waits.len()
        );
        // Something else may have begun it before.
        let sooner = waits.iter().filter(|wait| **wait < after).count();
        assert!(sooner * 20 < waits.len(), "{ends}: {sooner} sooner");
    }
}

/// With both pairs in service, after DC1 came back, work on S moves no roles in DC1.
#[test]
fn roles_are_moved_at_most_once_for_each_planned_stop() {
    let years = years(&load(
        "scenarios/lync-2013-hbw.toml",
        &[
            ("operators.assumption", "dropped"),
            ("failures.site_outage.rate", "4/year"),
        ],
    ));
    let mut both = 0;
    for year in &years {
        let count = |name: &str| year.iter().filter(|(_, event)| event == name).count();
        let stops = ["crash:A", "crash:B"].map(count).iter().sum::<usize>();
        let moved = count("misoperation:manual-failover");
        assert!(moved <= stops + 1, "{moved} failovers for {stops} stops");
        both += usize::from(count("write:S") > 0 && moved > 0);
    }
    assert!(both > 10, "{both} years in which S served");
}

/// Handbook 3.11, 13.4: a process that ends closes its connections, which both partners see at
/// once; a server that is silent is given up after the time-out. The name decides unless `noticed`
/// does.
#[test]
fn a_closed_connection_is_noticed_at_once_and_silence_after_the_time_out() {
    for (name, noticed, expected_ms) in [
        ("process-crash", "", 0),
        ("power", "", 90_000),
        ("power", ", noticed = \"closed\"", 0),
        ("process-crash", ", noticed = \"silent\"", 90_000),
        ("process-crash", ", common_cause = 1.0", 0),
        ("power", ", common_cause = 1.0", 90_000),
    ] {
        let mode =
            format!("[{{ name = \"{name}\", rate = \"20/year\", repair = \"1h\"{noticed} }}]");
        let years = years(&scenario(&quiet(&[
            ("failures.database_server", &mode),
            ("failures.witness_server", "[]"),
            (
                "failures.local_link",
                "{ rate = \"0/year\", repair = \"1h\" }",
            ),
            ("mirroring.partner_timeout", "90s"),
        ])));
        let mut crashes = 0;
        for year in &years {
            let mut crashed_at = None;
            for (at, event) in year {
                match event.as_str() {
                    "crash:A" => crashed_at = Some(*at),
                    "restart:A" => crashed_at = None,
                    // The link to the witness is lost to nobody but A.
                    "detect:A-W" => {
                        let since = crashed_at.take().expect("A has crashed");
                        assert_eq!(at - since, expected_ms, "{name}{noticed}");
                        crashes += 1;
                    }
                    _ => {}
                }
            }
        }
        assert!(crashes > 1_000, "{name}{noticed}: {crashes}");
    }
}

#[test]
fn destroyed_disks_are_seeded_again() {
    let mode = "[{ rate = \"4/year\", repair = \"1h\", destructive = 0.5 }]";
    let years = years(&scenario(&quiet(&[("failures.database_server", mode)])));
    let destroyed = per_year(&years, "destroy:A") + per_year(&years, "destroy:B");
    let seeded = per_year(&years, "misoperation:reseed-mirror");
    assert!(
        (destroyed - 4.0).abs() < 4.0 * (4.0 / TRIALS as f64).sqrt(),
        "{destroyed}"
    );
    assert!(
        seeded > 0.9 * destroyed && seeded <= destroyed,
        "{seeded} of {destroyed}"
    );
}

#[test]
fn mistakes_are_made_as_often_as_is_said() {
    let years = years(&scenario(&[
        ("failures.site_disaster.rate", "0/year"),
        ("failures.site_outage.rate", "20/year"),
        ("failures.site_outage.repair", "30d"),
        ("operators.mistakes.skip", "0.1"),
    ]));
    let steps = per_year(&years, "runbook-step:site-operators");
    let skipped = per_year(&years, "skip:site-operators");
    // Nobody leaves out the decision: two of the steps cannot be skipped.
    let share = skipped / (steps + skipped);
    assert!((0.04..0.12).contains(&share), "{skipped} of {steps}");
}

/// On the clock an event is a fault or it is none, whatever has happened before: what fails again
/// after a data centre was left and rebuilt is a fault, what returns there is a repair, and so is
/// seeding a mirror whose disks were lost.
#[test]
fn what_fails_is_a_fault_and_what_is_repaired_is_none() {
    let topology = compile::timed_topology(&scenario(&[]));
    let first = topology.initial();
    let mut later = 0;
    for (index, event) in topology.events().iter().enumerate() {
        let expected = match event.kind {
            EventKind::Crash | EventKind::Destroy | EventKind::GreyFailure | EventKind::Stall => {
                true
            }
            EventKind::Disaster | EventKind::Outage | EventKind::Cut | EventKind::ShareLoss => true,
            EventKind::Misoperation => event.operation != Some(Operation::ReseedMirror),
            _ => false,
        };
        assert_eq!(topology.is_fault(index), expected, "{}", event.name());
        later += u32::from(expected && !first.may(&topology, *event));
    }
    // Some are impossible at first: SM has no role and SW does not exist before a failover.
    assert!(later > 0);
}
