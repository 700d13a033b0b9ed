//! `poolproof init`: a scenario to start from, with all that it names.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::failure::CommandResult;
use super::terminal::print;
use super::{files, ownership};
use crate::app::reproduction::Reproduction;
use crate::scenario::schema;
use crate::scenario::templates::{self, Template};

/// Write a scenario to start from, with comments on every choice
///
/// Beside it come the runbooks that it can name, documented and hardened, and the JSON Schemas by
/// which editors complete and check these files. A file that is there already is never overwritten:
/// if it differs from what would be written, nothing at all is written and the exit status is 74.
#[derive(Args)]
pub struct InitArgs {
    /// Where to write the scenario
    #[arg(value_name = "PATH", default_value = "pool.toml")]
    path: PathBuf,
    /// Start from this design
    #[arg(long, value_enum, default_value = "lbw")]
    template: TemplateName,
}

/// The names of the templates.
#[derive(Clone, Copy, ValueEnum)]
pub enum TemplateName {
    /// Active servers in both data centres, fast link between them
    Hbw,
    /// Active servers beside the database, slow link
    Lbw,
    /// As lbw, and operators fail over inside DC1 by hand
    NoWitness,
    /// One data centre: mirroring with a witness, no disaster recovery
    SingleSite,
    /// Disaster recovery only: no mirror, no witness
    LogShippingOnly,
}

impl TemplateName {
    /// The design.
    pub const fn template(self) -> Template {
        match self {
            Self::Hbw => Template::Hbw,
            Self::Lbw => Template::Lbw,
            Self::NoWitness => Template::NoWitness,
            Self::SingleSite => Template::SingleSite,
            Self::LogShippingOnly => Template::LogShippingOnly,
        }
    }
}

/// Runs the command.
pub fn run(args: &InitArgs) -> CommandResult {
    let directory = args.path.parent().unwrap_or(Path::new(""));
    let template = args.template.template();
    let mut listed = vec![(args.path.clone(), template.text().to_owned())];
    for (name, text) in templates::runbooks_of(template) {
        let text = format!("#:schema ../{}\n{text}", schema::RUNBOOK_FILE);
        listed.push((directory.join(name), text));
    }
    for (name, text) in [
        (schema::SCENARIO_FILE, schema::of_scenarios()),
        (schema::RUNBOOK_FILE, schema::of_runbooks()),
    ] {
        listed.push((directory.join(name), text));
    }
    let mut wanted = Vec::new();
    for (path, text) in listed {
        match fs::read(&path) {
            // The scenario is the user's from the first moment on, even if it is the same.
            Ok(there) if there == text.as_bytes() && path != args.path => {}
            Ok(_) => return Err(ownership::exists(&path)),
            Err(_) if fs::symlink_metadata(&path).is_ok() => return Err(ownership::exists(&path)),
            Err(_) => wanted.push((path, text.into_bytes())),
        }
    }
    let written = files::write_listed(&wanted)?;
    let next = Reproduction::new("evaluate").argument(args.path.display());
    print(&format!("{written}\nnext: {next}\n"))?;
    Ok(Exit::AsExpected)
}
