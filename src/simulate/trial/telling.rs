//! What the jobs of log shipping have done is told to the world: step by step the first time, and
//! by heart ever after.
//!
//! At a change of service the world hears of up to three files, each a post, a backup, a copy and a
//! restore, which was more than half of all steps of a simulated year. Where they lead depends on
//! the state and on how the ages of the three compare, and so do the moments that the ranks stand
//! for afterwards: one [`Tale`] holds the whole of it.

use super::{Runner, Timed};
use crate::simulate::automaton::Tale;
use crate::simulate::ledger::{Ledger, Moment, RANKS};
use crate::simulate::shipping::Shipped;
use crate::simulate::timed::{Facts, Job};

/// Marks of moments in a compiled tale: those of the ranks before, of the three files, and now.
const FILE: u64 = RANKS as u64;
const NOW: u64 = FILE + 3;

impl<T: Timed> Runner<'_, T> {
    /// Tells the world what the jobs have done up to now.
    pub(super) fn ship(&mut self) {
        let now = self.ledger.now();
        self.shipping.update(now.at);
        let Shipped {
            share,
            folder,
            restored,
        } = self.shipping.at(now.at);
        let files = [restored, folder, share];
        if self.trace.is_some() {
            return self.tell(files);
        }
        let facts = self.facts();
        let mut told = self.ledger.of_rank(facts.shipped[0]).at;
        let mut pattern = 0;
        for file in files {
            pattern = pattern * 3 + (file.cmp(&told) as i8 + 1) as usize;
            if file > told && backs_up(facts) {
                told = file;
            }
        }
        let mut number = self.automaton.tale_number(self.row, pattern);
        if number == 0 {
            let tale = self.compile(pattern);
            number = self.automaton.learn(self.row, pattern, tale);
        }
        if number == 1 {
            return self.tell(files);
        }
        let tale = self.automaton.tale(number);
        if tale.used > 0 {
            let moment = |file: u64| self.ledger.moment(file, true);
            let moments = [moment(restored), moment(folder), moment(share), now];
            let sources = &tale.ranks[..usize::from(tale.used)];
            self.ledger.rearrange(sources, &moments, tale.gone);
        }
        self.events += u64::from(tale.events);
        self.violated |= tale.violated;
        self.row = tale.to;
    }

    /// Oldest first, each file as a post, a backup and, as far as it got, a copy and a restore.
    fn tell(&mut self, files: [u64; 3]) {
        for (value, reached) in files.into_iter().zip([3, 2, 1]) {
            let facts = self.facts();
            // Where no backup runs, as after a failover to DC2, there is no run to tell of.
            if backs_up(facts) && value > self.ledger.of_rank(facts.shipped[0]).at {
                self.post_at(value, facts);
                self.try_job(Job::Backup);
            }
            let told = self.ledger.of_rank(self.facts().shipped[0]).at;
            if reached >= 2 && told <= value {
                self.try_job(Job::Copy);
                if reached == 3 {
                    self.try_job(Job::Restore);
                }
            }
        }
        self.acknowledge();
    }

    /// The principal's end is where it was at `value`, a time since the last change of service.
    fn post_at(&mut self, value: u64, facts: Facts) {
        if facts.serving == 0 {
            return;
        }
        let moment = self.ledger.moment(value, true);
        let copy = facts.serving.trailing_zeros() as usize;
        if let Some(write) = self.write_events[copy]
            && self.automaton.row(self.row).enabled.contains(write)
        {
            self.follow(write);
        }
        let end = self.facts().ends[copy];
        self.ledger.set_rank(end, moment);
    }

    fn try_job(&mut self, job: Job) {
        if let Some(event) = self.job_events[job as usize]
            && self.automaton.row(self.row).enabled.contains(event)
        {
            self.follow(event);
        }
    }

    /// The same steps with marks for moments, where each comparison goes by the pattern; `None`
    /// where something depends on more than that.
    fn compile(&mut self, pattern: usize) -> Option<Tale> {
        let mut telling = Telling {
            row: self.row,
            marks: Ledger::new(),
            tale: Tale {
                used: RANKS as u8,
                ..Tale::default()
            },
        };
        for rank in 0..RANKS as u8 {
            telling.marks.set_rank(rank, mark(u64::from(rank)));
        }
        let jobs = self.facts().jobs;
        let mut told = telling.told(self);
        for (number, reached) in [3, 2, 1].into_iter().enumerate() {
            let relation = pattern / [9, 3, 1][number] % 3;
            let facts = self.automaton.row(telling.row).facts;
            if facts.jobs != jobs {
                return None;
            }
            let file = FILE + number as u64;
            if backs_up(facts) && relation == 2 {
                if facts.serving == 0 {
                    return None;
                }
                let copy = facts.serving.trailing_zeros() as usize;
                telling.step(self, self.write_events[copy])?;
                let end = self.automaton.row(telling.row).facts.ends[copy];
                telling.marks.set_rank(end, mark(file));
                telling.step(self, self.job_events[Job::Backup as usize])?;
                told = file;
            }
            if telling.told(self) != told {
                return None;
            }
            // What was told is now no newer than this file, unless it was from the beginning.
            if reached >= 2 && relation >= 1 {
                telling.step(self, self.job_events[Job::Copy as usize])?;
                if reached == 3 {
                    telling.step(self, self.job_events[Job::Restore as usize])?;
                }
            }
        }
        let serving = self.automaton.row(telling.row).facts.serving;
        for copy in (0..4).filter(|copy| serving >> copy & 1 == 1) {
            let write = self.write_events[copy];
            let enabled = self.automaton.row(telling.row).enabled;
            if write.is_some_and(|write| enabled.contains(write)) {
                telling.step(self, write)?;
            } else {
                let end = self.automaton.row(telling.row).facts.ends[copy];
                telling.marks.set_rank(end, mark(NOW));
            }
        }
        let mut tale = telling.tale;
        tale.to = telling.row;
        let mut idle = tale.gone == 0;
        for rank in 0..usize::from(tale.used) {
            let source = telling.marks.of_rank(rank as u8).at as u8;
            tale.ranks[rank] = source;
            idle &= usize::from(source) == rank;
            // Numbers only ever come down, so that ranks can be moved one after the other.
            if usize::from(source) < rank {
                return None;
            }
        }
        if idle {
            tale.used = 0;
        }
        Some(tale)
    }

    /// By hand, files were copied or applied, or they were lost.
    pub(super) fn correct_shipping(&mut self, before: [u64; 3], after: Facts) {
        let now = after.shipped.map(|rank| self.ledger.of_rank(rank).at);
        if (0..3).any(|i| now[i] != before[i]) {
            let base = self.shipping.at(self.ledger.now().at);
            let pick = |i: usize, kept: u64| if now[i] == before[i] { kept } else { now[i] };
            self.shipping.correct(Shipped {
                share: pick(0, base.share),
                folder: pick(1, base.folder),
                restored: pick(2, base.restored),
            });
        }
    }
}

