//! Drills that a team carries out: the form that it fills in, and what was recorded beside what is
//! simulated.

use csv::WriterBuilder;
use poolproof_engines::clocks::distribution::Distribution;
use poolproof_engines::clocks::random::Uniform;
use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::histogram::Histogram;
use poolproof_engines::simulate::run::Counts;
use poolproof_engines::simulate::stage::{Stage, run_stage};
use poolproof_engines::simulate::tally::Measures;
use poolproof_models::names::runbook::{Operation, Phase, Role};
use poolproof_reports::drill::{DrillFigure, DrillReview};
use poolproof_reports::quantity;

use super::error::{AppError, ErrorKind};
use super::observer::{Execution, Progress};
use super::runbook::{runbook_of, time};
use crate::app::compile::simulation::request;
use crate::explain::operations::operation_text;
use crate::records::drills::{DrillRecord, SERVICE, StepResult};
use crate::records::kind::RecordKind;
use crate::scenario::Scenario;
use crate::scenario::operators::Shifts;
use crate::scenario::runbook::RunbookFile;

/// The share of simulated drills within the limits of a figure.
const LEVEL: f64 = 0.9;

/// A distribution is looked at in so many points of equal probability.
const POINTS: u32 = 20_000;

/// Writes the form that a team fills in: a row for the users and one for each step.
///
/// # Errors
///
/// When the scenario has no runbook of the role.
pub fn form(scenario: &Scenario, role: Role) -> Result<String, AppError> {
    let file = runbook_of(scenario, role)?;
    let title = format!(
        "Record of a drill of {} in {}",
        file.runbook.name, scenario.name
    );
    let mut text = String::new();
    for line in [title.as_str()].into_iter().chain(HELP) {
        // A spreadsheet puts a line with a separator between quotation marks.
        text += &format!("# {}\n", line.replace([',', ';', '\t', '"'], " "));
    }
    let rows = form_rows(file).map_err(|error| {
        AppError::new(
            ErrorKind::Defect,
            format!("the form cannot be written: {error}"),
        )
    })?;
    Ok(text + RecordKind::DrillRecord.query().1 + &String::from_utf8_lossy(&rows))
}

/// What stands above the form. Without commas, see above.
const HELP: [&str; 7] = [
    "Fill in started and ended while it happens. Times are such as 2016-03-02 10:15:30. Below the",
    "first one 10:15:30 is enough. If clocks change meanwhile add the offset such as +01:00.",
    "Leave empty what was not noticed. Do not change runbook or step or operation.",
    "service: started is when users were no longer served and ended when they were served again.",
    "lost belongs to service: the time whose messages are gone such as 12min or none.",
    "result: done or skipped or failed. A step that has an end is done unless it says otherwise.",
    "expected is from the scenario. planned and who and note are yours: poolproof ignores them.",
];

fn form_rows(file: &RunbookFile) -> Result<Vec<u8>, csv::Error> {
    let mut rows = WriterBuilder::new().from_writer(Vec::new());
    let role = file.runbook.role.name();
    let mut row = |first: [&str; 5]| {
        let cells = [role].into_iter().chain(first);
        rows.write_record(cells.chain([""; 6]))
    };
    row([SERVICE, "", "users are served", "", ""])?;
    for (index, step) in file.runbook.steps.iter().enumerate() {
        let number = (index + 1).to_string();
        let expected = time(&file.durations[index]);
        let (name, what) = (step.operation.name(), operation_text(step.operation));
        row([&number, name, what, &step.actor, &expected])?;
    }
    rows.into_inner().map_err(|error| error.into_error().into())
}

/// What a scenario expects of the drills of a runbook.
pub struct ExpectedDrills<'a> {
    scenario: &'a Scenario,
    runbook: &'a RunbookFile,
    /// The duration of each step.
    steps: Vec<ExpectedFigure>,
    /// Time to recover and data lost; none where no fault is named that the runbook answers.
    whole: Option<[ExpectedFigure; 2]>,
}

impl<'a> ExpectedDrills<'a> {
    /// Simulates the drills of a scenario, whose own setting says what is drilled.
    ///
    /// # Errors
    ///
    /// When the scenario has no runbook of the role, or somebody ended the work.
    pub fn of(
        scenario: &'a Scenario,
        role: Role,
        execution: &Execution<'_>,
    ) -> Result<Self, AppError> {
        let runbook = runbook_of(scenario, role)?;
        let is_answer = role == Role::SiteFailover || scenario.simulate.drill.is_some();
        let measures = match is_answer {
            true => simulated(scenario, execution)?,
            false => None,
        };
        let steps = 0..runbook.durations.len();
        let steps = steps.map(|index| duration_of(scenario, runbook, index));
        Ok(Self {
            scenario,
            runbook,
            steps: steps.map(|one| ExpectedFigure::of_delay(&one)).collect(),
            whole: measures.map(|measures| {
                [&measures.time, &measures.data_lost].map(ExpectedFigure::of_histogram)
            }),
        })
    }

