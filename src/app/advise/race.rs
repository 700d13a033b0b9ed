//! The race: candidates under the same random numbers, in rounds, until the best is decided.
//!
//! Each round adds trials to all candidates that are left. After it each is judged by its
//! objectives, and its outage is compared with that of the leader, which was chosen before the
//! trials of the comparison were run. A candidate leaves when an interval says so. All intervals
//! that any round may look at share one error probability (C. Bonferroni 1936), so that the race as
//! a whole is wrong no more often than that; stopping early costs nothing of it, because the rounds
//! are fixed beforehand.

use std::cmp::Ordering;

use poolproof_engines::simulate::accumulator::{DifferenceAccumulator, Slopes};
use poolproof_engines::simulate::estimate::{Confidence, TRIALS_MIN};
use poolproof_engines::simulate::run::{Counts, OnRound};
use poolproof_engines::simulate::stage::{Stage, run_stage};
use poolproof_engines::simulate::tally::Tally;
use poolproof_reports::advice::{CandidateStatus, RaceEnd};
use poolproof_reports::document as doc;
use poolproof_reports::figure::{Figure, Unit};

use crate::app::compile::simulation::request;
use crate::app::document::simulation;
use crate::app::objectives;
use crate::app::observer::{Observer, Progress};
use crate::scenario::Scenario;

/// The trials after which a race looks, as divisors of all of them.
const ROUNDS: [u64; 4] = [8, 4, 2, 1];

/// The numbers of trials and drills after each round.
pub(super) type Rounds = Vec<[u64; Stage::ALL.len()]>;

/// The rounds of so many trials and drills: an eighth of them, a quarter, a half, all. None has
/// fewer than an honest interval of a mean takes, unless there are no more.
pub(super) fn rounds(trials: u64, drills: u64) -> Rounds {
    let at = |all: u64, divisor: u64| (all / divisor).max(TRIALS_MIN).min(all);
    let mut rounds: Rounds = ROUNDS
        .iter()
        .map(|divisor| [at(trials, *divisor), at(drills, *divisor)])
        .collect();
    rounds.dedup();
    rounds
}

/// Candidates whose distances from the objectives differ by less than this factor may count as
/// equally near: cost and outage matter more than a hundredth of a limit.
const AS_NEAR: f64 = 1.02;

/// How far a candidate is from its objectives: the largest ratio of a figure to its limit. At most
/// 1 where every objective is met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Excess {
    /// By the better ends of the intervals.
    pub(super) low: f64,
    /// By the estimates.
    pub(super) value: f64,
    /// By the worse ends.
    pub(super) high: f64,
}

impl Excess {
    /// The step that the estimate is on, each being wider by [`AS_NEAR`].
    fn step(self) -> f64 {
        libm::floor(libm::log(self.value) / libm::log(AS_NEAR))
    }
}

/// A candidate that has run.
pub(super) struct Raced {
    /// What is known of it.
    pub(super) status: CandidateStatus,
    /// Each objective, judged at its share of the error.
    pub(super) objectives: Vec<doc::Objective>,
    /// The ratio of each figure to its limit, by the estimates.
    pub(super) ratios: Vec<f64>,
    /// How far it is from its objectives.
    pub(super) excess: Excess,
    /// Its figures.
    pub(super) simulation: doc::Simulation,
    /// What it costs; 0 without prices.
    pub(super) cost: f64,
    /// Why it left; none where it stayed.
    pub(super) ended: Option<RaceEnd>,
    /// The figures of [`Figure::OF_FRONT`] after each round that it ran.
    pub(super) history: Vec<Vec<doc::Estimate>>,
}

/// A race.
pub(super) struct Race<'a> {
    /// The candidates, all with the same seed.
    pub(super) scenarios: &'a [&'a Scenario],
    /// What each costs; 0 without prices.
    pub(super) costs: &'a [f64],
    /// When it looks.
    pub(super) rounds: &'a Rounds,
    /// The confidence of each interval.
    pub(super) shares: Shares,
    /// Who watches.
    pub(super) observer: &'a dyn Observer,
}

/// How the error is shared: a half by the intervals of objectives, a half by those of comparisons.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shares {
    /// The confidence of each interval of an objective.
    pub(super) objectives: Confidence,
    /// The confidence of each interval of a comparison.
    pub(super) comparisons: Confidence,
}

