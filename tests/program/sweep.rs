//! The promise of `sweep`: every point is the scenario that `--set` would make, under the same
//! failures, and what it costs stands beside what it gives.

use std::fs;
use std::path::Path;

use poolproof_reports::document::ResultDocument;
use poolproof_reports::figure::Figure;
use poolproof_reports::sweep::{SCHEMA, SweepDocument};

use crate::support::program::poolproof;

const SCENARIO: &str = "scenarios/lync-2013-lbw.toml";
const FEW: [&str; 4] = ["--trials", "300", "--set", "simulate.drill_trials=200"];

fn swept(scenario: &str, arguments: &[&str]) -> SweepDocument {
    let base = ["sweep", scenario, "--format", "json"];
    let output = poolproof(&[&base, &FEW[..], arguments].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn priced(directory: &Path) -> String {
    let base = fs::canonicalize(SCENARIO).unwrap();
    let path = directory.join("priced.toml");
    let text = format!(
        "extends = \"{}\"\n[cost]\npool_server = \"10/year\"\ndatabase_server = \"100/year\"\n\
         witness = \"1000/year\"\nshare = \"10000/year\"\ninter_site_link = \"100000/year\"\n\
         staffing = \"1000000/year\"\n",
        base.display()
    );
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_point_is_what_set_makes() {
    let grid = ["--grid", "log_shipping.backup_interval=5min,30min"];
    let document = swept(SCENARIO, &grid);
    assert_eq!(document.schema, SCHEMA);
    assert_eq!(document.points.len(), 2);
    let set = [
        "--set",
        "log_shipping.backup_interval=30min",
        "--format",
        "json",
    ];
    let output = poolproof(&[&["simulate", SCENARIO], &FEW[..], &set].concat());
    let result = ResultDocument::parse(&String::from_utf8(output.stdout).unwrap()).unwrap();
    let simulation = result.simulation.unwrap();
    let point = &document.points[1];
    assert_eq!(point.scenario_digest, result.identity.scenario_digest);
    let at =
        |name: &str| &point.figures[document.figure(Figure::from_name(name).unwrap()).unwrap()];
    assert_eq!(
        *at("per_year.outage.mean"),
        simulation.columns[1].time_ms.mean
    );
    assert_eq!(
        *at("given_site_loss.data_lost.p95"),
        simulation.columns[2].data_lost_ms.p95
    );
}

#[test]
fn data_lost_grows_with_the_interval_and_availability_does_not_change() {
    let document = swept(
        SCENARIO,
        &["--grid", "log_shipping.backup_interval=5min,15min,60min"],
    );
    let figure = |name: &str, point: usize| {
        let at = document.figure(Figure::from_name(name).unwrap()).unwrap();
        document.points[point].figures[at].value.unwrap()
    };
    for point in 1..3 {
        let name = "given_site_loss.data_lost.p95";
        assert!(figure(name, point) > figure(name, point - 1));
        // Common random numbers: not nearly the same, but the same.
        let name = "per_year.outage.mean";
        assert_eq!(figure(name, point), figure(name, point - 1));
    }
}

#[test]
fn one_at_a_time_has_a_base_and_two_ends_each() {
    let tornado = [
        "--tornado",
        "log_shipping.backup_interval=5min..15min..1h",
        "--tornado",
        "log_shipping.copy_interval=5min..1h",
    ];
    let document = swept(SCENARIO, &tornado);
    let values: Vec<_> = document
        .points
        .iter()
        .map(|point| point.values.join(" "))
        .collect();
    let base = "15min 15min";
    assert_eq!(
        values,
        [base, "5min 15min", "1h 15min", "15min 5min", "15min 1h"]
    );
}

#[test]
fn a_latin_hypercube_goes_with_the_seed() {
    let lhs = [
        "--lhs",
        "4",
        "log_shipping.backup_interval=5min..1h",
        "pool.dc2.idle=1..4",
    ];
    let of = |seed: &str| {
        let document = swept(SCENARIO, &[&lhs[..], &["--seed", seed]].concat());
        let values = document.points.into_iter().map(|point| point.values);
        values.collect::<Vec<_>>()
    };
    let one = of("1");
    assert_eq!(one, of("1"));
    assert_ne!(one, of("2"));
    let mut idle: Vec<&str> = one.iter().map(|values| values[1].as_str()).collect();
    idle.sort_unstable();
    assert_eq!(idle, ["1", "2", "3", "4"]);
}

#[test]
fn a_file_says_what_the_command_line_says() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("sweep.toml");
    let text = "[sweep]\nmethod = \"grid\"\n[[sweep.parameter]]\n\
                path = \"log_shipping.backup_interval\"\nvalues = [\"5min\", \"30min\"]\n";
    fs::write(&file, text).unwrap();
    let by_file = swept(SCENARIO, &["--file", &file.display().to_string()]);
    let by_grid = swept(
        SCENARIO,
        &["--grid", "log_shipping.backup_interval=5min,30min"],
    );
    assert_eq!(by_file.points, by_grid.points);
}

#[test]
fn costs_are_counted_by_component_and_make_a_front() {
    let directory = tempfile::tempdir().unwrap();
    let scenario = priced(directory.path());
    let out = directory.path().join("out").display().to_string();
    let grid = [
        "--grid",
        "log_shipping.backup_interval=5min,60min",
        "--grid",
        "secondary.mirror=false,true",
        "--out",
        &out,
    ];
    let document = swept(&scenario, &grid);
    // 8 pool servers, 3 or 4 database servers, one witness, the share, the link, the staff.
    let cost = |point: usize| document.points[point].cost_per_year.unwrap();
    assert_eq!(
        cost(0),
        80.0 + 300.0 + 1_000.0 + 10_000.0 + 100_000.0 + 1_000_000.0
    );
    assert_eq!(cost(1) - cost(0), 100.0);
    assert_eq!([cost(2), cost(3)], [cost(0), cost(1)]);
    // Which points are beaten follows from the rows: cost, data lost and time to recover.
    let figure = |name: &str, point: usize| {
        let at = document.figure(Figure::from_name(name).unwrap()).unwrap();
        document.points[point].figures[at].value.unwrap()
    };
    let row = |point: usize| {
        let lost = figure("given_site_loss.data_lost.p95", point);
        let time = figure("given_site_loss.time_to_recover.p95", point);
        [cost(point), lost, time]
    };
    let rows: Vec<[f64; 3]> = (0..4).map(row).collect();
    // By the definition: no dearer, in no figure perhaps worse, in one surely better.
    let beats = |one: usize, other: usize| {
        let figures = Figure::OF_FRONT.map(|figure| document.figure(figure).unwrap());
        let mut better = cost(one) < cost(other);
        let no_worse = figures.into_iter().all(|at| {
            let [here, there] = [one, other].map(|point| &document.points[point].figures[at]);
            let ends = (here.high, here.low, there.low, there.high);
            let (Some(high), Some(_), Some(low), Some(_)) = ends else {
                return true;
            };
            better |= high < low;
            here == there || high < low
        });
        cost(one) <= cost(other) && no_worse && better
    };
    let expected = [0, 1, 2, 3].map(|point| !(0..4).any(|other| beats(other, point)));
    let front: Vec<bool> = document
        .points
        .iter()
        .map(|point| point.on_front.unwrap())
        .collect();
    assert_eq!(front, expected, "{rows:?}");
    // The jobs do not change the time to recover, and an hour between backups loses more: without
    // a mirror and with one, the longer interval is beaten at the same cost. Nothing costs less
    // than the first point and loses as little.
    assert!(beats(0, 2) && beats(1, 3), "{rows:?}");
    assert!(front[0], "{rows:?}");
    for chart in [
        "heat-data-lost",
        "pareto-data-lost",
        "pareto-time-to-recover",
    ] {
        let png = fs::read(Path::new(&out).join(format!("charts/{chart}.png"))).unwrap();
        assert_eq!(&png[1..4], b"PNG");
    }
    let page = fs::read_to_string(Path::new(&out).join("index.html")).unwrap();
    assert!(
        !page
            .replace("http://www.w3.org/2000/svg", "")
            .contains("://")
    );
    let csv = fs::read_to_string(Path::new(&out).join("sweep.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.records().map(Result::unwrap).count(), 4);
}

#[test]
fn without_prices_there_is_no_front() {
    let document = swept(SCENARIO, &["--grid", "secondary.mirror=false,true"]);
    assert!(
        document
            .points
            .iter()
            .all(|point| point.cost_per_year.is_none())
    );
    assert!(document.points.iter().all(|point| point.on_front.is_none()));
}

#[test]
fn points_are_checked_where_asked_for() {
    let scenario = "scenarios/hazards/H-01-guarded.toml";
    let check = ["--grid", "check.faults=0,1", "--check"];
    let document = swept(scenario, &check);
    for point in &document.points {
        assert!(!point.verdicts.is_empty());
        assert_eq!(point.verdict_words(), "as expected");
    }
}

#[test]
fn mistakes_are_told() {
    for (arguments, code, why) in [
        (
            vec!["--grid", "log_shipping.backup_intervall=5min"],
            3,
            "backup_interval",
        ),
        (
            vec!["--grid", "log_shipping.backup_interval=soon"],
            3,
            "not a duration",
        ),
        (
            vec!["--grid", "simulate.horizon=365d,730d"],
            3,
            "simulate.horizon",
        ),
        (
            vec!["--grid", "pool.dc2.idle=4,5"],
            3,
            "the point pool.dc2.idle=5",
        ),
        (vec!["--grid", "nonsense"], 2, "PATH=V1,V2"),
        (vec!["--lhs", "many", "a=1..2"], 2, "number of points"),
        (
            vec!["--lhs", "3", "log_shipping.share=DC1..DC2"],
            3,
            "same unit",
        ),
        (vec!["--file", "none.toml"], 3, "none.toml"),
        (vec![], 2, "--grid"),
    ] {
        let output = poolproof(&[&["sweep", SCENARIO], &arguments[..]].concat());
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(why), "{arguments:?}: {errors}");
    }
}

/// The outage of a year is its number of failures times their length, the product of two uniform
/// numbers, whose indices are known: 1 to 19 a year have a mean of 10 and a variance of 27, and 20
/// to 80 min of 50 and 300. How many users there are changes nothing.
#[test]
fn indices_of_a_product_are_those_of_its_closed_form() {
    let scenario = "scenarios/oracles/m1.toml";
    let output = poolproof(&[
        "sweep",
        scenario,
        "--format",
        "json",
        "--trials",
        "300",
        "--set",
        "simulate.drill_trials=0",
        "--set",
        "failures.database_server=[]",
        "--set",
        "simulate.confidence=0.99",
        "--sensitivity",
        "120",
        "failures.site_outage.rate=1/year..19/year",
        "failures.site_outage.repair=20min..80min",
        "pool.users=100..1000",
    ]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let document: SweepDocument = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document.points.len(), 120 * 5);
    let (both, rate, repair) = (27.0 * 300.0, 27.0 * 2_500.0, 300.0 * 100.0);
    let all: f64 = both + rate + repair;
    let outage = Figure::from_name("per_year.outage.mean").unwrap();
    let rows = document.sensitivities.iter();
    let rows: Vec<_> = rows.filter(|row| row.figure == outage).collect();
    let exact = [
        (rate / all, (rate + both) / all),
        (repair / all, (repair + both) / all),
    ];
    for (row, (first, total)) in rows.iter().zip(exact) {
        for (found, exact) in [(&row.first, first), (&row.total, total)] {
            let (low, high) = (found.low.unwrap(), found.high.unwrap());
            assert!(low <= exact && exact <= high, "{exact} {row:?}");
            assert!(high - low < 0.8, "{row:?}");
        }
    }
    let users = rows[2];
    assert_eq!(users.parameter, "pool.users");
    assert_eq!([users.first.value, users.total.value], [Some(0.0); 2]);
}
