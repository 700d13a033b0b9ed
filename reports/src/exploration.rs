//! One state of the model as a page: how everything stands, what can happen next, and what cannot.
//!
//! What can happen is a link to the state after it, so that the page needs no script. Its addresses
//! are relative: the events so far, by their stable names, with commas between them.

use askama::Template;

use crate::document::{Start, Step};
use crate::error::ReportError;
use crate::player::{self, Moment, StateView};
use crate::{visible, words};

/// A state, with the way to it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExploredState {
    /// The name of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// The names of the sites, the preferred one first.
    pub sites: Vec<String>,
    /// The name of the budget.
    pub budget: String,
    /// How many faults have happened, and how many may.
    pub faults: [u32; 2],
    /// How everything stands at the start.
    pub start: Start,
    /// The steps so far, each with how everything stands after it.
    pub steps: Vec<Step>,
    /// Who serves the users, in words.
    pub service: String,
    /// The properties that the state violates: code and name.
    pub violated: Vec<(String, String)>,
    /// What can happen next.
    pub possible: Vec<ExploredEvent>,
    /// What cannot happen, and why.
    pub refused: Vec<RefusedEvent>,
}

/// What can happen next.
#[derive(Clone, Debug, PartialEq)]
pub struct ExploredEvent {
    /// Its stable name.
    pub event: String,
    /// Who or what acts.
    pub actor: String,
    /// What happens, in words.
    pub text: String,
    /// Whether it is a fault.
    pub fault: bool,
}

/// What cannot happen.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedEvent {
    /// Its stable name.
    pub event: String,
    /// What would happen, in words.
    pub text: String,
    /// Why it cannot, in words.
    pub reason: String,
}

/// A link to the state after an event.
struct Choice<'a> {
    event: &'a ExploredEvent,
    address: String,
}

/// A step of the way, and the state after it.
struct Taken<'a> {
    step: &'a Step,
    address: String,
}

#[derive(Template)]
#[template(path = "exploration.html")]
struct ExplorationPage<'a> {
    state: &'a ExploredState,
    taken: Vec<Taken<'a>>,
    last: Option<&'a Step>,
    picture: StateView,
    violated: Vec<String>,
    /// Whether the way has as many steps as an address can have: then nothing leads on.
    is_full: bool,
    without_fault: Vec<Choice<'a>>,
    faults: Vec<Choice<'a>>,
}

/// Between the events of an address.
pub const SEPARATOR: &str = ",";

/// The most steps of a way: addresses have a limit, and no counterexample is as long.
pub const STEPS_MOST: usize = 400;

/// Returns the page of a state.
///
/// # Errors
/// When the template cannot be filled in, which is a defect.
pub fn page(state: &ExploredState) -> Result<String, ReportError> {
    let mut way = String::new();
    let mut taken = Vec::with_capacity(state.steps.len());
    for step in &state.steps {
        way = extended(&way, &step.event);
        let address = way.clone();
        taken.push(Taken { step, address });
    }
    let choices = |fault: bool| -> Vec<Choice<'_>> {
        let events = state.possible.iter().filter(|event| event.fault == fault);
        let choice = |event| Choice {
            event,
            address: extended(&way, &event.event),
        };
        events.map(choice).collect()
    };
    let start = Moment {
        state: &state.start.state,
        links: &state.start.links,
    };
    let mut moments = vec![start];
    moments.extend(state.steps.iter().map(|step| Moment {
        state: &step.state,
        links: &step.links,
    }));
    let last = moments.len() - 1;
    let sites: Vec<&str> = state.sites.iter().map(String::as_str).collect();
    let step = state.steps.last();
    let before = moments[last.saturating_sub(1)];
    let violated = state.violated.iter();
    visible::page(&ExplorationPage {
        state,
        taken,
        last: step,
        picture: player::current(&sites, step, moments[last], before),
        violated: violated
            .map(|(code, title)| words::property(title, code))
            .collect(),
        is_full: state.steps.len() >= STEPS_MOST,
        without_fault: choices(false),
        faults: choices(true),
    })
}

/// The address of the state that an event leads to from that of another.
fn extended(way: &str, event: &str) -> String {
    match way {
        "" => event.to_owned(),
        way => format!("{way}{SEPARATOR}{event}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn state() -> ExploredState {
        let path = sample::counterexample_with_state();
        let event = |event: &str, text: &str, fault| ExploredEvent {
            event: event.to_owned(),
            actor: "environment".to_owned(),
            text: text.to_owned(),
            fault,
        };
        ExploredState {
            scenario: "pool".to_owned(),
            title: "A pool".to_owned(),
            sites: vec!["DC1".to_owned(), "DC2".to_owned()],
            budget: "1 fault".to_owned(),
            faults: [1, 1],
            start: path.start,
            steps: path.steps[..2].to_vec(),
            service: "users are served from sql-a".to_owned(),
            violated: vec![("SB".to_owned(), "No split brain".to_owned())],
            possible: vec![
                event("write:A", "Users post", false),
                event("crash:B", "sql-b crashes", true),
            ],
            refused: vec![RefusedEvent {
                event: "crash:A".to_owned(),
                text: "sql-a crashes".to_owned(),
                reason: "sql-a is down".to_owned(),
            }],
        }
    }

    #[test]
    fn what_can_happen_leads_on_and_what_cannot_says_why() {
        let state = state();
        let text = page(&state).expect("drawn");
        let way = format!("{},{}", state.steps[0].event, state.steps[1].event);
        for expected in [
            format!("href=\"{way},write:A\""),
            format!("href=\"{way},crash:B\""),
            format!("href=\"{}\"", state.steps[0].event),
            "sql-a is down".to_owned(),
            "No split brain (SB)".to_owned(),
        ] {
            assert!(text.contains(&expected), "{expected}\n{text}");
        }
        assert!(!text.contains("<script") && !text.contains("://"));
    }

    #[test]
    fn what_the_scenario_says_is_never_markup() {
        let evil = "</style><b onclick=\"x()\">&";
        let mut state = state();
        state.title = evil.to_owned();
        state.service = evil.to_owned();
        state.possible[0].text = evil.to_owned();
        state.refused[0].reason = evil.to_owned();
        let text = page(&state).expect("drawn");
        assert!(!text.contains("<b onclick"));
    }

    #[test]
    fn a_way_has_an_end() {
        let mut state = state();
        state.steps = vec![state.steps[0].clone(); STEPS_MOST];
        let text = page(&state).expect("drawn");
        assert!(!text.contains(",write:A\""));
        assert!(text.contains("as long as an address can be"));
        assert!(
            !text.contains("Nothing without a fault"),
            "what can happen is not known to be nothing"
        );
    }
}