impl Shares {
    /// Shares the error of a stated confidence by so many intervals of each kind.
    pub(super) fn of(stated: Confidence, objectives: u64, comparisons: u64) -> Self {
        let half = stated.shared_by(2);
        Self {
            objectives: half.shared_by(objectives),
            comparisons: half.shared_by(comparisons),
        }
    }
}

/// Where a candidate stands.
struct Runner {
    tallies: [Tally; Stage::ALL.len()],
    /// Its outage against that of the leader, over the trials since that leads.
    against_leader: DifferenceAccumulator,
    raced: Option<Raced>,
}

impl Runner {
    fn is_racing(&self) -> bool {
        self.raced.as_ref().is_none_or(|one| one.ended.is_none())
    }
}

/// Runs a race on the threads at hand; `None` where the caller ended it.
pub(super) fn run(race: &Race<'_>) -> Option<Vec<Raced>> {
    let scenarios: Vec<Scenario> = race
        .scenarios
        .iter()
        .map(|scenario| {
            let mut scenario = (*scenario).clone();
            scenario.simulate.confidence = race.shares.objectives.get();
            scenario
        })
        .collect();
    let new = |_: &Scenario| Runner {
        tallies: [Tally::default(), Tally::default()],
        against_leader: DifferenceAccumulator::default(),
        raced: None,
    };
    let mut runners: Vec<Runner> = scenarios.iter().map(new).collect();
    let mut leader = 0;
    let mut done = [0; Stage::ALL.len()];
    for round in race.rounds {
        let mut racing: Vec<usize> = (0..runners.len())
            .filter(|index| runners[*index].is_racing())
            .collect();
        racing.sort_by_key(|index| *index != leader);
        let total = round.iter().sum();
        for stage in Stage::ALL {
            let range = done[stage as usize]..round[stage as usize];
            let before = done[0] * u64::from(stage == Stage::Drills);
            let requests: Vec<_> = racing.iter().map(|one| request(&scenarios[*one])).collect();
            let none = requests.iter().any(|one| one.trials(stage) == 0);
            let mut counts = Counts::empty(racing.len());
            let on_round: OnRound<'_> = &mut |_, next| {
                let done = before + next;
                race.observer.progress(Progress::Simulating { done, total });
                !race.observer.is_cancelled()
            };
            if !none && !run_stage(&requests, stage, range, &mut counts, &|| false, on_round) {
                return None;
            }
            for (at, (index, tally)) in racing.iter().zip(counts.tallies).enumerate() {
                let runner = &mut runners[*index];
                runner.tallies[stage as usize].merge(tally);
                if let Some(pairs) = at.checked_sub(1).and_then(|at| counts.pairs.get(at))
                    && stage == Stage::Trials
                {
                    runner.against_leader.merge(&pairs.time);
                }
            }
        }
        done = *round;
        for index in &racing {
            let runner = &mut runners[*index];
            let history = runner.raced.take().map_or_else(Vec::new, |one| one.history);
            let cost = race.costs[*index];
            runner.raced = Some(judged(&scenarios[*index], cost, &runner.tallies, history));
        }
        leave(&mut runners, &racing, race.shares.comparisons);
        let next = first(&runners);
        if next != leader {
            // What is compared with a leader are trials that did not choose it.
            for runner in &mut runners {
                runner.against_leader = DifferenceAccumulator::default();
            }
            leader = next;
        }
        let left = runners.iter().filter(|one| one.is_racing()).count();
        if left == 1 && !is_open(&runners[leader]) {
            break;
        }
    }
    Some(runners.into_iter().filter_map(|one| one.raced).collect())
}

fn is_open(runner: &Runner) -> bool {
    let raced = runner.raced.as_ref();
    raced.is_none_or(|one| one.status == CandidateStatus::Undecided)
}

/// The best of those that race, by what is known so far.
fn first(runners: &[Runner]) -> usize {
    let racing = runners.iter().enumerate();
    let racing = racing.filter(|(_, one)| one.is_racing());
    let known = racing.filter_map(|(index, one)| Some((index, one.raced.as_ref()?)));
    let best = known.min_by(|(_, one), (_, other)| order(one, other));
    best.map_or(0, |(index, _)| index)
}

