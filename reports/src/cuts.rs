//! Cut sets as a table for people, as CSV and as JSON.

use crate::document::{CutSet, CutSets, PropertyCuts, RateNote};
use crate::error::ReportError;
use crate::json::pretty;
use crate::layout::{WIDTH, hanging, joined, wrapped};
use crate::{float, quantity, words};

/// The columns of the CSV, in order.
pub const COLUMNS: [&str; 7] = [
    "property", "rank", "order", "events", "per_year", "at_most", "note",
];

/// Returns the text of the document as JSON.
///
/// # Errors
/// When the document holds a number that is not finite where one is required.
pub fn json(cuts: &CutSets) -> Result<String, ReportError> {
    pretty(cuts)
}

/// Returns one line per cut set. Events are stable names joined by ` + `, as often as they happen;
/// a set without an estimate has an empty `per_year`.
///
/// # Errors
/// Never for a document as it is; the signature leaves room for the writer's errors.
pub fn csv(cuts: &CutSets) -> Result<String, ReportError> {
    let failed = |error: ::csv::Error| ReportError::Csv(error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(failed)?;
    for property in &cuts.properties {
        for set in &property.sets {
            let per_year = set.per_year.filter(|number| number.is_finite());
            let per_year = per_year.map(|number| float::rounded(number).to_string());
            writer
                .write_record([
                    property.property.as_str(),
                    &set.rank.to_string(),
                    &set.order.to_string(),
                    &names(set),
                    &per_year.unwrap_or_default(),
                    if set.at_most { "true" } else { "false" },
                    &note(set),
                ])
                .map_err(failed)?;
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| ReportError::Csv(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| ReportError::Csv(error.to_string()))
}

/// Returns why a set has no estimate, or why it is only a bound; nothing otherwise.
pub(crate) fn note(set: &CutSet) -> String {
    let texts = |names: &[String]| {
        let events = set.events.iter().filter(|one| names.contains(&one.event));
        let texts: Vec<&str> = events.map(|one| one.text.as_str()).collect();
        texts.join(", ")
    };
    match &set.note {
        None => String::new(),
        Some(RateNote::NoFault) => "it needs no fault".to_owned(),
        Some(RateNote::Certain(names)) => format!("taken for certain: {}", texts(names)),
        Some(RateNote::AnyStep) => "a mistake at any step".to_owned(),
        Some(RateNote::NoRate(names)) => format!("no rate: {}", texts(names)),
        Some(RateNote::Repeated) => "the same component fails again after its repair".to_owned(),
    }
}

fn names(set: &CutSet) -> String {
    let each = set.events.iter();
    let repeated = each.flat_map(|event| (0..event.count).map(|_| event.event.as_str()));
    repeated.collect::<Vec<_>>().join(" + ")
}

/// Returns the cut sets as a table. The words may change; machines read the JSON.
pub fn text(cuts: &CutSets) -> String {
    let identity = &cuts.identity;
    let mut lines = wrapped(
        &format!("{}: minimal cut sets", identity.scenario_name),
        WIDTH,
    );
    let (version, digest) = (&identity.poolproof_version, &identity.scenario_digest);
    lines.extend(wrapped(
        &format!("poolproof {version}, scenario {digest}"),
        WIDTH,
    ));
    lines.extend(hanging("  faults:  ", &words::budget(&cuts.budget)));
    let searched = format!(
        "{} of basic events, {}",
        quantity::plural(cuts.multisets, "multiset", "multisets"),
        quantity::plural(cuts.states, "state", "states"),
    );
    lines.extend(hanging("  search:  ", &searched));
    lines.extend(hanging("  all of:  ", &how_far(cuts)));
    for property in &cuts.properties {
        lines.push(String::new());
        of_property(property, cuts, &mut lines);
    }
    lines.push(String::new());
    lines.extend(wrapped(
        "\"a year\" is how often all events of the set are there at once, counted when the last \
         begins: independent failures at the scenario's rates, in any order, the sets added up. \
         \"<=\" takes an event that happens only on demand (a late return, a mistake at a runbook) \
         for certain. What outlasts the repair of its cause is not in it.",
        WIDTH,
    ));
    joined(&lines)
}

fn how_far(cuts: &CutSets) -> String {
    let done = match cuts.complete_up_to {
        Some(order) => format!(
            "every minimal cut set of at most {}",
            quantity::plural(u64::from(order), "basic event", "basic events")
        ),
        None => "not even what happens without a fault is decided".to_owned(),
    };
    match cuts.cut_off_by {
        Some(by) => format!(
            "{done}; ended early by {}, so larger ones may be missing",
            words::cut_off(by, Some(&cuts.limits))
        ),
        None => done,
    }
}

fn of_property(property: &PropertyCuts, cuts: &CutSets, lines: &mut Vec<String>) {
    let name = words::property(&property.title, &property.property);
    lines.extend(wrapped(&name, WIDTH));
    if property.sets.is_empty() {
        let none = match cuts.complete_up_to {
            Some(order) => format!(
                "none with at most {}",
                quantity::plural(u64::from(order), "basic event", "basic events")
            ),
            None => "none found".to_owned(),
        };
        lines.push(format!("  {none}"));
        return;
    }
    lines.push("     #        a year  set".to_owned());
    for set in &property.sets {
        let texts = set.events.iter().map(|event| match event.count {
            1 => event.text.clone(),
            count => format!("{}, {count} times", event.text),
        });
        let texts: Vec<String> = texts.collect();
        let mut what = texts.join(" + ");
        if what.is_empty() {
            what.push_str("no fault at all");
        }
        let note = note(set);
        if !note.is_empty() {
            what.push_str(&format!(" ({note})"));
        }
        let often = often(set.per_year, set.at_most);
        lines.extend(hanging(&format!("  {:>4}  {often:>12}  ", set.rank), &what));
    }
    let rest = match property.without_estimate {
        0 => String::new(),
        n => format!(
            "; {} without an estimate",
            quantity::plural(u64::from(n), "set", "sets")
        ),
    };
    let sum = often(property.per_year, property.at_most);
    lines.push(format!("   all  {sum:>12}  the sum{rest}"));
}

/// A frequency, to three digits.
fn often(per_year: Option<f64>, at_most: bool) -> String {
    match per_year {
        Some(0.0) => "never".to_owned(),
        Some(number) => format!("{}{number:.2e}", if at_most { "<= " } else { "" }),
        None => "no rate".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Budget, CutEvent, CutOff, Limits, RunIdentity};

    fn sample() -> CutSets {
        let event = |event: &str, text: &str, count| CutEvent {
            event: event.to_owned(),
            text: text.to_owned(),
            count,
        };
        let set = |rank, events: Vec<CutEvent>, per_year, at_most, note: Option<RateNote>| CutSet {
            rank,
            order: events.iter().map(|event| event.count).sum(),
            events,
            per_year,
            at_most,
            note,
        };
        let sets = vec![
            set(
                1,
                vec![event("disaster:DC1", "loss of DC1", 1)],
                Some(0.02),
                false,
                None,
            ),
            set(
                2,
                vec![
                    event("crash:server-1", "crash of a server", 2),
                    event("return:DC1", "late return of DC1", 1),
                ],
                Some(1.0 / 3000.0),
                true,
                Some(RateNote::Certain(vec!["return:DC1".to_owned()])),
            ),
            set(
                3,
                vec![event("share-loss:share", "loss", 1)],
                None,
                false,
                Some(RateNote::NoRate(vec!["share-loss:share".to_owned()])),
            ),
        ];
        let property = |name: &str, sets: Vec<CutSet>| PropertyCuts {
            property: name.to_owned(),
            title: "No loss".to_owned(),
            meaning: "Nothing is lost.".to_owned(),
            per_year: (!sets.is_empty()).then_some(0.02 + 1.0 / 3000.0),
            at_most: !sets.is_empty(),
            without_estimate: u32::from(!sets.is_empty()),
            sets,
        };
        CutSets {
            schema: crate::document::CUTS_SCHEMA.to_owned(),
            identity: RunIdentity {
                poolproof_version: "0.1.0".to_owned(),
                build: "unknown".to_owned(),
                scenario_name: "sample".to_owned(),
                scenario_digest: "d".repeat(16),
                seed: 1,
                scenario_path: "sample.toml".to_owned(),
                overrides: Vec::new(),
                command: "poolproof cuts sample.toml".to_owned(),
            },
            order: 3,
            complete_up_to: Some(2),
            cut_off_by: Some(CutOff::States),
            budget: Budget {
                faults: 3,
                mistakes: None,
                per_class: Vec::new(),
            },
            limits: Limits {
                states: 1_000,
                time_ms: None,
                bytes: None,
            },
            multisets: 10,
            states: 1000,
            reductions: Vec::new(),
            properties: vec![property("AL", sets), property("SB", Vec::new())],
            basic_events: Vec::new(),
        }
    }

    #[test]
    fn the_csv_names_every_set_once_and_every_event_as_often_as_it_happens() {
        let text = csv(&sample()).expect("written");
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
            .collect();
        assert_eq!(rows.len(), 3);
        let row = |n: usize| rows[n].iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(
            row(0),
            ["AL", "1", "1", "disaster:DC1", "0.02", "false", ""]
        );
        assert_eq!(row(1)[3], "crash:server-1 + crash:server-1 + return:DC1");
        assert_eq!(row(1)[4], "0.000333333333");
        assert_eq!(row(2)[4], "");
    }

    #[test]
    fn the_table_says_how_far_and_what_is_only_a_bound() {
        let text = crate::layout::one_line(&text(&sample()));
        for part in [
            "every minimal cut set of at most 2 basic events; ended early by the limit",
            "2.00e-2 loss of DC1",
            "<= 3.33e-4 crash of a server, 2 times + late return of DC1 \
             (taken for certain: late",
            "no rate loss (no rate: loss)",
            "the sum; 1 set without an estimate",
            "none with at most 2 basic events",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn the_document_fits_its_published_schema_and_comes_back() {
        let text = json(&sample()).expect("written");
        let read: CutSets = serde_json::from_str(&text).expect("read");
        assert_eq!(json(&read).expect("written"), text);
        let schema = include_str!("../schema/cuts-v2.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let instance = serde_json::from_str(&text).expect("JSON");
        assert!(validator.is_valid(&instance));
    }
}
