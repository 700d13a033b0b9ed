//! `[choices]`: what the documents leave open (handbook section 10), where it is a knob of its own.

pub use poolproof_models::state::deviations::Deviations;
pub use poolproof_models::state::topology::Acknowledgement;

use super::assumption::Grade;
use super::reader::Section;
use super::reader::Setting;

/// The choices; what each default is nearest to is in `docs/choices.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// When users are told that their post is stored (choice 1).
    pub acknowledge: Acknowledgement,
    /// The compliance record of a post leaves before its commit (choice 16).
    pub record_before_commit: bool,
    /// With a witness, forced service is always refused (choice 4).
    pub force_refused: bool,
    /// A principal whose session was removed while it was away is writable when it learns of it
    /// (choice 22).
    pub removed_principal_serves: bool,
    /// Where the rules themselves are another model's.
    pub deviations: Deviations,
}

const ACKNOWLEDGE: Setting = Setting::new(
    "acknowledge",
    "\"on-commit\"",
    Grade::J,
    "handbook 10, choice 1: the pages do not say when the SIP 200 OK is sent",
)
.means("when users are told that their post is stored");
const COMPLIANCE_RECORD: Setting = Setting::new(
    "compliance_record",
    "\"after-commit\"",
    Grade::J,
    "handbook 10, choice 16: unspecified",
)
.means("whether the compliance record of a post leaves before its commit");
const FORCED_SERVICE: Setting = Setting::new(
    "forced_service_with_witness",
    "\"guarded\"",
    Grade::D,
    "handbook 3.15 a and b: most pages allow it where the witness does not see the principal",
)
.means("forced service with a witness: guarded as in handbook 3.9, or always refused");
const REMOVED_PRINCIPAL: Setting = Setting::new(
    "removed_principal",
    "\"online\"",
    Grade::J,
    "handbook 10, choice 22: the worst case, matches an observed report",
)
.means(
    "a principal whose session was removed while it was away: online when it learns of it, or not",
);

const REGAINED_CONTACT: Setting = Setting::new(
    "failover_on_regained_contact",
    "false",
    Grade::D,
    "handbook 3.7: a later contact of mirror and witness does not count",
)
.means(
    "whether an automatic failover can begin when mirror and witness meet again after the loss of \
     the principal",
);
const INSTANT_RESYNCHRONISATION: Setting = Setting::new(
    "instant_resynchronisation",
    "false",
    Grade::D,
    "handbook 3.3: DISCONNECTED is followed by SYNCHRONIZING",
)
.means("whether partners that meet again with nothing behind are synchronised at once");

const INSTANT_DETECTION: Setting = Setting::new(
    "instant_detection",
    "false",
    Grade::D,
    "handbook 3.11: a silent partner is noticed after the time-out, at least 5 s",
)
.means("whether the loss of a connection is noticed in no time");
const ORDERLY_FORCED_SERVICE: Setting = Setting::new(
    "orderly_forced_service",
    "false",
    Grade::D,
    "handbook 3.9 and 3.10: forced in any state, suspends, the old principal learns of it later",
)
.means("whether forcing service is what an automatic failover is");
const PARKED_SITE: Setting = Setting::new(
    "parked_site",
    "false",
    Grade::D,
    "handbook 6: a data centre that was rebuilt can fail again before its failback",
)
.means("whether nothing fails in DC1 from its rebuilding to the failback");

impl Choices {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let choices = Self {
            acknowledge: section.word(
                &ACKNOWLEDGE,
                &[
                    ("on-commit", Acknowledgement::OnCommit),
                    ("on-accept", Acknowledgement::OnAccept),
                ],
            ),
            record_before_commit: section.word(
                &COMPLIANCE_RECORD,
                &[("after-commit", false), ("before-commit", true)],
            ),
            force_refused: section.word(&FORCED_SERVICE, &[("guarded", false), ("refused", true)]),
            removed_principal_serves: section
                .word(&REMOVED_PRINCIPAL, &[("online", true), ("offline", false)]),
            deviations: Deviations {
                instant_detection: section.boolean(&INSTANT_DETECTION),
                failover_on_regained_contact: section.boolean(&REGAINED_CONTACT),
                instant_resynchronisation: section.boolean(&INSTANT_RESYNCHRONISATION),
                orderly_forced_service: section.boolean(&ORDERLY_FORCED_SERVICE),
                parked_site: section.boolean(&PARKED_SITE),
            },
        };
        section.finish();
        choices
    }
}
