//! Every rule of the model says where it comes from: a section, a reading or a hazard of the
//! handbook stands at each function of the files that hold rules. And what is cited is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::tree::tree;

/// The files of rules; files that only name or pack are not among them.
const RULES: [&str; 14] = [
    "rules/failback",
    "rules/failures",
    "rules/last_resort",
    "rules/log_shipping",
    "rules/losses",
    "rules/mirroring",
    "rules/operations",
    "rules/operators",
    "rules/pool",
    "rules/reach",
    "rules/remirroring",
    "rules/session_at_rest",
    "rules/site_failover",
    "rules/witness",
];

/// Functions that move rules about and are none.
const NO_RULES: [&str; 7] = ["add", "always", "cause", "is_on_top", "iter", "none", "row"];

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
    words(comment).any(|word| {
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

/// The words of a text that may be numbers of the handbook.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || ".-=%".contains(c)));
    words.map(|word| word.trim_matches('.'))
}

/// Whether a word has the form of a section of a chapter (`3.10`), a reading, a case, a rule, a
/// window or an invariant (`R4`), or a hazard (`H-16`).
fn is_number(word: &str) -> bool {
    let short = |part: &str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let section = word.split_once('.');
    let lettered = ["H-", "R", "T", "F", "V", "L", "I"];
    section.is_some_and(|(chapter, section)| short(chapter) && short(section))
        || lettered
            .iter()
            .any(|letter| word.strip_prefix(letter).is_some_and(short))
}

/// The numbers that the handbook has: its headings, and the first words of rows and points. The
/// rules have a page of their own.
fn numbers() -> BTreeSet<String> {
    let handbook = fs::read_to_string("docs/handbook.md").unwrap();
    let rules = fs::read_to_string("docs/rules.md").unwrap();
    let beginnings = ["### ", "| ", "* "];
    let of_handbook = handbook.lines().filter_map(|line| {
        let rest = beginnings
            .iter()
            .find_map(|begins| line.strip_prefix(begins))?;
        words(rest).next()
    });
    let rows = rules.lines().filter_map(|line| line.strip_prefix("| ["));
    let of_rules = rows.filter_map(|row| words(row).next());
    let all = of_handbook.chain(of_rules).filter(|word| is_number(word));
    all.map(str::to_owned).collect()
}

#[test]
fn every_citation_is_in_the_handbook() {
    let there = numbers();
    for number in ["3.5", "R12", "T17", "F6", "L5", "I4", "H-52", "V40"] {
        assert!(there.contains(number), "{number}");
    }
    assert!(!there.contains("H-53") && !there.contains("3.18"));
    let (mut cited, mut missing) = (0, Vec::new());
    let mut look = |text: &str, place: String| {
        for number in words(text).filter(|word| is_number(word)) {
            cited += 1;
            if !there.contains(number) {
                missing.push(format!("{place}: {number}"));
            }
        }
    };
    for (path, bytes) in tree(Path::new("models")) {
        let text = String::from_utf8(bytes).unwrap();
        for (at, line) in text.lines().enumerate() {
            if let Some((_, comment)) = line.split_once("//") {
                look(comment, format!("models/{}:{}", path.display(), at + 1));
            }
        }
    }
    for page in [
        "limits",
        "properties",
        "hazards",
        "choices",
        "counterexamples",
    ] {
        let text = fs::read_to_string(format!("docs/{page}.md")).unwrap();
        for (at, line) in text.lines().enumerate() {
            // A figure has its unit behind it; what follows the word is a number of the handbook.
            for after in line.split("andbook ").skip(1) {
                let place = format!("docs/{page}.md:{}", at + 1);
                look(
                    after.split([' ', ',', ')', ';', ']']).next().unwrap(),
                    place,
                );
            }
        }
    }
    assert!(cited > 300, "{cited}");
    assert!(
        missing.is_empty(),
        "not in docs/handbook.md:\n  {}",
        missing.join("\n  ")
    );
}
