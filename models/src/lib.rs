//! The transition relation of a stretched Persistent Chat pool: what there is, what can happen
//! next, and what it does. No clock, no random numbers, no input or output.
//!
//! The handbook is the specification; rules cite its numbers.
//!
//! A [`state::topology::Topology`] says what there is and cannot change, a [`state::world::World`]
//! how things stand. [`system::System`] is what engines see of both: the events that can happen,
//! and what they do.
//!
//! # Example
//!
//! A post is committed, then the principal crashes: users wait for the mirror, and nothing is lost.
//!
//! ```
//! use poolproof_models::names::component::Component;
//! use poolproof_models::names::event::{Event, EventKind};
//! use poolproof_models::names::site::Site;
//! use poolproof_models::state::topology::{PoolServer, Topology};
//! use poolproof_models::state::latches::LossKind;
//!
//! let server = PoolServer { site: Site::Dc1, active: true };
//! let mut topology = Topology::new(vec![server]);
//! topology.mirror = true;
//! topology.witness = true;
//! let topology = topology.finish();
//!
//! let healthy = topology.initial();
//! assert_ne!(healthy.service(&topology), 0);
//!
//! let (posted, _) = healthy.apply(&topology, Event::new(EventKind::Write, Component::A));
//! let (crashed, _) = posted.apply(&topology, Event::new(EventKind::Crash, Component::A));
//! assert_eq!(crashed.service(&topology), 0);
//! assert_eq!(crashed.loss(), LossKind::None);
//! ```

pub mod bits;
mod fast;
pub mod model;
pub mod names;
pub mod rules;
pub mod state;
pub mod system;
pub mod transition;
