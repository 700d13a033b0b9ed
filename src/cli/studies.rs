//! Running a study for a command: loading, progress, timing, interruption, and what is said of it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use poolproof_reports::comparison::{self, ComparedVerdict};
use poolproof_reports::document as doc;
use poolproof_reports::{ReportError, sweep as swept, table};

use super::bounds::BoundArgs;
use super::checkpoint::Checkpoint;
use super::format::{Printer, RunFormat};
use super::progress::Progress;
use super::timing::{Stopwatch, Timing};
use super::{RunArgs, bundles, input, interrupt, out_option, output, replay, runs, stages};
use crate::app::document::simulation::{Simulated, Stage, YEAR_MS, simulated};
use crate::compare::{self, Comparison};
use crate::evaluate;
use crate::exit::Exit;
use crate::scenario::library::Resolver;
use crate::scenario::{FileSystem, Scenario, diagnostic};
use crate::study::job::{Job, JobError, Kind, Ready};
use crate::study::{self, Group, Part, Study};
use crate::sweep::{self, Sweep};

/// Where results go.
pub struct Outlet {
    /// How they are printed.
    pub format: RunFormat,
    /// Where they are written, if anywhere.
    pub out: Option<PathBuf>,
    /// Whether to go on from a checkpoint there.
    pub resume: bool,
}

/// Loads a job and prints what is wrong with it.
pub fn ready(job: &Job, resolver: &dyn Resolver) -> Result<Ready, Exit> {
    job.ready(resolver).map_err(|error| {
        match error {
            JobError::Scenario(error) => {
                let text = diagnostic::render(&error.diagnostics, input::colour());
                eprintln!("{text}");
            }
            JobError::Point(point, error) => {
                let text = diagnostic::render(&error.diagnostics, input::colour());
                eprintln!("{text}");
                eprintln!("note: this is the point {point}");
            }
            JobError::Other(message) => eprintln!("error: {message}"),
        }
        Exit::Input
    })
}

/// Runs a job on this machine.
pub fn here(job: &Job, args: &RunArgs, outlet: &Outlet) -> Exit {
    let ready = match ready(job, &FileSystem) {
        Ok(ready) => ready,
        Err(exit) => return exit,
    };
    if let Some(Err(exit)) = outlet.out.as_deref().map(output::claim) {
        return exit;
    }
    match kept(&ready.study, args, outlet.out.as_deref(), outlet.resume) {
        Ok((parts, complete, exit)) => {
            exit.and(conclude(job, &ready, parts, !complete, args, outlet))
        }
        Err(exit) => exit,
    }
}

/// Simulates one scenario, with its checkpoint where its results go; what was found, and whether
/// keeping it failed.
pub fn alone(
    scenario: &Scenario,
    args: &RunArgs,
    out: Option<&Path>,
    resume: bool,
) -> Result<(Simulated, Exit), Exit> {
    let study = Study::new(vec![Group {
        members: vec![scenario.clone()],
    }]);
    let directory = out.map(|out| output::directory(out, &scenario.name));
    let (parts, complete, exit) = kept(&study, args, directory.as_deref(), resume)?;
    let [plain, drilled] = study.counts(parts).remove(0);
    let found = simulated(scenario, &plain.tallies[0], &drilled.tallies[0], !complete);
    Ok((found, exit))
}

/// Runs a study and keeps what is finished in `out`; its parts, whether they are all, and whether
/// keeping them failed.
fn kept(
    study: &Study,
    args: &RunArgs,
    out: Option<&Path>,
    resume: bool,
) -> Result<(Vec<Part>, bool, Exit), Exit> {
    let mut checkpoint = Checkpoint::new(out, study);
    let parts = if resume {
        checkpoint.read(study)?
    } else {
        Vec::new()
    };
    let line = 0..study.trials();
    let (parts, complete) = stretch(study, line, parts, args, &mut |at| checkpoint.keep(at));
    let exit = checkpoint.end(&parts, complete);
    Ok((parts, complete, exit))
}

/// Whether a kind of job can be printed in a form.
pub fn known(kind: Kind, format: RunFormat) -> Result<(), Exit> {
    let fits = kind == Kind::Simulate
        || matches!(
            format,
            RunFormat::Human | RunFormat::Json | RunFormat::Csv | RunFormat::Markdown
        );
    if fits {
        return Ok(());
    }
    eprintln!(
        "error: this result cannot be printed in that form; human, json, csv, markdown always can"
    );
    Err(Exit::Usage)
}

