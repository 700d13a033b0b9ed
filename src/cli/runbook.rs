//! `poolproof runbook`: runbooks for people, what two of them leave open, and records of drills.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use poolproof_models::names::runbook::Role;
use poolproof_reports::runbook::{markdown, page};

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::flags::{BudgetArgs, OneBudgetArgs, RunArgs, assignment};
use super::limits::LimitArgs;
use super::terminal::{print, say};
use super::{files, ownership};
use crate::app::drill::{ExpectedDrills, form};
use crate::app::regression::relative;
use crate::app::reproduction::{Reproduction, Settings};
use crate::app::runbook::{ExportRequest, RunbooksRequest, compare, export};
use crate::app::simulation::set_drill;
use crate::records;
use crate::scenario::operators::runbook_key;
use crate::scenario::runbook::role_of;

/// Write a runbook out for the binder, compare what two runbooks leave open, or record a drill
#[derive(Args)]
pub struct RunbookArgs {
    #[command(subcommand)]
    command: RunbookCommand,
}

#[derive(Subcommand)]
enum RunbookCommand {
    /// Write a runbook as a document with check boxes: who, where, commands, how to verify, how
    /// long, what happens if a step is left out, and when to call off
    Export(RunbookExportArgs),
    /// Check a scenario with each of two runbooks, and show which properties each leaves open
    Compare(RunbookCompareArgs),
    /// Write the form in which a team records a drill: a CSV file with a row for each step
    Record(RunbookRecordArgs),
    /// Set the record of a drill beside the simulated drills: for each step, the time to recover
    /// and the data lost, whether it is what the scenario expects
    ///
    /// Ends with 1 if the drill as a whole is outside what 90 % of the simulated drills keep.
    Review(RunbookReviewArgs),
}

#[derive(Args)]
struct RunbookExportArgs {
    /// Scenario file; - is standard input
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Whose runbook: mirror-failover, site-failover, site-failback, log-shipping-repair or
    /// last-resort
    #[arg(long, value_name = "ROLE", default_value = "site-failover", value_parser = role)]
    role: Role,
    /// Write a page to print to this file, beside the Markdown on standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Do not ask the checker what each step prevents
    #[arg(long)]
    without_check: bool,
    #[command(flatten)]
    budget: OneBudgetArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Args)]
struct RunbookCompareArgs {
    /// The first runbook file
    #[arg(value_name = "RUNBOOK")]
    first: PathBuf,
    /// The second runbook file, of the same role
    #[arg(value_name = "RUNBOOK")]
    second: PathBuf,
    /// The scenario that both are tried in
    #[arg(long, value_name = "FILE")]
    scenario: PathBuf,
    #[command(flatten)]
    budgets: BudgetArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Args)]
struct RunbookRecordArgs {
    /// Scenario file; - is standard input
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// Whose runbook: mirror-failover, site-failover, site-failback, log-shipping-repair or
    /// last-resort
    #[arg(long, value_name = "ROLE", default_value = "site-failover", value_parser = role)]
    role: Role,
    /// Write the form to this file in place of printing it; a file that is there stays
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Change a value of the scenario, for example log_shipping.share=DC2
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
}

#[derive(Args)]
struct RunbookReviewArgs {
    /// Scenario file; - is standard input
    #[arg(value_name = "SCENARIO")]
    scenario: PathBuf,
    /// The record, a form of `runbook record` that was filled in
    #[arg(value_name = "RECORD")]
    record: PathBuf,
    /// What was drilled: site-loss, or an event such as crash:A
    #[arg(long, value_name = "FAULT")]
    drill: Option<String>,
    #[command(flatten)]
    run: RunArgs,
}

/// Runs the command.
pub fn run(args: &RunbookArgs) -> CommandResult {
    match &args.command {
        RunbookCommand::Export(args) => run_export(args),
        RunbookCommand::Compare(args) => run_compare(args),
        RunbookCommand::Record(args) => run_record(args),
        RunbookCommand::Review(args) => run_review(args),
    }
}

