//! Functions of statistics, with the same bits on every platform.

pub mod normal;
pub mod special;
