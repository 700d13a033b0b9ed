//! Groups of options that several commands take: what each is called, what its help says, and what
//! it does.

use std::path::Path;

use clap::Args;
use poolproof_models::names::property::Property;

use super::failure::Failure;
use super::memory;
use super::terminal::Terminal;
use crate::app::Execution;
use crate::app::reproduction::{Reproduction, Settings};
use crate::app::study::job::TRIALS;
use crate::scenario::{self, Loaded};

/// How a command is executed; no result depends on it.
#[derive(Args, Clone)]
pub struct ExecutionArgs {
    /// Use this many threads, at most four for each core; the result does not depend on it
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print times and speeds as one line of JSON on stderr; they are never part of a result
    #[arg(long)]
    timing: bool,
}

impl ExecutionArgs {
    /// Shows progress, and speeds if they were asked for.
    pub const fn terminal(&self) -> Terminal {
        Terminal::new(self.timing)
    }

    /// Executes requests on the threads, observed by a terminal.
    pub fn on<'a>(&self, terminal: &'a Terminal) -> Execution<'a> {
        Execution {
            threads: self.threads,
            spare_bytes: memory::spare(),
            observer: terminal,
        }
    }
}

/// What every command that runs a scenario takes.
#[derive(Args, Clone)]
pub struct RunArgs {
    /// Use this seed in place of the scenario's
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Change a value of the scenario, for example log_shipping.share=DC2; x2 is twice what it says
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    pub execution: ExecutionArgs,
}

impl RunArgs {
    /// Seed and overrides.
    pub fn settings(&self) -> Settings {
        Settings {
            seed: self.seed,
            overrides: self.set.clone(),
        }
    }

    /// Loads a scenario with the changes of the command line.
    pub fn load(&self, path: &Path) -> Result<Loaded, Failure> {
        load(path, &self.settings())
    }
}

/// Loads a scenario with its changes.
pub fn load(path: &Path, settings: &Settings) -> Result<Loaded, Failure> {
    let mut loaded = scenario::load_with(path, &settings.overrides)?;
    // Not a change of the scenario: results name the seed beside the scenario's digest.
    if let Some(seed) = settings.seed {
        loaded.scenario.simulate.seed = seed;
    }
    Ok(loaded)
}

/// Which budgets of a scenario are checked.
#[derive(Args, Clone)]
pub struct BudgetArgs {
    /// Check within this budget of the scenario, for example "2 faults, no mistakes"; can be given
    /// several times. Without it, every budget that is not `on_request`
    #[arg(long = "budget", value_name = "NAME")]
    pub budgets: Vec<String>,
}

impl BudgetArgs {
    /// A command with these options.
    pub fn add_to(&self, command: Reproduction) -> Reproduction {
        let budgets = self.budgets.iter();
        budgets.fold(command, |command, name| command.option("--budget", name))
    }
}

/// Which budget of a scenario a command takes that takes one.
#[derive(Args, Clone)]
pub struct OneBudgetArgs {
    /// Take this budget of the scenario in place of its first
    #[arg(long = "budget", value_name = "NAME")]
    pub budget: Option<String>,
}

impl OneBudgetArgs {
    /// The scenario within the budget.
    pub fn narrow(&self, loaded: Loaded) -> Result<Loaded, Failure> {
        let Some(name) = &self.budget else {
            return Ok(loaded);
        };
        let scenarios = loaded.scenario.budgets(std::slice::from_ref(name));
        let mut scenarios = scenarios.map_err(|error| Failure::input(error.to_string()))?;
        Ok(Loaded {
            scenario: scenarios.remove(0),
            ..loaded
        })
    }

    /// A command with this option.
    pub fn add_to(&self, command: Reproduction) -> Reproduction {
        command.given("--budget", self.budget.as_ref())
    }
}

/// How many trials a simulation has.
#[derive(Args)]
pub struct TrialArgs {
    /// Run this many trials of each scenario in place of its own number
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u64).range(TRIALS),
    )]
    pub trials: Option<u64>,
}

/// Reads a change of a scenario.
pub fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => {
            Ok((path.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected PATH=VALUE, for example log_shipping.share=DC2".to_owned()),
    }
}

/// Reads the name of a property.
pub fn property(name: &str) -> Result<Property, String> {
    Property::from_name(name).ok_or_else(|| {
        let known = Property::ALL.map(Property::name).join(", ");
        format!("expected one of {known}")
    })
}
