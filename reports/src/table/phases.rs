//! The phases of the drills as a table: where the time to recover goes.

use crate::document::Simulation;
use crate::figure::Statistic;
use crate::layout::{broken, joined, side_by_side};
use crate::{quantity, words};

const LABEL_WIDTH: usize = 12;
const CELL_WIDTH: usize = 17;

/// Returns the distribution of each phase of a drill for people; nothing where no drill was run.
#[must_use]
pub fn phases(simulation: &Simulation) -> String {
    if simulation.drill_trials == 0 {
        return String::new();
    }
    let what = words::drilled(&simulation.drilled);
    let mut lines = vec![
        String::new(),
        format!("time to recover from {what}, by phase"),
    ];
    lines.extend(row("", &Statistic::ALL.map(|one| one.name().to_owned())));
    for share in &simulation.outage_by_phase {
        let estimates = share
            .given_site_loss_ms
            .rows()
            .map(|(_, estimate)| estimate);
        let values = estimates.map(|one| quantity::value(one, quantity::duration));
        lines.extend(row(words::phase(share.phase), &values));
        let intervals =
            estimates.map(|one| quantity::interval(one, quantity::duration).unwrap_or_default());
        lines.extend(row("", &intervals));
    }
    joined(&lines)
}

/// A row: the name of a phase, or nothing, and its cells.
fn row(label: &str, cells: &[String; 4]) -> Vec<String> {
    let mut columns = vec![(vec![format!("  {label}")], LABEL_WIDTH)];
    // An interval that is too long goes on after its "to".
    let broken = cells
        .iter()
        .map(|cell| broken(cell, " to ", CELL_WIDTH - 1));
    columns.extend(broken.map(|cell| (cell, CELL_WIDTH)));
    let mut lines = side_by_side(&columns);
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_phases_read_well() {
        let document = sample::document();
        insta::assert_snapshot!(phases(document.simulation.as_ref().expect("simulated")));
    }

    #[test]
    fn without_drills_there_is_no_table() {
        let quiet = sample::quiet();
        assert_eq!(phases(quiet.simulation.as_ref().expect("simulated")), "");
    }
}
