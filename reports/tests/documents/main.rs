//! The promises of the documents: formats, drawings and pages.

mod browser;
mod formats;
mod hostile;
mod rendering;
#[path = "../sample/mod.rs"]
mod sample;
