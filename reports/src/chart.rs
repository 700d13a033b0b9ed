//! The three charts, as SVG text and as PNG bytes.
//!
//! plotters is used for its drawing elements only and stays behind this module: axes, ticks and
//! legend are our own, because its logarithmic axis cannot label `1 min` and `4 h`. Both formats
//! are drawn by the same calls at twice the nominal size. The font is embedded, so that the bytes
//! depend on no machine.

use std::sync::Once;

use plotters::backend::BitMapBackend;
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::drawing::IntoDrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::FontStyle;
use plotters::style::WHITE;

use crate::document::ResultDocument;
use crate::error::ReportError;

mod axis;
mod bars;
mod canvas;
mod cdf;

use canvas::Canvas;
use canvas::Lettering;
use canvas::SCALE;
use canvas::Trouble;

const FONT: &[u8] = include_bytes!("../fonts/DejaVuSans-subset.ttf");

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
        let (width, height) = self.size(document);
        let mut text = String::new();
        {
            let size = (width * SCALE, height * SCALE);
            let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
            self.draw(document, &area, canvas::SVG_LETTERING)?;
        }
        Ok(self.with_title(&text, width, height))
    }

    /// Returns the chart as a PNG image of twice the nominal size.
    ///
    /// # Errors
    /// When the drawing library or the encoder fails.
    pub fn png(self, document: &ResultDocument) -> Result<Vec<u8>, ReportError> {
        let (width, height) = self.size(document);
        let (width, height) = (width * SCALE, height * SCALE);
        let mut pixels = vec![0; width as usize * height as usize * 3];
        {
            let backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
            let area = backend.into_drawing_area();
            self.draw(document, &area, canvas::BITMAP_LETTERING)?;
        }
        encode(&pixels, width, height).map_err(|error| self.failed(error))
    }

    fn size(self, document: &ResultDocument) -> (u32, u32) {
        match self {
            Self::TimeToRecover => cdf::TIME_SIZE,
            Self::DataLost => cdf::DATA_SIZE,
            Self::OutageByCause => bars::size(document),
        }
    }

    fn draw<DB: DrawingBackend>(
        self,
        document: &ResultDocument,
        area: &DrawingArea<DB, Shift>,
        lettering: Lettering,
    ) -> Result<(), ReportError> {
        register_font();
        let draw = || -> Result<(), Trouble> {
            area.fill(&WHITE).map_err(Trouble::of)?;
            let canvas = Canvas::new(area, self.size(document), lettering);
            match self {
                Self::TimeToRecover => cdf::time_to_recover(document, &canvas)?,
                Self::DataLost => cdf::data_lost(document, &canvas)?,
                Self::OutageByCause => bars::outage_by_cause(document, &canvas)?,
            }
            area.present().map_err(Trouble::of)
        };
        draw().map_err(|error| self.failed(error))
    }

    /// Halves the drawn size and names the picture: plotters writes neither.
    fn with_title(self, text: &str, width: u32, height: u32) -> String {
        let (name, title) = (self.name(), self.title());
        let drawn = format!("width=\"{}\" height=\"{}\"", width * SCALE, height * SCALE);
        let shown = format!(
            "id=\"chart-{name}\" role=\"img\" aria-labelledby=\"chart-{name}-title\" \
             width=\"{width}\" height=\"{height}\""
        );
        let text = text.replacen(&drawn, &shown, 1);
        match text.split_once('>') {
            Some((tag, rest)) => {
                format!("{tag}>\n<title id=\"chart-{name}-title\">{title}</title>{rest}")
            }
            None => text,
        }
    }

    fn failed(self, reason: impl ToString) -> ReportError {
        ReportError::Chart {
            chart: self.name(),
            reason: reason.to_string(),
        }
    }
}

/// Makes the embedded font known to plotters, once in the life of the process.
fn register_font() {
    static REGISTERED: Once = Once::new();
    // A font that plotters refuses shows as an error of the first text drawn, which can be
    // returned; a panic here could not. A test draws text, so the file in the tree is good.
    REGISTERED.call_once(|| {
        let _refused = plotters::style::register_font(canvas::FONT_NAME, FontStyle::Normal, FONT);
    });
}

/// Encodes without any ancillary chunk: a time stamp would break the determinism contract.
fn encode(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}
