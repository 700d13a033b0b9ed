//! A trace: a recorded path through the model that can be explained, replayed and compared.
//!
//! `evaluate` writes one per violated property, `explain` and `replay` print one. It names events
//! by their stable names and says how everything stood after each step, so that a replay can say
//! where a run differs from the record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document;
use crate::document::{Counterexample, DocumentError, RunIdentity};

/// The name and version of the format.
pub const TRACE_SCHEMA: &str = "poolproof/trace/v2";

/// A recorded path, with the identity of its run, so that the file alone can be replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Trace of poolproof, version 2")]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// [`TRACE_SCHEMA`]; [`Trace::parse`] refuses anything else.
    #[schemars(description = "The name and version.", extend("const" = TRACE_SCHEMA))]
    pub schema: String,
    /// The run that recorded it.
    pub identity: RunIdentity,
    /// Which engine recorded it.
    pub engine: Engine,
    /// The number of the simulated trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<u64>,
    /// The property that is violated at the end; none where nothing is violated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The name of the budget of faults within which it was found; none where the scenario has only
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<String>,
    /// What the path shows, in a few words.
    pub title: String,
    /// The steps.
    pub counterexample: Counterexample,
}

/// Who recorded a trace: the engines look at different parts of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// The model checker, with the slices, the start and the cutoff of `[check]`.
    Check,
    /// The simulator, with every server and with clients that reconnect.
    Simulation,
}

/// Why a text is no trace.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The text is no trace, or one of another version.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The steps contradict each other: the text was edited.
    #[error("the trace contradicts itself: {0}")]
    Contradiction(String),
}

impl Trace {
    /// Reads a trace.
    ///
    /// # Errors
    /// When the text is not JSON, names another schema, does not fit it, or contradicts itself.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let trace: Self = document::parse(text, "trace", TRACE_SCHEMA)?;
        trace
            .contradiction()
            .map_or(Ok(trace), |what| Err(TraceError::Contradiction(what)))
    }

    fn contradiction(&self) -> Option<String> {
        let path = &self.counterexample;
        let mut time = 0;
        for (step, number) in path.steps.iter().zip(1..) {
            if step.number != number {
                return Some(format!("step {number} has the number {}", step.number));
            }
            let at = step.at_ms.unwrap_or(time);
            if at < time {
                return Some(format!("step {number} happens before the step before it"));
            }
            time = at;
        }
        let faults = path.steps.iter().filter(|step| step.is_fault()).count();
        (faults != path.faults as usize).then(|| {
            format!(
                "it says {} faults, and {faults} of its steps are faults",
                path.faults
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bundle, json, sample};

    fn text() -> String {
        let mut document = sample::document();
        let check = document.checks.first_mut().expect("the sample is checked");
        check.verdicts[1].counterexample = Some(sample::counterexample_with_state());
        let trace = bundle::traces(&document).pop().expect("a violation");
        json::pretty(&trace).expect("written")
    }

    #[test]
    fn what_is_written_is_read() {
        let text = text();
        let trace = Trace::parse(&text).expect("read");
        assert_eq!(json::pretty(&trace).expect("written"), text);
    }

    #[test]
    fn what_is_no_trace_is_refused_with_a_reason() {
        let text = text();
        let refused = |text: &str| Trace::parse(text).expect_err("refused").to_string();
        assert!(refused("{").starts_with("not a trace of poolproof: EOF"));
        assert!(refused("{\"schema\": \"poolproof/result/v2\"}").contains("poolproof/result/v2"));
        let unknown = text.replace("\"engine\"", "\"motor\"");
        assert!(refused(&unknown).contains("motor"));
        for (from, to, why) in [
            ("\"number\": 2", "\"number\": 7", "step 2 has the number 7"),
            ("\"faults\": 2", "\"faults\": 1", "it says 1 faults, and 2"),
        ] {
            let edited = text.replace(from, to);
            assert_ne!(edited, text);
            assert!(refused(&edited).contains(why), "{}", refused(&edited));
        }
    }

    #[test]
    fn time_does_not_run_backwards() {
        let mut trace = Trace::parse(&text()).expect("read");
        trace.counterexample.steps[0].at_ms = Some(5);
        trace.counterexample.steps[1].at_ms = Some(4);
        let text = json::pretty(&trace).expect("written");
        let error = Trace::parse(&text).expect_err("refused").to_string();
        assert!(error.contains("step 2 happens before"), "{error}");
    }
}
