//! The promise to machines: over several scenarios each format is one valid text, a file that is
//! refused hides no result of another, and every format judges as the exit code does.

use std::fs;
use std::path::Path;

use poolproof_reports::diagnostics::Diagnostics;
use poolproof_reports::document::ResultDocument;
use serde_json::Value;

use crate::support::program::command;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";
const H02: &str = "scenarios/hazards/H-02-primary-not-fenced.toml";
/// It has two unknown keys.
const INVALID: &str = "scenarios/invalid/unknown-key.toml";
const LBW: &str = "scenarios/lync-2013-lbw.toml";

struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run_in(directory: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let output = command(arguments)
        .current_dir(directory)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(arguments: &[&str]) -> Run {
    run_in(Path::new("."), arguments, &[])
}

/// One scenario as expected, one that is refused, one that differs.
fn three(format: &str) -> Run {
    let differs = [
        "--set",
        "expect.SB=violated",
        "--set",
        "expect.fires=[\"share-loss\"]",
    ];
    let run = run(&[
        &["check", H01, INVALID, H02, "--format", format],
        &differs[..],
    ]
    .concat());
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("error[E0020]"),
        "people read it on stderr: {}",
        run.stderr
    );
    run
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn json_is_one_document_or_an_array_of_them() {
    let one = run(&["check", H01, "--format", "json"]);
    assert!(ResultDocument::parse(&one.stdout).is_ok());
    let refused = run(&["check", INVALID, "--format", "json"]);
    let read: Diagnostics = serde_json::from_str(&refused.stdout).unwrap();
    assert!(!read.valid && refused.code == 3);

    let all = parsed(&three("json").stdout);
    let all = all.as_array().expect("an array");
    let schemas: Vec<_> = all
        .iter()
        .map(|one| one["schema"].as_str().unwrap())
        .collect();
    let (result, diagnostics) = ("poolproof/result/v2", "poolproof/diagnostics/v1");
    assert_eq!(schemas, [result, diagnostics, result]);
    assert_eq!(all[1]["scenario"], INVALID);
    for index in [0, 2] {
        assert!(ResultDocument::parse(&all[index].to_string()).is_ok());
    }
}

#[test]
fn junit_has_a_suite_for_every_scenario() {
    let text = three("junit").stdout;
    let report = quick_junit::Report::deserialize_from_str(&text).expect("JUnit XML");
    let suites: Vec<_> = report
        .test_suites
        .iter()
        .map(|suite| suite.name.as_str())
        .collect();
    let names = [
        "H-01-failover-during-partition",
        INVALID,
        "H-02-primary-not-fenced",
    ];
    assert_eq!(suites, names);
    // Neither file lets the share be lost: the event that has to fire never does.
    let bad: Vec<_> = report
        .test_suites
        .iter()
        .map(|s| (s.failures, s.errors))
        .collect();
    assert_eq!(bad, [(1, 0), (0, 2), (1, 0)], "{text}");
}

#[test]
fn sarif_is_one_log_with_every_finding_at_its_file() {
    let log = parsed(&three("sarif").stdout);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let place = |result: &Value| {
        let physical = &result["locations"][0]["physicalLocation"];
        let line = physical["region"]["startLine"].as_u64();
        let uri = physical["artifactLocation"]["uri"]
            .as_str()
            .unwrap()
            .to_owned();
        (result["ruleId"].as_str().unwrap().to_owned(), uri, line)
    };
    let places: Vec<_> = results.iter().map(place).collect();
    let at = |rule: &str, file: &str, line| (rule.to_owned(), file.to_owned(), Some(line));
    assert_eq!(places[0], at("event", H01, 1));
    for place in &places[1..3] {
        assert_eq!((&*place.0, &*place.1), ("E0020", INVALID));
        assert!(place.2.is_some_and(|line| line > 1));
    }
    assert_eq!(places[3..], [at("event", H02, 1)]);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}

#[test]
fn markdown_has_a_section_for_every_scenario() {
    let text = three("markdown").stdout;
    let heads: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("## "))
        .collect();
    assert_eq!(heads.len(), 3, "{heads:?}");
    assert!(heads[1].contains("refused"), "{heads:?}");
    assert!(text.contains("unknown key") && text.contains("never fires, expected: fires"));
}

#[test]
fn github_annotates_from_the_root_of_the_repository_and_adds_a_summary() {
    let directory = tempfile::tempdir().unwrap();
    let summary = directory.path().join("summary.md");
    fs::write(&summary, "before\n").unwrap();
    let root = fs::canonicalize(".").unwrap();
    let environment = [
        ("GITHUB_WORKSPACE", root.to_str().unwrap()),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
    ];
    let arguments = [
        "check",
        "hazards/H-01-failover-during-partition.toml",
        "invalid/unknown-key.toml",
        "lync-2013-lbw.toml",
        "--format",
        "github",
        "--set",
        "check.states_limit=1000",
    ];
    let run = run_in(Path::new("scenarios"), &arguments, &environment);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let lines: Vec<_> = run.stdout.lines().collect();
    let (errors, warnings): (Vec<&str>, Vec<&str>) =
        lines.iter().partition(|line| line.starts_with("::error "));
    assert_eq!(errors.len(), 2);
    let start = format!("::error file={INVALID},line=");
    assert!(
        errors.iter().all(|line| line.starts_with(&start)),
        "{errors:?}"
    );
    for file in [H01, LBW] {
        let start = format!("::warning file={file},line=1,title=");
        assert!(
            warnings.iter().any(|line| line.starts_with(&start)),
            "{file}: {lines:?}"
        );
    }
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("before\n## H-01"), "nothing is replaced");
    assert_eq!(text.matches("\n## ").count(), 3);
    assert!(run.stdout.matches("## ").count() == 0);

    let nowhere = [("GITHUB_STEP_SUMMARY", "scenarios")];
    let run = run_in(
        Path::new("."),
        &["check", H01, "--format", "github"],
        &nowhere,
    );
    assert_eq!(
        run.code, 74,
        "a summary that cannot be written: {}",
        run.stderr
    );
}

