//! The promise of a comparison with records: where a scenario and the servers differ, each
//! difference is reported at the key and with the row; damaged records are refused with a place;
//! the program imports, asks and compares.

use std::fs;

use poolproof::app::drift::drift;
use poolproof::app::import::{ImportAnswers, ImportError, ImportedScenario, import};
use poolproof::scenario::Loaded;
use poolproof::scenario::diagnostic::Diagnostic;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use crate::support::imports::{change, changed, named, read};
use crate::support::program::{poolproof_in, stderr, stdout};
use crate::support::records::{self, RecordText};
use crate::support::setup_records::{answers, setup_records};

/// What differs between a scenario and changed records: codes, lines and messages.
fn drifts(changes: &[(&str, &str, &str)], values: &[(&str, &str)]) -> Vec<(String, usize, String)> {
    let records = read(&changed(changes)).unwrap();
    let found = drift(&named(values), &records).unwrap();
    let found = found.into_iter();
    found.map(|one| (one.code, one.line, one.message)).collect()
}

#[test]
fn each_kind_of_drift_is_found_where_it_is() {
    let text = fs::read_to_string("scenarios/lync-2013-lbw.toml").unwrap();
    let line = |words: &str| {
        text.lines()
            .position(|line| line.starts_with(words))
            .unwrap()
            + 1
    };
    let shipping = line("[log_shipping]");
    let mirroring = line("[mirroring]");
    for (path, from, to, code, wanted_line, wanted) in [
        (
            "A/job-schedules.csv",
            ";4;15;",
            ";4;5;",
            "W0040",
            line("backup_interval"),
            "backup_interval is 15min here and 5min in the records: `A/job-schedules.csv`, row 2",
        ),
        (
            "A/log-shipping-primary.csv",
            "\t60\t1\t",
            "\t60\t0\t",
            "W0041",
            shipping,
            "log_shipping.no_backup_alert is 1h here and off in the records",
        ),
        (
            "S/log-shipping-secondary.csv",
            "|45|1|",
            "|50|1|",
            "W0041",
            shipping,
            "log_shipping.no_restore_alert is 45min here and 50min",
        ),
        (
            "A/mirroring-setup.csv",
            "TCP://sql-w.corp.example:7022",
            "",
            "W0042",
            line("witness = "),
            "mirroring.witness is DC1 here and none in the records",
        ),
        (
            "lync/cs-pool.json",
            "\"pc8.corp.example\"",
            "\"pc8.corp.example\",\"pc9.corp.example\"",
            "W0042",
            line("[pool]"),
            "the pool has 8 servers here and 9 in the records",
        ),
        (
            "B/server-properties.csv",
            "11.0",
            "10.50",
            "W0043",
            1,
            "sql.b.version is 2012 here and 2008R2",
        ),
        (
            "S/server-properties.csv",
            "Enterprise",
            "Standard",
            "W0043",
            1,
            "sql.s.edition is Enterprise here and Standard",
        ),
        (
            "B/log-shipping-primary.csv",
            "\tmgc\t",
            "\tother\t",
            "W0044",
            line("mirror_configured"),
            "ships too, and in the records B ships nothing: `B/log-shipping-primary.csv`, row 2",
        ),
        (
            "B/job-schedules.csv",
            ";mgc;backup;LSJob – Prüfung;1;1;",
            ";mgc;backup;LSJob;1;0;",
            "W0044",
            line("mirror_configured"),
            "the backup job of B is disabled",
        ),
        (
            "A/mirroring-setup.csv",
            "10,00",
            "30,00",
            "W0045",
            mirroring,
            "mirroring.partner_timeout is 10s here and 30s",
        ),
        (
            "A/mirroring-setup.csv",
            ";FULL;TCP",
            ";OFF;TCP",
            "W0045",
            mirroring,
            "mirroring.safety is FULL here and OFF",
        ),
        (
            "A/log-shipping-primary.csv",
            "4320",
            "1440",
            "W0045",
            shipping,
            "log_shipping.backup_retention is 3d here and 1d",
        ),
        (
            "B/log-shipping-primary.csv",
            "\\LS\\",
            "\\other",
            "W0045",
            shipping,
            "log_shipping.mirror_share is same here and other-folder",
        ),
        (
            "A/log-shipping-primary.csv",
            "fs1",
            "fs2",
            "W0045",
            1,
            "log_shipping.share_host is FS1 here and fs2.corp.example",
        ),
        (
            "A/mirroring-setup.csv",
            ";FULL\n",
            ";SIMPLE\n",
            "W0045",
            1,
            "sql.recovery_model is full here and simple",
        ),
        (
            "lync/persistent-chat-state.json",
            "Normal",
            "FailedOver",
            "W0045",
            0,
            "control.pool_state is Normal here and FailedOver",
        ),
    ] {
        let found = drifts(&[(path, from, to)], &[]);
        let matches = found
            .iter()
            .filter(|one| one.0 == code && one.2.contains(wanted));
        let matches: Vec<_> = matches.collect();
        assert_eq!(matches.len(), 1, "{wanted}: {found:?}");
        // Values that `--set` gives are at line 1 of their own source.
        assert!(matches[0].1 == wanted_line, "{wanted}: {found:?}");
        // What B has otherwise than A is said as well.
        let more = found.iter().filter(|one| one.0 != "W0036").count() - 1;
        assert!(
            more == 0 || wanted.contains("witness") || more == 1 && wanted.contains("share_host"),
            "{found:?}"
        );
    }
    // After a failover of the pair it is B's job that ships, and Lync sees the roles as well.
    for (path, from, to, code, wanted) in [
        (
            "B/job-schedules.csv",
            ";4;15;",
            ";4;30;",
            "W0040",
            "backup_interval is 15min here, and the backup job of B is 30min in the records: \
             `B/job-schedules.csv`, row 2",
        ),
        (
            "lync/cs-mirror-state.json",
            "\"StateOnPrimary\":\"Principal\",\"StateOnMirror\":\"Mirror\"",
            "\"StateOnPrimary\":\"Mirror\",\"StateOnMirror\":\"Principal\"",
            "W0042",
            "and in the records B is, as Lync sees it: `lync/cs-mirror-state.json`, row 1",
        ),
    ] {
        let found = drifts(&[(path, from, to)], &[]);
        let mut here = found.iter();
        let is_there = here.any(|one| one.0 == code && one.2.contains(wanted));
        assert!(is_there, "{wanted}: {found:?}");
    }
    // Where the witness, the share and the monitor are no record says; that they are is known.
    let elsewhere = [(
        "A/log-shipping-primary.csv",
        "\tsql-a\n",
        "\tmon1.corp.example\n",
    )];
    let values = [
        ("mirroring.witness", "none"),
        ("log_shipping.share", "primary"),
    ];
    let found = drifts(&elsewhere, &values);
    let said: Vec<&str> = found.iter().map(|one| one.2.as_str()).collect();
    for words in [
        "mirroring.witness is none here and DC1 or DC2 or third in the records",
        "log_shipping.share is primary here and DC1 or DC2 or third in the records",
        "log_shipping.monitor is none here and DC1 or DC2 in the records",
    ] {
        assert!(
            said.iter().any(|one| one.contains(words)),
            "{words}: {said:?}"
        );
    }
    assert_eq!(found.len(), 3, "{said:?}");
    let swapped = [
        ("A/mirroring-setup.csv", "PRINCIPAL", "MIRROR"),
        ("B/mirroring-setup.csv", "MIRROR", "PRINCIPAL"),
    ];
    let mut found = drifts(&swapped, &[]);
    // The role is also reported by itself, as two principals would be.
    found.retain(|one| one.0 != "W0036");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].0.as_str(), found[0].1), ("W0042", mirroring));
    let found = drifts(
        &[],
        &[
            ("sql.b.server", "SQL-C"),
            ("allow.rules", "[\"V18\"]"),
            ("log_shipping.mirror_configured", "false"),
        ],
    );
    let codes: Vec<&str> = found.iter().map(|one| one.0.as_str()).collect();
    assert_eq!(codes, ["W0042", "W0042"], "{found:?}");
}

