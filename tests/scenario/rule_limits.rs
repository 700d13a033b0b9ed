//! The promise of the rules V1 to V48: each fires at its limit and not beside it, and each part of
//! its condition is enough to make it fire, or to keep it silent.

use std::collections::BTreeMap;
use std::path::Path;

use poolproof::scenario::load_with;
use poolproof::scenario::rules::RULES;

mod product_cases;

use product_cases::{OPERATORS, PRODUCT};

/// A pool in which everything is there and no rule has anything to say.
const FILE: &str = "scenarios/lync-2013-lbw.toml";
const CLEAN: &str = "log_shipping.share = third";

const NO_MIRROR: &str = "mirroring.enabled = false; mirroring.witness = none";
const NO_SHIPPING: &str = "log_shipping.enabled = false";
const NO_SM: &str = "secondary.mirror = false";
const ONE_SERVER: &str = "pool.dc1.active = 1; pool.dc2.idle = 0; pool.users = 20000";

const FIRES: bool = true;
const SILENT: bool = false;

/// A rule, what differs from the clean pool, and whether the rule fires.
type Case = (u8, &'static [&'static str], bool);

const SERVERS_AND_USERS: &[Case] = &[
    (1, &["pool.dc1.idle = 0"], SILENT), // 8 servers
    (1, &["pool.dc1.idle = 1"], FIRES),
    (1, &["pool.dc2.idle = 3"], SILENT),
    (1, &["pool.dc1.active = 0"], FIRES),
    (1, &["pool.dc1.active = 1"], SILENT),
    (1, &["pool.dc1.active = 4; pool.dc2.idle = 3"], SILENT),
    (1, &["pool.dc1.active = 5; pool.dc2.idle = 3"], FIRES),
    (2, &["pool.dc1.active = 1; pool.users = 19999"], SILENT),
    (2, &["pool.dc1.active = 1; pool.users = 20000"], SILENT),
    (2, &["pool.dc1.active = 1; pool.users = 20001"], FIRES),
    (2, &["pool.users = 79999"], SILENT),
    (2, &["pool.users = 80000"], SILENT),
    (2, &["pool.users = 80001"], FIRES),
    // Five active servers do not make it more.
    (
        2,
        &["pool.dc1.active = 5; pool.dc2.idle = 3; pool.users = 80001"],
        FIRES,
    ),
    (
        2,
        &["pool.users = 80000; pool.users_of_other_pools = 1"],
        FIRES,
    ),
    (
        2,
        &["pool.users = 40000; pool.users_of_other_pools = 39999"],
        SILENT,
    ),
    (
        2,
        &["pool.users = 40000; pool.users_of_other_pools = 40000"],
        SILENT,
    ),
    (
        2,
        &["pool.users = 40000; pool.users_of_other_pools = 40001"],
        FIRES,
    ),
    (2, &["pool.provisioned_users = 149999"], SILENT),
    (2, &["pool.provisioned_users = 150000"], SILENT),
    (2, &["pool.provisioned_users = 150001"], FIRES),
    (3, &["pool.dc1.active = 2; pool.users = 29999"], SILENT),
    (3, &["pool.dc1.active = 2; pool.users = 30000"], SILENT),
    (3, &["pool.dc1.active = 2; pool.users = 30001"], FIRES),
    (3, &["pool.dc1.active = 3; pool.users = 60000"], SILENT),
    (3, &["pool.dc1.active = 3; pool.users = 60001"], FIRES),
    // A single server has no survivor.
    (3, &["pool.dc1.active = 1; pool.users = 10000"], FIRES),
    (29, &["pool.dc1.active = 0; pool.dc2.active = 1"], FIRES),
    (29, &["pool.dc1.active = 0; pool.dc2.active = 0"], SILENT),
    (29, &["pool.dc1.active = 1; pool.dc2.active = 1"], SILENT),
    (
        29,
        &["pool.dc1.active = 0; pool.dc2.active = 1; pool.variant = HBW"],
        SILENT,
    ),
    (30, &["pool.dc1.active = 1; pool.dc2.active = 1"], FIRES),
    (30, &["pool.dc1.active = 0; pool.dc2.active = 1"], SILENT),
    (30, &["pool.dc1.active = 1; pool.dc2.active = 0"], SILENT),
    (
        30,
        &["pool.dc1.active = 1; pool.dc2.active = 1; pool.variant = HBW"],
        SILENT,
    ),
    (
        31,
        &["pool.dc2.active = 1; pool.dc2.idle = 3; pool.dc2.time_zone = CET"],
        FIRES,
    ),
    (
        31,
        &["pool.dc2.active = 1; pool.dc2.idle = 3; pool.dc1.time_zone = CET"],
        FIRES,
    ),
    (
        31,
        &["pool.dc2.active = 1; pool.dc2.time_zone = utc"],
        SILENT,
    ),
    (
        31,
        &["pool.dc2.active = 0; pool.dc2.time_zone = CET"],
        SILENT,
    ),
    (
        31,
        &["control.next_hop = DC2; pool.dc2.time_zone = CET"],
        FIRES,
    ),
    (31, &["control.next_hop = DC2"], SILENT),
];

