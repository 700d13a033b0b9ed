//! What becomes of the advice where an assumption is wrong by a factor of two.

use poolproof_engines::simulate::estimate::Confidence;
use poolproof_models::names::runbook::Phase;
use poolproof_reports::advice::{CandidateStatus, Sensitivity};

use super::race::{self, Race, Raced, Rounds, Shares};
use crate::app::observer::Observer;
use crate::scenario::Scenario;
use crate::scenario::failures::FailureMode;

/// How much an assumption may be wrong, in both directions.
const FACTORS: [f64; 2] = [2.0, 0.5];

/// An assumption about rates or durations.
struct Assumed {
    /// What is assumed.
    words: &'static str,
    /// Multiplies it.
    scale: fn(&mut Scenario, f64),
}

/// The assumptions that an answer rests on most: how often what fails, how long it is away, and
/// how long people take.
const ASSUMED: [Assumed; 8] = [
    Assumed {
        words: "how often database servers fail",
        scale: |scenario, factor| rates(&mut scenario.failures.database_server, factor),
    },
    Assumed {
        words: "how long a database server is down",
        scale: |scenario, factor| repairs(&mut scenario.failures.database_server, factor),
    },
    Assumed {
        words: "how often a data centre stops",
        scale: |scenario, factor| scenario.failures.site_outage.rate.count *= factor,
    },
    Assumed {
        words: "how long a data centre is down",
        scale: |scenario, factor| scenario.failures.site_outage.repair.multiply(factor),
    },
    Assumed {
        words: "how often a data centre is lost for good",
        scale: |scenario, factor| {
            scenario.failures.site_disaster.rate.count *= factor;
            scenario.failures.site_disaster_dc2.rate.count *= factor;
        },
    },
    Assumed {
        words: "how often the link between the data centres is cut",
        scale: |scenario, factor| scenario.failures.inter_site_link.rate.count *= factor,
    },
    Assumed {
        words: "how long people take to detect and to decide",
        scale: |scenario, factor| {
            steps(scenario, factor, &[Phase::Detect, Phase::Decide]);
            if let Some(shifts) = &mut scenario.operators.shifts {
                shifts.on_duty.multiply(factor);
                shifts.off_duty.multiply(factor);
            }
        },
    },
    Assumed {
        words: "how long the other steps of the runbooks take",
        scale: |scenario, factor| {
            steps(
                scenario,
                factor,
                &[Phase::Act, Phase::Recover, Phase::Reconnect],
            );
        },
    },
];

fn rates(modes: &mut [FailureMode], factor: f64) {
    for mode in modes {
        mode.rate.count *= factor;
    }
}

/// Of failures; how long planned work takes is another question.
fn repairs(modes: &mut [FailureMode], factor: f64) {
    let failures = modes.iter_mut().filter(|one| one.planned_every.is_none());
    for mode in failures {
        mode.repair.multiply(factor);
    }
}

fn steps(scenario: &mut Scenario, factor: f64, phases: &[Phase]) {
    for file in scenario.operators.runbooks_mut() {
        for (step, duration) in file.runbook.steps.iter().zip(&mut file.durations) {
            if phases.contains(&step.phase) {
                duration.multiply(factor);
            }
        }
    }
}

/// Finalists of a race: the best candidate and its rivals.
pub(super) struct Finalists<'a> {
    /// Their numbers as candidates, the best first.
    pub(super) numbers: &'a [usize],
    /// Whether the best met every objective.
    pub(super) met: bool,
    /// Their scenarios, in the same order.
    pub(super) scenarios: &'a [&'a Scenario],
    /// What each costs.
    pub(super) costs: &'a [f64],
    /// When they are looked at.
    pub(super) rounds: &'a Rounds,
    /// The confidence of all intervals together.
    pub(super) stated: Confidence,
    /// How many objectives there are.
    pub(super) objectives: u64,
}

/// Runs the finalists under each assumption that is wrong; `None` where the caller ended it.
pub(super) fn run(finalists: &Finalists<'_>, observer: &dyn Observer) -> Option<Vec<Sensitivity>> {
    let all = finalists.scenarios;
    let matters = |assumed: &&Assumed| {
        all.iter().any(|scenario| {
            let mut changed = (*scenario).clone();
            (assumed.scale)(&mut changed, FACTORS[0]);
            changed != **scenario
        })
    };
    let assumed: Vec<&Assumed> = ASSUMED.iter().filter(matters).collect();
    let races = assumed.len() * FACTORS.len();
    let looks = (races * all.len() * finalists.rounds.len()) as u64;
    let shares = Shares::of(finalists.stated, looks * finalists.objectives, looks);
    let mut found = Vec::new();
    for (one, factor) in assumed
        .into_iter()
        .flat_map(|one| FACTORS.map(|factor| (one, factor)))
    {
        let wrong = |scenario: &&Scenario| {
            let mut scenario = (*scenario).clone();
            (one.scale)(&mut scenario, factor);
            // The trials that chose the finalists do not judge them again.
            scenario.simulate.seed = scenario.simulate.seed.wrapping_add(1);
            scenario
        };
        let wrong: Vec<Scenario> = all.iter().map(wrong).collect();
        let raced = race::run(&Race {
            scenarios: &wrong.iter().collect::<Vec<_>>(),
            costs: finalists.costs,
            rounds: finalists.rounds,
            shares,
            observer,
        })?;
        let mut order: Vec<usize> = (0..raced.len()).collect();
        order.sort_by(|a, b| race::order(&raced[*a], &raced[*b]));
        found.push(Sensitivity {
            assumption: one.words.to_owned(),
            factor,
            ranking: order.iter().map(|at| finalists.numbers[*at]).collect(),
            statuses: order.iter().map(|at| raced[*at].status).collect(),
            changes: changes(finalists.met, &raced),
        });
    }
    Some(found)
}

/// Whether the first of the finalists, which was the best, is the best no longer; `met` says
/// whether it met every objective.
fn changes(met: bool, raced: &[Raced]) -> Option<bool> {
    let (best, rivals) = raced.split_first()?;
    let left = best.ended.is_some();
    let has = |status: CandidateStatus| rivals.iter().any(|one| one.status == status);
    let open = rivals
        .iter()
        .any(|one| one.status == CandidateStatus::Undecided && one.cost < best.cost);
    match best.status {
        CandidateStatus::Misses if met => Some(true),
        CandidateStatus::Meets if met && left => Some(true),
        CandidateStatus::Meets if met => (!open).then_some(false),
        CandidateStatus::Meets => Some(true),
        CandidateStatus::Misses if left || has(CandidateStatus::Meets) => Some(true),
        CandidateStatus::Misses => (!has(CandidateStatus::Undecided)).then_some(false),
        _ => None,
    }
}
