//! A picture as SVG text and as PNG bytes: what all charts share.

use std::sync::Once;

use plotters::backend::BitMapBackend;
use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::drawing::IntoDrawingArea;
use plotters::prelude::DrawingBackend;
use plotters::style::FontStyle;
use plotters::style::WHITE;

use super::canvas;
use super::canvas::Canvas;
use super::canvas::Lettering;
use super::canvas::SCALE;
use super::canvas::Trouble;
use crate::error::ReportError;

const FONT: &[u8] = include_bytes!("../../fonts/DejaVuSans-subset.ttf");

/// Something that can be drawn in both formats.
pub(crate) trait Picture {
    /// The name, which is the stem of its files.
    fn name(&self) -> &'static str;

    /// What it shows, for those who cannot see it.
    fn title(&self) -> &'static str;

    /// Width and height in nominal pixels.
    fn size(&self) -> (u32, u32);

    /// Draws it on a white surface.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<(), Trouble>;
}

/// Returns a picture as an SVG document. Its identifiers hold the name of the picture, so that
/// several can stand in one page.
pub(crate) fn svg(picture: &impl Picture) -> Result<String, ReportError> {
    let (width, height) = picture.size();
    let mut text = String::new();
    {
        let size = (width * SCALE, height * SCALE);
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(picture, &area, canvas::SVG_LETTERING)?;
    }
    Ok(with_title(picture, &text, width, height))
}

/// Returns a picture as a PNG image of twice the nominal size.
pub(crate) fn png(picture: &impl Picture) -> Result<Vec<u8>, ReportError> {
    let (width, height) = picture.size();
    let (width, height) = (width * SCALE, height * SCALE);
    let mut pixels = vec![0; width as usize * height as usize * 3];
    {
        let backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
        let area = backend.into_drawing_area();
        draw(picture, &area, canvas::BITMAP_LETTERING)?;
    }
    encode(&pixels, width, height).map_err(|error| failed(picture, error))
}

fn draw<DB: DrawingBackend>(
    picture: &impl Picture,
    area: &DrawingArea<DB, Shift>,
    lettering: Lettering,
) -> Result<(), ReportError> {
    register_font();
    let draw = || -> Result<(), Trouble> {
        area.fill(&WHITE).map_err(Trouble::of)?;
        picture.draw(&Canvas::new(area, picture.size(), lettering))?;
        area.present().map_err(Trouble::of)
    };
    draw().map_err(|error| failed(picture, error))
}

/// Halves the drawn size and names the picture: plotters writes neither.
fn with_title(picture: &impl Picture, text: &str, width: u32, height: u32) -> String {
    let (name, title) = (picture.name(), picture.title());
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

fn failed(picture: &impl Picture, reason: impl ToString) -> ReportError {
    ReportError::Chart {
        chart: picture.name(),
        reason: reason.to_string(),
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
