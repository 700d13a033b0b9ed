//! The promise of stable ids: numbers address random draws and stand in stored traces, names stand
//! in files that users keep, so none ever changes its meaning or is used again.
//!
//! Something new takes the next free number and joins its table here. The golden words of the
//! random numbers are in `simulate::random`.

use std::collections::BTreeMap;
use std::fmt::Debug;

use poolproof::cli::exit::Exit;
use poolproof_engines::clocks::purpose::Purpose;
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass};
use poolproof_models::names::property::{Goal, Property};
use poolproof_models::names::runbook::{Belief, Operation, Phase, Role};

const COMPONENTS: [(u8, &str); 39] = [
    (0, "server-1"),
    (1, "server-2"),
    (2, "server-3"),
    (3, "server-4"),
    (4, "server-5"),
    (5, "server-6"),
    (6, "server-7"),
    (7, "server-8"),
    (8, "A"),
    (9, "B"),
    (10, "W"),
    (11, "S"),
    (12, "SM"),
    (13, "SW"),
    (14, "share"),
    (15, "front-end-1"),
    (16, "DC1"),
    (17, "DC2"),
    (20, "A-B"),
    (21, "A-W"),
    (22, "B-W"),
    (23, "DC1-DC2"),
    (24, "S-SM"),
    (25, "S-SW"),
    (26, "SM-SW"),
    (28, "pair-A-B"),
    (29, "pair-S-SM"),
    (32, "backup-job"),
    (33, "copy-job"),
    (34, "restore-job"),
    (36, "mirror-operators"),
    (37, "site-operators"),
    (38, "failback-operators"),
    (39, "log-shipping-operators"),
    (40, "clients"),
    (41, "DC1-third"),
    (42, "DC2-third"),
    (43, "last-resort-operators"),
    (44, "planned-operators"),
];

const EVENT_KINDS: [(u8, &str); 42] = [
    (1, "write"),
    (2, "crash"),
    (3, "restart"),
    (4, "cut"),
    (5, "heal"),
    (6, "detect"),
    (7, "expose"),
    (8, "automatic-failover"),
    (9, "resynchronise"),
    (10, "backup"),
    (11, "copy"),
    (12, "restore"),
    (13, "replicate"),
    (14, "disaster"),
    (15, "outage"),
    (16, "return"),
    (17, "share-loss"),
    (18, "start-runbook"),
    (19, "runbook-step"),
    (20, "stand-down"),
    (21, "reconnect"),
    (22, "misoperation"),
    (23, "grey-failure"),
    (24, "grey-repair"),
    (25, "log-full"),
    (26, "retention"),
    (27, "rebuild"),
    (28, "export"),
    (29, "premature"),
    (30, "skip"),
    (31, "swap-next"),
    (32, "wrong-file"),
    (33, "abort"),
    (34, "destroy"),
    (35, "swap-roles"),
    (36, "notice"),
    (37, "forget"),
    (38, "accept"),
    (39, "fence-fails"),
    (40, "port-lost"),
    (41, "stall"),
    (42, "stall-ends"),
];

const FAULT_CLASSES: [(u8, &str); 6] = [
    (0, "component-crash"),
    (1, "site-loss"),
    (2, "link-cut"),
    (3, "share-loss"),
    (4, "late-return"),
    (5, "mistake"),
];

const PROPERTIES: [(u8, &str); 17] = [
    (0, "SB"),
    (1, "AL0"),
    (2, "ALr"),
    (3, "I3"),
    (4, "I1"),
    (5, "I2"),
    (6, "I4"),
    (7, "AL"),
    (8, "ALF"),
    (9, "ST"),
    (10, "CH"),
    (11, "UQ"),
    (12, "OW"),
    (13, "WS"),
    (14, "CO"),
    (15, "ID"),
    (16, "RC"),
];

const GOALS: [(u8, &str); 3] = [
    (0, "automatic-failover"),
    (1, "failover-to-dc2"),
    (2, "failback-to-dc1"),
];

const ROLES: [(u8, &str); 6] = [
    (0, "mirror-failover"),
    (1, "site-failover"),
    (2, "site-failback"),
    (3, "log-shipping-repair"),
    (4, "last-resort"),
    (5, "planned-switch"),
];

