//! Paths: the events from the start to a state, with what kind of event each one is, where it
//! happens and whether it spends a fault.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, FaultClass, role_of};
use poolproof_models::names::link::Link;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System;

use crate::check::minimise::Ground;

/// A path from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The steps in order.
    pub steps: Vec<PathStep>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStep {
    /// The index of the event in its topology.
    pub index: usize,
    /// The event.
    pub event: Event,
    /// The operation that operators do in this step, in a runbook or outside one.
    pub operation: Option<Operation>,
    /// The sites that it acts on, in the order of their numbers: one, both for a link between
    /// them, none for what stands in neither.
    pub sites: Vec<Site>,
    /// The class of fault that it spends; `None` where it is no fault.
    pub fault: Option<FaultClass>,
}

impl PathStep {
    /// The kind of the event.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        self.event.kind
    }

    /// The component that the event happens to.
    #[must_use]
    pub const fn component(&self) -> Component {
        self.event.at
    }
}

impl Path {
    /// The path along events by their index, as far as each can happen by the rules of `ground`.
    #[must_use]
    pub fn of(ground: Ground<'_, Topology>, events: &[usize]) -> Self {
        let topology = ground.system();
        let mut at = ground.start();
        let mut steps = Vec::with_capacity(events.len());
        for index in events {
            let event = topology.events()[*index];
            let operation = operation(topology, &at.state, event);
            steps.push(PathStep {
                index: *index,
                event,
                operation,
                sites: sites(topology, event, operation),
                fault: System::fault_class(topology, &at.state, *index),
            });
            let Some(next) = ground.step(&at, *index) else {
                break;
            };
            at = next;
        }
        Self { steps }
    }

    /// The indices of its events.
    #[must_use]
    pub fn events(&self) -> Vec<usize> {
        self.steps.iter().map(|step| step.index).collect()
    }

    /// The number of its steps.
    #[must_use]
    pub const fn length(&self) -> u32 {
        self.steps.len() as u32
    }

    /// The number of its steps that are faults.
    #[must_use]
    pub fn faults(&self) -> u32 {
        self.steps
            .iter()
            .filter(|step| step.fault.is_some())
            .count() as u32
    }
}

/// The operation that an event stands for in a state.
fn operation(topology: &Topology, world: &World, event: Event) -> Option<Operation> {
    if event.operation.is_some() {
        return event.operation;
    }
    let role = role_of(event.at)?;
    let step = usize::from(world.progress(role)).checked_sub(1)?;
    let steps = &topology.runbook(role)?.steps;
    steps.get(step).map(|step| step.operation)
}

/// The sites that an event acts on.
fn sites(topology: &Topology, event: Event, operation: Option<Operation>) -> Vec<Site> {
    use Component as C;
    let mut sites: Vec<Site> = match event.at {
        C::Dc1 | C::PairDc1 => vec![Site::Dc1],
        C::Dc2 | C::PairDc2 | C::RestoreJob => vec![Site::Dc2],
        C::Wan | C::CopyJob => Site::ALL.to_vec(),
        C::Dc1ToThird => vec![Site::Dc1],
        C::Dc2ToThird => vec![Site::Dc2],
        C::BackupJob => topology.site_of(C::A).into_iter().collect(),
        C::Clients => Vec::new(),
        at if role_of(at).is_some() || event.kind == EventKind::Misoperation => {
            operation.map_or(&[][..], sites_of_operation).to_vec()
        }
        at => match Link::from_component(at).and_then(Link::ends) {
            Some((one, other)) => [one, other]
                .into_iter()
                .filter_map(|end| topology.site_of(end))
                .collect(),
            None => topology.site_of(at).into_iter().collect(),
        },
    };
    sites.sort_unstable();
    sites.dedup();
    sites
}

/// The sites that an operation acts on; none where it acts on servers of any site or on settings.
const fn sites_of_operation(operation: Operation) -> &'static [Site] {
    use Operation as O;
    match operation {
        O::CopyBacklog
        | O::RestoreBacklog
        | O::RecoverSecondary
        | O::InstallMirror
        | O::ActivateDc2
        | O::MoveNextHop
        | O::RemoveDc2Mirroring
        | O::FullBackup
        | O::TailBackupDc2
        | O::StopAgent
        | O::BridgeGap => &[Site::Dc2],
        O::ManualFailover
        | O::ForceService
        | O::ResumeMirroring
        | O::SuspendMirroring
        | O::RemoveWitness
        | O::FenceDc1
        | O::FencePrincipal
        | O::FenceInBand
        | O::LiftFence
        | O::StopBackupAgent
        | O::StartBackupAgent
        | O::TailBackup
        | O::Salvage
        | O::RestorePrimary
        | O::VerifyPrimary
        | O::ReseedMirror
        | O::ActivateDc1
        | O::ReturnNextHop
        | O::RemoveMirroring
        | O::RecoverMirror
        | O::ReleaseStaleSide
        | O::AdHocLogBackup
        | O::ReturnToDc1
        | O::SetSimpleRecovery => &[Site::Dc1],
        O::ReinitialiseSecondary
        | O::RecoverNewest
        | O::RestoreNewestBackup
        | O::StartEmpty
        | O::ServeNewest
        | O::RemirrorNewest => &Site::ALL,
        O::Decide
        | O::FailOverCms
        | O::DropLogShipping
        | O::SetFailedOver
        | O::RestartServers
        | O::SwapActive
        | O::ActivateAll
        | O::ClearActive
        | O::StartServices
        | O::StopServices
        | O::SetNormal => &[],
    }
}
