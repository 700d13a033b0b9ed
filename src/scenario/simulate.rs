//! `[simulate]`: how much is simulated.

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::event::Event;

use super::assumption::Grade;
use super::expect::Figure;
use super::format::{Between, Flag, Named, Time, Whole, Within};
use super::keys::Kind;
use super::objective;
use super::row::{Unwritten, default, keys};
use super::value::LONGEST;

const AMOUNT: &str = "poolproof: an amount of work, not a property of the system";

/// More trials than this are a slip of the keyboard: a year of computing.
const TRIALS_MOST: u64 = 10_000_000_000;

/// Intervals of a higher confidence would rest on digits that no estimate has.
const CONFIDENCE_BELOW: f64 = 0.999_999_999;

keys! {
    /// Amounts and seed of the simulation.
    #[derive(Debug, Clone, PartialEq)]
    pub struct SimulateSettings {
        /// Fewer than 100 give no honest interval for a skewed mean.
        pub trials: u64 = "trials of one horizon each",
            default(Whole(100, TRIALS_MOST), "100_000", Grade::J, AMOUNT);
        pub horizon: SimDuration = "simulated time of one trial",
            default(
                Time(SimDuration { ms: 3_600_000 }, LONGEST), "\"8766h\"", Grade::J,
                "poolproof: one year of 365.25 days"
            );
        pub drill_trials: u64 =
            "trials in which DC1 is lost at a uniformly random time; 0 for none",
            default(Whole(0, TRIALS_MOST), "20_000", Grade::J, AMOUNT);
        pub seed: u64 = "the seed of every random number",
            default(Whole(0, u64::MAX), "1", Grade::J, "poolproof: any number will do");
        pub confidence: f64 = "confidence of the intervals",
            default(
                Between(0.5, CONFIDENCE_BELOW), "0.95", Grade::J, "poolproof: the customary level"
            );
        pub incident_trials: u64 =
            "trials whose incidents are written to incidents.csv, from the first on",
            default(Whole(0, TRIALS_MOST), "1_000", Grade::J, AMOUNT);
        pub precision: f64 =
            "relative half width of the interval of precision_of at which the run stops; 0 for \
             never",
            default(Within(0.0, 0.5), "0.0", Grade::J, AMOUNT);
        pub precision_of: Figure = "the figure that the precision is about",
            default(
                Named { kind: Kind::Figure, read: objective::read_figure, name: Figure::text },
                "\"per_year.outage.mean\"", Grade::J, AMOUNT
            );
        pub stop_when_decided: bool = "whether the run stops once every objective is met or missed",
            default(Flag, "false", Grade::J, AMOUNT);
        pub drill: Option<Event> = "the fault of the drills; `None` for the loss of DC1",
            Unwritten(None);
    }
}
