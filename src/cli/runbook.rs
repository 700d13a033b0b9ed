//! `poolproof runbook`: runbooks for people, and what two of them leave open.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use poolproof_models::names::runbook::Role;
use poolproof_reports::runbook::{markdown, page};

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::flags::{BudgetArgs, OneBudgetArgs, RunArgs};
use super::limits::LimitArgs;
use super::terminal::{print, say};
use super::{files, ownership};
use crate::app::regression::relative;
use crate::app::reproduction::Reproduction;
use crate::app::runbook::{ExportRequest, RunbooksRequest, compare, export};
use crate::scenario::operators::runbook_key;
use crate::scenario::runbook::role_of;

/// Write a runbook out for the binder, or compare what two runbooks leave open
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

/// Runs the command.
pub fn run(args: &RunbookArgs) -> CommandResult {
    match &args.command {
        RunbookCommand::Export(args) => run_export(args),
        RunbookCommand::Compare(args) => run_compare(args),
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
