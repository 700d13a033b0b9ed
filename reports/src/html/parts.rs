//! Cut sets, example trials and the support of the assumptions, as words for the page.

use crate::chart::incident_ms;
use crate::document::{Assumption, CutSet, CutSets, ExampleName, ResultDocument};
use crate::{quantity, words};

/// More cut sets of a property are counted, not listed.
const SETS_MOST: usize = 12;
/// More incidents of a trial are counted, not listed.
const INCIDENTS_MOST: usize = 10;

/// The cut sets of every property.
pub(crate) struct CutsView {
    pub(crate) extent: String,
    pub(crate) properties: Vec<PropertyView>,
    pub(crate) without: String,
}

/// The cut sets of one property.
pub(crate) struct PropertyView {
    pub(crate) name: String,
    pub(crate) sum: String,
    pub(crate) sets: Vec<SetView>,
    pub(crate) more: usize,
}

/// One cut set.
pub(crate) struct SetView {
    pub(crate) rank: u32,
    pub(crate) events: String,
    pub(crate) often: String,
    pub(crate) note: String,
}

/// Returns the cut sets as words: those of properties that have any, and the names of the others.
pub(crate) fn cuts(cuts: &CutSets) -> CutsView {
    let mut extent = match cuts.complete_up_to {
        Some(order) => format!(
            "Complete for sets of at most {}",
            quantity::plural(u64::from(order), "basic event", "basic events")
        ),
        None => "Not complete".to_owned(),
    };
    if let Some(by) = cuts.cut_off_by {
        let limit = words::cut_off(by, Some(&cuts.limits));
        extent += &format!("; cut off by {limit}");
    }
    extent += &format!(
        ". Searched: {}, {}; {}.",
        quantity::plural(cuts.multisets, "combination", "combinations"),
        quantity::plural(cuts.states, "state", "states"),
        words::budget(&cuts.budget)
    );
    let without: Vec<_> = cuts
        .properties
        .iter()
        .filter(|one| one.sets.is_empty())
        .map(|one| words::property(&one.title, &one.property))
        .collect();
    CutsView {
        extent,
        properties: cuts
            .properties
            .iter()
            .filter(|one| !one.sets.is_empty())
            .map(|one| PropertyView {
                name: words::property(&one.title, &one.property),
                sum: often(one.per_year, one.at_most),
                sets: one
                    .sets
                    .iter()
                    .take(SETS_MOST)
                    .map(|set| SetView {
                        rank: set.rank,
                        events: events(set),
                        often: often(set.per_year, set.at_most),
                        note: crate::cuts::note(set),
                    })
                    .collect(),
                more: one.sets.len().saturating_sub(SETS_MOST),
            })
            .collect(),
        without: without.join(", "),
    }
}

fn events(set: &CutSet) -> String {
    let texts: Vec<_> = set
        .events
        .iter()
        .map(|event| match event.count {
            1 => event.text.clone(),
            count => format!("{count} × {}", event.text),
        })
        .collect();
    texts.join(" and ")
}

fn often(per_year: Option<f64>, at_most: bool) -> String {
    let Some(rate) = per_year else {
        return "no estimate".to_owned();
    };
    let bound = if at_most { "at most " } else { "" };
    if rate >= 1.0 || rate <= 0.0 {
        return format!("{bound}{} times a year", quantity::number(rate));
    }
    format!("{bound}once in {} years", quantity::number(1.0 / rate))
}

/// An example trial as a table.
pub(crate) struct ExampleView {
    pub(crate) heading: String,
    pub(crate) rows: Vec<IncidentView>,
    pub(crate) more: u64,
}

/// One incident in words.
pub(crate) struct IncidentView {
    pub(crate) day: String,
    pub(crate) cause: &'static str,
    pub(crate) length: String,
    pub(crate) phases: String,
    pub(crate) lost: String,
}

/// Returns the example trials, each with its longest incidents.
pub(crate) fn examples(document: &ResultDocument) -> Vec<ExampleView> {
    let examples = document.simulation.iter().flat_map(|one| &one.examples);
    examples
        .map(|example| {
            let which = match example.name {
                ExampleName::Typical => "A typical trial",
                ExampleName::Worst => "The worst trial",
            };
            let mut longest: Vec<_> = example.incidents.iter().collect();
            longest.sort_by_key(|one| (std::cmp::Reverse(incident_ms(one)), one.start_ms));
            longest.truncate(INCIDENTS_MOST);
            longest.sort_by_key(|one| one.start_ms);
            let more = example.incidents_in_all - longest.len() as u64;
            ExampleView {
                heading: format!("{which}: number {}", example.trial),
                rows: longest.into_iter().map(incident).collect(),
                more,
            }
        })
        .collect()
}

fn incident(one: &crate::document::Incident) -> IncidentView {
    let phases = [
        ("detect", one.detect_ms),
        ("decide", one.decide_ms),
        ("act", one.act_ms),
        ("recover", one.recover_ms),
        ("reconnect", one.reconnect_ms),
    ];
    let spent: Vec<_> = phases
        .iter()
        .filter(|(_, ms)| *ms > 0)
        .map(|(name, ms)| format!("{name} {}", quantity::duration(*ms as f64)))
        .collect();
    let length = quantity::duration(incident_ms(one) as f64);
    IncidentView {
        day: quantity::number((one.start_ms / 86_400_000) as f64),
        cause: words::cause(one.cause),
        length: match one.end_ms {
            Some(_) => length,
            None => format!("{length}, not over"),
        },
        phases: spent.join(", "),
        lost: if one.data_lost_ms == 0 && one.messages_lost == 0 {
            "none".to_owned()
        } else {
            let cause = one.loss_cause.map(words::loss_cause);
            format!(
                "{} ({}{})",
                quantity::duration(one.data_lost_ms as f64),
                quantity::plural(one.messages_lost, "message", "messages"),
                cause.map_or_else(String::new, |cause| format!(", {cause}"))
            )
        },
    }
}

/// How well the figures behind the result are supported.
pub(crate) struct Support {
    pub(crate) all: usize,
    pub(crate) judged: usize,
    pub(crate) own: usize,
}

impl Support {
    pub(crate) fn of(assumptions: &[Assumption]) -> Self {
        let own = assumptions.iter().filter(|one| !one.is_default);
        let judged = assumptions.iter().filter(|one| one.grade.is_judgement());
        Self {
            all: assumptions.len(),
            judged: judged.count(),
            own: own.count(),
        }
    }
}
