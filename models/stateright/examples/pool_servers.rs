//! The pool servers alone: four active servers beside one database, without a mirror.
//!
//! `cargo run --example pool_servers`
//!
//! A topology says what there is. Here it is servers and the database that every pool has. The
//! budget allows two faults, so Stateright visits every state after no fault, one, and two.

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
    let server = PoolServer {
        site: Site::Dc1,
        active: true,
    };
    let pool = Topology::new(vec![server; 4]).finish();
    // No message is lost, users are never stuck without need, and no server is overloaded.
    let properties = [Property::NoLoss, Property::NeverStuck, Property::RightSide];
    let model = BoundedModel::new(Bounded::new(pool, budget), &properties);
    let checker = model.checker().threads(1).spawn_bfs().join();
    checker.assert_properties();
    println!(
        "{} states, and each property holds",
        checker.unique_state_count()
    );
}
