//! The promise of conform: records of a run of the model are explained, with the faults that they
//! tell of; with one record that cannot be, they are not, and it is the one that is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use poolproof::app::compile::timed_topology;
use poolproof::app::compile::trial::trial;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::EventKind;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::state::world::World;

use crate::support::program::{poolproof_in, stderr, stdout};
use crate::support::records::stamp;
use crate::support::scenarios::load;

/// 2016-01-01.
const START: i64 = 1_451_606_400_000;

const SERVERS: [Component; 3] = [Component::A, Component::B, Component::W];

/// Records as they are written: rows of the trace of each partner, and incidents of servers.
#[derive(Default, Clone)]
struct Written {
    states: BTreeMap<&'static str, Vec<(i64, u8)>>,
    incidents: Vec<(&'static str, i64, Option<i64>, &'static str)>,
}

impl Written {
    fn state(&mut self, server: Component, at: i64, state: u8) {
        self.states
            .entry(server.name())
            .or_default()
            .push((at, state));
    }

    fn place(&self, directory: &Path) {
        let mut manifest = String::from("database = \"mgc\"\n");
        for server in ["A", "B", "W"] {
            manifest += &format!("[[server]]\nrole = \"{server}\"\nname = \"SQL-{server}\"\n");
            manifest += "time_zone = \"UTC\"\nclock_ahead = \"0s\"\n";
        }
        for (server, rows) in &self.states {
            let mut text = "database_name,start_time,state\n".to_owned();
            for (at, state) in rows {
                text += &format!("mgc,{},{state}\n", stamp(*at, 0));
            }
            fs::write(directory.join(format!("{server}.csv")), text).unwrap();
            manifest += &format!("[[file]]\npath = \"{server}.csv\"\n");
            manifest += &format!("kind = \"mirroring-states\"\nserver = \"SQL-{server}\"\n");
        }
        let mut text = "component,start,end,noticed\n".to_owned();
        for (server, start, end, noticed) in &self.incidents {
            let end = end.map_or(String::new(), |end| stamp(end, 0));
            text += &format!("{server},{},{end},{noticed}\n", stamp(*start, 0));
        }
        fs::write(directory.join("incidents.csv"), text).unwrap();
        manifest += "[[file]]\npath = \"incidents.csv\"\nkind = \"incidents\"\n";
        manifest += "from = \"2016-01-01\"\nto = \"2018-01-01\"\n";
        fs::write(directory.join("records.toml"), manifest).unwrap();
    }
}

const FILE: &str = "[pool]\nvariant = \"LBW\"\n[pool.dc1]\nactive = 1\n\
    [pool.dc2]\nactive = 0\nidle = 1\n[mirroring]\nwitness = \"DC1\"\n";

/// The end and its exit, of records beside a scenario.
fn conform(written: &Written, options: &[&str]) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().unwrap();
    written.place(directory.path());
    fs::write(directory.path().join("pool.toml"), FILE).unwrap();
    let words = [&["conform", "pool.toml", "."], options].concat();
    let output = poolproof_in(directory.path(), &words);
    let text = format!("{}{}", stdout(&output), stderr(&output));
    (
        output.status.code(),
        text.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}

#[test]
fn two_principals_at_once_are_not_a_failover_that_nobody_recorded() {
    let mut written = Written::default();
    let at = START + 3_600_000;
    written.state(Component::A, at, 1);
    written.state(Component::B, at, 1);
    let (code, text) = conform(&written, &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("two principals at once"), "{text}");
    // Two clocks that agree leave time for a failover between.
    written.states.insert("B", vec![(at + 60_000, 1)]);
    let (code, text) = conform(&written, &[]);
    assert_eq!(code, Some(0), "{text}");
    // So does a record of the change.
    written.states.insert("B", vec![(at, 7), (at, 1)]);
    let (code, text) = conform(&written, &[]);
    assert_eq!(code, Some(0), "{text}");
}

/// What the servers of the pair write down in a trial of the simulator.
fn of_trial(number: u64) -> Written {
    let changes = [
        ("mirroring.witness", "\"DC1\""),
        ("log_shipping.enabled", "false"),
        ("secondary.mirror", "false"),
        ("operators.site_failover", "\"none\""),
        ("operators.site_failback", "\"none\""),
        ("operators.log_shipping_repair", "\"none\""),
        ("operators.last_resort", "\"none\""),
        ("operators.mirror_failover", "\"none\""),
        ("simulate.horizon", "\"30d\""),
    ];
    let scenario = load("scenarios/lync-2013-lbw.toml", &changes);
    let topology = timed_topology(&scenario);
    let mut world = topology.initial();
    let mut written = Written::default();
    let mut down: BTreeMap<&str, i64> = BTreeMap::new();
    for (ms, index) in trial(&scenario, number, false).expect("it can be simulated") {
        let event = topology.events()[index];
        let before = world;
        world = before.after(&topology, event);
        let at = START + ms as i64;
        for server in SERVERS {
            match (before.is_up(server), world.is_up(server)) {
                (true, false) => {
                    down.insert(server.name(), at);
                }
                (false, true) => {
                    let since = down.remove(server.name()).expect("it was down");
                    written.incidents.push((server.name(), since, Some(at), ""));
                }
                _ => {}
            }
        }
        let session = world.session(SessionId::Primary);
        let running = |wanted: fn(&World, usize) -> bool| {
            let members = [0, 1].into_iter().filter(|member| wanted(&world, *member));
            let servers = members.map(|member| SessionId::Primary.node(member));
            servers
                .filter(|server| world.is_up(*server))
                .collect::<Vec<_>>()
        };
        let principals = running(|w, member| w.session(SessionId::Primary).is_principal(member));
        let mirrors = running(|w, member| w.session(SessionId::Primary).is_mirror(member));
        match event.kind {
            EventKind::Detect if event.at == Component::LinkAB => {
                principals.iter().for_each(|one| written.state(*one, at, 6));
                mirrors.iter().for_each(|one| written.state(*one, at, 5));
            }
            EventKind::AutomaticFailover => {
                principals
                    .iter()
                    .filter(|one| {
                        Replica::of(**one).is_some_and(|c| {
                            before.session(SessionId::Primary).is_mirror(c.member())
                        })
                    })
                    .for_each(|one| written.state(*one, at, 8));
            }
            EventKind::SwapRoles => principals.iter().for_each(|one| written.state(*one, at, 7)),
            EventKind::Resynchronise if session.exists() => {
                principals.iter().for_each(|one| written.state(*one, at, 1));
                mirrors.iter().for_each(|one| written.state(*one, at, 3));
            }
            _ => {}
        }
        assert!(topology.site_of(Component::A) == Some(Site::Dc1));
    }
    for (server, since) in down {
        written.incidents.push((server, since, None, ""));
    }
    written
}

