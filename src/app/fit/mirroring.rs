//! How long the mirror takes to be synchronised again (handbook 3.3).

use poolproof_reports::fit::FitUnit;

use super::delays;
use super::draft::{FitDraft, blank};
use crate::records::kind::RecordKind;
use crate::records::mirroring::{MirrorState, StateChange};
use crate::scenario::writer::{Files, delay_text};

pub(super) fn fit(draft: &mut FitDraft<'_>) {
    if draft.files_of(&[RecordKind::MirroringStates]).is_empty() {
        return;
    }
    let lengths = lengths(&draft.request.records.states);
    let prior = delay_text(
        &draft.request.prior.mirroring.resynchronisation,
        &mut Files::default(),
    );
    let key = "mirroring.resynchronisation";
    let title = "until the mirror is synchronised again";
    let mut value = blank(key, title, prior, FitUnit::Ms);
    value.from = draft.files_of(&[RecordKind::MirroringStates]);
    if let Some((distribution, sample)) = delays::decide(&mut value, &lengths) {
        value.written = Some(delay_text(&distribution, &mut draft.files));
        draft.samples.push(sample);
    }
    draft.value(value);
}

/// From the beginning of each synchronisation to its end, where nothing came between.
fn lengths(states: &[StateChange]) -> Vec<u64> {
    let mut lengths = Vec::new();
    for pair in states.windows(2) {
        let [from, to] = pair else { continue };
        let is_one = from.state == MirrorState::Synchronising
            && to.state == MirrorState::PrincipalSynchronised
            && from.server == to.server;
        if is_one {
            lengths.extend(u64::try_from(to.at - from.at));
        }
    }
    lengths
}
