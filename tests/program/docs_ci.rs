//! The promise of `docs/ci.md`: its workflows are well-formed, and what they run works.

use std::fs;
use std::path::Path;

use poolproof::cli::exit::Exit;
use saphyr::{LoadableYamlNode, Yaml};
use tempfile::TempDir;

use crate::support::program::poolproof;
use crate::support::shell::shell;

fn page() -> String {
    fs::read_to_string("docs/ci.md").unwrap()
}

/// The code block behind `<!-- workflow: NAME -->`.
fn workflow(name: &str) -> String {
    let page = page();
    let marker = format!("<!-- workflow: {name} -->\n```");
    let (_, rest) = page.split_once(&marker).expect("the workflow is there");
    let (_, block) = rest.split_once('\n').unwrap();
    block.split_once("\n```").unwrap().0.to_owned()
}

fn yaml(name: &str) -> Yaml<'static> {
    let text: &'static str = workflow(name).leak();
    let mut documents = Yaml::load_from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(documents.len(), 1, "{name}");
    documents.remove(0)
}

/// A place with two small scenarios, as a user's repository has them.
fn repository() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let scenarios = directory.path().join("scenarios");
    fs::create_dir(&scenarios).unwrap();
    let library = fs::canonicalize("scenarios").unwrap();
    for (name, of) in [("pool", "lync-2013-lbw"), ("other", "lync-2013-hbw")] {
        let text = format!(
            "extends = '{}'\n\n[check]\nfaults = 1\n\n[simulate]\ntrials = 200\n\
             drill_trials = 200\n\n[expect]\nfires = [\"automatic-failover\", \"crash\"]\n",
            library.join(of).with_extension("toml").display()
        );
        fs::write(scenarios.join(name).with_extension("toml"), text).unwrap();
    }
    directory
}

