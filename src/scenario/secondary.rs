//! `[secondary]`: what stands beside S in DC2.

use poolproof_models::names::site::Site;

use super::assumption::Grade;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::reader::Section;
use super::reader::Setting;

/// The companions of the log-shipping secondary. They take part only after a failover to DC2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secondary {
    /// Whether SM, the mirror of S, is there for `Install-CsMirrorDatabase` to use.
    pub mirror: bool,
    /// Whether SW, the witness of the S/SM session, is there; needs `mirror`.
    pub witness: bool,
    /// Whether the pool servers' logins exist on S and SM (V38).
    pub logins: bool,
    /// Facts of the design that only the rules look at.
    pub facts: SecondaryFacts,
}

/// What the handbook's rules want to know about DC2; the model takes S, SM and SW to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondaryFacts {
    /// Where S is (rule V6).
    pub site: Site,
    /// Where SM is (rule V7).
    pub mirror_site: Site,
    /// Where SW is (rule V7).
    pub witness_site: Site,
    /// Whether the published topology has the secondary store (rule V32).
    pub in_topology: bool,
    /// Whether it has the store of SM (rule V32).
    pub mirror_in_topology: bool,
}

const MIRROR: Setting = Setting::new(
    "mirror",
    "true",
    Grade::V,
    "Required resources for Persistent Chat Server",
)
.means("whether SM, the mirror of S, is there for the failover to use");
const WITNESS: Setting = Setting::new(
    "witness",
    "false",
    Grade::V,
    "Required resources for Persistent Chat Server: the witness is optional",
)
.means("whether SW, the witness of S and SM, is there; needs the mirror");

const LOGINS: Setting = Setting::new(
    "logins",
    "true",
    Grade::V,
    "Management of Logins and Jobs After Role Switching",
)
.means("whether the pool servers' logins exist on S and SM");

const RESOURCES: &str = "Required resources for Persistent Chat Server";
const SITE: Setting = Setting::fact("site", "\"DC2\"", Grade::V, RESOURCES, "where S is");
const MIRROR_SITE: Setting =
    Setting::fact("mirror_site", "\"DC2\"", Grade::V, RESOURCES, "where SM is");
const WITNESS_SITE: Setting = Setting::fact(
    "witness_site",
    "\"DC2\"",
    Grade::V,
    RESOURCES,
    "where SW is",
);
const TOPOLOGY: &str =
    "Using Topology Builder to configure high availability and disaster recovery";
const IN_TOPOLOGY: Setting = Setting::fact(
    "in_topology",
    "true",
    Grade::V,
    TOPOLOGY,
    "whether the published topology has the secondary store",
);
const MIRROR_IN_TOPOLOGY: Setting = Setting::fact(
    "mirror_in_topology",
    "true",
    Grade::V,
    TOPOLOGY,
    "whether the published topology has the store of SM",
);

impl Secondary {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let sites = Site::ALL.map(|site| (site.name(), site));
        let secondary = Self {
            mirror: section.boolean(&MIRROR),
            witness: section.boolean(&WITNESS),
            logins: section.boolean(&LOGINS),
            facts: SecondaryFacts {
                site: section.word(&SITE, &sites),
                mirror_site: section.word(&MIRROR_SITE, &sites),
                witness_site: section.word(&WITNESS_SITE, &sites),
                in_topology: section.boolean(&IN_TOPOLOGY),
                mirror_in_topology: section.boolean(&MIRROR_IN_TOPOLOGY),
            },
        };
        if let Some(node) = section.node("witness")
            && secondary.witness
            && !secondary.mirror
        {
            let message = "a witness without a mirror".to_owned();
            let mistake = Diagnostic::at(&node.place, Severity::Error, "E0026", message)
                .helped("write mirror = true or witness = false");
            section.refuse("witness", vec![mistake]);
        }
        section.finish();
        secondary
    }
}
