//! `poolproof init`: a scenario to start from, with all that it names.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{output, quoted};
use crate::exit::Exit;
use crate::scenario::schema;
use crate::scenario::templates::{self, Template};

/// Write a scenario to start from, with comments on every choice
///
/// Beside it come the runbooks that it names and the JSON Schema by which editors complete and
/// check it. A file that is there already is never overwritten: if it differs from what would be
/// written, nothing at all is written and the exit status is 74.
#[derive(Args)]
pub struct InitArgs {
    /// Where to write the scenario
    #[arg(value_name = "PATH", default_value = "pool.toml")]
    path: PathBuf,
    /// Start from this design
    #[arg(long, value_enum, default_value = "lbw")]
    template: Name,
}

/// The names of the templates.
#[derive(Clone, Copy, ValueEnum)]
enum Name {
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

impl Name {
    const fn template(self) -> Template {
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
pub fn run(args: &InitArgs) -> Exit {
    let directory = args.path.parent().unwrap_or(Path::new(""));
    let template = args.template.template();
    let mut files = vec![(args.path.clone(), template.text().to_owned())];
    for (name, text) in templates::runbooks_of(template) {
        files.push((directory.join(name), text.to_owned()));
    }
    let schema = directory.join(schema::SCENARIO_FILE);
    files.push((schema, schema::of_scenarios()));
    let mut wanted = Vec::new();
    for (path, text) in files {
        match fs::read(&path) {
            // The scenario is the user's from the first moment on, even if it is the same.
            Ok(there) if there == text.as_bytes() && path != args.path => {}
            Ok(_) => return output::exists(&path),
            Err(_) if fs::symlink_metadata(&path).is_ok() => return output::exists(&path),
            Err(_) => wanted.push((path, text)),
        }
    }
    let mut told = String::new();
    for (path, text) in wanted {
        if let Err(error) = output::write_file(&path, text.as_bytes()) {
            eprintln!("error: cannot write {}: {error}", path.display());
            return Exit::Output;
        }
        told.push_str(&format!("wrote {}\n", path.display()));
    }
    let scenario = quoted(&args.path.display().to_string());
    told.push_str(&format!("\nnext: poolproof evaluate {scenario}\n"));
    output::print(&told)
}