/// Better candidates first: those that meet every objective by cost, outage and data lost, then
/// the others by how far they are away, in steps, and by the same. Equal ones stay in their order.
pub(super) fn order(one: &Raced, other: &Raced) -> Ordering {
    let meets = |raced: &Raced| raced.status == CandidateStatus::Meets;
    let by = |figure| {
        let value = |raced: &Raced| {
            let found = objectives::value(figure, &raced.simulation);
            found.value.unwrap_or_default()
        };
        value(one).total_cmp(&value(other))
    };
    let by_figures = by(Figure::OUTAGE).then(by(Figure::DATA_LOST));
    let by_cost = one.cost.total_cmp(&other.cost);
    match (meets(one), meets(other)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (true, true) => by_cost.then(by_figures),
        (false, false) => one
            .excess
            .step()
            .total_cmp(&other.excess.step())
            .then(by_cost)
            .then(by_figures),
    }
}

/// Marks those that leave after a round, the first of `racing` being the leader that the others
/// were compared with.
fn leave(runners: &mut [Runner], racing: &[usize], confidence: Confidence) {
    let raced = |index: &usize| runners[*index].raced.as_ref();
    let all: Vec<(usize, &Raced)> = racing
        .iter()
        .filter_map(|index| Some((*index, raced(index)?)))
        .collect();
    let meeting = || {
        let met = all.iter();
        met.filter(|(_, one)| one.status == CandidateStatus::Meets)
    };
    let cheapest = meeting().map(|(_, one)| one.cost).min_by(f64::total_cmp);
    let nearest = all
        .iter()
        .map(|(_, one)| one.excess.high)
        .min_by(f64::total_cmp);
    let leader = racing.first().and_then(raced);
    let leader_meets = leader.filter(|one| one.status == CandidateStatus::Meets);
    let more_outage = |index: usize, one: &Raced| {
        let of = &runners[index].against_leader;
        let found = of.estimate(Slopes::Fitted, confidence);
        let low = found.and_then(|found| found.estimate.interval.low);
        low.is_some_and(|low| low > 0.0)
            && leader_meets.is_some_and(|leader| leader.cost <= one.cost)
    };
    let why = |(index, one): &(usize, &Raced)| match cheapest {
        Some(_) if one.status == CandidateStatus::Misses => Some(RaceEnd::Misses),
        Some(cheapest) if one.cost > cheapest => Some(RaceEnd::CostsMore),
        Some(_) => more_outage(*index, one).then_some(RaceEnd::MoreOutage),
        None => {
            let further = one.status == CandidateStatus::Misses
                && nearest.is_some_and(|nearest| one.excess.low > nearest * AS_NEAR);
            further.then_some(RaceEnd::FurtherAway)
        }
    };
    let ends: Vec<(usize, Option<RaceEnd>)> =
        all.iter().map(|found| (found.0, why(found))).collect();
    for (index, end) in ends {
        if let Some(raced) = &mut runners[index].raced {
            raced.ended = end;
        }
    }
}

/// Judges a candidate by its counts so far.
fn judged(
    scenario: &Scenario,
    cost: f64,
    tallies: &[Tally; 2],
    mut history: Vec<Vec<doc::Estimate>>,
) -> Raced {
    let simulation = simulation::document(scenario, &tallies[0], &tallies[1], false);
    let listed = scenario.expect.objectives.iter();
    let objectives: Vec<doc::Objective> = listed
        .map(|objective| objectives::judge(objective, &simulation))
        .collect();
    let any = |status| objectives.iter().any(|one| one.status == status);
    let status = if any(doc::ObjectiveStatus::Missed) {
        CandidateStatus::Misses
    } else if any(doc::ObjectiveStatus::Undecided) {
        CandidateStatus::Undecided
    } else {
        CandidateStatus::Meets
    };
    let figures = Figure::OF_FRONT.map(|one| objectives::value(one, &simulation));
    history.push(figures.to_vec());
    let most = |ratio: fn(&doc::Objective) -> f64| objectives.iter().map(ratio).fold(0.0, f64::max);
    Raced {
        status,
        ratios: objectives.iter().map(|one| ratio_of(one).value).collect(),
        excess: Excess {
            low: most(|one| ratio_of(one).low),
            value: most(|one| ratio_of(one).value),
            high: most(|one| ratio_of(one).high),
        },
        objectives,
        simulation,
        cost,
        ended: None,
        history,
    }
}

