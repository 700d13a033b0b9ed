//! What loses acknowledged messages, in words.

use poolproof_models::state::latches::{LossCause, LossKind};

/// How certain a loss is, as a clause; `None` where nothing is lost.
#[must_use]
pub const fn loss_kind_text(kind: LossKind) -> Option<&'static str> {
    match kind {
        LossKind::None => None,
        LossKind::Recoverable => Some("some copy or file still holds the messages"),
        LossKind::Final => Some("no copy and no file holds the messages any more"),
    }
}

/// What lost the messages, as a clause; `None` where nothing is lost.
#[must_use]
pub const fn loss_cause_text(cause: LossCause) -> Option<&'static str> {
    match cause {
        LossCause::None => None,
        LossCause::SiteLost => Some("a data centre was lost with the only copies"),
        LossCause::ShareLost => Some("files on the backup share were lost before they were copied"),
        LossCause::Discarded => {
            Some("resynchronisation discarded what only the old principal had (handbook 3.10)")
        }
        LossCause::ServedWithout => Some("users were served from a history without the messages"),
        LossCause::Overwritten => {
            Some("a restore or a seeding overwrote the copy that held the messages")
        }
        LossCause::StorageLost => Some("a server lost its disks"),
        LossCause::NeverCommitted => {
            Some("a message was accepted, and its commit never came (handbook 10, choice 1)")
        }
    }
}
