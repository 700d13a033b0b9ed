//! Replaying a trace: the recorded events, one by one, through the same rules; the first step that
//! differs from the record ends it.

use poolproof_engines::check::minimise::{Ground, Target};
use poolproof_models::names::event::Event;
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_models::system::System;
use poolproof_reports::trace::{Engine, Trace};
use poolproof_reports::{document as doc, words};

use crate::app::compile;
use crate::app::document::counterexample::{holders, links, start};
use crate::explain::explainer::Explainer;
use crate::explain::refusal::why_not;
use crate::explain::steps::event_text;
use crate::scenario::Scenario;
use crate::scenario::budget::UnknownBudget;

/// Where a replay differs from the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It begins elsewhere.
    Start {
        /// What the record says, and what is so.
        lines: Vec<String>,
    },
    /// The recorded event cannot happen.
    Refused {
        /// The step, from 1.
        step: u32,
        /// The recorded event.
        event: String,
        /// The guard that refuses it, in words.
        reason: String,
        /// What could happen instead: stable name and words.
        enabled: Vec<(String, String)>,
    },
    /// It happens, but what it does differs.
    Changed {
        /// The step, from 1.
        step: u32,
        /// The recorded event.
        event: String,
        /// What the record says, and what is so.
        lines: Vec<String>,
    },
    /// Everything happens as recorded, but the property is not violated.
    NotViolated {
        /// The property.
        property: String,
    },
}

/// Why a trace cannot be replayed at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It was recorded of something else.
    #[error(
        "it was recorded of another scenario: its digest is {recorded}, that of {name} is {found}"
    )]
    OtherScenario {
        /// The name of the scenario at hand.
        name: String,
        /// The digest in the trace.
        recorded: String,
        /// The digest of the scenario.
        found: String,
    },
    /// A step names an event that the scenario's system does not have.
    #[error("step {step} has the event \"{event}\", which {name} does not have")]
    UnknownEvent {
        /// The step, from 1.
        step: u32,
        /// The event.
        event: String,
        /// The name of the scenario.
        name: String,
    },
    /// It was found within a budget that the scenario does not have.
    #[error(transparent)]
    UnknownBudget(#[from] UnknownBudget),
    /// It names a property that does not exist.
    #[error("it names the property \"{0}\", which does not exist")]
    UnknownProperty(String),
}

/// A trace with the system that it belongs to.
pub struct Replay {
    scenario: Scenario,
    topology: Topology,
    events: Vec<usize>,
    property: Option<Property>,
}

impl Replay {
    /// Finds the events and the property of a trace in a scenario.
    ///
    /// # Errors
    /// When the trace was recorded of another scenario, or names what does not exist.
    pub fn new(scenario: &Scenario, trace: &Trace) -> Result<Self, Unusable> {
        if trace.identity.scenario_digest != scenario.digest {
            return Err(Unusable::OtherScenario {
                name: scenario.name.clone(),
                recorded: trace.identity.scenario_digest.clone(),
                found: scenario.digest.clone(),
            });
        }
        let scenario = match &trace.budget {
            Some(name) => scenario.budgets(std::slice::from_ref(name))?.remove(0),
            None => scenario.clone(),
        };
        let topology = match trace.engine {
            Engine::Check => compile::checked_topology(&scenario),
            Engine::Simulation => compile::timed_topology(&scenario),
        };
        let find = |step: &doc::Step| {
            let event = Event::from_name(&step.event);
            let index = event.and_then(|event| topology.index_of(event));
            index.ok_or_else(|| Unusable::UnknownEvent {
                step: step.number,
                event: step.event.clone(),
                name: scenario.name.clone(),
            })
        };
        let steps = &trace.counterexample.steps;
        let events = steps.iter().map(find).collect::<Result<_, _>>()?;
        let property = trace.property.as_ref().map(|name| {
            Property::from_name(name).ok_or_else(|| Unusable::UnknownProperty(name.clone()))
        });
        Ok(Self {
            events,
            property: property.transpose()?,
            scenario,
            topology,
        })
    }

    /// The scenario, within the budget that the trace names.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The system.
    #[must_use]
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The events.
    #[must_use]
    pub fn events(&self) -> &[usize] {
        &self.events
    }

    /// The property that the trace says is violated.
    #[must_use]
    pub const fn property(&self) -> Option<Property> {
        self.property
    }