/// A misoperation is addressed by its place in this list.
const OPERATIONS: [(u8, &str); 52] = [
    (0, "decide"),
    (1, "fail-over-cms"),
    (2, "drop-log-shipping"),
    (3, "copy-backlog"),
    (4, "restore-backlog"),
    (5, "recover-secondary"),
    (6, "set-failed-over"),
    (7, "install-mirror"),
    (8, "activate-dc2"),
    (9, "move-next-hop"),
    (10, "manual-failover"),
    (11, "force-service"),
    (12, "resume-mirroring"),
    (13, "suspend-mirroring"),
    (14, "remove-witness"),
    (15, "fence-dc1"),
    (16, "tail-backup"),
    (17, "restart-servers"),
    (18, "swap-active"),
    (19, "activate-all"),
    (20, "clear-active"),
    (21, "stop-services"),
    (22, "remove-dc2-mirroring"),
    (23, "full-backup"),
    (24, "tail-backup-dc2"),
    (25, "salvage"),
    (26, "restore-primary"),
    (27, "verify-primary"),
    (28, "reinitialise-secondary"),
    (29, "reseed-mirror"),
    (30, "activate-dc1"),
    (31, "set-normal"),
    (32, "return-next-hop"),
    (33, "remove-mirroring"),
    (34, "recover-mirror"),
    (35, "release-stale-side"),
    (36, "ad-hoc-log-backup"),
    (37, "set-simple-recovery"),
    (38, "stop-agent"),
    (39, "bridge-gap"),
    (40, "fence-principal"),
    (41, "fence-in-band"),
    (42, "lift-fence"),
    (43, "start-services"),
    (44, "stop-backup-agent"),
    (45, "start-backup-agent"),
    (46, "return-to-dc1"),
    (47, "recover-newest"),
    (48, "restore-newest-backup"),
    (49, "start-empty"),
    (50, "serve-newest"),
    (51, "remirror-newest"),
];

const BELIEFS: [&str; 13] = [
    "principal-down",
    "site-down",
    "partner-back",
    "witness-down",
    "site-rebuilt",
    "replicas-current",
    "secondary-mirrored",
    "users-cut-off",
    "secondary-stalled",
    "no-restore-alert",
    "no-backup-alert",
    "service-stuck",
    "planned",
];

const PHASES: [&str; 5] = ["detect", "decide", "act", "recover", "reconnect"];

