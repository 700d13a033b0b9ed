//! Words about results: what happens in a step, what changes, who holds which message, why users
//! are not served, and what each name means. The model has names and numbers only.

pub mod causes;
pub mod changes;
pub mod components;
pub mod explainer;
pub mod holders;
pub mod losses;
pub mod operations;
pub mod procedures;
pub mod properties;
pub mod refusal;
pub mod service;
pub mod slices;
pub mod steps;
