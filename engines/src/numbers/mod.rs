//! Functions of statistics, with the same bits on every platform.

pub mod families;
pub mod lognormal;
pub mod normal;

pub mod special;
