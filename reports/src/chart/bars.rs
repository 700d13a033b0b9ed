//! Outage per year by cause, as bars with the whiskers of their intervals.

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::axis::Axis;
use super::canvas::BLUE;
use super::canvas::BODY;
use super::canvas::Canvas;
use super::canvas::FAINT_INK;
use super::canvas::GRID;
use super::canvas::INK;
use super::canvas::Trouble;
use crate::document::CauseShare;
use crate::document::ResultDocument;
use crate::headline;
use crate::quantity;

const WIDTH: u32 = 920;
/// More bars than this are no longer a picture; the table of the page has them all.
const BARS_MAX: usize = 16;
const BAR_PITCH: f64 = 34.0;
const TOP: f64 = 84.0;
const UNDER: f64 = 96.0;
const EMPTY_HEIGHT: u32 = 240;
/// The widest room for the names of the causes.
const NAMES_MAX: f64 = 280.0;

/// Returns the size of the chart, which grows with the number of causes.
pub(super) fn size(document: &ResultDocument) -> (u32, u32) {
    let bars = causes(document).len().min(BARS_MAX);
    if bars == 0 {
        return (WIDTH, EMPTY_HEIGHT);
    }
    (WIDTH, (TOP + UNDER + BAR_PITCH * bars as f64) as u32)
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

/// Draws the bars.
pub(super) fn outage_by_cause<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
) -> Result<(), Trouble> {
    canvas.headings("Outage per year by cause", &headline::provenance(document))?;
    let Some(simulation) = &document.simulation else {
        return canvas.say(&["nothing was simulated".to_owned()]);
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
            return canvas.say(&[format!("no outage seen in {trials}")]);
        }
        return canvas.say(&headline::nothing_seen(simulation));
    }
    let hidden = causes.len().saturating_sub(BARS_MAX);
    let shown = &causes[..causes.len() - hidden];
    let highest = |(share, minutes): &(&CauseShare, f64)| {
        share
            .ms_per_year
            .high
            .map_or(*minutes, |high| high / 60_000.0)
            .max(*minutes)
    };
    let mut names = 0.0_f64;
    let mut values = 0.0_f64;
    for (share, minutes) in shown {
        names = names.max(canvas.text_width(&share.cause, BODY)?);
        values = values.max(canvas.text_width(&value_text(*minutes), BODY)?);
    }
    let left = 24.0 + names.min(NAMES_MAX) * 1.04 + 14.0;
    // The value stands to the right of the longest whisker, inside the picture.
    let right = canvas.width - 24.0 - (values * 1.06 + 14.0).max(42.0);
    let bottom = TOP + BAR_PITCH * shown.len() as f64;
    let axis = Axis::from_zero(shown.iter().map(highest).fold(0.0, f64::max));
    let place = |minutes: f64| left + (right - left) * axis.share(minutes);

    let mut free_from = 0.0;
    for (tick, label) in &axis.ticks {
        let x = place(*tick);
        canvas.line(&[(x, TOP), (x, bottom)], GRID, 1.0)?;
        canvas.line(&[(x, bottom), (x, bottom + 5.0)], INK, 1.0)?;
        let half = canvas.text_width(label, BODY)? / 2.0;
        if x - half >= free_from {
            canvas.text(label, (x, bottom + 18.0), BODY, HPos::Center, INK)?;
            free_from = x + half + 10.0;
        }
    }
    for (index, (share, minutes)) in shown.iter().enumerate() {
        let y = TOP + BAR_PITCH * (index as f64 + 0.5);
        let name = canvas.fitted(&share.cause, BODY, NAMES_MAX)?;
        canvas.text(&name, (left - 10.0, y), BODY, HPos::Right, INK)?;
        canvas.fill((left, y - 10.0), (place(*minutes), y + 10.0), BLUE)?;
        let mut end = place(*minutes);
        if let (Some(low), Some(high)) = (share.ms_per_year.low, share.ms_per_year.high) {
            let (from, to) = (place(low / 60_000.0), place(high / 60_000.0));
            end = end.max(to);
            canvas.line(&[(from, y), (to, y)], INK, 1.5)?;
            for x in [from, to] {
                canvas.line(&[(x, y - 6.0), (x, y + 6.0)], INK, 1.5)?;
            }
        }
        canvas.text(&value_text(*minutes), (end + 8.0, y), BODY, HPos::Left, INK)?;
    }
    canvas.line(&[(left, TOP), (left, bottom), (right, bottom)], INK, 1.0)?;
    canvas.text(
        "outage (minutes per year)",
        ((left + right) / 2.0, bottom + 44.0),
        BODY,
        HPos::Center,
        INK,
    )?;
    let mut note = "Whiskers: confidence interval of the mean.".to_owned();
    if hidden > 0 {
        let causes = quantity::plural(hidden as u64, "cause", "causes");
        note += &format!(" {causes} with less outage not drawn.");
    }
    canvas.text(
        &note,
        (24.0, bottom + 72.0),
        BODY - 2.0,
        HPos::Left,
        FAINT_INK,
    )
}

fn value_text(minutes: f64) -> String {
    format!("{} min", quantity::number(minutes))
}
