//! The figures that a chain gives.

use crate::solve::chain::Generator;
use crate::solve::steady::{self, Steady, SteadyMethod};
use crate::solve::{SolveError, hitting, transient, variance};

/// Hours of a year of 365.25 days.
pub const YEAR_H: f64 = 8_766.0;

/// The long run, and the first outage.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The share of time with service.
    pub availability: f64,
    /// The share of time without, summed for itself, as it has digits that 1 less the other has
    /// lost.
    pub unavailability: f64,
    /// Outages that begin per hour.
    pub outages_per_hour: f64,
    /// How long an outage lasts on average; `None` where there are none, and infinite where one
    /// never ends.
    pub mean_outage_h: Option<f64>,
    /// The mean time from the start to the first outage; `None` where there may never be one.
    pub time_to_first_outage_h: Option<f64>,
    /// The variance of the downtime in a long time, per hour of it.
    pub variance_rate_h: Option<f64>,
    /// How the long run was found.
    pub method: SteadyMethod,
    /// How well its flows balance.
    pub residual: f64,
}

/// What happens within an interval of time from the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Within {
    /// Its length.
    pub hours: f64,
    /// The probability of any outage.
    pub any_outage: f64,
    /// The time without service that is expected.
    pub downtime_h: f64,
    /// The number of outages that is expected.
    pub outages: f64,
    /// The probability that there is service at the end.
    pub availability_at_end: f64,
}

/// The long run and the first outage.
///
/// # Errors
/// When the chain is too large and iterations do not converge.
pub fn long_run(generator: &Generator) -> Result<Figures, SolveError> {
    let steady: Steady = steady::solve(generator)?;
    let down = generator.down();
    let up: Vec<f64> = down.iter().map(|down| 1.0 - down).collect();
    let unavailability = steady.mean(&down);
    let outages_per_hour = steady.mean(&generator.outage_rates());
    let mean_outage_h = (unavailability > 0.0).then(|| unavailability / outages_per_hour);
    let is_down: Vec<bool> = generator.up.iter().map(|up| !up).collect();
    Ok(Figures {
        availability: steady.mean(&up),
        unavailability,
        outages_per_hour,
        mean_outage_h,
        time_to_first_outage_h: hitting::mean_time(generator, &is_down)?,
        variance_rate_h: variance::rate(generator),
        method: steady.method,
        residual: steady.residual,
    })
}

/// What happens within some hours from the start.
///
/// # Errors
/// When it would take too long.
pub fn within(generator: &Generator, hours: f64) -> Result<Within, SolveError> {
    let outage_rates = generator.outage_rates();
    let rewards = [generator.down(), outage_rates.clone()];
    let open = transient::follow(generator, hours, None, &rewards)?;
    let is_down: Vec<bool> = generator.up.iter().map(|up| !up).collect();
    let any_outage = if is_down[generator.initial] {
        1.0
    } else {
        transient::follow(generator, hours, Some(&is_down), &[outage_rates])?.collected[0]
    };
    let up = open.at_end.iter().zip(&generator.up).filter(|(_, up)| **up);
    Ok(Within {
        hours,
        any_outage,
        downtime_h: open.collected[0],
        outages: open.collected[1],
        availability_at_end: up.map(|(p, _)| p).sum(),
    })
}
