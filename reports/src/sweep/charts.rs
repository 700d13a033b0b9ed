//! The pictures of a sweep, whatever their kind.

use plotters::prelude::DrawingBackend;

use super::SweepDocument;
use crate::chart::canvas::{Canvas, Trouble};
use crate::chart::heat::Heat;
use crate::chart::pareto::Pareto;
use crate::chart::picture::Picture;
use crate::chart::sensitivity::Sensitivities;
use crate::chart::sweep_line::SweepLine;
use crate::chart::tornado::Tornado;
use crate::chart::{heat, pareto, sensitivity, sweep_line, tornado};

/// A picture of a sweep.
pub(super) enum SweepChart<'a> {
    Line(SweepLine<'a>),
    Heat(Heat<'a>),
    Tornado(Tornado<'a>),
    Sensitivities(Sensitivities<'a>),
    Pareto(Pareto<'a>),
}

/// Returns the pictures that a sweep gives rise to, in the order of the page.
pub(super) fn charts(document: &SweepDocument) -> Vec<SweepChart<'_>> {
    let lines = sweep_line::charts(document)
        .into_iter()
        .map(SweepChart::Line);
    let heat = heat::charts(document).into_iter().map(SweepChart::Heat);
    let tornado = tornado::charts(document)
        .into_iter()
        .map(SweepChart::Tornado);
    let shares = sensitivity::charts(document)
        .into_iter()
        .map(SweepChart::Sensitivities);
    let pareto = pareto::charts(document).into_iter().map(SweepChart::Pareto);
    let charts = lines.chain(heat).chain(tornado);
    charts.chain(shares).chain(pareto).collect()
}

impl Picture for SweepChart<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Line(one) => one.name(),
            Self::Heat(one) => one.name(),
            Self::Tornado(one) => one.name(),
            Self::Sensitivities(one) => one.name(),
            Self::Pareto(one) => one.name(),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Line(one) => one.title(),
            Self::Heat(one) => one.title(),
            Self::Tornado(one) => one.title(),
            Self::Sensitivities(one) => one.title(),
            Self::Pareto(one) => one.title(),
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        match self {
            Self::Line(one) => one.draw(canvas),
            Self::Heat(one) => one.draw(canvas),
            Self::Tornado(one) => one.draw(canvas),
            Self::Sensitivities(one) => one.draw(canvas),
            Self::Pareto(one) => one.draw(canvas),
        }
    }
}