fn run_export(args: &RunbookExportArgs) -> CommandResult {
    if let Some(path) = &args.html {
        if ownership::is_foreign(path) {
            return Err(ownership::exists(path));
        }
        files::try_file(path)?;
    }
    let loaded = args.budget.narrow(args.run.load(&args.scenario)?)?;
    let command = Reproduction::new("runbook")
        .argument("export")
        .argument(args.scenario.display())
        .option("--role", args.role.name())
        .settings(&args.run.settings());
    let command = args.budget.add_to(args.limits.add_to(command));
    let terminal = args.run.execution.terminal();
    let request = ExportRequest {
        scenario: &loaded.scenario,
        role: args.role,
        judges_steps: !args.without_check,
        limits: &args.limits.limits(),
        command: command.to_string(),
    };
    let document = export(&request, &args.run.execution.on(&terminal))?;
    if let Some(path) = &args.html {
        let page = page(&document).map_err(Failure::defect)?;
        files::write(path, page.as_bytes())?;
        say(&format!("wrote {}", path.display()));
    }
    print(&markdown(&document))?;
    Ok(Exit::AsExpected)
}

fn run_compare(args: &RunbookCompareArgs) -> CommandResult {
    let paths = [&args.first, &args.second];
    let mut roles = Vec::new();
    for path in paths {
        let refuse = |why: &str| Failure::input(format!("{}: {why}", path.display()));
        let text = files::text(path).map_err(|why| refuse(&why))?;
        let role = role_of(&text).ok_or_else(|| refuse("it is no runbook: it has no `role`"))?;
        roles.push(role);
    }
    if roles.first() != roles.get(1) {
        let error = "the runbooks are of different roles, and do not replace each other";
        return Err(Failure::input(error));
    }
    let load = |path: &Path, role: Role| {
        let mut settings = args.run.settings();
        let named = beside(&args.scenario, path);
        settings.overrides.push((runbook_key(role), named));
        super::flags::load(&args.scenario, &settings)
    };
    let one = load(&args.first, roles[0])?;
    let other = load(&args.second, roles[0])?;
    let terminal = args.run.execution.terminal();
    let request = RunbooksRequest {
        names: paths.map(|path| path.display().to_string()),
        scenarios: [&one.scenario, &other.scenario],
        budgets: &args.budgets.budgets,
        limits: &args.limits.limits(),
    };
    let compared = compare(&request, &args.run.execution.on(&terminal))?;
    print(&compared.table())?;
    let verdicts = compared.budgets.iter().flat_map(|budget| &budget.rows);
    let mut verdicts = verdicts.flat_map(|row| &row.verdicts);
    Ok(match verdicts.all(|verdict| verdict.is_decided) {
        true => Exit::AsExpected,
        false => Exit::Undecided,
    })
}

fn run_record(args: &RunbookRecordArgs) -> CommandResult {
    let settings = Settings {
        seed: None,
        overrides: args.set.clone(),
    };
    let loaded = super::flags::load(&args.scenario, &settings)?;
    let form = form(&loaded.scenario, args.role)?;
    let Some(path) = &args.output else {
        print(&form)?;
        return Ok(Exit::AsExpected);
    };
    // It may have been filled in.
    if path.exists() && !fs::read(path).is_ok_and(|there| there == form.as_bytes()) {
        return Err(ownership::exists(path));
    }
    files::write(path, form.as_bytes())?;
    say(&format!("wrote {}", path.display()));
    Ok(Exit::AsExpected)
}

fn run_review(args: &RunbookReviewArgs) -> CommandResult {
    let mut loaded = args.run.load(&args.scenario)?;
    let scenario = &mut loaded.scenario;
    if let Some(drill) = &args.drill {
        set_drill(scenario, drill, &args.scenario.display().to_string())?;
    }
    let read = records::load_drill(&args.record);
    let records = read.map_err(|diagnostics| Failure {
        diagnostics,
        ..Failure::new(Exit::Input, "")
    })?;
    let file = args.record.display().to_string();
    let Some(drill) = records.drills.first() else {
        let error = format!("{file} has no row: it is no record of a drill");
        return Err(Failure::input(error));
    };
    let terminal = args.run.execution.terminal();
    let execution = args.run.execution.on(&terminal);
    let reviewed = ExpectedDrills::of(scenario, drill.role, &execution)?.review(drill, &file)?;
    print(&reviewed.table())?;
    Ok(match reviewed.is_expected() {
        true => Exit::AsExpected,
        false => Exit::Differs,
    })
}

/// A path as the scenario has to name it.
fn beside(scenario: &Path, path: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    relative(&absolute(scenario), &absolute(path))
}

/// Reads the name of a role.
fn role(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| {
        let known = Role::ALL.map(Role::name).join(", ");
        format!("expected one of {known}")
    })
}