const PLACES: &[Case] = &[
    (4, &["mirroring.mirror_site = DC2"], FIRES),
    (4, &["mirroring.mirror_site = DC1"], SILENT),
    (4, &["mirroring.mirror_site = DC2", NO_MIRROR], SILENT),
    (5, &["mirroring.witness = DC2"], FIRES),
    (5, &["mirroring.witness = DC1"], SILENT),
    (5, &["mirroring.witness = none"], SILENT),
    (6, &["secondary.site = DC1"], FIRES),
    (6, &["secondary.site = DC1", NO_SHIPPING], SILENT),
    (7, &["secondary.mirror_site = DC1"], FIRES),
    (7, &["secondary.mirror_site = DC1", NO_SM], SILENT),
    (
        7,
        &["secondary.witness_site = DC1; secondary.witness = true"],
        FIRES,
    ),
    (
        7,
        &["secondary.witness_site = DC1; secondary.witness = false"],
        SILENT,
    ),
    (
        7,
        &["secondary.site = DC1; secondary.mirror_site = DC1"],
        SILENT,
    ),
    (7, &["secondary.site = DC1"], FIRES),
    (8, &["sql.b.server = A"], FIRES),
    (8, &["sql.b.server = a"], FIRES),
    (8, &["sql.b.server = A\\TWO"], FIRES),
    (8, &["sql.w.server = A"], FIRES),
    (8, &["sql.w.server = B"], FIRES),
    (8, &["sql.sm.server = S"], FIRES),
    (8, &["sql.sw.server = SM; secondary.witness = true"], FIRES),
    (8, &["sql.sw.server = SM"], SILENT),
    (8, &["sql.s.server = A"], SILENT),
    (8, &["sql.b.server = A", NO_MIRROR], SILENT),
    (8, &["sql.w.server = A; mirroring.witness = none"], SILENT),
    (9, &["sql.s.server = A"], FIRES),
    (9, &["sql.s.server = B"], FIRES),
    (9, &["sql.s.server = b"], FIRES),
    (9, &["sql.s.server = A\\TWO"], FIRES),
    (9, &["sql.s.server = a\\mssqlserver"], FIRES),
    (9, &["sql.sm.server = B"], FIRES),
    (9, &["sql.sm.server = B", NO_SM], SILENT),
    (9, &["sql.s.server = B", NO_MIRROR], SILENT),
    (9, &["sql.s.server = A", NO_SHIPPING], SILENT),
    (9, &["sql.s.server = X\\S; sql.a.server = x\\A"], FIRES),
    (9, &["sql.s.server = X\\S; sql.w.server = x\\W"], FIRES),
    (9, &["sql.s.server = X\\S; sql.sm.server = Y\\S"], SILENT),
    (45, &["pool.dc2.idle = 0"], FIRES),
    (45, &["pool.dc2.idle = 1"], SILENT),
    (
        45,
        &["pool.dc2.idle = 0; operators.site_failover = none"],
        SILENT,
    ),
    (46, &["log_shipping.mirror_settings_match = false"], FIRES),
    (
        46,
        &["log_shipping.mirror_settings_match = false", NO_MIRROR],
        SILENT,
    ),
    (
        46,
        &["log_shipping.mirror_settings_match = false", NO_SHIPPING],
        SILENT,
    ),
    (47, &["log_shipping.mirror_initialises = true"], FIRES),
    (
        47,
        &["log_shipping.mirror_initialises = true; log_shipping.mirror_configured = false"],
        SILENT,
    ),
    (48, &["log_shipping.share_in_file_store = true"], FIRES),
    (
        48,
        &["log_shipping.share_in_file_store = true", NO_SHIPPING],
        SILENT,
    ),
    (
        11,
        &["sql.a.other_databases = [\"persistent-chat\"]"],
        FIRES,
    ),
    (
        11,
        &["sql.sm.other_databases = [\"persistent-chat\"]"],
        FIRES,
    ),
    (
        11,
        &["sql.w.other_databases = [\"persistent-chat\"]"],
        SILENT,
    ),
    (
        11,
        &["sql.w.other_databases = [\"persistent-chat\", \"persistent-chat\"]"],
        FIRES,
    ),
    (
        11,
        &["sql.a.other_databases = [\"back-end\", \"archiving\", \"compliance\"]"],
        SILENT,
    ),
    (
        11,
        &["sql.a.other_databases = [\"back-end\", \"back-end\"]"],
        FIRES,
    ),
    (
        11,
        &["sql.b.other_databases = [\"persistent-chat\"]", NO_MIRROR],
        SILENT,
    ),
    (
        11,
        &["sql.sw.other_databases = [\"back-end\", \"back-end\"]; secondary.witness = true"],
        FIRES,
    ),
];

