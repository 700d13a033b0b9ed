//! The described system as a report shows it: sites, servers, and every figure with its source.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::{LinkKind, LinkNote, NodeRole, ShareLocation, ShippingJob};

/// What was described, in the words of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name of the scenario.
    pub name: String,
    /// One line that says what the scenario is.
    pub title: String,
    /// A paragraph or more; may be empty.
    pub description: String,
    /// The sites, the preferred one first; a third place of the share comes last.
    pub sites: Vec<SiteView>,
    /// What is connected, and what for.
    pub links: Vec<LinkView>,
    /// Where the file share of log shipping is.
    pub share: ShareLocation,
    /// Whether mirroring has a witness.
    pub witness: bool,
    /// Every figure that the result rests on.
    pub assumptions: Vec<Assumption>,
    /// What the validation found doubtful.
    pub warnings: Vec<Warning>,
}

/// A choice of the scenario that the validation found doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// The stable code.
    pub code: String,
    /// What is doubtful.
    pub message: String,
    /// The hazards of the handbook that it is about, such as `H-21`.
    pub hazards: Vec<String>,
}

/// One site and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteView {
    /// The name of the site.
    pub name: String,
    /// The servers of the site.
    pub nodes: Vec<NodeView>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeView {
    /// The name of the server.
    pub name: String,
    /// What it is set up as.
    pub role: NodeRole,
    /// Whether it serves, or does its part, at the start; what waits for a failover does not.
    pub active: bool,
}

/// Two ends that are connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkView {
    /// The name of a server, or of a site.
    pub from: String,
    /// The name of the other end; for a flow, of the end that receives.
    pub to: String,
    /// What the link is for.
    pub kind: LinkKind,
    /// What is special about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LinkNote>,
    /// The jobs of log shipping that use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<LinkJob>,
}

/// A job of log shipping that uses a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkJob {
    /// Which job it is.
    pub job: ShippingJob,
    /// The time from one run to the next, in milliseconds.
    pub every_ms: u64,
}

/// One figure that the result rests on, with its origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// The path of the figure in the scenario file.
    pub key: String,
    /// Its value with unit, as the scenario file would write it.
    pub value: String,
    /// Where it comes from.
    pub source: String,
    /// How well it is supported.
    pub grade: Grade,
    /// Whether it is a default that the scenario left as it was.
    pub is_default: bool,
}

/// How well a figure is supported.
///
/// A figure of grade M or J is no published fact; J is a judgement: see [`Grade::is_judgement`].
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Grade {
    /// Read at the named publication.
    V,
    /// Read in another text that cites the named publication.
    S,
    /// Recomputed from the published raw data.
    R,
    /// Derived from a figure of grade V, S or R.
    D,
    /// Measured: fitted from records of the pool itself.
    M,
    /// Judgement, without a source.
    J,
}

impl Grade {
    /// Whether the figure is a judgement, never to be shown as published fact.
    pub fn is_judgement(self) -> bool {
        self == Self::J
    }
}
