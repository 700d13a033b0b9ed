//! What a sweep shows, in sentences.

use super::{SweepDocument, SweepMethod, SweepPoint};
use crate::figure::Figure;

/// The figures that a design is chosen by.
const CHOSEN_BY: [Figure; 4] = [
    Figure::OUTAGE,
    Figure::ANY_LOSS,
    Figure::DATA_LOST,
    Figure::TIME_TO_RECOVER,
];

/// Returns a sentence for each figure that a design is chosen by: its least and its greatest value,
/// and where they are.
pub(super) fn answers(document: &SweepDocument) -> Vec<String> {
    let mut sentences: Vec<String> = CHOSEN_BY
        .iter()
        .filter_map(|figure| extremes(document, document.figure(*figure)?))
        .collect();
    if document.has_cost() {
        let front = document.points.iter().enumerate();
        let front: Vec<String> = front
            .filter(|(_, point)| point.on_front == Some(true))
            .map(|(index, _)| (index + 1).to_string())
            .collect();
        sentences.push(format!(
            "Best trade-offs of cost, data lost and time to recover (Pareto front): {}.",
            front.join(", ")
        ));
    }
    sentences
}

fn extremes(document: &SweepDocument, figure: usize) -> Option<String> {
    let points = document.points.iter();
    let valued = points.filter_map(|point| Some((point, point.figures.get(figure)?.value?)));
    let least = valued.clone().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let greatest = valued.rev().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let head = &document.figures[figure];
    let title = head.figure.title(document.horizon_ms);
    let words = |number: f64| head.unit.words(number);
    if least.1 >= greatest.1 {
        return Some(format!("{title}: {} at every point.", words(least.1)));
    }
    let said = |(point, _): (&SweepPoint, f64)| {
        let estimate = &point.figures[figure];
        let value = head.unit.estimate(estimate);
        format!("{value} at {}", place(document, point))
    };
    let (least, greatest) = (said(least), said(greatest));
    Some(format!("{title}: from {least} to {greatest}."))
}

/// Returns what says which point it is, as heads and texts of columns: every value, or where one
/// parameter varies at a time only that one.
pub(super) fn columns<'a>(
    document: &'a SweepDocument,
    point: &SweepPoint,
) -> Vec<(&'a str, String)> {
    if document.method == SweepMethod::OneAtATime {
        return vec![("what is changed", place(document, point))];
    }
    let heads = document.parameters.iter().map(|head| head.path.as_str());
    heads.zip(point.values.iter().cloned()).collect()
}

/// Returns the values of a point that are not those of every point; where one parameter varies at a
/// time, the one that does.
pub(super) fn place(document: &SweepDocument, point: &SweepPoint) -> String {
    let first = document.points.first();
    let alone = document.method == SweepMethod::OneAtATime;
    let heads = document.parameters.iter().enumerate();
    let said: Vec<String> = heads
        .filter(|(index, head)| {
            let base = first.and_then(|first| first.values.get(*index));
            if alone {
                base != point.values.get(*index)
            } else {
                head.values.len() > 1
            }
        })
        .filter_map(|(index, head)| Some(format!("{} = {}", head.path, point.values.get(index)?)))
        .collect();
    if said.is_empty() {
        "the base".to_owned()
    } else {
        said.join(", ")
    }
}
