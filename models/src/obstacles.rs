//! Why users are not served, and what each team of operators waits for, in words.

use crate::names::component::Component;
use crate::names::event::operators;
use crate::names::runbook::{Belief, Operation, Role};
use crate::names::site::Site;
use crate::state::topology::Topology;
use crate::state::world::{COPIES, Control, Pair, PartnerRole, SiteState, World, copy_node};
use crate::story::{node_title, operation_text};

impl World {
    /// What stands between users and service: data centres, database servers, pool servers, and
    /// what keeps each runbook from changing it. Each a clause without a full stop.
    #[must_use]
    pub fn obstacles(&self, topology: &Topology) -> Vec<String> {
        let mut out = Vec::new();
        for site in Site::ALL {
            match self.site(site) {
                SiteState::Up => {}
                SiteState::Outage => out.push(format!("{} is down", site.name())),
                SiteState::Lost => out.push(format!("{} is lost", site.name())),
            }
        }
        // A database that would take posts: then users do not come to it.
        let ready =
            |pair: &Pair| (0..2).any(|member| self.can_acknowledge(topology, *pair, member));
        match Pair::ALL.into_iter().find(ready) {
            Some(pair) => out.extend(self.route_obstacle(topology, pair)),
            None => out.extend((0..COPIES).filter_map(|copy| self.copy_obstacle(topology, copy))),
        }
        let teams = Role::ALL.into_iter();
        out.extend(teams.filter_map(|role| self.team_obstacle(topology, role)));
        out
    }

    /// Why a copy in a data centre that is up does not acknowledge.
    fn copy_obstacle(&self, topology: &Topology, copy: usize) -> Option<String> {
        let pair = if copy < 2 { Pair::Dc1 } else { Pair::Dc2 };
        let (node, member) = (copy_node(copy), copy % 2);
        let exists = topology.nodes().contains(&node);
        if !exists || !self.site_up(pair.site()) {
            return None;
        }
        let name = node.name();
        let session = self.session(pair);
        Some(if !self.is_up(node) {
            format!("{name} does not run")
        } else if !self.copy(copy).is_present() {
            format!("{name} is empty")
        } else if session.is_principal(member) {
            let in_dc1 = matches!(pair, Pair::Dc1);
            if in_dc1 && self.control.is(Control::FENCED) {
                format!("{name} is fenced")
            } else if in_dc1 && self.control.is(Control::LOG_FULL) {
                format!("the log drive of {name} is full")
            } else {
                format!("{name} is principal, but sees no quorum")
            }
        } else if session.role(member) == PartnerRole::Mirror {
            format!("{name} is a mirror, and nobody promotes it")
        } else {
            format!("{name} is restoring, and nobody recovers it")
        })
    }

    /// Why users do not come to databases that would take their posts.
    fn route_obstacle(&self, topology: &Topology, ready: Pair) -> Option<String> {
        if self.service(topology) != 0 {
            return None;
        }
        let running = topology.server_bits(|_| true) & !(self.down as u8);
        let site = ready.site().name();
        Some(if running == 0 {
            "no pool server runs".to_owned()
        } else if running & self.control.replica_active == 0 {
            "no pool server that runs is active".to_owned()
        } else if self.serving_servers(topology) == 0 {
            "no next hop leads to an active pool server".to_owned()
        } else if matches!(ready, Pair::Dc2) && !topology.logins {
            "S has no logins for the pool servers".to_owned()
        } else {
            format!("no active pool server uses and reaches the databases of {site}")
        })
    }

    /// What keeps a team from going on.
    fn team_obstacle(&self, topology: &Topology, role: Role) -> Option<String> {
        let what = match role {
            Role::MirrorFailover => "a failover inside DC1",
            Role::SiteFailover => "a failover to DC2",
            Role::SiteFailback => "a failback to DC1",
            // It serves nobody.
            Role::LogShippingRepair => return None,
        };
        let Some(runbook) = topology.runbook(role) else {
            return Some(format!("there is no runbook for {what}"));
        };
        let name = &runbook.name;
        let progress = self.progress(role);
        if progress == 0 {
            if self.trigger_believed(topology, role) {
                let site = Self::team_site(role).name();
                return Some(format!("nobody in {site} can begin \"{name}\""));
            }
            let trigger = awaited(runbook.trigger);
            return Some(format!(
                "\"{name}\" is not begun: it would take that {trigger}"
            ));
        }
        let Some(step) = self.current_step(topology, role) else {
            let done = progress == topology.finished(role);
            let how = if done { "done" } else { "given up" };
            return Some(format!("\"{name}\" has been {how}"));
        };
        let event = crate::names::event::Event::new(
            crate::names::event::EventKind::RunbookStep,
            operators(role),
        );
        if topology.excluded.contains(&event) {
            return Some(format!("nobody works on \"{name}\" in this scenario"));
        }
        let home = Self::team_site(role);
        if !self.site_up(home) {
            let site = home.name();
            return Some(format!("nobody in {site} can go on with \"{name}\""));
        }
        let text = operation_text(step.operation);
        let waits = step
            .wait_for
            .filter(|belief| !self.believes(topology, *belief));
        let why = match waits {
            Some(belief) => format!("it waits until {}", awaited(belief)),
            None if self.may_step(topology, role) => return None,
            None => self.hindrance(topology, step.operation),
        };
        Some(format!(
            "\"{name}\" stands at step {progress} ({text}): {why}"
        ))
    }

    /// Why an operation cannot be done.
    fn hindrance(&self, topology: &Topology, operation: Operation) -> String {
        let down = |node: Component| {
            let title = node_title(topology, node);
            (!self.is_up(node)).then(|| format!("{title} does not run"))
        };
        let found = match operation {
            Operation::FailOverCms
            | Operation::SetFailedOver
            | Operation::ActivateDc2
            | Operation::MoveNextHop
            | Operation::SwapActive
            | Operation::ActivateAll
            | Operation::ClearActive
            | Operation::ActivateDc1
            | Operation::SetNormal
            | Operation::ReturnNextHop
                if !self.cms_writable() =>
            {
                let site = self.cms_site().name();
                Some(format!(
                    "the master of the Central Management store, in {site}, does not answer"
                ))
            }
            Operation::DropLogShipping
            | Operation::CopyBacklog
            | Operation::RestoreBacklog
            | Operation::RecoverSecondary
            | Operation::FullBackup
            | Operation::TailBackupDc2 => down(Component::S).or_else(|| {
                let empty = !self.copy(2).is_present();
                empty.then(|| "S is empty".to_owned())
            }),
            Operation::RestorePrimary | Operation::ReinitialiseSecondary => {
                down(Component::A).or_else(|| down(Component::S))
            }
            _ => None,
        };
        found.unwrap_or_else(|| "it cannot be done as things stand".to_owned())
    }
}

/// What somebody waits for.
const fn awaited(belief: Belief) -> &'static str {
    match belief {
        Belief::PrincipalDown => "the principal is believed dead while its mirror answers",
        Belief::SiteDown => "DC1 is believed to be down",
        Belief::PartnerBack => "the principal's partner is back",
        Belief::WitnessDown => "the witness is believed to be down",
        Belief::SiteRebuilt => "DC1 is there again after a failover",
        Belief::ReplicasCurrent => "every pool server is up to date",
        Belief::SecondaryMirrored => "S has a synchronised mirror",
        Belief::UsersCutOff => "users are cut off although both partners answer",
        Belief::SecondaryStalled => "log shipping to S has stopped for good",
        Belief::NoRestoreAlert => "S is known to have restored nothing for too long",
        Belief::NoBackupAlert => "it is known that no log was backed up for too long",
    }
}
