//! The promise of the documents: every command that README.md and `docs/` show runs, ends with the
//! exit code that the text states, and prints what is shown.
//!
//! Conventions, each a comment on the line above a block of commands:
//!
//! - `<!-- exit N -->`: its commands end with N, in place of 0;
//! - `<!-- not run: REASON -->`: nothing of it is run here;
//! - `<!-- command: NAME -->`: `.ci/run` runs it, and so it is not run here.
//!
//! In a `sh` block each line is a command. Those that simulate get few trials here: what they print
//! is not shown. In a `console` block `$` stands before a command and what follows is what it
//! prints, with `...` for lines that are left out; it runs exactly as it stands. All commands of a
//! page run in one directory, beside a copy of `scenarios/`, from the first to the last.
//!
//! `POOLPROOF_UPDATE=1 cargo test --test program doc_commands::` writes figures that differ anew,
//! where the words around them are the same. Pages with a test of their own are in [`ELSEWHERE`].
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::shell::shell;

/// Pages whose commands other tests run: `docs_ci`, and the recipes for many machines.
const ELSEWHERE: [&str; 2] = ["docs/ci.md", "docs/cluster.md"];

/// How a command may begin that stands for the program.
const RUN: &str = "cargo run --release -- ";

/// Few trials, for commands whose figures are not shown.
const FEW: &str = " --set simulate.trials=200 --set simulate.drill_trials=200";

/// Beside `--trials`, which a command of the text may have.
const FEW_DRILLS: &str = " --set simulate.drill_trials=200";

/// A block of commands of a page.
struct Block {
    /// `console` rather than `sh`.
    shows_output: bool,
    /// The exit code that the text states.
    exit: i32,
    /// Why it is not run.
    not_run: bool,
    /// The lines, with the index of the first one in the page.
    lines: Vec<String>,
    first: usize,
}

/// The blocks of commands of a page.
fn blocks(page: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut comment = "";
    let mut fence: Option<bool> = None;
    for (index, line) in page.lines().enumerate() {
        match (fence, line.strip_prefix("```")) {
            (None, Some(language)) => {
                let shows_output = language == "console";
                fence = Some(shows_output || language == "sh");
                if fence == Some(true) {
                    let exit = comment.strip_prefix("<!-- exit ");
                    let exit = exit.and_then(|rest| rest.strip_suffix(" -->"));
                    found.push(Block {
                        shows_output,
                        exit: exit.map_or(0, |code| code.parse().expect("an exit code")),
                        not_run: comment.starts_with("<!-- not run: ")
                            || comment.starts_with("<!-- command: "),
                        lines: Vec::new(),
                        first: index + 1,
                    });
                }
            }
            (Some(_), Some(_)) => fence = None,
            (Some(true), None) => {
                let block = found.last_mut().expect("a block is open");
                block.lines.push(line.to_owned());
            }
            (Some(false), None) => {}
            (None, None) => comment = line,
        }
        if fence.is_none() && line.starts_with("```") {
            comment = "";
        }
    }
    found
}

/// A command and the lines that are shown of its output, which begin at the index.
fn commands(block: &Block) -> Vec<(String, usize, Vec<String>)> {
    let mut found: Vec<(String, usize, Vec<String>)> = Vec::new();
    let mut goes_on = false;
    for (index, line) in block.lines.iter().enumerate() {
        let command = match block.shows_output {
            true if !goes_on => line.strip_prefix("$ "),
            _ => Some(line.as_str()).filter(|_| goes_on || !block.shows_output),
        };
        match command {
            Some("") => {}
            Some(text) => {
                let text_open = text.strip_suffix('\\');
                let part = text_open.unwrap_or(text).trim();
                match found.last_mut().filter(|_| goes_on) {
                    Some((whole, at, _)) => {
                        *whole = format!("{whole} {part}");
                        *at = block.first + index + 1;
                    }
                    None => found.push((part.to_owned(), block.first + index + 1, Vec::new())),
                }
                goes_on = text_open.is_some();
            }
            None => {
                let (_, _, shown) = found.last_mut().expect("output follows a command");
                shown.push(line.clone());
            }
        }
    }
    found
}

/// A directory with a copy of the scenarios, as a user has them.
fn place() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    copy(Path::new("scenarios"), &directory.path().join("scenarios"));
    directory
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Runs a command of a page; its exit code, standard output and standard error.
fn run(command: &str, directory: &Path) -> (Option<i32>, String, String) {
    let output = shell(command, directory)
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code();
    (code, text(&output.stdout), text(&output.stderr))
}

/// A line without its figures, units of time, and how far words are apart, which depends on them.
fn shape(line: &str) -> String {
    let mut found: Vec<String> = Vec::new();
    let units = ["ms", "s", "min", "h", "d"];
    for word in line.split_whitespace().filter(|word| {
        let bare = word.trim_end_matches(')');
        !units.contains(&bare)
    }) {
        let is_figure = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
        let counts = word
            .trim_start_matches('(')
            .starts_with(|c: char| c.is_ascii_digit());
        let word: String = word.chars().filter(|c| !counts || !is_figure(*c)).collect();
        // A time has one figure or two.
        if !word.is_empty() {
            found.push(word);
        }
    }
    found.join(" ")
}

