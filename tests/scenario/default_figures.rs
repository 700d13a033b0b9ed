//! The promise of defaults: each figure that is taken where a scenario file is silent has the
//! value, the source and the grade of this table, and judgement is marked as judgement.
//!
//! Grades: V read at the source, S read in a text that cites it, R recomputed from raw data, D
//! derived, M remembered, J judgement. The sources are the publications that are named.

use std::path::Path;

use poolproof::app::document::result;
use poolproof::scenario::assumption::{Assumption, Grade};
use poolproof::scenario::{Scenario, load_with};
use poolproof_reports::{document as doc, html};

use crate::support::program::printed;

const LANL: &str = "(LA-UR-05-7318)";
const UPTIME: &str = "Uptime Institute, Annual Outage Analysis 2025";
const CENIC: &str = "Turner et al., California fault lines, SIGCOMM 2010";
const BURSTS: &str = "Ford et al., OSDI 2010";
const J: &str = "judgement";
const MINUTES_30: &str = "{ lognormal = { median = \"30min\", sigma = 1.3 } }";
const MINUTES_5: &str = "{ lognormal = { median = \"5min\", sigma = 0.8 } }";
const HOURS_4: &str = "{ lognormal = { median = \"4h\", sigma = 1.0 } }";
const DISASTER: &str = "{ lognormal = { median = \"7d\", sigma = 1.0 } }";
const OUTAGE: &str = "{ lognormal = { median = \"90min\", sigma = 1.0 } }";
const PATH: &str = "{ mixture = [\
     { lognormal = { median = \"2.7min\", sigma = 1.26 }, weight = 0.75 }, \
     { lognormal = { median = \"32min\", most = \"30d\", sigma = 2.34 }, weight = 0.25 }] }";