/// A tale that is being compiled.
struct Telling {
    row: u32,
    marks: Ledger,
    tale: Tale,
}

impl Telling {
    fn told<T: Timed>(&self, runner: &Runner<'_, T>) -> u64 {
        let facts = runner.automaton.row(self.row).facts;
        self.marks.of_rank(facts.shipped[0]).at
    }

    /// Does an event if it can happen; `None` where it loses something or mixes timelines.
    fn step<T: Timed>(&mut self, runner: &mut Runner<'_, T>, event: Option<usize>) -> Option<()> {
        let enabled = runner.automaton.row(self.row).enabled;
        let Some(event) = event.filter(|event| enabled.contains(*event)) else {
            return Some(());
        };
        let edge = runner.automaton.edge(self.row, event);
        if edge.report != 0 {
            let report = *runner.automaton.report(edge.report);
            if report.losses.iter().next().is_some() {
                return None;
            }
            for (timeline, now) in report.renumbering.timelines.iter().enumerate() {
                match usize::from(*now) {
                    now if now == timeline => {}
                    0xFF => self.tale.gone |= 1 << timeline,
                    _ => return None,
                }
            }
            if let Some(rank) = report.renumbering.written {
                self.marks.set_rank(rank, mark(NOW));
            }
            self.marks.renumber(&report.renumbering);
            self.tale.used = report.renumbering.ranks.count_ones() as u8;
        }
        self.row = edge.to;
        self.tale.events += 1;
        self.tale.violated |= runner.automaton.row(self.row).facts.violated;
        Some(())
    }
}

const fn mark(at: u64) -> Moment {
    Moment { at, served: 0 }
}

const fn backs_up(facts: Facts) -> bool {
    (facts.jobs >> Job::Backup as u8) & 1 == 1
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
