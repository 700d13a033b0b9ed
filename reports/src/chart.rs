//! The charts, as SVG text and as PNG bytes.
//!
//! plotters is used for its drawing elements only and stays behind this module: axes, ticks and
//! legend are our own, because its logarithmic axis cannot label `1 min` and `4 h`. Both formats
//! are drawn by the same calls at twice the nominal size. The font is embedded, so that the bytes
//! depend on no machine.

use plotters::prelude::DrawingBackend;

use crate::document::ResultDocument;
use crate::error::ReportError;

mod axis;
mod bars;
pub(crate) mod canvas;
mod cdf;
mod exceedance;
pub(crate) mod fitted;
pub(crate) mod forest;
mod frame;
pub(crate) mod heat;
pub(crate) mod overlay;
pub(crate) mod pareto;
pub(crate) mod picture;
pub(crate) mod sensitivity;
pub(crate) mod sweep_line;
mod topology;
pub(crate) mod tornado;
mod trials;

use canvas::{Canvas, Trouble};
use picture::Picture;
pub(crate) use trials::length_ms as incident_ms;

/// The charts of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chart {
    /// The sites, what stands in them and what connects it.
    Topology,
    /// The distribution of the time to recover, per incident and given a site loss.
    TimeToRecover,
    /// The distribution of the data lost, given a site loss.
    DataLost,
    /// How often a year has more outage, or loses more data, than a value.
    Exceedance,
    /// The outage of a year by what started it.
    OutageByCause,
    /// The outage of an incident and of a drill by phase.
    OutageByPhase,
    /// The incidents of a typical trial and of the worst.
    Timeline,
}

impl Chart {
    /// Every chart, in the order of the page.
    pub const ALL: [Self; 7] = [
        Self::Topology,
        Self::TimeToRecover,
        Self::DataLost,
        Self::Exceedance,
        Self::OutageByCause,
        Self::OutageByPhase,
        Self::Timeline,
    ];

    /// Returns the name, which is the stem of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topology => "topology",
            Self::TimeToRecover => "time-to-recover",
            Self::DataLost => "data-lost",
            Self::Exceedance => "exceedance",
            Self::OutageByCause => "outage-by-cause",
            Self::OutageByPhase => "outage-by-phase",
            Self::Timeline => "timeline",
        }
    }

    /// Returns what the chart shows, for those who cannot see it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Topology => "The pool",
            Self::TimeToRecover => "Time to recover",
            Self::DataLost => "Data lost given loss of the site",
            Self::Exceedance => "Probability of a worse year",
            Self::OutageByCause => "Outage per year by cause",
            Self::OutageByPhase => "Outage by phase",
            Self::Timeline => "A typical year and the worst",
        }
    }

    /// Returns the chart as an SVG document. Its identifiers hold the name of the chart, so that
    /// several can stand in one page.
    ///
    /// # Errors
    /// When the drawing library fails.
    pub fn svg(self, document: &ResultDocument) -> Result<String, ReportError> {
        picture::svg(&OfResult(self, document))
    }

    /// Returns the chart for a telephone: half as wide, with the same size of text. Its
    /// identifiers differ from those of [`Chart::svg`].
    ///
    /// # Errors
    /// When the drawing library fails.
    pub fn svg_narrow(self, document: &ResultDocument) -> Result<String, ReportError> {
        picture::svg_narrow(&OfResult(self, document))
    }

    /// Returns the chart as a PNG image of twice the nominal size.
    ///
    /// # Errors
    /// When the drawing library or the encoder fails.
    pub fn png(self, document: &ResultDocument) -> Result<Vec<u8>, ReportError> {
        picture::png(&OfResult(self, document))
    }
}

/// A chart of one result.
struct OfResult<'a>(Chart, &'a ResultDocument);

impl Picture for OfResult<'_> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn title(&self) -> &'static str {
        self.0.title()
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble> {
        match self.0 {
            Chart::Topology => topology::topology(self.1, canvas),
            Chart::TimeToRecover => cdf::time_to_recover(self.1, canvas),
            Chart::DataLost => cdf::data_lost(self.1, canvas),
            Chart::Exceedance => exceedance::exceedance(self.1, canvas),
            Chart::OutageByCause => bars::outage_by_cause(self.1, canvas),
            Chart::OutageByPhase => bars::outage_by_phase(self.1, canvas),
            Chart::Timeline => trials::timeline(self.1, canvas),
        }
    }
}
