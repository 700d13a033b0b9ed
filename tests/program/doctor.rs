//! The promise of doctor: the judgements that matter most are named first, as plain simulations at
//! half and at twice of them say.

use crate::support::program::{poolproof, stderr, stdout};

const FILE: &str = "scenarios/lync-2013-lbw.toml";

/// The largest figure of a drill is moved most by what a drill waits for most.
#[test]
fn the_decision_comes_before_the_name_of_the_next_hop() {
    let quick = [
        "--trials",
        "100",
        "--top",
        "90",
        "--set",
        "operators.site_failback=none",
    ];
    let words = [&["doctor", FILE][..], &quick].concat();
    let output = poolproof(&words);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    // Where lines break depends on the widths of figures.
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = |key: &str| text.find(key).unwrap_or_else(|| panic!("no {key}: {text}"));
    let decide = place("operators.durations.site_failover.decide = ");
    assert!(decide < place("operators.durations.site_failover.move-next-hop = "));
    assert!(text.contains("values that results rest on are judgement"));
    // What is no number cannot be halved, and is said.
    assert!(place("not tried: ") < place("log_shipping.phases"));
    let alone = poolproof(&[&words[..], &["--threads", "1"]].concat());
    // The memory that is free is another each time.
    let found = |output| {
        stdout(output)
            .split_once(FILE)
            .map(|(_, found)| found.to_owned())
    };
    assert_eq!(found(&output), found(&alone), "threads change nothing");
    let mistaken = poolproof(&["doctor", FILE, "--set", "no.such=1"]);
    assert_eq!(mistaken.status.code(), Some(3));
}

#[test]
fn without_a_scenario_the_machine_is_looked_at() {
    let output = poolproof(&["doctor"]);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for words in [
        "poolproof ",
        "threads: ",
        "memory for a search: ",
        "python3: ",
    ] {
        assert!(text.contains(words), "{text}");
    }
}
