//! A picture as SVG text and as PNG bytes: what all charts share.

use std::sync::Once;

use plotters::backend::{BitMapBackend, SVGBackend};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::prelude::DrawingBackend;
use plotters::style::{FontStyle, WHITE};
use quick_xml::escape::escape;

use super::canvas;
use super::canvas::{Canvas, Lettering, SCALE, Tip, Trouble};
use crate::error::ReportError;
use crate::visible;

const FONT: &[u8] = include_bytes!("../../fonts/DejaVuSans-subset.ttf");

/// No picture is higher, in nominal pixels.
const HEIGHT_MAX: u32 = 4_000;

/// Something that can be drawn in both formats.
pub(crate) trait Picture {
    /// The name, which is the stem of its files.
    fn name(&self) -> &'static str;

    /// What it shows, for those who cannot see it.
    fn title(&self) -> &'static str;

    /// Draws it on a white surface, and returns the height in nominal pixels that it took.
    fn draw<DB: DrawingBackend>(&self, canvas: &Canvas<'_, DB>) -> Result<f64, Trouble>;
}

/// What a drawing is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A screen or paper.
    Wide,
    /// A telephone: half the width, the same letters.
    Narrow,
}

impl Form {
    /// The width in nominal pixels.
    const fn width(self) -> u32 {
        match self {
            Self::Wide => 920,
            Self::Narrow => 460,
        }
    }
}

/// A picture for a page: both forms, of which a page shows one.
pub(crate) struct Drawn {
    pub(crate) wide: String,
    pub(crate) narrow: String,
}

/// Returns a picture in both forms.
pub(crate) fn drawn(picture: &impl Picture) -> Result<Drawn, ReportError> {
    Ok(Drawn {
        wide: svg(picture)?,
        narrow: svg_narrow(picture)?,
    })
}

/// Returns a picture as an SVG document. Its identifiers hold the name of the picture, so that
/// several can stand in one page.
pub(crate) fn svg(picture: &impl Picture) -> Result<String, ReportError> {
    svg_as(picture, Form::Wide)
}

/// Returns a picture for a telephone: half as wide, with the same size of text. Its identifiers
/// differ from those of [`svg`].
pub(crate) fn svg_narrow(picture: &impl Picture) -> Result<String, ReportError> {
    svg_as(picture, Form::Narrow)
}

fn svg_as(picture: &impl Picture, form: Form) -> Result<String, ReportError> {
    let (mut text, mut sketch) = svg_text(picture, form, HEIGHT_MAX)?;
    let height = sketch.height;
    // The height is known only when all is drawn.
    if height != HEIGHT_MAX {
        (text, sketch) = svg_text(picture, form, height)?;
    }
    let text = with_tips(&text, &sketch.tips);
    Ok(with_title(picture, &text, form, height))
}

/// Adds places that a pointer can rest on, where the picture ends.
fn with_tips(text: &str, tips: &[Tip]) -> String {
    let scale = f64::from(SCALE);
    let places: String = tips
        .iter()
        .map(|((x, y), words)| {
            let (x, y) = (libm::round(x * scale), libm::round(y * scale));
            let words = escape(words);
            format!(
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"14\" fill=\"none\" \
                 pointer-events=\"all\"><title>{words}</title></circle>\n"
            )
        })
        .collect();
    match text.rsplit_once("</svg>") {
        Some((drawing, rest)) if !tips.is_empty() => format!("{drawing}{places}</svg>{rest}"),
        _ => text.to_owned(),
    }
}

/// How a picture came out.
struct Sketch {
    /// In nominal pixels.
    height: u32,
    tips: Vec<Tip>,
}

fn svg_text(
    picture: &impl Picture,
    form: Form,
    height: u32,
) -> Result<(String, Sketch), ReportError> {
    let mut text = String::new();
    let drawn = {
        let size = (form.width() * SCALE, height * SCALE);
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(picture, &area, form, canvas::SVG_LETTERING)?
    };
    Ok((text, drawn))
}

/// Returns the files of a picture: relative path, with `/` on every platform, and content.
pub(crate) fn files(picture: &impl Picture) -> Result<[(String, Vec<u8>); 2], ReportError> {
    let name = picture.name();
    Ok([
        (format!("charts/{name}.svg"), svg(picture)?.into_bytes()),
        (format!("charts/{name}.png"), png(picture)?),
    ])
}

/// Returns a picture as a PNG image of twice the nominal size.
pub(crate) fn png(picture: &impl Picture) -> Result<Vec<u8>, ReportError> {
    let form = Form::Wide;
    let height = svg_text(picture, form, HEIGHT_MAX)?.1.height;
    let (width, height) = (form.width() * SCALE, height * SCALE);
    let mut pixels = vec![0; width as usize * height as usize * 3];
    {
        let backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
        let area = backend.into_drawing_area();
        draw(picture, &area, form, canvas::BITMAP_LETTERING)?;
    }
    encode(&pixels, width, height).map_err(|error| failed(picture, error))
}

/// Draws, and returns how it came out.
fn draw<DB: DrawingBackend>(
    picture: &impl Picture,
    area: &DrawingArea<DB, Shift>,
    form: Form,
    lettering: Lettering,
) -> Result<Sketch, ReportError> {
    register_font();
    let draw = || -> Result<(f64, Vec<Tip>), Trouble> {
        area.fill(&WHITE).map_err(Trouble::of)?;
        let canvas = Canvas::new(area, form.width(), lettering);
        let height = picture.draw(&canvas)?;
        area.present().map_err(Trouble::of)?;
        Ok((height, canvas.into_tips()))
    };
    let (height, tips) = draw().map_err(|error| failed(picture, error))?;
    Ok(Sketch {
        height: (libm::ceil(height) as u32).min(HEIGHT_MAX),
        tips,
    })
}

/// Halves the drawn size and names the picture: plotters writes neither.
fn with_title(picture: &impl Picture, text: &str, form: Form, height: u32) -> String {
    let (name, title, width) = (picture.name(), picture.title(), form.width());
    let id = match form {
        Form::Wide => format!("chart-{name}"),
        Form::Narrow => format!("narrow-{name}"),
    };
    let drawn = format!("width=\"{}\" height=\"{}\"", width * SCALE, height * SCALE);
    let shown = format!(
        "id=\"{id}\" role=\"img\" aria-labelledby=\"{id}-title\" \
         width=\"{width}\" height=\"{height}\""
    );
    let text = visible::text(text.replacen(&drawn, &shown, 1));
    match text.split_once('>') {
        Some((tag, rest)) => format!("{tag}>\n<title id=\"{id}-title\">{title}</title>{rest}"),
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