/// The outcome of changed bytes: a value or an error with a message, and never a panic.
fn outcome(files: &[RecordText]) -> Result<ImportedScenario, String> {
    let records = read(files).map_err(|found| said(&found))?;
    import(&records, &ImportAnswers::default()).map_err(|error| match error {
        ImportError::NoSetup(found) => said(&found),
        ImportError::Answer(bad) => panic!("no answer was given: {bad:?}"),
    })
}

fn said(found: &[Diagnostic]) -> String {
    assert!(!found.is_empty());
    for one in found {
        assert!(
            !one.message.is_empty() && one.code.starts_with('E'),
            "{one:?}"
        );
        let is_placed = one.line > 0 || one.code == "E0030" || one.message.contains("has no row");
        assert!(
            is_placed || one.code == "E0031" || one.code == "E0034",
            "{one:?}"
        );
    }
    found.iter().map(|one| format!("{one}\n")).collect()
}

#[test]
fn damaged_records_are_refused_with_a_place_or_read() {
    let files = setup_records(&named(&[]).scenario);
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let (mut refused, mut taken) = (0, 0);
    for round in 0..1_500 {
        let mut damaged = files.clone();
        let at = random.random_range(0..damaged.len() - 1);
        let (_, bytes) = &mut damaged[at];
        match round % 3 {
            0 => bytes.truncate(random.random_range(0..bytes.len())),
            1 => {
                let place = random.random_range(0..bytes.len());
                bytes[place] = random.random();
            }
            _ => {
                let from = random.random_range(0..bytes.len());
                let to = random.random_range(from..bytes.len());
                let piece = bytes[from..to].to_vec();
                bytes.extend(piece);
            }
        }
        match outcome(&damaged) {
            Ok(imported) => {
                let text: Result<toml::Table, _> = imported.toml.parse();
                assert!(text.is_ok(), "{}", imported.toml);
                taken += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(
        refused > 300 && taken > 100,
        "{refused} refused, {taken} taken"
    );
    for (path, from, to, wanted) in [
        (
            "A/mirroring-setup.csv",
            "PRINCIPAL;",
            "PRIMARY;",
            "`A/mirroring-setup.csv`, row 2: mirroring_role_desc cannot be read, as in `PRIMARY`",
        ),
        (
            "A/job-schedules.csv",
            ";4;15;",
            ";4;x;",
            "freq_subday_interval cannot be read, as in `x`",
        ),
        (
            "A/mirroring-setup.csv",
            "\nSQL-A;",
            "\nSQL-Z;",
            "expected the server of this file, as the manifest names it",
        ),
        ("lync/topology.xml", "</Services>", "", "E0034"),
        ("lync/topology.xml", "<Topology ", "<Other ", "E0034"),
        ("lync/cs-pool.json", "\"Computers\"", "\"X\"", "E0031"),
        (
            "lync/persistent-chat-state.json",
            "Normal",
            "Unknown",
            "expected Normal or FailedOver",
        ),
        (
            "records.toml",
            "role = 'W'",
            "role = 'W'\nsite = 'DC9'",
            "invalid site `DC9`",
        ),
        (
            "records.toml",
            "role = 'B'",
            "role = 'B'\nsite = 'third'",
            "the mirror B, SQL-B, cannot be in third",
        ),
        (
            "records.toml",
            "role = 'A'",
            "role = 'A'\nsite = 'DC2'",
            "the primary A, SQL-A, cannot be in DC2",
        ),
    ] {
        let found = outcome(&changed(&[(path, from, to)])).unwrap_err();
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
    let mut empty = files.clone();
    change(
        &mut empty,
        "W/witness-setup.csv",
        "SQL-W,mgc,SQL-A,SQL-B,5,SYNCHRONIZED\n",
        "",
    );
    assert!(
        outcome(&empty)
            .unwrap_err()
            .contains("`W/witness-setup.csv` has no row")
    );
}

fn place() -> (TempDir, Loaded) {
    let loaded = named(&[]);
    let directory = tempfile::tempdir().unwrap();
    let below = directory.path().join("records");
    records::write(&setup_records(&loaded.scenario), &below);
    (directory, loaded)
}

#[test]
fn nothing_is_written_where_a_runbook_cannot_be() {
    let (directory, _) = place();
    let at = directory.path();
    // A file is where the directory of the runbooks has to be.
    fs::write(at.join("runbooks"), "mine").unwrap();
    let refused = poolproof_in(at, &["import", "records", "-o", "pool.toml"]);
    assert_eq!(refused.status.code(), Some(74), "{}", stderr(&refused));
    let names = fs::read_dir(at).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["records", "runbooks"], "nothing is left over");
}

#[test]
fn the_program_imports_asks_and_compares() {
    let (directory, loaded) = place();
    let at = directory.path();
    let open = poolproof_in(at, &["import", "records", "-o", "pool.toml"]);
    assert_eq!(open.status.code(), Some(1), "{}", stderr(&open));
    let errors = stderr(&open);
    assert!(errors.contains("open questions"), "{errors}");
    assert!(errors.contains("--site 'sql-w=DC1|DC2|third'"), "{errors}");
    assert!(
        stdout(&open).contains("next: poolproof validate pool.toml"),
        "{}",
        stdout(&open)
    );
    let valid = poolproof_in(at, &["validate", "pool.toml"]);
    assert_eq!(valid.status.code(), Some(0), "{}", stderr(&valid));

    let (sites, values) = answers(&loaded.scenario);
    let key = fs::read_to_string(at.join("pool.toml")).unwrap();
    let key = key
        .split("QUESTION dependency-")
        .nth(1)
        .unwrap()
        .split(':')
        .next()
        .unwrap();
    let dependency = format!("dependency-{key}=S");
    let mut arguments = vec![
        "import",
        "records",
        "-o",
        "pool.toml",
        "--answer",
        &dependency,
    ];
    sites
        .iter()
        .for_each(|site| arguments.extend(["--site", site]));
    values
        .iter()
        .for_each(|value| arguments.extend(["--answer", value]));
    let done = poolproof_in(at, &arguments);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let text = fs::read_to_string(at.join("pool.toml")).unwrap();
    let same = poolproof_in(at, &["validate", "pool.toml", "--against", "records"]);
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));

    fs::write(
        at.join("pool.toml"),
        text.replace("backup_interval = \"15min\"", "backup_interval = \"1h\""),
    )
    .unwrap();
    let differs = poolproof_in(at, &["validate", "pool.toml", "--against", "records"]);
    assert_eq!(differs.status.code(), Some(1));
    let errors = stderr(&differs);
    for words in [
        "warning[W0040]",
        "pool.toml:",
        "backup_interval = \"1h\"",
        "`A/job-schedules.csv`, row 2",
    ] {
        assert!(errors.contains(words), "{words}: {errors}");
    }
    let mine = text.split_once('\n').unwrap().1;
    fs::write(at.join("pool.toml"), mine).unwrap();
    let kept = poolproof_in(at, &["import", "records", "-o", "pool.toml"]);
    assert_eq!(kept.status.code(), Some(74), "{}", stderr(&kept));
    assert_eq!(fs::read_to_string(at.join("pool.toml")).unwrap(), mine);

    for (option, answer) in [
        ("--site", "pcx=DC1"),
        ("--site", "pc1=DC4"),
        ("--site", "sql-b=third"),
        ("--site", "sql-a=DC2"),
        ("--answer", "pool.variant=MBW"),
        ("--answer", "what=ever"),
    ] {
        let refused = poolproof_in(at, &["import", "records", option, answer]);
        assert_eq!(
            refused.status.code(),
            Some(2),
            "{answer}: {}",
            stderr(&refused)
        );
        assert!(stderr(&refused).contains("help: "), "{}", stderr(&refused));
    }
    let records = at.join("records");
    fs::write(
        records.join("lync/topology.xml"),
        "<Topology>\n<Clusters>\n",
    )
    .unwrap();
    let refused = poolproof_in(at, &["import", "records"]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        stderr(&refused).contains("`lync/topology.xml`, line 3, column 1"),
        "{}",
        stderr(&refused)
    );
    let manifest = "[[server]]\nrole = 'A'\nname = 'A'\n[[file]]\npath = 'i.csv'\n\
                    kind = 'incidents'\nfrom = 2016-01-01\nto = 2017-01-01\n";
    fs::write(records.join("records.toml"), manifest).unwrap();
    fs::write(records.join("i.csv"), "component,start,end\n").unwrap();
    let refused = poolproof_in(at, &["validate", "pool.toml", "--against", "records"]);
    assert_eq!(refused.status.code(), Some(3), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("E0033"), "{}", stderr(&refused));
}
