//! The engines for the model of a pool.
//!
//! A generic function is compiled in each crate that calls it, as that crate is. These are compiled
//! once, here, where the optimiser is on in every profile; a program under test is as fast as one
//! that is released, and the crates above are built in less time.

use poolproof_models::model::Bounded;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use crate::check::cuts::{CutRequest, Cuts};
use crate::check::minimise::{Ground, Target};
use crate::check::search::{Limits, SearchOutcome};
use crate::check::{cuts, minimise, search};
use crate::clocks::activities::Activities;
use crate::conform::{self, ConformLimits, Conformance, Observed};
use crate::simulate::examples::{self, ExampleTrial};
use crate::simulate::rare::{self, Plan, RareError, RareEstimate};
use crate::simulate::run::{self, FinishedRun, OnBatch};
use crate::simulate::tally::Tally;
use crate::simulate::trial::TrialSettings;
use crate::solve::SolveError;
use crate::solve::chain::{self, Chain};
use crate::solve::rates::Rates;

/// As [`search::search`].
pub fn search(
    model: &Bounded<Topology>,
    properties: u32,
    limits: &mut Limits<'_>,
) -> SearchOutcome {
    search::search(model, properties, limits)
}

/// As [`cuts::cuts`].
pub fn cuts(model: &Bounded<Topology>, request: &mut CutRequest<'_>) -> Cuts {
    cuts::cuts(model, request)
}

/// As [`conform::conform`].
#[must_use]
pub fn conform(
    topology: &Topology,
    starts: &[World],
    observed: &dyn Observed<Topology>,
    limits: ConformLimits,
) -> Conformance {
    conform::conform(topology, starts, observed, limits)
}

/// As [`minimise::minimise`].
#[must_use]
pub fn minimise(
    ground: Ground<'_, Topology>,
    events: &[usize],
    target: Target,
) -> Option<Vec<usize>> {
    minimise::minimise(ground, events, target)
}

/// As [`run::run`].
pub fn run(
    topology: &Topology,
    activities: &Activities,
    settings: &TrialSettings,
    seed: u64,
    trials: u64,
    on_batch: OnBatch<'_>,
) -> FinishedRun {
    run::run(topology, activities, settings, seed, trials, on_batch)
}

/// As [`examples::examples`].
pub fn examples(
    topology: &Topology,
    activities: &Activities,
    settings: &TrialSettings,
    seed: u64,
    run: &Tally,
) -> Vec<ExampleTrial> {
    examples::examples(topology, activities, settings, seed, run)
}

/// As [`rare::estimate`].
///
/// # Errors
/// As there.
pub fn estimate(
    topology: &Topology,
    activities: &Activities,
    plan: &Plan<'_>,
    on_round: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Option<RareEstimate>, RareError> {
    rare::estimate(topology, activities, plan, on_round)
}

/// As [`chain::build`].
///
/// # Errors
/// As there.
pub fn build_chain(
    topology: &Topology,
    rates: &Rates,
    states_most: usize,
) -> Result<Chain<World>, SolveError> {
    chain::build(topology, rates, states_most)
}
