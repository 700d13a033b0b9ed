//! What a sweep shows, in sentences.

use super::{SweepDocument, SweepMethod, SweepPoint};
use crate::figure::Figure;
use crate::words;

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
    sentences.extend(replaced(document));
    if document.has_cost() {
        let front = document.points.iter().enumerate();
        let front: Vec<String> = front
            .filter(|(_, point)| point.on_front == Some(true))
            .map(|(index, _)| (index + 1).to_string())
            .collect();
        sentences.push(format!(
            "Best trade-offs of cost, yearly outage, data lost and time to recover (Pareto front): \
             points {}. Any other point is beaten by one of them beyond what chance explains.",
            front.join(", ")
        ));
    }
    sentences
}

/// Says which distributions of the scenario are constants at the other points: their shape is
/// changed as well, so that the difference to the base is not that of the size alone.
fn replaced(document: &SweepDocument) -> Option<String> {
    let base = &document.points.first()?.values;
    let is_table = |text: &str| text.trim_start().starts_with('{');
    let keeps_shape = |text: &String| is_table(text) || text.starts_with('x');
    let heads = document.parameters.iter().zip(base);
    let paths: Vec<&str> = heads
        .filter(|(head, base)| is_table(base) && !head.values.iter().all(keeps_shape))
        .map(|(head, _)| head.path.as_str())
        .collect();
    (!paths.is_empty()).then(|| {
        format!(
            "Not compared with the scenario alone: {} has a distribution there and constants \
             here. Factors, as in x0.5..x2, keep its shape.",
            paths.join(", ")
        )
    })
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
pub(super) fn columns(document: &SweepDocument, point: &SweepPoint) -> Vec<(String, String)> {
    if document.method == SweepMethod::OneAtATime {
        return vec![("what is changed".to_owned(), place(document, point))];
    }
    let heads = document
        .parameters
        .iter()
        .map(|head| words::key(&head.path));
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
        .filter_map(|(index, head)| {
            Some(format!(
                "{} {}",
                words::key(&head.path),
                point.values.get(index)?
            ))
        })
        .collect();
    if said.is_empty() {
        "the base".to_owned()
    } else {
        said.join(", ")
    }
}
