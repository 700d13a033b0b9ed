//! What the values of a document are called for people: one row per value, so that a value without
//! words does not compile. Everything a report says about a typed field is said here.

mod check;
mod rare;
mod simulation;
mod system;

pub use check::{
    budget, cut_off, expected_goal, fault_class, limits, property, reach, reduction, status,
    verdict_reach,
};
pub(crate) use check::{listed_in, named_budget, objective, part, short_budget, verdict};
pub(crate) use rare::{doubt, rare_how, rare_what};
pub(crate) use simulation::{NO_COPY_LEFT, NO_RETURN, column, length, method};
pub use simulation::{cause, drilled, loss_cause, phase};
pub use system::{content, holder_role};
pub(crate) use system::{link, node, share, warning};

/// Returns the path of a key in words: `log_shipping.backup_interval` is "log shipping: backup
/// interval".
pub(crate) fn key(path: &str) -> String {
    let parts: Vec<String> = path.split('.').map(|part| part.replace('_', " ")).collect();
    parts.join(": ")
}
