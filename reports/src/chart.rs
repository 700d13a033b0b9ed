//! The three charts, as SVG text and as PNG bytes.
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
mod canvas;
mod cdf;
pub(crate) mod heat;
pub(crate) mod overlay;
pub(crate) mod pareto;
pub(crate) mod picture;
pub(crate) mod tornado;

use canvas::Canvas;
use canvas::Trouble;
use picture::Picture;

/// The charts of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chart {
    /// The distribution of the time to recover, per incident and given a site loss.
    TimeToRecover,
    /// The distribution of the data lost, given a site loss.
    DataLost,
    /// The outage of a year by what started it.
    OutageByCause,
}

impl Chart {
    /// Every chart, in the order of the page.
    pub const ALL: [Self; 3] = [Self::TimeToRecover, Self::DataLost, Self::OutageByCause];

    /// Returns the name, which is the stem of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::TimeToRecover => "time-to-recover",
            Self::DataLost => "data-lost",
            Self::OutageByCause => "outage-by-cause",
        }
    }

    /// Returns what the chart shows, for those who cannot see it.
    pub fn title(self) -> &'static str {
        match self {
            Self::TimeToRecover => "Time to recover",
            Self::DataLost => "Data lost given loss of the site",
            Self::OutageByCause => "Outage per year by cause",
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

    fn size(&self) -> (u32, u32) {
        match self.0 {
            Chart::TimeToRecover => cdf::TIME_SIZE,
            Chart::DataLost => cdf::DATA_SIZE,
            Chart::OutageByCause => bars::size(self.1),
        }
    }

    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), Trouble> {
        match self.0 {
            Chart::TimeToRecover => cdf::time_to_recover(self.1, canvas),
            Chart::DataLost => cdf::data_lost(self.1, canvas),
            Chart::OutageByCause => bars::outage_by_cause(self.1, canvas),
        }
    }
}