const SHIPPING: &[Case] = &[
    (12, &["sql.a.share_access = read"], FIRES),
    (12, &["sql.a.share_access = none"], FIRES),
    (12, &["sql.a.share_access = read-write"], SILENT),
    (12, &["sql.b.share_access = read"], FIRES),
    (12, &["sql.s.share_access = read"], FIRES),
    (12, &["sql.sm.share_access = read"], FIRES),
    (12, &["sql.w.share_access = none"], SILENT),
    (12, &["sql.b.share_access = read", NO_MIRROR], SILENT),
    (12, &["sql.sm.share_access = read", NO_SM], SILENT),
    (12, &["sql.a.share_access = read", NO_SHIPPING], SILENT),
    (13, &["log_shipping.share = primary"], FIRES),
    (13, &["log_shipping.share = primary", NO_SHIPPING], SILENT),
    (13, &["log_shipping.share_host = A"], FIRES),
    (13, &["log_shipping.share_host = a"], FIRES),
    (13, &["log_shipping.share_host = B"], FIRES),
    (13, &["log_shipping.share_host = S"], FIRES),
    (13, &["log_shipping.share_host = SM"], FIRES),
    (13, &["log_shipping.share_host = W"], SILENT),
    (13, &["log_shipping.share_host = SM", NO_SM], SILENT),
    (13, &["log_shipping.share_host = B", NO_MIRROR], SILENT),
    (13, &["log_shipping.share_host = A", NO_SHIPPING], SILENT),
    (14, &["log_shipping.share = DC1"], FIRES),
    (14, &["log_shipping.share = primary"], FIRES),
    (14, &["log_shipping.share = DC2"], SILENT),
    (14, &["log_shipping.share = third"], SILENT),
    (14, &["log_shipping.share = DC1", NO_SHIPPING], SILENT),
    (15, &["sql.a.service_account = LocalSystem"], FIRES),
    (15, &["sql.b.service_account = LocalSystem"], FIRES),
    (15, &["sql.s.service_account = LocalSystem"], SILENT),
    (
        15,
        &["sql.a.service_account = LocalSystem; log_shipping.share = primary"],
        SILENT,
    ),
    (
        15,
        &["sql.b.service_account = LocalSystem; log_shipping.share = primary"],
        FIRES,
    ),
    (
        15,
        &["sql.b.service_account = LocalSystem", NO_MIRROR],
        SILENT,
    ),
    (
        15,
        &["sql.a.service_account = LocalSystem", NO_SHIPPING],
        SILENT,
    ),
    (16, &["log_shipping.copy_destination = unreachable"], FIRES),
    (16, &["log_shipping.copy_destination = reachable"], SILENT),
    (16, &["log_shipping.agent_reads_share = false"], FIRES),
    (
        16,
        &["log_shipping.agent_writes_destination = false"],
        FIRES,
    ),
    (
        16,
        &["log_shipping.copy_destination = unreachable", NO_SHIPPING],
        SILENT,
    ),
    (17, &["sql.a.agent = false"], FIRES),
    (17, &["sql.b.agent = false"], FIRES),
    (17, &["sql.s.agent = false"], FIRES),
    (17, &["sql.w.agent = false"], SILENT),
    (17, &["sql.sm.agent = false"], SILENT),
    (17, &["sql.b.agent = false", NO_MIRROR], SILENT),
    (17, &["sql.a.agent = false", NO_SHIPPING], SILENT),
    (18, &["log_shipping.mirror_configured = false"], FIRES),
    (18, &["log_shipping.mirror_share = other-folder"], FIRES),
    (
        18,
        &["log_shipping.mirror_configured = false", NO_MIRROR],
        SILENT,
    ),
    (
        18,
        &["log_shipping.mirror_configured = false", NO_SHIPPING],
        SILENT,
    ),
    (19, &["log_shipping.mirror_script = whole"], FIRES),
    (
        19,
        &["log_shipping.mirror_script = whole; log_shipping.mirror_configured = false"],
        SILENT,
    ),
    (
        19,
        &["log_shipping.mirror_script = whole", NO_MIRROR],
        SILENT,
    ),
    (
        19,
        &["log_shipping.mirror_script = whole", NO_SHIPPING],
        SILENT,
    ),
    // "About equal" is within a factor of one and a half.
    (
        20,
        &["log_shipping.copy_interval = 22min 29s 999ms"],
        SILENT,
    ),
    (20, &["log_shipping.copy_interval = 22min 30s"], SILENT),
    (20, &["log_shipping.copy_interval = 22min 30s 1ms"], FIRES),
    (20, &["log_shipping.copy_interval = 10min 1ms"], SILENT),
    (20, &["log_shipping.copy_interval = 10min"], SILENT),
    (20, &["log_shipping.copy_interval = 9min 59s 999ms"], FIRES),
    (20, &["log_shipping.restore_interval = 22min 30s"], SILENT),
    (
        20,
        &["log_shipping.restore_interval = 22min 30s 1ms"],
        FIRES,
    ),
    (20, &["log_shipping.restore_interval = 10min"], SILENT),
    (
        20,
        &["log_shipping.restore_interval = 9min 59s 999ms"],
        FIRES,
    ),
    (20, &["log_shipping.restore_delay = 0s"], SILENT),
    (20, &["log_shipping.restore_delay = 1ms"], FIRES),
    (20, &["log_shipping.restore_mode = standby"], FIRES),
    (
        20,
        &["log_shipping.restore_mode = standby", NO_SHIPPING],
        SILENT,
    ),
    (21, &["log_shipping.backup_retention = 23h 59min"], FIRES),
    (21, &["log_shipping.backup_retention = 24h"], FIRES),
    (21, &["log_shipping.backup_retention = 24h 1ms"], SILENT),
    (21, &["log_shipping.copy_outage_tolerated = 72h"], FIRES),
    (21, &["log_shipping.copy_outage_tolerated = 71h"], SILENT),
    (
        21,
        &["log_shipping.backup_retention = 24h", NO_SHIPPING],
        SILENT,
    ),
    (22, &["log_shipping.no_backup_alert = off"], FIRES),
    (22, &["log_shipping.no_backup_alert = 44min"], FIRES),
    (22, &["log_shipping.no_backup_alert = 45min"], SILENT),
    (22, &["log_shipping.no_restore_alert = off"], FIRES),
    (22, &["log_shipping.no_restore_alert = 44min"], FIRES),
    (22, &["log_shipping.no_restore_alert = 45min"], SILENT),
    (
        22,
        &["log_shipping.no_backup_alert = off", NO_SHIPPING],
        SILENT,
    ),
];

