//! What a trial and its incidents contribute to means.

use poolproof_models::names::incident::Cause;

use crate::simulate::accumulator::Observation;
use crate::simulate::clusters::Lengths;
use crate::simulate::tally::{ByPhase, Incident, Measured, Tally, TrialMeans};
use crate::simulate::trial::{Open, Runner, Timed, TrialSettings};

/// What the unplanned incidents of a trial come to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct IncidentSums {
    /// Of those that ended: their number, length and phases.
    pub(super) ended: u64,
    pub(super) time_ms: u64,
    pub(super) phases_ms: ByPhase,
    /// Of those that left a copy: their number and losses.
    pub(super) with_copy: u64,
    pub(super) data_lost_ms: u64,
    pub(super) messages_lost: u64,
    /// One did not end.
    pub(super) without_return: bool,
    pub(super) lengths: Lengths,
}

impl IncidentSums {
    pub(super) fn add(&mut self, incident: &Incident, planned: bool, settings: &TrialSettings) {
        let Measured { time_ms, lost } = incident.measured();
        // Where nothing is followed past the horizon, its end is nobody's to say.
        let time_ms = time_ms.or((settings.follow_ms == 0).then(|| incident.length_ms()));
        if planned {
            self.without_return |= time_ms.is_none();
            return;
        }
        self.lengths.record(time_ms);
        match time_ms {
            Some(ms) => {
                self.ended += 1;
                self.time_ms += ms;
                for (sum, ms) in self.phases_ms.iter_mut().zip(incident.phases_ms) {
                    *sum += ms;
                }
            }
            None => self.without_return = true,
        }
        if let Some([ms, messages]) = lost {
            self.with_copy += 1;
            self.data_lost_ms += ms;
            self.messages_lost += messages;
        }
    }
}

/// What a trial contributes to the means of trials, with what is 0 on average and goes with the
/// time, and with the losses.
pub(super) fn trial_means(measured: Measured, time: [i64; 2], lost: [i64; 2]) -> TrialMeans {
    TrialMeans {
        time: observed(measured.time_ms, time),
        data_lost: observed(measured.lost.map(|[ms, _]| ms), lost),
        messages: observed(measured.lost.map(|[_, messages]| messages), lost),
    }
}

pub(super) fn observed(value: Option<u64>, controls: [i64; 2]) -> Option<Observation> {
    value.map(|value| Observation {
        value: whole(value),
        divisor: 1,
        controls,
    })
}

fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl<T: Timed> Runner<'_, T> {
    /// A short stall has made posts late and refused none, which is no outage (13.5): it is counted
    /// nowhere. Whether that is so.
    pub(super) fn forget_pause(&mut self) -> bool {
        let (now, longest) = (self.ledger.now().at, self.activities.pause_ms);
        let short = |open: &mut Open| open.stalled && now - open.start <= longest;
        let Some(open) = self.open.take_if(short) else {
            return false;
        };
        let horizon = self.horizon_ms;
        let counted = now.min(horizon) - open.start.min(horizon);
        self.outage_ms -= counted;
        self.by_cause[open.cause as usize] -= counted;
        true
    }

    /// Counts the users of a pool server that an event takes, who connect to the others (13.21).
    pub(super) fn count_cut_off(&mut self, event: usize) {
        let state = self.automaton.row(self.before).state;
        let share = self.automaton.system().users_cut_off(&state, event);
        if share > 0.0 && self.ledger.now().at < self.horizon_ms {
            self.cut_off_ms += (share * self.activities.reconnect_ms as f64) as u64;
        }
    }

    /// Counts the trial's time without service that was not planned, and that was. With the same
    /// controls as the whole, the unplanned time goes with the losses of the data centre.
    pub(super) fn count_planning(&self, returned: bool, losses: [i64; 2], tally: &mut Tally) {
        let mut by_planning = [0, 0];
        for (cause, ms) in Cause::ALL.into_iter().zip(self.by_cause) {
            by_planning[usize::from(cause.is_planned())] += ms;
        }
        let all = observed(returned.then_some(self.outage_ms + self.cut_off_ms), losses);
        match all {
            Some(observation) => tally.users_time.observe(observation),
            None => tally.users_time.leave_out(),
        }
        let controls = [losses, [0, 0]];
        for ((mean, ms), controls) in tally.by_planning.iter_mut().zip(by_planning).zip(controls) {
            match observed(returned.then_some(ms), controls) {
                Some(observation) => mean.observe(observation),
                None => mean.leave_out(),
            }
        }
    }

    /// Counts the trial's incidents, of a drill the one that there is, but for their means: what
    /// they contribute to those; `None` where the fault of a drill did not happen.
    pub(super) fn count_incidents(
        &self,
        settings: &TrialSettings,
        tally: &mut Tally,
    ) -> Option<TrialMeans> {
        let IncidentSums {
            ended,
            time_ms,
            phases_ms,
            with_copy,
            data_lost_ms,
            messages_lost,
            without_return: _,
            lengths,
        } = &self.incidents;
        let drill = settings.drill.is_some();
        if drill && !self.drilled {
            return None;
        }
        let controls = self.ages.controls();
        let sum = |value: u64, divisor: u64, controls: [i64; 2]| Observation {
            value: whole(value),
            divisor: whole(divisor),
            controls,
        };
        let means = if drill {
            self.drill.means
        } else {
            TrialMeans {
                time: Some(sum(*time_ms, *ended, controls.losses)),
                data_lost: Some(sum(*data_lost_ms, *with_copy, controls.ages_ms)),
                messages: Some(sum(*messages_lost, *with_copy, controls.ages_ms)),
            }
        };
        for (times, ms) in tally.by_phase.iter_mut().zip(phases_ms) {
            times.mean.observe(sum(*ms, *ended, [0, 0]));
        }
        tally.clusters.record(lengths);
        Some(means)
    }
}
