//! Log shipping alone: a database in DC1, its log-shipping secondary in DC2, and a mistake.
//!
//! `cargo run --example log_shipping`
//!
//! A log backup outside the job takes log records that the copy job never brings to the secondary.
//! Stateright finds the shortest path to a broken log chain (hazard H-23).

use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::{PoolServer, Topology};
use poolproof_stateright::BoundedModel;
use poolproof_stateright::stateright::{Checker, Model};

pub(crate) fn main() {
    let server = PoolServer {
        site: Site::Dc1,
        active: true,
    };
    let mut shipping = Topology::new(vec![server]);
    shipping.secondary = true;
    shipping.misoperations = vec![Operation::AdHocLogBackup];
    let bounded = Bounded::new(shipping.finish(), Budget::of(1));
    let topology = bounded.system.clone();
    let checker = BoundedModel::new(bounded, &[Property::ChainIntact])
        .checker()
        .threads(1)
        .spawn_bfs()
        .join();
    // Stateright names a property as scenario files do: CH is the log chain.
    let path = checker.assert_any_discovery("CH");
    for event in path.into_actions() {
        println!("{}", topology.events()[event].name());
    }
}
