//! The promise of records of drills: the form is read as it was filled in, a drill that is as the
//! scenario expects is found within its limits as often as they say, what is not is found, and what
//! is fitted covers the truth.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use csv::{ReaderBuilder, WriterBuilder};
use poolproof::app::compile::simulation::{drill, trial_settings};
use poolproof::app::drill::{ExpectedDrills, form};
use poolproof::app::fit::{FitRequest, FittedScenario, fit};
use poolproof::app::{Execution, Unobserved, compile};
use poolproof::records::kind::RecordKind;
use poolproof::records::manifest::RecordManifest;
use poolproof::records::pool_records::PoolRecords;
use poolproof::scenario::Scenario;
use poolproof_engines::clocks::distribution::Distribution;
use poolproof_engines::clocks::random::Uniform;
use poolproof_engines::simulate::tally::{Incident, Tally};
use poolproof_engines::simulate::trial::{Runner, TrialSettings};
use poolproof_models::names::runbook::Role;
use poolproof_reports::drill::DrillReview;
use poolproof_reports::fit::{FitDecision, FitValue};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::support::program::{poolproof_in, stderr, stdout};
use crate::support::records::stamp;
use crate::support::scenarios::load;

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const START: i64 = 1_456_912_800_000;

/// What is written into a form.
struct Filled {
    /// Time to recover and data lost.
    service: Option<[u64; 2]>,
    steps: Vec<u64>,
}

