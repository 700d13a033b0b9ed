//! The promise of a counterexample that people can read, and that can be kept.

use std::fs;
use std::path::{Path, PathBuf};

use poolproof_reports::document::{Content, HolderRole};
use poolproof_reports::trace::Trace;

use crate::support::program::{poolproof, printed};

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";
const GUARDED: &str = "scenarios/hazards/H-01-guarded.toml";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The words with single spaces: lines are wrapped.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_split_brain_of_h_01_is_told() {
    let said = printed(&["explain", H01]);
    assert!(
        said.starts_with("No split brain (SB) is violated\n"),
        "{said}"
    );
    assert!(said.contains("\n1 fault, 16 steps\n"), "{said}");
    let flat = flat(&said);
    for part in [
        // Who, what, what changed, what each copy holds, which post was acknowledged where.
        "DBA on S Runbook step 7: recover S (RESTORE WITH RECOVERY): it becomes writable",
        "- S goes on with a history of its own",
        "users Users post and A acknowledges (post 1) - A holds post 1 - B holds post 1",
        "SPLIT BRAIN: both sides of a fork have acknowledged posts",
        "- post 1 not in what users see",
        // The cause: which fault, what it made possible, which step parted the histories.
        "cause: One fault is needed. Step 1: The link DC1-DC2 is cut; without it step 2",
        "cannot happen: the operators do not believe that nothing in DC1 answers.",
        "Step 16 breaks SB: Users post and S acknowledges (post 2).",
        "Until that step it could have been avoided without another fault.",
        "What has happened stays: nothing that follows undoes it.",
    ] {
        assert!(flat.contains(part), "{part}\n{said}");
    }
    let last = said.trim_end().lines().last().unwrap();
    assert!(
        last.starts_with(&format!("replay: poolproof explain {H01} --property SB")),
        "{last}"
    );
}

/// A way out is named where there is one (UQ), and what is gone where something is (OW).
#[test]
fn causes_say_what_can_still_follow() {
    let told = |name: &str| {
        flat(&printed(&[
            "explain",
            &format!("scenarios/hazards/{name}.toml"),
        ]))
    };
    let stuck = told("H-12-principal-does-not-come-back");
    assert!(
        stuck.contains("UQ can hold again without another fault: A restarts."),
        "{stuck}"
    );
    let failback = told("H-16-writes-after-full-backup");
    assert!(failback.contains("No fault is needed."), "{failback}");
    let gone = "Gone for good: post 1, acknowledged by S in step 6, in step 8.";
    assert!(failback.contains(gone), "{failback}");
    let wrong = told("H-20-wrong-backup-file");
    let no_return = "nothing that can follow without another fault brings service back";
    assert!(wrong.contains(no_return), "{wrong}");
}

#[test]
fn the_forms_for_other_readers() {
    let trace = Trace::parse(&printed(&["explain", H01, "--format", "json"])).unwrap();
    assert_eq!(trace.property.as_deref(), Some("SB"));
    assert_eq!(trace.counterexample.steps.len(), 16);
    assert_eq!(trace.counterexample.start.name, "normal");
    let last = trace.counterexample.steps.last().unwrap();
    let wan = last
        .links
        .iter()
        .find(|link| link.link == "DC1-DC2")
        .unwrap();
    assert!(wan.cut);
    let s = last.state.iter().find(|state| state.holder == "S").unwrap();
    assert_eq!(
        (s.role, &s.content),
        (HolderRole::Principal, &Content::Messages(vec![2]))
    );

    let diagram = printed(&["explain", H01, "--mermaid"]);
    assert!(diagram.starts_with("sequenceDiagram\n"), "{diagram}");
    assert!(
        diagram.contains("FAULT: The link DC1-DC2 is cut"),
        "{diagram}"
    );

    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("new/page.html");
    printed(&["explain", H01, "--html", text(&page)]);
    let html = fs::read_to_string(page).unwrap();
    assert!(html.contains("No split brain (SB) is violated") && html.contains("id=\"step-16\""));
}

