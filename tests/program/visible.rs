//! The promise that no text of a scenario reaches a terminal, a page or a drawing as anything but
//! text: one hostile scenario, and every output that there is.

use std::fs;
use std::path::Path;
use std::process::Output;

use quick_junit::Report;
use serde_json::Value;

use crate::support::program::poolproof_in;
use crate::support::tree::tree;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// What a terminal obeys, what XML cannot hold, what turns the direction of a text, and markup.
const HOSTILE: &str =
    "\u{1b}]0;title\u{7}\u{1b}[31mred\u{9b}1m\r\u{1}\u{7f}\u{202e}\u{ffff}<b>&\"'";

/// Whether a character is a control that is not the end of a line or a tab, or worse.
fn is_hidden(letter: char) -> bool {
    let control = letter.is_control() && !matches!(letter, '\n' | '\t');
    control || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{ffff}')
}

fn assert_visible(what: &str, bytes: &[u8]) {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    if let Some((at, letter)) = text.char_indices().find(|(_, letter)| is_hidden(*letter)) {
        let (from, to) = (text.floor_char_boundary(at.saturating_sub(60)), at);
        panic!("{what} has {letter:?} after {:?}", &text[from..to]);
    }
}

/// A scenario whose texts are hostile, as far as they are free.
fn hostile(at: &Path) {
    let base = fs::canonicalize(H01).unwrap();
    let text = toml::Value::String(HOSTILE.to_owned()).to_string();
    let scenario = format!(
        "extends = {:?}\ntitle = {text}\ndescription = {text}\n\
         pool.dc1.time_zone = {text}\npool.dc2.time_zone = {text}\npool.domain = {text}\n\
         allow.rules = [\"V31\", \"V35\"]\n\
         [[check.budgets]]\nname = {text}\nfaults = 2\n",
        base.display().to_string()
    );
    fs::write(at.join("hostile.toml"), scenario).unwrap();
    let wrong = format!("extends = {text}\n[pool]\n{text} = {text}\n");
    fs::write(at.join("wrong.toml"), wrong).unwrap();
}

#[test]
fn no_output_has_a_control_character_of_a_hostile_scenario() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    hostile(at);
    let few = [
        "--set",
        "simulate.trials=100",
        "--set",
        "simulate.drill_trials=100",
    ];
    let set = format!("title={HOSTILE}");
    let runs: [&[&str]; 24] = [
        &["evaluate", "hostile.toml"],
        &["check", "hostile.toml", "--format", "json"],
        &["simulate", "hostile.toml", "--format", "csv"],
        &["check", "hostile.toml", "--format", "junit"],
        &["check", "hostile.toml", "--format", "sarif"],
        &[
            "check",
            "hostile.toml",
            "--format",
            "github",
            "--set",
            "expect.SB=holds",
        ],
        &["check", "hostile.toml", "--format", "markdown"],
        &["simulate", "hostile.toml"],
        &["check", "hostile.toml"],
        &["cuts", "hostile.toml"],
        &["cuts", "hostile.toml", "--format", "csv"],
        &["cuts", "hostile.toml", "--format", "json"],
        &[
            "compare",
            "hostile.toml",
            "hostile.toml",
            "--out",
            "compared",
        ],
        &[
            "compare",
            "hostile.toml",
            "hostile.toml",
            "--format",
            "markdown",
        ],
        &[
            "sweep",
            "hostile.toml",
            "--grid",
            "log_shipping.backup_interval=5min",
            "--out",
            "swept",
        ],
        &["explain", "hostile.toml", "--html", "page.html"],
        &["explain", "hostile.toml", "--mermaid"],
        &["explain", "hostile.toml", "--format", "json"],
        &["show", "hostile.toml"],
        &["show", "hostile.toml", "--set", &set],
        &["replay", "trace.json", "--scenario", "hostile.toml"],
        &["report", "out/hostile/result.json", "--out", "again"],
        &["validate", "wrong.toml"],
        &["validate", "wrong.toml", "--format", "json"],
    ];
    for words in runs {
        let more = !matches!(words[0], "report" | "validate");
        if words[0] == "replay" {
            let traces = tree(&at.join("out/hostile/traces"));
            let trace = traces.into_values().next().expect("a violation");
            fs::write(at.join("trace.json"), trace).unwrap();
        }
        let words = [words, if more { &few[..] } else { &[] }].concat();
        let output: Output = poolproof_in(at, &words);
        let code = output.status.code();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            matches!(code, Some(0 | 1 | 3)),
            "{words:?}: {code:?} {said}"
        );
        assert_visible(&format!("stdout of {words:?}"), &output.stdout);
        assert_visible(&format!("stderr of {words:?}"), &output.stderr);
        if words.contains(&"junit") {
            let xml = String::from_utf8(output.stdout).unwrap();
            assert!(Report::deserialize_from_str(&xml).is_ok(), "{xml}");
        } else if words.contains(&"json") || words.contains(&"sarif") {
            assert!(serde_json::from_slice::<Value>(&output.stdout).is_ok());
        }
    }
    let mut drawings = 0;
    for (path, bytes) in tree(at) {
        let is_ours = !matches!(path.to_str(), Some("hostile.toml" | "wrong.toml"));
        if is_ours && path.extension().is_some_and(|ending| ending != "png") {
            assert_visible(&path.display().to_string(), &bytes);
        }
        drawings += usize::from(path.extension().is_some_and(|ending| ending == "svg"));
    }
    assert!(drawings > 10, "{drawings}");
    let result = fs::read(at.join("out/hostile/result.json")).unwrap();
    let result: Value = serde_json::from_slice(&result).unwrap();
    assert_eq!(
        result["scenario"]["title"], HOSTILE,
        "JSON says what stands there"
    );
}
