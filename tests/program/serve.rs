//! The promise of `serve`: the answer to a change comes at once and becomes finer, a new change
//! ends the work on the last, and the complete result is that of the command line, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use poolproof::app::clock::Stopwatch;
use serde_json::{Value, json};

use crate::support::program::{poolproof_in, printed, stderr, stdout};
use crate::support::server::Server;
use crate::support::shell::shell;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";
const REFERENCE: &str = "scenarios/lync-2013-lbw.toml";

/// A change to H-01, with few trials.
fn few_trials() -> Value {
    json!({"set": [["simulate.trials", "300"], ["simulate.drill_trials", "200"],
        ["log_shipping.share", "DC2"]], "seed": 7})
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    let names = events.iter().map(|(name, _)| name.as_str());
    names.filter(|name| *name != "progress").collect()
}

#[test]
fn the_result_is_that_of_the_command_byte_for_byte() {
    let server = Server::start(&[H01]);
    let question = json!({"changes": few_trials(), "before": {"set": [["simulate.trials", "300"],
        ["simulate.drill_trials", "200"]]}});
    let answer = server.post("api/runs", &question);
    let (run, scenario) = (answer.json()["run"].clone(), &answer.json()["scenario"]);
    let events = server.all_events(run.as_u64().unwrap());
    // First verdicts, then few trials, then differences, then everything.
    assert_eq!(
        names(&events),
        [
            "answer",
            "answer",
            "differences",
            "differences",
            "answer",
            "done"
        ]
    );
    let refinements: Vec<_> = events
        .iter()
        .filter(|(name, _)| name == "answer")
        .map(|(_, data)| data["refinement"].as_str().unwrap())
        .collect();
    assert_eq!(refinements, ["first_verdicts", "partial", "complete"]);
    let command = scenario["command"].as_str().unwrap();
    assert_eq!(
        command,
        format!(
            "poolproof evaluate {H01} --seed 7 --set simulate.trials=300 --set \
             simulate.drill_trials=200 --set log_shipping.share=DC2"
        )
    );
    let found = server.get(&format!("api/runs/{run}/result.json"));
    assert_eq!(found.status, 200);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-result");
    let _ = fs::remove_dir_all(&out);
    let typed = format!("{command} --format json --out '{}'", out.display());
    let output = shell(&typed, Path::new(".")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let name = Path::new(H01).file_stem().unwrap();
    let written = |file: &str| fs::read_to_string(out.join(name).join(file)).unwrap();
    assert_eq!(found.body, written("result.json"));
    assert_eq!(found.body, stdout(&output));
    let report = server.get(&format!("api/runs/{run}/report.html"));
    assert_eq!(report.body, written("index.html"));
    assert!(report.head.contains("; sandbox"), "{}", report.head);
}

/// The figures on the page are those of the document, in the report's words.
#[test]
fn the_page_shows_what_the_result_says() {
    let server = Server::start(&[H01]);
    let run = server.run(&json!({"changes": few_trials()}));
    let events = server.all_events(run);
    let complete = events.iter().rev().find(|(name, _)| name == "answer");
    let answer = &complete.unwrap().1["answer"];
    let heads = answer["figures"]["heads"].as_array().unwrap();
    assert_eq!(heads.len(), 3, "per incident, per year, given loss of DC1");
    let ran = answer["figures"]["ran"].as_str().unwrap();
    assert!(ran.starts_with("300 trials"), "{ran}");
    let verdict = &answer["verdicts"][0]["cells"][0];
    assert_eq!(verdict["said"]["class"], "known", "{verdict}");
    let path = verdict["path"].as_array().unwrap();
    let player = server.get(&format!("api/runs/{run}/player/{}/{}", path[0], path[1]));
    assert_eq!(player.status, 200);
    assert!(player.body.contains("data-go=\"forward\""));
    // Its one script may run, and belongs to nobody.
    let nonce = player.body.split("<script nonce=\"").nth(1).unwrap();
    let nonce = nonce.split('"').next().unwrap();
    let policy = format!("script-src 'nonce-{nonce}'");
    assert!(player.head.contains(&policy), "{}", player.head);
    assert!(player.head.contains("sandbox allow-scripts"));
}

#[test]
fn the_scenario_goes_home_with_its_comments() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-home");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).unwrap();
    let server = Server::start_in(&place, &["--template", "lbw"]);
    let changes = json!({"set": [["mirroring.witness", "none"], ["simulate.trials", "300"],
        ["operators.site_failover", "runbooks/site-failover-hardened-own.toml"]],
        "own": [{"from": "runbooks/site-failover-hardened.toml",
            "steps": [0, 1, 2, 3, 5, 4, 6, 7, 8, 9, 10, 11, 12, 13]}]});
    let answer = server.post("api/runs", &json!({"changes": changes}));
    assert_eq!(answer.status, 202, "{}", answer.body);
    let (run, scenario) = (answer.json()["run"].clone(), &answer.json()["scenario"]);
    let file = server.get(&format!("api/runs/{run}/scenario.toml"));
    assert!(
        file.head.contains("filename=\"pool.toml\""),
        "{}",
        file.head
    );
    let original = fs::read_to_string("scenarios/templates/lbw.toml").unwrap();
    let comments = |text: &str| text.matches('#').count();
    assert_eq!(comments(&file.body), comments(&original));
    let line = "witness = \"none\"                       # with a witness the mirror takes over";
    let same = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(same(&file.body).contains(&same(line)), "{}", file.body);
    let runbook = server.get(&format!("api/runs/{run}/runbooks/0"));
    let at = |text: &str| runbook.body.find(text).unwrap();
    assert!(at("\"copy-backlog\"") < at("\"fail-over-cms\""));
    assert!(
        runbook.body.contains("# Power, network or people"),
        "comments move along"
    );
    // The files of the template, and what was downloaded, are the scenario of the page.
    let before = scenario["before"].as_str().unwrap();
    assert!(
        shell(before, &place).status().unwrap().success(),
        "{before}"
    );
    fs::write(place.join("pool.toml"), &file.body).unwrap();
    let own = place.join("runbooks/site-failover-hardened-own.toml");
    fs::write(own, &runbook.body).unwrap();
    let shown = poolproof_in(&place, &["show", "pool.toml"]);
    assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    let shown = stdout(&shown);
    assert!(shown.contains("mirroring.witness = none"), "{shown}");
    assert!(
        shown.contains("site-failover-hardened-own.step.14.duration"),
        "{shown}"
    );
}

