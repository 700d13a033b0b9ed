//! Leaps: an event with everything that has to be told to the world before it, made step by step
//! the first time and by heart ever after.
//!
//! At a change of service the world hears of the newest post and of up to three files, each a post,
//! a backup, a copy and a restore, which was most of the steps of a simulated year. Where they and
//! the event lead depends on the state and on how the ages of the three files compare, and so do
//! the moments that the ranks stand for afterwards: one leap holds the whole of it. What loses
//! messages, and what operators do to files by hand, is left to the steps.

use poolproof_models::event::EventSet;
use poolproof_models::lineage::TIMELINES;

use super::telling::{backs_up, serving_copies};
use super::{Runner, Timed};
use crate::simulate::leaps::{Fan, Lesson};
use crate::simulate::ledger::{FILES, Ledger, Moment, NOW, RANKS};
use crate::simulate::timed::{Facts, Job};

impl<T: Timed> Runner<'_, T> {
    /// The number of the leap of an event from here and now, or of what is told where there is
    /// none; `None` where the steps have to be made.
    pub(super) fn find_leap(&mut self, event: Option<usize>) -> Option<u32> {
        let slot = self.automaton.slot(self.row, event);
        let fan = match self.automaton.leaps.fan(slot) {
            Some(fan) => fan,
            None => self.learn_fan(event)?,
        };
        let pattern = if fan.ship_first() { self.pattern() } else { 0 };
        let number = match self.automaton.leaps.number(fan, pattern) {
            0 => {
                let leap = self.compile(event, fan, pattern);
                self.automaton.leaps.learn(fan, pattern, leap)
            }
            number => number,
        };
        (number > 1).then_some(number)
    }

    /// Does all that a leap holds: whether users are served before it and after it.
    pub(super) fn leap(&mut self, number: u32) -> [bool; 2] {
        let leap = *self.automaton.leaps.get(number);
        self.ledger.bring_now();
        if leap.files {
            self.ledger.bring_files(self.files());
        }
        self.ledger.rearrange(self.automaton.leaps.moves(&leap));
        self.ledger.rename(leap.renamed, &leap.timelines);
        self.events += u64::from(leap.events);
        self.violated |= leap.violated;
        self.row = leap.to;
        if leap.switches {
            self.shipping.switch(self.facts().jobs);
        }
        leap.up
    }

    /// How the three files compare to what the world knows, oldest first.
    fn pattern(&mut self) -> usize {
        self.shipping.update(self.ledger.now().at);
        let facts = self.facts();
        let mut told = self.ledger.of_rank(facts.shipped[0]).at;
        let mut pattern = 0;
        for file in self.files() {
            pattern = pattern * 3 + (file.cmp(&told) as i8 + 1) as usize;
            if file > told && backs_up(facts) {
                told = file;
            }
        }
        pattern
    }

    #[cold]
    fn learn_fan(&mut self, event: Option<usize>) -> Option<Fan> {
        let mut learning = Learning::new(self.row);
        let ship_first = event.is_none_or(|event| {
            learning.acknowledge(self).is_some()
                && self.automaton.edge(learning.row, event).ship_first
        });
        let slot = self.automaton.slot(self.row, event);
        self.automaton.leaps.learn_fan(slot, ship_first)
    }

    /// The steps with marks for moments, where each comparison goes by the pattern; `None` where
    /// something depends on more than that.
    #[cold]
    fn compile(&mut self, event: Option<usize>, fan: Fan, pattern: usize) -> Option<Lesson> {
        let mut learning = Learning::new(self.row);
        learning.acknowledge(self)?;
        if fan.ship_first() {
            learning.tell(self, pattern)?;
            learning.acknowledge(self)?;
        }
        // Clocks, service and jobs are changed by the event, if at all.
        let told = self.automaton.row(learning.row);
        let before = self.automaton.row(self.row);
        if (
            told.clocked,
            told.facts.up,
            told.facts.phase,
            told.facts.jobs,
        ) != (
            before.clocked,
            before.facts.up,
            before.facts.phase,
            before.facts.jobs,
        ) {
            return None;
        }
        let (before, was) = (before.clocked, before.facts);
        if let Some(event) = event {
            let shipped = learning.shipped(self);
            learning.follow(self, event)?;
            // What operators copy or restore by hand.
            if fan.ship_first() && learning.shipped(self) != shipped {
                return None;
            }
        }
        let moves = learning.moves()?;
        let row = self.automaton.row(learning.row);
        let (after, is) = (row.clocked, row.facts);
        let list = |set: EventSet| set.iter().map(|event| event as u8);
        // The clock of the event has rung; if the event can happen again, it is wound at last.
        let rung = |clock: &u8| Some(usize::from(*clock)) != event;
        let again = event.filter(|event| before.contains(*event) && after.contains(*event));
        let again = again.map(|event| event as u8);
        Some(Lesson {
            to: learning.row,
            events: learning.events,
            violated: learning.violated,
            moves,
            stops: list(before.minus(&after)).filter(rung).collect(),
            winds: list(after.minus(&before)).chain(again).collect(),
            timelines: learning.timelines,
            up: [was.up, is.up],
            switches: was.jobs != is.jobs,
        })
    }
}

/// A leap that is being compiled.
struct Learning {
    row: u32,
    marks: Ledger,
    /// How many ranks are in use.
    ranks: u8,
    timelines: [u8; TIMELINES],
    events: u32,
    violated: u32,
}

