//! What every rendering promises: the same bytes, no panic on poor input, nothing lost between
//! them.

use poolproof_reports::chart::Chart;
use poolproof_reports::document::{CdfPoint, ColumnName, DocumentError, ResultDocument};
use poolproof_reports::{bundle, json};

use crate::sample;

#[test]
fn the_document_survives_its_text() {
    for document in [sample::document(), sample::empty(), sample::quiet()] {
        let text = json::result(&document).expect("the sample can be written");
        let read = ResultDocument::parse(&text).expect("what is written can be read");
        assert_eq!(json::result(&read).expect("and written again"), text);
        assert!(text.ends_with("}\n"));
    }
}

#[test]
fn other_schemas_are_refused_by_name() {
    let text = json::result(&sample::document()).expect("the sample can be written");
    let later = text.replace("poolproof/result/v2", "poolproof/result/v3");
    let error = ResultDocument::parse(&later).expect_err("a later schema");
    let DocumentError::Schema(other) = &error else {
        panic!("{error}");
    };
    assert_eq!(other.found, "poolproof/result/v3");
    assert_eq!(other.expected, "poolproof/result/v2");
    let again = sample::document().identity.command;
    assert!(error.to_string().ends_with(&again), "{error}");
    for text in ["", "[]", "{}", "{\"schema\":\"poolproof/result/v2\"}"] {
        assert!(
            matches!(
                ResultDocument::parse(text),
                Err(DocumentError::Malformed(..))
            ),
            "{text}"
        );
    }
}

#[test]
fn numbers_are_written_rounded() {
    let mut document = sample::document();
    let simulation = document
        .simulation
        .as_mut()
        .expect("the sample is simulated");
    simulation.availability.value = Some(2.0 / 3.0);
    simulation.availability.high = Some(f64::INFINITY);
    simulation.availability.low = None;
    let text = json::result(&document).expect("the sample can be written");
    assert!(text.contains("\"value\": 0.666666667,\n      \"low\": null,\n      \"high\": null"));
}

#[test]
fn a_number_that_is_none_is_an_error_and_not_null() {
    let mut document = sample::document();
    let check = document.checks.first_mut().expect("the sample is checked");
    check.collision_odds = f64::NAN;
    let error = json::result(&document).expect_err("not a number");
    assert!(error.to_string().contains("not a finite number"), "{error}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let once = bundle::render(&sample::document(), &sample::incidents()).expect("drawn once");
    let again = bundle::render(&sample::document(), &sample::incidents()).expect("drawn again");
    assert!(once == again, "two renderings differ");
    let names: Vec<_> = once.iter().map(|(name, _)| name.as_str()).collect();
    insta::assert_json_snapshot!(names);
}

#[test]
fn a_stored_document_gives_the_same_bytes() {
    let document = sample::document();
    let text = json::result(&document).expect("the sample can be written");
    let stored = ResultDocument::parse(&text).expect("what is written can be read");
    let fresh = bundle::render(&document, &[]).expect("drawn from memory");
    let again = bundle::render(&stored, &[]).expect("drawn from the store");
    for ((name, left), (_, right)) in fresh.iter().zip(&again) {
        assert!(left == right, "{name} differs");
    }
}

#[test]
fn poor_documents_are_drawn_too() {
    let mut documents = vec![sample::empty(), sample::quiet()];
    let points = [
        vec![CdfPoint {
            x: 0.0,
            p: 1.0,
            low: 0.9,
            high: 1.0,
        }],
        vec![CdfPoint {
            x: 60_000.0,
            p: 0.4,
            low: 0.0,
            high: 1.0,
        }],
        vec![CdfPoint {
            x: 1e15,
            p: 1.0,
            low: 1.0,
            high: 1.0,
        }],
    ];
    for points in points {
        let mut document = sample::document();
        let simulation = document
            .simulation
            .as_mut()
            .expect("the sample is simulated");
        for column in &mut simulation.columns {
            column.time_cdf.clone_from(&points);
            column.data_lost_cdf.clone_from(&points);
        }
        for share in &mut simulation.outage_by_cause {
            share.ms_per_year.value = None;
        }
        documents.push(document);
    }
    let mut many = sample::document();
    let simulation = many.simulation.as_mut().expect("the sample is simulated");
    let share = simulation.outage_by_cause[0].clone();
    simulation.outage_by_cause = vec![share; 40];
    simulation
        .columns
        .retain(|column| column.name == ColumnName::PerYear);
    many.scenario.sites.clear();
    documents.push(many);
    for document in documents {
        for chart in Chart::ALL {
            let png = chart.png(&document).expect("drawn as an image");
            assert!(png.starts_with(b"\x89PNG"));
        }
        bundle::render(&document, &[]).expect("drawn");
    }
}

#[test]
fn an_empty_chart_says_so() {
    let svg = Chart::TimeToRecover.svg(&sample::quiet()).expect("drawn");
    assert!(svg.contains("no incident seen in 10,000 trials of 1 year"));
    let svg = Chart::DataLost.svg(&sample::quiet()).expect("drawn");
    assert!(svg.contains("no drill of the loss of DC1 was run"));
    let svg = Chart::OutageByCause.svg(&sample::empty()).expect("drawn");
    assert!(svg.contains("nothing was simulated"));
}

#[test]
fn a_line_that_is_missing_or_never_ends_is_said() {
    let mut document = sample::document();
    let simulation = document
        .simulation
        .as_mut()
        .expect("the sample is simulated");
    for column in &mut simulation.columns {
        match column.name {
            ColumnName::PerIncident => {
                column.n = 0;
                column.time_cdf.clear();
            }
            _ => {
                column.time_cdf.truncate(90);
                column.no_return.count = 8;
            }
        }
    }
    let svg = Chart::TimeToRecover.svg(&document).expect("drawn");
    assert!(svg.contains("Per unplanned incident: none seen"));
    assert!(svg.contains(", 8 had not returned"));
}

#[test]
fn images_carry_no_time_stamp() {
    let png = Chart::DataLost.png(&sample::document()).expect("drawn");
    for chunk in [&b"tIME"[..], b"tEXt", b"iTXt", b"eXIf"] {
        assert!(!png.windows(4).any(|window| window == chunk));
    }
}
