//! Runbooks for people: a runbook as a document, with what happens if a step is left out, and what
//! two runbooks leave open. Both are asked of the checker: it searches with the step and without
//! it.

use std::sync::atomic::{AtomicU64, Ordering};

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_engines::clocks::random::Uniform;
use poolproof_models::names::runbook::{Belief, Role};
use poolproof_reports::runbook::{
    RunbookBudget, RunbookComparison, RunbookDocument, RunbookRow, RunbookStep, RunbookVerdict,
    StepGuard,
};
use poolproof_reports::{document as doc, quantity, words};

use super::check::{self, within_budgets};
use super::error::AppError;
use super::limits::SearchLimits;
use super::observer::{Execution, Notice, Observer, Progress, StageTiming};
use crate::explain::operations::operation_text;
use crate::explain::procedures::{ServerNames, procedure};
use crate::explain::refusal::belief_text;
use crate::scenario::Scenario;
use crate::scenario::runbook::RunbookFile;

/// A runbook that is written out.
pub struct ExportRequest<'a> {
    /// The scenario within the budget that the steps are judged in.
    pub scenario: &'a Scenario,
    /// Whose runbook.
    pub role: Role,
    /// Whether the checker is asked what each step prevents.
    pub judges_steps: bool,
    /// The limits of each search.
    pub limits: &'a SearchLimits,
    /// The command that makes it again.
    pub command: String,
}

/// Writes a runbook out.
///
/// # Errors
///
/// When the scenario has no runbook of the role, or somebody ended the work.
pub fn export(
    request: &ExportRequest<'_>,
    execution: &Execution<'_>,
) -> Result<RunbookDocument, AppError> {
    let (scenario, role) = (request.scenario, request.role);
    let file = runbook_of(scenario, role)?;
    let names = names(scenario);
    let mut steps: Vec<RunbookStep> = (0..file.runbook.steps.len())
        .map(|index| step(file, index, &names))
        .collect();
    let (mut budget, mut open) = (None, Vec::new());
    if request.judges_steps {
        let watched = StepObserver::of(execution.observer, steps.len() as u64);
        let execution = &Execution {
            observer: &watched,
            ..*execution
        };
        let wholes = within_fewer_faults(scenario)
            .iter()
            .map(|scenario| search(request, scenario, execution))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(whole) = wholes.last() {
            budget = Some(words::budget(&whole.budget));
            open = left_open(whole);
        }
        for (index, step) in steps.iter_mut().enumerate() {
            watched.begins(index as u64 + 1);
            match without_step(scenario, role, index) {
                Some(without) => judge(request, step, &wholes, &without, execution)?,
                None => step.unjudged = Some("there would be no runbook".to_owned()),
            }
        }
    }
    let title = match file.title.is_empty() {
        true => file.runbook.name.clone(),
        false => file.title.clone(),
    };
    Ok(RunbookDocument {
        title,
        scenario: scenario.name.clone(),
        poolproof_version: env!("CARGO_PKG_VERSION").to_owned(),
        command: request.command.clone(),
        trigger: belief_text(file.runbook.trigger).to_owned(),
        // A failback is not begun because something fails, and does not end because it works again.
        ends_with_trigger: file.runbook.trigger != Belief::SiteRebuilt,
        budget,
        open,
        steps,
    })
}

/// The budget with one fault, and with one more each time up to all of them.
fn within_fewer_faults(scenario: &Scenario) -> Vec<Scenario> {
    let most = scenario.check.faults;
    let within = |faults| {
        let mut scenario = scenario.clone();
        scenario.check.faults = faults;
        scenario
    };
    (most.min(1)..=most).map(within).collect()
}

/// Finds what breaks without a step, with the fewest faults: a search with one fault more costs a
/// hundred times as much, and so it is only asked for where nothing broke before.
fn judge(
    request: &ExportRequest<'_>,
    step: &mut RunbookStep,
    wholes: &[doc::Check],
    without: &Scenario,
    execution: &Execution<'_>,
) -> Result<(), AppError> {
    let mut is_decided = true;
    for (whole, without) in wholes.iter().zip(within_fewer_faults(without)) {
        let without = search(request, &without, execution)?;
        // With the step a property may break later: what it does within the whole budget counts.
        let most = wholes.last().unwrap_or(whole);
        step.guards = broken(most, &without);
        step.guards.extend(lost_goals(whole, &without));
        is_decided &= whole.complete && without.complete;
        if !step.guards.is_empty() {
            return Ok(());
        }
    }
    if !is_decided {
        step.unjudged = Some("undecided: a limit ended the search".to_owned());
    }
    Ok(())
}

/// Notes which step is judged beside how far its search has come.
struct StepObserver<'a> {
    observer: &'a dyn Observer,
    step: AtomicU64,
    steps: u64,
}

impl<'a> StepObserver<'a> {
    const fn of(observer: &'a dyn Observer, steps: u64) -> Self {
        Self {
            observer,
            step: AtomicU64::new(0),
            steps,
        }
    }

