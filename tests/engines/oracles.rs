//! The promise of exactness: what the solver and the simulator say of small systems is what others
//! have computed by other means.
//!
//! Each model is a toy system, written command by command as it stands in the language of PRISM,
//! with its parameters and the reference values of the project's exact solvers (fractions, no
//! floating point) in the TOML file of its name. Change a parameter there and leave the expected
//! values out, and solver and simulator are still held against each other.

mod ages;
mod durations;
pub mod expected;
mod large;
mod models;
mod other_laws;
mod product;
mod rare;
mod scenarios;
mod toy;

use expected::check;

#[test]
fn one_unit() {
    check("m1-single", &models::single);
}

#[test]
fn two_units_with_a_common_cause() {
    check("m1-common-cause", &models::common_cause);
}

#[test]
fn pool_with_limited_crews() {
    check("m2-pool", &models::pool);
}

#[test]
fn standby_with_imperfect_switch() {
    check("m3-standby", &models::standby);
}

#[test]
fn mirroring_with_witness() {
    check("m4-mirror-witness", &models::mirror_witness);
}

#[test]
fn mirroring_without_witness() {
    check("m4b-mirror-no-witness", &models::mirror_no_witness);
}

#[test]
fn time_to_data_loss() {
    check("m5-data-loss", &models::data_loss);
}

#[test]
fn two_data_centres() {
    check("m6-two-data-centres", &models::two_data_centres);
}
