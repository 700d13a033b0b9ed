//! The promise that no count wraps unseen: under test this crate is optimised, and a sum that does
//! not fit ends in a panic all the same.

use std::hint::black_box;

#[test]
#[should_panic(expected = "attempt to add with overflow")]
fn a_sum_that_does_not_fit_is_seen() {
    let _ = black_box(black_box(u64::MAX) + black_box(1));
}
