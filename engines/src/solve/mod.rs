//! The exact solver: where every delay is exponential or zero, the figures without any chance.
//!
//! [`chain`] walks the same `System` that the checker searches and the simulator runs, and makes
//! of it a continuous-time Markov chain; [`lump`] makes that smaller without changing an answer.
//! [`steady`], [`hitting`] and [`transient`] solve it, to ten digits and more, which is what the
//! simulator is proven against. [`figures`] puts the answers together, [`prism`] writes the chain
//! so that another tool can solve it too.
//!
//! Rates are per hour and times are in hours, as the literature has them; the simulator's
//! milliseconds would put fifteen orders of magnitude into a matrix for nothing.

pub mod chain;
mod classes;
mod elimination;
pub mod figures;
pub mod hitting;
pub mod lump;
mod poisson;
pub mod prism;
pub mod rates;
pub mod steady;
pub mod transient;
mod variance;

use thiserror::Error;

/// Why there is no exact answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SolveError {
    /// Delays that a Markov chain cannot have. An event of the dense index, at a stage of it.
    #[error("{} of the delays are neither exponential nor zero", .at.len())]
    NotExponential {
        /// Event and stage, ascending.
        at: Vec<(usize, usize)>,
    },
    /// The chain is larger than was allowed.
    #[error("the chain has more than {most} states")]
    TooManyStates {
        /// The limit.
        most: usize,
    },
    /// Events without delay that follow one another for ever.
    #[error("events without delay never come to an end, `{event}` among them")]
    NoTimePasses {
        /// The name of one of them.
        event: String,
    },
    /// The iteration stopped before the answer was good enough.
    #[error("the iteration did not converge: {0}")]
    NotConverged(Unfound),
}

/// What an iteration sought and did not find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfound {
    /// The share of time in each state.
    #[error("the long run")]
    LongRun,
    /// The odds of the closed classes.
    #[error("where the chain ends")]
    End,
    /// A hitting time.
    #[error("the time until the first outage")]
    FirstOutage,
    /// The figures of a bounded time.
    #[error("what happens within the time")]
    WithinTime,
}
