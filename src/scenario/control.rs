//! `[control]`: the Central Management store and the next hop.

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_models::names::site::Site;

use super::assumption::Grade;
use super::format::{Delay, Flag, OneOf, SomeText, either_site};
use super::row::{default, keys, optional_for_rules, rules_only};

/// The domain of everything, until a file names several.
pub(super) const DOMAIN_DEFAULT: &str = "\"one domain\"";

keys! {
    /// The pool's control plane (handbook 1.4).
    #[derive(Debug, Clone, PartialEq)]
    pub struct Control {
        pub cms_site: Site = "where the master of the Central Management store is at the start",
            default(
                either_site(), "\"DC1\"", Grade::J,
                "judgement: beside the primary database"
            );
        /// Rule V39: otherwise the store cannot be failed over.
        pub cms_paired: bool =
            "whether the pool that hosts the store is paired with one in the other data centre",
            default(Flag, "true", Grade::V, "Central Management store failover");
        pub replication: Distribution = "time until a server sees a change made at the master",
            default(
                Delay, "{ uniform = [\"1min\", \"5min\"] }", Grade::J,
                "handbook 10 row 9: the mechanism is documented, its delay is not"
            );
        pub next_hop: Site = "where the Front End pool is that routes to the chat pool",
            default(
                either_site(), "\"DC1\"", Grade::D,
                "handbook 1.1: normally the pool in DC1"
            );
        /// Rule V35.
        pub domain: String = "the Active Directory domain of Lync",
            rules_only(SomeText, DOMAIN_DEFAULT, Grade::J, "judgement: one domain");
        /// Whether it is FailedOver (rule V40).
        pub failed_over("pool_state"): Option<bool> =
            "the pool state in the store; what check.start says unless given",
            optional_for_rules(OneOf([("Normal", false), ("FailedOver", true)]));
    }
}
