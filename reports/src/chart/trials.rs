//! A typical trial and the worst: each incident at its time, as high as it was long.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, GRID, INK, MARGIN, Mark, Trouble, VERMILION};
use super::frame::Frame;
use crate::document::{ExampleName, ExampleTrial, Incident, ResultDocument, Simulation};
use crate::{headline, quantity, words};

const DAY_MS: f64 = 86_400_000.0;
/// How many incidents of a trial are named; the table of the page has all.
const NAMED: usize = 4;

/// Draws the incidents of the example trials.
pub(super) fn timeline<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
) -> Result<f64, Trouble> {
    let title = "A typical trial and the worst";
    let top = canvas.headings(title, &headline::provenance(document))?;
    let Some(simulation) = &document.simulation else {
        return canvas.say(top, &["nothing was simulated".to_owned()]);
    };
    let incidents = || simulation.examples.iter().flat_map(|one| &one.incidents);
    if incidents().next().is_none() {
        return canvas.say(top, &headline::nothing_seen(simulation));
    }
    let lengths = incidents().map(|one| length_ms(one) as f64);
    let heights = Axis::of_times(lengths);
    let mut under = top;
    for example in &simulation.examples {
        under = panel(canvas, simulation, example, &heights, under)?;
    }
    let note = "Each line is an incident, at the day on which it began and as high as users were \
                without service. Disc: nothing lost. Square on a dashed line: acknowledged \
                messages lost.";
    canvas.note(note, under)
}

fn panel<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    simulation: &Simulation,
    example: &ExampleTrial,
    heights: &Axis,
    top: f64,
) -> Result<f64, Trouble> {
    let within = (BODY + 1.0, canvas.width - 2.0 * MARGIN);
    let heading = heading(simulation, example);
    let top = canvas.paragraph(&heading, (MARGIN, top + 8.0), within, HPos::Left, INK)?;
    let y_title = "length of the incident (logarithmic)";
    let mut frame = Frame::below(canvas, top - 8.0, y_title, 66.0)?;
    frame.bottom = frame.top + 200.0;
    let mut free = f64::INFINITY;
    for (tick, label) in &heights.ticks {
        let (_, y) = frame.place(0.0, heights.share(*tick));
        canvas.line(&[(frame.left, y), (frame.right, y)], GRID, 1.0)?;
        if y <= free {
            canvas.text(label, (frame.left - 10.0, y), BODY, HPos::Right, INK)?;
            free = y - 20.0;
        }
    }
    let axis = Axis::up_to(simulation.horizon_ms as f64 / DAY_MS);
    let under = frame.ticks(canvas, &axis, "day of the trial")?;
    let place = |one: &Incident| {
        let day = axis.share(one.start_ms as f64 / DAY_MS);
        frame.place(day, heights.share(length_ms(one) as f64))
    };
    for one in &example.incidents {
        let (x, y) = place(one);
        let stem = [(x, frame.bottom), (x, y)];
        if one.data_lost_ms > 0 {
            canvas.curve(&stem, VERMILION, Mark::Square)?;
            canvas.mark((x, y), VERMILION, Mark::Square)?;
        } else {
            canvas.curve(&stem, BLUE, Mark::Disc)?;
            canvas.mark((x, y), BLUE, Mark::Disc)?;
        }
    }
    let mut longest: Vec<&Incident> = example.incidents.iter().collect();
    longest.sort_by_key(|one| (std::cmp::Reverse(length_ms(one)), one.start_ms));
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for one in longest.into_iter().take(NAMED) {
        let (x, y) = place(one);
        let text = format!("{}, {}", words::cause(one.cause), length(one));
        let text = canvas.fitted(&text, BODY - 2.0, frame.right - frame.left)?;
        let wide = canvas.text_width(&text, BODY - 2.0)?;
        let is_free = |(from, to): (f64, f64), y: f64| {
            let inside = from >= frame.left && to <= canvas.width;
            let apart = taken
                .iter()
                .all(|(a, b, at)| to < *a || from > *b || (y - at).abs() > 18.0);
            // No line of another incident runs through it.
            let uncrossed = example.incidents.iter().all(|other| {
                let (other_x, head) = place(other);
                std::ptr::eq(other, one)
                    || other_x + 7.0 < from
                    || other_x - 7.0 > to
                    || head > y + 16.0
            });
            inside && apart && uncrossed
        };
        // Beside the head, or above it.
        let above = x - wide / 2.0;
        let above = above.clamp(frame.left + 2.0, (frame.right - wide).max(frame.left + 2.0));
        let places = [
            (x + 10.0, y),
            (x - 10.0 - wide, y),
            (above, (y - 18.0).max(frame.top - 10.0)),
        ];
        let place = places
            .into_iter()
            .enumerate()
            .find(|(_, (from, y))| is_free((*from, from + wide), *y));
        if let Some((number, (from, y))) = place {
            // No line of the grid strikes it out.
            let (end, up, down) = (from + wide + 2.0, y - 8.0, y + 8.0);
            canvas.blank(&[(from - 2.0, up), (end, up), (end, down), (from - 2.0, down)])?;
            // The fonts of others are narrower: what is left of the head ends at the head.
            let (at, anchor) = match number {
                1 => ((from + wide, y), HPos::Right),
                _ => ((from, y), HPos::Left),
            };
            canvas.text(&text, at, BODY - 2.0, anchor, INK)?;
            taken.push((from, from + wide, y));
        }
    }
    Ok(under + 6.0)
}

fn heading(simulation: &Simulation, example: &ExampleTrial) -> String {
    let which = match example.name {
        ExampleName::Typical => "Typical".to_owned(),
        ExampleName::Worst => format!("Worst of {}", quantity::count(simulation.trials)),
    };
    format!(
        "{which}: trial {}, {} without service in {}",
        example.trial,
        quantity::duration(example.outage_ms as f64),
        quantity::plural(example.incidents_in_all, "incident", "incidents")
    )
}

/// The time without service, in milliseconds.
pub(crate) fn length_ms(incident: &Incident) -> u64 {
    incident.detect_ms
        + incident.decide_ms
        + incident.act_ms
        + incident.recover_ms
        + incident.reconnect_ms
}

fn length(incident: &Incident) -> String {
    let length = quantity::duration(length_ms(incident) as f64);
    match incident.end_ms {
        Some(_) => length,
        None => format!("not over after {length}"),
    }
}
