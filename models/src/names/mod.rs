//! Names with stable numbers: components, events, runbooks, properties, phases and causes.

pub mod component;
pub mod event;
pub mod incident;
pub mod link;
mod loss;
pub mod property;
pub mod replica;
pub mod runbook;
pub mod session;
pub mod site;
