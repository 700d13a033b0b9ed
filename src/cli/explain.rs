//! `poolproof explain`: a counterexample that people can read.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_models::names::property::Property;
use poolproof_reports::layout::{WIDTH, hanging, wrapped};
use poolproof_reports::{document as doc, json, mermaid, player, timeline, visible, words};

use super::exit::Exit;
use super::failure::{CommandResult, Failure, OrReport};
use super::flags::{BudgetArgs, RunArgs, property};
use super::format::OutputFormat;
use super::limits::LimitArgs;
use super::terminal::{print, say};
use super::{files, interrupt, ownership, trace};
use crate::app::explanation::{
    Answer, ExplainRequest, Explanation, RegressionRequest, explain, explain_trace, regression,
};
use crate::app::reproduction::{Reproduction, Settings};
use crate::app::{Execution, glossary};
use crate::scenario::FileSystem;

/// Explain a counterexample: every step, who did it, what changed, and why
///
/// Given a scenario, it checks it and explains the shortest counterexample of a property. Given a
/// trace, it leaves out the steps that were not needed and explains the rest. Given the code or
/// the name of a diagnostic, a rule, a property or a hazard, such as E0118, V12, split-brain or
/// H-14, it says what that is.
#[derive(Args)]
pub struct ExplainArgs {
    /// A scenario file, a trace (a file ending in .json), or a code or name
    #[arg(value_name = "SCENARIO|TRACE|NAME")]
    subject: PathBuf,
    /// The property; by default the trace's, or the first that is violated
    #[arg(long, value_name = "NAME", value_parser = property)]
    property: Option<Property>,
    /// The scenario of a trace, where it is not found by itself
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Print a Mermaid sequence diagram in place of the timeline
    #[arg(long, conflicts_with = "format")]
    mermaid: bool,
    /// Write a scenario that expects the violation, for a library of regressions; a file that is
    /// there already and differs is not overwritten
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Write a page to step through: one file, no network
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print in this form; json is a trace, schema poolproof/trace/v2
    #[arg(
        long,
        value_parser = OutputFormat::among(&OutputFormat::PLAIN),
        default_value = "human",
    )]
    format: OutputFormat,
    #[command(flatten)]
    budgets: BudgetArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// A violation that is explained, and what it was found in.
struct Subject {
    explanation: Explanation,
    /// The command that replays it.
    replay: String,
    /// The file of the scenario.
    path: PathBuf,
    settings: Settings,
}

/// Runs the command.
pub fn run(args: &ExplainArgs) -> CommandResult {
    if let Some(page) = meaning(&args.subject)? {
        print(&page)?;
        return Ok(Exit::AsExpected);
    }
    for path in args.html.iter().chain(&args.save) {
        files::try_file(path)?;
    }
    let terminal = args.run.execution.terminal();
    let execution = args.run.execution.on(&terminal);
    if trace::is_trace(&args.subject) {
        return deliver(&of_trace(args)?, args, &execution);
    }
    let loaded = args.run.load(&args.subject)?;
    let command = |property: Property| {
        let command = Reproduction::new("explain")
            .argument(args.subject.display())
            .option("--property", property.name())
            .settings(&args.run.settings());
        args.budgets.add_to(args.limits.add_to(command))
    };
    let request = ExplainRequest {
        loaded: &loaded,
        property: args.property,
        budgets: &args.budgets.budgets,
        limits: &args.limits.limits(),
        command: &command,
    };
    match explain(&request, &execution)? {
        Answer::NothingViolated { budget, verdicts } => nothing(&budget, &verdicts),
        Answer::Explained(explanation) => {
            let (command, name) = (command(explanation.property), explanation.property.name());
            let subject = Subject {
                explanation: *explanation,
                replay: format!(
                    "{command} --format json > {name}.json && poolproof replay {name}.json"
                ),
                path: args.subject.clone(),
                settings: args.run.settings(),
            };
            deliver(&subject, args, &execution)
        }
    }
}

