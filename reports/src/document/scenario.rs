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
    /// The sites, the preferred one first; a third place of the share comes last.
    pub sites: Vec<SiteView>,
    /// What is connected, and what for.
    pub links: Vec<LinkView>,
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
    /// What it is at the start.
    pub kind: NodeKind,
    /// What it does, in words.
    pub role_text: String,
    /// Whether it serves, or does its part, at the start; what waits for a failover does not.
    pub active: bool,
}

/// What a server is at the start.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Serves clients, or waits to.
    PoolServer,
    /// Holds a copy of the database.
    Database,
    /// Sees which partner of a mirror is there.
    Witness,
    /// Holds the backups on their way.
    Share,
    /// Stands between clients and pool.
    FrontEnd,
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
    /// The same in words, with the interval where there is one.
    pub text: String,
}

/// What a link is for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// Partners of a mirror.
    Mirroring,
    /// A witness and a partner.
    Witness,
    /// Backups, copies and restores, in the direction of the flow.
    LogShipping,
    /// The link between the sites.
    InterSite,
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
