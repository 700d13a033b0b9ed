//! The pictures of a fit: observed delays beside the fitted distribution, and log by hour.

use plotters::prelude::DrawingBackend;

use super::{FitDocument, FitSample, HourVolume};
use crate::chart::canvas::{Canvas, Trouble};
use crate::chart::fitted;
use crate::chart::picture::Picture;

/// A picture of a fit.
pub(super) enum FitChart<'a> {
    Sample(&'a FitSample, &'static str),
    Volume(&'a [HourVolume]),
}

/// Names of the pictures: an identifier of a page is a constant.
const NAMES: [&str; 8] = [
    "delays-1", "delays-2", "delays-3", "delays-4", "delays-5", "delays-6", "delays-7", "delays-8",
];

/// Returns the pictures, in the order of the page.
pub(super) fn charts(document: &FitDocument) -> Vec<FitChart<'_>> {
    let samples = document.samples.iter().zip(NAMES);
    let samples = samples.map(|(sample, name)| FitChart::Sample(sample, name));
    let volume = (!document.volume.is_empty()).then_some(FitChart::Volume(&document.volume));
    samples.chain(volume).collect()
}

impl Picture for FitChart<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Sample(_, name) => name,
            Self::Volume(_) => "log-volume",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Sample(..) => "Observed delays and the fitted distribution",
            Self::Volume(_) => "Log written by hour of the day",
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        match self {
            Self::Sample(sample, _) => fitted::sample(canvas, sample),
            Self::Volume(hours) => fitted::volume(canvas, hours),
        }
    }
}
