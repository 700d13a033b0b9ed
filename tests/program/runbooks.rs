//! The promise of runbooks for people: a document has everything that they need, what it says about
//! a step that is left out is what the checker finds, and two runbooks are compared by it.

use std::fs;

use crate::support::program::{poolproof, stderr, stdout};

const LBW: &str = "scenarios/lync-2013-lbw.toml";

/// What is printed, on one line.
fn printed(arguments: &[&str]) -> String {
    let output = poolproof(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_document_has_every_step_with_command_proof_and_time() {
    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("failover.html");
    let budget = "1 fault, no mistakes";
    let named = [
        "--set",
        r"sql.s.server=SQL9\CHAT",
        "--set",
        "log_shipping.share_host=fs1",
    ];
    let mut arguments = vec!["runbook", "export", LBW, "--budget", budget];
    arguments.extend(named);
    arguments.extend(["--html", page.to_str().unwrap()]);
    let text = printed(&arguments);
    for words in [
        "# Fail over to DC2, as documented",
        "**Begin when** nothing in DC1 answers.",
        "- [ ] done at",
        r"**who** DBA on S - **where** SQL9\\CHAT",
        r"robocopy \\fs1\<share>",
        "RESTORE DATABASE mgc WITH RECOVERY;",
        "**verify** SELECT state_desc",
        "half of the times within 15 min, 95 of 100 within 1 h 18 min",
        "**skip it** where it is impossible",
        "**no way back** after this step",
        "once it is begun, finish the runbook",
        "What the whole runbook leaves open Within up to 1 fault, operator mistakes excluded",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // Within one fault nothing is left open, and without the recovery of S service never returns.
    let recovery = text
        .split("Recover S (RESTORE WITH RECOVERY)")
        .nth(1)
        .unwrap();
    let recovery = recovery.split("## 8.").next().unwrap();
    assert!(recovery.contains("**if it is left out**"), "{recovery}");
    assert!(
        recovery.contains("violated with 1 fault; with the step: holds"),
        "{recovery}"
    );
    let page = fs::read_to_string(page).unwrap();
    for words in [
        "<!DOCTYPE html>",
        "type=\"checkbox\"",
        "Stop and call off",
        "poolproof",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_role_without_a_runbook_is_refused() {
    let arguments = [
        "runbook",
        "export",
        "scenarios/hazards/H-23-ad-hoc-log-backup.toml",
    ];
    let role = ["--role", "site-failback", "--without-check"];
    let output = poolproof(&[&arguments[..], &role[..]].concat());
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stderr(&output).contains("no runbook for site-failback"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn two_runbooks_are_compared_by_what_they_leave_open() {
    let documented = "scenarios/runbooks/site-failover-documented.toml";
    let arguments = [
        "runbook",
        "compare",
        documented,
        "scenarios/runbooks/site-failover-hardened.toml",
        "--scenario",
        LBW,
        "--budget",
        "1 fault and 1 mistake",
    ];
    let text = printed(&arguments);
    let words = "No split brain (SB): [1] violated with 2 faults, [2] holds";
    assert!(text.contains(words), "{text}");
    assert!(text.contains("[1] leaves 3 open, [2] leaves 2"), "{text}");
    let other = "scenarios/runbooks/mirror-failover-hardened.toml";
    let output = poolproof(&["runbook", "compare", documented, other, "--scenario", LBW]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stderr(&output).contains("of different roles"),
        "{}",
        stderr(&output)
    );
}
