//! `[choices]`: what the documents leave open (handbook section 10), each with a key of its own.

pub use poolproof_models::state::deviations::Deviations;
pub use poolproof_models::state::topology::Acknowledgement;

use super::assumption::Grade;
use super::format::{Flag, OneOf};
use super::row::{default, keys, rows, same_table};

keys! {
    /// The choices; what each default is nearest to is in `docs/choices.md`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Choices {
        /// Choice 1.
        pub acknowledge: Acknowledgement = "when users are notified that their message is stored",
            default(
                OneOf([
                    ("on-commit", Acknowledgement::OnCommit),
                    ("on-accept", Acknowledgement::OnAccept),
                ]),
                "\"on-commit\"", Grade::J,
                "handbook 10, choice 1: the pages do not say when the SIP 200 OK is sent"
            );
        /// Choice 16.
        pub record_before_commit("compliance_record"): bool =
            "whether the compliance record of a message leaves before its commit",
            default(
                OneOf([("after-commit", false), ("before-commit", true)]),
                "\"after-commit\"", Grade::J, "handbook 10, choice 16: unspecified"
            );
        /// Whether it is always refused (choice 4).
        pub force_refused("forced_service_with_witness"): bool =
            "forced service with a witness: guarded as in handbook 3.9, or always refused",
            default(
                OneOf([("guarded", false), ("refused", true)]), "\"guarded\"", Grade::D,
                "handbook 3.15 a and b: most pages allow it where the witness does not see the \
                 principal"
            );
        /// Whether it is writable (choice 22).
        pub removed_principal_serves("removed_principal"): bool =
            "a principal whose session was removed while it was away: online when it learns of it, \
             or not",
            default(
                OneOf([("online", true), ("offline", false)]), "\"online\"", Grade::J,
                "handbook 10, choice 22: the worst case, matches an observed report"
            );
        pub deviations: Deviations = "where the rules themselves are another model's",
            same_table();
    }
}

rows! {
    Deviations {
        instant_detection: bool = "whether the loss of a connection is noticed at once",
            default(
                Flag, "false", Grade::D,
                "handbook 3.11: a silent partner is noticed after the time-out, at least 5 s"
            );
        failover_on_regained_contact: bool =
            "whether an automatic failover can begin when mirror and witness meet again after the \
             loss of the principal",
            default(
                Flag, "false", Grade::D,
                "handbook 3.7: a later contact of mirror and witness does not count"
            );
        instant_resynchronisation: bool =
            "whether partners that meet again with nothing behind are synchronised at once",
            default(
                Flag, "false", Grade::D, "handbook 3.3: DISCONNECTED is followed by SYNCHRONIZING"
            );
        orderly_forced_service: bool =
            "whether forcing service is what an automatic failover is",
            default(
                Flag, "false", Grade::D,
                "handbook 3.9 and 3.10: forced in any state, suspends, the old principal learns of \
                 it later"
            );
        parked_site: bool =
            "whether nothing fails in DC1 from its rebuilding to the failback",
            default(
                Flag, "false", Grade::D,
                "handbook 6: a data centre that was rebuilt can fail again before its failback"
            );
    }
}