/// The reference file has searches of millions of states: nobody waits for them.
#[test]
fn cancelled_work_stops_at_once() {
    let server = Server::start(&[REFERENCE]);
    let first = server.run(&json!({"changes": {}}));
    let mut events = server.events(first);
    assert!(events.any(|(name, _)| name == "answer"));
    let begun = Stopwatch::start();
    let cancelled = server.ask("DELETE", &format!("api/runs/{first}"), &[], "");
    assert_eq!(cancelled.status, 204);
    let rest: Vec<_> = events.collect();
    assert_eq!(names(&rest).last(), Some(&"cancelled"));
    assert!(begun.elapsed() < Duration::from_secs(5));
    // The next question finds the threads free, and ends the one before it by itself.
    let second = server.run(&json!({"changes": {"set": [["mirroring.witness", "none"]]}}));
    let begun = Stopwatch::start();
    let third = server.run(&json!({"changes": {"set": [["log_shipping.share", "DC2"]]}}));
    let mut events = server.events(third);
    assert!(events.any(|(name, _)| name == "answer"));
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(server.get(&format!("api/runs/{second}/events")).status, 404);
    let unfinished = server.get(&format!("api/runs/{third}/result.json"));
    assert_eq!(
        unfinished.status, 404,
        "only a complete result is taken home"
    );
}

