//! Why an event cannot happen, in words: one row for each condition that a guard can refuse by.

use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, role_of};
use poolproof_models::names::runbook::{Belief, Operation, Role};
use poolproof_models::names::session::SessionId;
use poolproof_models::rules::refusal::Refusal;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use super::components::component_title;
use super::operations::operation_text;

/// Why an event cannot happen in a world, a sentence without a full stop; `None` if it can.
#[must_use]
pub fn why_not(topology: &Topology, world: &World, event: Event) -> Option<String> {
    let refusal = world.guard(topology, event).err()?;
    let why = reason(topology, refusal);
    let step = match event.kind {
        EventKind::RunbookStep => step_under_way(topology, world, event),
        _ => None,
    };
    Some(match step {
        Some((number, operation)) if !is_about_runbook(refusal) => {
            format!("step {number} ({}): {why}", operation_text(operation))
        }
        Some((number, _)) if matches!(refusal, Refusal::WaitsFor(_)) => {
            format!("step {number}: {why}")
        }
        Some(_) | None => why,
    })
}

fn step_under_way(topology: &Topology, world: &World, event: Event) -> Option<(u8, Operation)> {
    let role = role_of(event.at)?;
    let step = world.current_step(topology, role)?;
    Some((world.progress(role), step.operation))
}

/// Whether a condition is about the operators, rather than about what they operate.
const fn is_about_runbook(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::RunbookNotStarted(_)
            | Refusal::RunbookOver(_)
            | Refusal::OperatorsDown(_)
            | Refusal::NotBelieved(_)
            | Refusal::WaitsFor(_)
    )
}

