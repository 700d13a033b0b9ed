//! Toy systems: a few variables and commands with a guard, a rate and an effect.

use poolproof_engines::clocks::activities::{Activities, Activity, JobSchedule, Memory};
use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_engines::clocks::purpose::Purpose;
use poolproof_engines::clocks::timed::{Facts, Job, Timed};
use poolproof_engines::simulate::run::run;
use poolproof_engines::simulate::tally::Tally;
use poolproof_engines::simulate::trial::TrialSettings;
use poolproof_engines::solve::chain::{Chain, STATES_MOST, build};
use poolproof_engines::solve::rates::Rates;
use poolproof_models::names::event::{EventSet, FaultClass};
use poolproof_models::names::incident::Cause;
use poolproof_models::names::property::Spent;
use poolproof_models::names::runbook::Phase;
use poolproof_models::rules::losses::Survivors;
use poolproof_models::system::{System, Words, words_of};
use poolproof_models::transition::step::Report;

/// The variables of a state.
pub type Vars = [u8; 8];

pub const HOUR_MS: f64 = 3_600_000.0;

type Guard = Box<dyn Fn(&Vars) -> bool + Sync>;
type Effect = Box<dyn Fn(&mut Vars) + Sync>;
type Look = Box<dyn Fn(&Vars) -> bool + Sync>;

pub struct Command {
    pub name: &'static str,
    /// Per hour.
    pub rate: f64,
    guard: Guard,
    effect: Effect,
    /// The delay in place of the exponential one, for the simulator.
    delay: Option<Distribution>,
}

pub struct Toy {
    pub initial: Vars,
    pub commands: Vec<Command>,
    up: Look,
    /// Sets of states with names.
    pub labels: Vec<(&'static str, Look)>,
    /// The name of a state.
    pub state_name: fn(&Vars) -> String,
    /// Sorts the variables: they are interchangeable.
    pub sorted: bool,
}

impl Toy {
    pub fn new(initial: &[u8], up: impl Fn(&Vars) -> bool + Sync + 'static) -> Self {
        let mut vars = [0; 8];
        vars[..initial.len()].copy_from_slice(initial);
        Self {
            initial: vars,
            commands: Vec::new(),
            up: Box::new(up),
            labels: Vec::new(),
            state_name: |vars| format!("{vars:?}"),
            sorted: false,
        }
    }

    pub fn command(
        mut self,
        name: &'static str,
        rate: f64,
        guard: impl Fn(&Vars) -> bool + Sync + 'static,
        effect: impl Fn(&mut Vars) + Sync + 'static,
    ) -> Self {
        self.commands.push(Command {
            name,
            rate,
            guard: Box::new(guard),
            effect: Box::new(effect),
            delay: None,
        });
        self
    }

    pub fn label(
        mut self,
        name: &'static str,
        of: impl Fn(&Vars) -> bool + Sync + 'static,
    ) -> Self {
        self.labels.push((name, Box::new(of)));
        self
    }

    /// Gives all commands of a name another distribution, for the simulator.
    pub fn delayed(mut self, name: &str, delay: &Distribution) -> Self {
        for command in self.commands.iter_mut().filter(|c| c.name == name) {
            command.delay = Some(delay.clone());
        }
        self
    }

    pub fn is_up(&self, vars: &Vars) -> bool {
        (self.up)(vars)
    }

    pub fn rates(&self) -> Rates {
        let rates: Vec<f64> = self.commands.iter().map(|c| c.rate).collect();
        Rates::per_hour(&rates)
    }

    pub fn chain(&self) -> Chain<Vars> {
        build(self, &self.rates(), STATES_MOST).expect("toys are small")
    }

    pub fn activities(&self) -> Activities {
        let clock = |(number, command): (usize, &Command)| {
            let exponential = || Distribution::Exponential {
                mean: SimDuration {
                    ms: (HOUR_MS / command.rate).round() as u64,
                },
            };
            let delay = command.delay.clone().unwrap_or_else(exponential);
            let (component, purpose) = (number as u8, Purpose::Failure);
            (command.rate > 0.0).then(|| Activity::new(component, purpose, Memory::Restart, &delay))
        };
        let no_job = JobSchedule {
            interval: 1,
            duration: 0,
            phase: Some(0),
            component: 63,
        };
        Activities {
            by_event: self.commands.iter().enumerate().map(clock).collect(),
            jobs: [no_job; 3],
            reconnect_ms: 0,
            pause_ms: 0,
            shared: Vec::new(),
            shifts: None,
        }
    }

    /// Simulates; incidents that begin in time are followed to their end.
    pub fn simulate(&self, hours: f64, trials: u64, seed: u64) -> Tally {
        let horizon_ms = (hours * HOUR_MS).round() as u64;
        let mission = TrialSettings {
            horizon_ms,
            follow_ms: 100_000 * HOUR_MS as u64,
            messages_per_s: 0.0,
            incident_trials: 0,
            drill: None,
        };
        run(
            self,
            &self.activities(),
            &mission,
            seed,
            trials,
            &mut |_| true,
        )
        .tally
    }
}

impl System for Toy {
    type State = Vars;

    fn initial(&self) -> Vars {
        self.initial
    }

    fn event_count(&self) -> usize {
        self.commands.len()
    }

    fn event_id(&self, index: usize) -> u16 {
        index as u16
    }

    fn event_name(&self, index: usize) -> String {
        self.commands[index].name.to_owned()
    }

    fn enabled(&self, vars: &Vars) -> EventSet {
        let mut set = EventSet::default();
        for (index, command) in self.commands.iter().enumerate() {
            if (command.guard)(vars) {
                set.insert(index);
            }
        }
        set
    }

    fn apply(&self, vars: &Vars, index: usize) -> (Vars, Report) {
        let mut after = *vars;
        (self.commands[index].effect)(&mut after);
        assert_ne!(
            after, *vars,
            "{} changes nothing",
            self.commands[index].name
        );
        (after, Report::default())
    }

    fn canonical(&self, mut vars: Vars) -> Vars {
        if self.sorted {
            vars.sort_unstable();
        }
        vars
    }

    fn words(&self, vars: &Vars) -> Words {
        words_of([u64::from_le_bytes(*vars)])
    }

    fn fault_class(&self, _: &Vars, _: usize) -> Option<FaultClass> {
        None
    }

    fn violated(&self, _: &Vars, _: Spent, _: &EventSet) -> u32 {
        0
    }

    fn reached(&self, _: usize, _: &Vars) -> u32 {
        0
    }

    fn is_serving(&self, vars: &Vars) -> bool {
        (self.up)(vars)
    }
}

impl Timed for Toy {
    fn facts(&self, vars: &Vars) -> Facts {
        Facts {
            up: self.is_up(vars),
            serving: 0,
            jobs: 0,
            ends: [0; 4],
            shipped: [0; 3],
            phase: Phase::Act,
            violated: 0,
            survivors: Survivors::default(),
            any_copy: true,
        }
    }

    fn write_event(&self, _: usize) -> Option<usize> {
        None
    }

    fn job_event(&self, _: Job) -> Option<usize> {
        None
    }

    fn touches_log(&self, _: &Vars, _: &Vars) -> bool {
        false
    }

    fn stage(&self, _: &Vars, _: usize) -> Option<usize> {
        Some(0)
    }

    fn cause(&self, _: usize) -> Cause {
        Cause::Other
    }

    fn is_fault(&self, _: usize) -> bool {
        true
    }
}