/// A page that is closed needs no answer.
#[test]
fn work_that_nobody_listens_to_ends() {
    let server = Server::start(&[REFERENCE]);
    let run = server.run(&json!({"changes": {}}));
    let mut events = server.events(run);
    assert!(events.any(|(name, _)| name == "answer"));
    drop(events);
    std::thread::sleep(Duration::from_secs(12));
    let rest = server.all_events(run);
    assert_eq!(names(&rest).last(), Some(&"cancelled"));
}

#[test]
fn a_state_that_was_answered_is_shown_again_at_once() {
    let server = Server::start(&[H01]);
    let question = json!({"changes": few_trials()});
    let run = server.run(&question);
    let events = server.all_events(run);
    let other = server.run(&json!({"changes": {"set": [["simulate.trials", "400"]]}}));
    assert_ne!(other, run);
    assert_eq!(server.run(&question), run);
    assert_eq!(server.all_events(run), events);
}

#[test]
fn a_change_that_is_wrong_says_where_and_why() {
    let server = Server::start(&[H01]);
    let wrong = json!({"set": [["log_shipping.copy_interval", "15 parsecs"]]});
    let answer = server.post("api/runs", &json!({"changes": wrong}));
    assert_eq!(answer.status, 422);
    let mistake = &answer.json()["mistakes"][0];
    assert_eq!(mistake["key"], "log_shipping.copy_interval");
    assert!(
        mistake["message"].as_str().unwrap().contains("parsecs"),
        "{mistake}"
    );
    // A rule of the handbook is named, so that the page can offer to allow it.
    let third = json!(["mirroring.witness", "third"]);
    let answer = server.post("api/view", &json!({"set": [third]}));
    assert_eq!(
        answer.json()["mistakes"][0]["rule"],
        "V5",
        "{}",
        answer.body
    );
    let allowed = json!({"set": [third, ["allow.rules", "[\"V5\"]"]]});
    assert_eq!(server.post("api/view", &allowed).status, 200);
    let forbidden = json!({"set": [["check.faults", "0"]]});
    let answer = server.post("api/view", &forbidden);
    assert_eq!(answer.status, 422);
    let error = answer.json()["error"].clone();
    assert_eq!(error, "`check.faults` cannot be changed on this page");
}

/// Whatever a scenario says is text, on the page and in all that it opens.
#[test]
fn texts_of_a_hostile_scenario_are_no_markup() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-hostile");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).unwrap();
    let original = fs::read_to_string(H01).unwrap();
    let base: PathBuf = Path::new(REFERENCE).canonicalize().unwrap();
    let mut text = original.replace("../lync-2013-lbw.toml", &base.display().to_string());
    let title = "title = \"<script>alert(1)</script><img src=x onerror=alert(2)>\"";
    let line = text.lines().find(|line| line.starts_with("title")).unwrap();
    text = text.replace(line, title);
    fs::write(place.join("hostile.toml"), text).unwrap();
    let server = Server::start_in(&place, &["hostile.toml"]);
    let run = server.run(&json!({"changes": few_trials()}));
    server.all_events(run);
    for page in ["report", "player/0/0"] {
        let page = server.get(&format!("api/runs/{run}/{page}"));
        assert_eq!(page.status, 200);
        for markup in ["<script>alert", "<img"] {
            assert!(!page.body.contains(markup), "{markup}");
        }
    }
    // The page itself makes text nodes only.
    for file in [
        "app.js",
        "dom.js",
        "answer.js",
        "charts.js",
        "picture.js",
        "values.js",
    ] {
        let script = server.get(file).body;
        for sink in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!script.contains(sink), "{file} uses {sink}");
        }
    }
}

/// Ctrl-C ends it at once, with the code for it.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_server() {
    let mut server = Server::start(&[REFERENCE]);
    server.run(&json!({"changes": {}}));
    let number = server.child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &number])
        .status();
    assert!(sent.unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(130));
}

#[test]
fn its_help_says_that_nothing_is_written() {
    let help = printed(&["serve", "--help"]);
    assert!(help.contains("Nothing is written"), "{help}");
}