/// A condition that is false, as what is the case instead: a sentence without a full stop.
#[must_use]
pub fn reason(topology: &Topology, refusal: Refusal) -> String {
    use Refusal as R;
    let title = |component: Component| component_title(topology, component);
    match refusal {
        R::NoSuchEvent => "this system has no such event".to_owned(),

        R::NotRunning(node) => format!("{} is down", title(node)),
        R::Running(node) => format!("{} runs", title(node)),
        R::Parked(site) => format!(
            "{} waits for its failback, and nothing fails in it until then (parked_site)",
            site.name()
        ),
        R::SiteDown(site) => format!("{} is down", site.name()),
        R::SiteUp(site) => format!("{} is up", site.name()),
        R::SiteLost(site) => format!("{} is lost for good", site.name()),
        R::SiteKeepsContents(site) => format!("{} has kept its contents", site.name()),
        R::SiteLeft(site) => format!(
            "{} has been left, and nothing in it starts while the assumption holds (handbook 5)",
            site.name()
        ),
        R::SiteReturns(site) => format!("{} comes back by itself", site.name()),
        R::SitesApart => "the data centres are not connected".to_owned(),
        R::NoDatabase(node) => format!("{} has no database", title(node)),
        R::GreyFailed(node) => {
            format!("{} answers its partners, but not its users", title(node))
        }
        R::NotGreyFailed(node) => format!("{} answers its users", title(node)),
        R::Stalled(node) => format!("{} has stalled and goes on by itself", title(node)),
        R::NotStalled(node) => format!("{} has not stalled", title(node)),
        R::GivenUp(node) => {
            format!(
                "mirror and witness take {} for lost: the failover comes first",
                title(node)
            )
        }

        R::LinkCut(link) => format!("the link {} is cut", link.name()),
        R::LinkNotCut(link) => format!("the link {} is not cut", link.name()),
        R::LinkGone(link) => format!("the link {} is gone with its data centre", link.name()),
        R::LossNoticed(link) => {
            format!("the ends of {} know that it is silent", link.name())
        }
        R::LinkWorks(link) => {
            format!(
                "{} carries traffic: there is no loss to notice",
                link.name()
            )
        }

        R::NoWitness(_) => "the session has no witness".to_owned(),
        R::NoPrincipal(session) => {
            let [first, second] = partners(session);
            format!("neither {first} nor {second} is principal")
        }
        R::NotPrincipal(node) => format!("{} is not a principal", title(node)),
        R::NoQuorum(node) => format!(
            "{} has no quorum: neither its mirror nor a witness that names it principal",
            title(node)
        ),
        R::HasQuorum(node) => format!("{} has a quorum", title(node)),
        R::WaitsForMirror(node) => format!(
            "{} counts the session as SYNCHRONIZED and waits for {}'s disk",
            title(node),
            partner_of(node)
        ),
        R::Fenced(node) => format!("{} is fenced", title(node)),
        R::NotFenced => "no database of DC1 is fenced".to_owned(),
        R::NoFence(operation) => format!("\"{}\" sets no fence", operation_text(operation)),
        R::BackupStopped => "the log backup job of DC1 does not run".to_owned(),
        R::PortLost(node) => format!("every link of {} is cut already", title(node)),
        R::LogDriveFull(site) => {
            format!("the log drive of the principal in {} is full", site.name())
        }
        R::LogTruncated(_) => "log backups truncate the log (handbook 3.14)".to_owned(),
        R::NotSynchronized(_) => "the session is not SYNCHRONIZED".to_owned(),
        R::Synchronized(_) => "the session is SYNCHRONIZED".to_owned(),
        R::Suspended(_) => {
            "the session is SUSPENDED until an operator resumes it (handbook 3.3)".to_owned()
        }
        R::PartnersConnected(session) => {
            let [first, second] = partners(session);
            format!("{first} and {second} have not noticed a loss of their connection")
        }
        R::PartnersApart(_) => "the partners are not connected".to_owned(),
        R::NoMirrorRuns(_) => "no mirror runs".to_owned(),
        R::NotReady(node) => format!(
            "{} does not know the session as SYNCHRONIZED (handbook 3.7)",
            title(node)
        ),
        R::WitnessUnreachable(node) => {
            format!(
                "{} does not reach the witness {}",
                title(node),
                witness_of(node)
            )
        }
        R::RegisterNames(node) => format!(
            "the register of {} names {} as principal",
            witness_of(node),
            title(node)
        ),
        R::RegisterNotSynchronized(session) => {
            let witness =
                SessionId::from_component(session).map_or("the witness", |p| p.node(2).name());
            format!("the register of {witness} does not say that the session is SYNCHRONIZED")
        }
        R::WitnessSeesPrincipal(node) => {
            format!(
                "{} still sees the principal {}",
                witness_of(node),
                title(node)
            )
        }
        R::WitnessForbidsForce(_) => {
            "service cannot be forced in a session with a witness (handbook 10, choice 4)"
                .to_owned()
        }
        R::NoManualFailover(_) => "no manual failover is under way (handbook 3.8)".to_owned(),
        R::SilenceNoticed(node) => format!(
            "{} has noticed the silence of {} already",
            witness_of(node),
            title(node)
        ),
        R::RegisterUnchanged(node) => format!(
            "an old register of {} would be corrected at once, or is what it has",
            node.name()
        ),
        R::NotInSession(node) => format!("{} is in no session", title(node)),
        R::HasPartner(node) => format!("{} has a partner already", title(node)),
        R::RunsAlone(node) => format!("{} runs outside its session", title(node)),
        R::NotAlone(node) => format!("{} has not left its session", title(node)),
        R::IsPrincipal(node) => format!("{} is a principal", title(node)),
        R::IsMirror(node) => format!("{} is a mirror", title(node)),
        R::NoMirrorInTopology(session) => format!("there is no mirror {}", partners(session)[1]),

        R::ClientsDisconnected => "clients have not reconnected".to_owned(),
        R::ClientsConnected => "all clients are connected".to_owned(),
        R::NoService => "no user is served".to_owned(),
        R::NoUserReaches(node) => format!("no user reaches {}", title(node)),
        R::NothingNewToWrite(node) => format!(
            "a further message on {} would change nothing in the model",
            title(node)
        ),
        R::MessageInFlight => "a message is in flight already".to_owned(),
        R::RecordsExported => "the adapter has been fed everything that is served".to_owned(),

        R::ChainBroken => {
            "the log chain is broken: S must be initialised again (handbook 4.8)".to_owned()
        }
        R::NoChain => "the share has no log backup that a next one could join".to_owned(),
        R::NotShipping(node) => {
            format!(
                "{} is not set up for log shipping (handbook 4.3)",
                title(node)
            )
        }
        R::ShareUnreachable(site) => {
            format!("the backup share cannot be reached from {}", site.name())
        }
        R::LogDoesNotJoin(node) => format!(
            "the log of {} does not join what is on the share (handbook 4.2)",
            title(node)
        ),
        R::NothingToBackUp(node) => format!("the last log backup has all of {}", title(node)),
        R::NoJobs => "the copy and restore jobs are gone".to_owned(),
        R::NothingToCopy => "the folder has every file of the share".to_owned(),
        R::NoFolder => "the folder on S is empty".to_owned(),
        R::ShareDoesNotJoin => {
            "the files on the share do not join what is in the folder (handbook 4.2)".to_owned()
        }
        R::NothingToRestore => "S has every file of the folder".to_owned(),
        R::FolderDoesNotJoin => {
            "the files in the folder do not join what S has (handbook 4.2)".to_owned()
        }
        R::SecondaryRecovered => "S has been recovered and takes no log backup".to_owned(),
        R::SecondaryAhead(node) => {
            format!(
                "S has something that {} does not have (handbook 4.2)",
                title(node)
            )
        }
        R::ShareEmpty => "the backup share holds no files".to_owned(),
        R::NoLogBackups => "the backup share holds no log backups".to_owned(),
        R::EverythingCopied => "every file on the share has been copied".to_owned(),
        R::CopyPossible => "nothing keeps the files from being copied (handbook 4.2)".to_owned(),

        R::ReplicaCurrent(node) => {
            format!("{} has the current pool state and active list", title(node))
        }
        R::CmsUnreachable(site) => format!(
            "the master of the Central Management store cannot be reached from {}",
            site.name()
        ),

        R::RunbookStarted(role) => format!("{} has been started already", runbook(topology, role)),
        R::RunbookNotStarted(role) => format!("{} is not started", runbook(topology, role)),
        R::RunbookOver(role) => {
            format!("{} is finished or abandoned", runbook(topology, role))
        }
        R::OperatorsDown(role) => match World::team_site(role) {
            Some(site) => format!("{}, where the operators are, is down", site.name()),
            None => "both data centres are down".to_owned(),
        },
        R::NotBelieved(role) => {
            format!("the operators do not believe {}", trigger(topology, role))
        }
        R::StillBelieved(role) => {
            format!("the operators still believe {}", trigger(topology, role))
        }
        R::UnderWay(role) => format!(
            "{} is under way, and operators finish what they have begun",
            runbook(topology, role)
        ),
        R::WaitsFor(belief) => format!("the operators wait until {}", belief_text(belief)),
        R::StepPossible(_) => "the step can be done now: it would not be too early".to_owned(),
        R::ReadsNoFile(operation) => format!("no file is read to {}", operation_text(operation)),
        R::OnlyDecides(_) => "the operators have not decided yet".to_owned(),
        R::LastStep(_) => "the step is the last one".to_owned(),
        R::NoEffect(operation) => {
            format!("it would change nothing: {}", operation_text(operation))
        }
        R::FailoverNotFinished => "the failover to DC2 is not finished".to_owned(),
        R::NoFullBackup => "there is no full backup".to_owned(),
        R::BackupNotContained(node) => {
            format!("{} lacks something that the full backup has", title(node))
        }
        R::SecondaryNotContained(node) => format!("{} lacks something that S has", title(node)),

        R::NoDatabaseServerRuns => "no database server runs".to_owned(),
        R::NoCopyLeft => "no server has a database any more".to_owned(),
        R::NewestServes(node) => {
            format!(
                "{}, which has the newest database, acknowledges",
                title(node)
            )
        }
        R::NothingAcknowledges => "no database acknowledges".to_owned(),
        R::CopyLeft(node) => format!("{} still has a database", title(node)),
        R::BackupLeft => "a backup is left".to_owned(),
        R::NoBackupInReach => "no backup can be brought to a database server that runs".to_owned(),
    }
}

