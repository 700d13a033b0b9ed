//! The promise of the scenario library: every file of it loads, every invalid file gives exactly
//! the diagnostic that stands beside it, and no input makes the reader fail in another way.
//!
//! `POOLPROOF_UPDATE=1 cargo test --test scenario scenario_files::` writes the expected diagnostics
//! anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use poolproof::scenario::check::Property;
use poolproof::scenario::diagnostic::Diagnostic;
use poolproof::scenario::expect::Verdict;
use poolproof::scenario::{self, FileSystem, load, load_text, load_with};
use poolproof_models::names::runbook::Role;
use proptest::prelude::*;

use crate::support::scenarios::files;

fn diagnostics(path: &str) -> Vec<Diagnostic> {
    load(Path::new(path)).unwrap_err().diagnostics
}

fn with(path: &str, overrides: &[(&str, &str)]) -> Result<scenario::Loaded, scenario::LoadError> {
    let overrides: Vec<(String, String)> = overrides
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    load_with(Path::new(path), &overrides)
}

#[test]
fn every_file_of_the_library_loads() {
    let mut all = files("scenarios", "toml");
    all.extend(files("scenarios/hazards", "toml"));
    all.extend(files("scenarios/decisions", "toml"));
    all.extend(files("scenarios/advice", "toml"));
    assert!(all.len() >= 4);
    for path in all {
        let loaded = load(&path).unwrap_or_else(|error| panic!("{}:\n{error}", path.display()));
        for file in loaded.scenario.operators.runbooks() {
            assert_eq!(file.runbook.steps.len(), file.durations.len());
            assert!(!file.runbook.steps.is_empty());
        }
    }
}

#[test]
fn every_invalid_file_gives_the_diagnostic_beside_it() {
    let update = std::env::var_os("POOLPROOF_UPDATE").is_some();
    for path in files("scenarios/invalid", "toml") {
        let found = match load(&path) {
            Ok(loaded) => scenario::diagnostic::render(&loaded.warnings, false),
            Err(error) => error.to_string(),
        };
        assert!(
            !found.is_empty(),
            "nothing is wrong with {}",
            path.display()
        );
        let beside = path.with_extension("txt");
        if update {
            fs::write(&beside, &found).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(found, expected, "{} has changed", beside.display());
    }
}

#[test]
fn unreadable_files_give_one_clear_diagnostic() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let not_utf8 = write("latin1.toml", b"title = \"caf\xe9\"\n");
    let large = write("large.toml", &vec![b'#'; (1 << 18) + 1]);
    let blank = write("blank.toml", b"\n# nothing yet\n");
    for (path, code, message) in [
        (
            "scenarios/none.toml",
            "E0001",
            "there is no file `scenarios/none.toml`".to_owned(),
        ),
        (
            "scenarios",
            "E0002",
            "`scenarios` is a directory".to_owned(),
        ),
        (
            &not_utf8,
            "E0003",
            format!("`{not_utf8}` is not UTF-8: byte 13 does not fit"),
        ),
        (
            &large,
            "E0004",
            format!("`{large}` has more than 262144 bytes"),
        ),
        (&blank, "E0006", format!("`{blank}` is empty")),
    ] {
        let found = diagnostics(path);
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert_eq!(
            (found[0].code.as_str(), &found[0].message),
            (code, &message)
        );
    }
}