/// What `evaluate` stores is what `explain` prints, but for the command that made it.
#[test]
fn stored_traces_are_explained_too() {
    let directory = tempfile::tempdir().unwrap();
    let few = ["simulate.trials=100", "simulate.drill_trials=100"];
    let out = text(directory.path());
    printed(&[
        "evaluate", H01, "--set", few[0], "--set", few[1], "--out", out,
    ]);
    let name = "H-01-failover-during-partition/traces/SB.json";
    let stored = directory.path().join(name);
    let mut trace = Trace::parse(&fs::read_to_string(&stored).unwrap()).unwrap();
    let set = ["--set", few[0], "--set", few[1]];
    let shown = printed(&[&["explain", H01, "--format", "json"], &set[..]].concat());
    let shown = Trace::parse(&shown).unwrap();
    trace.identity.command.clone_from(&shown.identity.command);
    assert_eq!(trace, shown);
    let told = printed(&["explain", text(&stored)]);
    assert!(told.contains("\n1 fault, 16 steps\n"), "{told}");
    assert!(
        !told.contains("not needed"),
        "the search leaves nothing out to be left out"
    );
}

/// What is saved loads, and a check of it finds what it expects.
#[test]
fn a_saved_counterexample_is_a_scenario() {
    let directory = tempfile::tempdir().unwrap();
    for (name, property) in [
        ("H-01-failover-during-partition", "SB"),
        ("H-05-resume-without-looking", "ALF"),
        ("H-15-replace-over-old-primary", "OW"),
        ("H-42-grey-failure", "UQ"),
        ("H-34-wrong-side-activated", "WS"),
    ] {
        let scenario = format!("scenarios/hazards/{name}.toml");
        let saved = directory.path().join(format!("regressions/{name}.toml"));
        let arguments = [
            "explain",
            &scenario,
            "--property",
            property,
            "--save",
            text(&saved),
        ];
        let output = poolproof(&arguments);
        if output.status.code() == Some(3) {
            panic!("{name}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let source = fs::read_to_string(&saved).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(
            source.starts_with(&format!("# {property} is violated like this:\n")),
            "{source}"
        );
        assert!(
            source.contains(&format!("{property} = \"violated\"")),
            "{source}"
        );
        let checked = printed(&["check", text(&saved)]);
        assert!(checked.contains("violated, as expected"), "{checked}");
    }
}

#[test]
fn changes_on_the_command_line_are_saved() {
    let directory = tempfile::tempdir().unwrap();
    let saved = directory.path().join("saved.toml");
    let changes = [
        "pool.dc1.active=3",
        "pool.users=60_000",
        "log_shipping.copy_interval=5min",
    ];
    let set: Vec<&str> = changes
        .iter()
        .flat_map(|change| ["--set", change])
        .collect();
    printed(&[&["explain", H01, "--save", text(&saved)], &set[..]].concat());
    let source = fs::read_to_string(&saved).unwrap();
    assert!(
        source.contains("[pool.dc1]\nactive = 3\n\n[pool]\nusers = 60_000\n"),
        "{source}"
    );
    assert!(
        source.contains("[log_shipping]\ncopy_interval = \"5min\"\n"),
        "{source}"
    );
    printed(&["check", text(&saved)]);
}

#[test]
fn where_nothing_is_violated_there_is_nothing_to_explain() {
    let said = printed(&["explain", GUARDED]);
    assert!(
        said.contains("No split brain (SB) holds: in every state within up to"),
        "{said}"
    );
    assert!(said.ends_with("nothing to explain\n"), "{said}");
    let unchecked = poolproof(&["explain", GUARDED, "--property", "CO"]);
    assert_eq!(unchecked.status.code(), Some(3));
    let limited = poolproof(&["explain", GUARDED, "--set", "check.states_limit=1000"]);
    let said = String::from_utf8(limited.stdout).unwrap();
    assert!(
        limited.status.code() == Some(4) || said.contains("holds"),
        "{said}"
    );
    assert_eq!(
        poolproof(&["explain", H01, "--property", "XX"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(poolproof(&["explain", "none.toml"]).status.code(), Some(3));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_of_its_own() {
    let nowhere = PathBuf::from("/dev/null/page.html");
    let output = poolproof(&["explain", H01, "--html", text(&nowhere)]);
    assert_eq!(output.status.code(), Some(74));
}
