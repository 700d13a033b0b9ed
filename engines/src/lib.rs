//! The engines: what can be said of a model by search, by chance and by linear algebra.
//!
//! [`check`] searches the states of a bounded model, [`simulate`] runs trials on the clock, and
//! [`solve`] makes a Markov chain of the same clocks and solves it. All are pure functions of a
//! model and of numbers: nothing here knows a scenario file, a report, a file or a terminal, and
//! no result holds a sentence.

pub mod check;
pub mod clocks;
pub mod conform;
pub mod fingerprints;
pub mod numbers;
pub mod pools;
pub mod simulate;
pub mod solve;

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    /// Under test this crate is optimised, and a sum that does not fit ends in a panic all the
    /// same.
    #[test]
    #[should_panic(expected = "attempt to add with overflow")]
    fn a_sum_that_does_not_fit_is_seen() {
        let _ = black_box(black_box(u64::MAX) + black_box(1));
    }
}