/// Runs a stretch of a study, from where `parts` end; whether all of it was run.
pub fn stretch(
    study: &Study,
    line: Range<u64>,
    parts: Vec<Part>,
    args: &RunArgs,
    keep: &mut (dyn FnMut(study::Progress<'_>) + Send),
) -> (Vec<Part>, bool) {
    let watch = Stopwatch::start();
    let bar = Progress::counted("simulating", line.end - line.start);
    let (parts, complete) = args.on_threads(|| {
        study.run(line, parts, &mut |at| {
            bar.at(at.done);
            keep(at);
            !interrupt::requested()
        })
    });
    drop(bar);
    if args.timing {
        let seconds = watch.seconds();
        let tallies = || parts.iter().flat_map(|part| &part.counts.tallies);
        let events: u64 = tallies().map(|tally| tally.events).sum();
        Timing {
            stage: "simulate",
            seconds,
            events_per_second: Some(events as f64 / seconds),
            simulated_years_per_second: Some(years(study, &parts) / seconds),
            ..Timing::default()
        }
        .print();
    }
    (parts, complete)
}

fn years(study: &Study, parts: &[Part]) -> f64 {
    let plain = parts.iter().filter(|part| part.stage == Stage::Trials);
    let years = plain.flat_map(|part| {
        let members = study.groups()[part.group].members.iter();
        members.map(|one| part.count as f64 * one.simulate.horizon.ms as f64 / YEAR_MS as f64)
    });
    years.sum()
}

/// Says what was found, prints and writes it.
pub fn conclude(
    job: &Job,
    ready: &Ready,
    parts: Vec<Part>,
    cut_off: bool,
    args: &RunArgs,
    outlet: &Outlet,
) -> Exit {
    let exit = match job.kind {
        Kind::Simulate => simulations(job, ready, parts, cut_off, outlet),
        Kind::Compare => comparison(job, ready, parts, cut_off, args, outlet),
        Kind::Sweep => sweep(job, ready, parts, cut_off, args, outlet),
    };
    let exit = match cut_off {
        true => exit.and(Exit::Interrupted),
        false => exit,
    };
    if exit != Exit::AsExpected {
        let aside = out_option(outlet.out.as_deref());
        for command in &job.commands {
            eprintln!("{command}{aside}");
        }
    }
    exit
}

fn simulations(job: &Job, ready: &Ready, parts: Vec<Part>, cut_off: bool, outlet: &Outlet) -> Exit {
    let typed = RunArgs {
        seed: job.seed,
        threads: None,
        set: job.set.clone(),
        timing: false,
    };
    let counts = ready.study.counts(parts);
    let mut printer = Printer::new(outlet.format, counts.len());
    let mut exit = Exit::AsExpected;
    for (index, [plain, drilled]) in counts.iter().enumerate() {
        let (loaded, command) = (&ready.loaded[index], &job.commands[index]);
        let (scenario, warnings) = (&loaded.scenario, &loaded.warnings);
        let mut found = simulated(scenario, &plain.tallies[0], &drilled.tallies[0], cut_off);
        let phases = match job.drill {
            Some(_) => table::phases(&found.document),
            None => String::new(),
        };
        let path = Path::new(&job.scenarios[index]);
        replay::name_replays(&mut found.document, path, &typed, job.drill.as_deref());
        let document = Some(found.document);
        let document = evaluate::document(scenario, warnings, command, None, document);
        let out = outlet.out.as_deref();
        let (document, note, written) = bundles::write(document, &found.incidents, out);
        exit = exit.and(written).and(runs::judged(&document));
        exit = exit.and(printer.result(path, document, &(phases + &note)));
    }
    exit.and(printer.finish())
}

fn comparison(
    job: &Job,
    ready: &Ready,
    parts: Vec<Part>,
    cut_off: bool,
    args: &RunArgs,
    outlet: &Outlet,
) -> Exit {
    let members = &ready.study.groups()[0].members;
    let (checks, stopped) = checks(job, members, args);
    let counts = ready.study.counts(parts).remove(0);
    let document = compare::document(&Comparison {
        scenarios: members,
        labels: &labels(job, members),
        checks: &checks,
        counts: &counts,
        interrupted: cut_off,
        command: &job.commands[0],
    });
    let text = match outlet.format {
        RunFormat::Json => comparison::json(&document),
        RunFormat::Csv => comparison::csv(&document),
        RunFormat::Markdown => Ok(comparison::markdown(&document)),
        _ => Ok(comparison::table(&document)),
    };
    let listed = document.scenarios.iter().flat_map(|one| &one.verdicts);
    let exit = verdicts(listed).and(stopped);
    exit.and(show(text, || comparison::render(&document), outlet))
}

fn sweep(
    job: &Job,
    ready: &Ready,
    parts: Vec<Part>,
    cut_off: bool,
    args: &RunArgs,
    outlet: &Outlet,
) -> Exit {
    let members = ready.study.groups().iter().map(|group| &group.members[0]);
    let members: Vec<Scenario> = members.cloned().collect();
    let Some(design) = &job.design else {
        eprintln!("error: the sweep has no design");
        return Exit::Input;
    };
    let (checks, stopped) = checks(job, &members, args);
    let document = sweep::document(&Sweep {
        design,
        points: &ready.points,
        base: &ready.loaded[0].scenario,
        scenarios: &members,
        checks: &checks,
        counts: &ready.study.counts(parts),
        interrupted: cut_off,
        command: &job.commands[0],
    });
    let text = match outlet.format {
        RunFormat::Json => swept::json(&document),
        RunFormat::Csv => swept::csv(&document),
        RunFormat::Markdown => Ok(swept::markdown(&document)),
        _ => Ok(swept::table(&document)),
    };
    let listed = document.points.iter().flat_map(|one| &one.verdicts);
    let exit = verdicts(listed).and(stopped);
    exit.and(show(text, || swept::render(&document), outlet))
}

/// Runs the checker on each scenario, if that is part of the job.
fn checks(job: &Job, scenarios: &[Scenario], args: &RunArgs) -> (Vec<doc::Check>, Exit) {
    let mut checks = Vec::new();
    let mut exit = Exit::AsExpected;
    for scenario in scenarios.iter().filter(|_| job.check) {
        let checked = stages::check(scenario, args, &BoundArgs::default());
        if checked.interrupted {
            exit = Exit::Interrupted;
        }
        checks.push(checked.document);
    }
    (checks, exit)
}

/// Names of scenarios; with the file where two have the same.
fn labels(job: &Job, scenarios: &[Scenario]) -> Vec<String> {
    let label = |(index, scenario): (usize, &Scenario)| {
        let same = scenarios.iter().filter(|other| other.name == scenario.name);
        if same.count() > 1 {
            format!("{} ({})", scenario.name, job.scenarios[index])
        } else {
            scenario.name.clone()
        }
    };
    scenarios.iter().enumerate().map(label).collect()
}

/// What verdicts say to CI. Differences between scenarios are findings, not failures.
fn verdicts<'a>(verdicts: impl Iterator<Item = &'a ComparedVerdict>) -> Exit {
    let unexpected = verdicts.filter(|verdict| !verdict.as_expected);
    unexpected.fold(Exit::AsExpected, |exit, verdict| {
        exit.and(if verdict.status == doc::VerdictStatus::Undecided {
            Exit::Undecided
        } else {
            Exit::Differs
        })
    })
}

/// Prints a text and writes files, where somebody wants them.
fn show(
    text: Result<String, ReportError>,
    render: impl Fn() -> Result<Vec<(String, Vec<u8>)>, ReportError>,
    outlet: &Outlet,
) -> Exit {
    let files = outlet.out.as_ref().map(|_| render()).transpose();
    let (text, files) = match (text, files) {
        (Ok(text), Ok(files)) => (text, files.unwrap_or_default()),
        (Err(error), _) | (_, Err(error)) => {
            eprintln!("error: a defect in poolproof: the result cannot be drawn: {error}");
            return Exit::Defect;
        }
    };
    let exit = output::print(&text);
    match &outlet.out {
        Some(out) => exit.and(write(out, &files, outlet.format)),
        None => exit,
    }
}

fn write(out: &Path, files: &[(String, Vec<u8>)], format: RunFormat) -> Exit {
    match output::write_files(out, files) {
        Ok(()) if format == RunFormat::Human => {
            let place = out.join("index.html");
            output::print(&format!("\nreport: {}\n", place.display()))
        }
        Ok(()) => Exit::AsExpected,
        Err(exit) => exit,
    }
}
