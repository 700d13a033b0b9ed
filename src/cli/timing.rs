//! Times and speeds: for people and benchmarks, never part of a result.

use std::time::Instant;

use serde::Serialize;

/// A stopwatch for one stage.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    #[expect(
        clippy::disallowed_methods,
        reason = "timing is printed, never stored in a result"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// The speed of a stage; what it has not got is left out.
#[derive(Serialize, Default)]
pub struct Timing {
    /// `check` or `simulate`.
    pub stage: &'static str,
    /// Seconds of wall time.
    pub seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transitions_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_per_state: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simulated_years_per_second: Option<f64>,
}

impl Timing {
    /// Prints one line of JSON on stderr.
    pub fn print(&self) {
        if let Ok(line) = serde_json::to_string(self) {
            eprintln!("{line}");
        }
    }
}
