//! Macro-steps: an event with everything that the world has to be synchronised with before it, made
//! step by step the first time and looked up ever after.
//!
//! At a change of service the world hears of the newest post and of up to three files, each a post,
//! a backup, a copy and a restore, which was most of the steps of a simulated year. Where they and
//! the event lead depends on the state and on how the ages of the three files compare, and so do
//! the moments that the ranks stand for afterwards: one macro-step holds the whole of it, exactly.
//! What loses messages, and what operators do to files by hand, is left to the steps.

use poolproof_models::names::event::EventSet;
use poolproof_models::state::lineage::TIMELINES;

use crate::clocks::timed::{Facts, Job};
use crate::simulate::ledger::{FILES, Ledger, Moment, NOW, RANKS};
use crate::simulate::macro_steps::{Compiled, Entry};
use crate::simulate::trial::synchronise::{backs_up, serving_copies};
use crate::simulate::trial::{Runner, Timed};

impl<T: Timed> Runner<'_, T> {
    /// The number of the macro-step of an event from here and now, or of the synchronisation where
    /// there is none; `None` where the steps have to be made.
    pub(super) fn find_macro_step(&mut self, event: Option<usize>) -> Option<u32> {
        let slot = self.automaton.slot(self.row, event);
        let entry = match self.automaton.macro_steps.entry(slot) {
            Some(entry) => entry,
            None => self.learn_entry(event)?,
        };
        let pattern = if entry.ship_first() {
            self.pattern()
        } else {
            0
        };
        let number = match self.automaton.macro_steps.number(entry, pattern) {
            0 => {
                let macro_step = self.compile(event, entry, pattern);
                self.automaton.macro_steps.learn(entry, pattern, macro_step)
            }
            number => number,
        };
        (number > 1).then_some(number)
    }

    /// Does all that a macro-step holds: whether users are served before it and after it.
    pub(super) fn macro_step(&mut self, number: u32) -> [bool; 2] {
        let macro_step = *self.automaton.macro_steps.get(number);
        self.ledger.bring_now();
        if macro_step.files {
            self.ledger.bring_files(self.files());
        }
        self.ledger
            .rearrange(self.automaton.macro_steps.moves(&macro_step));
        self.ledger
            .rename(macro_step.renamed, &macro_step.timelines);
        self.events += u64::from(macro_step.events);
        self.violated |= macro_step.violated;
        self.row = macro_step.to;
        if macro_step.switches {
            self.shipping.switch(self.facts().jobs);
        }
        macro_step.up
    }

    /// How the three files compare to what the world knows, oldest first.
    fn pattern(&mut self) -> usize {
        self.shipping.update(self.ledger.now().at);
        let facts = self.facts();
        let mut known = self.ledger.of_rank(facts.shipped[0]).at;
        let mut pattern = 0;
        for file in self.files() {
            pattern = pattern * 3 + (file.cmp(&known) as i8 + 1) as usize;
            if file > known && backs_up(facts) {
                known = file;
            }
        }
        pattern
    }

    #[cold]
    fn learn_entry(&mut self, event: Option<usize>) -> Option<Entry> {
        let mut compiler = Compiler::new(self.row);
        let ship_first = event.is_none_or(|event| {
            compiler.acknowledge(self).is_some()
                && self.automaton.row(compiler.row).enabled.contains(event)
                && self.automaton.edge(compiler.row, event).ship_first
        });
        let slot = self.automaton.slot(self.row, event);
        self.automaton.macro_steps.learn_entry(slot, ship_first)
    }

    /// The steps with marks for moments, where each comparison goes by the pattern; `None` where
    /// something depends on more than that.
    #[cold]
    fn compile(&mut self, event: Option<usize>, entry: Entry, pattern: usize) -> Option<Compiled> {
        let mut compiler = Compiler::new(self.row);
        compiler.acknowledge(self)?;
        if entry.ship_first() {
            compiler.synchronise(self, pattern)?;
            compiler.acknowledge(self)?;
        }
        // Clocks, service and jobs are changed by the event, if at all.
        let known = self.automaton.row(compiler.row);
        let before = self.automaton.row(self.row);
        if (
            known.clocked,
            known.facts.up,
            known.facts.phase,
            known.facts.jobs,
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
            let shipped = compiler.shipped(self);
            if !compiler.step(self, Some(event))? {
                return None;
            }
            // What operators copy or restore by hand.
            if entry.ship_first() && compiler.shipped(self) != shipped {
                return None;
            }
        }
        let moves = compiler.moves()?;
        let row = self.automaton.row(compiler.row);
        let (after, is) = (row.clocked, row.facts);
        let list = |set: EventSet| set.iter().map(|event| event as u8);
        // The clock of the event has rung; if the event can happen again, it is wound at last.
        let rung = |clock: &u8| Some(usize::from(*clock)) != event;
        let again = event.filter(|event| before.contains(*event) && after.contains(*event));
        let again = again.map(|event| event as u8);
        Some(Compiled {
            to: compiler.row,
            events: compiler.events,
            violated: compiler.violated,
            moves,
            stops: list(before.minus(&after)).filter(rung).collect(),
            winds: list(after.minus(&before)).chain(again).collect(),
            timelines: compiler.timelines,
            up: [was.up, is.up],
            switches: was.jobs != is.jobs,
        })
    }
}

/// A macro-step that is being compiled.
struct Compiler {
    row: u32,
    marks: Ledger,
    /// How many ranks are in use.
    ranks: u8,
    timelines: [u8; TIMELINES],
    events: u32,
    violated: u32,
}

impl Compiler {
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

    fn known<T: Timed>(&self, runner: &Runner<'_, T>) -> u64 {
        self.shipped(runner)[0]
    }

    /// Users have been posting up to now.
    fn acknowledge<T: Timed>(&mut self, runner: &mut Runner<'_, T>) -> Option<()> {
        for copy in serving_copies(self.facts(runner)) {
            if !self.step(runner, runner.write_events[copy])? {
                let end = self.facts(runner).ends[copy];
                self.marks.set_rank(end, mark(u64::from(NOW)));
            }
        }
        Some(())
    }

    /// What the jobs have done, oldest first.
    fn synchronise<T: Timed>(&mut self, runner: &mut Runner<'_, T>, pattern: usize) -> Option<()> {
        let jobs = self.facts(runner).jobs;
        let mut known = self.known(runner);
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
                known = file;
            }
            if self.known(runner) != known {
                return None;
            }
            // What was known is now no newer than this file, unless it was from the beginning.
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
    fn step<T: Timed>(&mut self, runner: &mut Runner<'_, T>, event: Option<usize>) -> Option<bool> {
        let enabled = runner.automaton.row(self.row).enabled;
        let event = event.filter(|event| enabled.contains(*event));
        if let Some(event) = event {
            self.follow(runner, event)?;
        }
        Some(event.is_some())
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
