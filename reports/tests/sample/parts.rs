//! Parts of the sample that stand for themselves: cut sets, exceedance curves, example trials.

use poolproof_reports::document::*;

use super::around;

const DAY_MS: u64 = 86_400_000;
const MINUTE_MS: u64 = 60_000;

pub(super) fn cut_sets() -> CutSets {
    let event = |event: &str, text: &str| CutEvent {
        event: event.to_owned(),
        text: text.to_owned(),
        count: 1,
    };
    let set = |rank, events: Vec<CutEvent>, per_year, at_most, note| CutSet {
        rank,
        order: events.len() as u32,
        events,
        per_year,
        at_most,
        note,
    };
    let property = |name: &str, title: &str, per_year, sets: Vec<CutSet>| PropertyCuts {
        property: name.to_owned(),
        title: title.to_owned(),
        meaning: String::new(),
        per_year,
        at_most: per_year.is_some(),
        without_estimate: u32::from(per_year.is_some()),
        sets,
    };
    let outage = || event("outage:DC1", "outage of DC1");
    let late = || event("return:DC1", "late return of DC1");
    let skipped = || event("skip:operator", "mistake: a step left out");
    CutSets {
        schema: CUTS_SCHEMA.to_owned(),
        identity: super::document_identity(),
        order: 2,
        complete_up_to: Some(2),
        cut_off_by: None,
        budget: Budget {
            faults: 2,
            mistakes: None,
            per_class: Vec::new(),
        },
        limits: Limits {
            states: 20_000_000,
            time_ms: None,
            bytes: None,
        },
        multisets: 66,
        states: 412_004,
        reductions: Vec::new(),
        properties: vec![
            property(
                "SB",
                "no split brain",
                Some(0.024),
                vec![
                    set(
                        1,
                        vec![outage(), late()],
                        Some(0.024),
                        true,
                        Some(RateNote::Certain(vec!["return:DC1".to_owned()])),
                    ),
                    set(
                        2,
                        vec![late(), skipped()],
                        None,
                        false,
                        Some(RateNote::NoRate(vec!["skip:operator".to_owned()])),
                    ),
                ],
            ),
            property("AL0", "no loss under one fault", None, Vec::new()),
        ],
        basic_events: Vec::new(),
    }
}

/// Falls by half over each doubling of the value, down to one of ten thousand trials.
pub(super) fn exceedance(least_ms: f64, highest: f64) -> Vec<ExceedancePoint> {
    let mut points = Vec::new();
    let (mut x, mut p) = (least_ms, highest);
    while p >= 1e-4 {
        let half = 1.96 * (p * (1.0 - p) / 10_000.0).sqrt();
        points.push(ExceedancePoint {
            x,
            p,
            low: (p - half).max(p * 0.05),
            high: (p + half + 2e-4).min(1.0),
        });
        (x, p) = (x * 1.3, p * 0.8);
    }
    points.push(ExceedancePoint {
        x,
        p: 0.0,
        low: 0.0,
        high: 3.7e-4,
    });
    points
}

pub(super) fn examples() -> Vec<ExampleTrial> {
    let incident = |trial, day: u64, cause, minutes: u64, lost: u64| Incident {
        trial,
        start_ms: day * DAY_MS,
        end_ms: Some(day * DAY_MS + minutes * MINUTE_MS),
        cause,
        detect_ms: minutes * MINUTE_MS / 4,
        decide_ms: minutes * MINUTE_MS / 4,
        act_ms: minutes * MINUTE_MS / 2,
        recover_ms: 0,
        reconnect_ms: 0,
        data_lost_ms: lost * MINUTE_MS,
        messages_lost: lost * 120,
        loss_cause: (lost > 0).then_some(LossCause::Discarded),
    };
    let example = |name, trial, incidents: Vec<Incident>| ExampleTrial {
        name,
        trial,
        outage_ms: incidents
            .iter()
            .filter_map(|one| one.end_ms.map(|end| end - one.start_ms))
            .sum(),
        incidents_in_all: incidents.len() as u64,
        incidents,
    };
    vec![
        example(
            ExampleName::Typical,
            41,
            vec![
                incident(41, 12, Cause::PoolServer, 1, 0),
                incident(41, 113, Cause::Maintenance, 2, 0),
                incident(41, 240, Cause::LocalLink, 6, 0),
            ],
        ),
        example(
            ExampleName::Worst,
            7_203,
            vec![
                incident(7_203, 3, Cause::PoolServer, 1, 0),
                incident(7_203, 20, Cause::Maintenance, 2, 0),
                incident(7_203, 200, Cause::SiteDisaster, 4_400, 24),
                incident(7_203, 214, Cause::Operators, 190, 0),
                incident(7_203, 330, Cause::PoolServer, 3, 0),
            ],
        ),
    ]
}

pub(super) fn incidents_by_length() -> Vec<IncidentLength> {
    [
        (Some(30_000), 1.1, 11.8),
        (Some(300_000), 0.4, 0.2),
        (Some(3_600_000), 0.2, 0.0),
        (None, 0.1, 0.0),
    ]
    .map(|(up_to_ms, unplanned, planned)| IncidentLength {
        up_to_ms,
        unplanned_per_year: around(unplanned, 0.03, 10_000),
        planned_per_year: around(planned, 0.03, 10_000),
    })
    .to_vec()
}

pub(super) fn estimate(
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    n: u64,
) -> Estimate {
    Estimate {
        value,
        low,
        high,
        confidence: 0.95,
        n,
        method: Method::OrderStatistics,
    }
}