#[test]
fn the_reference_files_are_what_the_documentation_draws() {
    let lbw = load(Path::new("scenarios/lync-2013-lbw.toml")).unwrap();
    let codes: Vec<&str> = lbw
        .warnings
        .iter()
        .map(|found| found.code.as_str())
        .collect();
    assert_eq!(
        codes,
        ["W0114"],
        "the share in DC1 is the only doubtful choice"
    );
    let scenario = lbw.scenario;
    assert_eq!(scenario.name, "lync-2013-lbw");
    assert_eq!((scenario.pool.active(), scenario.pool.total()), (4, 8));
    assert!(scenario.operators.runbook(Role::SiteFailover).is_some());
    assert!(scenario.operators.runbook(Role::MirrorFailover).is_some());
    assert_eq!(scenario.simulate.horizon.ms, 8_766 * 3_600_000);
    // A mistake beside a fault can split the brain; two faults cannot.
    let verdicts = scenario.budgets(&[]).unwrap();
    let verdicts = verdicts
        .iter()
        .map(|budget| budget.expect.verdict(Property::SplitBrain));
    let expected = [Verdict::Holds, Verdict::Holds, Verdict::Violated];
    assert!(verdicts.eq(expected));

    let variant = load(Path::new("scenarios/lync-2013-lbw-no-witness.toml"))
        .unwrap()
        .scenario;
    assert_eq!(variant.name, "lync-2013-lbw-no-witness");
    assert_eq!(variant.mirroring.witness, None);
    assert_eq!(variant.pool, scenario.pool);
    assert_ne!(variant.digest, scenario.digest);
    let steps = &variant.operators.mirror_failover.unwrap().runbook.steps;
    assert_eq!(steps.len(), 4);

    let hazard = Path::new("scenarios/hazards/H-01-failover-during-partition.toml");
    let hazard = load(hazard).unwrap().scenario;
    assert_eq!(
        hazard.expect.verdict(Property::SplitBrain),
        Verdict::Violated
    );
    assert_eq!(
        hazard.operators.site_failover,
        scenario.operators.site_failover
    );
}

#[test]
fn overrides_are_read_like_the_file_and_name_their_path() {
    const FILE: &str = "scenarios/lync-2013-lbw.toml";
    let changed = with(
        FILE,
        &[("mirroring.partner_timeout", "20s"), ("check.faults", "1")],
    );
    let changed = changed.unwrap().scenario;
    assert_eq!(changed.mirroring.partner_timeout.ms, 20_000);
    assert_eq!(changed.check.faults, 1);
    assert_ne!(
        changed.digest,
        load(Path::new(FILE)).unwrap().scenario.digest
    );
    let written = changed
        .assumptions()
        .iter()
        .find(|a| a.key == "mirroring.partner_timeout");
    assert_eq!(written.unwrap().source, "--set mirroring.partner_timeout");

    for (path, value, code) in [
        ("mirroring.partner_timeout", "20", "E0023"),
        ("mirroring.partner_timeot", "20s", "E0020"),
        ("pool.users.most", "3", "E0012"),
        ("extends", "x.toml", "E0012"),
        ("", "x", "E0012"),
        ("mirroring", "3", "E0022"),
    ] {
        let found = with(FILE, &[(path, value)]).unwrap_err().diagnostics;
        let found: Vec<_> = found
            .iter()
            .filter(|found| found.code.starts_with('E'))
            .collect();
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert_eq!(
            (found[0].code.as_str(), found[0].file.as_str()),
            (code, &*format!("--set {path}"))
        );
    }
}

#[test]
fn an_allowed_rule_is_a_warning_with_its_hazard() {
    const FILE: &str = "scenarios/lync-2013-lbw.toml";
    let broken = [("log_shipping.mirror_configured", "false")];
    let refused = with(FILE, &broken).unwrap_err().diagnostics;
    assert!(
        refused
            .iter()
            .any(|found| found.code == "E0118" && found.hazards == ["H-21", "H-22"])
    );
    let allowed = with(FILE, &[broken[0], ("allow.rules", "[\"V18\"]")]).unwrap();
    assert!(allowed.warnings.iter().any(|found| found.code == "W0118"));
    assert!(!allowed.scenario.log_shipping.mirror_configured);
}

#[test]
fn every_default_has_a_source_and_written_values_have_their_file() {
    const FILE: &str = "scenarios/lync-2013-lbw.toml";
    let scenario = load(Path::new(FILE)).unwrap().scenario;
    let assumptions = scenario.assumptions();
    let of = |key: &str| assumptions.iter().find(|found| found.key == key).unwrap();
    for found in assumptions {
        assert!(!found.value.is_empty(), "{found:?}");
        assert!(!found.source.is_empty(), "{found:?}");
        assert!(!found.is_default || found.grade.is_some(), "{found:?}");
    }
    assert_eq!(of("pool.users").source, FILE);
    assert_eq!(of("mirroring.partner_timeout").value, "10s");
    assert!(of("mirroring.partner_timeout").is_default);
    assert_eq!(of("failures.site_outage.rate").value, "0.25/year");
    assert_eq!(
        of("site-failover-documented.step.2.duration")
            .grade
            .unwrap()
            .name(),
        "J"
    );
    let keys: BTreeSet<&str> = assumptions.iter().map(|found| found.key.as_str()).collect();
    assert_eq!(keys.len(), assumptions.len(), "a key is listed twice");
}

