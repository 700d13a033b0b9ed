//! `[mirroring]`: the synchronous database mirroring session of A and B in DC1.

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_models::names::site::Site;

use super::assumption::Grade;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::reader::Section;
use super::reader::Setting;
use super::value::LONGEST;

/// The mirroring session of the primary database.
#[derive(Debug, Clone, PartialEq)]
pub struct Mirroring {
    /// Whether B exists. Without it A stands alone.
    pub enabled: bool,
    /// Where the witness is; `None` for a session without one. Always `None` when not enabled.
    pub witness: Option<Site>,
    /// Time after which a silent partner counts as failed, at least 5 s
    /// (ALTER DATABASE Database Mirroring).
    pub partner_timeout: SimDuration,
    /// Time for the redo of what the mirror has not yet applied, at a failover.
    pub redo: Distribution,
    /// Time from reconnection until the mirror is synchronised again.
    pub resynchronisation: Distribution,
    /// The strict reading of handbook 3.15 (d): no automatic failover when the principal had
    /// lost the witness before it lost the mirror.
    pub strict_failover: bool,
    /// Whether seeding a mirror takes a log backup that S never gets (handbook 10, choice 15).
    pub seeding_breaks_chain: bool,
    /// Where the mirror B is (rule V4); the model takes it to be in DC1.
    pub mirror_site: Site,
    /// Whether the session is synchronous (rule V24); the model knows no other.
    pub synchronous: bool,
}

const ENABLED: Setting = Setting::new(
    "enabled",
    "true",
    Grade::V,
    "SQL Server mirroring: the HA option of the product",
)
.means("whether the mirror B exists; without it A stands alone");
const WITNESS: Setting = Setting::new(
    "witness",
    "\"none\"",
    Grade::V,
    "Database Mirroring Witness: a session has none unless one is set",
)
.means("where the witness of A and B is; with one the mirror takes over by itself");
const PARTNER_TIMEOUT: Setting = Setting::new(
    "partner_timeout",
    "\"10s\"",
    Grade::V,
    "ALTER DATABASE Database Mirroring",
)
.means("time after which a silent partner counts as failed");
const REDO: Setting = Setting::new(
    "redo",
    "{ uniform = [\"5s\", \"20s\"] }",
    Grade::J,
    "judgement; redo queue near zero, see Estimate the Interruption of Service",
)
.means("time for the redo of what the mirror has not yet applied, at a failover");
const RESYNCHRONISATION: Setting = Setting::new(
    "resynchronisation",
    "\"10min\"",
    Grade::J,
    "judgement after a short outage; depends on the volume of log, 1 min to 6 h",
)
.means("time from reconnection until the mirror is synchronised again");
const STRICT_FAILOVER: Setting =
    Setting::new("strict_failover", "false", Grade::D, "handbook 3.15 (d)")
        .means("no automatic failover when the principal had lost the witness before the mirror");

const SEEDING: Setting = Setting::new(
    "seeding_breaks_chain",
    "true",
    Grade::J,
    "handbook 10, choice 15: SQL seeding needs a log backup, the cmdlet's internals are unknown",
)
.means("whether seeding a mirror takes a log backup that S never gets");

const MIRROR_SITE: Setting = Setting::fact(
    "mirror_site",
    "\"DC1\"",
    Grade::V,
    "Using a stretched Persistent Chat Server pool for disaster recovery",
    "where the mirror B is",
);
const SAFETY: Setting = Setting::fact(
    "safety",
    "\"FULL\"",
    Grade::V,
    "ALTER DATABASE Database Mirroring",
    "transaction safety: FULL is synchronous, OFF is not",
);

impl Mirroring {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let sites = [
            ("DC1", Some(Site::Dc1)),
            ("DC2", Some(Site::Dc2)),
            ("none", None),
        ];
        let mut mirroring = Self {
            enabled: section.boolean(&ENABLED),
            witness: section.word(&WITNESS, &sites),
            // Below 5 s the server itself raises the value: writing it would mislead.
            partner_timeout: section
                .duration(&PARTNER_TIMEOUT, SimDuration { ms: 5_000 }..=LONGEST),
            redo: section.distribution(&REDO),
            resynchronisation: section.distribution(&RESYNCHRONISATION),
            strict_failover: section.boolean(&STRICT_FAILOVER),
            seeding_breaks_chain: section.boolean(&SEEDING),
            mirror_site: section.word(&MIRROR_SITE, &Site::ALL.map(|site| (site.name(), site))),
            synchronous: section.word(&SAFETY, &[("FULL", true), ("OFF", false)]),
        };
        if let Some(node) = section.node("witness")
            && mirroring.witness.is_some()
            && !mirroring.enabled
        {
            let message = "a witness without mirroring".to_owned();
            let mistake = Diagnostic::at(&node.place, Severity::Error, "E0026", message)
                .helped("write witness = \"none\" or enabled = true");
            section.refuse("witness", vec![mistake]);
            mirroring.witness = None;
        }
        section.finish();
        mirroring
    }
}
