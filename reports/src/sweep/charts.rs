//! The pictures of a sweep, whatever their kind.

use plotters::prelude::DrawingBackend;

use super::SweepDocument;
use crate::chart::canvas::{Canvas, Trouble};
use crate::chart::heat::Heat;
use crate::chart::line::Line;
use crate::chart::pareto::Pareto;
use crate::chart::picture::Picture;
use crate::chart::sensitivity::Sensitivities;
use crate::chart::tornado::Tornado;
use crate::chart::{heat, line, pareto, sensitivity, tornado};

/// A picture of a sweep.
pub(super) enum SweepChart<'a> {
    Heat(Heat<'a>),
    Line(Line<'a>),
    Tornado(Tornado<'a>),
    Sensitivities(Sensitivities<'a>),
    Pareto(Pareto<'a>),
}

/// Returns the pictures that a sweep gives rise to, in the order of the page.
pub(super) fn charts(document: &SweepDocument) -> Vec<SweepChart<'_>> {
    let heat = heat::charts(document).into_iter().map(SweepChart::Heat);
    let tornado = tornado::charts(document)
        .into_iter()
        .map(SweepChart::Tornado);
    let shares = sensitivity::charts(document)
        .into_iter()
        .map(SweepChart::Sensitivities);
    let pareto = pareto::charts(document).into_iter().map(SweepChart::Pareto);
    let line = line::charts(document).into_iter().map(SweepChart::Line);
    let charts = heat.chain(line).chain(tornado);
    charts.chain(shares).chain(pareto).collect()
}

impl Picture for SweepChart<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Heat(one) => one.name(),
            Self::Line(one) => one.name(),
            Self::Tornado(one) => one.name(),
            Self::Sensitivities(one) => one.name(),
            Self::Pareto(one) => one.name(),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Heat(one) => one.title(),
            Self::Line(one) => one.title(),
            Self::Tornado(one) => one.title(),
            Self::Sensitivities(one) => one.title(),
            Self::Pareto(one) => one.title(),
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        match self {
            Self::Heat(one) => one.draw(canvas),
            Self::Line(one) => one.draw(canvas),
            Self::Tornado(one) => one.draw(canvas),
            Self::Sensitivities(one) => one.draw(canvas),
            Self::Pareto(one) => one.draw(canvas),
        }
    }
}
