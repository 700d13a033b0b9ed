//! The promise of `[[check.budgets]]`: each has its faults and its expectations, the short form
//! means one, and a variant states its budget in either form.

use poolproof::app::compile::check::model;
use poolproof::scenario::check::{FaultClass, Property};
use poolproof::scenario::expect::{Goal, Verdict};
use poolproof::scenario::library::{Resolver, Unreadable};
use poolproof::scenario::{FileSystem, Loaded, load_text};

const BASE: &str = r#"
extends = "lync-2013-lbw.toml"

[[check.budgets]]
name = "two"
faults = 2
mistakes = 0
limits = { site-loss = 1 }
expect = { SB = "violated" }

[[check.budgets]]
name = "one and a mistake"
faults = 1
mistakes = 1
expect = { reachable = ["failover-to-dc2"], unreachable = ["automatic-failover"] }

[[check.budgets]]
name = "night"
faults = 3
mistakes = 0
on_request = true
states_limit = 5_000_000

[expect]
UQ = "violated"
reachable = ["automatic-failover"]
unreachable = []
"#;

/// A variant that extends the text above.
struct Below;

impl Resolver for Below {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        match name {
            "scenarios/base.toml" => Ok(BASE.to_owned()),
            name => FileSystem.read(name),
        }
    }
}

fn read(text: &str, overrides: &[(&str, &str)]) -> Result<Loaded, String> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let overrides: Vec<_> = overrides.iter().map(owned).collect();
    let loaded = load_text("scenarios/own.toml", text, &overrides, &Below);
    loaded.map_err(|error| error.to_string())
}

fn base(overrides: &[(&str, &str)]) -> Loaded {
    read("extends = \"base.toml\"", overrides).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn each_budget_has_its_faults_and_its_expectations() {
    let scenario = base(&[]).scenario;
    let names: Vec<&str> = scenario
        .check
        .budgets
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(names, ["two", "one and a mistake", "night"]);
    // A command that takes one budget takes the first.
    assert_eq!(
        (scenario.check.budget.as_str(), scenario.check.faults),
        ("two", 2)
    );
    let runs = scenario.budgets(&[]).unwrap();
    let [two, mistake] = &runs[..] else {
        panic!("the third is on request");
    };
    assert_eq!(two.expect.verdict(Property::SplitBrain), Verdict::Violated);
    assert_eq!(two.expect.verdict(Property::NeverStuck), Verdict::Violated);
    assert_eq!(two.expect.reachable, [Goal::AutomaticFailover]);
    assert_eq!(mistake.expect.verdict(Property::SplitBrain), Verdict::Holds);
    assert_eq!(mistake.expect.reachable, [Goal::FailoverToDc2]);
    assert_eq!(mistake.expect.unreachable, [Goal::AutomaticFailover]);
    let night = scenario.budgets(&["night".to_owned()]).unwrap().remove(0);
    assert_eq!(
        (night.check.faults, night.check.states_limit),
        (3, 5_000_000)
    );
    let error = scenario
        .budgets(&["day".to_owned()])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("no budget \"day\"") && error.contains("\"night\""),
        "{error}"
    );
}

#[test]
fn mistakes_are_counted_beside_the_faults() {
    let scenario = base(&[]).scenario;
    let runs = scenario.budgets(&[]).unwrap();
    let [two, mistake] = [&runs[0], &runs[1]].map(|scenario| model(scenario).budget);
    let (crash, mistaken) = (FaultClass::ComponentCrash, FaultClass::Mistake);
    let spent = |classes: &[FaultClass]| {
        let none = poolproof_models::names::property::Spent::default();
        classes.iter().fold(none, |spent, class| spent.plus(*class))
    };
    assert!(two.allows(spent(&[crash]), crash));
    assert!(!two.allows(spent(&[crash]), mistaken));
    assert!(!two.allows(spent(&[FaultClass::SiteLoss]), FaultClass::SiteLoss));
    assert!(mistake.allows(spent(&[crash]), mistaken));
    assert!(mistake.allows(spent(&[mistaken]), crash));
    assert!(!mistake.allows(spent(&[crash]), FaultClass::LinkCut));
    assert!(!mistake.allows(spent(&[mistaken]), mistaken));
}

#[test]
fn the_short_form_is_one_budget_and_the_last_form_counts() {
    for overrides in [
        &[("check.faults", "1")][..],
        &[("check.limits.mistake", "0")],
    ] {
        let scenario = base(overrides).scenario;
        assert!(scenario.check.budgets.is_empty() && scenario.check.budget.is_empty());
        assert_eq!(scenario.budgets(&[]).unwrap().len(), 1);
        assert!(scenario.budgets(&["two".to_owned()]).is_err());
        assert_eq!(
            scenario.expect.verdict(Property::SplitBrain),
            Verdict::Holds
        );
    }
    // The rest of the first budget stays.
    let scenario = base(&[("check.faults", "1")]).scenario;
    let limits = [(FaultClass::SiteLoss, 1), (FaultClass::Mistake, 0)];
    assert_eq!((scenario.check.faults, scenario.check.mistakes), (1, None));
    assert_eq!(scenario.check.limits, limits.into_iter().collect());
    let text = "extends = \"base.toml\"\n[check]\nfaults = 0\n";
    assert!(read(text, &[]).unwrap().scenario.check.budgets.is_empty());
    // And back again, two files further.
    let text = "extends = \"hazards/H-16-guarded.toml\"\n[[check.budgets]]\nname = \"a\"\n";
    let scenario = read(text, &[]).unwrap().scenario;
    assert_eq!(
        (scenario.check.budgets.len(), scenario.check.faults),
        (1, 2)
    );
    // What says nothing of budgets keeps them.
    let text = "extends = \"base.toml\"\n[check]\nproperties = [\"SB\"]\n";
    assert_eq!(read(text, &[]).unwrap().scenario.check.budgets.len(), 3);
    let scenario = base(&[("check.budgets.1.faults", "0")]).scenario;
    assert_eq!(scenario.check.budgets[1].faults, 0);
}

#[test]
fn what_contradicts_itself_is_refused() {
    let budget = |keys: &str| format!("extends = \"base.toml\"\n[[check.budgets]]\n{keys}\n");
    let twice = "name = \"a\"\n[[check.budgets]]\nname = \"a\"";
    for (text, code, says) in [
        (budget(twice), "E0026", "two budgets have the name \"a\""),
        (
            budget("faults = 1"),
            "E0021",
            "`check.budgets.0.name` is missing",
        ),
        (budget("name = \" \""), "E0024", "the text is empty"),
        (
            budget("name = \"a\"\nfault = 1"),
            "E0020",
            "unknown key `fault`",
        ),
        (
            budget("name = \"a\"\non_request = true"),
            "E0026",
            "runs on request only",
        ),
        (
            "extends = \"base.toml\"\n[check]\nproperties = [\"SB\"]\n[[check.budgets]]\n\
             name = \"a\"\nexpect = { CO = \"holds\" }\n"
                .to_owned(),
            "E0026",
            "CO is expected but not checked",
        ),
        (
            "extends = \"base.toml\"\n[check]\nfaults = 1\nbudgets = [{ name = \"a\" }]\n"
                .to_owned(),
            "E0026",
            "`faults` stands beside `budgets`",
        ),
        (
            "extends = \"base.toml\"\n[check]\nbudgets = []\n".to_owned(),
            "E0024",
            "0 budgets",
        ),
    ] {
        let error = read(&text, &[]).err().unwrap_or_else(|| panic!("{says}"));
        assert!(error.contains(code) && error.contains(says), "{error}");
    }
}
