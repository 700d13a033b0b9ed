//! Progress on stderr, only on a terminal.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// A line that shows how far the work has come; silent where stderr is no terminal.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Work with a known end.
    pub fn counted(what: &str, total: u64) -> Self {
        let style = "{msg:<12} [{bar:30}] {pos}/{len}, {eta} left";
        Self::new(what, style, ProgressBar::new(total))
    }

    /// Work whose end is not known.
    pub fn open_ended(what: &str) -> Self {
        Self::new(
            what,
            "{msg} {spinner} {elapsed}",
            ProgressBar::new_spinner(),
        )
        .with_message(what)
    }

    fn new(what: &str, style: &str, bar: ProgressBar) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { bar: None };
        }
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        Self { bar: Some(bar) }
    }

    fn with_message(self, text: &str) -> Self {
        self.message(text);
        self
    }

    /// Shows how much is done.
    pub fn at(&self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        }
    }

    /// Shows a text.
    pub fn message(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
            bar.tick();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