    fn begins(&self, step: u64) {
        self.step.store(step, Ordering::Relaxed);
    }
}

impl Observer for StepObserver<'_> {
    fn progress(&self, progress: Progress) {
        let (step, steps) = (self.step.load(Ordering::Relaxed), self.steps);
        self.observer.progress(match progress {
            Progress::Checking { states, left, .. } => Progress::LeavingOut {
                step,
                steps,
                states,
                left,
            },
            other => other,
        });
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }

    fn is_abandoned(&self) -> bool {
        self.observer.is_abandoned()
    }

    fn finished(&self, timing: &StageTiming) {
        self.observer.finished(timing);
    }

    fn notice(&self, notice: Notice) {
        self.observer.notice(notice);
    }
}

/// The runbook of a role.
pub(super) fn runbook_of(scenario: &Scenario, role: Role) -> Result<&RunbookFile, AppError> {
    scenario.operators.runbook(role).ok_or_else(|| {
        let known = scenario.operators.runbooks();
        let known: Vec<&str> = known.map(|file| file.runbook.role.name()).collect();
        AppError::input(format!(
            "{} has no runbook for {}",
            scenario.name,
            role.name()
        ))
        .hinted(format!("it has one for {}", known.join(", ")))
    })
}

/// Two runbooks of a role, each in a scenario of its own.
pub struct RunbooksRequest<'a> {
    /// The names of their files.
    pub names: [String; 2],
    /// The scenario with each of them.
    pub scenarios: [&'a Scenario; 2],
    /// The names of the budgets; without any, those that run without being asked for.
    pub budgets: &'a [String],
    /// The limits of each search.
    pub limits: &'a SearchLimits,
}

/// Compares what two runbooks leave open.
///
/// # Errors
///
/// When a budget does not exist, or somebody ended the work.
pub fn compare(
    request: &RunbooksRequest<'_>,
    execution: &Execution<'_>,
) -> Result<RunbookComparison, AppError> {
    let [one, other] = request
        .scenarios
        .map(|one| within_budgets(one, request.budgets));
    let limits = &request.limits.on(execution);
    let mut budgets = Vec::new();
    for (one, other) in one?.iter().zip(&other?) {
        let mut checks = Vec::new();
        for scenario in [one, other] {
            checks.push(checked(scenario, limits, execution)?);
        }
        let (Some(first), Some(second)) = (checks.first(), checks.get(1)) else {
            continue;
        };
        budgets.push(RunbookBudget {
            name: words::budget(&first.budget),
            rows: rows(first, second),
        });
    }
    Ok(RunbookComparison {
        names: request.names.clone(),
        budgets,
    })
}

fn rows(one: &doc::Check, other: &doc::Check) -> Vec<RunbookRow> {
    let verdicts = one.verdicts.iter().zip(&other.verdicts);
    let verdicts = verdicts.map(|(a, b)| RunbookRow {
        name: words::property(&a.title, &a.property),
        verdicts: [a, b]
            .map(|verdict| RunbookVerdict::of(verdict.status, faults(verdict), &cause(verdict))),
    });
    let goals = one.goals.iter().zip(&other.goals);
    let goals = goals.map(|(a, b)| RunbookRow {
        name: format!("goal: {}", a.title),
        verdicts: [a, b].map(|goal| RunbookVerdict {
            is_open: !goal.reached && goal.complete,
            is_decided: goal.reached || goal.complete,
            text: match (goal.reached, goal.complete) {
                (true, _) => "reached".to_owned(),
                (false, true) => "not reached".to_owned(),
                (false, false) => "undecided".to_owned(),
            },
            cause: String::new(),
        }),
    });
    verdicts.chain(goals).collect()
}

fn search(
    request: &ExportRequest<'_>,
    scenario: &Scenario,
    execution: &Execution<'_>,
) -> Result<doc::Check, AppError> {
    checked(scenario, &request.limits.on(execution), execution)
}

fn checked(
    scenario: &Scenario,
    limits: &SearchLimits,
    execution: &Execution<'_>,
) -> Result<doc::Check, AppError> {
    let checked = execution.on_threads(|| check::search(scenario, limits, execution.observer));
    if checked.interrupted {
        let message = "interrupted before every step was judged";
        return Err(AppError::new(super::error::ErrorKind::Cancelled, message));
    }
    Ok(checked.document)
}

fn faults(verdict: &doc::Verdict) -> Option<u32> {
    verdict.counterexample.as_ref().map(|path| path.faults)
}

/// How a violation comes about: the faults, and the step that breaks the property. The rest is for
/// those who read the counterexample.
fn cause(verdict: &doc::Verdict) -> String {
    let steps = verdict.counterexample.iter().flat_map(|path| &path.steps);
    let last = steps.clone().last().map(|step| step.number);
    let decisive = steps.filter(|step| step.fault.is_some() || Some(step.number) == last);
    let texts: Vec<String> = decisive
        .map(|step| format!("step {}: {}", step.number, step.text))
        .collect();
    capital(&texts.join("; then "))
}