/// Runs a command of the page in a user's repository, and returns its exit code.
fn run(command: &str, directory: &Path) -> Option<i32> {
    let output = shell(command, directory)
        .env("GITHUB_WORKSPACE", directory)
        .env("GITHUB_STEP_SUMMARY", directory.join("summary.md"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() || !stderr.contains("error"),
        "{command}: {stderr}"
    );
    output.status.code()
}

fn read(directory: &TempDir, name: &str) -> String {
    let path = directory.path().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The scripts of the steps of a job.
fn scripts(steps: &Yaml<'static>) -> Vec<String> {
    let steps = steps.as_vec().expect("a list of steps");
    for step in steps {
        let mapping = step.as_mapping().expect("a step is a table");
        let known = mapping.keys().filter_map(Yaml::as_str);
        let known: Vec<&str> = known.collect();
        assert!(
            known.contains(&"uses") != known.contains(&"run"),
            "{known:?}"
        );
    }
    let run = |step: &Yaml<'static>| step.as_mapping_get("run")?.as_str().map(str::to_owned);
    steps.iter().filter_map(run).collect()
}

#[cfg(unix)]
#[test]
fn the_github_workflow_runs() {
    let workflow = yaml("github");
    for key in ["name", "on", "permissions", "jobs"] {
        assert!(workflow.as_mapping_get(key).is_some(), "{key}");
    }
    let job = &workflow["jobs"]["poolproof"];
    assert_eq!(job["runs-on"].as_str(), Some("ubuntu-latest"));
    let scripts = scripts(&job["steps"]);
    let (ours, others): (Vec<_>, Vec<_>) = scripts
        .iter()
        .partition(|script| script.starts_with("poolproof "));
    assert_eq!((ours.len(), others.len()), (4, 2), "{scripts:?}");
    assert!(
        others
            .iter()
            .any(|script| *script == "cargo install --locked --path .")
    );

    let repository = repository();
    for script in ours {
        assert_eq!(run(script, repository.path()), Some(0), "{script}");
    }
    let sarif: serde_json::Value =
        serde_json::from_str(&read(&repository, "poolproof.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    for report in ["report.md", "summary.md"] {
        let text = read(&repository, report);
        assert!(
            text.contains("## pool: ") && text.contains("## other: "),
            "{report}"
        );
    }
    assert!(read(&repository, "report/pool/index.html").contains("</html>"));
}

#[cfg(unix)]
#[test]
fn the_other_workflows_run() {
    let own = yaml("github-own-repository");
    let own = scripts(&own);
    assert_eq!(own.len(), 2, "{own:?}");
    assert_eq!(own[1], "cargo install --locked --path poolproof");

    let gitlab = yaml("gitlab");
    let lines = gitlab["poolproof"]["script"].as_vec().unwrap();
    let mut commands: Vec<String> = lines
        .iter()
        .map(|l| l.as_str().unwrap().to_owned())
        .collect();
    let jenkins = workflow("jenkins");
    commands.extend(jenkins.split("sh '").skip(1).map(|rest| {
        let (command, _) = rest.split_once('\'').unwrap();
        command.to_owned()
    }));
    let repository = repository();
    let (ours, others): (Vec<_>, Vec<_>) = commands
        .iter()
        .partition(|command| command.starts_with("poolproof "));
    assert_eq!((ours.len(), others.len()), (3, 2), "{commands:?}");
    for command in ours {
        assert_eq!(run(command, repository.path()), Some(0), "{command}");
    }
    assert!(read(&repository, "junit.xml").contains("<testsuite name=\"pool\""));
}

/// The commands of the page that stand alone.
#[cfg(unix)]
#[test]
fn every_command_runs() {
    let page = page();
    let repository = repository();
    let blocks = page.split("```sh\n").skip(1);
    let lines: Vec<&str> = blocks
        .flat_map(|block| block.split("```").next().unwrap().lines())
        .collect();
    assert!(!lines.is_empty());
    for line in lines {
        assert_eq!(run(line, repository.path()), Some(0), "{line}");
    }
}

#[test]
fn the_expectations_are_those_of_the_file_format() {
    let page = page();
    let block = page.split("```toml\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let repository = repository();
    let file = repository.path().join("scenarios/pool.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (before, _) = text.split_once("[expect]").unwrap();
    fs::write(
        &file,
        format!("{before}[operators]\nsite_failback = \"none\"\n{block}"),
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let out = repository.path().join("out");
    let output = poolproof(&["evaluate", file, "--out", out.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("unreachable goal"), "{said}");
}

/// The versions that run on Node 24: GitHub's runners have no earlier one any more. An action that
/// is not listed has none of its own.
const ACTIONS: [(&str, &str); 8] = [
    ("actions/checkout", "v7"),
    ("actions/cache", "v6"),
    ("actions/upload-artifact", "v7"),
    ("actions/download-artifact", "v8"),
    ("github/codeql-action/upload-sarif", "v4"),
    ("PyO3/maturin-action", "v1"),
    // Of this repository.
    ("./", ""),
    ("OWNER/poolproof", "v0.1.0"),
];

#[test]
fn the_workflows_use_the_actions_of_today() {
    let mut used = 0;
    for place in [
        "docs/ci.md",
        "docs/install.md",
        ".github/workflows/release.yml",
        "action.yml",
    ] {
        let text = fs::read_to_string(place).unwrap();
        let lines = text.lines().map(|line| line.trim_start_matches([' ', '-']));
        for action in lines.filter_map(|line| line.strip_prefix("uses: ")) {
            let (name, version) = action.split_once('@').unwrap_or((action, ""));
            assert!(ACTIONS.contains(&(name, version)), "{place}: {action}");
            used += 1;
        }
    }
    assert!(used >= 15, "only {used} are found");
}

#[test]
fn the_table_has_every_exit_code() {
    let page = page();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    let codes: Vec<u8> = rows
        .filter_map(|row| row.split(' ').next()?.parse().ok())
        .collect();
    let mut known: Vec<u8> = Exit::BY_RANK.iter().map(|exit| exit.code()).collect();
    known.sort_unstable();
    assert_eq!(codes, known);
    let order: Vec<String> = Exit::BY_RANK[1..]
        .iter()
        .map(|exit| exit.code().to_string())
        .collect();
    assert!(page.contains(&format!("the worst counts: {}.", order.join(", "))));
}