/// Where each shown line is in the output: groups of lines between `...`, in order. `same` says
/// when two lines agree.
fn places(
    shown: &[String],
    output: &[&str],
    same: impl Fn(&str, &str) -> bool,
) -> Result<Vec<Option<usize>>, String> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut anywhere = false;
    for group in shown.split(|line| line.trim() == "...") {
        let agrees = |start: usize| {
            let lines = output.get(start..start + group.len());
            lines.is_some_and(|lines| group.iter().zip(lines).all(|(a, b)| same(a, b)))
        };
        let last = if anywhere { output.len() } else { at };
        let start = (at..=last).find(|start| agrees(*start));
        let start = start.ok_or_else(|| format!("does not print:\n{}", group.join("\n")))?;
        found.extend((start..start + group.len()).map(Some));
        found.push(None); // the `...` behind it
        at = start + group.len();
        anywhere = true;
    }
    found.pop();
    let ends_open = shown.last().is_some_and(|line| line.trim() == "...");
    if !ends_open && at != output.len() {
        return Err(format!("prints more:\n{}", output[at..].join("\n")));
    }
    Ok(found)
}

/// Runs what a page shows; what is wrong with it, and the page with the figures of now.
fn judge(path: &Path) -> (Vec<String>, String, usize) {
    let page = fs::read_to_string(path).unwrap();
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    let directory = place();
    let mut wrong = Vec::new();
    let mut run_so_far = 0;
    for block in blocks(&page).iter().filter(|block| !block.not_run) {
        for (command, first, shown) in commands(block) {
            let mut command = command.replace(RUN, "poolproof ");
            let mut words = command.split_whitespace();
            if words.next() != Some("poolproof") {
                wrong.push(format!(
                    "{}: is not of poolproof: {command}",
                    path.display()
                ));
                continue;
            }
            let simulates = matches!(
                words.next(),
                Some("evaluate" | "simulate" | "compare" | "sweep")
            );
            if simulates && !block.shows_output {
                let has_trials = command.contains("--trials");
                command.push_str(if has_trials { FEW_DRILLS } else { FEW });
            }
            run_so_far += 1;
            let (code, stdout, stderr) = run(&command, directory.path());
            let head = format!("{}:{first}: `{command}`", path.display());
            if code != Some(block.exit) {
                wrong.push(format!("{head} ends with {code:?}:\n{stdout}{stderr}"));
            } else if block.shows_output {
                let output: Vec<&str> = stdout.lines().collect();
                if let Err(what) = places(&shown, &output, |a, b| a == b) {
                    wrong.push(format!("{head} {what}"));
                }
                let similar = places(&shown, &output, |a, b| shape(a) == shape(b));
                for (offset, place) in similar.iter().flatten().enumerate() {
                    if let Some(place) = place {
                        lines[first + offset] = output[*place].to_owned();
                    }
                }
            }
        }
    }
    (wrong, lines.join("\n") + "\n", run_so_far)
}

fn pages() -> Vec<PathBuf> {
    let own = |path: &PathBuf| path.extension().is_some_and(|e| e == "md");
    let entries = fs::read_dir("docs").unwrap();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let elsewhere = ELSEWHERE.map(PathBuf::from);
    found.retain(|path| own(path) && !elsewhere.contains(path));
    found.push(PathBuf::from("README.md"));
    found.sort();
    found
}

#[test]
fn every_command_of_the_documents_runs() {
    let mut wrong = Vec::new();
    let mut run = 0;
    for path in pages() {
        let (of_page, page, commands) = judge(&path);
        run += commands;
        wrong.extend(of_page);
        if std::env::var_os("POOLPROOF_UPDATE").is_some() {
            fs::write(&path, page).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(run >= 20, "only {run} commands were found");
}

/// The test's own eyes: what is not printed is found.
#[test]
fn a_difference_is_found() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let exact = |text: &str| places(&shown(text), &["a 1", "b 2", "c 3"], |a, b| a == b);
    assert!(exact("a 1\nb 2\nc 3").is_ok());
    assert!(exact("...\nb 2\n...").is_ok());
    assert!(exact("a 1\n...\nc 3").is_ok());
    assert!(exact("a 1\nb 2").is_err());
    assert!(exact("...\nb 3\n...").is_err());
    assert!(exact("...\nc 3\n...\na 1\n...").is_err());
    assert_eq!(shape("p95  1,234 s"), shape("p95 2 h 5 min"));
    assert_ne!(shape("1 fault"), shape("1 step"));
    assert_ne!(shape("p50  1 s"), shape("p95  1 s"));
}

#[test]
fn the_conventions_are_read() {
    let page = "<!-- exit 1 -->\n```console\n$ poolproof a \\\n    b\nx\n```\n\n\
                ```sh\npoolproof c\n```\n<!-- not run: it serves -->\n```sh\npoolproof d\n```\n";
    let found = blocks(page);
    let read: Vec<_> = found.iter().map(|b| (b.exit, b.not_run)).collect();
    assert_eq!(read, [(1, false), (0, false), (0, true)]);
    let (command, first, shown) = commands(&found[0]).remove(0);
    assert_eq!((command.as_str(), first), ("poolproof a b", 4));
    assert_eq!(shown, ["x"]);
}
