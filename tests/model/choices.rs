//! `docs/choices.md` answers every question that the documents leave open (handbook section 10),
//! and the keys that it names exist.

use std::fs;
use std::path::Path;

use poolproof::scenario::load;

#[test]
fn every_choice_is_answered_and_every_key_exists() {
    let text = fs::read_to_string("docs/choices.md").unwrap();
    let loaded = load(Path::new("scenarios/lync-2013-lbw.toml")).unwrap();
    let known: Vec<&str> = loaded
        .scenario
        .assumptions()
        .iter()
        .map(|assumption| assumption.key.as_str())
        .collect();
    // Keys that have no value unless they are written.
    let written = ["check.slices", "allow.rules"];
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| #"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let numbers: Vec<usize> = rows.iter().map(|row| row[1].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
    for row in rows {
        let quoted = row[4].split('`').skip(1).step_by(2);
        for key in quoted.filter(|key| key.contains('.')) {
            assert!(
                known.contains(&key) || written.contains(&key),
                "choice {}: no key `{key}`",
                row[1]
            );
        }
    }
}
