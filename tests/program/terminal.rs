//! The promise of the terminal: the answer stands in the first three lines, no line of a table or a
//! text is longer than 80 columns, and words have colours on terminals only.

use crate::support::program::{command, poolproof, stderr, stdout};

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const HAZARD: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// Few trials, for runs whose figures do not matter.
const QUICK: [&str; 4] = [
    "--set",
    "simulate.trials=200",
    "--set",
    "simulate.drill_trials=200",
];

/// Whether a line is there to be copied whole: a command or the path of a file.
fn is_to_copy(line: &str) -> bool {
    let starts = ["poolproof ", "replay: poolproof ", "report: "];
    starts
        .iter()
        .any(|start| line.trim_start().starts_with(start))
}

fn too_long(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| line.chars().count() > 80);
    lines.filter(|line| !is_to_copy(line)).collect()
}

#[test]
fn no_line_is_longer_than_80_columns() {
    let out = tempfile::tempdir().unwrap();
    let out = out.path().to_str().unwrap();
    let objective = "expect.objectives=[\"given_site_loss.time_to_recover.p95 <= \\\"4h\\\"\"]";
    let of_lbw = [
        &["evaluate", LBW, "--out", out, "--set", objective][..],
        &QUICK,
    ]
    .concat();
    let drill = [&["simulate", HAZARD, "--drill", "crash:A"][..], &QUICK].concat();
    let unexpected = ["check", HAZARD, "--set", "expect.SB=holds"];
    let witness = "scenarios/lync-2013-lbw-no-witness.toml";
    let compare = [
        &["compare", LBW, witness, "--no-check"][..],
        &QUICK,
        &["--out", out],
    ]
    .concat();
    let sweep = [
        "sweep",
        HAZARD,
        "--grid",
        "log_shipping.copy_interval=5min,15min",
        "--trials",
        "100",
        QUICK[2],
        QUICK[3],
    ];
    for (arguments, code) in [
        (&of_lbw[..], 1),
        (&drill, 0),
        (&unexpected, 1),
        (&["explain", HAZARD], 0),
        (&compare, 0),
        (&sweep, 0),
        (&["solve", "scenarios/oracles/m6.toml"], 0),
        (&["cuts", HAZARD], 0),
        (&["cuts", "scenarios/parts/mirror-pair.toml"], 0),
        (&["check", HAZARD, "--engine", "stateright"], 0),
        (&["check", HAZARD, "--swarm", "3"], 4),
    ] {
        let output = poolproof(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            stderr(&output)
        );
        let text = stdout(&output);
        assert!(text.lines().count() > 1, "{arguments:?}: {text}");
        let long = too_long(&text);
        assert!(long.is_empty(), "{arguments:?}:\n{}", long.join("\n"));
    }
}

/// The test's own eyes.
#[test]
fn a_line_that_is_too_long_is_found() {
    let words = "word ".repeat(17);
    assert_eq!(too_long(&words), [words.as_str()]);
    assert!(too_long(&format!("replay: poolproof {words}")).is_empty());
    assert!(too_long(&"é".repeat(80)).is_empty());
}

/// The first three lines, as a text without line breaks.
fn first_three(arguments: &[&str], code: i32) -> String {
    let output = poolproof(arguments);
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    let text = stdout(&output);
    let lines = text.lines().take(3).flat_map(str::split_whitespace);
    lines.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_answer_stands_in_the_first_three_lines() {
    let ready = first_three(&["check", HAZARD], 0);
    assert!(
        ready.contains(": READY: every verdict is as the scenario expects"),
        "{ready}"
    );
    assert!(
        ready.contains("violated as expected: No split brain (SB)"),
        "{ready}"
    );

    let differs = first_three(&["check", HAZARD, "--set", "expect.SB=holds"], 1);
    assert!(
        differs.contains(": NOT READY: 1 verdict not as the scenario expects"),
        "{differs}"
    );
    let why = "✗ No split brain (SB): violated, expected: holds (1 fault, 16 steps)";
    assert!(differs.contains(why), "{differs}");

    let budget = ["check", LBW, "--budget", "1 fault, no mistakes"];
    let limited = [&budget[..], &["--set", "check.states_limit=1000"]].concat();
    let open = first_three(&limited, 4);
    assert!(open.contains(": UNDECIDED: "), "{open}");

    let simulate = [&["simulate", HAZARD][..], &QUICK].concat();
    let unjudged = first_three(&simulate, 0);
    assert!(unjudged.contains(": NOT JUDGED: "), "{unjudged}");
    assert!(
        unjudged.contains("no objectives: availability "),
        "{unjudged}"
    );

    let objective = "expect.objectives=[\"given_site_loss.time_to_recover.p50 <= \\\"1s\\\"\"]";
    let missed = [&simulate[..], &["--set", objective]].concat();
    let missed = first_three(&missed, 1);
    assert!(
        missed.contains(": NOT READY: 1 of 1 objective missed"),
        "{missed}"
    );
    assert!(missed.contains("limit 1 s: missed"), "{missed}");
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let printed = |variables: &[&str]| {
        let mut run = command(&["check", HAZARD]);
        run.envs(variables.iter().map(|name| (name, "1")));
        stdout(&run.output().unwrap())
    };
    let coloured = printed(&["CLICOLOR_FORCE"]);
    assert!(
        coloured.contains("\u{1b}[1m\u{1b}[32mREADY\u{1b}[0m"),
        "{coloured}"
    );
    for without in [printed(&[]), printed(&["CLICOLOR_FORCE", "NO_COLOR"])] {
        assert!(!without.contains('\u{1b}'), "{without}");
        assert!(without.contains("READY"), "{without}");
    }
}
