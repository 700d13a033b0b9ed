//! The mirrored pair alone, with its witness and without.
//!
//! `cargo run --example mirror_pair`
//!
//! With a witness the mirror takes over by itself, and no failover leaves a message behind. Without
//! one nothing is lost either, but nobody promotes the mirror: Stateright never sees a failover.

use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::property::Property;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::{PoolServer, Topology};
use poolproof_stateright::BoundedModel;
use poolproof_stateright::stateright::{Checker, Model};

pub(crate) fn main() {
    // Any two faults but the loss of the data centre, which nothing in it survives.
    let budget = Budget::of(2).with_limit(FaultClass::SiteLoss, 0);
    for witness in [true, false] {
        let server = PoolServer {
            site: Site::Dc1,
            active: true,
        };
        let mut pair = Topology::new(vec![server]);
        pair.mirror = true;
        pair.witness = witness;
        // Two principals, a failover that loses messages, and a loss of any kind.
        let properties = [
            Property::OnePrincipal,
            Property::FailoverKeepsAll,
            Property::NoLoss,
        ];
        let bounded = Bounded::new(pair.finish(), budget);
        let checker = BoundedModel::new(bounded, &properties)
            .checker()
            .threads(1)
            .spawn_bfs()
            .join();
        checker.assert_properties();
        let states = checker.unique_state_count();
        println!("witness: {witness}, {states} states, and each property holds");
    }
}
