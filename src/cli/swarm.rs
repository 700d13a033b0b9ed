//! The options of a swarm: `poolproof check --swarm` and `poolproof check plan`.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::Args;
use poolproof_engines::check::swarm::SwarmLimits;

use super::flags::RunArgs;
use crate::app::shard::SHARDS_MOST;
use crate::app::shard::swarm_job::{DEPTH, STATES, SwarmJob};
use crate::app::swarm::SEARCHES_MOST;

/// The depths that the option takes.
const STEPS: RangeInclusive<i64> = *DEPTH.start() as i64..=*DEPTH.end() as i64;

/// How large each search is.
#[derive(Args, Clone)]
pub struct SizeArgs {
    /// Set the maximum depth of each search of a swarm, in steps from the start
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 60,
        requires = "swarm",
        value_parser = clap::value_parser!(u32).range(STEPS),
    )]
    depth: u32,
    /// Set the most different states in each search of a swarm; a million take 10 MB while it runs
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1_000_000,
        requires = "swarm",
        value_parser = clap::value_parser!(u64).range(STATES),
    )]
    states: u64,
}

impl SizeArgs {
    /// The limits of each search.
    pub const fn limits(&self) -> SwarmLimits {
        SwarmLimits {
            depth: self.depth,
            states: self.states,
        }
    }
}

/// Arguments of `check plan`.
#[derive(Args)]
pub struct SwarmPlanArgs {
    /// Scenario file
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// How many searches
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..=SEARCHES_MOST),
    )]
    swarm: u64,
    #[command(flatten)]
    size: SizeArgs,
    /// Cut the searches into this many shards; one for each search unless given
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(1..=SHARDS_MOST),
    )]
    shards: Option<u64>,
    /// Write the manifest to this file
    #[arg(long, value_name = "FILE", default_value = "manifest.json")]
    pub manifest: PathBuf,
    #[command(flatten)]
    run: RunArgs,
}

impl SwarmPlanArgs {
    /// The swarm that is planned.
    pub fn job(&self) -> SwarmJob {
        let (settings, limits) = (self.run.settings(), self.size.limits());
        SwarmJob {
            scenario: self.scenario.display().to_string(),
            set: settings.overrides,
            seed: settings.seed,
            searches: self.swarm,
            depth: limits.depth,
            states: limits.states,
        }
    }

    /// How many shards it is cut into.
    pub fn shards(&self) -> u64 {
        self.shards.unwrap_or(self.swarm)
    }
}