/// Key, value, grade, and words of the source.
type Row = (&'static str, &'static str, Grade, &'static str);

const FIGURES: [Row; 50] = [
    (
        "failures.database_server.outage.rate",
        "2/year",
        Grade::J,
        LANL,
    ),
    (
        "failures.database_server.outage.repair",
        MINUTES_30,
        Grade::D,
        "SRDS 1999",
    ),
    (
        "failures.database_server.outage.common_cause",
        "0.1",
        Grade::D,
        BURSTS,
    ),
    (
        "failures.database_server.outage.destructive",
        "0.02",
        Grade::J,
        "25 years per server",
    ),
    (
        "failures.database_server.process-crash.rate",
        "1/year",
        Grade::J,
        J,
    ),
    (
        "failures.database_server.process-crash.repair",
        MINUTES_5,
        Grade::J,
        J,
    ),
    (
        "failures.database_server.storage-array.rate",
        "0.1/year",
        Grade::J,
        J,
    ),
    (
        "failures.database_server.storage-array.repair",
        HOURS_4,
        Grade::J,
        J,
    ),
    // A twelfth of a year of 8766 h.
    (
        "failures.database_server.patching.every",
        "730.5h",
        Grade::J,
        BURSTS,
    ),
    (
        "failures.database_server.patching.repair",
        "10min",
        Grade::J,
        J,
    ),
    (
        "failures.pool_server.outage.rate",
        "2/year",
        Grade::J,
        "as a database server",
    ),
    (
        "failures.pool_server.outage.repair",
        MINUTES_30,
        Grade::J,
        "as a database server",
    ),
    (
        "failures.pool_server.outage.common_cause",
        "0.1",
        Grade::J,
        "as a database server",
    ),
    (
        "failures.pool_server.process-crash.rate",
        "1/year",
        Grade::J,
        J,
    ),
    (
        "failures.pool_server.process-crash.repair",
        MINUTES_5,
        Grade::J,
        J,
    ),
    (
        "failures.pool_server.patching.every",
        "730.5h",
        Grade::J,
        BURSTS,
    ),
    ("failures.pool_server.patching.repair", "10min", Grade::J, J),
    (
        "failures.witness_server.outage.rate",
        "2/year",
        Grade::J,
        "as a database server",
    ),
    (
        "failures.witness_server.outage.repair",
        MINUTES_30,
        Grade::J,
        "as a database server",
    ),
    (
        "failures.witness_server.process-crash.rate",
        "1/year",
        Grade::J,
        J,
    ),
    (
        "failures.witness_server.process-crash.repair",
        MINUTES_5,
        Grade::J,
        J,
    ),
    (
        "failures.witness_server.patching.every",
        "730.5h",
        Grade::J,
        BURSTS,
    ),
    (
        "failures.witness_server.patching.repair",
        "10min",
        Grade::J,
        J,
    ),
    (
        "failures.share_server.outage.rate",
        "2/year",
        Grade::J,
        "as a database server",
    ),
    (
        "failures.share_server.outage.repair",
        MINUTES_30,
        Grade::J,
        "as a database server",
    ),
    (
        "failures.share_server.outage.destructive",
        "0.02",
        Grade::J,
        "as a database server",
    ),
    (
        "failures.share_server.process-crash.rate",
        "1/year",
        Grade::J,
        J,
    ),
    (
        "failures.share_server.process-crash.repair",
        MINUTES_5,
        Grade::J,
        J,
    ),
    (
        "failures.share_server.patching.every",
        "730.5h",
        Grade::J,
        BURSTS,
    ),
    (
        "failures.share_server.patching.repair",
        "10min",
        Grade::J,
        J,
    ),
    ("failures.site_outage.rate", "0.25/year", Grade::D, UPTIME),
    (
        "failures.site_outage.repair",
        OUTAGE,
        Grade::D,
        "Ponemon Institute",
    ),
    ("failures.site_disaster.rate", "0.02/year", Grade::D, UPTIME),
    ("failures.site_disaster.repair", DISASTER, Grade::J, J),
    ("failures.inter_site_link.rate", "12/year", Grade::D, CENIC),
    ("failures.inter_site_link.repair", PATH, Grade::D, CENIC),
    ("failures.local_link.rate", "0.5/year", Grade::J, J),
    (
        "failures.grey_failure.rate",
        "0/year",
        Grade::J,
        "no figure is known",
    ),
    ("failures.shape", "1.0", Grade::R, LANL),
    (
        "mirroring.partner_timeout",
        "10s",
        Grade::V,
        "ALTER DATABASE Database Mirroring",
    ),
    (
        "mirroring.redo",
        "{ uniform = [\"5s\", \"20s\"] }",
        Grade::J,
        J,
    ),
    (
        "mirroring.resynchronisation",
        "10min",
        Grade::J,
        "depends on the volume of log",
    ),
    (
        "operators.error_probability",
        "0.02",
        Grade::D,
        "HEART (Williams 1985)",
    ),
    (
        "operators.error_correction",
        "{ lognormal = { median = \"60min\", sigma = 1.0 } }",
        Grade::J,
        J,
    ),
    (
        "operators.shifts.on_duty",
        MINUTES_5,
        Grade::J,
        "targets of 5 and 30 min",
    ),
    (
        "operators.shifts.off_duty",
        "{ lognormal = { median = \"15min\", sigma = 1.0 } }",
        Grade::J,
        "targets of 5 and 30 min",
    ),
    (
        "site-failover-documented.step.1.duration",
        "{ lognormal = { median = \"15min\", sigma = 1.0 } }",
        Grade::J,
        "targets of 5 and 30 min",
    ),
    (
        "site-failover-documented.step.2.duration",
        "{ lognormal = { median = \"45min\", sigma = 0.9 } }",
        Grade::J,
        J,
    ),
    (
        "site-failover-documented.step.3.duration",
        "{ lognormal = { median = \"5min\", sigma = 0.5 } }",
        Grade::D,
        "Recovery time for pool failover and pool failback",
    ),
    (
        "site-failover-documented.step.11.duration",
        "{ lognormal = { median = \"10min\", sigma = 0.5 } }",
        Grade::J,
        "about 60 min in all",
    ),
];

const FILE: &str = "scenarios/lync-2013-lbw.toml";

/// The reference file; hours of duty have defaults only where there are any.
fn scenario() -> Scenario {
    let shifts = ("operators.shifts.from".to_owned(), "8h".to_owned());
    load_with(Path::new(FILE), &[shifts])
        .expect("valid")
        .scenario
}

#[test]
fn each_figure_has_its_value_its_grade_and_its_source() {
    let scenario = scenario();
    let found = |key: &str| -> &Assumption {
        let listed = scenario.assumptions().iter();
        listed
            .rev()
            .find(|one| one.key == key)
            .unwrap_or_else(|| panic!("no {key}"))
    };
    for (key, value, grade, source) in FIGURES {
        let one = found(key);
        assert_eq!(
            (one.value.as_str(), one.grade),
            (value, Some(grade)),
            "{key}"
        );
        assert!(one.source.contains(source), "{key}: {}", one.source);
    }
}

/// The execution of the failover is about an hour in all, after the decision.
#[test]
fn the_steps_of_the_failover_add_up_to_an_hour() {
    let scenario = scenario();
    let steps = scenario.assumptions().iter().filter_map(|one| {
        let number = one.key.strip_prefix("site-failover-documented.step.")?;
        let number: u64 = number.strip_suffix(".duration")?.parse().ok()?;
        let median = one
            .value
            .split("median = \"")
            .nth(1)?
            .split("min\"")
            .next()?;
        let median: u64 = median.parse().expect("whole minutes");
        (number > 2).then_some(median)
    });
    assert_eq!(steps.sum::<u64>(), 60);
}

/// Every figure of the failures is in the table, so that a new default has to join it.
#[test]
fn no_default_of_a_failure_is_missing_in_the_table() {
    for one in scenario().assumptions() {
        let known = FIGURES.iter().any(|(key, ..)| *key == one.key);
        let unused = ["failures.local_link.repair", "failures.grey_failure.repair"];
        if one.is_default && one.key.starts_with("failures.") && !unused.contains(&one.key.as_str())
        {
            assert!(known, "{} = {}", one.key, one.value);
        }
    }
}

#[test]
fn judgement_is_marked_wherever_it_is_shown() {
    let text = printed(&["show", FILE]);
    let origins: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("    "))
        .collect();
    assert!(origins.len() > 100);
    for origin in origins {
        let judged = origin.contains(", grade J: ") || origin.contains(", grade M: ");
        assert_eq!(judged, origin.contains(", judgement, grade"), "{origin}");
    }
    let page =
        html::page(&result::document(&scenario(), &[], "", Vec::new(), None)).expect("a page");
    let document = result::document(&scenario(), &[], "", Vec::new(), None);
    let judged = |one: &&doc::Assumption| matches!(one.grade, doc::Grade::M | doc::Grade::J);
    let expected = document.scenario.assumptions.iter().filter(judged).count();
    assert!(expected > 50);
    assert_eq!(page.matches("J, judgement</td>").count(), expected);
}
