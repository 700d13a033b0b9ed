//! Reading traces for a command, and finding the scenario that each was recorded of.

use std::path::{Path, PathBuf};

use poolproof_reports::document as doc;
use poolproof_reports::trace::Trace;

use super::failure::Failure;
use super::files;
use super::flags::{RunArgs, load};
use super::terminal::Terminal;
use crate::app::replay::{Difference, Replay};
use crate::app::reproduction::{Reproduction, Settings};
use crate::app::{Notice, Observer};
use crate::scenario::Loaded;

/// A trace with its scenario and the system that it runs through.
pub struct OpenedTrace {
    /// The trace.
    pub trace: Trace,
    /// The scenario.
    pub loaded: Loaded,
    /// Where it was found.
    pub path: PathBuf,
    /// Seed and overrides that make the scenario what it was.
    pub settings: Settings,
    /// The events.
    pub replay: Replay,
}

/// Whether a file is meant as a trace: scenarios are TOML.
pub fn is_trace(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Reads a trace and loads its scenario: the one that is given, or else the one that the record
/// names, looked for from here and from the directories above the trace.
pub fn open(path: &Path, scenario: Option<&Path>, args: &RunArgs) -> Result<OpenedTrace, Failure> {
    let refuse = |error: String| Failure::input(format!("cannot use {}: {error}", path.display()));
    let text = files::text(path).map_err(refuse)?;
    let trace = Trace::parse(&text).map_err(|error| refuse(error.to_string()))?;
    let identity = &trace.identity;
    let mut settings = args.settings();
    if settings.overrides.is_empty() {
        let recorded = identity.overrides.iter();
        let pair = |one: &doc::Override| (one.path.clone(), one.value.clone());
        settings.overrides = recorded.map(pair).collect();
    }
    settings.seed = settings.seed.or(Some(identity.seed));
    let candidates = match scenario {
        Some(scenario) => vec![scenario.to_owned()],
        None if identity.scenario_path.is_empty() => Vec::new(),
        None => places(path, &identity.scenario_path),
    };
    let Some(found) = pick(&candidates, &trace, &settings) else {
        let name = &trace.identity.scenario_name;
        return Err(refuse(format!(
            "the scenario \"{name}\" that it was recorded of is not where the record says; name \
             it with --scenario"
        )));
    };
    let loaded = load(&found, &settings)?;
    let replay =
        Replay::new(&loaded.scenario, &trace).map_err(|error| refuse(error.to_string()))?;
    if trace.identity.poolproof_version != env!("CARGO_PKG_VERSION") {
        let recorded = trace.identity.poolproof_version.clone();
        Terminal::new(false).notice(Notice::OtherVersion { recorded });
    }
    Ok(OpenedTrace {
        trace,
        loaded,
        path: found,
        settings,
        replay,
    })
}

/// The first file that is the recorded scenario; if none is, the first that there is.
fn pick(candidates: &[PathBuf], trace: &Trace, settings: &Settings) -> Option<PathBuf> {
    let there: Vec<&PathBuf> = candidates.iter().filter(|path| path.is_file()).collect();
    let is_it = |path: &Path| {
        let loaded = crate::scenario::load_with(path, &settings.overrides);
        loaded.is_ok_and(|l| l.scenario.digest == trace.identity.scenario_digest)
    };
    let found = there
        .iter()
        .find(|path| is_it(path))
        .or_else(|| there.first());
    // A file that was named is reported as missing by what loads it.
    found
        .map(|path| (*path).clone())
        .or_else(|| match candidates {
            [only] => Some(only.clone()),
            _ => None,
        })
}

/// Where a recorded scenario may be.
fn places(trace: &Path, scenario: &str) -> Vec<PathBuf> {
    let mut places = vec![PathBuf::from(scenario)];
    let from_above = trace.ancestors().skip(1);
    places.extend(from_above.map(|directory| directory.join(scenario)));
    places
}

/// A difference in words, each line ended.
pub fn difference_text(difference: &Difference, step: Option<&doc::Step>) -> String {
    let words = step.map_or("", |step| step.text.as_str());
    match difference {
        Difference::Start { lines } => {
            format!("DIFFERS at the start:\n{}", listed(lines))
        }
        Difference::Refused {
            step,
            event,
            reason,
            enabled,
        } => {
            let mut text = format!(
                "DIFFERS at step {step}: {event} ({words}) cannot happen here: {reason}\n\
                 what can happen instead:\n"
            );
            let width = enabled.iter().map(|(name, _)| name.chars().count()).max();
            let width = width.unwrap_or(0);
            for (name, words) in enabled {
                text += &format!("    {name:<width$}  {words}\n");
            }
            text
        }
        Difference::Changed { step, event, lines } => {
            format!(
                "DIFFERS at step {step}: {event} ({words}) does something else:\n{}",
                listed(lines)
            )
        }
        Difference::NotViolated { property } => {
            format!("DIFFERS at the end: {property} is not violated\n")
        }
    }
}

fn listed(lines: &[String]) -> String {
    lines.iter().map(|line| format!("    {line}\n")).collect()
}

/// The command that replays a file.
pub fn replaying(path: &Path, scenario: Option<&Path>) -> Reproduction {
    Reproduction::new("replay")
        .argument(path.display())
        .given("--scenario", scenario.map(Path::display))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_looked_for_from_the_trace_upwards() {
        let places = places(Path::new("out/x/traces/SB.json"), "s/a.toml");
        let here = [
            "s/a.toml",
            "out/x/traces/s/a.toml",
            "out/x/s/a.toml",
            "out/s/a.toml",
        ];
        assert!(
            here.iter()
                .all(|path| places.contains(&PathBuf::from(path))),
            "{places:?}"
        );
    }
}
