//! Outage by cause and by phase, as bars with the whiskers of their intervals.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::{BLUE, BODY, Canvas, FAINT_INK, GRID, INK, MARGIN, Trouble};
use crate::document::{CauseShare, ColumnName, Estimate, PhaseShare, ResultDocument, Simulation};
use crate::{headline, quantity, words};

/// More bars than this are no longer a picture; the table of the page has them all.
const BARS_MAX: usize = 16;
const BAR_PITCH: f64 = 34.0;
/// The widest room for the names of the bars.
const NAMES_MAX: f64 = 280.0;
const NAMES_MAX_NARROW: f64 = 150.0;

/// A bar: its name, and a time in milliseconds.
struct Bar<'a> {
    name: &'a str,
    time_ms: &'a Estimate,
}

/// Returns the causes that cost anything, the worst first, in minutes per year.
fn causes(document: &ResultDocument) -> Vec<(&CauseShare, f64)> {
    let shares = document
        .simulation
        .iter()
        .flat_map(|simulation| &simulation.outage_by_cause);
    let mut causes: Vec<_> = shares
        .filter_map(|share| share.ms_per_year.value.map(|ms| (share, ms / 60_000.0)))
        .filter(|(_, minutes)| minutes.is_finite() && *minutes > 0.0)
        .collect();
    causes.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.cause.cmp(&b.cause)));
    causes
}

/// Draws the outage of a year by cause.
pub(super) fn outage_by_cause<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
) -> Result<f64, Trouble> {
    let top = canvas.headings("Outage per year by cause", &headline::provenance(document))?;
    let Some(simulation) = &document.simulation else {
        return canvas.say(top, &["nothing was simulated".to_owned()]);
    };
    let causes = causes(document);
    if causes.is_empty() {
        // Incidents whose outage is all zero are still incidents.
        let shares = &simulation.outage_by_cause;
        if !shares.is_empty()
            && shares
                .iter()
                .all(|share| share.ms_per_year.value == Some(0.0))
        {
            let trials = quantity::plural(simulation.trials, "trial", "trials");
            return canvas.say(top, &[format!("no outage seen in {trials}")]);
        }
        return canvas.say(top, &headline::nothing_seen(simulation));
    }
    let hidden = causes.len().saturating_sub(BARS_MAX);
    let bars: Vec<_> = causes[..causes.len() - hidden]
        .iter()
        .map(|(share, _)| Bar {
            name: words::cause(share.cause),
            time_ms: &share.ms_per_year,
        })
        .collect();
    let area = (MARGIN, canvas.width - MARGIN);
    let under = panel(canvas, &bars, area, top, "outage", "per year")?;
    let mut note = whiskers(simulation);
    if hidden > 0 {
        let causes = quantity::plural(hidden as u64, "cause", "causes");
        note += &format!(" {causes} with less outage not drawn.");
    }
    canvas.note(&note, under)
}

/// Draws the outage of an incident and of a drill by phase, side by side.
pub(super) fn outage_by_phase<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
) -> Result<f64, Trouble> {
    let top = canvas.headings("Outage by phase", &headline::provenance(document))?;
    let Some(simulation) = &document.simulation else {
        return canvas.say(top, &["nothing was simulated".to_owned()]);
    };
    let title = |name: ColumnName| words::column(name, simulation);
    let of = |time: fn(&PhaseShare) -> &Estimate| -> Vec<Bar<'_>> {
        let shares = simulation.outage_by_phase.iter();
        shares
            .map(|share| Bar {
                name: words::phase(share.phase),
                time_ms: time(share),
            })
            .collect()
    };
    let panels = [
        (
            title(ColumnName::PerIncident),
            of(|share| &share.ms_per_incident.mean),
        ),
        (
            title(ColumnName::GivenSiteLoss),
            of(|share| &share.given_site_loss_ms.mean),
        ),
    ];
    let seen = |bars: &[Bar<'_>]| bars.iter().any(|bar| bar.time_ms.value > Some(0.0));
    if !panels.iter().any(|(_, bars)| seen(bars)) {
        return canvas.say(top, &headline::nothing_seen(simulation));
    }
    let (full, half) = (
        canvas.width - 2.0 * MARGIN,
        canvas.width / 2.0 - 1.5 * MARGIN,
    );
    let (mut row, mut under) = (top, top);
    for (index, (title, bars)) in panels.iter().enumerate() {
        let (left, width) = match (canvas.narrow(), index) {
            (true, _) => (MARGIN, full),
            (false, 0) => (MARGIN, half),
            (false, _) => (2.0 * MARGIN + half, half),
        };
        let at = (left, row + 10.0);
        let below = canvas.paragraph(title, at, (BODY + 1.0, width), HPos::Left, INK)?;
        let end = if seen(bars) {
            panel(canvas, bars, (left, left + width), below - 6.0, "mean", "")?
        } else {
            let at = (left, below + 10.0);
            canvas.paragraph("none seen", at, (BODY, width), HPos::Left, FAINT_INK)?
        };
        under = under.max(end);
        if canvas.narrow() {
            row = end + 6.0;
        }
    }
    canvas.note(&whiskers(simulation), under)
}

