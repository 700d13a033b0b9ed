//! What is rare, beside a simulation: options, and what keeps them from an answer.

use clap::{Args, ValueEnum};
use poolproof_engines::simulate::rare::{Method, RareError};
use poolproof_engines::simulate::trial::Rare;
use poolproof_reports::document as doc;

use super::progress::Progress;
use super::{RunArgs, interrupt};
use crate::app::document::rare;
use crate::exit::Exit;
use crate::scenario::Scenario;

/// Estimating what plain trials hardly ever see.
#[derive(Args)]
pub struct RareArgs {
    /// Also estimate how likely any loss within a trial is where plain trials see none, with as
    /// many paths as trials
    #[arg(
        long,
        value_enum,
        value_name = "METHOD",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "cycles",
    )]
    rare: Option<RareMethod>,
    /// Estimate the probability of this
    #[arg(
        long,
        value_enum,
        value_name = "EVENT",
        default_value = "loss",
        requires = "rare"
    )]
    rare_event: RareEvent,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RareMethod {
    /// Force, weight and integrate failures, excursion by excursion: for any number of failures
    Cycles,
    /// Integrate the rates of failures along plain trials: for one failure after an ordinary one
    Hazard,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RareEvent {
    /// Acknowledged messages are lost
    Loss,
    /// Users are not served
    Outage,
}

impl RareArgs {
    /// Whether there is anything to estimate.
    pub const fn is_wanted(&self) -> bool {
        self.rare.is_some()
    }

    /// The options, as they would be typed.
    pub fn reproducing(&self) -> String {
        let name = |value: Option<clap::builder::PossibleValue>| {
            value.map_or_else(String::new, |value| value.get_name().to_owned())
        };
        let Some(method) = self.rare else {
            return String::new();
        };
        let mut out = format!(" --rare={}", name(method.to_possible_value()));
        if self.rare_event != RareEvent::Loss {
            let event = name(self.rare_event.to_possible_value());
            out.push_str(&format!(" --rare-event {event}"));
        }
        out
    }

    /// Estimates, where that was asked for; `None` too where it was interrupted.
    pub fn estimate(
        &self,
        scenario: &Scenario,
        args: &RunArgs,
    ) -> Result<Option<doc::RareEvent>, Exit> {
        let Some(method) = self.rare else {
            return Ok(None);
        };
        let method = match method {
            RareMethod::Cycles => Method::Cycles,
            RareMethod::Hazard => Method::Hazard,
        };
        let rare = match self.rare_event {
            RareEvent::Loss => Rare::Loss,
            RareEvent::Outage => Rare::Outage,
        };
        let bar = Progress::counted("what is rare", scenario.simulate.trials);
        let found = args.on_threads(|| {
            rare::simulated(scenario, method, rare, &mut |done, _| {
                bar.at(done);
                !interrupt::requested()
            })
        });
        drop(bar);
        found.map_err(|error| refused(scenario, &error))
    }
}

/// Says why there is no estimate, and what to change.
fn refused(scenario: &Scenario, error: &RareError) -> Exit {
    eprintln!("error: {}: {error}", scenario.name);
    match error {
        RareError::NotExponential { .. } => {
            eprintln!("help: a failure is forced at any moment alike, which fits no other times");
            eprintln!("      between failures; write failures.shape = 1.0, or use --rare=hazard");
            Exit::Input
        }
        RareError::LossesOnly => {
            eprintln!("help: --rare=cycles estimates outages too");
            Exit::Usage
        }
        RareError::TooFewPaths { least, .. } => {
            eprintln!("help: --trials {least}, or --rare=hazard, which has no such limit");
            Exit::Usage
        }
    }
}
