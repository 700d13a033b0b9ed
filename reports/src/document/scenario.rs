//! The described system as a report shows it: sites, servers, and every figure with its source.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

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
    /// The sites, the preferred one first.
    pub sites: Vec<SiteView>,
    /// Where the file share of log shipping is, in words.
    pub share_text: String,
    /// Whether mirroring has a witness.
    pub witness: bool,
    /// Every figure that the result rests on.
    pub assumptions: Vec<Assumption>,
    /// What the validation found doubtful.
    pub warnings: Vec<String>,
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
    /// What it does, in words.
    pub role_text: String,
    /// Whether it serves at the start; a standby does not.
    pub active: bool,
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
/// A figure of grade M or J is never shown as published fact: see [`Grade::is_judgement`].
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
    /// Remembered from a publication and not read again.
    M,
    /// Judgement, without a source.
    J,
}

impl Grade {
    /// Whether the figure is a judgement, never to be shown as published fact.
    pub fn is_judgement(self) -> bool {
        matches!(self, Self::M | Self::J)
    }
}