/// The names of the two members of a session.
fn partners(session: Component) -> [&'static str; 2] {
    match SessionId::from_component(session) {
        Some(pair) => [0, 1].map(|member| pair.node(member).name()),
        None => ["the one partner", "the other"],
    }
}

/// The session of a server and which of its members it is.
fn membership(node: Component) -> Option<(SessionId, usize)> {
    let mut pairs = SessionId::ALL.into_iter();
    pairs.find_map(|pair| {
        let member = (0..3).find(|member| pair.node(*member) == node)?;
        Some((pair, member))
    })
}

fn partner_of(node: Component) -> &'static str {
    match membership(node) {
        Some((pair, member @ (0 | 1))) => pair.node(1 - member).name(),
        Some(_) | None => "its partner",
    }
}

fn witness_of(node: Component) -> &'static str {
    membership(node).map_or("its witness", |(pair, _)| pair.node(2).name())
}

fn runbook(topology: &Topology, role: Role) -> String {
    topology.runbook(role).map_or_else(
        || format!("the runbook for {}", role.name()),
        |runbook| format!("the runbook \"{}\"", runbook.name),
    )
}

/// What starts a runbook, for "believe that ...".
fn trigger(topology: &Topology, role: Role) -> String {
    topology.runbook(role).map_or_else(
        || "what would start it".to_owned(),
        |runbook| format!("that {}", belief_text(runbook.trigger)),
    )
}

/// A belief in words, for "wait until ..." and "believe that ...".
#[must_use]
pub const fn belief_text(belief: Belief) -> &'static str {
    match belief {
        Belief::PrincipalDown => "the principal is down while its mirror answers",
        Belief::SiteDown => "nothing in DC1 answers",
        Belief::PartnerBack => "the partner is back",
        Belief::WitnessDown => "the witness does not answer",
        Belief::SiteRebuilt => "DC1 is there again",
        Belief::ReplicasCurrent => "every pool server is up to date",
        Belief::SecondaryMirrored => "S has a synchronised mirror, or can have none",
        Belief::SecondaryStalled => "log shipping to S cannot go on",
        Belief::NoRestoreAlert => "no log is restored on S any more",
        Belief::NoBackupAlert => "no log backup is finished any more",
        Belief::UsersCutOff => "users are cut off although both partners answer",
        Belief::ServiceStuck => "users are not served and nothing brings service back by itself",
        Belief::Planned => "it is the day of planned work and everything is in order",
    }
}
