//! Rules about runbooks: what people need so that service comes back.

use poolproof_models::names::runbook::Operation;
use poolproof_models::names::site::Site;

use super::super::Scenario;
use super::super::rules::Finding;
use super::super::runbook::RunbookFile;
use super::{found, when};

/// V41: without a witness, people make the mirror serve (3.13).
pub(in super::super) fn mirror_failover(scenario: &Scenario) -> Vec<Finding> {
    let operators = &scenario.operators;
    // A file without any runbook is about the machines alone.
    let broken = scenario.mirroring.enabled
        && scenario.mirroring.witness.is_none()
        && operators.mirror_failover.is_none()
        && operators.runbooks().next().is_some();
    when(broken, || {
        found(
            "operators.mirror_failover",
            "neither a witness nor a runbook makes the mirror serve",
            "add an operators.mirror_failover runbook or a witness, or accept that an outage of A \
             lasts until its repair",
        )
    })
}

/// What a runbook has to do, and the operations of which one does it.
type Need = (&'static str, &'static [Operation]);

/// 5, 6, 3.13: without one of these the runbook ends and nobody is served.
fn needs(scenario: &Scenario) -> [(&'static str, Option<&RunbookFile>, Vec<Need>); 4] {
    use Operation as O;
    let (operators, control) = (&scenario.operators, &scenario.control);
    let active_there = scenario.pool.servers[Site::Dc2.index()].active > 0;
    let mut failover: Vec<Need> = vec![
        ("recovers S", &[O::RecoverSecondary]),
        ("sets the pool state to FailedOver", &[O::SetFailedOver]),
    ];
    if !active_there {
        let activate: &[O] = &[O::ActivateDc2, O::SwapActive, O::ActivateAll];
        failover.push(("activates servers in DC2", activate));
    }
    if control.next_hop == Site::Dc1 {
        failover.push(("moves the next hop to DC2", &[O::MoveNextHop]));
    }
    if control.cms_site == Site::Dc1 {
        let what = "fails the Central Management store over";
        failover.push((what, &[O::FailOverCms]));
    }
    let failback: Vec<Need> = vec![
        (
            "gives DC1 the data of DC2",
            &[O::RestorePrimary, O::RestoreNewestBackup],
        ),
        ("sets the pool state to Normal", &[O::SetNormal]),
    ];
    let mirror: Vec<Need> = vec![(
        "makes the mirror serve",
        &[O::ForceService, O::ManualFailover, O::RecoverMirror],
    )];
    [
        (
            "site_failover",
            operators.site_failover.as_ref(),
            failover.clone(),
        ),
        (
            "planned_switch",
            operators.planned_switch.as_ref(),
            failover,
        ),
        ("site_failback", operators.site_failback.as_ref(), failback),
        (
            "mirror_failover",
            operators.mirror_failover.as_ref(),
            mirror,
        ),
    ]
}

/// V42: a runbook has the steps without which service does not return.
pub(in super::super) fn returns_service(scenario: &Scenario) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, file, needs) in needs(scenario) {
        let Some(file) = file else { continue };
        let steps = &file.runbook.steps;
        for (what, operations) in needs {
            let done = steps
                .iter()
                .any(|step| operations.contains(&step.operation));
            findings.extend(when(!done, || {
                let name = &file.runbook.name;
                let message = format!("no step of \"{name}\" {what}");
                let names: Vec<String> = operations
                    .iter()
                    .map(|o| format!("`{}`", o.name()))
                    .collect();
                let help = format!("add a step with the operation {}", names.join(" or "));
                found(format!("operators.{key}"), message, help)
            }));
        }
    }
    findings
}
