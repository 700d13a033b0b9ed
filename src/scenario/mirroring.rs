//! `[mirroring]`: the synchronous database mirroring session of A and B in DC1.

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_models::names::site::{Site, WitnessLocation};

use super::assumption::Grade;
use super::format::{Delay, Flag, OneOf, Time, either_site};
use super::reader::Section;
use super::row::{default, keys, rules_only};
use super::secondary::TOPOLOGY;
use super::value::LONGEST;

keys! {
    /// The mirroring session of the primary database.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Mirroring, then Self::agree {
        pub enabled: bool = "whether the mirror B exists; without it A stands alone",
            default(Flag, "true", Grade::V, "SQL Server mirroring: the HA option of the product");
        /// Always `None` when mirroring is not enabled.
        pub witness: Option<WitnessLocation> =
            "where the witness of A and B is; with one the mirror takes over by itself",
            default(
                OneOf([
                    ("DC1", Some(WitnessLocation::Dc1)),
                    ("DC2", Some(WitnessLocation::Dc2)),
                    ("third", Some(WitnessLocation::Third)),
                    ("none", None),
                ]),
                "\"none\"", Grade::V,
                "Database Mirroring Witness: a session has none unless one is set"
            );
        /// Below 5 s the server itself raises the value: writing it would mislead.
        pub partner_timeout: SimDuration = "time after which a silent partner counts as failed",
            default(
                Time(SimDuration { ms: 5_000 }, LONGEST), "\"10s\"", Grade::V,
                "ALTER DATABASE Database Mirroring"
            );
        pub redo: Distribution =
            "time for the redo of what the mirror has not yet applied, at a failover",
            default(
                Delay, "{ uniform = [\"5s\", \"20s\"] }", Grade::J,
                "judgement; redo queue near zero, see Estimate the Interruption of Service"
            );
        pub resynchronisation: Distribution =
            "time from reconnection until the mirror is synchronised again",
            default(
                Delay, "\"10min\"", Grade::J,
                "judgement after a short outage; depends on the volume of log, 1 min to 6 h"
            );
        /// Rule V38.
        pub logins: bool = "whether the pool servers' logins exist on B",
            default(
                Flag, "true", Grade::V, "Management of Logins and Jobs After Role Switching"
            );
        pub strict_failover: bool =
            "no automatic failover when the principal had lost the witness before the mirror",
            default(Flag, "false", Grade::D, "handbook 3.15 (d)");
        pub seeding_breaks_chain: bool =
            "whether seeding a mirror takes a log backup that S never gets",
            default(
                Flag, "true", Grade::J,
                "handbook 10, choice 15: SQL seeding needs a log backup, the cmdlet's internals \
                 are unknown"
            );
        /// Rule V44.
        pub in_topology: bool = "whether the published topology has the store of B",
            rules_only(Flag, "true", Grade::V, TOPOLOGY);
        /// Rule V44.
        pub witness_in_topology: bool = "whether the published topology has the witness of A and B",
            rules_only(Flag, "true", Grade::V, TOPOLOGY);
        /// Rule V4; the model takes it to be in DC1.
        pub mirror_site: Site = "where the mirror B is",
            rules_only(
                either_site(), "\"DC1\"", Grade::V,
                "Using a stretched Persistent Chat Server pool for disaster recovery"
            );
        /// Whether the session is synchronous (rule V24); the model knows no other.
        pub synchronous("safety"): bool =
            "transaction safety: FULL is synchronous, OFF is not",
            rules_only(
                OneOf([("FULL", true), ("OFF", false)]), "\"FULL\"", Grade::V,
                "ALTER DATABASE Database Mirroring"
            );
    }
}

impl Mirroring {
    fn agree(self, section: &mut Section<'_, '_>) -> Self {
        if self.witness.is_none() || self.enabled || !section.has("witness") {
            return self;
        }
        let help = "write witness = \"none\" or enabled = true";
        section.contradiction("witness", "a witness without mirroring".to_owned(), help);
        Self {
            witness: None,
            ..self
        }
    }
}
