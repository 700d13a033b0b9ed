//! The record of a drill beside what is simulated: each figure with the limits that 90 of 100
//! simulated drills keep, and all of them together.

use crate::layout::{WIDTH, hanging, joined, wrapped};
use crate::{quantity, visible};

/// A drill beside its simulated distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct DrillReview {
    /// The file of the record.
    pub record: String,
    /// The name of the scenario.
    pub scenario: String,
    /// The name of the runbook.
    pub runbook: String,
    /// What was simulated, in words; none where only the steps are judged.
    pub drilled: Option<String>,
    /// The share of simulated drills that one figure is within its limits.
    pub level: f64,
    /// The figures: steps in their order, time to recover, data lost.
    pub figures: Vec<DrillFigure>,
    /// What else is to be known, one sentence each.
    pub notes: Vec<String>,
}

/// One figure of a drill, in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct DrillFigure {
    /// What it is.
    pub name: String,
    /// What was recorded.
    pub value: u64,
    /// To how much it was written down: a team that writes minutes does not know the seconds.
    pub resolution: u64,
    /// Between what the simulated figure is with the probability of the level; the upper end is
    /// none where it has no end.
    pub limits: (u64, Option<u64>),
    /// The same so wide that a simulated drill is within all of them with that probability.
    pub joint_limits: (u64, Option<u64>),
    /// The share of simulated figures below the value, and the share up to it.
    pub position: (f64, f64),
}

impl DrillFigure {
    /// Whether the value is within its own limits.
    #[must_use]
    pub fn is_within(&self) -> bool {
        self.is_between(self.limits)
    }

    /// Whether it is within those that are for all figures together.
    #[must_use]
    pub fn is_jointly_within(&self) -> bool {
        self.is_between(self.joint_limits)
    }

    fn is_between(&self, (low, high): (u64, Option<u64>)) -> bool {
        let reaches = self.value.saturating_add(self.resolution) >= low;
        reaches && high.is_none_or(|high| self.value.saturating_sub(self.resolution) <= high)
    }

    /// Where the value stands among the simulated ones.
    fn position_words(&self) -> String {
        let (below, up_to) = self.position;
        if below <= 0.0 && up_to <= 0.0 {
            return "below every simulated value".to_owned();
        }
        if below >= 1.0 {
            return "above every simulated value".to_owned();
        }
        let percent = quantity::probability;
        match up_to - below < 0.01 {
            true => format!("{} of the simulated values are below", percent(below)),
            false => format!(
                "{} of the simulated values are below, and {} equal",
                percent(below),
                percent(up_to - below)
            ),
        }
    }
}

fn limits_words((low, high): (u64, Option<u64>)) -> String {
    let low = quantity::duration(low as f64);
    match high {
        Some(high) => format!("{low} to {}", quantity::duration(high as f64)),
        None => format!("{low} or more"),
    }
}

impl DrillReview {
    /// Whether the drill as a whole is one that the scenario expects.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        self.figures.iter().all(DrillFigure::is_jointly_within)
    }

    /// The answer for all figures together.
    #[must_use]
    pub fn summary(&self) -> String {
        let level = quantity::probability(self.level);
        let outside = self.figures.iter().filter(|one| !one.is_jointly_within());
        let outside: Vec<&str> = outside.map(|one| one.name.as_str()).collect();
        match outside.is_empty() {
            true => format!(
                "as expected: at least {level} of simulated drills stay within the limits for all \
                 figures together, and this one does"
            ),
            false => format!(
                "not as expected: outside the limits for all figures together, within which at \
                 least {level} of simulated drills stay: {}",
                outside.join("; ")
            ),
        }
    }

    /// How many figures are outside their own limits, and how many a right scenario would have.
    #[must_use]
    pub fn outside_words(&self) -> String {
        let count = self.figures.len() as f64;
        let outside = self.figures.iter().filter(|one| !one.is_within()).count();
        format!(
            "{outside} of {} outside their own limits. With so many figures, {} outside are \
             expected even where the scenario is right: a single one says little",
            quantity::plural(self.figures.len() as u64, "figure is", "figures are"),
            quantity::number(count * (1.0 - self.level))
        )
    }

    /// The review on a terminal.
    #[must_use]
    pub fn table(&self) -> String {
        let mut lines = wrapped(&self.summary(), WIDTH);
        lines.extend(wrapped(&self.outside_words(), WIDTH));
        lines.push(String::new());
        let beside = match &self.drilled {
            Some(drilled) => format!("{drilled}, simulated"),
            None => "the durations of the steps".to_owned(),
        };
        let text = format!(
            "{} beside {} ({beside}) with the runbook {}. Limits: of {} of the simulated values",
            self.record,
            self.scenario,
            self.runbook,
            quantity::probability(self.level)
        );
        lines.extend(wrapped(&text, WIDTH));
        for figure in &self.figures {
            lines.extend(hanging("", &figure.name));
            let verdict = match (figure.is_within(), figure.is_jointly_within()) {
                (true, _) => "within",
                (false, true) => "outside",
                (false, false) => "outside, and outside the limits for all together",
            };
            let value = quantity::duration(figure.value as f64);
            let text = format!(
                "{value}, {verdict}: {}; {}",
                limits_words(figure.limits),
                figure.position_words()
            );
            lines.extend(hanging("  ", &text));
            if !figure.is_within() {
                let joint = limits_words(figure.joint_limits);
                lines.extend(hanging("  ", &format!("for all together: {joint}")));
            }
        }
        for note in &self.notes {
            lines.extend(hanging("note: ", note));
        }
        visible::text(joined(&lines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str, value: u64) -> DrillFigure {
        DrillFigure {
            name: name.to_owned(),
            value,
            resolution: 1,
            limits: (60_000, Some(600_000)),
            joint_limits: (30_000, Some(1_200_000)),
            position: (0.3, 0.3),
        }
    }

    fn review(values: &[u64]) -> DrillReview {
        let figures = values.iter().zip(["step 1", "step 2"]);
        DrillReview {
            record: "drill.csv".to_owned(),
            scenario: "pool".to_owned(),
            runbook: "site-failover".to_owned(),
            drilled: None,
            level: 0.9,
            figures: figures.map(|(value, name)| figure(name, *value)).collect(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_figure_outside_its_own_limits_is_not_yet_a_finding() {
        let one = review(&[300_000, 700_000]);
        assert!(one.is_expected());
        let text = one.table();
        assert!(text.starts_with("as expected: at least 90 %"), "{text}");
        assert!(
            text.contains("11 min 40 s, outside: 1 min to 10 min"),
            "{text}"
        );
        assert!(text.contains("for all together: 30 s to 20 min"), "{text}");
        assert!(text.contains("0.2 outside"), "{text}");
        let other = review(&[300_000, 2_000_000]);
        assert!(!other.is_expected());
        assert!(
            other.summary().ends_with("stay: step 2"),
            "{}",
            other.summary()
        );
    }

    #[test]
    fn the_ends_belong_to_the_limits_and_no_end_is_above_all() {
        assert!(figure("x", 60_000).is_within() && figure("x", 600_000).is_within());
        assert!(!figure("x", 59_998).is_within());
        let endless = DrillFigure {
            limits: (0, None),
            ..figure("x", u64::MAX)
        };
        assert!(endless.is_within());
    }
}