#[test]
fn the_digest_knows_runbooks_but_not_where_the_files_are() {
    let copy = tempfile::tempdir().unwrap();
    let runbook = "runbooks/site-failover-documented.toml";
    fs::create_dir(copy.path().join("runbooks")).unwrap();
    let failback = "runbooks/site-failback-hardened.toml";
    let repair = "runbooks/log-shipping-repair-hardened.toml";
    let forced = "runbooks/mirror-failover-hardened.toml";
    let last = "runbooks/last-resort.toml";
    for file in [
        "lync-2013-lbw.toml",
        runbook,
        failback,
        repair,
        forced,
        last,
    ] {
        fs::copy(Path::new("scenarios").join(file), copy.path().join(file)).unwrap();
    }
    let digest = || {
        load(&copy.path().join("lync-2013-lbw.toml"))
            .unwrap()
            .scenario
            .digest
    };
    let before = load(Path::new("scenarios/lync-2013-lbw.toml"))
        .unwrap()
        .scenario
        .digest;
    assert_eq!(digest(), before);
    assert_eq!(before.len(), 32);
    let runbook = copy.path().join(runbook);
    let text = fs::read_to_string(&runbook).unwrap();
    fs::write(&runbook, text.replace("45min", "46min")).unwrap();
    assert_ne!(digest(), before);
}

#[test]
fn every_rule_is_broken_by_some_file() {
    const FILE: &str = "scenarios/lync-2013-hbw.toml";
    for (rule, overrides) in [
        (
            "E0101",
            &[("pool.dc1.active", "0"), ("pool.dc2.active", "0")][..],
        ),
        ("E0101", &[("pool.dc1.active", "3")]),
        ("E0102", &[("pool.users", "90000")]),
        (
            "W0103",
            &[
                ("pool.dc1.active", "1"),
                ("pool.dc2.active", "1"),
                ("pool.users", "40000"),
            ],
        ),
        ("E0105", &[("mirroring.witness", "DC2")]),
        (
            "W0105",
            &[("mirroring.witness", "DC2"), ("allow.rules", "[\"V5\"]")],
        ),
        ("W0113", &[("log_shipping.share", "primary")]),
        ("W0114", &[]),
        ("E0118", &[("log_shipping.mirror_configured", "false")]),
        ("W0120", &[("log_shipping.copy_interval", "5min")]),
        ("W0120", &[("log_shipping.restore_delay", "5min")]),
        ("W0120", &[("log_shipping.restore_duration", "15min")]),
        (
            "E0125",
            &[("sql.s.version", "2008R2"), ("sql.sm.version", "2008R2")],
        ),
        ("W0128", &[("mirroring.partner_timeout", "9s")]),
        (
            "E0129",
            &[("pool.variant", "LBW"), ("pool.dc1.active", "0")],
        ),
        ("E0130", &[("pool.variant", "LBW")]),
        ("E0132", &[("log_shipping.enabled", "false")]),
        ("W0139", &[("control.cms_paired", "false")]),
    ] {
        let found = match with(FILE, overrides) {
            Ok(loaded) => loaded.warnings,
            Err(error) => error.diagnostics,
        };
        assert!(
            found.iter().any(|found| found.code == rule),
            "{rule}: {found:?}"
        );
    }
}

#[test]
fn an_expectation_that_nobody_checks_is_refused_unless_inherited() {
    let pool = "[pool]\nvariant = \"LBW\"\ndc1 = { active = 4 }\ndc2 = { active = 0 }\n";
    let text = format!("{pool}[check]\nproperties = [\"SB\"]\n[expect]\nI3 = \"holds\"\n");
    let found = load_text("x.toml", &text, &[], &FileSystem)
        .unwrap_err()
        .diagnostics;
    assert!(
        found
            .iter()
            .any(|found| found.message == "I3 is expected but not checked")
    );

    let inherited = [("check.properties", "[\"SB\"]")];
    let loaded = with("scenarios/lync-2013-lbw.toml", &inherited).unwrap();
    assert_eq!(loaded.scenario.expect.verdicts.len(), 1);
}