    /// Sets what was recorded beside what is expected. `file` is the name of the record.
    ///
    /// # Errors
    ///
    /// When the record is not of this runbook, or holds no figure.
    pub fn review(&self, drill: &DrillRecord, file: &str) -> Result<DrillReview, AppError> {
        verify(drill, self.runbook, file)?;
        let mut known: Vec<(String, u64, &ExpectedFigure)> = Vec::new();
        for (step, ms) in drill.durations() {
            let name = format!("step {}: {}", step.number, operation_text(step.operation));
            let simulated = self.steps.get(step.number - 1);
            known.extend(simulated.map(|simulated| (name, ms, simulated)));
        }
        let mut notes = notes(drill, self.runbook);
        match &self.whole {
            Some([time, lost]) => {
                let time = drill
                    .time_ms()
                    .map(|ms| ("time to recover".to_owned(), ms, time));
                let lost = drill.lost_ms.map(|ms| ("data lost".to_owned(), ms, lost));
                known.extend(time.into_iter().chain(lost));
            }
            None => notes.push(format!(
                "time to recover and data lost are not judged: --drill names the fault that a {} \
                 answers, such as crash:A",
                drill.role.name()
            )),
        }
        if known.is_empty() {
            let message =
                format!("{file} holds no figure: no step has an end, and the service neither");
            let hint = "fill in `started` and `ended` of what was done";
            return Err(AppError::input(message).hinted(hint));
        }
        // Whatever the figures have to do with each other (C. Bonferroni 1936).
        let joint = 1.0 - (1.0 - LEVEL) / known.len() as f64;
        let figures = known.into_iter();
        let figures = figures.map(|(name, value, simulated)| simulated.figure(name, value, joint));
        Ok(DrillReview {
            record: file.to_owned(),
            scenario: self.scenario.name.clone(),
            runbook: self.runbook.runbook.name.clone(),
            drilled: self
                .whole
                .as_ref()
                .map(|_| match self.scenario.simulate.drill {
                    None => "the loss of DC1".to_owned(),
                    Some(fault) => fault.name(),
                }),
            level: LEVEL,
            figures: figures.collect(),
            notes,
        })
    }
}

/// Refuses a record whose steps are not those of the runbook.
pub(super) fn verify(
    drill: &DrillRecord,
    runbook: &RunbookFile,
    file: &str,
) -> Result<(), AppError> {
    let steps = &runbook.runbook.steps;
    let other = drill.steps.iter().find(|step| {
        let own = steps.get(step.number - 1);
        own.is_none_or(|own| own.operation != step.operation)
    });
    let Some(step) = other else { return Ok(()) };
    let there = match steps.get(step.number - 1) {
        Some(own) => format!("does {}", own.operation.name()),
        None => "is not there".to_owned(),
    };
    let message = format!(
        "{file}, row {}: step {} does {}, and in the runbook {} it {there}",
        step.row,
        step.number,
        step.operation.name(),
        runbook.runbook.name
    );
    let hint = "the record is of another version of the runbook: compare it with that one";
    Err(AppError::input(message).hinted(hint))
}

/// What the figures do not say.
fn notes(drill: &DrillRecord, runbook: &RunbookFile) -> Vec<String> {
    let mut notes = Vec::new();
    for (result, words) in [
        (StepResult::Skipped, "skipped"),
        (StepResult::Failed, "failed, and have no duration"),
        (StepResult::NotReached, "have no end"),
    ] {
        let steps = drill.steps.iter().filter(|step| step.result == result);
        let steps: Vec<String> = steps.map(|step| step.number.to_string()).collect();
        if !steps.is_empty() {
            let word = if steps.len() == 1 { "step" } else { "steps" };
            notes.push(format!("{word} {}: {words}", steps.join(", ")));
        }
    }
    let missing = runbook
        .runbook
        .steps
        .len()
        .saturating_sub(drill.steps.len());
    if missing > 0 {
        let text = quantity::plural(missing as u64, "step is", "steps are");
        notes.push(format!("{text} not in the record"));
    }
    let idle = drill.idle_ms();
    if idle > 0 {
        notes.push(format!(
            "between the steps {} passed in which no step was in progress: a simulated runbook \
             goes on at once, but for what it waits for",
            quantity::duration(idle as f64)
        ));
    }
    if drill.outage.is_some() && drill.served.is_none() {
        notes.push("users were not served again in this record".to_owned());
    }
    notes
}

