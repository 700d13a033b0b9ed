//! The stages of a simulation: plain trials, then drills.

use std::ops::Range;

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::Topology;
use serde::{Deserialize, Serialize};

use crate::clocks::activities::Activities;
use crate::simulate::run::{Counts, IsAbandoned, OnRound, Replication, run_group};
use crate::simulate::trial::{Drill, TrialSettings};

/// A stage of a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Plain trials.
    Trials,
    /// Drills.
    Drills,
}

impl Stage {
    /// Every stage, in the order of running.
    pub const ALL: [Self; 2] = [Self::Trials, Self::Drills];
}

/// What is to be simulated.
pub struct SimulationRequest {
    /// The system.
    pub topology: Topology,
    /// Its clocks.
    pub activities: Activities,
    /// What a trial of each stage is about.
    pub settings: [TrialSettings; Stage::ALL.len()],
    /// The number of trials of each stage.
    pub trials: [u64; Stage::ALL.len()],
    /// The key of the random numbers.
    pub seed: u64,
}

impl SimulationRequest {
    /// The number of trials of a stage.
    #[must_use]
    pub const fn trials(&self, stage: Stage) -> u64 {
        self.trials[stage as usize]
    }

    fn replication(&self, stage: Stage) -> Replication<'_, Topology> {
        Replication {
            system: &self.topology,
            activities: &self.activities,
            settings: &self.settings[stage as usize],
            seed: self.seed,
        }
    }
}

/// Runs a range of the trials of a stage under each of the requests, trial by trial, and adds them
/// to `counts`. Returns whether all of them were run.
pub fn run_stage(
    requests: &[SimulationRequest],
    stage: Stage,
    trials: Range<u64>,
    counts: &mut Counts,
    is_abandoned: IsAbandoned<'_>,
    on_round: OnRound<'_>,
) -> bool {
    let group: Vec<_> = requests.iter().map(|one| one.replication(stage)).collect();
    run_group(&group, trials, counts, is_abandoned, on_round)
}

/// The drill of a fault; `None` where the topology does not have it.
///
/// A drill of the loss of a site has no other loss of a site; in a drill of another fault
/// everything else goes on happening.
#[must_use]
pub fn drill(topology: &Topology, fault: Event) -> Option<Drill> {
    let event = topology.index_of(fault)?;
    let losses = Site::ALL.into_iter().flat_map(|site| {
        [EventKind::Disaster, EventKind::Outage]
            .map(|kind| topology.index_of(Event::new(kind, Component::site(site))))
    });
    let without = if matches!(fault.kind, EventKind::Disaster | EventKind::Outage) {
        losses.flatten().collect()
    } else {
        Vec::new()
    };
    Some(Drill {
        event,
        component: fault.at.number(),
        without,
    })
}