/// A form that was filled in, as a spreadsheet saves it: the first time has a date.
fn filled(form: &str, what: &Filled) -> String {
    let mut reader = ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(form.as_bytes());
    let mut writer = WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    writer.write_record(reader.headers().unwrap()).unwrap();
    let mut at = START;
    for (index, row) in reader.records().enumerate() {
        let mut cells: Vec<String> = row.unwrap().iter().map(str::to_owned).collect();
        if index == 0 {
            cells[7] = stamp(START, 0);
            if let Some([time_ms, lost_ms]) = what.service {
                cells[8] = stamp(START + time_ms as i64, 0);
                cells[10] = format!("{}s", lost_ms / 1_000);
            }
        } else {
            cells[7] = stamp(at, 0);
            at += what.steps[index - 1] as i64;
            cells[8] = stamp(at, 0);
        }
        writer.write_record(&cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Reads records, each a drill.
fn read(texts: &[String]) -> Result<PoolRecords, String> {
    let files = (0..texts.len())
        .map(|index| format!("[[file]]\npath = \"{index}.csv\"\nkind = \"drill-record\"\n"));
    let manifest = RecordManifest::parse("records.toml", &files.collect::<String>()).unwrap();
    let open = |path: &str| -> Result<Box<dyn Read>, String> {
        let index: usize = path.trim_end_matches(".csv").parse().unwrap();
        Ok(Box::new(Cursor::new(texts[index].clone().into_bytes())))
    };
    PoolRecords::read(manifest, &open).map_err(|found| {
        let found = found.iter().map(ToString::to_string);
        found.collect::<Vec<_>>().join("\n")
    })
}

fn expected(scenario: &Scenario, role: Role) -> ExpectedDrills<'_> {
    let execution = Execution {
        threads: Some(1),
        spare_bytes: None,
        observer: &Unobserved,
    };
    ExpectedDrills::of(scenario, role, &execution).unwrap()
}

fn review(expected: &ExpectedDrills<'_>, text: &str) -> DrillReview {
    let records = read(&[text.to_owned()]).unwrap();
    expected.review(&records.drills[0], "drill.csv").unwrap()
}

/// Simulated drills of another seed than that of the expectation.
fn simulated(scenario: &Scenario, count: u64) -> Vec<Incident> {
    let topology = compile::timed_topology(scenario);
    let activities = compile::activities(scenario, &topology);
    let settings = TrialSettings {
        incident_trials: u64::MAX,
        drill: drill(&topology, None),
        ..trial_settings(scenario)
    };
    let mut runner = Runner::new(&topology, &activities, 77);
    let mut tally = Tally::default();
    for trial in 0..count {
        runner.run(trial, &settings, &mut tally);
    }
    tally.incidents
}

struct Draws(ChaCha8Rng);

impl Draws {
    fn of(&mut self, distributions: &[Distribution]) -> Vec<u64> {
        let draw = |one: &Distribution| {
            let u = Uniform::from_bits(self.0.next_u64());
            // Records have whole seconds.
            one.quantile(u).ms / 1_000 * 1_000
        };
        distributions.iter().map(draw).collect()
    }
}

/// At the level of 90 %, 300 drills are within limits of one figure 254 to 286 times (three
/// deviations). Losses are 0 in many drills, which belongs to the limits: they may be within more
/// often. Within all of them together are at least 254.
#[test]
fn a_simulated_drill_is_within_its_limits_as_often_as_they_say() {
    const DRILLS: u64 = 300;
    let scenario = load(LBW, &[("simulate.drill_trials", "4000")]);
    let expected = expected(&scenario, Role::SiteFailover);
    let form = form(&scenario, Role::SiteFailover).unwrap();
    let durations = &scenario.operators.site_failover.as_ref().unwrap().durations;
    let mut draws = Draws(ChaCha8Rng::seed_from_u64(3));
    let (mut within, mut together, mut found_slow, mut seen) = (vec![0; 13], 0, 0, 0);
    for incident in simulated(&scenario, DRILLS) {
        let Some(time_ms) = incident.end_ms.map(|_| incident.length_ms()) else {
            continue;
        };
        let mut what = Filled {
            service: Some([time_ms, incident.data_lost_ms]),
            steps: draws.of(durations),
        };
        let one = review(&expected, &filled(&form, &what));
        assert_eq!(one.figures.len(), 13, "{one:?}");
        for (count, figure) in within.iter_mut().zip(&one.figures) {
            *count += u64::from(figure.is_within());
        }
        together += u64::from(one.is_expected());
        seen += 1;
        // The fourth step takes ten times as long.
        what.steps[3] *= 10;
        let slow = review(&expected, &filled(&form, &what));
        assert!(
            !slow.figures[3].is_within() || what.steps[3] < 600_000,
            "{slow:?}"
        );
        found_slow += u64::from(!slow.is_expected());
    }
    assert!(seen >= DRILLS - 5, "{seen}");
    for (index, count) in within[..11].iter().enumerate() {
        assert!((254..=286).contains(count), "step {}: {count}", index + 1);
    }
    assert!(
        (254..=286).contains(&within[11]),
        "time to recover: {}",
        within[11]
    );
    assert!(within[12] >= 254, "data lost: {}", within[12]);
    assert!(together >= 254, "{together}");
    assert!(found_slow >= 270, "{found_slow}");
}

/// Twelve drills: the interval of the median of each step is at 95 %; 150 draws can fall short of
/// that by three deviations, which is 89.6 %.
#[test]
fn fitted_steps_cover_the_truth_and_few_drills_are_combined_with_the_prior() {
    const DRAWS: u64 = 150;
    let scenario = load(LBW, &[]);
    let role = Role::MirrorFailover;
    let runbook = scenario.operators.mirror_failover.as_ref().unwrap();
    let form = form(&scenario, role).unwrap();
    let drills = |seed: u64, count: u64| -> FittedScenario {
        let mut draws = Draws(ChaCha8Rng::seed_from_u64(seed));
        let text = |_| {
            let steps = draws.of(&runbook.durations);
            let service = None;
            filled(&form, &Filled { service, steps })
        };
        let texts: Vec<String> = (0..count).map(text).collect();
        fit(&FitRequest {
            records: &read(&texts).unwrap(),
            prior: &scenario,
            extends: Some("pool.toml"),
            command: "poolproof fit records.toml".to_owned(),
        })
    };
    let half = Uniform::new(0.5).unwrap();
    let medians = runbook
        .durations
        .iter()
        .map(|one| one.quantile(half).ms as f64);
    let medians: Vec<f64> = medians.collect();
    let mut covered = vec![0; medians.len()];
    for seed in 0..DRAWS {
        let found = drills(seed, 12).document;
        let of_runbook = |one: &&FitValue| one.key.starts_with("mirror-failover");
        let values: Vec<&FitValue> = found.values.iter().filter(of_runbook).collect();
        assert_eq!(values.len(), medians.len());
        for ((value, median), covered) in values.iter().zip(&medians).zip(&mut covered) {
            assert_eq!(value.decision, FitDecision::Measured);
            let (low, high) = (value.low.unwrap(), value.high.unwrap());
            // A record has whole seconds.
            *covered += u64::from(low - 1_000.0 <= *median && *median <= high + 1_000.0);
        }
    }
    for (index, covered) in covered.iter().enumerate() {
        let share = *covered as f64 / DRAWS as f64;
        assert!(share >= 0.896, "step {}: {share}", index + 1);
    }
    let few = drills(1, 1);
    let mut values = few.document.values.iter();
    let value = values
        .find(|one| one.key.starts_with("mirror-failover"))
        .unwrap();
    assert_eq!(value.decision, FitDecision::Combined);
    assert_eq!(value.prior_weight, Some(0.5));
    // The median of the prior and what was recorded, averaged on the logarithmic scale.
    let mean = libm::sqrt(medians[0] * value.estimate.unwrap());
    let written = value.written.as_ref().unwrap();
    let median = written.split('"').nth(1).unwrap();
    let off = duration_ms(median) as f64 - mean;
    assert!(off.abs() <= 1_000.0, "{written} {mean}");
    assert!(few.toml.contains("weighs 50 %"), "{}", few.toml);
    let (path, text) = few.files.first_key_value().unwrap();
    assert_eq!(path, "runbooks/mirror-failover-hardened-fitted.toml");
    assert!(text.contains("duration_grade = \"M\""), "{text}");
}

/// The milliseconds of a duration such as `7min 30s`.
fn duration_ms(text: &str) -> u64 {
    let units = [("ms", 1), ("min", 60_000), ("s", 1_000), ("h", 3_600_000)];
    let mut rest = text.trim();
    let mut sum = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
        let (number, unit) = rest.split_at(digits);
        let (name, ms) = units
            .iter()
            .find(|(name, _)| unit.starts_with(name))
            .unwrap();
        sum += number.parse::<u64>().unwrap() * ms;
        rest = unit[name.len()..].trim_start();
    }
    sum
}

#[test]
fn bad_records_are_refused_with_file_and_row() {
    let scenario = load(LBW, &[("simulate.drill_trials", "0")]);
    let form = form(&scenario, Role::SiteFailover).unwrap();
    let steps = vec![60_000; 11];
    let good = filled(
        &form,
        &Filled {
            service: Some([7_200_000, 720_000]),
            steps,
        },
    );
    assert!(read(std::slice::from_ref(&good)).is_ok());
    for (from, to, wanted) in [
        (
            "site-failover;3;",
            "site-failover;x;",
            "row 5: step cannot be read, as in `x`",
        ),
        (
            "site-failover;3;",
            "site-failover;2;",
            "expected each step once, in the order",
        ),
        (
            "site-failover;3;",
            "site-failback;3;",
            "the same runbook in every row",
        ),
        (
            ";fail-over-cms;",
            ";fail-over;",
            "operation cannot be read, as in `fail-over`",
        ),
        (
            "10:02:00;2016-03-02 10:03:00",
            "10:02:00;2016-03-02 10:01:00",
            "an end after the start",
        ),
        (
            "2016-03-02 10:03:00;;;",
            "03/02/2016 10:03;;;",
            "day and month cannot be confused",
        ),
        (";720s;", ";many;", "a duration such as 12min, or none"),
        (
            "2016-03-02 10:03:00;;;",
            "2016-03-02 10:03:00;;5min;",
            "stands in the row service",
        ),
        (
            "2016-03-02 10:03:00;;;",
            "2016-03-02 10:03:00;ok;;",
            "expected done, skipped or failed",
        ),
        (
            ";2016-03-02 10:03:00;;;",
            ";;done;;",
            "the time at which the step was done",
        ),
        (
            "site-failover;service;",
            "site-failover;service;;\n",
            "the row is broken",
        ),
        ("started;", "begun;", "is no drill-record: without started"),
    ] {
        assert!(good.contains(from), "{from}: {good}");
        let found = read(&[good.replacen(from, to, 1)]).expect_err(wanted);
        assert!(
            found.contains("0.csv") && found.contains(wanted),
            "{wanted}: {found}"
        );
    }
    let expected = expected(&scenario, Role::SiteFailover);
    let other = good.replacen(";fail-over-cms;", ";move-next-hop;", 1);
    let records = read(&[other]).unwrap();
    let error = expected
        .review(&records.drills[0], "drill.csv")
        .unwrap_err();
    assert!(
        error
            .message
            .contains("drill.csv, row 5: step 3 does move-next-hop"),
        "{error:?}"
    );
    let empty = read(&[form]).unwrap();
    let error = expected.review(&empty.drills[0], "drill.csv").unwrap_err();
    assert!(error.message.contains("holds no figure"), "{error:?}");
}

/// Times without a date, steps that were skipped or that overlap, and midnight.
#[test]
fn a_form_is_read_as_people_fill_it_in() {
    let head = RecordKind::DrillRecord.query().1;
    let row = |cells: &str| format!("site-failover,{cells}\n");
    let text = [
        head.to_owned(),
        row("service,,,,,,2016-03-02 23:40,02:10,,12 min,"),
        row("1,decide,,,,,23:45,23:58,,,rang twice"),
        row("2,decide,,,,,,00:20,Done,,"),
        row("3,fail-over-cms,,,,,00:20,00:25:30,failed,,"),
        row("4,drop-log-shipping,,,,,,,skipped,,"),
        row("5,copy-backlog,,,,,00:30,00:40,,,"),
        row("6,restore-backlog,,,,,00:35,,,,"),
    ]
    .concat();
    let records = read(&[text]).unwrap();
    let drill = &records.drills[0];
    assert_eq!(drill.time_ms(), Some(150 * 60_000));
    assert_eq!(drill.lost_ms, Some(12 * 60_000));
    let minutes: Vec<(usize, u64)> = drill
        .durations()
        .map(|(step, ms)| (step.number, ms / 60_000))
        .collect();
    assert_eq!(minutes, [(1, 13), (2, 22), (5, 10)]);
    assert_eq!(drill.idle_ms(), 270_000);
    let scenario = load(LBW, &[("simulate.drill_trials", "100")]);
    let found = expected(&scenario, Role::SiteFailover)
        .review(drill, "drill.csv")
        .unwrap();
    for words in [
        "step 4: skipped",
        "step 3: failed, and have no duration",
        "step 6: have no end",
        "5 steps are not in the record",
        "between the steps 4 min 30 s passed",
    ] {
        assert!(
            found.notes.iter().any(|note| note.contains(words)),
            "{words}: {:?}",
            found.notes
        );
    }
}

#[test]
fn the_program_writes_reviews_and_fits_a_record() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scenario = root.join(LBW).display().to_string();
    let written = ["runbook", "record", &scenario, "-o", "drill.csv"];
    assert_eq!(poolproof_in(at, &written).status.code(), Some(0));
    assert_eq!(
        poolproof_in(at, &written).status.code(),
        Some(0),
        "an empty form stays"
    );
    let form = fs::read_to_string(at.join("drill.csv")).unwrap();
    let steps = vec![
        900_000, 2_700_000, 300_000, 120_000, 300_000, 600_000, 300_000, 180_000,
    ];
    let steps = [steps, vec![900_000, 300_000, 600_000]].concat();
    let mut what = Filled {
        service: Some([7_500_000, 600_000]),
        steps,
    };
    fs::write(at.join("drill.csv"), filled(&form, &what)).unwrap();
    assert_eq!(
        poolproof_in(at, &written).status.code(),
        Some(74),
        "a filled one too"
    );
    let few = ["--set", "simulate.drill_trials=500"];
    let judged = ["runbook", "review", &scenario, "drill.csv"];
    let output = poolproof_in(at, &[&judged[..], &few[..]].concat());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    assert!(
        stdout(&output).starts_with("as expected"),
        "{}",
        stdout(&output)
    );
    what.steps[3] *= 10;
    fs::write(at.join("drill.csv"), filled(&form, &what)).unwrap();
    let output = poolproof_in(at, &[&judged[..], &few[..]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(
        stdout(&output).contains("step 4: drop the copy"),
        "{}",
        stdout(&output)
    );

    let manifest = "[[file]]\npath = \"drill.csv\"\nkind = \"drill-record\"\n";
    fs::write(at.join("records.toml"), manifest).unwrap();
    let fitted = [
        "fit",
        "records.toml",
        "--scenario",
        &scenario,
        "-o",
        "rates.toml",
    ];
    let output = poolproof_in(at, &fitted);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let shown = poolproof_in(at, &["show", "rates.toml"]);
    let text = stdout(&shown);
    let key = "site-failover-documented-fitted.step.4.duration";
    let line = text
        .lines()
        .skip_while(|line| !line.starts_with(key))
        .nth(1);
    let line = line.unwrap_or_else(|| panic!("{text}{}", stderr(&shown)));
    assert!(
        line.contains("grade M: fitted from drill.csv, n = 1"),
        "{line}"
    );
    assert_eq!(
        poolproof_in(at, &fitted).status.code(),
        Some(0),
        "our own files are replaced"
    );
}
