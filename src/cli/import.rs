//! `poolproof import`: a scenario from records of how the servers are set up.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use poolproof_reports::layout::hanging;
use poolproof_reports::quantity::plural;

use super::exit::Exit;
use super::failure::{CommandResult, Failure};
use super::terminal::{print, say};
use super::{chain, files, ownership};
use crate::app::import::{BadAnswer, ImportAnswers, ImportError, ImportedScenario, MARK, import};
use crate::app::reproduction::Reproduction;
use crate::records::pool_records::PoolRecords;
use crate::scenario;

/// Make a scenario of what the servers say about themselves: mirroring, log shipping, jobs,
/// releases, the lists of the management shell and the topology
///
/// Above each value stands the row that it is from. What no record holds, such as the data centre
/// of a server, is asked on a terminal; elsewhere it is listed, a default is written, and the exit
/// status is 1. The records are those that `poolproof collect` asks for.
#[derive(Args)]
pub struct ImportArgs {
    /// The manifest of the records, or the directory of its records.toml
    #[arg(value_name = "RECORDS")]
    records: PathBuf,
    /// Write the scenario to this file, with its runbooks beside it, in place of printing it; a
    /// file that `import` did not write is not overwritten
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The data centre of the servers of a pattern, such as 'pc[1-4]=DC1': DC1, which is where A
    /// is, DC2 or third
    #[arg(long = "site", value_name = "PATTERN=SITE")]
    sites: Vec<String>,
    /// The answer to another question, such as pool.variant=LBW
    #[arg(long = "answer", value_name = "KEY=VALUE")]
    answers: Vec<String>,
}

/// Runs the command.
pub fn run(args: &ImportArgs) -> CommandResult {
    // As elsewhere, - is the standard output.
    let output = args
        .output
        .as_deref()
        .filter(|path| *path != Path::new("-"));
    if let Some(path) = output {
        if is_foreign(path) {
            return Err(ownership::exists(path));
        }
        files::try_file(path)?;
    }
    let mut answers = ImportAnswers::default();
    for site in &args.sites {
        answers.add_site(site).map_err(refused)?;
    }
    for answer in &args.answers {
        answers.add_value(answer).map_err(refused)?;
    }
    let records = chain::load_setup(&args.records)?;
    let mut imported = import(&records, &answers).map_err(failure)?;
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        imported = asked(&records, answers, imported, &mut io::stdin().lock());
    }
    let findings = Failure {
        diagnostics: imported.findings.clone(),
        ..Failure::new(Exit::AsExpected, "")
    };
    findings.report();
    match output {
        Some(path) => write(path, &imported)?,
        None => print(&imported.toml)?,
    }
    say(&summary(&imported));
    Ok(match imported.questions.is_empty() {
        true => Exit::AsExpected,
        false => Exit::Differs,
    })
}

/// Writes the scenario and the runbooks that it names; a runbook that is there is the user's.
fn write(path: &Path, imported: &ImportedScenario) -> Result<(), Failure> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let mut wanted = vec![(path.to_owned(), imported.toml.clone().into_bytes())];
    for (name, text) in imported.runbooks() {
        let runbook = directory.join(name);
        if fs::symlink_metadata(&runbook).is_err() {
            wanted.push((runbook, text.as_bytes().to_vec()));
        }
    }
    print(&files::write_listed(&wanted)?)?;
    // What the records say can break a rule of the handbook: it is reported at once.
    let diagnostics = match scenario::validate(path) {
        Ok(warnings) => warnings,
        Err(error) => error.diagnostics,
    };
    let said = Failure {
        diagnostics,
        ..Failure::new(Exit::AsExpected, "")
    };
    said.report();
    let next = Reproduction::new("validate").argument(path.display());
    print(&format!("\nnext: {next}\n"))
}

