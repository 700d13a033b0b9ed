//! The promise of command line manners: input from standard input, completions, manual pages, help
//! texts, and colour only where it is wanted.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::support::program::{command, poolproof, stderr, stdout};

const LBW: &str = "scenarios/lync-2013-lbw.toml";

fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_scenario_can_come_from_standard_input() {
    let variant = format!("extends = \"{LBW}\"\n[log_shipping]\nshare = \"third\"\n");
    let run = with_input(&["validate", "-"], &variant);
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    let run = with_input(&["show", "-"], &variant);
    let shown = stdout(&run);
    assert!(shown.contains("log_shipping.share = third\n    written, grade -: <stdin>"));
    let from_base = format!("mirroring.witness = DC1\n    written, grade -: {LBW}");
    assert!(shown.contains(&from_base), "a value of the extended file");

    let run = with_input(&["validate", "-"], "[pool]\nvariant = \"WAN\"\n");
    assert_eq!(run.status.code(), Some(3));
    assert!(
        stderr(&run).contains("--> <stdin>:2:11"),
        "{}",
        stderr(&run)
    );
    let run = with_input(&["validate", "-"], "");
    assert_eq!(run.status.code(), Some(3));
    assert!(stderr(&run).contains("error[E0006]: `<stdin>` is empty"));
}

#[test]
fn colour_is_for_terminals_and_obeys_the_environment() {
    let coloured = |variables: &[(&str, &str)]| {
        let mut command = command(&["validate", "scenarios/invalid/unknown-key.toml"]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        stderr(&output).contains('\u{1b}')
    };
    assert!(!coloured(&[]), "stderr is no terminal here");
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

/// Progress and its time left are for a terminal; here there is none.
#[test]
fn nothing_but_words_reaches_a_pipe() {
    for arguments in [
        &["simulate", LBW, "--trials", "100"][..],
        &[
            "check",
            "scenarios/hazards/H-01-failover-during-partition.toml",
        ],
    ] {
        let run = command(arguments).env("TERM", "xterm-256color").output();
        let run = run.unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
        for said in [stdout(&run), stderr(&run)] {
            let control = |c: char| c.is_control() && c != '\n';
            assert!(!said.contains(control), "{said}");
            assert!(!said.contains("s left"), "{said}");
        }
    }
}

#[test]
fn a_word_that_is_nearly_right_gets_a_suggestion() {
    for (arguments, suggested) in [
        (&["chek", LBW][..], "'check'"),
        (&["check", LBW, "--tread", "2"], "'--threads'"),
        (&["init", "--template", "lbww"], "'lbw'"),
    ] {
        let run = poolproof(arguments);
        assert_eq!(run.status.code(), Some(2));
        let said = stderr(&run);
        assert!(said.contains("tip: ") && said.contains(suggested), "{said}");
    }
    for command in commands() {
        let long = stdout(&poolproof(&[&command, "--help"]));
        assert_eq!(stdout(&poolproof(&["help", &command])), long);
        assert!(long.contains("\nExamples:\n  poolproof "), "{long}");
    }
    let version = format!(
        "poolproof {} ({})\n",
        env!("CARGO_PKG_VERSION"),
        ::poolproof::app::build::COMMIT
    );
    assert_eq!(stdout(&poolproof(&["--version"])), version);
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = poolproof(&["completions", shell]);
        assert_eq!(run.status.code(), Some(0));
        let script = stdout(&run);
        for word in ["poolproof", "evaluate", "template"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(poolproof(&["completions", "cmd"]).status.code(), Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().to_str().unwrap();
    let run = poolproof(&["man", "--out", out]);
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    let program = std::fs::read_to_string(directory.path().join("poolproof.1")).unwrap();
    assert!(program.contains(".TH poolproof 1"), "{program}");
    assert_eq!(stdout(&poolproof(&["man"])), program);
    for command in commands() {
        let page = directory.path().join(format!("poolproof-{command}.1"));
        let page = std::fs::read_to_string(page).unwrap();
        assert!(page.contains("SYNOPSIS"), "{command}");
        assert!(
            page.contains(&format!("poolproof\\-{}", command.replace('-', "\\-"))),
            "{command}: {page}"
        );
    }
    let file = directory.path().join("poolproof.1");
    let run = poolproof(&["man", "--out", file.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(74));
}

/// The names of the commands, from the help text.
fn commands() -> Vec<String> {
    let help = stdout(&poolproof(&["--help"]));
    let listed = help.split("Commands:").nth(1).unwrap();
    let listed = listed.split("\n\n").next().unwrap();
    let names = listed.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| name.to_owned())
    });
    names.collect()
}

/// Imperative, one line, no full stop: the style of the help texts.
#[test]
fn help_texts_have_one_style() {
    let commands = commands();
    assert!(commands.len() >= 11, "{commands:?}");
    for command in commands {
        let run = poolproof(&[&command, "-h"]);
        assert_eq!(run.status.code(), Some(0));
        let help = stdout(&run);
        let first = help.lines().next().unwrap();
        assert!(
            first.chars().next().unwrap().is_uppercase(),
            "{command}: {first}"
        );
        assert!(!first.ends_with('.'), "{command}: {first}");
        let verb = first.split(' ').next().unwrap().trim_end_matches(',');
        assert!(
            !verb.ends_with("ing") && !verb.ends_with("es"),
            "{command}: {first}"
        );
        assert!(!help.contains('\u{1b}'), "{command}: no colour in a pipe");
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{command}: {line}");
        }
        let mut lines = help.lines();
        while let Some(line) = lines.next() {
            let option = line.trim_start().starts_with("--");
            let alone = !line.trim().contains("  ");
            // An option without a text on its line has one on the next.
            assert!(!option || !alone || lines.next().is_some_and(|l| l.starts_with("          ")));
        }
    }
}

#[test]
fn every_code_is_explained_on_its_page() {
    for (code, page) in [("E0118", "E0118"), ("W0118", "E0118"), ("W0114", "W0114")] {
        let run = poolproof(&["explain", code]);
        assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
        let stored = std::fs::read_to_string(format!("docs/codes/{page}.md")).unwrap();
        assert_eq!(stdout(&run), stored);
    }
    let run = poolproof(&["explain", "E0199"]);
    assert_eq!(run.status.code(), Some(3));
    assert!(stderr(&run).contains("there is no code E0199"));
}

#[test]
fn the_schema_is_printed_as_it_is_stored() {
    for (kind, path) in [
        ("scenario", "scenarios/schema/scenario-v1.schema.json"),
        ("runbook", "scenarios/schema/runbook-v1.schema.json"),
    ] {
        let stored = std::fs::read_to_string(Path::new(path)).unwrap();
        assert_eq!(stdout(&poolproof(&["schema", kind])), stored);
    }
}
