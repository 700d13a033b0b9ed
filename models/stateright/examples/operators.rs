//! The operators alone: a mirrored pair without a witness, and the runbook that promotes the
//! mirror.
//!
//! `cargo run --example operators`
//!
//! A runbook is data: what starts it, and its steps in order. Resuming the mirroring right after a
//! forced failover overwrites what only the old principal has. Stateright finds that path with two
//! faults; with the old copy salvaged first there is none.

use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::{Belief, Operation, Phase, Role, Runbook, Step};
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::{PoolServer, Topology};
use poolproof_stateright::BoundedModel;
use poolproof_stateright::stateright::{Checker, Model};

pub(crate) fn main() {
    // Any two faults but the loss of the data centre, which nothing in it survives.
    let budget = Budget::of(2).with_limit(FaultClass::SiteLoss, 0);
    let hasty = [Operation::ForceService, Operation::ResumeMirroring];
    let careful = [
        Operation::ForceService,
        Operation::Salvage,
        Operation::ResumeMirroring,
    ];
    for operations in [&hasty[..], &careful[..]] {
        let server = PoolServer {
            site: Site::Dc1,
            active: true,
        };
        let mut pair = Topology::new(vec![server]);
        pair.mirror = true;
        pair.runbooks = vec![promote_the_mirror(operations)];
        let bounded = Bounded::new(pair.finish(), budget);
        let checker = BoundedModel::new(bounded, &[Property::NothingDestroyed])
            .checker()
            .threads(1)
            .spawn_bfs()
            .join();
        let steps = checker
            .discovery("ALF")
            .map(|path| path.into_actions().len());
        println!("{operations:?} destroys messages after steps: {steps:?}");
        let careless = !operations.contains(&Operation::Salvage);
        assert_eq!(steps.is_some(), careless);
    }
}

fn promote_the_mirror(operations: &[Operation]) -> Runbook {
    let step = |operation: &Operation| Step {
        operation: *operation,
        actor: "DBA".to_owned(),
        // Whatever follows the failover waits for the old principal.
        wait_for: (*operation != Operation::ForceService).then_some(Belief::PartnerBack),
        optional: false,
        phase: Phase::Act,
        source: "handbook 3.9".to_owned(),
    };
    Runbook {
        name: "promote-the-mirror".to_owned(),
        role: Role::MirrorFailover,
        trigger: Belief::PrincipalDown,
        steps: operations.iter().map(step).collect(),
    }
}
