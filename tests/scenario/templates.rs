//! The promise of `poolproof init`: a template validates without a warning, comes with all that it
//! names, gives the verdicts that it expects, and nothing that is there is ever overwritten.

use std::fs;

use poolproof::scenario::templates::Template;
use poolproof::scenario::{load, schema};

use crate::support::program::poolproof_in;
use crate::support::tree::tree;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn every_template_validates_cleanly_and_evaluates_as_expected() {
    for template in Template::ALL {
        let name = template.name();
        let directory = tempfile::tempdir().unwrap();
        let run = poolproof_in(directory.path(), &["init", "--template", name]);
        assert_eq!(run.status.code(), Some(0), "{name}: {}", text(&run.stderr));
        let path = directory.path().join("pool.toml");
        let loaded = load(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(loaded.warnings.is_empty(), "{name}: {:?}", loaded.warnings);
        let few = [
            "evaluate",
            "pool.toml",
            "--set",
            "simulate.trials=100",
            "--set",
            "simulate.drill_trials=100",
        ];
        let run = poolproof_in(directory.path(), &few);
        assert_eq!(run.status.code(), Some(0), "{name}: {}", text(&run.stdout));
    }
}

#[test]
fn a_template_knows_its_schema_and_brings_its_runbooks() {
    for template in Template::ALL {
        let text = template.text();
        let schema_line = format!("#:schema ./{}\n", schema::SCENARIO_FILE);
        assert!(text.starts_with(&schema_line), "{}", template.name());
        assert!(text.lines().all(|line| line.chars().count() <= 200));
    }
    let directory = tempfile::tempdir().unwrap();
    poolproof_in(
        directory.path(),
        &["init", "--template", "no-witness", "new/chat.toml"],
    );
    let made = directory.path().join("new");
    let stored = fs::read_to_string(made.join(schema::SCENARIO_FILE)).unwrap();
    assert_eq!(stored, schema::of_scenarios());
    let stored = fs::read_to_string(made.join(schema::RUNBOOK_FILE)).unwrap();
    assert_eq!(stored, schema::of_runbooks());
    // Documented and hardened, whichever the template uses.
    let runbooks: Vec<_> = fs::read_dir(made.join("runbooks")).unwrap().collect();
    assert_eq!(runbooks.len(), 9);
    for runbook in runbooks {
        let text = fs::read_to_string(runbook.unwrap().path()).unwrap();
        let schema_line = format!("#:schema ../{}\n", schema::RUNBOOK_FILE);
        assert!(text.starts_with(&schema_line));
    }
    assert!(load(&made.join("chat.toml")).is_ok());
}

/// Exit status 74: writing failed, because the output exists.
#[test]
fn nothing_is_overwritten_and_nothing_is_written_then() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    assert_eq!(poolproof_in(root, &["init"]).status.code(), Some(0));
    let before = tree(root);
    let run = poolproof_in(root, &["init"]);
    assert_eq!(run.status.code(), Some(74));
    assert!(text(&run.stderr).contains("pool.toml exists and is not overwritten"));
    assert_eq!(tree(root), before);

    // A second scenario shares runbooks and schema with the first, unless they were changed.
    assert_eq!(
        poolproof_in(root, &["init", "second.toml"]).status.code(),
        Some(0)
    );
    let runbook = root.join("runbooks/site-failover-documented.toml");
    fs::write(&runbook, "# mine\n").unwrap();
    let before = tree(root);
    let run = poolproof_in(root, &["init", "third.toml"]);
    assert_eq!(run.status.code(), Some(74));
    assert!(text(&run.stderr).contains("site-failover-documented.toml exists"));
    assert_eq!(tree(root), before, "nothing at all was written");

    fs::create_dir(root.join("directory")).unwrap();
    assert_eq!(
        poolproof_in(root, &["init", "directory"]).status.code(),
        Some(74)
    );
    assert_eq!(
        poolproof_in(root, &["init", "third.toml", "--template", "x"])
            .status
            .code(),
        Some(2)
    );
}

/// Every example of a file in `docs/your-pool.md`, beside the scenario of its first command.
#[test]
fn the_examples_of_your_pool_are_valid() {
    let page = fs::read_to_string("docs/your-pool.md").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let made = poolproof_in(directory.path(), &["init"]);
    assert_eq!(made.status.code(), Some(0));
    let blocks = page.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 4);
    for (number, block) in blocks.into_iter().enumerate() {
        let path = directory.path().join(format!("example-{number}.toml"));
        let text = if block.starts_with("title") {
            fs::write(directory.path().join("runbooks/own.toml"), block).unwrap();
            "extends = 'pool.toml'\n[mirroring]\nwitness = 'none'\n\
             [operators]\nmirror_failover = 'runbooks/own.toml'\n"
                .to_owned()
        } else if block.starts_with("extends") {
            block.to_owned()
        } else {
            format!("extends = 'pool.toml'\n{block}")
        };
        fs::write(&path, text).unwrap();
        load(&path).unwrap_or_else(|error| panic!("{block}: {error}"));
    }
}