/// How many values there are, and each open question with the option that answers it.
fn summary(imported: &ImportedScenario) -> String {
    let values = plural(imported.values.len() as u64, "value", "values");
    let open = plural(
        imported.questions.len() as u64,
        "open question",
        "open questions",
    );
    let mut lines = vec![format!("{values}, {open}")];
    for (text, option) in imported.open() {
        lines.extend(hanging("open: ", &text));
        // Not wrapped, so that it can be copied.
        lines.push(format!("      {option}"));
    }
    lines.join("\n")
}

/// Asks every open question; an empty line takes what is shown. At the end of the input the rest
/// stays open.
fn asked(
    records: &PoolRecords,
    mut answers: ImportAnswers,
    mut imported: ImportedScenario,
    input: &mut dyn BufRead,
) -> ImportedScenario {
    let mut lines = input.lines();
    while let Some(question) = imported.questions.first() {
        let choices = match &question.choices[..] {
            [] => String::new(),
            choices => format!(" ({})", choices.join(", ")),
        };
        let mut stderr = anstream::stderr();
        let text = format!("{}{choices} [{}] ", question.text, question.taken);
        let _ = stderr.write_all(poolproof_reports::visible::text(text).as_bytes());
        let _ = stderr.flush();
        let Some(Ok(line)) = lines.next() else {
            break;
        };
        let answer = match line.trim() {
            "" => question.taken.as_str(),
            answer => answer,
        };
        let text = format!("{}={answer}", question.key);
        let mut wanted = answers.clone();
        let added = match question.is_site() {
            true => wanted.add_site(&text),
            false => wanted.add_value(&text),
        };
        let again = added
            .map_err(ImportError::Answer)
            .and_then(|()| import(records, &wanted));
        match again {
            Ok(more) => (answers, imported) = (wanted, more),
            Err(error) => {
                failure(error).report();
            }
        }
    }
    imported
}

fn refused(bad: BadAnswer) -> Failure {
    Failure::usage(bad.message).hinted(bad.help)
}

/// Why nothing is imported, as this program says it.
pub fn failure(error: ImportError) -> Failure {
    match error {
        ImportError::Answer(bad) => refused(bad),
        ImportError::NoSetup(diagnostics) => Failure {
            diagnostics,
            ..Failure::new(Exit::Input, "")
        },
    }
}

/// Whether there is a file that an import has not written, or that was taken over since.
fn is_foreign(path: &Path) -> bool {
    let begins = |bytes: Vec<u8>| bytes.starts_with(MARK.as_bytes());
    path.exists() && !fs::read(path).is_ok_and(begins)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;
    use crate::records::manifest::RecordManifest;

    #[test]
    fn a_terminal_is_asked_until_all_is_answered_or_the_input_ends() {
        let manifest = "[[server]]\nrole = 'A'\nname = 'A'\n[[server]]\nrole = 'W'\nname = 'W'\n\
                        [[file]]\npath = 'p.csv'\nkind = 'server-properties'\nserver = 'A'\n";
        let manifest = RecordManifest::parse("records.toml", manifest).unwrap();
        let rows = "server_name,product_version,edition\nA,11.0,Standard Edition\n";
        let open = |_: &str| -> Result<Box<dyn Read>, String> { Ok(Box::new(Cursor::new(rows))) };
        let records = PoolRecords::read(manifest, &open).unwrap();
        let answers = ImportAnswers::default();
        let first = import(&records, &answers).unwrap();
        let typed = |lines: &str| {
            let mut input = Cursor::new(lines.to_owned());
            asked(&records, answers.clone(), first.clone(), &mut input)
        };
        assert_eq!(typed("").questions, first.questions);
        // The second line is no site: it is asked again.
        let some = typed("pc1,pc2\nDC7\nDC2\n");
        let placed = "[pool.dc2]\nactive = 0\nidle = 1\n";
        assert!(some.toml.contains(placed), "{}", some.toml);
        assert!(some.questions[0].text.contains("pc2"), "{}", some.toml);
        let all = typed(&"\n".repeat(40));
        assert_eq!(all.questions, []);
        assert!(!all.toml.contains("# QUESTION"), "{}", all.toml);
    }
}
