//! The promise of imports: what servers say about themselves becomes a scenario in which each value
//! names its row, what no record holds is a question, what is not known is listed with its line, and
//! where records and a scenario differ, each difference is reported.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use poolproof::app::drift::drift;
use poolproof::app::import::{ImportAnswers, ImportError, ImportedScenario, ValueOrigin, import};
use poolproof::records::manifest::RecordManifest;
use poolproof::records::pool_records::PoolRecords;
use poolproof::scenario::diagnostic::Diagnostic;
use poolproof::scenario::writer::Form;
use poolproof::scenario::{self, Loaded, Scenario};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use crate::support::program::{poolproof_in, stderr, stdout};
use crate::support::records::{self, RecordText, utf_16};
use crate::support::setup_records::{answers, names, setup_records};

/// A scenario whose servers have names, with some values changed.
fn named(changes: &[(&str, &str)]) -> Loaded {
    let changes = changes
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let changes: Vec<_> = names().into_iter().chain(changes).collect();
    scenario::load_with(Path::new("scenarios/lync-2013-lbw.toml"), &changes).unwrap()
}

/// Records from their files, without a directory.
fn read(files: &[RecordText]) -> Result<PoolRecords, Vec<Diagnostic>> {
    let text = |name: &str| {
        let found = files.iter().find(|(path, _)| path == name);
        found.map(|(_, bytes)| bytes.clone())
    };
    let manifest = String::from_utf8(text("records.toml").unwrap()).unwrap();
    let manifest = RecordManifest::parse("records.toml", &manifest)?;
    let open = |path: &str| -> Result<Box<dyn Read>, String> {
        let bytes = text(path).ok_or_else(|| format!("{path} is missing"))?;
        Ok(Box::new(Cursor::new(bytes)))
    };
    PoolRecords::read(manifest, &open)
}

fn answered(scenario: &Scenario) -> ImportAnswers {
    let (sites, values) = answers(scenario);
    let mut answers = ImportAnswers::default();
    sites
        .iter()
        .for_each(|site| answers.add_site(site).unwrap());
    values
        .iter()
        .for_each(|value| answers.add_value(value).unwrap());
    if scenario.log_shipping.enabled {
        // What the topology leaves open: its line is that of the generated file.
        let open = import(&read(&setup_records(scenario)).unwrap(), &answers).unwrap();
        let key = open
            .questions
            .iter()
            .find(|one| one.key.starts_with("dependency"));
        answers
            .add_value(&format!("{}=S", key.unwrap().key))
            .unwrap();
    }
    answers
}

fn imported(files: &[RecordText]) -> ImportedScenario {
    import(&read(files).unwrap(), &ImportAnswers::default()).unwrap()
}

/// Every value of a scenario by its key, as its full form has it.
fn values(scenario: &Scenario) -> BTreeMap<String, String> {
    fn add(around: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) {
        for (key, value) in table {
            let path = format!("{around}{key}");
            match value {
                toml::Value::Table(inner) => add(&format!("{path}."), inner, into),
                other => drop(into.insert(path, other.to_string())),
            }
        }
    }
    let mut found = BTreeMap::new();
    let text = scenario.write(Form::Full).text;
    add("", &text.parse().unwrap(), &mut found);
    found
}

