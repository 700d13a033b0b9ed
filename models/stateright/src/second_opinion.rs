//! What Stateright's own breadth-first checker says about a bounded model.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use poolproof_models::model::Bounded;
use poolproof_models::names::property::Property;
use poolproof_models::system::System;
use stateright::{Checker, Model};

use crate::bounded_model::BoundedModel;
use crate::limits::Ending;

/// How often the caller is asked whether to go on.
const ASKED_EVERY: Duration = Duration::from_millis(50);

/// What Stateright found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// Distinct states found, the start included.
    pub states: u64,
    /// Successors generated.
    pub transitions: u64,
    /// Each listed property that Stateright can decide, in the order asked for.
    pub verdicts: Vec<(Property, Status)>,
    /// How the search ended.
    pub ending: Ending,
}

impl Opinion {
    /// The verdict on a property; `None` if Stateright was not asked, or cannot decide it.
    #[must_use]
    pub fn status(&self, property: Property) -> Option<Status> {
        let found = self.verdicts.iter().find(|(of, _)| *of == property);
        found.map(|(_, status)| *status)
    }
}

/// The verdict on one property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// No state of the space breaks it.
    Holds,
    /// A state breaks it; the shortest path there has so many steps.
    Violated {
        /// Steps from the start.
        steps: u32,
    },
    /// No state breaks it as far as the search went.
    Undecided,
}

/// Asks Stateright's breadth-first checker, on one thread, for its verdict on each property.
///
/// At most `states_limit` states are expanded. `go_on` is called about twenty times a second with
/// the number of distinct states so far; false ends the search.
pub fn second_opinion<S: System + Send + 'static>(
    bounded: Bounded<S>,
    properties: &[Property],
    states_limit: u64,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Opinion
where
    S::State: 'static,
{
    let model = BoundedModel::new(bounded, properties).over_the_whole_space();
    let (model, limits) = model.limited_to(states_limit);
    let asked = model.listed().to_vec();
    let mut checker = model.checker().threads(1).spawn_bfs();
    let (done, wait) = channel::<()>();
    let handles = checker.handles();
    thread::scope(|scope| {
        scope.spawn(move || {
            let _done = done;
            for handle in handles {
                if let Err(panic) = handle.join() {
                    std::panic::resume_unwind(panic);
                }
            }
        });
        while wait.recv_timeout(ASKED_EVERY) == Err(RecvTimeoutError::Timeout) {
            if !go_on(checker.unique_state_count() as u64) {
                limits.stop();
            }
        }
    });
    let ending = limits.lift();
    let status = |property: Property| match checker.discovery(property.name()) {
        Some(path) => Status::Violated {
            steps: path.into_actions().len() as u32,
        },
        None if ending == Ending::Complete => Status::Holds,
        None => Status::Undecided,
    };
    Opinion {
        states: checker.unique_state_count() as u64,
        // Stateright counts the start as generated.
        transitions: checker.state_count() as u64 - 1,
        verdicts: asked.into_iter().map(|p| (p, status(p))).collect(),
        ending,
    }
}

#[cfg(test)]
mod tests {
    use poolproof_models::model::Budget;
    use poolproof_models::names::site::Site;
    use poolproof_models::state::topology::{PoolServer, Topology};

    use super::*;

    /// A mirrored pair with a witness, which loses messages with its data centre.
    fn pair() -> Bounded<Topology> {
        let server = PoolServer {
            site: Site::Dc1,
            active: true,
        };
        let mut pair = Topology::new(vec![server]);
        pair.mirror = true;
        pair.witness = true;
        Bounded::new(pair.finish(), Budget::of(2))
    }

    const ASKED: [Property; 3] = [
        Property::OnePrincipal,
        Property::NoLoss,
        Property::ServiceReturns,
    ];

    #[test]
    fn a_complete_search_decides_what_states_decide() {
        let opinion = second_opinion(pair(), &ASKED, u64::MAX, &mut |_| true);
        assert_eq!(opinion.ending, Ending::Complete);
        assert_eq!(opinion.status(Property::OnePrincipal), Some(Status::Holds));
        let lost = Status::Violated { steps: 1 };
        assert_eq!(opinion.status(Property::NoLoss), Some(lost));
        assert_eq!(opinion.status(Property::ServiceReturns), None);
        // A violation does not end the search.
        let none = second_opinion(pair(), &[], u64::MAX, &mut |_| true);
        assert_eq!(
            (opinion.states, opinion.transitions),
            (none.states, none.transitions)
        );
    }

    #[test]
    fn what_is_open_at_a_limit_is_undecided() {
        let opinion = second_opinion(pair(), &ASKED, 20, &mut |_| true);
        assert_eq!(opinion.ending, Ending::StatesLimit);
        let open = opinion.status(Property::OnePrincipal);
        assert_eq!(open, Some(Status::Undecided));
        // Found before the limit.
        let lost = Status::Violated { steps: 1 };
        assert_eq!(opinion.status(Property::NoLoss), Some(lost));
        let again = second_opinion(pair(), &ASKED, 20, &mut |_| true);
        assert_eq!(opinion, again);
    }

    #[test]
    fn an_exact_limit_is_no_limit() {
        let all = second_opinion(pair(), &ASKED, u64::MAX, &mut |_| true);
        let exact = second_opinion(pair(), &ASKED, all.states, &mut |_| true);
        assert_eq!(exact, all);
        let less = second_opinion(pair(), &ASKED, all.states - 1, &mut |_| true);
        assert_eq!(less.ending, Ending::StatesLimit);
    }
}
