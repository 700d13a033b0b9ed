//! The terminal: results on stdout, words and progress on stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressStyle};
use poolproof_reports::quantity::plural;
use poolproof_reports::visible;

use super::failure::Failure;
use super::interrupt;
use crate::app::{Notice, Observer, Progress, StageTiming};

/// Prints to stdout, control characters made visible; a reader that has gone away is no error of
/// ours.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let printed = stdout.write_all(visible::text(text.to_owned()).as_bytes());
    written(printed.and_then(|()| stdout.flush()))
}

/// Prints a text to stdout whose colours are our own, and whose other parts are visible already.
pub fn print_in_colour(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    let printed = stdout.write_all(text.as_bytes());
    written(printed.and_then(|()| stdout.flush()))
}

/// What became of writing to stdout.
pub fn written(printed: io::Result<()>) -> Result<(), Failure> {
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::output(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says a line on stderr, control characters made visible. A stderr that is full or gone is no
/// reason to lose a result.
pub fn say(line: &str) {
    say_in_colour(&visible::text(line.to_owned()));
}

/// Says a text on stderr whose colours are our own, and whose other parts are visible already.
pub fn say_in_colour(text: &str) {
    let _ = anstream::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Says on stderr which command gives the result again, as the last line of a run that failed.
pub fn say_reproduction(command: &str) {
    say(&format!("Reproduce with: {command}"));
}

/// Whether diagnostics are coloured: on a terminal that can, unless `NO_COLOR` or `CLICOLOR` say
/// otherwise; elsewhere only if `CLICOLOR_FORCE` does.
pub fn colour() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Shows progress, where stderr is a terminal, and ends the work at Ctrl-C.
pub struct Terminal {
    /// Whether speeds are printed.
    timing: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Terminal {
    /// Nothing shown yet.
    pub const fn new(timing: bool) -> Self {
        Self {
            timing,
            bar: Mutex::new(None),
        }
    }

    /// Shows what `update` makes of the line, which is a new one at the beginning of a stage.
    fn show(&self, new: impl FnOnce() -> ProgressBar, update: impl FnOnce(&ProgressBar)) {
        if io::stderr().is_terminal() {
            let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
            update(bar.get_or_insert_with(new));
        }
    }

    fn counted(&self, what: &'static str, done: u64, total: u64) {
        let new = || {
            let style = "{msg:<12} [{bar:30}] {pos}/{len}, {eta} left";
            styled(ProgressBar::new(total), style).with_message(what)
        };
        self.show(new, |bar| bar.set_position(done));
    }

    fn open_ended(&self, text: String) {
        let new = || styled(ProgressBar::new_spinner(), "{msg} {spinner} {elapsed}");
        self.show(new, |bar| {
            bar.set_message(text);
            bar.tick();
        });
    }

    fn clear(&self) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn styled(bar: ProgressBar, style: &str) -> ProgressBar {
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The time until a limit, where there is one.
fn time_left(left: Option<Duration>) -> String {
    left.map_or_else(String::new, |left| {
        format!(", at most {:.0} s left", left.as_secs_f64())
    })
}

impl Observer for Terminal {
    fn progress(&self, progress: Progress) {
        match progress {
            Progress::Checking {
                states,
                faults,
                left,
            } => {
                let states = plural(states, "state", "states");
                let faults = plural(u64::from(faults), "fault", "faults");
                let left = time_left(left);
                self.open_ended(format!("checking: {states}, {faults}{left}"));
            }
            Progress::SecondOpinion { states, left } => {
                let states = plural(states, "state", "states");
                let left = time_left(left);
                self.open_ended(format!("Stateright: {states}{left}"));
            }
            Progress::CutSets {
                order,
                multisets,
                states,
            } => {
                let events = plural(u64::from(order), "event", "events");
                let multisets = plural(multisets, "multiset", "multisets");
                let states = plural(states, "state", "states");
                self.open_ended(format!("cut sets of {events}: {multisets}, {states}"));
            }
            Progress::LeavingOut {
                step,
                steps,
                states,
                left,
            } => {
                let states = plural(states, "state", "states");
                let left = time_left(left);
                let what = match step {
                    0 => "the whole runbook".to_owned(),
                    step => format!("without step {step} of {steps}"),
                };
                self.open_ended(format!("checking {what}: {states}{left}"));
            }
            Progress::Simulating { done, total } => self.counted("simulating", done, total),
            Progress::RareEvents { done, total } => self.counted("rare events", done, total),
            Progress::Searching { done, total } => self.counted("searching", done, total),
        }
    }

    fn is_cancelled(&self) -> bool {
        interrupt::requested()
    }

    fn finished(&self, timing: &StageTiming) {
        self.clear();
        if let Ok(line) = serde_json::to_string(timing)
            && self.timing
        {
            say(&line);
        }
    }

    fn notice(&self, notice: Notice) {
        self.clear();
        say(&match notice {
            Notice::NoCheckpoint { name } => {
                format!("note: there is no {name}; starting from the beginning")
            }
            Notice::CheckpointKept { name } => {
                format!("interrupted; --resume continues from {name}")
            }
            Notice::OtherVersion { recorded } => format!(
                "note: recorded by poolproof {recorded}, replayed by {}",
                env!("CARGO_PKG_VERSION")
            ),
        });
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.clear();
    }
}
