//! What each property and each goal says, in words.

use poolproof_models::names::property::{Goal, Property};

/// The words for a property: one row each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PropertyText {
    /// What holding means, in a few words.
    pub title: &'static str,
    /// What holding means in full, with the section of the handbook.
    pub meaning: &'static str,
    /// The condition on each reachable world w, in the notation of `docs/properties.md`: x ⊑ y
    /// where the history x is a prefix of y, H(x) the history in a copy or file.
    pub formal: &'static str,
}

/// The words for a property.
#[must_use]
pub const fn property_text(property: Property) -> PropertyText {
    match property {
        Property::SplitBrain => PropertyText {
            title: "No split brain",
            meaning: "After a recovery fork, never both sides acknowledge posts (handbook 9, R1).",
            formal: "No fork u with an acknowledgement on u or on a descendant of u, and after u's \
             birth an acknowledgement on an older timeline that is no descendant of u (handbook \
             13.1).",
        },
        Property::NoLossUnderOneFault => PropertyText {
            title: "No acknowledged message lost under one fault",
            meaning: "Under at most one fault that is not a site loss, the serving history \
             contains every acknowledged message (handbook 9, AL0).",
            formal: "If faults(w) <= 1 and no fault is a site loss: acked(w) ⊑ serving(w).",
        },
        Property::NoFinishedBackupLeftOut => PropertyText {
            title: "No finished backup left out",
            meaning: "When the secondary is recovered, it has everything that a finished log \
             backup in reach covers (handbook 9, ALr).",
            formal: "At each recovery of S: covered(b) ⊑ H(S) for every finished log backup b in a \
             place that is up and in reach.",
        },
        Property::OnePrincipal => PropertyText {
            title: "Never two principals",
            meaning: "With a witness, never two partners can complete a commit (handbook 3.12, \
             I3).",
            formal: "With a witness set and both partners in the session: not both are principal \
             and able to complete a commit.",
        },
        Property::MirrorHasAll => PropertyText {
            title: "A synchronised mirror has everything",
            meaning: "While the session is SYNCHRONIZED, the mirror has every acknowledged message \
             on disk (handbook 3.12, I1).",
            formal: "If the session is SYNCHRONIZED and the principal has its mirror: H(principal) \
             ⊑ H(mirror).",
        },
        Property::RegisterIsTrue => PropertyText {
            title: "The witness knows the truth",
            meaning: "Where principal and witness are connected, the witness's flag says \
             synchronised only if the mirror has every acknowledged message (handbook 3.12, I2 as \
             read by R2).",
            formal: "If principal and witness are connected and the witness's flag says \
             synchronised: the session is SYNCHRONIZED and I1 holds.",
        },
        Property::FailoverKeepsAll => PropertyText {
            title: "Failover keeps everything",
            meaning: "Automatic and manual failover preserve every acknowledged message (handbook \
             3.12, I4).",
            formal: "At each automatic or manual failover from a partner in the session: H(old \
             principal) ⊑ H(new principal).",
        },
        Property::NoLoss => PropertyText {
            title: "No acknowledged message lost",
            meaning: "Within the whole budget of faults, the serving history contains every \
             acknowledged message (handbook 9, AL).",
            formal: "acked(w) ⊑ serving(w).",
        },
        Property::NothingDestroyed => PropertyText {
            title: "Nothing acknowledged destroyed",
            meaning: "Some copy or file still holds every acknowledged message (handbook 9, AL, \
             where the loss is final).",
            formal: "For every acknowledged position p there is a copy or file x with p ⊑ H(x).",
        },
        Property::TargetFresh => PropertyText {
            title: "No stale failover target",
            meaning: "While users are served in DC1, log shipping to S can go on without an \
             operator (handbook 9, ST).",
            formal: "If users are served by A or B and S exists: S is restoring, its jobs exist, \
             that member ships to the folder of S, and CH holds.",
        },
        Property::ChainIntact => PropertyText {
            title: "Log chain intact",
            meaning: "What the principal in DC1 writes can reach S by log shipping (handbook 9, \
             CH, 4.2).",
            formal: "For each member of DC1 that can acknowledge: the next log backup joins the \
             last one, share(end) ⊑ H(member) and share(start) ⊑ H(folder on S).",
        },
        Property::NeverStuck => PropertyText {
            title: "Never stuck without need",
            meaning: "Users are never left without service, with nothing under way, while a \
             complete database and a pool server run (handbook 9, UQ). The last resort does not \
             count: where only that helps, the other runbooks lack a step.",
            formal: "If nobody is served, some event of recovery other than the last resort is \
             enabled, or no running database server with acked(w) ⊑ H(it) has a running pool \
             server and a next hop.",
        },
        Property::NothingOverwritten => PropertyText {
            title: "Nothing overwritten",
            meaning: "No restore and no seeding destroys acknowledged messages that nothing else \
             holds (handbook 9, OW).",
            formal: "At each restore or seeding over x: every acknowledged position of H(x) is in \
             another copy or file.",
        },
        Property::RightSide => PropertyText {
            title: "Active servers on the right side",
            meaning: "Operators activate servers only beside a database that serves, at most four, \
             and no server carries more than 30,000 users (handbook 9, WS).",
            formal: "At each activation: the servers stand beside a database that serves, at most \
             four. At any time: users <= 30,000 for each server that serves.",
        },
        Property::RecordsComplete => PropertyText {
            title: "Compliance records complete",
            meaning: "No compliance record of an acknowledged message is lost, and none exists of \
             a lost one (handbook 9, CO).",
            formal: "Every acknowledged message has a compliance record, and no record is of a \
             lost message.",
        },
        Property::NumbersUnique => PropertyText {
            title: "Message numbers unique",
            meaning: "No new message takes the number of an acknowledged one that was lost \
             (handbook 9, ID).",
            formal: "No acknowledged position that was lost shares its number with a later one.",
        },
        Property::ServiceReturns => PropertyText {
            title: "Service returns",
            meaning: "Whatever has happened, users can be served again without one fault more: by \
             repairs of all but a disaster, by itself or by the runbooks, that of the last resort \
             included (handbook 9, UQ).",
            formal: "From w a state in which users are served is reachable by events that are no \
             faults.",
        },
    }
}

/// What reaching a goal means.
#[must_use]
pub const fn goal_title(goal: Goal) -> &'static str {
    match goal {
        Goal::AutomaticFailover => "Automatic failover to the mirror is seen",
        Goal::FailoverToDc2 => "Failover to DC2 is completed and users are served there",
        Goal::FailbackToDc1 => "Failback to DC1 is completed and users are served there",
    }
}
