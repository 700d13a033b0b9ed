//! `poolproof explain`: a counterexample that people can read.

use crate::app::compile::check;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_engines::check::minimise::{Ground, Target, minimise};
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;
use poolproof_reports::trace::{Engine, TRACE_SCHEMA, Trace};
use poolproof_reports::{json, mermaid, player, timeline};

use super::bounds::BoundArgs;
use super::{Format, RunArgs, input, interrupt, output, quoted, stages, trace};
use crate::app::compile;
use crate::app::document::{counterexample, verdict};
use crate::evaluate;
use crate::exit::Exit;
use crate::explain::properties::property_text;
use crate::regression;
use crate::scenario;
use crate::scenario::codes;

/// Tell a counterexample: every step, who did it, what changed, and why
///
/// Given a scenario, it checks it and tells the shortest counterexample of a property. Given a
/// trace, it leaves out the steps that were not needed and tells the rest. Given the code of a
/// diagnostic, such as E0118, it prints the page of that code.
#[derive(Args)]
pub struct ExplainArgs {
    /// A scenario file, a trace (a file ending in .json), or the code of a diagnostic
    #[arg(value_name = "SCENARIO|TRACE|CODE")]
    subject: PathBuf,
    /// The property; by default the trace's, or the first that is violated
    #[arg(long, value_name = "NAME", value_parser = trace::property)]
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
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    #[command(flatten)]
    bounds: BoundArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// What is explained.
struct Explained {
    document: doc::ResultDocument,
    engine: Engine,
    trial: Option<u64>,
    property: Property,
    way: doc::Counterexample,
    /// What there is to say before the timeline.
    notes: Vec<String>,
    /// The command that replays it.
    replay: String,
    path: PathBuf,
    run: RunArgs,
    topology: Topology,
}

/// Runs the command.
pub fn run(args: &ExplainArgs) -> Exit {
    if is_code(&args.subject) {
        return explain_code(&args.subject);
    }
    let explained = if trace::is_trace(&args.subject) {
        from_trace(args)
    } else {
        from_scenario(args)
    };
    match explained {
        Ok(explained) => deliver(&explained, args),
        Err(exit) => exit,
    }
}

/// Whether the argument is the code of a diagnostic, such as `E0101`.
fn is_code(subject: &Path) -> bool {
    let text = subject.to_string_lossy();
    let digits = text.strip_prefix(['E', 'W']);
    digits.is_some_and(|d| d.len() == 4 && d.bytes().all(|b| b.is_ascii_digit()))
}

/// Prints the page of a code.
fn explain_code(code: &Path) -> Exit {
    let code = code.to_string_lossy();
    let Some(page) = codes::page(&code) else {
        eprintln!("error: there is no code {code}");
        eprintln!("help: the codes are those that diagnostics show, and docs/codes lists them");
        return Exit::Input;
    };
    output::print(&page)
}

fn from_scenario(args: &ExplainArgs) -> Result<Explained, Exit> {
    let loaded = input::load(&args.subject, &args.run)?;
    let checked = stages::check(&loaded.scenario, &args.run, &args.bounds);
    if checked.interrupted {
        eprintln!("interrupted");
    }
    let subject = quoted(&args.subject.display().to_string());
    let violated: Vec<&doc::Verdict> = checked
        .document
        .verdicts
        .iter()
        .filter(|v| v.counterexample.is_some())
        .collect();
    let wanted = |v: &&&doc::Verdict| args.property.is_none_or(|p| p.name() == v.property);
    let Some(verdict) = violated.iter().find(wanted) else {
        return Err(nothing(&checked.document, args.property));
    };
    let property = Property::from_name(&verdict.property).ok_or(Exit::Defect)?;
    let name = property.name();
    let command = format!(
        "poolproof explain {subject} --property {name}{}{}",
        args.run.reproducing(),
        args.bounds.reproducing()
    );
    let others: Vec<&str> = violated
        .iter()
        .filter(|v| v.property != name)
        .map(|v| v.property.as_str())
        .collect();
    let mut notes = Vec::new();
    if !others.is_empty() {
        let others = others.join(", ");
        notes.push(format!(
            "also violated: {others} (explain them with --property)"
        ));
    }
    let way = verdict.counterexample.clone().ok_or(Exit::Defect)?;
    let document = evaluate::document(
        &loaded.scenario,
        &loaded.warnings,
        &command,
        Some(checked.document),
        None,
    );
    Ok(Explained {
        document,
        engine: Engine::Check,
        trial: None,
        property,
        way,
        notes,
        replay: format!("{command} --format json > {name}.json && poolproof replay {name}.json"),
        topology: compile::checked_topology(&loaded.scenario),
        path: args.subject.clone(),
        run: args.run.clone(),
    })
}

/// Says that there is no counterexample, and how far that goes.
fn nothing(check: &doc::Check, property: Option<Property>) -> Exit {
    let asked = |v: &&doc::Verdict| property.is_none_or(|p| p.name() == v.property);
    let mut exit = Exit::AsExpected;
    let mut text = String::new();
    for verdict in check.verdicts.iter().filter(asked) {
        let undecided = verdict.status == doc::VerdictStatus::Undecided;
        let word = if undecided { "is undecided" } else { "holds" };
        text += &format!("{} {word}: {}\n", verdict.property, verdict.how_far);
        exit = exit.and(if undecided {
            Exit::Undecided
        } else {
            Exit::AsExpected
        });
    }
    if text.is_empty() {
        let name = property.map_or("", Property::name);
        eprintln!("error: the scenario does not check {name}: add it to check.properties");
        return Exit::Input;
    }
    text += "nothing to explain\n";
    exit.and(output::print(&text))
}

fn from_trace(args: &ExplainArgs) -> Result<Explained, Exit> {
    let opened = trace::open(&args.subject, args.scenario.as_deref(), &args.run)?;
    let topology = opened.replay.topology().clone();
    if let Err(difference) = opened.replay.run(&opened.trace, &mut |_| ()) {
        eprintln!("error: the trace is not what happens; `poolproof replay` shows where");
        eprintln!("{}", trace::told(&difference, None).trim_end());
        return Err(Exit::NotDeterministic);
    }
    let (property, way, notes) = needed(&opened, args.property)?;
    let scenario = &opened.loaded.scenario;
    let given = args.scenario.as_deref();
    let replay = trace::replaying(&args.subject, given);
    let document = evaluate::document(
        scenario,
        &opened.loaded.warnings,
        &opened.trace.identity.command,
        None,
        None,
    );
    Ok(Explained {
        document,
        engine: opened.trace.engine,
        trial: opened.trace.trial,
        property,
        way,
        notes,
        replay,
        path: opened.path,
        run: opened.args,
        topology,
    })
}

/// The part of a recorded way that a violation needs, told.
fn needed(
    opened: &trace::Opened,
    asked: Option<Property>,
) -> Result<(Property, doc::Counterexample, Vec<String>), Exit> {
    let ground = Ground::unlimited(opened.replay.topology());
    let events = opened.replay.events();
    let listed = check::properties(&opened.loaded.scenario);
    let asked = asked.or_else(|| opened.replay.property());
    if asked == Some(Property::ServiceReturns) {
        // It is about what cannot follow from the end, which no shorter way need have in common.
        let way = opened.trace.counterexample.clone();
        return Ok((Property::ServiceReturns, way, Vec::new()));
    }
    let candidates = asked.map_or(listed, |property| vec![property]);
    // Of several the one that breaks first.
    let shortest = candidates
        .into_iter()
        .filter_map(|property| {
            let target = Target::Violation(property.bit());
            let broken_in = ground.first(events, target)?;
            Some((broken_in, property))
        })
        .min();
    let Some((_, property)) = shortest else {
        let what = asked.map_or("any property of the scenario", Property::name);
        eprintln!("error: nothing to explain: the trace does not violate {what}");
        return Err(Exit::Differs);
    };
    let target = Target::Violation(property.bit());
    let needed = minimise(ground, events, target).ok_or(Exit::Defect)?;
    let (all, left) = (events.len(), needed.len());
    let mut notes = Vec::new();
    if left < all {
        notes.push(format!(
            "{} of {all} recorded steps were not needed",
            all - left
        ));
    }
    let way = counterexample::tell(ground, &needed, Some(property));
    Ok((property, way, notes))
}

fn deliver(explained: &Explained, args: &ExplainArgs) -> Exit {
    let mut exit = Exit::AsExpected;
    if let Some(path) = &args.html {
        if output::is_foreign(path) {
            return output::exists(path);
        }
        let title = headline(explained);
        exit = exit.and(
            match player::page(&explained.document, &explained.way, &title) {
                Ok(page) => write(path, page.as_bytes()),
                Err(error) => {
                    eprintln!("error: the page cannot be drawn: {error}");
                    Exit::Defect
                }
            },
        );
    }
    if let Some(path) = &args.save {
        exit = exit.and(save(explained, path));
    }
    exit.and(match args.format {
        _ if args.mermaid => {
            let sites = &explained.document.scenario.sites;
            output::print(&mermaid::sequence(&explained.way, sites))
        }
        Format::Human => output::print(&text(explained)),
        Format::Json => print_trace(explained),
    })
}

fn headline(explained: &Explained) -> String {
    let property = explained.property;
    format!(
        "{} is violated: {}",
        property.name(),
        property_text(property).title
    )
}

fn text(explained: &Explained) -> String {
    let mut text = format!("{}\n", headline(explained));
    let scenario = &explained.document.scenario;
    text += &format!("in {}: {}\n", scenario.name, scenario.title);
    text += &format!("{}\n", timeline::size(&explained.way));
    for note in &explained.notes {
        text += &format!("{note}\n");
    }
    text += &format!("\n{}", timeline::text(&explained.way));
    text += &format!("\nreplay: {}\n", explained.replay);
    text
}

fn print_trace(explained: &Explained) -> Exit {
    let trace = Trace {
        schema: TRACE_SCHEMA.to_owned(),
        identity: explained.document.identity.clone(),
        engine: explained.engine,
        trial: explained.trial,
        property: Some(explained.property.name().to_owned()),
        title: property_text(explained.property).title.to_owned(),
        counterexample: explained.way.clone(),
    };
    match json::trace(&trace) {
        Ok(text) => output::print(&text),
        Err(error) => {
            eprintln!("error: the trace cannot be written as JSON: {error}");
            Exit::Defect
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Exit {
    match output::write_file(path, bytes) {
        Ok(()) => Exit::AsExpected,
        Err(error) => {
            eprintln!("error: cannot write {}: {error}", path.display());
            Exit::Output
        }
    }
}

/// Writes the scenario, after it has been loaded and checked: what it expects is what it finds.
fn save(explained: &Explained, path: &Path) -> Exit {
    let refuse = |error: String| {
        eprintln!("error: cannot save {}: {error}", path.display());
        Exit::Input
    };
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let extends = regression::relative(&absolute(path), &absolute(&explained.path));
    let mut violated = BTreeSet::from([explained.property]);
    // The narrowed check may find other invariants broken on the same way.
    for _ in 0..2 {
        let source = regression::Source {
            extends: &extends,
            title: &explained.document.scenario.name,
            overrides: &explained.run.set,
            engine: explained.engine,
            way: &explained.way,
            property: explained.property,
            violated: &violated,
        };
        let text = match regression::text(&source, &explained.topology) {
            Ok(text) => text,
            Err(error) => return refuse(error.to_string()),
        };
        let name = path.display().to_string();
        let loaded = match scenario::load_text(&name, &text, &[], &scenario::FileSystem) {
            Ok(loaded) => loaded,
            Err(error) => return refuse(error.to_string()),
        };
        let checked = verdict::check(&loaded.scenario, &mut |_| !interrupt::requested());
        if checked.interrupted {
            return Exit::Interrupted;
        }
        let verdicts = &checked.document.verdicts;
        if verdicts.iter().all(|verdict| verdict.as_expected) {
            // It may have been edited since, or be the scenario itself.
            let there = path.is_file().then(|| fs::read(path).unwrap_or_default());
            return match there {
                Some(there) if there != text.as_bytes() => output::exists(path),
                _ => write(path, text.as_bytes()),
            };
        }
        let found = verdicts
            .iter()
            .filter(|v| v.status == doc::VerdictStatus::Violated);
        violated.extend(found.filter_map(|v| Property::from_name(&v.property)));
    }
    let name = explained.property.name();
    refuse(format!(
        "a check with the faults of this way alone does not find {name} violated"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_from_files() {
        assert!(is_code(Path::new("E0101")) && is_code(Path::new("W0201")));
        assert!(!is_code(Path::new("E0101.toml")) && !is_code(Path::new("scenario.toml")));
    }
}