/// The properties that are violated and the goals that are not reached.
fn left_open(check: &doc::Check) -> Vec<String> {
    let violated = check.verdicts.iter();
    let violated = violated.filter(|one| one.status == doc::VerdictStatus::Violated);
    let violated = violated.map(|one| {
        let name = words::property(&one.title, &one.property);
        let verdict = RunbookVerdict::of(one.status, faults(one), "");
        format!("{name}: {}. {}", verdict.text, cause(one))
    });
    let missed = check
        .goals
        .iter()
        .filter(|goal| !goal.reached && goal.complete);
    let missed = missed.map(|goal| format!("goal: {}: not reached", goal.title));
    violated.chain(missed).collect()
}

/// What breaks without the step, or breaks with fewer faults.
fn broken(whole: &doc::Check, without: &doc::Check) -> Vec<StepGuard> {
    let violated = doc::VerdictStatus::Violated;
    let pairs = whole.verdicts.iter().zip(&without.verdicts);
    let broken = pairs.filter(|(with, without)| {
        without.status == violated && (with.status != violated || faults(without) < faults(with))
    });
    let guard = |(with, without): (&doc::Verdict, &doc::Verdict)| {
        let verdict = RunbookVerdict::of(without.status, faults(without), "");
        let before = RunbookVerdict::of(with.status, faults(with), "");
        StepGuard {
            name: words::property(&without.title, &without.property),
            consequence: format!("{}; with the step: {}", verdict.text, before.text),
            cause: cause(without),
        }
    };
    broken.map(guard).collect()
}

/// The goals that are not reached without the step, within the same budget.
fn lost_goals(whole: &doc::Check, without: &doc::Check) -> Vec<StepGuard> {
    let goals = whole.goals.iter().zip(&without.goals);
    let lost = goals.filter(|(with, without)| with.reached && !without.reached && without.complete);
    let lost = lost.map(|(_, goal)| StepGuard {
        name: format!("goal: {}", goal.title),
        consequence: format!(
            "not reached any more within {}",
            words::budget(&without.budget)
        ),
        cause: String::new(),
    });
    lost.collect()
}

/// The scenario with a step left out of a runbook; none where nothing would be left.
fn without_step(scenario: &Scenario, role: Role, index: usize) -> Option<Scenario> {
    let mut scenario = scenario.clone();
    let operators = &mut scenario.operators;
    let file = match role {
        Role::MirrorFailover => operators.mirror_failover.as_mut(),
        Role::SiteFailover => operators.site_failover.as_mut(),
        Role::SiteFailback => operators.site_failback.as_mut(),
        Role::LogShippingRepair => operators.log_shipping_repair.as_mut(),
        Role::LastResort => operators.last_resort.as_mut(),
        Role::PlannedSwitch => operators.planned_switch.as_mut(),
    }?;
    if file.runbook.steps.len() < 2 {
        return None;
    }
    file.runbook.steps.remove(index);
    file.durations.remove(index);
    file.duration_sources.remove(index);
    Some(scenario)
}

fn names(scenario: &Scenario) -> ServerNames {
    let name = |key: &str| {
        let mut instances = scenario.sql.instances.iter();
        let found = instances.find(|instance| instance.key == key);
        found.map_or_else(|| key.to_uppercase(), |instance| instance.server.clone())
    };
    let host = &scenario.log_shipping.share_host;
    // The default is no name of a host.
    let share = match host.contains(' ') {
        true => r"\\<host>\<share>".to_owned(),
        false => format!(r"\\{host}\<share>"),
    };
    ServerNames {
        a: name("a"),
        b: name("b"),
        s: name("s"),
        sm: name("sm"),
        share,
    }
}

fn step(file: &RunbookFile, index: usize, names: &ServerNames) -> RunbookStep {
    let step = &file.runbook.steps[index];
    let how = procedure(step.operation, names);
    RunbookStep {
        text: capital(operation_text(step.operation)),
        actor: step.actor.clone(),
        place: how.place,
        command: how.command,
        verify: how.verify,
        time: time(&file.durations[index]),
        wait_for: step.wait_for.map(|belief| belief_text(belief).to_owned()),
        may_be_skipped: step.optional,
        is_final: how.is_final,
        source: step.source.clone(),
        guards: Vec::new(),
        unjudged: None,
    }
}

/// How long a step takes: in half of the cases, and in 95 of 100.
pub(super) fn time(distribution: &Distribution) -> String {
    let at = |u: f64| Uniform::new(u).map_or(0.0, |u| distribution.quantile(u).ms as f64);
    let (half, most) = (quantity::duration(at(0.5)), quantity::duration(at(0.95)));
    match half == most {
        true => half,
        false => format!("half of the times within {half}, 95 of 100 within {most}"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}
