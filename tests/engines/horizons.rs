//! The promise of figures per year: they are per year, whatever the length of a trial is.

use poolproof::app::document::simulation::simulate;
use poolproof_reports::document::{ColumnName, Simulation};

use crate::support::scenarios::load;

const YEAR_MS: f64 = 8_766.0 * 3_600_000.0;

/// The reference pool, simulated with trials of this length.
fn simulated(horizon: &str, trials: &str) -> Simulation {
    let scenario = load(
        "scenarios/lync-2013-lbw.toml",
        &[
            ("simulate.horizon", horizon),
            ("simulate.trials", trials),
            ("simulate.drill_trials", "0"),
        ],
    );
    simulate(&scenario, &mut |_, _, _| true).document
}

/// The mean outage of a trial is counted; that of a year follows from it.
#[test]
fn outage_per_year_is_the_outage_of_a_trial_over_its_length() {
    for (horizon, hours) in [
        ("2191.5h", 2_191.5),
        ("8766h", 8_766.0),
        ("26298h", 26_298.0),
    ] {
        let simulation = simulated(horizon, "2000");
        let horizon_ms = hours * 3_600_000.0;
        let per_trial = simulation
            .columns
            .iter()
            .find(|column| column.name == ColumnName::PerYear)
            .map(|column| &column.time_ms.mean)
            .expect("a column");
        let per_year = &simulation.mean_outage_ms_per_year;
        let scaled = |x: Option<f64>| x.expect("it was estimated") * YEAR_MS / horizon_ms;
        for (year, trial) in [
            (per_year.value, per_trial.value),
            (per_year.low, per_trial.low),
            (per_year.high, per_trial.high),
        ] {
            let (year, trial) = (year.expect("it was estimated"), scaled(trial));
            assert!(trial > 0.0, "{horizon}: nothing to see");
            assert!(
                (year - trial).abs() < 1e-9 * trial,
                "{horizon}: {year}, {trial}"
            );
        }
        let availability = simulation.availability.value.expect("it was estimated");
        let expected = 1.0 - per_year.value.expect("it was estimated") / YEAR_MS;
        assert!((availability - expected).abs() < 1e-12, "{horizon}");
        let by_cause: f64 = simulation
            .outage_by_cause
            .iter()
            .filter_map(|share| share.ms_per_year.value)
            .sum();
        let whole = per_year.value.expect("it was estimated");
        assert!(
            (by_cause - whole).abs() < 1e-6 * whole,
            "{horizon}: {by_cause}, {whole}"
        );
    }
}

/// The same system in trials of a quarter of a year and of three years: failures are as frequent.
#[test]
fn incidents_per_year_do_not_depend_on_the_length_of_a_trial() {
    let rate = |horizon: &str, trials: &str| {
        let simulation = simulated(horizon, trials);
        let incidents = simulation
            .outage_by_cause
            .iter()
            .map(|share| share.incidents_per_year.value.unwrap_or(0.0));
        incidents.sum::<f64>()
    };
    let (short, long) = (rate("2191.5h", "24000"), rate("26298h", "2000"));
    // Six thousand years each.
    assert!((short / long - 1.0).abs() < 0.1, "{short}, {long}");
}
