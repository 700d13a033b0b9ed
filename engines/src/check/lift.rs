//! Lifting: from the canonical states of a search back to concrete servers.

use poolproof_models::model::{Bounded, Node};
use poolproof_models::system::System;

/// Turns a path of canonical states into events on concrete states.
///
/// The search renames interchangeable servers after every step; here nothing is renamed, and each
/// event of the path is replaced by the one with the same effect up to renaming.
#[must_use]
pub fn lift<S: System>(model: &Bounded<S>, path: &[usize]) -> Vec<usize> {
    let system = &model.system;
    let mut canonical = model.initial();
    let mut concrete = system.initial();
    let mut lifted = Vec::with_capacity(path.len());
    for event in path {
        let (next, _) = system.apply(&canonical.state, *event);
        let next = system.canonical(next);
        // The same event comes first, so that names change only where they must.
        let candidates = std::iter::once(*event).chain(system.enabled(&concrete).iter());
        let found = candidates
            .filter(|candidate| system.enabled(&concrete).contains(*candidate))
            .find_map(|candidate| {
                let (after, _) = system.apply(&concrete, candidate);
                (system.canonical(after) == next).then_some((candidate, after))
            });
        let Some((candidate, after)) = found else {
            break;
        };
        lifted.push(candidate);
        concrete = after;
        canonical = Node {
            state: next,
            spent: canonical.spent,
        };
    }
    lifted
}