/// A valid file to damage.
const SAMPLE: &str = include_str!("../../scenarios/lync-2013-lbw.toml");

proptest! {
    /// Whatever is typed, the answer is a scenario or diagnostics that can be rendered.
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        if let Err(error) = load_text("scenarios/x.toml", &text, &[], &FileSystem) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    /// The same for damage to a good file: bytes replaced, removed and doubled.
    #[test]
    fn no_damage_makes_the_reader_panic(
        at in 0..SAMPLE.len(),
        length in 0_usize..40,
        patch in "[\\[\\]{}\"'=,.#\\n0-9a-zü€]{0,6}",
    ) {
        let start = (0..=at).rev().find(|&at| SAMPLE.is_char_boundary(at)).unwrap_or(0);
        let end = (start + length).min(SAMPLE.len());
        let end = (end..=SAMPLE.len()).find(|&at| SAMPLE.is_char_boundary(at)).unwrap_or(start);
        let text = format!("{}{patch}{}", &SAMPLE[..start], &SAMPLE[end..]);
        if let Err(error) = load_text("scenarios/x.toml", &text, &[], &FileSystem) {
            prop_assert!(!error.to_string().is_empty());
            prop_assert!(error.diagnostics.iter().all(|found| !found.message.is_empty()));
        }
    }

    /// And for overrides.
    #[test]
    fn no_override_makes_the_reader_panic(path in "[a-z0-9_.ü]{0,30}", value in ".{0,30}") {
        let overrides = [(path, value)];
        if let Err(error) = load_text("scenarios/x.toml", SAMPLE, &overrides, &FileSystem) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

/// A runbook is judged without a scenario; every mistake of it is named.
#[test]
fn a_runbook_can_be_validated_alone() {
    for path in files("scenarios/runbooks", "toml") {
        let found = scenario::validate(&path);
        assert_eq!(found, Ok(Vec::new()), "{}", path.display());
        let text = fs::read_to_string(&path).unwrap();
        let steps = text.matches("[[step]]").count();
        assert_eq!(
            text.matches("\nsource = ").count(),
            steps,
            "{}",
            path.display()
        );
    }
    let own = "role = \"site-failover\"\ntrigger = \"site-down\"\n\
               [[step]]\noperation = \"decide\"\nactor = \"owner\"\nduration = \"5min\"\n";
    assert_eq!(
        scenario::resolve::validate_runbook("own.toml", own, &FileSystem),
        Ok(())
    );
    let planned = own.replace("site-down", "planned");
    for right in [
        planned.clone(),
        planned.replace("[[step]]", "every = \"180d\"\n[[step]]"),
        planned.replace("[[step]]", "rate = \"2/year\"\n[[step]]"),
        planned.replace("site-failover", "planned-switch"),
    ] {
        let found = scenario::resolve::validate_runbook("own.toml", &right, &FileSystem);
        assert_eq!(found, Ok(()), "{right}");
    }
    let both = "every = \"180d\"\nrate = \"2/year\"\n[[step]]";
    for (wrong, message) in [
        (planned.replace("[[step]]", both), "both `every` and `rate`"),
        (
            own.replace("[[step]]", "every = \"180d\"\n[[step]]"),
            "`every` in a runbook that is not planned",
        ),
        (
            own.replace("site-failover", "planned-switch"),
            "a planned switch is started by something else",
        ),
        (
            planned.replace("site-failover", "last-resort"),
            "the last resort is planned",
        ),
        (
            format!("{planned}wait_for = \"planned\"\n"),
            "a step waits for `planned`, which only starts a runbook",
        ),
    ] {
        let error = scenario::resolve::validate_runbook("own.toml", &wrong, &FileSystem);
        let error = error.expect_err(message);
        assert_eq!(error.diagnostics.len(), 1, "{error}");
        let found = &error.diagnostics[0];
        assert_eq!(
            (found.code.as_str(), found.message.as_str()),
            ("E0026", message)
        );
    }
    let wrong = own.replace("\"decide\"", "\"decidd\"");
    let error = scenario::resolve::validate_runbook("own.toml", &wrong, &FileSystem).unwrap_err();
    assert_eq!(error.diagnostics.len(), 1, "{error}");
    assert_eq!(
        (
            error.diagnostics[0].file.as_str(),
            error.diagnostics[0].line
        ),
        ("own.toml", 4)
    );
}