/// The ratio of a figure to its limit, so that more than 1 is a miss. Of an objective from below it
/// is that of what is missing to 1 where the figure is a share, unavailability for example, and
/// otherwise that of the limit to the figure.
fn ratio_of(objective: &doc::Objective) -> Excess {
    let from_below = matches!(
        objective.comparison,
        doc::Comparison::Above | doc::Comparison::AtLeast
    );
    let is_share = matches!(objective.figure.unit(), Unit::Share | Unit::Availability);
    let ratio = |value: f64| {
        let (value, limit) = match (from_below, is_share) {
            (false, _) => (value, objective.limit),
            (true, true) => (1.0 - value, 1.0 - objective.limit),
            (true, false) => (objective.limit, value),
        };
        match value {
            0.0 => 0.0,
            _ if limit <= 0.0 => f64::INFINITY,
            _ => value / limit,
        }
    };
    let estimate = &objective.value;
    let (better, worse) = if from_below {
        (estimate.high, estimate.low)
    } else {
        (estimate.low, estimate.high)
    };
    Excess {
        low: better.map_or(0.0, ratio),
        value: estimate.value.map_or(f64::INFINITY, ratio),
        high: worse.map_or(f64::INFINITY, ratio),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use poolproof_reports::document::{Comparison, Estimate, Method, Objective, ObjectiveStatus};

    #[test]
    fn a_round_has_at_least_the_trials_of_an_honest_mean() {
        assert_eq!(
            rounds(1_600, 800),
            [[200, 100], [400, 200], [800, 400], [1_600, 800]]
        );
        assert_eq!(rounds(100, 400), [[100, 100], [100, 200], [100, 400]]);
        assert_eq!(rounds(100, 0), [[100, 0]]);
    }

    #[test]
    fn all_shares_together_are_the_error() {
        let stated = Confidence::new(0.95).unwrap();
        let shares = Shares::of(stated, 40, 10);
        let error = |of: Confidence, count: f64| (1.0 - of.get()) * count;
        let all = error(shares.objectives, 40.0) + error(shares.comparisons, 10.0);
        assert!((all - 0.05).abs() < 1e-12, "{all}");
    }

    fn judged(comparison: Comparison, limit: f64, ends: [f64; 3]) -> Excess {
        judged_of(Figure::OUTAGE, comparison, limit, ends)
    }

    fn judged_of(
        figure: Figure,
        comparison: Comparison,
        limit: f64,
        [low, value, high]: [f64; 3],
    ) -> Excess {
        ratio_of(&Objective {
            text: String::new(),
            figure,
            comparison,
            limit,
            status: ObjectiveStatus::Undecided,
            value: Estimate {
                value: Some(value),
                low: Some(low),
                high: Some(high),
                confidence: 0.95,
                n: 100,
                method: Method::StudentT,
            },
            downtime: None,
        })
    }

    #[test]
    fn what_is_further_by_the_factor_is_on_another_step() {
        let step = |value: f64| {
            Excess {
                low: value,
                value,
                high: value,
            }
            .step()
        };
        for value in [0.001, 0.999, 1.0, 1.7, 250.0] {
            assert!(step(value) < step(value * AS_NEAR * 1.000_001), "{value}");
            assert!(step(value * 1.005) <= step(value) + 1.0, "{value}");
        }
        assert!(step(0.0) < step(1e-9) && step(1e9) < step(f64::INFINITY));
    }

    #[test]
    fn more_than_one_is_a_miss_in_both_directions() {
        let found = judged(Comparison::AtMost, 10.0, [5.0, 10.0, 20.0]);
        assert_eq!((found.low, found.value, found.high), (0.5, 1.0, 2.0));
        // Half of the availability that is missing to 1.
        let share = Figure::AVAILABILITY;
        let found = judged_of(share, Comparison::AtLeast, 0.5, [0.0, 0.5, 0.75]);
        assert_eq!((found.low, found.value, found.high), (0.5, 1.0, 2.0));
        // Of a duration that is wanted long, half of the limit is twice too little.
        let found = judged(Comparison::AtLeast, 10.0, [5.0, 10.0, 20.0]);
        assert_eq!((found.low, found.value, found.high), (0.5, 1.0, 2.0));
        let found = judged(Comparison::AtLeast, 10.0, [0.0, 0.0, 1.0]);
        assert_eq!((found.low, found.value), (10.0, f64::INFINITY));
        let found = judged(Comparison::AtMost, 0.0, [0.0, 1.0, 2.0]);
        assert_eq!((found.low, found.value), (0.0, f64::INFINITY));
    }
}