#[test]
fn figures_of_all_scenarios_are_one_table() {
    let few = [
        "--set",
        "simulate.trials=100",
        "--set",
        "simulate.drill_trials=100",
    ];
    let arguments = [
        "simulate",
        LBW,
        INVALID,
        "scenarios/lync-2013-hbw.toml",
        "--format",
        "csv",
    ];
    let run = run(&[&arguments[..], &few].concat());
    assert_eq!(run.code, 3);
    let mut lines = run.stdout.lines();
    let head = "scenario,column,figure,statistic,value,low,high,confidence,n";
    assert_eq!(lines.next(), Some(head));
    let names: Vec<_> = lines.map(|line| line.split(',').next().unwrap()).collect();
    // Six of the whole, eight of incidents by length, 15 in each of three columns, and four of each
    // phase in two of them.
    let each = 6 + 8 + 3 * 15 + 2 * 5 * 4;
    assert_eq!(names.len(), 2 * each);
    assert!(names[..each].iter().all(|name| *name == "lync-2013-lbw"));
    assert!(names[each..].iter().all(|name| *name == "lync-2013-hbw"));
}

#[test]
fn diagnostics_have_the_places_that_people_read() {
    let human = run(&["validate", INVALID, LBW]);
    let json = run(&["validate", INVALID, LBW, "--format", "json"]);
    let sarif = run(&["validate", INVALID, LBW, "--format", "sarif"]);
    let github = run(&["validate", INVALID, LBW, "--format", "github"]);
    for run in [&human, &json, &sarif, &github] {
        assert_eq!(run.code, 3);
    }
    let read: Vec<Diagnostics> = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        read.iter().map(|one| one.valid).collect::<Vec<_>>(),
        [false, true]
    );
    let found: Vec<_> = read.iter().flat_map(|one| &one.diagnostics).collect();
    assert!(found.len() >= 2);
    let results = parsed(&sarif.stdout)["runs"][0]["results"]
        .as_array()
        .unwrap()
        .clone();
    let annotations: Vec<_> = github.stdout.lines().collect();
    assert_eq!(
        (results.len(), annotations.len()),
        (found.len(), found.len())
    );
    for ((one, result), annotation) in found.iter().zip(&results).zip(annotations) {
        let (line, column) = (one.line.unwrap(), one.column.unwrap());
        let place = format!("{}:{line}:{column}", one.file);
        assert!(human.stderr.contains(&place), "{place}");
        assert!(
            human
                .stderr
                .contains(&format!("[{}]: {}", one.code, one.message))
        );
        assert!(!one.meaning.is_empty());
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!(
            (region["startLine"].as_u64(), region["startColumn"].as_u64()),
            (one.line, one.column)
        );
        assert!(annotation.contains(&format!("file={},line={line},col={column},", one.file)));
    }
    assert_eq!(run(&["validate", LBW, "--format", "junit"]).code, 2);
    assert_eq!(run(&["check", LBW, "--format", "csv"]).code, 2);
}

/// How many results each format calls wrong, and how many undecided.
#[test]
fn every_format_judges_as_the_exit_code_does() {
    let fires = "expect.fires=[\"automatic-failover\"]";
    let never = "expect.unreachable=[\"failover-to-dc2\"]";
    let cases: [(&str, &[&str], i32); 5] = [
        (H01, &[], 0),
        (H01, &["--set", "expect.SB=holds"], 1),
        (H01, &["--set", never], 1),
        (H01, &["--set", fires], 1),
        (LBW, &["--set", "check.states_limit=1000"], 4),
    ];
    for (scenario, more, code) in cases {
        let with = |format: &str| {
            let run = run(&[&["check", scenario, "--format", format], more].concat());
            assert_eq!(run.code, code, "{more:?}: {}", run.stderr);
            run.stdout
        };
        let junit = with("junit");
        let junit = quick_junit::Report::deserialize_from_str(&junit).expect("JUnit XML");
        let counts = (junit.failures, junit.errors);
        assert_eq!(
            (counts.0 > 0, counts.1 > 0),
            (code == 1, code == 4),
            "{more:?}"
        );
        let sarif = parsed(&with("sarif"));
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        let level = |name: &str| results.iter().filter(|r| r["level"] == name).count();
        assert_eq!((level("error"), level("warning")), counts, "{more:?}");
        let github = with("github");
        let lines = |start: &str| github.lines().filter(|l| l.starts_with(start)).count();
        assert_eq!((lines("::error "), lines("::warning ")), counts, "{more:?}");
        let markdown = with("markdown");
        assert_eq!(
            (
                markdown.matches('❌').count(),
                markdown.matches('❔').count()
            ),
            counts
        );
        let human = with("human");
        assert_eq!(human.contains(", expected: "), code != 0, "{human}");
    }
}