fn whiskers(simulation: &Simulation) -> String {
    let confidence = quantity::probability(simulation.availability.confidence);
    format!("Whiskers: {confidence} confidence interval of the mean.")
}

/// Draws bars with an axis of their own between two edges, and returns what is below them.
fn panel<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    bars: &[Bar<'_>],
    (from, to): (f64, f64),
    top: f64,
    what: &str,
    per: &str,
) -> Result<f64, Trouble> {
    let longest_ms = bars
        .iter()
        .flat_map(|bar| [bar.time_ms.value, bar.time_ms.high])
        .flatten()
        .filter(|ms| ms.is_finite())
        .fold(0.0, f64::max);
    let (unit_ms, unit) = unit(longest_ms);
    let units = |ms: Option<f64>| ms.filter(|ms| ms.is_finite()).map(|ms| ms / unit_ms);
    let text = |bar: &Bar<'_>| quantity::value(bar.time_ms, quantity::duration);
    let (mut names, mut values) = (0.0_f64, 0.0_f64);
    for bar in bars {
        names = names.max(canvas.text_width(bar.name, BODY)?);
        values = values.max(canvas.text_width(&text(bar), BODY)?);
    }
    // The name stands above its bar where there is no room beside it.
    let above = to - from < 480.0 && names > NAMES_MAX_NARROW;
    let pitch = if above { BAR_PITCH + 20.0 } else { BAR_PITCH };
    let names = if above {
        0.0
    } else {
        names.min(NAMES_MAX) * 1.04 + 14.0
    };
    let left = from + names.max(4.0);
    // The value stands to the right of the longest whisker, inside the picture.
    let right = to - (values * 1.06 + 14.0).max(42.0);
    let top = top + 10.0;
    let bottom = top + pitch * bars.len() as f64;
    let axis = Axis::from_zero(longest_ms / unit_ms);
    let place = |value: f64| left + (right - left) * axis.share(value);

    let mut free_from = 0.0;
    for (tick, label) in &axis.ticks {
        let x = place(*tick);
        canvas.line(&[(x, top), (x, bottom)], GRID, 1.0)?;
        canvas.line(&[(x, bottom), (x, bottom + 5.0)], INK, 1.0)?;
        let half = canvas.text_width(label, BODY)? / 2.0;
        if x - half >= free_from {
            canvas.text(label, (x, bottom + 18.0), BODY, HPos::Center, INK)?;
            free_from = x + half + 10.0;
        }
    }
    for (index, bar) in bars.iter().enumerate() {
        let y = top + pitch * (index as f64 + 1.0) - BAR_PITCH / 2.0;
        if above {
            let name = canvas.fitted(bar.name, BODY, to - left)?;
            canvas.text(&name, (left + 6.0, y - 22.0), BODY, HPos::Left, INK)?;
        } else {
            let name = canvas.fitted(bar.name, BODY, NAMES_MAX)?;
            canvas.text(&name, (left - 10.0, y), BODY, HPos::Right, INK)?;
        }
        let value = units(bar.time_ms.value).unwrap_or(0.0);
        let mut end = place(value);
        canvas.fill((left, y - 9.0), (end, y + 9.0), BLUE)?;
        if let (Some(low), Some(high)) = (units(bar.time_ms.low), units(bar.time_ms.high)) {
            let (from, to) = (place(low), place(high));
            end = end.max(to);
            canvas.line(&[(from, y), (to, y)], INK, 1.5)?;
            for x in [from, to] {
                canvas.line(&[(x, y - 6.0), (x, y + 6.0)], INK, 1.5)?;
            }
        }
        canvas.text(&text(bar), (end + 8.0, y), BODY, HPos::Left, INK)?;
    }
    canvas.line(&[(left, top), (left, bottom), (right, bottom)], INK, 1.0)?;
    let title = format!("{what} ({unit} {per}").trim_end().to_owned() + ")";
    let at = ((left + right) / 2.0, bottom + 44.0);
    canvas.text(&title, at, BODY, HPos::Center, INK)?;
    Ok(bottom + 74.0)
}

/// Returns the unit in which a time has few digits.
fn unit(longest_ms: f64) -> (f64, &'static str) {
    match longest_ms {
        ms if ms < 120_000.0 => (1_000.0, "seconds"),
        ms if ms < 10_800_000.0 => (60_000.0, "minutes"),
        ms if ms < 259_200_000.0 => (3_600_000.0, "hours"),
        _ => (86_400_000.0, "days"),
    }
}