/// Compares what there is with a table: the first number that changed, went or is not listed.
fn assert_table(
    what: &str,
    there_is: impl IntoIterator<Item = (u8, &'static str)>,
    table: &[(u8, &str)],
) {
    let there_is: Vec<_> = there_is.into_iter().collect();
    let numbers: BTreeMap<u8, &str> = there_is.iter().copied().collect();
    assert_eq!(
        numbers.len(),
        there_is.len(),
        "{what}: a number is used twice"
    );
    for (number, name) in table {
        assert_eq!(
            numbers.get(number),
            Some(name),
            "{what}: {number} is `{name}` for good"
        );
    }
    for (number, name) in &numbers {
        let listed = table.contains(&(*number, *name));
        assert!(
            listed,
            "{what}: `{name}` is new; add ({number}, \"{name}\") to the table"
        );
    }
}

/// Every name leads back to what it names.
fn assert_names<T: PartialEq + Debug>(
    all: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> &'static str,
    from_name: impl Fn(&str) -> Option<T>,
) {
    for item in all {
        assert_eq!(from_name(name(&item)).as_ref(), Some(&item));
    }
    assert_eq!(from_name("no such name"), None);
}

/// Numbers that are places in a list.
fn places<T>(all: &[T], name: impl Fn(&T) -> &'static str) -> Vec<(u8, &'static str)> {
    let places = all.iter().enumerate();
    places
        .map(|(place, item)| (place as u8, name(item)))
        .collect()
}

#[test]
fn components() {
    let all = Component::ALL;
    assert_table(
        "component",
        all.map(|c| (c.number(), c.name())),
        &COMPONENTS,
    );
    assert_names(all, |c| c.name(), Component::from_name);
    assert!(
        all.is_sorted_by_key(|c| c.number()),
        "in the order of numbers"
    );
    assert!(all.iter().all(|c| c.number() < 64));
}

#[test]
fn event_kinds() {
    let all = EventKind::ALL;
    assert_table("event kind", all.map(|k| (k as u8, k.name())), &EVENT_KINDS);
}

#[test]
fn event_ids_and_names() {
    let cut = Event::new(EventKind::Cut, Component::Wan);
    assert_eq!((cut.id(), cut.name().as_str()), (0x0417, "cut:DC1-DC2"));
    let mistake = Event::misoperation(Operation::ForceService);
    assert_eq!(mistake.id(), 0x160B);
    assert_eq!(mistake.name(), "misoperation:force-service");
    for event in [cut, mistake] {
        assert_eq!(Event::from_name(&event.name()), Some(event));
    }
}

#[test]
fn fault_classes() {
    let all = FaultClass::ALL;
    assert_table(
        "fault class",
        all.map(|c| (c as u8, c.name())),
        &FAULT_CLASSES,
    );
    assert_names(all, |c| c.name(), FaultClass::from_name);
}

#[test]
fn properties_and_goals() {
    let all = Property::ALL;
    assert_table("property", all.map(|p| (p as u8, p.name())), &PROPERTIES);
    assert_names(all, |p| p.name(), Property::from_name);
    let all = Goal::ALL;
    assert_table("goal", all.map(|g| (g as u8, g.name())), &GOALS);
    assert_names(all, |g| g.name(), Goal::from_name);
}

#[test]
fn the_vocabulary_of_runbooks() {
    assert_table(
        "operation",
        places(&Operation::ALL, |o| o.name()),
        &OPERATIONS,
    );
    assert_names(Operation::ALL, |o| o.name(), Operation::from_name);
    assert_table("role", Role::ALL.map(|r| (r as u8, r.name())), &ROLES);
    assert_names(Role::ALL, |r| r.name(), Role::from_name);
    assert_names(Belief::ALL, |b| b.name(), Belief::from_name);
    assert_names(Phase::ALL, |p| p.name(), Phase::from_name);
    for name in BELIEFS {
        assert!(Belief::from_name(name).is_some(), "{name}");
    }
    for name in PHASES {
        assert!(Phase::from_name(name).is_some(), "{name}");
    }
}

#[test]
fn purposes_of_draws() {
    use Purpose as P;
    let numbers = [
        (P::Failure, 0),
        (P::Repair, 1),
        (P::Disaster, 2),
        (P::Detection, 3),
        (P::Failover, 4),
        (P::Resynchronisation, 5),
        (P::Replication, 6),
        (P::Step, 7),
        (P::Reconnection, 8),
        (P::JobPhase, 9),
        (P::Drill, 10),
        (P::Immediate, 11),
        (P::CommonCause, 12),
        (P::GreyFailure, 13),
        (P::GreyRepair, 14),
        (P::Rebuild, 15),
        (P::Reseeding, 16),
        (P::RoleSwap, 17),
        (P::Alert, 18),
        (P::Maintenance, 19),
        (P::Misoperation, 20),
        (P::Premature, 21),
        (P::RareMoment, 22),
        (P::RareCoin, 23),
        (P::RareTime, 24),
        (P::RareFailure, 25),
        (P::RareLookAhead, 26),
        (P::RareMode, 27),
        (P::AgeMoment, 28),
        (P::Stall, 29),
        (P::StallEnd, 30),
        (P::PlannedRunbook, 31),
        (P::LogDrive, 32),
        (P::Retention, 33),
    ];
    assert_eq!(numbers.map(|(purpose, _)| purpose), P::ALL);
    for (purpose, number) in numbers {
        assert_eq!(purpose.number(), number, "{purpose:?}");
        assert_eq!(purpose.choice(), number + 128, "{purpose:?}");
    }
}

#[test]
fn exit_codes() {
    let codes = [
        (Exit::AsExpected, 0),
        (Exit::Differs, 1),
        (Exit::Usage, 2),
        (Exit::Input, 3),
        (Exit::Undecided, 4),
        (Exit::NotDeterministic, 5),
        (Exit::Defect, 70),
        (Exit::Output, 74),
        (Exit::Interrupted, 130),
    ];
    for (exit, code) in codes {
        assert_eq!(exit.code(), code, "{exit:?}");
    }
    assert_eq!(Exit::BY_RANK.len(), codes.len());
}
