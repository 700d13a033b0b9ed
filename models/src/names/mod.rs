//! Names with stable numbers: components, events, runbooks, properties, phases and causes.

pub mod component;
pub mod event;
pub mod incident;
pub mod property;
pub mod runbook;
pub mod site;