/// Writes an import with its runbooks, and loads it.
fn loaded(imported: &ImportedScenario, directory: &Path) -> Loaded {
    for (name, text) in imported.runbooks() {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path = directory.join("pool.toml");
    fs::write(&path, &imported.toml).unwrap();
    scenario::load(&path).unwrap_or_else(|error| panic!("{error}\n{}", imported.toml))
}

/// Pools that differ in everything that records hold.
const POOLS: [&[(&str, &str)]; 6] = [
    &[],
    &[
        ("mirroring.witness", "none"),
        ("mirroring.partner_timeout", "30s"),
        ("log_shipping.backup_interval", "5min"),
        ("log_shipping.copy_interval", "1h"),
        ("log_shipping.restore_interval", "1d"),
        ("log_shipping.no_backup_alert", "off"),
        ("log_shipping.no_restore_alert", "2h"),
        ("sql.version", "\"2008R2\""),
    ],
    &[
        ("log_shipping.share", "primary"),
        ("log_shipping.share_host", "SQL-A"),
        ("log_shipping.monitor", "DC2"),
        ("log_shipping.backup_retention", "3d"),
        ("log_shipping.restore_delay", "30min"),
        ("log_shipping.backup_interval", "30s"),
        ("secondary.mirror", "false"),
        ("sql.a.mirroring_port", "5023"),
        ("sql.w.mirroring_port", "7023"),
        ("allow.rules", "[\"V13\"]"),
    ],
    &[
        ("mirroring.witness", "third"),
        ("log_shipping.mirror_configured", "false"),
        ("log_shipping.share", "third"),
        ("allow.rules", "[\"V5\", \"V18\"]"),
        ("control.cms_site", "DC2"),
        ("sql.b.edition", "Standard"),
        ("sql.b.version", "\"2014\""),
    ],
    &[
        ("pool.variant", "HBW"),
        ("pool.dc1", "{ active = 2, idle = 1 }"),
        ("pool.dc2", "{ active = 2, idle = 0 }"),
        ("log_shipping.mirror_share", "other-folder"),
        ("log_shipping.restore_mode", "standby"),
        ("allow.rules", "[\"V18\", \"V20\"]"),
    ],
    &[
        ("mirroring.enabled", "false"),
        ("mirroring.witness", "none"),
        ("log_shipping.enabled", "false"),
    ],
];

/// A pool among these, whatever the validator says of it.
fn pool(index: usize) -> Loaded {
    let rules: Vec<String> = (1..=43).map(|rule| format!("\"V{rule}\"")).collect();
    let all = format!("[{}]", rules.join(", "));
    let mut changes: Vec<(&str, &str)> = POOLS[index].to_vec();
    changes.retain(|(key, _)| *key != "allow.rules");
    changes.push(("allow.rules", &all));
    named(&changes)
}

#[test]
fn records_of_a_scenario_give_its_values_again() {
    for index in 0..POOLS.len() {
        let scenario = pool(index).scenario;
        let records = read(&setup_records(&scenario)).unwrap();
        let imported = import(&records, &answered(&scenario)).unwrap();
        let open: Vec<_> = imported.questions.iter().map(|one| &one.key).collect();
        assert!(open.is_empty(), "pool {index}: {open:?}");
        assert!(
            imported.findings.iter().all(|one| one.hazards == ["H-21"]),
            "{:?}",
            imported.findings
        );
        let wanted = values(&scenario);
        let mut compared = 0;
        for value in &imported.values {
            let key = value.key.as_str();
            // The pool state is not written where it follows from the start of the check.
            if ["title", "control.pool_state"].contains(&key) || key.starts_with("operators.") {
                continue;
            }
            let given: toml::Table = format!("v = {}", value.toml).parse().unwrap();
            let given = given["v"].to_string().to_lowercase();
            let wanted = wanted.get(key).map(|wanted| wanted.to_lowercase());
            let wanted = wanted.unwrap_or_else(|| panic!("pool {index}: no {key}"));
            let is_host = key.ends_with("_host") && given.contains(wanted.trim_matches('"'));
            assert!(
                given == wanted || is_host,
                "pool {index}: {key} = {given}, {wanted}"
            );
            compared += 1;
        }
        let least = [41, 40, 39, 41, 39, 13][index];
        assert!(compared >= least, "pool {index}: {compared} values");
        let found = drift(&pool(index), &records).unwrap();
        assert!(found.is_empty(), "pool {index}: {found:#?}");
    }
}

#[test]
fn an_answered_import_is_a_scenario_that_names_each_row() {
    let scenario = named(&[]).scenario;
    let records = read(&setup_records(&scenario)).unwrap();
    let imported = import(&records, &answered(&scenario)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let loaded = loaded(&imported, directory.path());
    assert!(loaded.scenario.mirroring.witness.is_some());
    let text = &imported.toml;
    for words in [
        "# from A/job-schedules.csv, row 2\nbackup_interval = \"15min\"\n",
        "# from A/mirroring-setup.csv, row 2\npartner_timeout = \"10s\"\n",
        "# from lync/cs-pool.json, row 2, and --answer pool.active=pc1,pc2,pc3,pc4\nactive = 4\n",
        "# from --site 'sql-w=DC1'\nwitness = \"DC1\"\n",
        "# from B/log-shipping-primary.csv, row 2\nmirror_configured = true\n",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    assert!(!text.contains("# QUESTION"), "{text}");
    for value in &imported.values {
        assert_ne!(value.origin, ValueOrigin::Open, "{}", value.key);
    }
}

#[test]
fn what_no_record_holds_is_asked_at_its_key() {
    for index in 0..POOLS.len() {
        let imported = imported(&setup_records(&pool(index).scenario));
        assert!(!imported.questions.is_empty());
        for question in &imported.questions {
            let words = format!("# QUESTION {}: ", question.key);
            assert!(imported.toml.contains(&words), "{words}\n{}", imported.toml);
        }
        // Defaults stand in for the answers: the scenario can be used, as far as the records allow.
        let directory = tempfile::tempdir().unwrap();
        let text = imported.toml.replacen(
            "\n[pool",
            "\n[allow]\nrules = [\"V13\", \"V18\", \"V20\", \"V25\"]\n\n[pool",
            1,
        );
        loaded(
            &ImportedScenario {
                toml: text,
                ..imported
            },
            directory.path(),
        );
    }
    let imported = imported(&setup_records(&named(&[]).scenario));
    let keys: Vec<&str> = imported
        .questions
        .iter()
        .map(|one| one.key.as_str())
        .collect();
    for key in [
        "pc1.corp.example",
        "sql-w",
        "fs1.corp.example",
        "pool.variant",
        "operators",
    ] {
        assert!(keys.contains(&key), "{key}: {keys:?}");
    }
}

/// Replaces a text in a file, which has to be there.
fn change(files: &mut [RecordText], path: &str, from: &str, to: &str) {
    let (_, bytes) = files.iter_mut().find(|(name, _)| name == path).unwrap();
    let is_utf_16 = bytes.starts_with(&[0xff, 0xfe]);
    let text = match is_utf_16 {
        true => {
            let units = bytes[2..].chunks_exact(2);
            let units: Vec<u16> = units
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            String::from_utf16(&units).unwrap()
        }
        false => String::from_utf8(bytes.clone()).unwrap(),
    };
    assert!(text.contains(from), "{path}: {text}");
    let text = text.replacen(from, to, 1);
    *bytes = if is_utf_16 {
        utf_16(&text)
    } else {
        text.into_bytes()
    };
}

fn changed(changes: &[(&str, &str, &str)]) -> Vec<RecordText> {
    let mut files = setup_records(&named(&[]).scenario);
    for (path, from, to) in changes {
        change(&mut files, path, from, to);
    }
    files
}

/// What is doubtful about changed records, as text.
fn doubts(changes: &[(&str, &str, &str)]) -> String {
    let found = imported(&changed(changes)).findings;
    let found = found
        .iter()
        .map(|one| format!("{}: {} {}\n", one.code, one.message, one.help));
    found.collect()
}

#[test]
fn records_that_contradict_each_other_are_reported_with_their_rows() {
    assert_eq!(doubts(&[]), "");
    let witness = "W/witness-setup.csv";
    let a = "A/mirroring-setup.csv";
    // The number means what the text says, and the text decides.
    assert_eq!(doubts(&[(witness, "5,SYNCHRONIZED", "6,SYNCHRONIZED")]), "");
    let compliance = "\nSQL-A;mgccomp;MIRROR;4;SYNCHRONIZED;FULL;TCP://sql-b:5022;;10;FULL\n";
    let state = "lync/cs-mirror-state.json";
    let split =
        r#"},{"DatabaseName":"mgccomp","StateOnPrimary":"Mirror","StateOnMirror":"Principal"}]"#;
    for (path, from, to, wanted) in [
        (
            witness,
            "5,SYNCHRONIZED",
            "5,UNSYNCHRONIZED",
            "W0036: `W/witness-setup.csv, row 2`: the witness says that the partners are not synchronised",
        ),
        (
            witness,
            "SQL-B",
            "SQL-X",
            "which are not A and B of the manifest",
        ),
        (
            a,
            "FULL\n",
            &format!("FULL{compliance}"),
            "W0036: `A/mirroring-setup.csv, row 3`: A is the principal of mgc and the mirror of mgccomp: the roles are split (H-43)",
        ),
        (
            a,
            "PRINCIPAL;4",
            "MIRROR;4",
            "A and B both say that they are the mirror",
        ),
        (
            a,
            ";SYNCHRONIZED",
            ";SUSPENDED",
            "the session of mgc is SUSPENDED on A",
        ),
        (a, "sql-b.corp.example", "sql-b.lab.example", ""),
        (
            a,
            "sql-b.corp.example",
            "sql-x.corp.example",
            "the partner of A is sql-x.corp.example, and the manifest says SQL-B",
        ),
        (
            state,
            "}]",
            split,
            "`lync/cs-mirror-state.json, row 2`: mgc and mgccomp have different principals: the roles are split (H-43)",
        ),
        (
            "B/log-shipping-primary.csv",
            "4320",
            "60",
            "retention or alert of B differ",
        ),
        (
            "B/job-schedules.csv",
            ";1;1;4;1;4;15",
            ";0;1;4;1;4;15",
            "the backup job of B is disabled after a failover to B, S gets no more files (H-21)",
        ),
        (
            "S/job-schedules.csv",
            "235900",
            "180000",
            "the copy job of S runs every 15min, but not around the clock",
        ),
        (
            "lync/cs-pool.json",
            "\"pc8.",
            "\"pc9.",
            "the pool has pc9.corp.example here, and not in lync/topology.xml",
        ),
        (
            "lync/persistent-chat-state.json",
            "Normal",
            "FailedOver",
            "the pool is failed over to DC2",
        ),
    ] {
        let found = doubts(&[(path, from, to)]);
        assert!(
            found.contains(wanted) && found.is_empty() == wanted.is_empty(),
            "{wanted}: {found}"
        );
    }
}

#[test]
fn unknown_elements_are_listed_with_their_lines_and_dependencies_are_asked() {
    let files = changed(&[(
        "lync/topology.xml",
        "</Services>",
        "<Service>\n<ServiceId SiteId=\"1\" RoleName=\"EdgeServer\" Instance=\"1\"/></Service>\n\
         <Mirror Of=\"sql-a\"><Cluster Fqdn=\"guessed\"/></Mirror>\n</Services>\n<Mirror/>",
    )]);
    let found = imported(&files);
    let topology = files
        .iter()
        .find(|(path, _)| path == "lync/topology.xml")
        .unwrap();
    let units = topology.1[2..]
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let text = String::from_utf16(&units.collect::<Vec<_>>()).unwrap();
    let line = |words: &str| text.lines().position(|line| line.contains(words)).unwrap() + 1;
    let (edge, first, second) = (
        line("EdgeServer") - 1,
        line("<Mirror Of"),
        line("<Mirror/>"),
    );
    let messages: Vec<String> = found
        .findings
        .iter()
        .map(|one| one.message.clone())
        .collect();
    assert_eq!(
        messages,
        [
            format!(
                "`lync/topology.xml`, lines {first}, {second}: element `<Mirror>` is not known; left alone"
            ),
            format!(
                "`lync/topology.xml`, line {edge}: the service `EdgeServer` has no place in a scenario; left alone"
            ),
        ]
    );
    assert!(found.findings.iter().all(|one| one.code == "W0035"));
    let backup = line("Usage=\"Backup\"");
    let question = found
        .questions
        .iter()
        .find(|one| one.key.starts_with("dependency"))
        .unwrap();
    assert_eq!(question.key, format!("dependency-{backup}"));
    assert!(
        question.text.contains("sql-s.corp.example\\LYNC"),
        "{}",
        question.text
    );
}

/// Topology Builder writes the same with other elements, identifiers and namespaces.
#[test]
fn a_tbxml_file_serves_as_well() {
    let text = r#"<?xml version="1.0" encoding="utf-16"?>
<TopologyBuilder xmlns="urn:schema:Microsoft.Rtc.Management.Deploy.TopologyBuilder.2008">
<NewTopology><t:PartialTopology xmlns:t="urn:w" IsPublished="true"><t:InternalDomains/>
<t:CentralSites><t:CentralSite SiteId="1"><x:Name xmlns:x="urn:x">N</x:Name><t:Clusters>
<t:Cluster UniqueId="c1" Fqdn="pchat.corp.example"><t:Machines>
<t:Machine Fqdn="pc1.corp.example"/><t:Machine Fqdn="pc2.corp.example"/></t:Machines></t:Cluster>
<t:Cluster UniqueId="c2" Fqdn="sql-a.corp.example"><t:SqlInstances>
<t:SqlInstance UniqueId="i1" Name=""/></t:SqlInstances></t:Cluster></t:Clusters></t:CentralSite>
</t:CentralSites><t:Services>
<t:Service UniqueId="s1" RoleName="PersistentChatServer" InstalledOn="c1"><x:DependsOn xmlns:x="urn:x">
<x:Dependency ServiceUniqueId="s2" Usage="Mirror"/></x:DependsOn></t:Service>
<t:Service UniqueId="s2" RoleName="PersistentChatStore" InstalledOn="i1"><t:Ports/></t:Service>
</t:Services></t:PartialTopology></NewTopology></TopologyBuilder>"#;
    let manifest =
        "[[server]]\nrole = 'A'\nname = 'SQL-A'\n[[file]]\npath = 'x.tbxml'\nkind = 'topology'\n";
    let files = vec![
        ("records.toml".to_owned(), manifest.as_bytes().to_vec()),
        ("x.tbxml".to_owned(), utf_16(text)),
    ];
    let found = imported(&files);
    assert_eq!(found.findings, []);
    assert!(
        found.toml.contains("# from x.tbxml, line 5\nactive = 2\n"),
        "{}",
        found.toml
    );
    let question = found
        .questions
        .iter()
        .find(|one| one.key == "dependency-11")
        .unwrap();
    assert!(
        question
            .text
            .contains("on sql-a.corp.example with the usage `Mirror`")
    );
}

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
            "log_shipping.backup_interval is 15min here and 5min in the records: `A/job-schedules.csv, row 2`",
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
            "the scenario says that B ships too, and in the records B ships nothing: `B/log-shipping-primary.csv`, row 2",
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
        let more = found.len() - 1;
        assert!(
            more == 0 || wanted.contains("witness") || more == 1 && wanted.contains("share_host"),
            "{found:?}"
        );
    }
    let swapped = [
        ("A/mirroring-setup.csv", "PRINCIPAL", "MIRROR"),
        ("B/mirroring-setup.csv", "MIRROR", "PRINCIPAL"),
    ];
    let found = drifts(&swapped, &[]);
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
        "A/job-schedules.csv, row 2",
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
    fs::write(records.join("records.toml"), "[[server]]\nrole = 'A'\nname = 'A'\n[[file]]\npath = 'i.csv'\nkind = 'incidents'\nfrom = 2016-01-01\nto = 2017-01-01\n").unwrap();
    fs::write(records.join("i.csv"), "component,start,end\n").unwrap();
    let refused = poolproof_in(at, &["validate", "pool.toml", "--against", "records"]);
    assert_eq!(refused.status.code(), Some(3), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("E0033"), "{}", stderr(&refused));
}
