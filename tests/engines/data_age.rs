//! Given loss of DC1 with the share in DC1, data lost is the age of the newest file in DC2: checked
//! against the closed forms of handbook 4.6 for independent phases.

use poolproof::app::document::simulation::simulate;
use poolproof_reports::document::{Column, ColumnName};

use crate::support::scenarios::load;

/// The drills of the reference pool with these changes.
fn drills(changes: &[(&str, &str)]) -> Column {
    let mut all = vec![
        ("simulate.trials", "100"),
        ("simulate.drill_trials", "4000"),
    ];
    all.extend(changes);
    let scenario = load("scenarios/lync-2013-lbw.toml", &all);
    let simulated = simulate(&scenario, &mut |_, _, _| true);
    let columns = simulated.document.columns;
    columns
        .into_iter()
        .find(|c| c.name == ColumnName::GivenSiteLoss)
        .expect("the column")
}

/// Nothing stops the shipping: the link and the servers never fail.
const NOTHING_FAILS: &[(&str, &str)] = &[
    ("failures.inter_site_link.rate", "0/year"),
    ("failures.local_link.rate", "0/year"),
    ("failures.database_server", "[]"),
    ("failures.share_server", "[]"),
    ("failures.pool_server", "[]"),
    ("failures.witness_server", "[]"),
    ("failures.stall.rate", "0/year"),
];

const MINUTE: f64 = 60_000.0;

#[test]
fn share_lost_with_independent_phases() {
    // tb + tc + (Ib + Ic) / 2 = 1 + 2 + 15, and never outside [tb + tc, tb + tc + Ib + Ic].
    let column = drills(NOTHING_FAILS);
    let mean = &column.data_lost_ms.mean;
    let (low, high) = (mean.low.expect("a limit"), mean.high.expect("a limit"));
    let exact = 18.0 * MINUTE;
    let slack = (high - low) / 2.0;
    assert!(
        low - slack <= exact && exact <= high + slack,
        "{low} to {high}"
    );
    assert!(
        column.data_lost_ms.max <= 33.0 * MINUTE,
        "{}",
        column.data_lost_ms.max
    );
    let least = column.data_lost_cdf.first().map_or(0.0, |point| point.x);
    assert!(least >= 3.0 * MINUTE, "{least}");
    // 33 - 15 * sqrt(0.1), the 95th percentile of the sum of two uniform ages.
    let p95 = column.data_lost_ms.p95.value.expect("a value") / MINUTE;
    assert!((p95 - 28.256_583_509_75).abs() < 0.5, "{p95}");
}

#[test]
fn share_that_survives() {
    // Only the backup interval counts: tb + Ib / 2 = 1 + 7.5, at most 16.
    let mut changes = NOTHING_FAILS.to_vec();
    changes.push(("log_shipping.share", "third"));
    let column = drills(&changes);
    let mean = &column.data_lost_ms.mean;
    let (low, high) = (mean.low.expect("a limit"), mean.high.expect("a limit"));
    let (exact, slack) = (8.5 * MINUTE, (high - low) / 2.0);
    assert!(
        low - slack <= exact && exact <= high + slack,
        "{low} to {high}"
    );
    assert!(
        column.data_lost_ms.max <= 16.0 * MINUTE,
        "{}",
        column.data_lost_ms.max
    );
}

#[test]
fn stalled_shipping_makes_the_tail() {
    // The mean of the reference pool lies far above 18 minutes because a cut of the inter-site link
    // can last for days (lognormal, sigma 2.34): its quantiles do not.
    let column = drills(&[]);
    let p50 = column.data_lost_ms.p50.value.expect("a value") / MINUTE;
    assert!((p50 - 18.0).abs() < 1.0, "{p50}");
    assert!(column.data_lost_ms.max > 33.0 * MINUTE);
}
