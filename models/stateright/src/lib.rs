//! The models of poolproof as models of [Stateright](stateright), for a second opinion on verdicts
//! and state counts. The rules are those of [`poolproof_models`]; this crate adds none.
//!
//! The examples of this crate check each part of the system on its own.
//!
//! # Example
//!
//! A mirrored pair with its witness survives every single fault: no failover leaves a message
//! behind, and there are never two principals.
//!
//! ```
//! use poolproof_models::model::{Bounded, Budget};
//! use poolproof_models::names::property::Property;
//! use poolproof_models::names::site::Site;
//! use poolproof_models::state::topology::{PoolServer, Topology};
//! use poolproof_stateright::BoundedModel;
//! use poolproof_stateright::stateright::{Checker, Model};
//!
//! let server = PoolServer { site: Site::Dc1, active: true };
//! let mut pair = Topology::new(vec![server]);
//! pair.mirror = true;
//! pair.witness = true;
//! let bounded = Bounded::new(pair.finish(), Budget::of(1));
//! let model = BoundedModel::new(bounded, &[Property::FailoverKeepsAll, Property::OnePrincipal]);
//! let checker = model.checker().threads(1).spawn_bfs().join();
//! checker.assert_properties();
//! ```

mod bounded_model;
mod limits;
mod properties;
mod second_opinion;

pub use bounded_model::{BoundedModel, Judged};
pub use limits::Ending;
pub use second_opinion::{Opinion, Status, second_opinion};
pub use stateright;

/// The version of Stateright, which the manifest of this crate pins.
pub const STATERIGHT_VERSION: &str = "0.31.0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_manifest() {
        let pinned = format!("stateright = \"={STATERIGHT_VERSION}\"");
        assert!(include_str!("../Cargo.toml").contains(&pinned));
    }
}