/// The rules that fire where these values are set over the clean pool.
fn fired(changes: &[&str]) -> Vec<String> {
    let all: Vec<String> = RULES.iter().map(|rule| format!("{:?}", rule.id)).collect();
    let mut overrides = vec![("allow.rules".to_owned(), format!("[{}]", all.join(", ")))];
    for change in [CLEAN].iter().chain(changes) {
        let pairs = change
            .split("; ")
            .map(|pair| pair.split_once(" = ").unwrap());
        overrides.extend(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    // What the model has no place for is an error that `allow` does not reach.
    let found = match load_with(Path::new(FILE), &overrides) {
        Ok(loaded) => loaded.warnings,
        Err(error) => {
            let of_rules = error.diagnostics.iter().all(|found| found.rule.is_some());
            assert!(of_rules, "{changes:?}:\n{error}");
            error.diagnostics
        }
    };
    found.into_iter().filter_map(|found| found.rule).collect()
}

#[test]
fn the_clean_pool_breaks_no_rule() {
    assert_eq!(fired(&[]), Vec::<String>::new());
}

#[test]
fn every_rule_fires_at_its_limit_and_for_each_part_of_its_condition() {
    let mut seen: BTreeMap<u8, [bool; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (rule, changes, expected) in
        [SERVERS_AND_USERS, PLACES, SHIPPING, PRODUCT, OPERATORS].concat()
    {
        let id = format!("V{rule}");
        let fires = fired(changes).contains(&id);
        if fires != expected {
            let word = if expected { "is silent" } else { "fires" };
            wrong.push(format!("{id} {word} with {changes:?}"));
        }
        seen.entry(rule).or_default()[usize::from(expected)] = true;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let complete: Vec<u8> = seen
        .into_iter()
        .filter(|(_, both)| *both == [true, true])
        .map(|(rule, _)| rule)
        .collect();
    assert_eq!(
        complete,
        (1..=48).collect::<Vec<u8>>(),
        "a rule without both cases"
    );
}
