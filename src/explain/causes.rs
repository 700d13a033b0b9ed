//! Why a property broke, in words: found by replaying the path without each fault, and by searching
//! what can still follow.

use std::collections::{BTreeSet, VecDeque};

use poolproof_engines::check::minimise::{At, Ground, Target};
use poolproof_models::names::event::{Event, EventKind};
use poolproof_models::names::property::Property;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System;

use super::explainer::Message;
use super::losses::loss_cause_text;
use super::refusal::why_not;
use super::steps::{StepText, event_text};

/// The most states that are visited to find out what can still follow.
const STATES_MOST: usize = 4_000;

/// A path in words.
pub struct Path<'a> {
    /// The rules.
    pub ground: Ground<'a, Topology>,
    /// The events.
    pub events: &'a [usize],
    /// Each step in words.
    pub steps: &'a [StepText],
    /// What became of the messages.
    pub messages: &'a [Message],
}

/// Explains a violation.
#[must_use]
pub fn of_violation(path: &Path<'_>, property: Property) -> String {
    let states = states(path);
    let mut sentences = vec![faults(path, &states)];
    if let Some(last) = path.steps.len().checked_sub(1) {
        sentences.extend(decisive(path, last));
        sentences.push(format!(
            "Step {} breaks {}: {}.",
            last + 1,
            property.name(),
            path.steps[last].text
        ));
    } else {
        sentences.push(format!("{} is broken from the start.", property.name()));
    }
    sentences.extend(loss(&states, property));
    sentences.extend(lost(path));
    if let Some(no_return) = point_of_no_return(path, &states, property) {
        sentences.push(no_return);
    }
    sentences.push(aftermath(path, &states, property));
    sentences.join(" ")
}

/// Explains how a goal is reached.
#[must_use]
pub fn of_goal(path: &Path<'_>) -> String {
    let states = states(path);
    let last = path.steps.last().map_or("", |step| step.text.as_str());
    format!(
        "{} The last step reaches it: {last}.",
        faults(path, &states)
    )
}

/// Every state on the path, the start first.
fn states(path: &Path<'_>) -> Vec<At<World>> {
    let mut states = vec![path.ground.start()];
    for event in path.events {
        let next = states.last().and_then(|at| path.ground.step(at, *event));
        let Some(next) = next else { break };
        states.push(next);
    }
    states
}

/// Which faults were needed, and what could not have happened without each.
fn faults(path: &Path<'_>, states: &[At<World>]) -> String {
    let faults: Vec<usize> = (0..path.steps.len())
        .filter(|i| path.steps[*i].fault)
        .collect();
    let mut text = match faults.as_slice() {
        [] => return "No fault is needed.".to_owned(),
        [_] => "One fault is needed.".to_owned(),
        several => format!("{} faults are needed.", several.len()),
    };
    for fault in faults {
        let what = &path.steps[fault].text;
        let number = fault + 1;
        text += &format!(" Step {number}: {what}");
        text += &match without(path, states, fault) {
            Some((step, reason)) => {
                let follows = &path.steps[step].text;
                format!(
                    "; without it step {} ({follows}) cannot happen: {reason}.",
                    step + 1
                )
            }
            None => "; without it the other steps break nothing.".to_owned(),
        };
    }
    text
}

/// The first later step that cannot happen without step `fault`, and why.
fn without(path: &Path<'_>, states: &[At<World>], fault: usize) -> Option<(usize, String)> {
    let topology = path.ground.system();
    let mut at = states.get(fault).copied()?;
    for (step, index) in path.events.iter().enumerate().skip(fault + 1) {
        let event = topology.events()[*index];
        match path.ground.step(&at, *index) {
            Some(next) => at = next,
            None => {
                let reason = why_not(topology, &at.state, event);
                // Only the budget can refuse what the rules allow.
                return Some((step, reason.unwrap_or_else(|| "too many faults".to_owned())));
            }
        }
    }
    None
}

