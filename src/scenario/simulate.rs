//! `[simulate]`: how much is simulated.

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::event::Event;

use super::assumption::Grade;
use super::document::Node;
use super::expect::{Column, Figure, Measure, Statistic};
use super::keys::Kind;
use super::objective;
use super::reader::Section;
use super::reader::Setting;
use super::value;
use super::value::LONGEST;
use super::value::Parsed;

/// Amounts and seed of the simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulateSettings {
    /// Trials of one horizon each, at least 100.
    pub trials: u64,
    /// Simulated time of one trial.
    pub horizon: SimDuration,
    /// Drills: trials in which DC1 is lost at a uniformly random time; 0 for none.
    pub drill_trials: u64,
    /// The seed of every random number.
    pub seed: u64,
    /// Confidence of the intervals, between 0.5 and 1, both excluded.
    pub confidence: f64,
    /// Trials whose incidents are written to `incidents.csv`, from the first on.
    pub incident_trials: u64,
    /// The relative half-width of an interval at which no more trials are run; 0 runs them all.
    pub precision: f64,
    /// The figure whose interval that is.
    pub precision_of: Figure,
    /// No more trials are run once every objective is met or missed.
    pub stop_when_decided: bool,
    /// The fault of the drills; `None` for the loss of DC1.
    pub drill: Option<Event>,
}

const AMOUNT: &str = "poolproof: an amount of work, not a property of the system";
const TRIALS: Setting =
    Setting::new("trials", "100_000", Grade::J, AMOUNT).means("trials of one horizon each");
const HORIZON: Setting = Setting::new(
    "horizon",
    "\"8766h\"",
    Grade::J,
    "poolproof: one year of 365.25 days",
)
.means("simulated time of one trial");
const DRILL_TRIALS: Setting = Setting::new("drill_trials", "20_000", Grade::J, AMOUNT)
    .means("trials in which DC1 is lost at a uniformly random time; 0 for none");
const SEED: Setting = Setting::new("seed", "1", Grade::J, "poolproof: any number will do")
    .means("the seed of every random number");
const CONFIDENCE: Setting = Setting::new(
    "confidence",
    "0.95",
    Grade::J,
    "poolproof: the customary level",
)
.means("confidence of the intervals");
const INCIDENT_TRIALS: Setting = Setting::new("incident_trials", "1_000", Grade::J, AMOUNT)
    .means("trials whose incidents are written to incidents.csv, from the first on");

const PRECISION: Setting = Setting::new("precision", "0.0", Grade::J, AMOUNT).means(
    "relative half width of the interval of precision_of at which the run stops; 0 for never",
);
const PRECISION_OF: Setting =
    Setting::new("precision_of", "\"per_year.outage.mean\"", Grade::J, AMOUNT)
        .means("the figure that the precision is about");
const STOP_WHEN_DECIDED: Setting = Setting::new("stop_when_decided", "false", Grade::J, AMOUNT)
    .means("whether the run stops once every objective is met or missed");

/// More trials than this are a slip of the keyboard: a year of computing.
const TRIALS_MOST: u64 = 10_000_000_000;

impl SimulateSettings {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let level = Kind::Number {
            above: 0.5,
            below: 1.0,
        };
        section.describe("confidence", level, "");
        let half_width = Kind::Within {
            least: 0.0,
            most: 0.5,
        };
        section.describe("precision", half_width, "");
        section.describe("precision_of", Kind::Figure, "");
        let settings = Self {
            // Fewer give no honest interval for a skewed mean.
            trials: section.integer(&TRIALS, 100..=TRIALS_MOST),
            horizon: section.duration(&HORIZON, SimDuration { ms: 3_600_000 }..=LONGEST),
            drill_trials: section.integer(&DRILL_TRIALS, 0..=TRIALS_MOST),
            seed: section.integer(&SEED, 0..=u64::MAX),
            confidence: section.read(&CONFIDENCE, confidence).unwrap_or_default(),
            incident_trials: section.integer(&INCIDENT_TRIALS, 0..=TRIALS_MOST),
            precision: section
                .read(&PRECISION, |node| value::number_within(node, 0.0, 0.5))
                .unwrap_or_default(),
            precision_of: section
                .read(&PRECISION_OF, objective::read_figure)
                .unwrap_or(Figure {
                    column: Column::PerYear,
                    measure: Measure::Outage,
                    statistic: Statistic::Mean,
                }),
            stop_when_decided: section.boolean(&STOP_WHEN_DECIDED),
            drill: None,
        };
        section.finish();
        settings
    }
}

fn confidence(node: &Node) -> Parsed<f64> {
    let level = value::number(node)?;
    if level > 0.5 && level < 1.0 {
        return Ok(level);
    }
    let mistake = value::mistake(node, "E0024", format!("{level} is out of range"));
    Err(vec![mistake.helped("between 0.5 and 1, as in 0.95")])
}
