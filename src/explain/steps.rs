//! One step in the words of the handbook: who acts, what happens, and what changes.

use poolproof_models::names::event::{Event, EventKind, FaultClass, role_of};
use poolproof_models::names::runbook::{Belief, Role};
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;

use super::changes::changes;
use super::components::component_title;
use super::operations::operation_text;

/// A step in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepText {
    /// Who or what acts.
    pub actor: String,
    /// What happens, a sentence without a full stop.
    pub text: String,
    /// What changed and nothing else.
    pub changes: Vec<String>,
    /// Whether it is a fault.
    pub fault: bool,
    /// The number of the message that the step acknowledges; only an explainer counts them.
    pub message: Option<u32>,
    /// The server that begins a recovery fork in this step; only an explainer finds it.
    pub fork: Option<&'static str>,
}

/// Describes the step `event` from the world `before` to the world `after`.
#[must_use]
pub fn step_text(topology: &Topology, before: &World, event: Event, after: &World) -> StepText {
    let class = before.fault_class(topology, event);
    let (actor, text) = actor_and_text(topology, before, event, class);
    StepText {
        actor,
        text,
        changes: changes(topology, before, after),
        fault: class.is_some(),
        message: None,
        fork: None,
    }
}

/// What an event that can happen in a world would be, a sentence without a full stop.
#[must_use]
pub fn event_text(topology: &Topology, world: &World, event: Event) -> String {
    let class = world.fault_class(topology, event);
    actor_and_text(topology, world, event, class).1
}

fn actor_and_text(
    topology: &Topology,
    world: &World,
    event: Event,
    class: Option<FaultClass>,
) -> (String, String) {
    use EventKind as K;
    let name = component_title(topology, event.at);
    let by = |actor: &str, text: String| (actor.to_owned(), text);
    let environment = |text: String| by("environment", text);
    match event.kind {
        K::Write => by("users", format!("Users post and {name} acknowledges")),
        K::Crash => environment(format!("{name} crashes")),
        K::Restart if class.is_some() => {
            environment(format!("{name} comes back although DC1 has been left"))
        }
        K::Restart => environment(format!("{name} restarts")),
        K::Cut => environment(format!("The link {} is cut", event.at.name())),
        K::Heal => environment(format!("The link {} works again", event.at.name())),
        K::Detect => by(
            "partners",
            format!("The ends of {} notice that it is silent", event.at.name()),
        ),
        K::Expose => by("principal", expose_text(world, event)),
        K::AutomaticFailover => by("mirror", failover_text(topology, world, event)),
        K::Resynchronise => by("mirror", "The mirror has caught up".to_owned()),
        K::SwapRoles => by(
            "partners",
            "The mirror has the tail of the log: the roles swap".to_owned(),
        ),
        K::Notice => by(
            "witness",
            format!(
                "The witness notices that {} is silent; the principal has not yet",
                event.at.name()
            ),
        ),
        K::Forget => environment(
            "The witness is restored from an old image: it names A, synchronised".to_owned(),
        ),
        K::Accept => by(
            "users",
            "A pool server accepts a post; it is not committed yet".to_owned(),
        ),
        K::Backup => by("backup job", "A log backup is finished".to_owned()),
        K::Copy => by(
            "copy job",
            "The copy job brings the files to DC2".to_owned(),
        ),
        K::Restore => by(
            "restore job",
            "The restore job applies the files".to_owned(),
        ),
        K::Replicate => by(
            "CMS",
            format!("{name} learns the pool state and the active list"),
        ),
        K::Disaster => environment(format!("{name} is lost with everything in it")),
        K::Outage => environment(format!("{name} fails; its disks survive")),
        K::Return if class.is_some() => environment(format!(
            "{name} comes back by itself although it has been left"
        )),
        K::Return => environment(format!("{name} comes back")),
        K::ShareLoss => environment("The files on the backup share are lost".to_owned()),
        K::StartRunbook => runbook_text(topology, world, event, Turn::Begin),
        K::StandDown => runbook_text(topology, world, event, Turn::Abandon),
        K::RunbookStep => runbook_step_text(topology, world, event),
        K::Reconnect => by("clients", "Clients reconnect".to_owned()),
        K::GreyFailure => environment(format!(
            "{name} fails for its users only; its partners see nothing"
        )),
        K::Destroy => environment(format!("{name} loses its disks")),
        K::GreyRepair => environment(format!("{name} answers its users again")),
        K::Stall => environment(format!("{name} stalls: it answers nothing for a while")),
        K::StallEnds => environment(format!("{name} goes on where it was")),
        K::LogFull => environment("The log drive of the principal in DC1 is full".to_owned()),
        K::Retention => {
            environment("Retention deletes log backups that were never copied".to_owned())
        }
        K::Rebuild => environment(format!("{name} has been rebuilt")),
        K::Export => by(
            "compliance",
            "The adapter is fed what has been stored".to_owned(),
        ),
        K::Premature => mistake_text(topology, world, event, "the step is done too early"),
        K::Skip => mistake_text(topology, world, event, "the step is left out"),
        K::SwapNext => mistake_text(topology, world, event, &swapped(world, event)),
        K::WrongFile => mistake_text(topology, world, event, "the wrong file is used"),
        K::FenceFails => mistake_text(topology, world, event, "the fence has no effect"),
        K::PortLost => environment(format!("{name} loses its port: no partner reaches it")),
        K::Abort => mistake_text(
            topology,
            world,
            event,
            "the runbook is abandoned at this step",
        ),
        K::Misoperation => {
            let text = event.operation.map_or("?", operation_text);
            by("operator", format!("Outside any runbook: {text}"))
        }
    }
}