/// The operators' step that made the difference, and where a recovery fork begins.
fn decisive(path: &Path<'_>, last: usize) -> Vec<String> {
    let topology = path.ground.system();
    let event = |step: usize| topology.events()[path.events[step]];
    let by_operators = |step: &usize| is_operators(event(*step));
    let fork = (0..=last)
        .rev()
        .find(|step| path.steps[*step].fork.is_some());
    let mut out = Vec::new();
    if let Some(step) = fork.filter(|step| *step < last || !by_operators(step)) {
        let text = &path.steps[step];
        let server = text.fork.unwrap_or_default();
        let who = if by_operators(&step) {
            text.actor.as_str()
        } else {
            "no operator"
        };
        out.push(format!(
            "In step {} ({}; {who}) {server} begins a history of its own.",
            step + 1,
            text.text
        ));
    }
    let operators = fork
        .filter(by_operators)
        .or_else(|| (0..=last).rev().find(|step| by_operators(step)));
    match operators {
        Some(step) if Some(step) == fork && step < last => {}
        Some(step) if step < last => out.push(format!(
            "The operators' last step before it is step {} ({}): {}.",
            step + 1,
            path.steps[step].actor,
            path.steps[step].text
        )),
        _ => {}
    }
    out
}

/// Whether operators do it.
fn is_operators(event: Event) -> bool {
    use EventKind as K;
    matches!(
        event.kind,
        K::RunbookStep
            | K::Misoperation
            | K::Premature
            | K::Skip
            | K::SwapNext
            | K::WrongFile
            | K::Abort
            | K::FenceFails
    )
}

/// What lost the messages that a property of losses is about.
fn loss(states: &[At<World>], property: Property) -> Option<String> {
    let about_losses = matches!(
        property,
        Property::NoLossUnderOneFault | Property::NoLoss | Property::NothingDestroyed
    );
    let cause = states.last().filter(|_| about_losses)?.state.loss_cause();
    loss_cause_text(cause).map(|text| format!("Cause of the loss: {text}."))
}

/// The messages that nothing holds any more.
fn lost(path: &Path<'_>) -> Option<String> {
    let lost: Vec<String> = path
        .messages
        .iter()
        .filter_map(|message| {
            let gone = message.lost_in?;
            let Message {
                number, by, step, ..
            } = message;
            Some(format!(
                "post {number}, acknowledged by {by} in step {step}, in step {gone}"
            ))
        })
        .collect();
    (!lost.is_empty()).then(|| format!("Gone for good: {}.", lost.join("; ")))
}

/// The first step after which nothing brings service back without breaking the property.
fn point_of_no_return(path: &Path<'_>, states: &[At<World>], property: Property) -> Option<String> {
    let target = Target::Violation(property.bit());
    let last = states.len().checked_sub(2)?;
    let mut from = last + 1;
    // Backward, as long as there is no way out.
    while from > 0 {
        match can_be_avoided(path.ground, &states[from - 1], target) {
            Some(true) => break,
            Some(false) => from -= 1,
            // Too many states to say.
            None => return None,
        }
    }
    if from == last + 1 {
        let text = "Until that step it could have been avoided without another fault.";
        return Some(text.to_owned());
    }
    let step = path.steps.get(from.checked_sub(1)?)?;
    Some(format!(
        "Since step {from} ({}) nothing that can follow without another fault brings service back \
         without breaking {}.",
        step.text,
        property.name()
    ))
}

/// Whether users can be served from this state on, without another fault and without what the
/// target shows; `None` where that takes too many states to say.
fn can_be_avoided(ground: Ground<'_, Topology>, from: &At<World>, target: Target) -> Option<bool> {
    let topology = ground.system();
    let found = reach(ground, from, |at, by| {
        if ground.shows(at, by, target) {
            return Next::Leave;
        }
        let written = by.is_some_and(|e| topology.events()[e].kind == EventKind::Write);
        if written { Next::Found } else { Next::Expand }
    });
    match found {
        Reached::Path(_) => Some(true),
        Reached::Nothing => Some(false),
        Reached::TooMany => None,
    }
}