/// How long a step takes, the hours of a week that people are at work included.
fn duration_of(scenario: &Scenario, runbook: &RunbookFile, index: usize) -> Distribution {
    let step = &runbook.runbook.steps[index];
    let sees_alarm = (step.operation, step.phase) == (Operation::Decide, Phase::Detect);
    match &scenario.operators.shifts {
        Some(shifts) if sees_alarm => {
            let share = share_on_duty(shifts);
            let parts = vec![
                (share, shifts.on_duty.clone()),
                (1.0 - share, shifts.off_duty.clone()),
            ];
            Distribution::Mixture { parts }
        }
        _ => runbook.durations[index].clone(),
    }
}

/// The share of a week in which people are at work.
fn share_on_duty(shifts: &Shifts) -> f64 {
    let hours = shifts.to.ms.saturating_sub(shifts.from.ms) as f64 / 86_400_000.0;
    hours * shifts.days as f64 / 7.0
}

/// Runs the drills of a scenario; none where it has no such drill.
fn simulated(scenario: &Scenario, execution: &Execution<'_>) -> Result<Option<Measures>, AppError> {
    let requests = [request(scenario)];
    let (total, observer) = (requests[0].trials(Stage::Drills), execution.observer);
    let mut counts = Counts::empty(1);
    let complete = execution.on_threads(|| {
        let is_abandoned = || observer.is_abandoned();
        run_stage(
            &requests,
            Stage::Drills,
            0..total,
            &mut counts,
            &is_abandoned,
            &mut |_, done| {
                observer.progress(Progress::Simulating { done, total });
                !observer.is_cancelled()
            },
        )
    });
    if !complete {
        let message = "interrupted before every drill was simulated";
        return Err(AppError::new(ErrorKind::Cancelled, message));
    }
    let tally = counts.tallies.pop();
    Ok(tally.map(|tally| tally.per_incident).filter(|_| total > 0))
}

/// What is simulated of a figure: values in ascending order with the share up to each; what has no
/// end is in none of them.
struct ExpectedFigure {
    points: Vec<(u64, f64)>,
    /// How exact the values are: a histogram has buckets.
    is_exact: bool,
}

impl ExpectedFigure {
    fn of_delay(distribution: &Distribution) -> Self {
        let at = |index: u32| {
            let u = (f64::from(index) + 0.5) / f64::from(POINTS);
            Uniform::new(u).map_or(0, |u| distribution.quantile(u).ms)
        };
        // Those of a mixture are not in order.
        let mut values: Vec<u64> = (0..POINTS).map(at).collect();
        values.sort_unstable();
        let share = |index: usize| (index + 1) as f64 / f64::from(POINTS);
        let points = values.into_iter().enumerate();
        Self {
            points: points.map(|(index, ms)| (ms, share(index))).collect(),
            is_exact: true,
        }
    }

    fn of_histogram(histogram: &Histogram) -> Self {
        let points = histogram.cdf_points(usize::MAX, Confidence::default());
        Self {
            points: points
                .iter()
                .map(|point| (point.value, point.share))
                .collect(),
            is_exact: false,
        }
    }

    /// The value that is not exceeded with a probability; none where it has no end.
    fn quantile(&self, share: f64) -> Option<u64> {
        let at = self.points.partition_point(|(_, up_to)| *up_to < share);
        self.points.get(at).map(|(value, _)| *value)
    }

    /// The limits that hold with a probability, with equal tails.
    fn limits(&self, level: f64) -> (u64, Option<u64>) {
        let tail = (1.0 - level) / 2.0;
        let low = self.quantile(tail).unwrap_or(u64::MAX);
        (low, self.quantile(1.0 - tail))
    }

    fn share_up_to(&self, value: u64) -> f64 {
        let after = self.points.partition_point(|(known, _)| *known <= value);
        let last = after.checked_sub(1).and_then(|last| self.points.get(last));
        last.map_or(0.0, |(_, share)| *share)
    }

    fn figure(&self, name: String, value: u64, joint: f64) -> DrillFigure {
        // A time of whole minutes was read from a clock without seconds.
        let written = if value.is_multiple_of(60_000) && value > 0 {
            60_000
        } else {
            1_000
        };
        let bucket = if self.is_exact { 0 } else { value / 512 };
        DrillFigure {
            name,
            value,
            resolution: written.max(bucket),
            limits: self.limits(LEVEL),
            joint_limits: self.limits(joint),
            position: (
                value
                    .checked_sub(bucket + 1)
                    .map_or(0.0, |below| self.share_up_to(below)),
                self.share_up_to(value.saturating_add(bucket)),
            ),
        }
    }
}