fn expose_text(world: &World, event: Event) -> String {
    let Some(pair) = SessionId::from_component(event.at) else {
        return String::new();
    };
    let principal = world.newest_principal(pair).unwrap_or(0);
    let witness = if world.session(pair).witness_set() {
        ", and the witness takes note"
    } else {
        ""
    };
    format!(
        "{} goes on alone, exposed{witness}",
        pair.node(principal).name()
    )
}

fn failover_text(topology: &Topology, world: &World, event: Event) -> String {
    let promoted = SessionId::from_component(event.at).and_then(|pair| {
        world
            .may_fail_over(topology, pair)
            .ok()
            .map(|member| pair.node(member).name())
    });
    format!(
        "{} and the witness agree: automatic failover",
        promoted.unwrap_or("the mirror")
    )
}

/// What operators do with a whole runbook.
#[derive(Clone, Copy)]
enum Turn {
    Begin,
    Abandon,
}

fn runbook_text(topology: &Topology, world: &World, event: Event, turn: Turn) -> (String, String) {
    let Some(role) = role_of(event.at) else {
        return (String::new(), String::new());
    };
    let Some(runbook) = topology.runbook(role) else {
        return (String::new(), String::new());
    };
    let name = &runbook.name;
    let text = match turn {
        Turn::Begin => {
            let why = trigger_text(world, runbook.trigger);
            format!("Operators begin \"{name}\": {why}")
        }
        Turn::Abandon => match world.step_left_to_do(topology, role) {
            Some(step) => format!(
                "Operators go on with step {step} of \"{name}\": mirroring is still suspended"
            ),
            None => format!("Operators stop \"{name}\": what started it is over"),
        },
    };
    (operators_of(role).to_owned(), text)
}

/// Why operators begin a runbook.
fn trigger_text(world: &World, trigger: Belief) -> &'static str {
    match trigger {
        Belief::SiteDown if world.site_up(Site::Dc1) => {
            "nothing in DC1 answers, so they believe it is down (it is alive)"
        }
        Belief::SiteDown => "nothing in DC1 answers",
        Belief::PrincipalDown => "the principal does not answer",
        Belief::PartnerBack => "the partner is back",
        Belief::WitnessDown => "the witness does not answer",
        Belief::SiteRebuilt => "DC1 is there again",
        Belief::SecondaryMirrored => "S has a synchronised mirror",
        Belief::UsersCutOff => "users are cut off although both partners answer",
        Belief::ReplicasCurrent => "every server is up to date",
        Belief::SecondaryStalled => "log shipping raises an alert and cannot go on",
        Belief::NoRestoreAlert => "no log is restored on S any more",
        Belief::NoBackupAlert => "no log backup is finished any more",
        Belief::ServiceStuck => "users are not served and nothing brings service back by itself",
        Belief::Planned => "it is the day of planned work and everything is in order",
    }
}

fn mistake_text(topology: &Topology, world: &World, event: Event, how: &str) -> (String, String) {
    let (actor, step) = runbook_step_text(topology, world, event);
    (actor, format!("Mistake, {how}: {step}"))
}

/// Which two steps of a runbook are done in the wrong order.
fn swapped(world: &World, event: Event) -> String {
    let number = role_of(event.at).map_or(0, |role| world.progress(role));
    format!("steps {number} and {} are swapped", number + 1)
}

fn runbook_step_text(topology: &Topology, world: &World, event: Event) -> (String, String) {
    let role = role_of(event.at);
    let Some(step) = role.and_then(|role| world.current_step(topology, role)) else {
        return (String::new(), String::new());
    };
    let number = role.map_or(0, |role| world.progress(role));
    let skipped = event.kind == EventKind::RunbookStep
        && role.is_some_and(|role| world.skips(topology, role));
    let skipped = if skipped {
        " (impossible here: skipped)"
    } else {
        ""
    };
    let text = operation_text(step.operation);
    (
        step.actor.clone(),
        format!("Runbook step {number}: {text}{skipped}"),
    )
}

const fn operators_of(role: Role) -> &'static str {
    match role {
        Role::MirrorFailover => "operators in DC1",
        Role::SiteFailover | Role::SiteFailback | Role::LogShippingRepair | Role::PlannedSwitch => {
            "operators in DC2"
        }
        Role::LastResort => "database administrators",
    }
}