#[test]
fn what_the_simulator_does_is_explained() {
    let mut records = 0;
    for number in 0..6 {
        let written = of_trial(number);
        records += written.incidents.len() + written.states.values().map(Vec::len).sum::<usize>();
        let (code, text) = conform(&written, &[]);
        if written.incidents.is_empty() && written.states.is_empty() {
            assert_eq!(code, Some(3), "{text}");
            continue;
        }
        assert_eq!(code, Some(0), "trial {number}: {text}");
        assert!(text.starts_with("explained: "), "{text}");
    }
    assert!(records > 80, "{records}");
}

#[test]
fn a_record_that_cannot_be_is_named() {
    let mut tried = 0;
    for number in 0..6 {
        let mut written = of_trial(number);
        let long = |one: &&(&str, i64, Option<i64>, &str)| {
            one.0 != "W" && one.2.is_some_and(|end| end - one.1 > 60_000)
        };
        let Some(outage) = written.incidents.iter().find(long).copied() else {
            continue;
        };
        let middle = (outage.1 + outage.2.expect("it is long")) / 2;
        let server = if outage.0 == "A" {
            Component::A
        } else {
            Component::B
        };
        written.state(server, middle, 1);
        written
            .states
            .values_mut()
            .for_each(|rows| rows.sort_unstable());
        let (code, text) = conform(&written, &[]);
        assert_eq!(code, Some(1), "trial {number}: {text}");
        assert!(text.starts_with("not explained: "), "{text}");
        let expected = format!(
            "{} (SQL-{}): is principal and synchronised",
            outage.0, outage.0
        );
        let first = text
            .split("perhaps:")
            .next()
            .expect("there is a first record");
        assert!(first.contains(&expected), "trial {number}: {first}");
        assert!(text.contains("perhaps: "), "{text}");
        tried += 1;
    }
    assert!(tried >= 2, "{tried}");
}

/// F04: the time-out is 10 s.
#[test]
fn a_failover_that_is_too_soon_is_found() {
    let incident = |noticed| Written {
        states: BTreeMap::from([("B", vec![(START + 3_600_000 + 4_000, 8)])]),
        incidents: vec![("A", START + 3_600_000, Some(START + 7_200_000), noticed)],
    };
    let (code, text) = conform(&incident("silent"), &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("B (SQL-B): automatic failover"), "{text}");
    assert!(
        text.contains("perhaps: sooner than the model allows"),
        "{text}"
    );
    let (code, text) = conform(&incident("closed"), &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("its connections close"), "{text}");
    let shorter = [
        "--set",
        "mirroring.partner_timeout=5s",
        "--clock-error",
        "2s",
    ];
    let (code, text) = conform(&incident("silent"), &shorter);
    assert_eq!(code, Some(0), "{text}");
}

/// F01: a failover without any cause on record has one all the same, and it is said that no record
/// has it.
#[test]
fn a_failover_without_a_cause_has_a_hidden_one() {
    let written = Written {
        states: BTreeMap::from([
            ("A", vec![(START + 1_000, 1)]),
            ("B", vec![(START + 3_600_000, 8)]),
        ]),
        ..Written::default()
    };
    let (code, text) = conform(&written, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("(1 that no record has)"), "{text}");
    assert!(text.contains("[fault that no record has]"), "{text}");
    // With no witness nothing fails over by itself.
    let (code, text) = conform(&written, &["--set", "mirroring.witness=none"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("B (SQL-B): automatic failover"), "{text}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let written = of_trial(0);
    let outside = ["--from", "2017-06-01", "--to", "2017-06-02"];
    let (code, text) = conform(&written, &outside);
    assert_eq!(code, Some(3), "{text}");
    assert!(
        text.contains("no record of A, B or W is within that time"),
        "{text}"
    );
    let (code, text) = conform(&written, &["--set", "mirroring.enabled=false"]);
    assert_eq!(code, Some(3), "{text}");
    let (code, text) = conform(&written, &["--max-states", "1"]);
    assert_eq!(code, Some(4), "{text}");
    assert!(text.starts_with("undecided: "), "{text}");
}
