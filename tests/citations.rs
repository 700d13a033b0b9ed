//! Every rule of the model says where it comes from: a section, a reading or a hazard of the
//! handbook stands at each function of the files that hold rules.

use std::fs;

/// The files of rules; what only names, packs or tells is not among them.
const RULES: [&str; 8] = [
    "log_shipping",
    "losses",
    "mirroring",
    "operations",
    "operators",
    "pool",
    "step",
    "witness",
];

/// Functions that move rules about and are none.
const NO_RULES: [&str; 17] = [
    "add",
    "after",
    "apply",
    "clone_copies",
    "clone_restores",
    "copy_of",
    "effect",
    "fault_class",
    "is_on_top",
    "iter",
    "may",
    "mistake_of",
    "now_or_later",
    "now_or_never",
    "perform",
    "site_of",
    "successor",
];

/// The name of the function that a line begins, if it begins one.
fn function(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for word in ["pub(crate) ", "pub ", "const "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}

/// A comment cites if it has a number of a section (`3.10`, or `5` and `6` alone), of a reading
/// (`R4`), a case (`T9`), a rule (`V18`) or a hazard (`H-16`).
fn cites(comment: &str) -> bool {
    let words = comment.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
    words.map(|word| word.trim_matches('.')).any(|word| {
        let numbered = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        let lettered = |letter: &str| word.strip_prefix(letter).is_some_and(numbered);
        let section = word
            .split_once('.')
            .is_some_and(|(a, b)| numbered(a) && numbered(b));
        let whole = ["5", "6", "9", "10", "12"].contains(&word);
        section || whole || ["R", "T", "V", "L", "I", "H-"].iter().any(|l| lettered(l))
    })
}

#[test]
fn every_rule_cites_the_handbook() {
    let mut silent = Vec::new();
    for file in RULES {
        let path = format!("models/src/{file}.rs");
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (at, name) in lines
            .iter()
            .enumerate()
            .filter_map(|(i, l)| Some((i, function(l)?)))
        {
            let end = lines[at..]
                .iter()
                .position(|line| *line == "    }" || *line == "}");
            let body = &lines[at..at + end.unwrap_or(0)];
            let above = lines[..at].iter().rev().take_while(|line| {
                let line = line.trim_start();
                line.starts_with("///") || line.starts_with("#[")
            });
            let comments = above.chain(body).filter_map(|line| line.split_once("//"));
            let cited = comments.map(|(_, comment)| comment).any(cites);
            if !cited && !NO_RULES.contains(&name) {
                silent.push(format!("{path}:{}: {name}", at + 1));
            }
        }
    }
    assert!(
        silent.is_empty(),
        "rules without a source:\n  {}",
        silent.join("\n  ")
    );
}

#[test]
fn a_comment_without_a_number_cites_nothing() {
    for (comment, expected) in [
        ("whether member 0 or 1 runs", false),
        ("the mirror has caught up (3.3)", true),
        ("H-25: retention", true),
        ("as read by R2", true),
        ("5: while the assumption holds", true),
        ("one of 4 servers", false),
    ] {
        assert_eq!(cites(comment), expected, "{comment}");
    }
}
