//! The promise of the last resort on the clock: every outage ends, as long as a database server is
//! left or comes back (handbook 13.22).

use poolproof::app::document::simulation::simulate;
use poolproof_reports::document::ColumnName;

use crate::support::scenarios::load;

/// Incidents without an end in years in which disks and data centres are lost often.
fn unended(last_resort: &str) -> u64 {
    let scenario = load(
        "scenarios/lync-2013-lbw.toml",
        &[
            ("operators.last_resort", last_resort),
            ("simulate.trials", "500"),
            ("simulate.drill_trials", "0"),
            ("failures.site_disaster", "{ rate = \"0.5/year\" }"),
            ("failures.site_disaster_dc2", "{ rate = \"0.5/year\" }"),
            (
                "failures.database_server",
                "[{ rate = \"6/year\", repair = \"1h\", destructive = 0.5 }]",
            ),
        ],
    );
    let columns = simulate(&scenario, &mut |_, _, _| true).document.columns;
    let mut columns = columns.iter();
    columns
        .find(|column| column.name == ColumnName::PerIncident)
        .map_or(0, |column| column.no_return.count)
}

#[test]
fn no_outage_is_without_an_end() {
    assert!(unended("none") > 20, "there are dead ends to see");
    assert_eq!(unended("runbooks/last-resort.toml"), 0);
}