impl Learning {
    fn new(row: u32) -> Self {
        let mut marks = Ledger::new();
        for rank in 0..RANKS as u8 {
            marks.set_rank(rank, mark(u64::from(rank)));
        }
        Self {
            row,
            marks,
            ranks: RANKS as u8,
            timelines: std::array::from_fn(|timeline| timeline as u8),
            events: 0,
            violated: 0,
        }
    }

    fn facts<T: Timed>(&self, runner: &Runner<'_, T>) -> Facts {
        runner.automaton.row(self.row).facts
    }

    /// The marks of share, folder and S.
    fn shipped<T: Timed>(&self, runner: &Runner<'_, T>) -> [u64; 3] {
        let facts = self.facts(runner);
        facts.shipped.map(|rank| self.marks.of_rank(rank).at)
    }

    fn told<T: Timed>(&self, runner: &Runner<'_, T>) -> u64 {
        self.shipped(runner)[0]
    }

    /// Users have been posting up to now.
    fn acknowledge<T: Timed>(&mut self, runner: &mut Runner<'_, T>) -> Option<()> {
        for copy in serving_copies(self.facts(runner)) {
            if self.step(runner, runner.write_events[copy])?.is_none() {
                let end = self.facts(runner).ends[copy];
                self.marks.set_rank(end, mark(u64::from(NOW)));
            }
        }
        Some(())
    }

    /// What the jobs have done, oldest first.
    fn tell<T: Timed>(&mut self, runner: &mut Runner<'_, T>, pattern: usize) -> Option<()> {
        let jobs = self.facts(runner).jobs;
        let mut told = self.told(runner);
        for (number, reached) in [3, 2, 1].into_iter().enumerate() {
            let relation = pattern / [9, 3, 1][number] % 3;
            let facts = self.facts(runner);
            if facts.jobs != jobs {
                return None;
            }
            let file = u64::from(FILES.start) + number as u64;
            if backs_up(facts) && relation == 2 {
                if facts.serving == 0 {
                    return None;
                }
                let copy = facts.serving.trailing_zeros() as usize;
                self.step(runner, runner.write_events[copy])?;
                let end = self.facts(runner).ends[copy];
                self.marks.set_rank(end, mark(file));
                self.step(runner, runner.job_events[Job::Backup as usize])?;
                told = file;
            }
            if self.told(runner) != told {
                return None;
            }
            // What was told is now no newer than this file, unless it was from the beginning.
            if reached >= 2 && relation >= 1 {
                self.step(runner, runner.job_events[Job::Copy as usize])?;
                if reached == 3 {
                    self.step(runner, runner.job_events[Job::Restore as usize])?;
                }
            }
        }
        Some(())
    }

    /// Does an event if it can happen, and says whether it could; `None` as for `follow`.
    fn step<T: Timed>(
        &mut self,
        runner: &mut Runner<'_, T>,
        event: Option<usize>,
    ) -> Option<Option<usize>> {
        let enabled = runner.automaton.row(self.row).enabled;
        let event = event.filter(|event| enabled.contains(*event));
        if let Some(event) = event {
            self.follow(runner, event)?;
        }
        Some(event)
    }

    /// Does an event that can happen; `None` where it loses something.
    fn follow<T: Timed>(&mut self, runner: &mut Runner<'_, T>, event: usize) -> Option<()> {
        let edge = runner.automaton.edge(self.row, event);
        if edge.report != 0 {
            let report = runner.automaton.report(edge.report);
            if report.losses.iter().next().is_some() {
                return None;
            }
            for timeline in &mut self.timelines {
                if let Some(now) = report.renumbering.timelines.get(usize::from(*timeline)) {
                    *timeline = *now;
                }
            }
            if let Some(rank) = report.renumbering.written {
                self.marks.set_rank(rank, mark(u64::from(NOW)));
            }
            self.marks.renumber(&report.renumbering);
            self.ranks = report.renumbering.ranks.count_ones() as u8;
        }
        self.row = edge.to;
        self.events += 1;
        self.violated |= self.facts(runner).violated;
        Some(())
    }

    /// The ranks that come to stand for another moment, each with where that comes from.
    fn moves(&self) -> Option<Vec<[u8; 2]>> {
        let moves: Vec<[u8; 2]> = (0..self.ranks)
            .map(|rank| [rank, self.marks.of_rank(rank).at as u8])
            .filter(|[rank, source]| rank != source)
            .collect();
        // Numbers only ever come down, so that ranks can be moved one after the other.
        let down = moves.iter().all(|[rank, source]| rank < source);
        down.then_some(moves)
    }
}

const fn mark(at: u64) -> Moment {
    Moment { at, served: 0 }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::scenario::load;
    use crate::simulate::figures::mission;
    use crate::simulate::tally::Tally;
    use crate::simulate::trial::Runner;
    use crate::system;

    /// Whoever asks for a trace has every step made.
    #[test]
    fn what_is_told_by_heart_is_what_the_steps_give() {
        for file in [
            "lync-2013-lbw",
            "lync-2013-hbw",
            "oracles/m6",
            "benchmarks/w1",
        ] {
            let path = format!("scenarios/{file}.toml");
            let scenario = load(Path::new(&path)).expect(file).scenario;
            let topology = system::timed_topology(&scenario);
            let activities = system::activities(&scenario, &topology);
            let mission = mission(&scenario);
            let mut tallies = [true, false].map(|step_by_step| {
                let mut runner = Runner::new(&topology, &activities, 7);
                let mut tally = Tally::default();
                for trial in 0..300 {
                    runner.trace = step_by_step.then(Vec::new);
                    runner.run(trial, &mission, &mut tally);
                }
                format!("{tally:?}")
            });
            let [steps, by_heart] = &mut tallies;
            assert!(steps == by_heart, "{file}");
        }
    }
}
