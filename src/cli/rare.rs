//! The options that estimate a rare event beside a simulation.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use poolproof_engines::simulate::rare::RareEventMethod;
use poolproof_engines::simulate::trial::Rare;

use crate::app::reproduction::Reproduction;

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
    /// Force, weight and integrate failures, cycle by cycle: for any number of failures
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
    /// The method and the event, if an estimate is wanted.
    pub fn event(&self) -> Option<(RareEventMethod, Rare)> {
        let method = match self.rare? {
            RareMethod::Cycles => RareEventMethod::Cycles,
            RareMethod::Hazard => RareEventMethod::Hazard,
        };
        let event = match self.rare_event {
            RareEvent::Loss => Rare::Loss,
            RareEvent::Outage => Rare::Outage,
        };
        Some((method, event))
    }

    /// A command with these options.
    pub fn add_to(&self, command: Reproduction) -> Reproduction {
        let name = |value: Option<PossibleValue>| value.map(|value| value.get_name().to_owned());
        let Some(method) = self
            .rare
            .and_then(|method| name(method.to_possible_value()))
        else {
            return command;
        };
        let event = Some(self.rare_event).filter(|event| *event != RareEvent::Loss);
        let event = event.and_then(|event| name(event.to_possible_value()));
        command
            .argument(format_args!("--rare={method}"))
            .given("--rare-event", event)
    }
}
