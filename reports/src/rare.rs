//! What is rare, in words: below the figures of plain trials.

use crate::document::RareEvent;
use crate::layout::hanging;
use crate::{quantity, words};

/// First failures that are named.
const NAMED: usize = 5;

/// Returns the heading.
pub(crate) fn title(rare: &RareEvent, horizon_ms: u64) -> String {
    let what = words::rare_what(rare.what);
    format!("{what} within {}", quantity::horizon(horizon_ms))
}

/// Returns the probability, and how often that is.
pub(crate) fn probability(rare: &RareEvent, horizon_ms: u64) -> String {
    if rare.withheld {
        return "withheld".to_owned();
    }
    let text = quantity::estimate(&rare.probability, scientific);
    match rare.probability.value {
        // A chance per trial that is small is about a rate.
        Some(value) if value > 0.0 && value < 0.1 => {
            let years = horizon_ms as f64 / YEAR_MS / value;
            format!("{text}, once in {} years", quantity::number(years))
        }
        _ => text,
    }
}

const YEAR_MS: f64 = 8_766.0 * 3_600_000.0;

fn scientific(share: f64) -> String {
    if share == 0.0 || share >= 0.001 {
        quantity::number(share)
    } else {
        format!("{share:.3e}")
    }
}

/// Returns what the estimate rests on.
pub(crate) fn basis(rare: &RareEvent) -> String {
    let how = words::rare_how(rare.how);
    let mut text = format!(
        "{how}; {} paths, {} effective, largest share {}",
        quantity::count(rare.paths),
        quantity::count(libm::round(rare.effective_paths) as u64),
        quantity::probability(rare.largest_share)
    );
    if let Some(weight) = &rare.mean_weight {
        text += &format!("; mean weight {}", quantity::estimate(weight, scientific));
    }
    text
}

/// Returns with what it begins.
pub(crate) fn beginnings(rare: &RareEvent) -> String {
    let name = |failure: &Option<String>| match failure {
        Some(name) => name.clone(),
        None => "otherwise".to_owned(),
    };
    let told_apart = rare.first_failures.iter().any(|one| one.failure.is_some());
    if !told_apart {
        return String::new();
    }
    let named = rare.first_failures.iter().take(NAMED);
    let mut parts: Vec<String> = named
        .map(|one| {
            format!(
                "{} {}",
                name(&one.failure),
                quantity::probability(one.share)
            )
        })
        .collect();
    let rest: f64 = rare
        .first_failures
        .iter()
        .skip(NAMED)
        .map(|one| one.share)
        .sum();
    if rest > 0.0 {
        parts.push(format!("others {}", quantity::probability(rest)));
    }
    parts.join(", ")
}

/// Returns the lines of the table for people.
pub(crate) fn lines(rare: &RareEvent, horizon_ms: u64) -> Vec<String> {
    let mut lines = vec![String::new(), title(rare, horizon_ms)];
    lines.extend(hanging("  probability:   ", &probability(rare, horizon_ms)));
    lines.extend(hanging("  estimated by:  ", &basis(rare)));
    let beginnings = beginnings(rare);
    if !beginnings.is_empty() {
        lines.extend(hanging("  begins with:   ", &beginnings));
    }
    for doubt in &rare.doubts {
        lines.extend(hanging("  doubt:         ", &words::doubt(*doubt)));
    }
    lines
}

/// Returns a heading, and the whole in sentences.
pub(crate) fn sentence(rare: &RareEvent, horizon_ms: u64) -> (String, String) {
    let mut parts = vec![probability(rare, horizon_ms), basis(rare)];
    let beginnings = beginnings(rare);
    if !beginnings.is_empty() {
        parts.push(format!("Begins with {beginnings}"));
    }
    parts.extend(
        rare.doubts
            .iter()
            .map(|doubt| format!("Doubt: {}", words::doubt(*doubt))),
    );
    (title(rare, horizon_ms), format!("{}.", parts.join(". ")))
}

/// An estimate by hand, for tests.
#[cfg(test)]
pub(crate) fn sample() -> RareEvent {
    tests::event()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Doubt, Estimate, FirstFailure, Method, RareMethod, RareWhat};

    fn estimate(value: f64, low: f64, high: f64) -> Estimate {
        Estimate {
            value: Some(value),
            low: Some(low),
            high: Some(high),
            confidence: 0.95,
            n: 80_000,
            method: Method::StudentT,
        }
    }

    pub(super) fn event() -> RareEvent {
        RareEvent {
            what: RareWhat::Loss,
            how: RareMethod::Cycles,
            paths: 80_000,
            probability: estimate(7.6e-8, 7.4e-8, 7.8e-8),
            effective_paths: 18_040.2,
            largest_share: 0.0002,
            mean_weight: Some(estimate(0.998, 0.99, 1.006)),
            first_failures: vec![
                FirstFailure {
                    failure: Some("crash:A".to_owned()),
                    share: 0.75,
                },
                FirstFailure {
                    failure: None,
                    share: 0.25,
                },
            ],
            doubts: Vec::new(),
            withheld: false,
        }
    }

    #[test]
    fn a_probability_says_how_often_that_is() {
        let text = lines(&event(), 8_766 * 3_600_000).join("\n");
        assert!(text.contains("7.600e-8 (7.400e-8 to 7.800e-8)"), "{text}");
        assert!(text.contains("once in 13,157,895 years"), "{text}");
        assert!(text.contains("crash:A 75 %, otherwise 25 %"), "{text}");
    }

    #[test]
    fn a_withheld_number_is_not_shown() {
        let mut withheld = event();
        withheld.withheld = true;
        withheld.doubts.push(Doubt::Dominated {
            share: 0.9,
            most: 0.5,
        });
        let text = lines(&withheld, 8_766 * 3_600_000).join("\n");
        assert!(text.contains("withheld"), "{text}");
        assert!(!text.contains("7.6"), "{text}");
        assert!(text.contains("doubt:         one path"), "{text}");
    }
}
