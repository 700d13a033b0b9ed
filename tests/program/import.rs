//! The promise of imports: what servers say about themselves becomes a scenario in which each
//! value names its row, what no record holds is a question, and what is not known is listed with
//! its line and never guessed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use poolproof::app::drift::drift;
use poolproof::app::import::{ImportedScenario, ValueOrigin, import};
use poolproof::scenario::writer::Form;
use poolproof::scenario::{self, Loaded, Scenario};

use crate::support::imports::{answered, changed, imported, named, read};
use crate::support::records::utf_16;
use crate::support::setup_records::setup_records;

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
            let asked = imported.toml.split("# QUESTION ").skip(1);
            let mut asked = asked.map(|text| text.split("Taken: ").next().unwrap().to_lowercase());
            let key = &question.key;
            assert!(
                asked.any(|text| text.contains(key)),
                "{key}\n{}",
                imported.toml
            );
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
            "W0036: `W/witness-setup.csv`, row 2: the witness says that the partners are not sync",
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
            "W0036: `A/mirroring-setup.csv`, row 3: A is the principal of mgc and the mirror of \
             mgccomp: the roles are split (H-43)",
        ),
        (
            a,
            "PRINCIPAL",
            "NULL",
            "the database is not mirrored here, and B/mirroring-setup.csv, row 2 says that it is",
        ),
        (
            "records.toml",
            "role = 'SM'",
            "role = 'A'",
            "has the role A as SQL-A has",
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
            "`lync/cs-mirror-state.json`, row 2: mgc and mgccomp have different principals: the \
             roles are split (H-43)",
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
                "`lync/topology.xml`, lines {first}, {second}: element `<Mirror>` is not known; \
                 left alone"
            ),
            format!(
                "`lync/topology.xml`, line {edge}: the service `EdgeServer` has no place in a \
                 scenario; left alone"
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
<t:Service UniqueId="s1" RoleName="PersistentChatServer" InstalledOn="c1">
<x:DependsOn xmlns:x="urn:x"><x:Dependency ServiceUniqueId="s2" Usage="Mirror"/></x:DependsOn>
</t:Service>
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

/// A record of B alone decides nothing about A: it is asked.
#[test]
fn what_is_missing_is_asked_and_not_inferred() {
    let manifest = "[[server]]\nrole = 'A'\nname = 'SQL-A'\n\
                    [[server]]\nrole = 'B'\nname = 'SQL-B'\n\
                    [[file]]\npath = 'b.csv'\nkind = 'log-shipping-primary'\nserver = 'SQL-B'\n";
    let rows = "server_name,primary_database,backup_share\nSQL-B,NULL,NULL\n";
    let files = vec![
        ("records.toml".to_owned(), manifest.as_bytes().to_vec()),
        ("b.csv".to_owned(), rows.as_bytes().to_vec()),
    ];
    let found = imported(&files);
    let keys: Vec<&str> = found.questions.iter().map(|one| one.key.as_str()).collect();
    for key in [
        "log_shipping.enabled",
        "mirroring.enabled",
        "mirroring.witness",
        "pool.servers",
    ] {
        assert!(keys.contains(&key), "{key}: {keys:?}");
    }
    let directory = tempfile::tempdir().unwrap();
    loaded(&found, directory.path());
}

/// The records that the documents show are those of the generator: of a pool whose log backups are
/// more frequent than in the reference file.
#[test]
fn the_sample_is_the_generated_one() {
    let loaded = named(&[("log_shipping.backup_interval", "5min")]);
    let sample = Path::new("scenarios/records/setup");
    for (name, bytes) in setup_records(&loaded.scenario) {
        let path = sample.join(name);
        if std::env::var_os("POOLPROOF_UPDATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &bytes).unwrap();
        }
        let there = fs::read(&path).unwrap_or_default();
        let path = path.display();
        assert!(there == bytes, "{path}: POOLPROOF_UPDATE=1 writes it anew");
    }
}