/// What becomes of the violation.
fn aftermath(path: &Path<'_>, states: &[At<World>], property: Property) -> String {
    if is_latched(property) {
        return "What has happened stays: nothing that follows undoes it.".to_owned();
    }
    let Some(end) = states.last() else {
        return String::new();
    };
    let (ground, target) = (path.ground, Target::Violation(property.bit()));
    let found = reach(ground, end, |at, by| {
        if by.is_some() && !ground.shows(at, by, target) {
            Next::Found
        } else {
            Next::Expand
        }
    });
    let name = property.name();
    match found {
        Reached::Path(events) => {
            let words = texts(ground, end, &events);
            format!(
                "{name} can hold again without another fault: {}.",
                words.join("; ")
            )
        }
        Reached::Nothing => {
            format!("Nothing that can follow without another fault makes {name} hold again.")
        }
        Reached::TooMany => {
            format!("In the next {STATES_MOST} states without another fault {name} stays broken.")
        }
    }
}

/// Properties about something that has happened; the others are about how things stand.
#[must_use]
pub const fn is_latched(property: Property) -> bool {
    use Property as P;
    match property {
        P::SplitBrain
        | P::NoLossUnderOneFault
        | P::NoFinishedBackupLeftOut
        | P::FailoverKeepsAll
        | P::NoLoss
        | P::NothingDestroyed
        | P::NothingOverwritten
        | P::RecordsComplete
        | P::NumbersUnique => true,
        P::OnePrincipal
        | P::MirrorHasAll
        | P::RegisterIsTrue
        | P::TargetFresh
        | P::ChainIntact
        | P::NeverStuck
        | P::ServiceReturns
        | P::RightSide => false,
    }
}

/// The events of a path in words.
fn texts(ground: Ground<'_, Topology>, from: &At<World>, events: &[usize]) -> Vec<String> {
    let topology = ground.system();
    let mut world = from.state;
    let mut words = Vec::new();
    for index in events {
        let event = topology.events()[*index];
        words.push(event_text(topology, &world, event));
        world = world.apply(topology, event).0;
    }
    words
}

/// What to do with a state.
enum Next {
    Found,
    Expand,
    Leave,
}

/// What a search of what can follow has found.
enum Reached {
    Path(Vec<usize>),
    Nothing,
    TooMany,
}

/// Looks for a state without any further fault, nearest first.
fn reach(
    ground: Ground<'_, Topology>,
    from: &At<World>,
    judge: impl Fn(&At<World>, Option<usize>) -> Next,
) -> Reached {
    let topology = ground.system();
    let mut seen = BTreeSet::from([topology.words(&from.state)]);
    // Each entry knows the entry and the event that it comes from.
    let mut entries: Vec<(At<World>, usize, usize)> = Vec::new();
    let mut open = VecDeque::new();
    if matches!(judge(from, None), Next::Leave) {
        return Reached::Nothing;
    }
    entries.push((*from, usize::MAX, usize::MAX));
    open.push_back(0);
    while let Some(number) = open.pop_front() {
        let at = entries[number].0;
        for event in System::enabled(topology, &at.state).iter() {
            if System::fault_class(topology, &at.state, event).is_some() {
                continue;
            }
            let Some(next) = ground.step(&at, event) else {
                continue;
            };
            let verdict = judge(&next, Some(event));
            if matches!(verdict, Next::Found) {
                let mut events = vec![event];
                let mut back = number;
                while entries[back].1 != usize::MAX {
                    events.push(entries[back].2);
                    back = entries[back].1;
                }
                events.reverse();
                return Reached::Path(events);
            }
            if matches!(verdict, Next::Expand) && seen.insert(topology.words(&next.state)) {
                if entries.len() >= STATES_MOST {
                    return Reached::TooMany;
                }
                entries.push((next, number, event));
                open.push_back(entries.len() - 1);
            }
        }
    }
    Reached::Nothing
}
