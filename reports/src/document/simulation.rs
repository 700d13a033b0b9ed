//! What the simulator found: estimates with intervals, three columns, and the single incidents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::{Cause, CutOff, LossCause, Method, Phase};
use super::{RareEvent, YearlyCost};
use crate::figure::Figure;
use crate::float;

/// How often things happen, and what they cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Simulation {
    /// How many trials ran over the horizon.
    pub trials: u64,
    /// The simulated time of one trial.
    pub horizon_ms: u64,
    /// How many drills ran.
    pub drill_trials: u64,
    /// What was drilled.
    pub drilled: Drilled,
    /// The limit that ended the simulation early; such a result is not reproducible.
    pub cut_off_by: Option<CutOff>,
    /// The share of time with service, from 0 to 1.
    pub availability: Estimate,
    /// The share of time without service, from 0 to 1.
    pub unavailability: Estimate,
    /// Outage in milliseconds per year.
    pub mean_outage_ms_per_year: Estimate,
    /// The part of it that was not planned.
    pub unplanned_outage_ms_per_year: Estimate,
    /// The part of it that was planned: patching, and the switch of a failback.
    pub planned_outage_ms_per_year: Estimate,
    /// Minutes without service per year, summed over the users: all of them while there is no
    /// service, and those of a pool server that is lost until they have connected to another.
    pub user_minutes_per_year: Estimate,
    /// Incidents by their length, the shortest first.
    pub incidents_by_length: Vec<IncidentLength>,
    /// How much more the trials say of a mean than if they were only counted.
    pub variance_reductions: Vec<VarianceReduction>,
    /// The three columns: per unplanned incident, per year, given loss of the first site.
    pub columns: Vec<Column>,
    /// The outage of a year by what started the incident.
    pub outage_by_cause: Vec<CauseShare>,
    /// The outage of an incident by phase, in the order of the phases.
    pub outage_by_phase: Vec<PhaseShare>,
    /// How often the outage of a trial, in milliseconds, is longer than a value.
    pub outage_exceedance: Vec<ExceedancePoint>,
    /// How often the data lost in a trial, in milliseconds, are more than a value.
    pub data_lost_exceedance: Vec<ExceedancePoint>,
    /// A typical trial and the worst, with their incidents.
    pub examples: Vec<ExampleTrial>,
    /// The properties that some trial was seen to break.
    pub violations_seen: Vec<ViolationSeen>,
    /// How many trials, from the first, have their incidents in `incidents.csv`.
    pub incidents_csv_trials: u64,
    /// How many events were executed in all.
    pub events_executed: u64,
    /// What plain trials hardly ever see; only where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rare: Option<RareEvent>,
    /// What a year costs; absent of a scenario without prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<YearlyCost>,
}

/// The fault of the drills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Drilled {
    /// The loss of the first site for good.
    SiteLoss,
    /// Another fault, by the stable name of its event, as in `crash:A`.
    Fault(String),
}

/// An estimate with its interval. No value means no finite limit, or not available.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The estimate.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub value: Option<f64>,
    /// The lower end of the interval.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub low: Option<f64>,
    /// The upper end of the interval.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub high: Option<f64>,
    /// The confidence of the interval, such as 0.95.
    #[serde(serialize_with = "float::serialize")]
    pub confidence: f64,
    /// How many observations it rests on.
    pub n: u64,
    /// How the interval was made.
    pub method: Method,
}

/// A sample in short: the mean and three percentiles with intervals, and the largest value.
///
/// The unit is that of the field that holds the distribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// The mean.
    pub mean: Estimate,
    /// The median.
    pub p50: Estimate,
    /// The 95th percentile.
    pub p95: Estimate,
    /// The 99th percentile.
    pub p99: Estimate,
    /// The largest value seen.
    #[serde(serialize_with = "float::serialize")]
    pub max: f64,
    /// How many observations there were.
    pub n: u64,
}

/// What is gained for a mean by what is known besides the trials' values: how many times as many
/// trials would be needed for the same interval if they were only counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VarianceReduction {
    /// The mean.
    pub figure: Figure,
    /// The variance of the plain mean over that of the estimate.
    #[serde(serialize_with = "float::serialize")]
    pub factor: f64,
}

/// An outcome of its own kind, which is no number: how often it was seen, and its probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeSeen {
    /// How often it was seen.
    pub count: u64,
    /// Its probability.
    pub share: Estimate,
}

/// Which observations a column is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ColumnName {
    /// One observation per incident that was not planned.
    PerIncident,
    /// One observation per simulated year.
    PerYear,
    /// One observation per drill: the first site is lost at a random time.
    GivenSiteLoss,
}