/// What a code or a name means; `None` for a file.
fn meaning(subject: &Path) -> Result<Option<String>, Failure> {
    let name = subject.to_string_lossy();
    let page = glossary::page(&name).filter(|_| !subject.exists());
    let is_code = |name: &str| {
        let digits = name.strip_prefix(['E', 'W', 'V', 'H']);
        let digits = digits.map(|rest| rest.trim_start_matches('-'));
        digits.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    if page.is_none() && is_code(&name) && !subject.exists() {
        let failure = Failure::input(format!("there is no code {name}"));
        return Err(failure.hinted(
            "E and W are diagnostics (docs/codes), V rules (docs/rules.md), H hazards \
             (docs/hazards.md)",
        ));
    }
    Ok(page)
}

/// Says that there is no counterexample, and how far that goes.
fn nothing(budget: &doc::Budget, verdicts: &[doc::Verdict]) -> CommandResult {
    let mut exit = Exit::AsExpected;
    let mut text = String::new();
    for verdict in verdicts {
        let word = match verdict.status {
            doc::VerdictStatus::Undecided => {
                exit = exit.and(Exit::Undecided);
                "is undecided"
            }
            doc::VerdictStatus::NotChecked => {
                exit = exit.and(Exit::Differs);
                "is not checked"
            }
            doc::VerdictStatus::Holds | doc::VerdictStatus::Violated => "holds",
        };
        let reach = words::verdict_reach(verdict, budget);
        let name = words::property(&verdict.title, &verdict.property);
        for line in wrapped(&format!("{name} {word}: {reach}"), WIDTH) {
            text += &format!("{line}\n");
        }
    }
    print(&(text + "nothing to explain\n"))?;
    Ok(exit)
}

fn of_trace(args: &ExplainArgs) -> Result<Subject, Failure> {
    let opened = trace::open(&args.subject, args.scenario.as_deref(), &args.run)?;
    if let Err(difference) = opened.replay.run(&opened.trace, &mut |_| ()) {
        let shown = trace::difference_text(&difference, None);
        let error = "the trace is not what happens; `poolproof replay` shows where";
        let error = format!("{error}\n{}", shown.trim_end());
        return Err(Failure::new(Exit::NotDeterministic, error));
    }
    let (trace, loaded) = (&opened.trace, &opened.loaded);
    let explanation = explain_trace(trace, loaded, &opened.replay, args.property)?;
    Ok(Subject {
        explanation,
        replay: trace::replaying(&args.subject, args.scenario.as_deref()).to_string(),
        path: opened.path,
        settings: opened.settings,
    })
}

fn deliver(subject: &Subject, args: &ExplainArgs, execution: &Execution<'_>) -> CommandResult {
    interrupt::work_has_ended();
    let explanation = &subject.explanation;
    let counterexample = &explanation.counterexample;
    let mut exit = Exit::AsExpected;
    if let Some(path) = &args.html {
        if ownership::is_foreign(path) {
            return Err(ownership::exists(path));
        }
        let page = player::page(
            &explanation.document,
            counterexample,
            &explanation.headline(),
        );
        let page = page
            .map_err(|error| Failure::defect(format_args!("the page cannot be drawn: {error}")));
        let written = page.and_then(|page| files::write(path, page.as_bytes()));
        let written = written.map(|()| say(&format!("wrote {}", path.display())));
        exit = exit.and(written.or_report());
    }
    if let Some(path) = &args.save {
        let saved = save(subject, path, execution);
        let saved = saved.map(|()| say(&format!("wrote {}", path.display())));
        exit = exit.and(saved.or_report());
    }
    print(&match args.format {
        _ if args.mermaid => mermaid::sequence(counterexample),
        OutputFormat::Json => json::trace(&explanation.trace()).map_err(Failure::defect)?,
        _ => text(subject),
    })?;
    Ok(exit)
}

fn text(subject: &Subject) -> String {
    let explanation = &subject.explanation;
    let counterexample = &explanation.counterexample;
    let scenario = &explanation.document.scenario;
    let mut lines = wrapped(&explanation.headline(), WIDTH);
    let place = format!("{}: {}", scenario.name, visible::line(&scenario.title));
    lines.extend(hanging("in ", &place));
    lines.push(timeline::size(counterexample));
    let notes = explanation.notes.iter();
    lines.extend(notes.flat_map(|note| wrapped(note, WIDTH)));
    let mut text = lines.join("\n");
    text += &format!("\n\n{}", timeline::text(counterexample));
    text += &format!("\nreplay: {}\n", subject.replay);
    text
}

/// Writes a scenario that expects the violation.
fn save(subject: &Subject, path: &Path, execution: &Execution<'_>) -> Result<(), Failure> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let request = RegressionRequest {
        explanation: &subject.explanation,
        overrides: &subject.settings.overrides,
        scenario: &absolute(&subject.path),
        path: &absolute(path),
        resolver: &FileSystem,
    };
    let text = regression(&request, execution).map_err(|error| {
        let failure = Failure::from(error);
        Failure {
            error: format!("cannot save {}: {}", path.display(), failure.error),
            ..failure
        }
    })?;
    // It may have been edited since, or be the scenario itself.
    let there = path.is_file().then(|| fs::read(path).unwrap_or_default());
    match there {
        Some(there) if there != text.as_bytes() => Err(ownership::exists(path)),
        _ => files::write(path, text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinguished_from_files() {
        for name in ["E0101", "V12", "split-brain", "H-14"] {
            assert!(meaning(Path::new(name)).unwrap().is_some(), "{name}");
        }
        for file in ["E0101.toml", "scenario.toml", "Cargo.toml"] {
            assert!(meaning(Path::new(file)).unwrap().is_none(), "{file}");
        }
        assert!(meaning(Path::new("W0201")).is_err());
    }
}
