//! Disagreements that are known and not yet put right: each is found by a trace of its own, and by
//! the walks. One that is put right fails its trace here, and leaves the list.

use poolproof_models::names::event::Event;
use poolproof_models::names::property::Property;

use super::walk::{Disagreement, judged, model_of, replay};
use crate::support::scenarios::load;

/// What the walks may find because of the traces below: a property, and whether the model says that
/// it is violated. Everything else that they find is new.
pub const EXPECTED: [(&str, bool); 7] = [
    // The model keeps two salvages; what a third replaces counts as lost.
    ("ALF", true),
    // A copy that was recovered and holds nothing new is on the fork of a copy that was not, where
    // neither can be written to: recovered again, their logs do not join (4.2). About 1 walk of
    // 100,000, with runbooks that do only parts of their work.
    ("CH", false),
    ("ST", false),
    // A gap is in the log of one member, and the model has one for both (4.2, 13.6).
    ("CH", true),
    ("ST", true),
    // Where S was recovered twice, the oldest backup is one of two (H-20).
    ("UQ", false),
    ("UQ", true),
];

/// A trace that shows a disagreement, or that there is none any more.
struct Trace {
    /// What it is about.
    name: &'static str,
    /// What the shipped scenario is changed by.
    changes: &'static [(&'static str, &'static str)],
    /// The events, separated by spaces.
    events: &'static str,
    /// The disagreement at its end: the property, and whether the model says that it is violated.
    found: Option<(&'static str, bool)>,
}

const ONE_SERVER: (&str, &str) = ("pool.dc1", "{ active = 1, idle = 0 }");
const NO_WITNESS: (&str, &str) = ("mirroring.witness", "\"none\"");
const NO_MIRROR: (&str, &str) = ("mirroring.enabled", "false");
const ANY_FAULT: (&str, &str) = ("check.limits", "{}");
const SIX_FAULTS: (&str, &str) = ("check.faults", "6");
const FEW_USERS: (&str, &str) = ("pool.users", "20000");
const ALL_SERVERS: (&str, &str) = ("check.servers_per_class", "0");

const TRACES: [Trace; 11] = [
    Trace {
        name: "a fork that nothing holds is forgotten with what was acknowledged on it (13.1)",
        changes: &[
            ("pool.variant", "\"HBW\""),
            ONE_SERVER,
            ("pool.dc2", "{ active = 1, idle = 0 }"),
            ANY_FAULT,
            SIX_FAULTS,
            (
                "check.faults_enabled",
                "[\"misoperation:recover-secondary\", \"misoperation:set-failed-over\", \
                 \"misoperation:reinitialise-secondary\"]",
            ),
        ],
        events: "misoperation:recover-secondary misoperation:set-failed-over replicate:server-2 \
                 write:S misoperation:reinitialise-secondary write:A",
        found: None,
    },
    Trace {
        name: "a second salvage does not delete the first (6 step 0)",
        changes: &[
            ANY_FAULT,
            SIX_FAULTS,
            ("check.start", "\"failed-over-old-disks\""),
            (
                "check.faults_enabled",
                "[\"misoperation:salvage\", \"misoperation:full-backup\", \
                 \"misoperation:restore-primary\"]",
            ),
            NO_MIRROR,
            NO_WITNESS,
        ],
        events: "misoperation:salvage misoperation:full-backup misoperation:restore-primary \
                 misoperation:salvage write:S",
        found: None,
    },
    Trace {
        name: "a share on a database server goes with its disks (13.10)",
        changes: &[
            NO_MIRROR,
            NO_WITNESS,
            ANY_FAULT,
            ("log_shipping.share", "\"primary\""),
            ("check.slices", "[\"storage\"]"),
        ],
        events: "write:A backup:backup-job destroy:A",
        found: None,
    },
    Trace {
        name: "a log backup holds what it covers, and not what came before it (4.2)",
        changes: &[
            NO_MIRROR,
            NO_WITNESS,
            ANY_FAULT,
            ("log_shipping.share", "\"third\""),
        ],
        events: "write:A backup:backup-job disaster:DC1 disaster:DC2",
        found: None,
    },
    Trace {
        name: "a fork past which another is collapsed keeps its elders (13.1)",
        changes: &[
            ANY_FAULT,
            SIX_FAULTS,
            (
                "operators.site_failover",
                "\"runbooks/site-failover-hardened.toml\"",
            ),
            ("operators.assumption", "\"dropped\""),
            (
                "check.faults_enabled",
                "[\"link-cut\", \"misoperation:fail-over-cms\"]",
            ),
            ("check.servers_per_class", "1"),
            ONE_SERVER,
        ],
        events: "cut:DC1-DC2 cut:A-W write:A cut:A-B start-runbook:site-operators \
                 runbook-step:site-operators runbook-step:site-operators detect:A-B \
                 runbook-step:site-operators runbook-step:site-operators detect:A-W \
                 runbook-step:site-operators runbook-step:site-operators \
                 runbook-step:site-operators runbook-step:site-operators \
                 runbook-step:site-operators runbook-step:site-operators \
                 automatic-failover:pair-A-B heal:DC1-DC2 \
                 misoperation:fail-over-cms replicate:server-1 write:S heal:A-B",
        found: None,
    },
    Trace {
        name: "a session that is removed in a manual failover comes to rest (3.8, 3.14)",
        changes: &[
            NO_WITNESS,
            ANY_FAULT,
            SIX_FAULTS,
            (
                "check.faults_enabled",
                "[\"link-cut\", \"misoperation:manual-failover\", \
                 \"misoperation:remove-mirroring\", \"misoperation:stop-agent\"]",
            ),
        ],
        events: "misoperation:manual-failover cut:A-B misoperation:remove-mirroring heal:A-B",
        found: None,
    },
    Trace {
        name: "of two principals the one promoted last wins, whatever the ancestry (13.2)",
        changes: &[
            NO_WITNESS,
            ANY_FAULT,
            SIX_FAULTS,
            (
                "check.faults_enabled",
                "[\"link-cut\", \"misoperation:force-service\"]",
            ),
        ],
        events: "cut:A-B detect:A-B expose:pair-A-B write:A misoperation:force-service heal:A-B \
                 cut:A-B detect:A-B misoperation:force-service",
        found: None,
    },
    Trace {
        name: "a tail begins where the last log backup ended, wherever that one is (13.11)",
        changes: &[
            ("pool.variant", "\"HBW\""),
            ("pool.dc2", "{ active = 1, idle = 0 }"),
            NO_MIRROR,
            NO_WITNESS,
            ANY_FAULT,
            SIX_FAULTS,
            (
                "check.faults_enabled",
                "[\"misoperation:ad-hoc-log-backup\", \"misoperation:tail-backup\", \
                 \"misoperation:copy-backlog\", \"misoperation:restore-backlog\", \
                 \"misoperation:recover-secondary\", \"misoperation:set-failed-over\"]",
            ),
            ONE_SERVER,
        ],
        events: "write:A misoperation:ad-hoc-log-backup misoperation:tail-backup \
                 misoperation:recover-secondary misoperation:set-failed-over replicate:server-2 \
                 write:S",
        found: None,
    },
    Trace {
        name: "a secondary that was recovered takes no log backup (4.2, H-30)",
        changes: &[
            ANY_FAULT,
            (
                "check.faults_enabled",
                "[\"misoperation:recover-secondary\"]",
            ),
        ],
        events: "misoperation:recover-secondary",
        found: None,
    },
    Trace {
        name: "a mirror that left its session has nothing of what comes after (3.10, 3.14)",
        changes: &[
            NO_WITNESS,
            ONE_SERVER,
            ANY_FAULT,
            SIX_FAULTS,
            ("choices.acknowledge", "\"on-accept\""),
            ("log_shipping.enabled", "false"),
            ("secondary.mirror", "false"),
            ("operators.site_failover", "\"none\""),
            ("operators.site_failback", "\"none\""),
            ("operators.log_shipping_repair", "\"none\""),
            (
                "check.faults_enabled",
                "[\"link-cut\", \"misoperation:remove-mirroring\", \
                 \"misoperation:recover-mirror\"]",
            ),
        ],
        events: "cut:A-B misoperation:remove-mirroring misoperation:remove-mirroring heal:A-B \
                 accept:clients write:A",
        found: None,
    },
    Trace {
        name: "a mirror that lost its disks hardens nothing, noticed or not (2.2, 3.12)",
        changes: &[
            NO_WITNESS,
            ONE_SERVER,
            ANY_FAULT,
            SIX_FAULTS,
            ("check.slices", "[\"storage\"]"),
        ],
        events: "destroy:B restart:B expose:pair-A-B write:A destroy:A",
        found: None,
    },
];

#[test]
fn what_is_known_is_still_found() {
    let mut wrong = Vec::new();
    for trace in &TRACES {
        let changes = [&[ALL_SERVERS, FEW_USERS][..], trace.changes].concat();
        let model = model_of(&load("scenarios/lync-2013-lbw.toml", &changes));
        let events: Vec<_> = trace
            .events
            .split_whitespace()
            .map(|name| Event::from_name(name).unwrap_or_else(|| panic!("{name}")))
            .collect();
        let expected = trace
            .found
            .map(|(property, violated_in_model)| Disagreement {
                property,
                violated_in_model,
            });
        let about = trace.found.and_then(|(name, _)| Property::from_name(name));
        match replay(&model, &events, about.map_or(judged(), Property::bit)) {
            None => wrong.push(format!("{}: the trace is not possible", trace.name)),
            Some(walked) if walked.found == expected => {}
            Some(walked) => wrong.push(format!(
                "{}: {:?} after {} events",
                trace.name,
                walked.found,
                walked.path.len()
            )),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