/// One column of the result: time, data lost and messages lost of one kind of observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Which observations these are.
    pub name: ColumnName,
    /// How many observations there are.
    pub n: u64,
    /// Those in which service had not returned when they were followed no longer. They are in no
    /// mean of times, and in the percentiles of an incident they are longer than any number.
    pub no_return: OutcomeSeen,
    /// Those in which no copy was left. They are in no mean of losses, and in the percentiles they
    /// are larger than any number.
    pub no_copy_left: OutcomeSeen,
    /// Time to recover; for `per_year` the outage of a year. Milliseconds.
    pub time_ms: Distribution,
    /// Data lost, as the span of time whose messages are gone. Milliseconds.
    pub data_lost_ms: Distribution,
    /// Messages lost.
    pub messages_lost: Distribution,
    /// The probability that any message is lost.
    pub any_loss: Estimate,
    /// The distribution function of `time_ms`; `x` in milliseconds.
    pub time_cdf: Vec<CdfPoint>,
    /// The distribution function of `data_lost_ms`; `x` in milliseconds.
    pub data_lost_cdf: Vec<CdfPoint>,
}

/// A point of a distribution function, with its confidence band.
///
/// The function is a staircase: it has the value `p` from `x` to the next point. Where the last
/// `p` is below 1, the rest of the observations had not ended when they were followed no longer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CdfPoint {
    /// The value.
    #[serde(serialize_with = "float::serialize")]
    pub x: f64,
    /// The share of observations at or below it.
    #[serde(serialize_with = "float::serialize")]
    pub p: f64,
    /// The lower edge of the band.
    #[serde(serialize_with = "float::serialize")]
    pub low: f64,
    /// The upper edge of the band.
    #[serde(serialize_with = "float::serialize")]
    pub high: f64,
}

/// A point of an exceedance curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceedancePoint {
    /// The value.
    #[serde(serialize_with = "float::serialize")]
    pub x: f64,
    /// The share of observations above it.
    #[serde(serialize_with = "float::serialize")]
    pub p: f64,
    /// The lower end of the interval of this share alone.
    #[serde(serialize_with = "float::serialize")]
    pub low: f64,
    /// The upper end of the interval of this share alone.
    #[serde(serialize_with = "float::serialize")]
    pub high: f64,
}

/// Which trial an example is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ExampleName {
    /// Of the first trials, the one whose outage is nearest to the median of all trials.
    Typical,
    /// The trial with the longest outage of all.
    Worst,
}

/// One trial as an example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExampleTrial {
    /// Which trial it is.
    pub name: ExampleName,
    /// Its number, to run it again.
    pub trial: u64,
    /// Its outage within the horizon.
    pub outage_ms: u64,
    /// How many incidents it had.
    pub incidents_in_all: u64,
    /// Its incidents in the order of time; the longest, where there were very many.
    pub incidents: Vec<Incident>,
}

/// How often incidents of one class of length happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentLength {
    /// The longest of the class, in milliseconds; none for those longer than all other classes.
    pub up_to_ms: Option<u64>,
    /// Incidents per year that were not planned.
    pub unplanned_per_year: Estimate,
    /// Incidents per year that were planned.
    pub planned_per_year: Estimate,
}

/// The part of the yearly outage that one cause started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CauseShare {
    /// What started the incidents.
    pub cause: Cause,
    /// Outage in milliseconds per year.
    pub ms_per_year: Estimate,
    /// Incidents per year.
    pub incidents_per_year: Estimate,
}

/// The part of an outage that one phase takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseShare {
    /// The phase.
    pub phase: Phase,
    /// Milliseconds of an incident.
    pub ms_per_incident: Distribution,
    /// Milliseconds of a drill.
    pub given_site_loss_ms: Distribution,
}

/// A property that some trial broke.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViolationSeen {
    /// The stable name of the property.
    pub property: String,
    /// How many trials broke it.
    pub trials: u64,
    /// The share of trials that broke it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Estimate>,
    /// The first that did, to replay it.
    pub first_trial: u64,
    /// Whether these trials are drills, which are numbered on their own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// The command that shows the first of them, event by event.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub replay: String,
}

/// One incident: a line of `incidents.csv`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// The number of the trial.
    pub trial: u64,
    /// When service ended.
    pub start_ms: u64,
    /// When service was back; none if it was not by the horizon.
    pub end_ms: Option<u64>,
    /// What started it.
    pub cause: Cause,
    /// The time until it was noticed.
    pub detect_ms: u64,
    /// The time until someone decided.
    pub decide_ms: u64,
    /// The time of people's work.
    pub act_ms: u64,
    /// The time of the machines' work.
    pub recover_ms: u64,
    /// The time until clients were back.
    pub reconnect_ms: u64,
    /// The span of time whose messages are gone.
    pub data_lost_ms: u64,
    /// How many messages are gone.
    pub messages_lost: u64,
    /// What lost the first of them; none where nothing is gone.
    #[serde(default)]
    pub loss_cause: Option<LossCause>,
}

impl Incident {
    /// Every time in it, in milliseconds.
    pub(super) fn times_ms(&self) -> [u64; 8] {
        [
            self.start_ms,
            self.end_ms.unwrap_or(self.start_ms),
            self.detect_ms,
            self.decide_ms,
            self.act_ms,
            self.recover_ms,
            self.reconnect_ms,
            self.data_lost_ms,
        ]
    }
}
