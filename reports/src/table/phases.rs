//! The phases of the drills as a table: where the time to recover goes.

use crate::document::Simulation;
use crate::figure::Statistic;
use crate::layout::padded;
use crate::{quantity, words};

const LABEL_WIDTH: usize = 12;
const CELL_WIDTH: usize = 22;

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
        row("", &Statistic::ALL.map(|one| one.name().to_owned()), 0),
    ];
    for share in &simulation.outage_by_phase {
        let estimates = share
            .given_site_loss_ms
            .rows()
            .map(|(_, estimate)| estimate);
        let values = estimates.map(|one| quantity::value(one, quantity::duration));
        lines.push(row(words::phase(share.phase), &values, 0));
        let intervals =
            estimates.map(|one| quantity::interval(one, quantity::duration).unwrap_or_default());
        let height = intervals.iter().map(|cell| parts(cell).len()).max();
        lines.extend((0..height.unwrap_or(0)).map(|index| row("", &intervals, index)));
    }
    lines
        .iter()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// A line of a row: that of each cell with this number.
fn row(label: &str, cells: &[String; 4], index: usize) -> String {
    let mut line = padded(&format!("  {label}"), LABEL_WIDTH);
    for cell in cells {
        line += &padded(parts(cell).get(index).copied().unwrap_or(""), CELL_WIDTH);
    }
    line
}

/// The lines of a cell: an interval that is too long goes on after its "to".
fn parts(cell: &str) -> Vec<&str> {
    match cell
        .find(" to ")
        .filter(|_| cell.chars().count() >= CELL_WIDTH)
    {
        Some(at) => vec![&cell[..at + 3], &cell[at + 4..]],
        None => Vec::from_iter((!cell.is_empty()).then_some(cell)),
    }
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
