//! The closed lists of the model and the engines as the document names them: one row per value, so
//! that a value without a name does not compile.

use poolproof_engines::check::{search, verdict};
use poolproof_models::model::Budget;
use poolproof_models::names::event::{Event, FaultClass};
use poolproof_models::names::incident::Cause;
use poolproof_models::names::runbook::Phase;
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::names::slice::Slice;
use poolproof_models::state::latches::LossCause;
use poolproof_models::state::topology::Topology;
use poolproof_reports::document as doc;

use super::verdict::Stop;
use crate::explain::holders::HolderRole;
use crate::explain::slices::slice_title;
use crate::scenario::Scenario;

pub(super) const fn fault_class(class: FaultClass) -> doc::FaultClass {
    match class {
        FaultClass::ComponentCrash => doc::FaultClass::ComponentCrash,
        FaultClass::SiteLoss => doc::FaultClass::SiteLoss,
        FaultClass::LinkCut => doc::FaultClass::LinkCut,
        FaultClass::ShareLoss => doc::FaultClass::ShareLoss,
        FaultClass::LateReturn => doc::FaultClass::LateReturn,
        FaultClass::Mistake => doc::FaultClass::Mistake,
    }
}

/// The class that an event spends where it is a fault.
pub(super) fn fault(event: Event, is_fault: bool) -> Option<doc::FaultClass> {
    // What is a fault in some states only is a return once the failover has begun.
    let class = event.kind.fault_class().unwrap_or(FaultClass::LateReturn);
    is_fault.then(|| fault_class(class))
}

/// The sites that an event acts on: both for the link between them.
pub(super) fn sites(topology: &Topology, event: Event) -> Vec<String> {
    let of = |site: Site| site.name().to_owned();
    if let Some(site) = Site::ALL.iter().find(|site| event.at.name() == site.name()) {
        return vec![of(*site)];
    }
    let mut links = topology.links().iter();
    if let Some(link) = links.find(|link| link.component() == event.at) {
        let ends = match link.ends() {
            Some((a, b)) => [topology.site_of(a), topology.site_of(b)],
            None => Site::ALL.map(Some),
        };
        let mut sites: Vec<Site> = ends.into_iter().flatten().collect();
        sites.dedup();
        return sites.into_iter().map(of).collect();
    }
    topology.site_of(event.at).map(of).into_iter().collect()
}

pub(super) const fn cause(cause: Cause) -> doc::Cause {
    match cause {
        Cause::PoolServer => doc::Cause::PoolServer,
        Cause::DatabaseServer => doc::Cause::DatabaseServer,
        Cause::Witness => doc::Cause::Witness,
        Cause::Share => doc::Cause::Share,
        Cause::LocalLink => doc::Cause::LocalLink,
        Cause::InterSiteLink => doc::Cause::InterSiteLink,
        Cause::SiteOutage => doc::Cause::SiteOutage,
        Cause::SiteDisaster => doc::Cause::SiteDisaster,
        Cause::Other => doc::Cause::Other,
        Cause::DatabaseServerDc2 => doc::Cause::DatabaseServerDc2,
        Cause::Operators => doc::Cause::Operators,
        Cause::Maintenance => doc::Cause::Maintenance,
        Cause::Mistake => doc::Cause::Mistake,
    }
}

pub(in crate::app) const fn loss_cause(cause: LossCause) -> Option<doc::LossCause> {
    Some(match cause {
        LossCause::None => return None,
        LossCause::SiteLost => doc::LossCause::SiteLost,
        LossCause::ShareLost => doc::LossCause::ShareLost,
        LossCause::Discarded => doc::LossCause::Discarded,
        LossCause::ServedWithout => doc::LossCause::ServedWithout,
        LossCause::Overwritten => doc::LossCause::Overwritten,
        LossCause::StorageLost => doc::LossCause::StorageLost,
        LossCause::NeverCommitted => doc::LossCause::NeverCommitted,
    })
}

pub(super) const fn phase(phase: Phase) -> doc::Phase {
    match phase {
        Phase::Detect => doc::Phase::Detect,
        Phase::Decide => doc::Phase::Decide,
        Phase::Act => doc::Phase::Act,
        Phase::Recover => doc::Phase::Recover,
        Phase::Reconnect => doc::Phase::Reconnect,
    }
}

