//! The promise of `serve` about several states at once: what is compared, swept and advised on the
//! page is what the command beside it gives, and a change ends it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::program::{stderr, stdout};
use crate::support::server::Server;
use crate::support::shell::shell;

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const OBJECTIVE: &str = "['given_site_loss.data_lost.p95 <= \"24min\"']";

/// Few trials of the reference.
fn few(more: &[[&str; 2]]) -> Value {
    let base = [
        ["simulate.trials", "200"],
        ["simulate.drill_trials", "200"],
        ["simulate.horizon", "30d"],
    ];
    let set = [&base[..], more].concat();
    json!({ "set": set })
}

/// Asks, and returns the number of the run, the answer and the names of its events.
fn studied(server: &Server, changes: &Value, study: &Value) -> (u64, Value, Vec<String>) {
    let answer = server.post("api/studies", &json!({"changes": changes, "study": study}));
    assert_eq!(answer.status, 202, "{}", answer.body);
    let run = answer.json()["run"].as_u64().unwrap();
    let events = server.all_events(run);
    let names = events.iter().map(|(name, _)| name.clone());
    let names = names.filter(|name| name != "progress").collect();
    let last = events.iter().rev().find(|(name, _)| name == "study");
    let last = last.map_or(Value::Null, |(_, data)| data.clone());
    (run, last, names)
}

fn command(found: &Value) -> &str {
    found["evidence"]["command"].as_str().unwrap()
}

#[test]
fn a_sweep_grows_and_is_that_of_the_command() {
    let server = Server::start(&[LBW]);
    let range = json!({"path": "log_shipping.backup_interval", "low": "5min", "high": "15min",
        "points": 3});
    let study = json!({"kind": "sweep", "ranges": [range]});
    let (run, found, names) = studied(&server, &few(&[]), &study);
    assert_eq!(names, ["study", "study", "study", "study", "done"]);
    assert_eq!(found["evidence"]["rows"].as_array().unwrap().len(), 3);
    let output = shell(&format!("{} --format json", command(&found)), ".".as_ref())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let page = server.get(&format!("api/runs/{run}/sweep.json"));
    assert_eq!(page.body, stdout(&output));
    for (chart, title) in found["evidence"]["charts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one[0].as_str().unwrap(), one[1].as_str().unwrap()))
    {
        let drawn = server.get(&format!("api/runs/{run}/{chart}"));
        assert!(drawn.body.contains("<svg"), "{title}");
        assert!(drawn.head.contains("image/svg+xml"), "{}", drawn.head);
    }
}

#[test]
fn a_comparison_is_that_of_the_files_that_are_taken_home() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-compared");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).unwrap();
    let reference = Path::new(LBW).canonicalize().unwrap();
    let base = format!("extends = \"{}\" # kept\n", reference.display());
    fs::write(place.join("pool.toml"), base).unwrap();
    let server = Server::start_in(&place, &["pool.toml"]);
    let variant = |label: &str, changes: Value| json!({"label": label, "changes": changes});
    let hostile = "<img src=x onerror=alert(1)>";
    let variants = json!([
        variant("as it is", few(&[])),
        variant(hostile, few(&[["log_shipping.share", "DC2"]]))
    ]);
    let study = json!({"kind": "compare", "variants": variants});
    let (run, found, names) = studied(&server, &json!({}), &study);
    assert_eq!(names, ["study", "study", "done"]);
    for (index, name) in ["pool-1.toml", "pool-2.toml"].iter().enumerate() {
        let text = server.get(&format!("api/runs/{run}/variants/{index}")).body;
        assert!(text.contains("# kept"), "{text}");
        fs::write(place.join(name), text).unwrap();
    }
    let typed = format!("{} --format json", command(&found));
    let output = shell(&typed, &place).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let typed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let page = server
        .get(&format!("api/runs/{run}/comparison.json"))
        .json();
    assert_eq!(page["figures"], typed["figures"]);
    // Text stays text.
    let report = server.get(&format!("api/runs/{run}/index.html"));
    assert!(!report.body.contains(hostile) && report.head.contains("; sandbox"));
}

#[test]
fn advice_is_that_of_the_command() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-advised");
    let _ = fs::remove_dir_all(&place);
    fs::create_dir_all(&place).unwrap();
    let reference = Path::new(LBW).canonicalize().unwrap();
    let text = format!(
        "extends = \"{}\"\n[check]\nfaults = 1\nmistakes = 0\n[[decisions]]\n\
         key = \"log_shipping.share\"\nvalues = [\"DC2\"]\n",
        reference.display()
    );
    fs::write(place.join("pool.toml"), text).unwrap();
    let server = Server::start_in(&place, &["pool.toml"]);
    let changes = few(&[["expect.objectives", OBJECTIVE]]);
    let (run, found, names) = studied(&server, &changes, &json!({"kind": "advise"}));
    assert_eq!(names, ["study", "done"]);
    let answer = found["evidence"]["answer"][0].as_str().unwrap();
    assert_eq!(answer, "Choose [1]: log_shipping.share = DC2.");
    let typed = format!("{} --format json", command(&found));
    let output = shell(&typed, &place).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let page = server.get(&format!("api/runs/{run}/advice.json"));
    assert_eq!(page.body, stdout(&output));
}

#[test]
fn a_change_ends_it_and_limits_hold() {
    let server = Server::start(&[LBW]);
    let changes = json!({"set": [["expect.objectives", OBJECTIVE]]});
    let advise = json!({"changes": changes, "study": {"kind": "advise"}});
    let run = server.post("api/studies", &advise).json()["run"].clone();
    let mut events = server.events(run.as_u64().unwrap());
    server.run(&json!({"changes": few(&[])}));
    let last = events.by_ref().last();
    assert_eq!(last.map(|(name, _)| name).as_deref(), Some("cancelled"));
    let range = json!({"path": "log_shipping.copy_interval", "low": "5min", "high": "9min",
        "points": 3});
    let variant = json!({"label": "a", "changes": {}});
    let with = |key: &str, value: &str| {
        let mut range = range.clone();
        range[key] = json!(value);
        json!([range])
    };
    for (study, why) in [
        (
            json!({"kind": "compare", "variants": vec![variant.clone(); 7]}),
            "2 to 6",
        ),
        (json!({"kind": "compare", "variants": [variant]}), "2 to 6"),
        (json!({"kind": "sweep", "ranges": []}), "one value or two"),
        (
            json!({"kind": "sweep", "ranges": with("path", "check.faults")}),
            "check.faults",
        ),
        (
            json!({"kind": "sweep", "ranges": with("high", "soon")}),
            "durations",
        ),
    ] {
        let answer = server.post("api/studies", &json!({"changes": {}, "study": study}));
        assert_eq!(answer.status, 422, "{study}: {}", answer.body);
        assert!(answer.body.contains(why), "{study}: {}", answer.body);
    }
    let unknown = json!({"changes": {}, "study": {"kind": "sing"}});
    assert_eq!(server.post("api/studies", &unknown).status, 400);
    assert_eq!(server.get("api/studies").status, 405);
}