    /// Does each recorded event and compares what it does with the record. `on_step` takes each
    /// step that went as recorded.
    ///
    /// # Errors
    /// The first difference.
    pub fn run(
        &self,
        trace: &Trace,
        on_step: &mut dyn FnMut(&doc::Step),
    ) -> Result<(), Difference> {
        let record = &trace.counterexample;
        let mut explainer = Explainer::new(&self.topology);
        let here = start(&self.topology, &explainer);
        let lines = differing_starts(&record.start, &here);
        if !lines.is_empty() {
            return Err(Difference::Start { lines });
        }
        let ground = Ground::unlimited(&self.topology);
        let mut at = ground.start();
        let mut last = None;
        for (step, index) in record.steps.iter().zip(&self.events) {
            let event = self.topology.events()[*index];
            let Some(next) = ground.step(&at, *index) else {
                return Err(self.refused(explainer.world(), step, event));
            };
            let described = explainer.step(event);
            (at, last) = (next, Some(*index));
            let mut lines = differing(&step.changes, &described.changes, "");
            if step.is_fault() != described.fault {
                let word = |fault: bool| if fault { "a fault" } else { "no fault" };
                lines.push(format!("recorded: {}", word(step.is_fault())));
                lines.push(format!("now:      {}", word(described.fault)));
            }
            lines.extend(differing_states(&step.state, &holders(&explainer)));
            lines.extend(differing_links(&step.links, &links(&explainer)));
            if !lines.is_empty() {
                return Err(Difference::Changed {
                    step: step.number,
                    event: step.event.clone(),
                    lines,
                });
            }
            on_step(step);
        }
        match self.property {
            // No state breaks RC by itself: it is about what can follow.
            Some(Property::ServiceReturns) => Ok(()),
            Some(p) if !ground.shows(&at, last, Target::Violation(p.bit())) => {
                Err(Difference::NotViolated {
                    property: p.name().to_owned(),
                })
            }
            _ => Ok(()),
        }
    }

    fn refused(
        &self,
        world: &poolproof_models::state::world::World,
        step: &doc::Step,
        event: Event,
    ) -> Difference {
        let words = |index: usize| {
            let event = self.topology.events()[index];
            (event.name(), event_text(&self.topology, world, event))
        };
        let enabled = System::enabled(&self.topology, world);
        Difference::Refused {
            step: step.number,
            event: step.event.clone(),
            reason: why_not(&self.topology, world, event).unwrap_or_default(),
            enabled: enabled.iter().map(words).collect(),
        }
    }
}

fn differing_starts(recorded: &doc::Start, now: &doc::Start) -> Vec<String> {
    let mut lines = Vec::new();
    if recorded.name != now.name {
        lines.push(format!("recorded: start \"{}\"", recorded.name));
        lines.push(format!("now:      start \"{}\"", now.name));
    }
    lines.extend(differing_states(&recorded.state, &now.state));
    lines.extend(differing_links(&recorded.links, &now.links));
    lines
}

/// What stands in only one of two lists, in their order.
fn differing(recorded: &[String], now: &[String], what: &str) -> Vec<String> {
    let only = |label: &str, these: &[String], those: &[String]| -> Vec<String> {
        let new = these.iter().filter(|line| !those.contains(line));
        new.map(|line| format!("{label}{what}{line}")).collect()
    };
    let mut lines = only("recorded: ", recorded, now);
    lines.extend(only("now:      ", now, recorded));
    lines
}

/// A record may leave the states out.
fn differing_states(recorded: &[doc::HolderState], now: &[doc::HolderState]) -> Vec<String> {
    if recorded.is_empty() {
        return Vec::new();
    }
    let words = |states: &[doc::HolderState]| -> Vec<String> {
        let each = states.iter().map(|s| {
            let up = if s.up { "up" } else { "down" };
            let content = words::content(&s.content);
            let holds = if content.is_empty() {
                content
            } else {
                format!(", {content}")
            };
            let (site, role) = (s.site.as_deref().unwrap_or(""), words::holder_role(s.role));
            format!("{} ({site}): {role}, {up}{holds}", s.holder)
        });
        each.collect()
    };
    differing(&words(recorded), &words(now), "")
}

fn differing_links(recorded: &[doc::LinkState], now: &[doc::LinkState]) -> Vec<String> {
    if recorded.is_empty() {
        return Vec::new();
    }
    let words = |links: &[doc::LinkState]| -> Vec<String> {
        let each = links.iter().map(|link| {
            let state = if link.cut { "cut" } else { "whole" };
            let believed = if link.believed {
                "believed in"
            } else {
                "given up"
            };
            let [a, b] = &link.ends;
            format!("{} ({a} to {b}): {state}, {believed}", link.link)
        });
        each.collect()
    };
    differing(&words(recorded), &words(now), "link ")
}