pub(super) const fn holder_role(role: HolderRole) -> doc::HolderRole {
    match role {
        HolderRole::ServesUsers => doc::HolderRole::ServesUsers,
        HolderRole::Active => doc::HolderRole::Active,
        HolderRole::OldSessions => doc::HolderRole::OldSessions,
        HolderRole::Idle => doc::HolderRole::Idle,
        HolderRole::Witness => doc::HolderRole::Witness,
        HolderRole::Principal => doc::HolderRole::Principal,
        HolderRole::PendingFailover => doc::HolderRole::PendingFailover,
        HolderRole::Mirror => doc::HolderRole::Mirror,
        HolderRole::Restoring => doc::HolderRole::Restoring,
        HolderRole::NoRole => doc::HolderRole::NoRole,
        HolderRole::LogBackups => doc::HolderRole::LogBackups,
    }
}

pub(crate) const fn share(location: ShareLocation) -> doc::ShareLocation {
    match location {
        ShareLocation::OnPrimary => doc::ShareLocation::OnPrimary,
        ShareLocation::Dc1 => doc::ShareLocation::Dc1,
        ShareLocation::Dc2 => doc::ShareLocation::Dc2,
        ShareLocation::Third => doc::ShareLocation::Third,
    }
}

/// What a scenario calls the budget that is looked at; none where it has only one.
pub(crate) fn budget_name(scenario: &Scenario) -> Option<String> {
    let name = &scenario.check.budget;
    (!name.is_empty()).then(|| name.clone())
}

/// A part of the system that a check leaves out.
pub(super) fn left_out(slice: Slice) -> doc::LeftOut {
    doc::LeftOut {
        slice: slice.name().to_owned(),
        title: slice_title(slice).to_owned(),
    }
}

pub(in crate::app) fn budget(budget: &Budget) -> doc::Budget {
    let limit = |class: FaultClass| doc::ClassLimit {
        class: fault_class(class),
        faults: u32::from(budget.per_class[class as usize]),
    };
    let limits = FaultClass::ALL.into_iter().map(limit);
    let total = u32::from(budget.total);
    // Mistakes beside the faults are no limit of a class.
    let besides = u32::from(budget.besides_mistakes);
    let apart = besides < total;
    let is_limit = |limit: &doc::ClassLimit| match limit.class {
        doc::FaultClass::Mistake => !apart && limit.faults < total,
        _ => limit.faults < besides,
    };
    doc::Budget {
        faults: besides.min(total),
        mistakes: apart.then(|| u32::from(budget.per_class[FaultClass::Mistake as usize])),
        per_class: limits.filter(is_limit).collect(),
    }
}

/// Why a search ended early, given why its caller stopped it.
pub(super) const fn cut_off(cut_off: search::CutOff, stopped: Option<Stop>) -> doc::CutOff {
    match (cut_off, stopped) {
        (search::CutOff::States, _) => doc::CutOff::States,
        (search::CutOff::Memory, _) => doc::CutOff::Memory,
        (search::CutOff::Interrupted, Some(Stop::Time)) => doc::CutOff::Time,
        (search::CutOff::Interrupted, Some(Stop::Interrupt) | None) => doc::CutOff::Interrupt,
    }
}

pub(super) const fn reach(reach: verdict::Reach) -> doc::Reach {
    use verdict::Reach;
    match reach {
        Reach::EveryState => doc::Reach::EveryState,
        Reach::EveryReturn { states } => doc::Reach::EveryReturn { states },
        Reach::Shortest { faults, steps } => doc::Reach::Shortest { faults, steps },
        Reach::NearestTrap { faults, steps } => doc::Reach::NearestTrap { faults, steps },
        Reach::Minimal {
            found_by,
            searches,
            faults,
            steps,
        } => doc::Reach::Minimal {
            found_by,
            searches,
            faults,
            steps,
        },
        Reach::NoViolation {
            states,
            complete_up_to,
        } => doc::Reach::NoViolation {
            states,
            complete_up_to,
        },
        Reach::NoTrap {
            states,
            complete_up_to,
        } => doc::Reach::NoTrap {
            states,
            complete_up_to,
        },
        Reach::NotFound { states, searches } => doc::Reach::NotFound { states, searches },
        Reach::NotSearched => doc::Reach::NotSearched,
    }
}
