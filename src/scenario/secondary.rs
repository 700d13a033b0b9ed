//! `[secondary]`: what stands beside S in DC2.

use poolproof_models::names::site::Site;

use super::assumption::Grade;
use super::format::{Flag, either_site};
use super::reader::Section;
use super::row::{default, keys, rules_only};

const RESOURCES: &str = "Required resources for Persistent Chat Server";
pub(super) const TOPOLOGY: &str =
    "Using Topology Builder to configure high availability and disaster recovery";

keys! {
    /// The companions of the log-shipping secondary. They take part only after a failover to DC2.
    /// The model takes S, SM and SW to be in DC2.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Secondary, then Self::agree {
        pub mirror: bool = "whether SM, the mirror of S, is there for the failover to use",
            default(Flag, "true", Grade::V, RESOURCES);
        pub witness: bool = "whether SW, the witness of S and SM, is there; needs the mirror",
            default(
                Flag, "false", Grade::V,
                "Required resources for Persistent Chat Server: the witness is optional"
            );
        /// Rule V38.
        pub logins: bool = "whether the pool servers' logins exist on S and SM",
            default(
                Flag, "true", Grade::V, "Management of Logins and Jobs After Role Switching"
            );
        /// Rule V6.
        pub site: Site = "where S is", rules_only(either_site(), "\"DC2\"", Grade::V, RESOURCES);
        /// Rule V7.
        pub mirror_site: Site = "where SM is",
            rules_only(either_site(), "\"DC2\"", Grade::V, RESOURCES);
        /// Rule V7.
        pub witness_site: Site = "where SW is",
            rules_only(either_site(), "\"DC2\"", Grade::V, RESOURCES);
        /// Rule V32.
        pub in_topology: bool = "whether the published topology has the secondary store",
            rules_only(Flag, "true", Grade::V, TOPOLOGY);
        /// Rule V32.
        pub mirror_in_topology: bool = "whether the published topology has the store of SM",
            rules_only(Flag, "true", Grade::V, TOPOLOGY);
        /// Rule V44.
        pub witness_in_topology: bool =
            "whether the published topology has the witness of S and SM",
            rules_only(Flag, "true", Grade::V, TOPOLOGY);
    }
}

impl Secondary {
    fn agree(self, section: &mut Section<'_, '_>) -> Self {
        if self.witness && !self.mirror && section.has("witness") {
            let help = "write mirror = true or witness = false";
            section.contradiction("witness", "a witness without a mirror".to_owned(), help);
        }
        self
    }
}
